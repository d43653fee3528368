"""When to order from the supplier, and how much."""

import math
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from simulator.rules.family import OneOf, Rule
from simulator.rules.scheduled_receipt import Receipt
from simulator.rules.service_target import ServiceTarget
from simulator.rules.views import StockView
from simulator.textbook.targets import Demand, LeadTime, order_up_to_level, reorder_level
from simulator.unit_steps import ONE, UnitStep
from simulator.units import Hours, Units


class ReplenishmentRule(Rule):
    """Decides what to order for one SKU at one site, looking at its inventory position.

    A rule is asked after every demand that leaves the position at or below `reorder_at`,
    or, where `review` is above 0, only at its review times.
    """

    supplier: str | None = None
    """Who delivers; may be left out where the network has one supplier."""
    opening: Units | None = None
    """On hand at the start; the rule's maximum where left out."""
    lot_size: Annotated[Units, Field(gt=0)] | None = None
    """Orders are rounded up to a multiple of this many units."""
    minimum_order: Units = 0.0
    """The smallest order the supplier takes, in units."""
    receipts: tuple[Receipt, ...] = ()
    """Scheduled receipts: what is on order when the run begins; the rule counts it, and orders what it wants beside."""
    target: ServiceTarget | None = None
    """Find the rule's open number, a whole one, for this service level, the scenario's own demand and its supplier."""

    def order_quantity(self, stock: StockView) -> float:
        """Units to order now; 0 for none; below 0, how many of those on order are no longer needed."""
        raise NotImplementedError

    def sized(self, demand: Demand, lead_time: LeadTime) -> "ReplenishmentRule":
        """This rule with all its numbers given, computed from the target where it has one by a textbook's formula.

        It is what a rule of your own computes by; for a rule with `at_level` it is where the search begins.
        """
        return self

    def at_level(self, level: float, demand: Demand) -> "ReplenishmentRule | None":
        """This rule with its open number set to a level, in units, so that the level can be searched for by playing.

        None for a rule that only `sized` can size.
        """
        return None

    @property
    def shifts(self) -> bool:
        """Whether what it orders follows from how far the position lies below its level, wherever that is."""
        return False

    @property
    def reorder_at(self) -> float:
        """Ask the rule when the position is at or below this many units; infinite: after every demand.

        It says nothing of a rule with reviews.
        """
        return math.inf

    @property
    def review(self) -> float:
        """Hours between reviews; 0 for continuous review."""
        return 0.0

    @property
    def first_review(self) -> float:
        """Hours from the start of the run to the first review."""
        return 0.0

    @property
    def reviews_before_demand(self) -> bool:
        """Whether a review comes before, not after, the demand of the same instant."""
        return False

    @property
    def asked_at(self) -> float:
        """Where the position has to be for the rule to be asked between reviews: `reorder_at`, or nowhere."""
        return -math.inf if self.review > 0 else self.reorder_at

    @property
    def highest(self) -> float:
        """The highest position the rule orders up to, in units: the opening stock where none is given."""
        raise NotImplementedError

    def lots(self, units: float, step: UnitStep = ONE) -> float:
        """An order rounded up to the minimum order and the lot size; what is less than half a `step` off is a rounding.

        >>> from simulator.rules.replenishing import BaseStock
        >>> BaseStock(level=10, lot_size=12).lots(5)
        12.0
        """
        if units <= 0:
            return units
        units = max(units, self.minimum_order)
        units = float(round(units)) if step is ONE else step.exact(units)
        return step.exact(-step.multiples(-units, self.lot_size) * self.lot_size) if self.lot_size else units

    def _given_or_target(self, number: str) -> None:
        """The number is given, or a target is: with both, nobody could tell which one holds."""
        if getattr(self, number) is None and self.target is None:
            raise ValueError(f"give {number}, or a target to compute it from")
        if getattr(self, number) is not None and self.target is not None:
            raise ValueError(f"{number} and target both say how much stock to keep: keep one of them")

    def _with(self, **numbers: Any) -> "ReplenishmentRule":
        return self.model_copy(update={**numbers, "target": None})


Replenishment = Annotated[ReplenishmentRule, OneOf()]


class BaseStock(ReplenishmentRule):
    """Base stock, also written (S-1, S): every demand is ordered again at once.

    Where the position is above the level, because a customer cancelled, it says how many units on
    order are no longer needed; a supplier who allows it takes back what has not been started.

    ```yaml
    rule: base_stock
    level: 16
    ```

    >>> from simulator.rules.views import Shelf
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
        if self.target is None:
            return self
        return self.at_level(order_up_to_level(demand, lead_time, 0.0, self.target.like, self.target.value), demand)

    def at_level(self, level: float, demand: Demand) -> ReplenishmentRule:
        return self._with(level=max(level, 0.0))

    @property
    def shifts(self) -> bool:
        return True

    @property
    def highest(self) -> float:
        assert self.level is not None
        return self.level


class MasterSchedule(ReplenishmentRule):
    """A master schedule: nothing is ordered, and what comes are the receipts that are scheduled.

    ```yaml
    rule: master_schedule
    receipts: [{at: 2 weeks, units: 70}, {at: 2026-02-02, units: 70}]
    ```
    """

    rule: Literal["master_schedule"] = "master_schedule"

    def order_quantity(self, stock: StockView) -> float:
        return 0.0

    @property
    def reorder_at(self) -> float:
        return -math.inf

    @property
    def highest(self) -> float:
        return 0.0


class MinMax(ReplenishmentRule):
    """Min-max, also written (s, S): fall to the minimum, order up to the maximum.

    ```yaml
    rule: min_max
    minimum: 20
    maximum: 60
    ```

    >>> from simulator.rules.views import Shelf
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
        minimum = self.minimum or 0.0
        if self.target is not None:
            span = self._span(demand) if self.maximum is None else self.maximum / 2
            minimum = reorder_level(demand, lead_time, span, self.target.like, self.target.value)
        return self.at_level(minimum, demand)

    def at_level(self, level: float, demand: Demand) -> ReplenishmentRule:
        minimum = max(level, 0.0)
        maximum = minimum + self._span(demand) if self.maximum is None else max(self.maximum, minimum + 1.0)
        return self._with(minimum=minimum, maximum=maximum, cover=None)

    def _span(self, demand: Demand) -> float:
        return max(1.0, round((self.cover or 0.0) * demand.mean))

    @property
    def shifts(self) -> bool:
        return self.maximum is None

    @property
    def reorder_at(self) -> float:
        assert self.minimum is not None
        return self.minimum

    @property
    def highest(self) -> float:
        assert self.maximum is not None
        return self.maximum


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

    >>> from simulator.rules.views import Shelf
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
        if self.target is None:
            return self
        level = order_up_to_level(demand, lead_time, self.every, self.target.like, self.target.value)
        return self.at_level(level, demand)

    def at_level(self, level: float, demand: Demand) -> ReplenishmentRule:
        return self._with(level=max(level, 0.0 if self.point is None else self.point + 1.0))

    @property
    def shifts(self) -> bool:
        return self.point is None

    @property
    def reorder_at(self) -> float:
        return -math.inf

    @property
    def review(self) -> float:
        return self.every

    @property
    def first_review(self) -> float:
        return self.first

    @property
    def reviews_before_demand(self) -> bool:
        return self.before_demand

    @property
    def highest(self) -> float:
        assert self.level is not None
        return self.level


class ReorderPoint(ReplenishmentRule):
    """Reorder point, also written (r, Q) and (r, nQ): at or below the point, order the quantity.

    With `multiples` (the default) it orders the smallest multiple of the quantity that lifts the
    position above the point, (r, nQ); without, always one quantity.

    ```yaml
    rule: reorder_point
    point: 20
    quantity: 50
    ```

    >>> from simulator.rules.views import Shelf
    >>> ReorderPoint(point=20, quantity=50).order_quantity(Shelf(on_hand=25, backordered=10))
    50.0
    """

    rule: Literal["reorder_point"] = "reorder_point"
    point: Units | None = None
    """Order when the position is at or below this."""
    quantity: Annotated[Units, Field(gt=0)] | None = None
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
        return self.quantity * (stock.step.multiples(short, self.quantity) + 1) if self.multiples else self.quantity

    def sized(self, demand: Demand, lead_time: LeadTime) -> ReplenishmentRule:
        point = self.point or 0.0
        if self.target is not None:
            point = reorder_level(demand, lead_time, self._lot(demand), self.target.like, self.target.value)
        return self.at_level(point, demand)

    def at_level(self, level: float, demand: Demand) -> ReplenishmentRule:
        return self._with(point=max(level, 0.0), quantity=self._lot(demand), cover=None)

    def _lot(self, demand: Demand) -> float:
        return self.quantity or self.lots(max(1.0, round((self.cover or 0.0) * demand.mean)))

    @property
    def shifts(self) -> bool:
        return True

    @property
    def reorder_at(self) -> float:
        assert self.point is not None
        return self.point

    @property
    def highest(self) -> float:
        assert self.point is not None and self.quantity is not None
        return self.point + self.quantity
