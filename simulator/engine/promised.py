"""What is promised from a shelf: the commitments, how its stock will go on, and what of it is free to promise or take.

Stock is looked at as it is expected to be: on hand, receipts when they are due, and orders that the replenishment rule
will place at its next chances for what is known to be wanted. Nothing here sees a time that was drawn.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from simulator.textbook.available_to_promise import Part, parts
from simulator.unit_steps import UnitStep
from simulator.units import exact, multiples

if TYPE_CHECKING:
    from simulator.engine.orders import Order
    from simulator.engine.shelf import Shelf, Waiting

EVER = -math.inf
LITTLE = 1e-9
"""Units that make a rule reorder only if it reorders whatever is taken."""


class Commitment:
    """Units of a shelf that a line of an order was promised for a date.

    What is `held` nobody else may take; what is not is counted by promises made later, and ends when the order comes to
    the shelf.
    """

    __slots__ = ("comes", "due", "held", "line", "order", "shelf", "units", "waiting")

    def __init__(
        self, order: "Order", line: int, shelf: "Shelf", units: float, due: float, comes: float, held: bool
    ) -> None:
        self.order, self.line, self.shelf, self.units, self.held = order, line, shelf, units, held
        self.due = due
        """When the goods are to be there."""
        self.comes = comes
        """When its line asks for them, as planned; `EVER` once it has."""
        self.waiting: Waiting | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing of it is left to be given."""
        return self.units <= 0


def settle(order: "Order", line: int, units: float, last: bool = False) -> None:
    """Units of a line were given, or are no longer wanted: of what it was promised, first or last."""
    mine = [each for each in order.promises or () if each.line == line]
    for each in sorted(mine, key=lambda each: each.due, reverse=last):
        some = min(units, each.units)
        each.shelf.settle(each, some)
        units -= some
    order.promises = [each for each in order.promises or () if not each.settled]


Asked = tuple[float, float]
"""When units that are not yet in the inventory position will be asked for, and how many."""


class Planned:
    """A shelf as its replenishment rule will see it at a time to come."""

    __slots__ = ("_at", "_receipts", "position", "step")

    def __init__(self, position: float, at: float, receipts: list[Part], step: UnitStep) -> None:
        self.position, self._at, self._receipts, self.step = position, at, receipts, step

    @property
    def on_order(self) -> float:
        """What will still be on its way."""
        return sum(units for at, units in self._receipts if at > self._at)

    @property
    def on_hand(self) -> float:
        """What will be there, if more than is owed."""
        return max(self.position - self.on_order, 0.0)

    @property
    def backordered(self) -> float:
        """What will be owed, if more than is there."""
        return max(self.on_order - self.position, 0.0)


class Course:
    """The stock that is left by time, from now on: on hand and receipts, less what is owed and the commitments counted.

    It ends at a time, or when the first replenishment order is here that is placed after the units `asked`, one line
    after the other, have come into the inventory position, and with it there is `enough`: what is due later is for
    later orders.
    """

    def __init__(
        self,
        shelf: "Shelf",
        now: float,
        counted: Iterable[Commitment],
        owed: float,
        asked: Sequence[Asked] = (),
        enough: float = -math.inf,
        until: float = math.inf,
    ) -> None:
        assert shelf.rule is not None and shelf.supply is not None
        self._shelf, self._rule, self._now, self._position = shelf, shelf.rule, now, shelf.position
        self._receipts = list(shelf.supply.receipts(shelf.coming, now))
        self._turn = shelf.supply.plant(now)
        comes = [(max(now, each.comes), len(asked), each.units) for each in shelf.promised if each.comes > EVER]
        comes += [(at, place, units) for place, (at, units) in enumerate(asked)]
        self._comes = sorted(comes, reverse=True)
        self._asked = self._joining = len(asked)
        self._review = self._next_review(now) if self._rule.review > 0 else math.inf
        due = [(max(now, each.due), -each.units) for each in counted]
        while True:
            covered = self._next_order(until)
            self.times, self.levels = self._laid_out(shelf.exact(shelf.on_hand - owed), due, min(until, covered))
            if covered == math.inf or self.levels[-1] >= enough:
                break  # else that order does not cover all, and the next one has to

    def _next_order(self, until: float) -> float:
        """Go on to the next order placed once what is asked has come into the position; when it will be here."""
        rule = self._rule
        while True:
            at = self._comes[-1][0] if self._comes else math.inf
            looks = self._review < at or (self._review == at and rule.reviews_before_demand)
            at = self._review if looks else at
            if at == math.inf or at > until:
                return math.inf
            if not looks:
                _, place, units = self._comes.pop()
                self._position = (
                    self._position - units if units == LITTLE else self._shelf.exact(self._position - units)
                )
                self._joining -= place < self._asked
                if rule.review > 0:
                    self._review = min(self._review, self._next_review(at))
                    continue
                if self._position > rule.asked_at:
                    continue
            ordered = rule.order_quantity(Planned(self._position, at, self._receipts, self._shelf.step))
            if looks:  # after one that finds nothing to do, the next is when something has changed
                self._review = exact(self._review + rule.review) if ordered > 0 else math.inf
            if ordered > 0:
                ordered = rule.lots(ordered, self._shelf.step)
                self._position = self._shelf.exact(self._position + ordered)
                self._receipts.append((self._turn(at), ordered))
                if not self._joining:
                    return self._receipts[-1][0]

    def _next_review(self, at: float) -> float:
        """The first review that sees what has come by now; those before the demand of an instant do not see it."""
        first, every = self._rule.first_review, self._rule.review
        if at < first:
            return first
        count = multiples(at - first, every)
        found = exact(first + count * every)
        seen = found == at and not self._rule.reviews_before_demand
        return found if seen else exact(first + (count + 1) * every)

    def _laid_out(self, level: float, due: list[Part], until: float) -> tuple[list[float], list[float]]:
        """What is left after each change up to a time; of one instant, what comes is there before what goes."""
        changes = sorted([change for change in self._receipts + due if change[0] <= until], key=_of_instant)
        times, levels = [self._now], [level]
        for at, units in changes:
            level = self._shelf.exact(level + units)
            times.append(at)
            levels.append(level)
        return times, levels

    def had(self, units: float, since: float, less: float) -> list[Part]:
        """When how much of some units can be had from a time on, beyond so many that are kept for others."""
        place = bisect_left(self.times, since)
        if place == len(self.times) or (self.times[place] > since and place):  # as it stands since the last change
            place -= 1
        times = [max(since, at) for at in self.times[place:]]
        exact_units = self._shelf.exact
        found = parts(units, times, [exact_units(level - less) for level in self.levels[place:]])
        return [(at, exact_units(some)) for at, some in found]


def _of_instant(change: Part) -> tuple[float, bool]:
    return change[0], change[1] < 0


def owed(shelf: "Shelf") -> float:
    """Units for lines that wait without a commitment."""
    return shelf.exact(shelf.backordered - sum(each.units for each in shelf.promised if each.waiting is not None))


def available(shelf: "Shelf", now: float, lines: Sequence[float], comes: float, less: float = 0.0) -> list[Part]:
    """Available to promise: from when on how much of the units of some lines can be had, that ask for them at a time.

    For all later times it is beyond what is owed, promised, and `less`, which is kept for others.
    """
    units = shelf.exact(sum(lines))
    if shelf.rule is None:
        return [(comes, units)]
    if not shelf.promised and comes <= now and shelf.on_hand - shelf.backordered - less >= units:
        return [(now, units)]
    course = Course(shelf, now, shelf.promised, owed(shelf), [(comes, some) for some in lines], units + less)
    return course.had(units, comes, less)


def to_promise(shelf: "Shelf", now: float) -> float:
    """Units that could be promised and taken at once; negative if more is owed and promised than will be there."""
    return min(Course(shelf, now, shelf.promised, owed(shelf), [(now, LITTLE)]).levels)


def entitled(shelf: "Shelf", now: float, mine: "Sequence[Commitment]") -> tuple[float, float]:
    """Units that a line with commitments may take now, and what there is for the last of them.

    It leaves what is promised for earlier dates. Before its date it takes only what is free until then, and all of it
    or nothing: it was not promised in parts.
    """
    taken = room = 0.0
    for each in mine:
        ahead = takewhile(lambda other: other is not each, shelf.promised)  # noqa: B023 (used at once)
        before = [other for other in ahead if other.held and other not in mine]
        if each.due <= now:
            room = shelf.exact(shelf.on_hand - sum(other.units for other in before) - taken)
        else:
            room = shelf.exact(min(Course(shelf, now, before, owed(shelf), until=each.due).levels) - taken)
        part = min(each.units, room)
        if part > 0 and (part == each.units or each.due <= now):
            taken = shelf.exact(taken + part)
    return taken, room


def expected(shelf: "Shelf", now: float, units: float, mine: "Sequence[Commitment]") -> float:
    """When a line with commitments is expected to get its units, after those who were promised for earlier dates."""
    before = [each for each in takewhile(lambda each: each is not mine[-1], shelf.promised) if each.held]
    found = Course(shelf, now, [each for each in before if each not in mine], 0.0).had(units, now, 0.0)[-1][0]
    assert shelf.supply is not None
    return found if found < math.inf else shelf.supply.plant(now)(now)


def unpromised(shelf: "Shelf", now: float, units: float | None, joins: bool = True) -> float:
    """How many of some units may be taken now by somebody to whom nothing is promised, so that all promises are kept;
    where it is not said how many are wanted, as many as may be taken in any case.

    Who `joins` is not in the inventory position yet: what is taken will be replenished.
    """
    others = [each for each in shelf.promised if each.held]
    if units is None:
        return max(0.0, min(Course(shelf, now, others, 0.0, [(now, LITTLE)] if joins else ()).levels))
    while units > 0:
        left = min(Course(shelf, now, others, 0.0, [(now, units)] if joins else ()).levels)
        if left >= units:
            return units
        units = max(0.0, left)
    return 0.0
