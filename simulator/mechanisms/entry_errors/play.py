"""Errors of order entry: which are made, which of them verification catches, and how customers meet with the rest."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from simulator.engine.clock import Life
from simulator.engine.ledger import Columns
from simulator.engine.orders import ComesBack, Order, Shipment
from simulator.lifecycle.customer_draws import NewOrders
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.lifecycle.fulfilment import deliver
from simulator.lifecycle.world import World
from simulator.mechanisms.entry_errors.facts import ERROR_KINDS, Erred
from simulator.scenario.network import EntryMode
from simulator.scenario.scenario import Scenario

NAME = "entry_errors"
ITEM, ADDRESS, PRICE, DOCUMENT = map(ERROR_KINDS.index, ("item", "address", "price", "document"))
OF_LINES = 2
"""So many kinds of error are of a line, the others of the order."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """An error of order entry that the customer will meet with."""

    kind: int
    """Index into the kinds of error."""
    line: int
    """Line within the block; -1 where it is the whole order's."""
    complains: bool
    delay: float
    """Hours that it costs: until a wrong item is back, until the right address is reached."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The errors of a block: parallel arrays, orders and lines by their place in the block (line -1: the order's)."""

    order: np.ndarray
    line: np.ndarray
    kind: np.ndarray
    caught: np.ndarray
    complains: np.ndarray
    delay: np.ndarray
    """Hours that it costs: until a wrong item is back, until the right address is reached."""
    chance: np.ndarray
    """Between 0 and 1: what becomes of a wrong item that comes back."""

    def facts(self, number: int, line: int) -> Columns:
        """What is recorded, with the numbers of the first order and line."""
        return {
            "order": number + self.order,
            "line": np.where(self.line < 0, 0, line + self.line),
            "kind": self.kind,
            "caught": self.caught,
        }

    def orders_with(self, chosen: np.ndarray, size: int) -> np.ndarray:
        """By order, whether it has any of the chosen errors."""
        found = np.zeros(size, dtype=bool)
        found[self.order[chosen]] = True
        return found

    def misdocumented(self, size: int) -> np.ndarray:
        """By order, whether its documents will be wrong."""
        return self.orders_with((self.kind == DOCUMENT) & ~self.caught, size)

    def missed(self, new: NewOrders) -> dict[int, list[Mistake]]:
        """What customers will meet with, by the first line of the order: errors that were missed; a wrong item comes
        back."""
        found: dict[int, list[Mistake]] = defaultdict(list)
        for place in np.flatnonzero(~self.caught).tolist():
            kind, line, delay = int(self.kind[place]), int(self.line[place]), float(self.delay[place])
            order = int(self.order[place])
            found[int(new.starts[order])].append(Mistake(kind, line, bool(self.complains[place]), delay))
            new.followed.add(order)
            if kind == ITEM:
                new.comes_back[line] = ComesBack(delay, 1.0, float(self.chance[place]))
        return dict(found)


class Entry:
    """The desk as the orders of one segment meet it."""

    def __init__(
        self,
        scenario: Scenario,
        homes: Sequence[str],
        modes: Sequence[str | None],
        rng: Callable[[str], np.random.Generator],
    ) -> None:
        known: dict[str, EntryMode] = scenario.network.entry_modes
        self._rates = np.array(
            [[getattr(known[mode].errors, kind) if mode is not None else 0.0 for mode in modes] for kind in ERROR_KINDS]
        )
        self._kinds = [kind for kind in range(len(ERROR_KINDS)) if self._rates[kind].any()]
        stages = [scenario.network.sites[site].stages for site in homes]
        self._catches = np.array(
            [next((stage.catches for stage in each if stage.catches is not None), 0.0) for each in stages]
        )
        """By channel: the share of errors that verification at its home finds."""
        self._mistakes, self._rng = scenario.service.mistakes, rng

    def draw(self, counts: np.ndarray, channel: np.ndarray) -> Entered | None:
        """The errors made with orders of so many lines; None where nothing ever goes wrong.

        Each kind has a stream of its own, with the same draws for every order whether it errs or not: an order
        that errs at a low rate errs at a higher one too.
        """
        if not self._kinds:
            return None
        order_of_line = np.repeat(np.arange(len(counts)), counts)
        parts = [self._of_kind(kind, channel, order_of_line) for kind in self._kinds]
        return Entered(*(np.concatenate([part[field] for part in parts]) for field in range(7)))

    def _of_kind(self, kind: int, channel: np.ndarray, order_of_line: np.ndarray) -> tuple[np.ndarray, ...]:
        of_lines = kind < OF_LINES
        order = order_of_line if of_lines else np.arange(len(channel))
        chance = self._rng(f"{ERROR_KINDS[kind]} errors").random((len(order), 4)).T
        law = {ITEM: self._mistakes.wrong_item_lag, ADDRESS: self._mistakes.redelivery}.get(kind)
        delay = np.zeros(len(order))
        if law is not None:
            delay = law.sample(self._rng(f"{ERROR_KINDS[kind]} delays"), len(order))
        found = np.flatnonzero(chance[0] < self._rates[kind][channel[order]])
        line = found if of_lines else np.full(len(found), -1)
        return (
            order[found],
            line,
            np.full(len(found), kind),
            chance[1][found] < self._catches[channel[order[found]]],
            chance[2][found] < self._mistakes.complaint,
            delay[found],
            chance[3][found],
        )


def draw(segment: CustomerSegment) -> Callable[[NewOrders], dict[int, list[Mistake]]]:
    """Draw the errors of new orders: those that verification catches make work, the others reach the customer."""
    entry = Entry(segment.scenario, [site.name for site in segment.reach.homes], segment.modes, segment.streams_kept)

    def mistakes(new: NewOrders) -> dict[int, list[Mistake]]:
        size = len(new.bulk.at)
        entered = entry.draw(new.bulk.wanted.counts, new.bulk.channel)
        if entered is None:
            return {}
        new.misdocumented = (new.misdocumented > 0) | entered.misdocumented(size)
        new.rework = entered.orders_with(entered.caught, size)
        segment.ledger.append(Erred, entered.facts(new.number, new.line))
        return entered.missed(new)

    return mistakes


def start(world: World) -> None:
    """From now on, customers meet with what was entered wrongly and missed."""
    world.hooks.delivering.append(partial(goes_astray, world))
    world.hooks.handed_over.append(partial(surface, world))


def mistakes_of(order: Order) -> list[Mistake]:
    """What the customer of an order will still meet with."""
    found: dict[int, list[Mistake]] = order.block.drawn[NAME]
    return found.get(order.first, [])


def goes_astray(world: World, order: Order, shipment: Shipment) -> bool:
    """Whether a shipment comes to a wrong address; then it is delivered later, and those after it come right."""
    if order.terms.collected:
        return False
    for mistake in mistakes_of(order):
        if mistake.kind == ADDRESS:
            meet(world, order, mistake)
            again = Shipment(world.clock)
            again.number, again.terms = shipment.number, shipment.terms
            again.shipment, again.pieces = shipment.shipment, shipment.pieces
            again.start(second_delivery(world, order, again, mistake.delay))
            return True
    return False


def second_delivery(world: World, order: Order, shipment: Shipment, delay: float) -> Life:
    """The goods are taken to the right address."""
    shipment.until(world.clock.now + delay)
    yield
    deliver(world, order, shipment)


def surface(world: World, order: Order, shipment: Shipment) -> None:
    """What is wrong with a delivery: with the lines on board, and with the order at its first delivery."""
    on_board = {line for line, _ in shipment.pieces or ()}
    for mistake in tuple(mistakes_of(order)):
        if mistake.line < 0 or mistake.line in on_board:
            meet(world, order, mistake)


def meet(world: World, order: Order, mistake: Mistake) -> None:
    """The customer meets with a mistake, once, and may complain; a wrong price is paid short."""
    now, record = world.clock.now, world.record
    mistakes_of(order).remove(mistake)
    line = order.block.line + mistake.line if mistake.line >= 0 else 0
    record.surfaced((now, order.number, line, mistake.kind))
    for tell in world.hooks.erred:
        tell(order, ERROR_KINDS[mistake.kind])
    if mistake.kind == PRICE:
        record.short_paid((now, order.number, world.scenario.service.mistakes.short_payment))
    if mistake.complains:
        record.complained((now, order.number, mistake.kind))
        for hear in world.hooks.contacting:
            hear(order, "complaint")
