"""Periodic review."""

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.policies.replenishment import ReplenishmentRule
from simulator.policies.views import StockView
from simulator.theory.targets import Demand, LeadTime, order_up_to_level
from simulator.units import Hours, Units


class Periodic(ReplenishmentRule):
    """Periodic review, also written (R, S), or (R, s, S) with a point: look every so often, order up to the level.

    At the instant of a review, receipts come first and new demand before the review, unless
    `before_demand` is set.

    ```yaml
    rule: periodic
    every: 1 week
    level: 60
    point: 20
    ```

    >>> from simulator.policies.views import Shelf
    >>> Periodic(every="1 week", level=60, point=20).order_quantity(Shelf(on_hand=25))
    0.0
    """

    rule: Literal["periodic"] = "periodic"
    every: Annotated[Hours, Field(gt=0)]
    """Time between reviews."""
    first: Hours = 0.0
    """Time of the first review, from the start of the run."""
    level: Units | None = None
    """Order up to this position."""
    point: Units | None = None
    """Order only when the position is at or below this; where left out, whenever it is below the level."""
    before_demand: bool = False
    """Review before, not after, the demand of the same instant."""

    @model_validator(mode="after")
    def _check(self) -> "Periodic":
        self._given_or_target("level")
        if self.point is not None and self.level is not None and self.point >= self.level:
            raise ValueError(f"point ({self.point:g}) must be below level ({self.level:g})")
        return self

    def order_quantity(self, stock: StockView) -> float:
        assert self.level is not None
        position = stock.position
        if self.point is not None and position > self.point:
            return 0.0
        return max(self.level - position, 0.0)

    def sized(self, demand: Demand, lead_time: LeadTime) -> ReplenishmentRule:
        level = self.level
        if level is None and self.target is not None:
            level = order_up_to_level(demand, lead_time, self.every, self.target.kind, self.target.value)
            level = max(level, (self.point or 0.0) + 1.0)
        return self._with(level=level)

    @property
    def reorder_at(self) -> float:
        return -math.inf

    @property
    def review(self) -> float:
        return self.every

    @property
    def highest(self) -> float:
        assert self.level is not None
        return self.level
