"""What customers have lived through with their orders: told once, when nothing more will come of an order.

Whoever looks at how customers fare shares it: the first that asks has it listen, and only to blocks of orders that are
watched (`NewOrders.watched`).
"""

from collections.abc import Callable, Hashable

from simulator.engine.orders import Order, Shipment
from simulator.lifecycle.world import World
from simulator.rules.views import Lived
from simulator.units import exact

NAME = "outcomes"
Hear = Callable[[Order, Lived], None]
Knows = Callable[[Order], Hashable]


class Happened:
    """What is out of the ordinary with an order under way."""

    __slots__ = ("contacts", "last", "missing", "parcels", "told", "wrong")

    def __init__(self) -> None:
        self.last = -1.0
        """When goods came last, before what is yet to come; below 0 if none did."""
        self.missing = 0.0
        self.parcels = self.contacts = 0
        self.told = self.wrong = False


class Outcomes:
    """Listens to what happens to orders, and tells what became of each."""

    def __init__(self, world: World) -> None:
        self.clock = world.clock
        self.hear: list[Hear] = []
        self.knows: Knows | None = None
        """Tells apart customers who share a name in the ledger, where somebody can: None for all others."""
        self._happened: dict[int, Happened] = {}
        """By order number, for those with anything out of the ordinary."""
        hooks = world.hooks
        hooks.delivered.append(self._delivered)
        hooks.gone.append(self._gone)
        hooks.erred.append(self._erred)
        hooks.warned.append(self._warned)
        hooks.promised.append(self._promised)
        hooks.contacted.append(self._contacted)
        hooks.settled.append(self._settled)

    def _of(self, order: Order) -> Happened:
        found = self._happened.get(order.number)
        if found is None:
            found = self._happened[order.number] = Happened()
        return found

    def _delivered(self, order: Order, shipment: Shipment) -> None:
        if order.short or order.open > 1 or order.number in self._happened:
            happened = self._of(order)
            happened.last = self.clock.now
            happened.parcels += 1

    def _gone(self, order: Order, line: int, units: float, by_customer: bool) -> None:
        self._of(order).missing += units

    def _erred(self, order: Order, kind: str) -> None:
        self._of(order).wrong = True

    def _warned(self, order: Order) -> None:
        if self.clock.now <= order.due:
            self._of(order).told = True

    def _promised(self, order: Order) -> None:
        if order.latest > order.due:
            self._warned(order)

    def _contacted(self, order: Order | None, reason: str, answered: bool) -> None:
        if order is not None and not order.settled:
            self._of(order).contacts += 1

    def _settled(self, order: Order) -> None:
        happened = self._happened.pop(order.number, None)
        block, place = order.block, order.index
        if block.damaged is None or block.misdocumented is None:
            return
        lived = self._lived(order, happened, bool(block.damaged[place]), bool(block.misdocumented[place]))
        for hear in self.hear:
            hear(order, lived)

    def _lived(self, order: Order, happened: Happened | None, damaged: bool, misdocumented: bool) -> Lived:
        units, now = order.block.units, self.clock.now
        wanted = sum(units[order.first : order.last]) if order.last > order.first + 1 else units[order.first]
        if not order.taken:
            nan = float("nan")
            contacts = happened.contacts if happened is not None else 0
            return Lived(nan, nan, wanted, wanted, parcels=0, contacts=contacts)
        if happened is None:
            return Lived(exact(now - order.due), exact(now - order.at), wanted, damaged=damaged, wrong=misdocumented)
        last = happened.last if happened.last >= 0 else now
        return Lived(
            exact(last - order.due),
            exact(last - order.at),
            wanted,
            min(happened.missing, wanted),
            damaged,
            happened.wrong or misdocumented,
            happened.told,
            max(happened.parcels, 1),
            happened.contacts,
        )


def outcomes(world: World) -> Outcomes:
    """What tells the outcomes of a run's orders, to whoever wants to know."""
    found: Outcomes | None = world.mechanisms.get(NAME)
    if found is None:
        found = world.mechanisms[NAME] = Outcomes(world)
    return found
