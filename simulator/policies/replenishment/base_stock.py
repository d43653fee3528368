"""Base stock."""

from typing import Literal

from pydantic import model_validator

from simulator.policies.replenishment import ReplenishmentRule
from simulator.policies.views import StockView
from simulator.theory.targets import Demand, LeadTime, order_up_to_level
from simulator.units import Units


class BaseStock(ReplenishmentRule):
    """Base stock, also written (S-1, S): every demand is ordered again at once.

    Where the position is above the level, because a customer cancelled, it says how many units on
    order are no longer needed; a supplier who allows it takes back what has not been started.

    ```yaml
    rule: base_stock
    level: 16
    ```

    >>> from simulator.policies.views import Shelf
    >>> BaseStock(level=16).order_quantity(Shelf(on_hand=4, on_order=11))
    1.0
    """

    rule: Literal["base_stock"] = "base_stock"
    level: Units | None = None
    """Order up to this position after every demand."""

    @model_validator(mode="after")
    def _check(self) -> "BaseStock":
        self._given_or_target("level")
        return self

    def order_quantity(self, stock: StockView) -> float:
        assert self.level is not None
        return self.level - stock.position

    def sized(self, demand: Demand, lead_time: LeadTime) -> ReplenishmentRule:
        level = self.level
        if level is None and self.target is not None:
            level = order_up_to_level(demand, lead_time, 0.0, self.target.kind, self.target.value)
        return self._with(level=level)

    @property
    def highest(self) -> float:
        assert self.level is not None
        return self.level
