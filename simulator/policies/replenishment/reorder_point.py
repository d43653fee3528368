"""Reorder point with a fixed quantity."""

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.policies.replenishment import ReplenishmentRule
from simulator.policies.views import StockView
from simulator.theory.targets import Demand, LeadTime, reorder_level
from simulator.units import Hours, Units


class ReorderPoint(ReplenishmentRule):
    """Reorder point, also written (r, Q) and (r, nQ): at or below the point, order the quantity.

    With `multiples` (the default) it orders the smallest multiple of the quantity that lifts the
    position above the point, (r, nQ); without, always one quantity.

    ```yaml
    rule: reorder_point
    point: 20
    quantity: 50
    ```

    >>> from simulator.policies.views import Shelf
    >>> ReorderPoint(point=20, quantity=50).order_quantity(Shelf(on_hand=25, backordered=10))
    50.0
    """

    rule: Literal["reorder_point"] = "reorder_point"
    point: Units | None = None
    """Order when the position is at or below this."""
    quantity: Annotated[float, Field(gt=0)] | None = None
    """Units in one order."""
    cover: Annotated[Hours, Field(gt=0)] | None = None
    """Order this long a time of mean demand, instead of a quantity."""
    multiples: bool = True
    """Order as many quantities as lift the position above the point."""

    @model_validator(mode="after")
    def _check(self) -> "ReorderPoint":
        if (self.quantity is None) == (self.cover is None):
            raise ValueError("give quantity (units) or cover (a time of mean demand)")
        self._given_or_target("point")
        return self

    def order_quantity(self, stock: StockView) -> float:
        assert self.point is not None and self.quantity is not None
        short = self.point - stock.position
        if short < 0:
            return 0.0
        return self.quantity * (math.floor(short / self.quantity) + 1) if self.multiples else self.quantity

    def sized(self, demand: Demand, lead_time: LeadTime) -> ReplenishmentRule:
        quantity = self.quantity or self.lots(max(1.0, round((self.cover or 0.0) * demand.mean)))
        point = self.point
        if point is None and self.target is not None:
            point = reorder_level(demand, lead_time, quantity, self.target.kind, self.target.value)
        return self._with(point=point, quantity=quantity, cover=None)

    @property
    def reorder_at(self) -> float:
        assert self.point is not None
        return self.point

    @property
    def highest(self) -> float:
        assert self.point is not None and self.quantity is not None
        return self.point + self.quantity
