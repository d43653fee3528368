"""When to order from the supplier, and how much."""

import math
from typing import Annotated, Any, cast

from pydantic import Field, model_validator

from simulator.model import Model
from simulator.policies.family import OneOf, Rule
from simulator.policies.views import StockView
from simulator.theory.targets import Demand, LeadTime, Target
from simulator.units import Share, Units

__all__ = ["Replenishment", "ReplenishmentRule", "ServiceTarget"]


class ServiceTarget(Model):
    """A service level that the numbers of a replenishment rule are computed from; name exactly one."""

    cycle_service_level: Share | None = None
    """Share of replenishment cycles without a stockout."""
    unit_fill_rate: Share | None = None
    """Share of units met at once from stock."""
    line_fill_rate: Share | None = None
    """Share of order lines met completely at once from stock."""

    @model_validator(mode="after")
    def _one(self) -> "ServiceTarget":
        if len(self.model_fields_set) != 1:
            raise ValueError(f"name exactly one target: {', '.join(type(self).model_fields)}")
        if not 0 < self.value < 1:
            raise ValueError(f"a target lies between 0 and 1, both left out; found {self.value:g}")
        return self

    @property
    def kind(self) -> Target:
        """Which service level."""
        return cast(Target, next(iter(self.model_fields_set)))

    @property
    def value(self) -> float:
        """Its value, a share."""
        return float(getattr(self, self.kind))


class ReplenishmentRule(Rule):
    """Decides what to order for one SKU at one site, looking at its inventory position.

    A rule is asked after every demand that leaves the position at or below `reorder_at`,
    or, where `review` is above 0, only at its review times.
    """

    supplier: str | None = None
    """Who delivers; may be left out where the network has one supplier."""
    opening: Units | None = None
    """On hand at the start; the rule's maximum where left out."""
    lot_size: Annotated[float, Field(gt=0)] | None = None
    """Orders are rounded up to a multiple of this many units."""
    minimum_order: Units = 0.0
    """The smallest order the supplier takes, in units."""
    target: ServiceTarget | None = None
    """Compute the rule's numbers from this service level, the scenario's own demand and the supplier's lead time."""

    def order_quantity(self, stock: StockView) -> float:
        """Units to order now; 0 for none; below 0, how many of those on order are no longer needed."""
        raise NotImplementedError

    def sized(self, demand: Demand, lead_time: LeadTime) -> "ReplenishmentRule":
        """This rule with all its numbers given, computed from the target where it has one."""
        return self

    @property
    def reorder_at(self) -> float:
        """Ask the rule when the position is at or below this many units; infinite: after every demand."""
        return math.inf

    @property
    def review(self) -> float:
        """Hours between reviews; 0 for continuous review."""
        return 0.0

    @property
    def highest(self) -> float:
        """The highest position the rule orders up to, in units: the opening stock where none is given."""
        raise NotImplementedError

    def lots(self, units: float) -> float:
        """An order rounded up to the minimum order and the lot size.

        >>> from simulator.policies.replenishment.base_stock import BaseStock
        >>> BaseStock(level=10, lot_size=12).lots(5)
        12.0
        """
        if units <= 0:
            return units
        units = max(units, self.minimum_order)
        return math.ceil(units / self.lot_size - 1e-9) * self.lot_size if self.lot_size else units

    def _given_or_target(self, *numbers: str) -> None:
        """Every number is given, or a target is."""
        missing = [name for name in numbers if getattr(self, name) is None]
        if missing and self.target is None:
            raise ValueError(f"give {' and '.join(missing)}, or a target to compute it from")

    def _with(self, **numbers: Any) -> "ReplenishmentRule":
        return self.model_copy(update={**numbers, "target": None})


Replenishment = Annotated[ReplenishmentRule, OneOf()]
