"""The shelf: one SKU at one site, its counters, and the queue of lines that wait for it.

The counters are changed here and nowhere else, by verbs that keep the inventory position right. There is one
definition of free stock, `free`, and one check of the reorder point, `low`.
"""

import math
from bisect import bisect_right, insort
from collections import deque
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from simulator.engine.promised import EVER, Commitment, to_promise, unpromised
from simulator.rules.replenishing import ReplenishmentRule
from simulator.rules.service_target import ServiceTarget
from simulator.textbook.targets import LeadTime
from simulator.unit_steps import ONE, UnitStep
from simulator.units import exact

if TYPE_CHECKING:
    from simulator.engine.orders import Order
    from simulator.engine.supply import Delivery, Supply
    from simulator.engine.terms import LineTerms

RANK, DUE = attrgetter("rank"), attrgetter("due")


class Waiting:
    """A line that waits for stock."""

    __slots__ = ("line", "order", "rank", "terms", "units")

    def __init__(self, order: "Order", line: int, units: float, terms: "LineTerms", rank: float) -> None:
        self.order, self.line, self.units, self.terms, self.rank = order, line, units, terms, rank

    @property
    def promised(self) -> bool:
        """Whether it was promised stock for a date: it does not stand in the way of others, nor they in its way."""
        return any(each.waiting is self for each in self.order.promises or ())


class Shelf:
    """One SKU at one site, in units. `position` is on hand + on order - backordered, kept up to date.

    Units are whole numbers, of which sums and differences are exact; `FractionalShelf` is for smaller quantities.
    """

    __slots__ = (
        "backordered",
        "coming",
        "committed",
        "cost",
        "daily_demand",
        "held",
        "lead_time",
        "number",
        "on_hand",
        "on_order",
        "position",
        "promised",
        "reorder_at",
        "reserved",
        "rule",
        "sku",
        "supply",
        "target",
        "waiting",
    )
    step = ONE
    """The smallest quantity that there can be."""
    target: ServiceTarget | None
    """The target of its SKU's class, in place of the rule's own; None where there is none."""
    lead_time: LeadTime | None
    """What is planned with, in place of the supplier's; None where it was never refreshed."""

    def __init__(
        self, number: int, sku: int, rule: ReplenishmentRule | None, supply: "Supply | None", on_hand: float
    ) -> None:
        self.number, self.sku = number, sku
        self.rule, self.supply = rule, supply
        self.on_hand = self.position = on_hand
        self.on_order = self.backordered = 0.0
        self.reserved = 0.0  # set aside for orders to come, and no longer free
        self.committed = 0.0  # promised to orders that have not come to the shelf yet
        self.promised: list[Commitment] = []  # to whom, by date, until given; equals as they came
        self.held = 0  # how many of these nobody else may take from
        self.daily_demand = self.cost = 0.0
        self.reorder_at = rule.asked_at if rule is not None else -math.inf
        self.waiting: deque[Waiting] = deque()  # by rank, equals in the order in which they came
        self.coming: list[Delivery] = []
        self.target = self.lead_time = None

    def exact(self, units: float) -> float:
        """Units that were added up or subtracted, without a rounding."""
        return units

    def free(
        self,
        kept: float = 0.0,
        after_waiting: bool = False,
        after_promised: bool = False,
        units: float | None = None,
        joins: bool = True,
    ) -> float:
        """Units on hand for somebody from whom so many are `kept`; never negative unless more is owed than is there.

        Who comes after those who wait gets nothing as long as anybody waits. Who comes after what is promised as well
        may only have what neither they nor orders on their way to the shelf will take. Nobody gets what is held for
        others: that hangs on the `units` that are wanted, and on whether they are still to come into the position.
        """
        if after_promised and self.held:
            assert self.supply is not None
            return to_promise(self, self.supply.clock.now) - kept
        if after_promised:
            return self.on_hand - self.backordered - self.committed - kept
        if after_waiting and self.waiting:
            return 0.0
        free = self.on_hand - kept
        if free <= 0:
            return 0.0
        if not self.held:
            return free
        assert self.supply is not None
        return min(free, unpromised(self, self.supply.clock.now, units, joins))

    @property
    def low(self) -> bool:
        """Whether the position has fallen to the reorder point."""
        return self.position <= self.reorder_at

    def take(self, units: float) -> bool:
        """Take units for somebody who need not wait; whether the shelf is now low."""
        self.on_hand -= units
        self.position = position = self.position - units
        return position <= self.reorder_at

    def put(self, units: float) -> None:
        """Units that nobody ordered from a supplier come to the shelf: returned, not collected, no longer wanted."""
        self.on_hand += units
        self.position += units

    def owe(self, waiting: Waiting) -> None:
        """A line waits from now on, in its place by rank."""
        self.position -= waiting.units
        self.backordered += waiting.units
        if not self.waiting or waiting.rank >= self.waiting[-1].rank:
            self.waiting.append(waiting)
        else:
            self.waiting.insert(bisect_right(self.waiting, waiting.rank, key=RANK), waiting)

    def give(self, waiting: Waiting, units: float) -> None:
        """Units go to a line that waits; the position counted them as owed."""
        self.on_hand -= units
        self.backordered -= units
        waiting.units -= units

    def release(self, waiting: Waiting) -> None:
        """A line waits no longer for what it was still owed."""
        self.position += waiting.units
        self.backordered -= waiting.units
        waiting.units = 0.0

    def drop_served(self) -> None:
        """Those who got everything, or gave up, leave the head of the queue."""
        while self.waiting and not self.waiting[0].units:
            self.waiting.popleft()

    def sort_again(self) -> None:
        """After the rank of lines that wait has changed."""
        self.waiting = deque(sorted(self.waiting, key=RANK))

    def brought(self, units: float) -> float:
        """Units that would be here at once if a line asked for so many: what the rule would order then, if the supplier
        needs no time and nobody waits."""
        if self.supply is None or not self.supply.at_once or self.rule is None or self.waiting:
            return 0.0
        self.position -= units  # as if they were owed
        self.backordered += units
        wanted = self.rule.order_quantity(self) if self.low else 0.0
        self.position += units
        self.backordered -= units
        return self.rule.lots(wanted, self.step) if wanted > 0 else 0.0

    def expect(self, delivery: "Delivery") -> None:
        """Goods are on order."""
        self.on_order += delivery.units
        self.position += delivery.units
        self.coming.append(delivery)

    def receive(self, delivery: "Delivery") -> None:
        """Goods on order are here."""
        self.coming.remove(delivery)
        self.on_order -= delivery.units
        self.on_hand += delivery.units

    def recall(self, delivery: "Delivery") -> None:
        """Goods on order will not come."""
        self.coming.remove(delivery)
        self.on_order -= delivery.units
        self.position -= delivery.units

    def reserve(self, units: float) -> bool:
        """Set units aside for an order to come: they stay here and are not free; whether the shelf is now low."""
        self.reserved += units
        return self.take(units)

    def take_reserved(self, units: float) -> None:
        """Units that were set aside leave with their order."""
        self.reserved -= units

    def unreserve(self, units: float) -> None:
        """Units that were set aside are free again."""
        self.reserved -= units
        self.put(units)

    def commit(self, promise: Commitment) -> None:
        """Units are promised to an order that has not come to the shelf yet."""
        insort(self.promised, promise, key=DUE)
        self.committed += promise.units
        self.held += promise.held

    def come_for(self, promise: Commitment) -> None:
        """The order comes to the shelf for what it was promised."""
        if promise.comes > EVER:
            promise.comes = EVER
            self.committed -= promise.units

    def settle(self, promise: Commitment, units: float) -> None:
        """Units that were promised were given, or are no longer wanted."""
        if promise.comes > EVER:
            self.committed -= units
        promise.units = self.exact(promise.units - units)
        if promise.settled:
            self.promised.remove(promise)
            self.held -= promise.held

    def until_received(self, missing: float, now: float) -> float:
        """Hours until receipts as planned bring so many units; what none covers comes a planned lead time from now."""
        if missing <= 0 or self.supply is None:
            return 0.0
        for time, units in sorted(self.supply.receipts(self.coming, now)):
            missing = self.exact(missing - units)
            if missing <= 0:
                return exact(time - now)
        return exact(self.supply.plant(now)(now) - now)


class FractionalShelf(Shelf):
    """One SKU at one site of which there are fractions of a unit: whatever is counted is a whole number of steps."""

    __slots__ = ("step",)
    step: UnitStep

    def __init__(
        self,
        number: int,
        sku: int,
        rule: ReplenishmentRule | None,
        supply: "Supply | None",
        on_hand: float,
        step: UnitStep,
    ) -> None:
        self.step = step
        super().__init__(number, sku, rule, supply, on_hand)

    def exact(self, units: float) -> float:
        """Units that were added up or subtracted, without a rounding; what is without limit stays so."""
        return self.step.exact(units) if abs(units) < math.inf else units

    def free(
        self,
        kept: float = 0.0,
        after_waiting: bool = False,
        after_promised: bool = False,
        units: float | None = None,
        joins: bool = True,
    ) -> float:
        """As of whole units."""
        return self.exact(super().free(kept, after_waiting, after_promised, units, joins))

    def take(self, units: float) -> bool:
        """As of whole units."""
        super().take(units)
        return self.low

    def give(self, waiting: Waiting, units: float) -> None:
        """As of whole units."""
        super().give(waiting, units)
        waiting.units = self.step.exact(waiting.units)


class _Counter:
    """A counter of a shelf that takes its own step whenever it is changed, by whichever verb."""

    def __init__(self, name: str) -> None:
        self._kept = getattr(Shelf, name)

    def __get__(self, shelf: FractionalShelf | None, kind: type) -> Any:
        return self if shelf is None else self._kept.__get__(shelf, kind)

    def __set__(self, shelf: FractionalShelf, units: float) -> None:
        self._kept.__set__(shelf, shelf.exact(units))


for _name in ("backordered", "committed", "on_hand", "on_order", "position", "reserved"):
    setattr(FractionalShelf, _name, _Counter(_name))
