"""Min-max."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.policies.replenishment import ReplenishmentRule
from simulator.policies.views import StockView
from simulator.theory.targets import Demand, LeadTime, reorder_level
from simulator.units import Hours, Units


class MinMax(ReplenishmentRule):
    """Min-max, also written (s, S): fall to the minimum, order up to the maximum.

    ```yaml
    rule: min_max
    minimum: 20
    maximum: 60
    ```

    >>> from simulator.policies.views import Shelf
    >>> MinMax(minimum=20, maximum=60).order_quantity(Shelf(on_hand=25, backordered=10))
    45.0
    """

    rule: Literal["min_max"] = "min_max"
    minimum: Units | None = None
    """Order when the position is at or below this."""
    maximum: Units | None = None
    """Order up to this position."""
    cover: Annotated[Hours, Field(gt=0)] | None = None
    """Instead of a maximum: this long a time of mean demand above the minimum."""

    @model_validator(mode="after")
    def _check(self) -> "MinMax":
        self._given_or_target("minimum")
        if (self.maximum is None) == (self.cover is None):
            raise ValueError("give maximum, or cover (a time of mean demand above the minimum)")
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError(f"minimum ({self.minimum:g}) must be below maximum ({self.maximum:g})")
        return self

    def order_quantity(self, stock: StockView) -> float:
        assert self.minimum is not None and self.maximum is not None
        position = stock.position
        return self.maximum - position if position <= self.minimum else 0.0

    def sized(self, demand: Demand, lead_time: LeadTime) -> ReplenishmentRule:
        cover = max(1.0, round((self.cover or 0.0) * demand.mean))
        minimum = self.minimum
        if minimum is None and self.target is not None:
            span = cover if self.maximum is None else self.maximum / 2
            minimum = reorder_level(demand, lead_time, span, self.target.kind, self.target.value)
        minimum = minimum or 0.0
        maximum = minimum + cover if self.maximum is None else max(self.maximum, minimum + 1.0)
        return self._with(minimum=minimum, maximum=maximum, cover=None)

    @property
    def reorder_at(self) -> float:
        assert self.minimum is not None
        return self.minimum

    @property
    def highest(self) -> float:
        assert self.maximum is not None
        return self.maximum
