"""One shelf played on its own: its lines, its replenishment rule, its supplier, and the service that a level gives.

Where everybody waits for what is short, and the rule's orders follow from how far the position lies below the level
alone, a higher level lifts the whole course of stock by as much: one play is enough for all levels (`Course`). Else
the shelf is played line by line for the level that is asked for (`play_through`). Both go as the run goes: at one
instant receipts come first, then demand, then reviews unless they come before it.
"""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from simulator.planning.shelf_demand import TICK, Lines, ticks
from simulator.rules.replenishing import ReplenishmentRule
from simulator.unit_steps import ONE

DAY = 24.0
Sample = Callable[[np.random.Generator, int], np.ndarray]


class Supply(NamedTuple):
    """How replenishment orders become receipts."""

    sample: Sample
    """Lead times in hours; with capacity, working times."""
    crossing: bool = True
    capacity: int | None = None

    def receipts(self, placed: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """When orders placed at rising ticks arrive; `drawn` are their lead times in ticks."""
        if self.capacity is None:
            found: np.ndarray = placed + drawn
            return found if self.crossing else np.maximum.accumulate(found)
        if self.capacity == 1:
            work = np.cumsum(drawn)
            ends: np.ndarray = work + np.maximum.accumulate(placed - work + drawn)
            return ends
        free = [0] * self.capacity
        arrive = []
        for at, work in zip(placed.tolist(), drawn.tolist(), strict=True):
            arrive.append(max(at, heapq.heappop(free)) + work)
            heapq.heappush(free, arrive[-1])
        return np.array(arrive, dtype=np.int64)


class Answers(NamedTuple):
    """What customers do when they find the shelf short, by kind of customers."""

    whole: np.ndarray
    """Whether a line is served only whole."""
    waits: np.ndarray
    """Share who wait for what is short; what the others asked for is lost."""
    patience: list[Sample | None]
    """How long those wait, in hours; for ever where None."""

    @property
    def all_wait(self) -> bool:
        """Whether everybody waits as long as it takes."""
        return bool((self.waits >= 1).all()) and not any(self.patience)


class Seen:
    """The shelf as its rule sees it."""

    __slots__ = ("backordered", "on_hand", "on_order", "position")
    step = ONE  # whatever is played is counted in whole numbers

    def __init__(self, on_hand: float, on_order: float = 0.0, backordered: float = 0.0) -> None:
        self.on_hand, self.on_order, self.backordered = on_hand, on_order, backordered
        self.position = on_hand + on_order - backordered


class Orders(NamedTuple):
    """Replenishment orders in the order of time."""

    at: np.ndarray
    """Ticks at which they are placed."""
    units: np.ndarray


def review_times(rule: ReplenishmentRule, end: int) -> np.ndarray:
    """When a rule with reviews looks at the stock before a time, in ticks."""
    return times_of(rule.first_review, rule.review, end)


def times_of(first: float, every: float, end: int) -> np.ndarray:
    """A time and its multiples of a period after it, in hours, up to before a tick; each is rounded on its own."""
    count = max(0, int((end / TICK - first) / every) + 2)
    found = ticks(first + np.arange(count) * every)
    return found[found < end]


def period_ends(rule: ReplenishmentRule, end: int) -> np.ndarray:
    """Ends of the periods that an in-stock probability counts, in ticks: reviews end them, or days without reviews."""
    return times_of(rule.first_review, rule.review or DAY, end)[1:]


def orders(rule: ReplenishmentRule, lines: Lines, end: int) -> Orders:
    """All replenishment orders, where everybody waits; the shelf opens at its highest position."""
    wanted = np.cumsum(lines.units)
    plain = rule.lot_size is None and not rule.minimum_order
    quantity = getattr(rule, "quantity", None)
    if rule.review > 0:
        times = review_times(rule, end)
        side = "left" if rule.reviews_before_demand else "right"
        until = np.searchsorted(lines.at, times, side=side)  # type: ignore[call-overload]
        seen = np.concatenate([[0.0], wanted])[until]
        if plain and rule.shifts:
            units = np.diff(seen, prepend=0.0)
            return Orders(times[units > 0], units[units > 0])
        return _one_by_one(rule, times, seen)
    if plain and rule.rule == "base_stock":
        return Orders(lines.at, lines.units)
    if plain and rule.rule == "reorder_point" and getattr(rule, "multiples", False) and quantity:
        lots = np.diff(np.floor(wanted / quantity + 1e-9), prepend=0.0)
        return Orders(lines.at[lots > 0], lots[lots > 0] * quantity)
    return _one_by_one(rule, lines.at, wanted)


def _one_by_one(rule: ReplenishmentRule, times: np.ndarray, wanted: np.ndarray) -> Orders:
    """The rule is asked at some times, or at the first of them at which the position has fallen to its point."""
    placed, units = list[int](), list[float]()
    position, start, place = rule.highest, rule.highest, 0
    ordered, always = 0.0, rule.review > 0 or math.isinf(rule.reorder_at)
    at, total = times.tolist(), wanted.tolist()
    while place < len(at):
        if not always:
            place = int(np.searchsorted(wanted, start + ordered - rule.reorder_at - 1e-9))
            if place >= len(at):
                break
        position = start + ordered - total[place]
        more = rule.lots(rule.order_quantity(Seen(position)))
        if more > 0:
            placed.append(at[place])
            units.append(more)
            ordered += more
        place += 1
        if not always and more > 0 and start + ordered - total[place - 1] <= rule.reorder_at:
            return _each_line(rule, times, wanted)
    return Orders(np.array(placed, dtype=np.int64), np.array(units))


def _each_line(rule: ReplenishmentRule, times: np.ndarray, wanted: np.ndarray) -> Orders:
    """The same where one order may not lift the position above the point: asked again at every line."""
    placed, units, ordered = list[int](), list[float](), 0.0
    for at, total in zip(times.tolist(), wanted.tolist(), strict=True):
        position = rule.highest + ordered - total
        if position <= rule.reorder_at:
            more = rule.lots(rule.order_quantity(Seen(position)))
            if more > 0:
                placed.append(at)
                units.append(more)
                ordered += more
    return Orders(np.array(placed, dtype=np.int64), np.array(units))


@dataclass
class Course:
    """What a play shows: what lines found above the level, and when stock came.

    Of a shelf whose course moves with its level everything is as if the level were 0; `service` adds the level.
    """

    at: np.ndarray
    units: np.ndarray
    found: np.ndarray
    """Net stock that each line found: on hand less what others wait for."""
    whole: np.ndarray
    received: np.ndarray
    """Ticks of receipts, rising."""
    changes: Callable[[], tuple[np.ndarray, np.ndarray]]
    """When net stock changed, and what it was from then on."""
    ends: tuple[np.ndarray, np.ndarray]
    """Ends of periods, and net stock just before them."""
    begin: int
    until: int

    @cached_property
    def changed(self) -> tuple[np.ndarray, np.ndarray]:
        """When net stock changed, and what it was from then on."""
        return self.changes()

    def need(self) -> np.ndarray:
        """The level from which on each line is met at once."""
        found: np.ndarray = self.units - self.found
        return found

    def short_units(self, level: float) -> np.ndarray:
        """Units of each line that were not there."""
        short = np.clip(self.need() - level, 0.0, self.units)
        return np.where(self.whole & (short > 1e-9), self.units, short)

    def service(self, kind: str, level: float) -> float:
        """The share that a target of this kind is about; nan where there is nothing to count."""
        weight, short = self.shortfalls(kind)
        total = float(weight.sum())
        return 1 - float(short(level)) / total if total else math.nan

    def shortfalls(self, kind: str) -> tuple[np.ndarray, Callable[[float], float]]:
        """What is counted, and how much of it fails at a level."""
        if kind == "unit_fill_rate":
            return self.units, _SumShort(self.need(), self.units, self.whole)
        if kind == "line_fill_rate":
            need = self.need()
            return np.ones(len(need)), _Above(need, np.ones(len(need)))
        if kind == "cycle_service_level":
            need = self.cycle_needs()
            return np.ones(len(need)), _Above(need, np.ones(len(need)))
        if kind == "in_stock_probability":
            need = -self.ends[1]
            return np.ones(len(need)), _Above(need, np.ones(len(need)))
        at, stock = self.changed
        lasting = np.diff(np.clip(np.append(at, self.until), self.begin, self.until)) / TICK
        return lasting, _Above(-stock, lasting, equal=True)

    def counted(self, kind: str, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """When each thing that `service` counts comes, its weight, and how much of it fails at a level."""
        if kind == "unit_fill_rate":
            return self.at, self.units, self.short_units(level)
        if kind == "line_fill_rate":
            return self.at, np.ones(len(self.at)), (self.need() > level + 1e-9).astype(float)
        if kind == "cycle_service_level":
            ends = self.received[self._cycles()]
            return ends, np.ones(len(ends)), (self.cycle_needs() > level + 1e-9).astype(float)
        if kind == "in_stock_probability":
            return self.ends[0], np.ones(len(self.ends[0])), (-self.ends[1] > level + 1e-9).astype(float)
        weight, _ = self.shortfalls(kind)
        return self.changed[0], weight, weight * (self.changed[1] + level <= 1e-9)

    def cycle_needs(self) -> np.ndarray:
        """The level from which on no line of a cycle, from one receipt to the next, is short."""
        cycle = np.searchsorted(self.received, self.at, side="right")
        worst = np.full(len(self.received) + 1, -np.inf)
        np.maximum.at(worst, cycle, self.need())
        return worst[:-1][self._cycles()]

    def _cycles(self) -> slice:
        """Receipts that end a cycle of which all is seen: not the first one of the measured time."""
        first, last = np.searchsorted(self.received, (self.begin, self.until))
        return slice(int(first) + 1, int(last))


class _Above:
    """Weight of what lies above a level."""

    def __init__(self, need: np.ndarray, weight: np.ndarray, equal: bool = False) -> None:
        ranked = np.argsort(need)
        self.need, self.slack = need[ranked], -1e-9 if equal else 1e-9
        self.beyond = np.append(np.cumsum(weight[ranked][::-1])[::-1], 0.0)

    def __call__(self, level: float) -> float:
        return float(self.beyond[np.searchsorted(self.need, level + self.slack, side="right")])


class _SumShort:
    """Units that are not there at a level."""

    def __init__(self, need: np.ndarray, units: np.ndarray, whole: np.ndarray) -> None:
        self._parts = [(-math.inf, need, units, whole)]

    def __call__(self, level: float) -> float:
        """What is met at a lower level is met at a higher one: it need not be looked at again."""
        while self._parts[-1][0] > level:
            self._parts.pop()
        _, need, units, whole = self._parts[-1]
        some = need > level + 1e-9
        need, units, whole = need[some], units[some], whole[some]
        if len(need) < 0.7 * len(self._parts[-1][1]):
            self._parts.append((level, need, units, whole))
        return float(np.where(whole, units, np.minimum(need - level, units)).sum())


def lifted(
    lines: Lines, placed: Orders, drawn: np.ndarray, supply: Supply, answers: Answers, base: float,
    window: tuple[int, int], ends: np.ndarray,
) -> Course:  # fmt: skip
    """The course of a shelf where everybody waits, less its level, with the lead times `drawn` for its orders.

    `base` is what the rule orders up to above its level; an in-stock probability looks at the shelf at `ends`.
    """
    begin, end = window
    arrive, units = supply.receipts(placed.at, drawn) if len(placed.at) else placed.at, placed.units
    if not supply.crossing or supply.capacity == 1:
        received = arrive
    else:
        ranked = np.argsort(arrive, kind="stable")
        received, units = arrive[ranked], units[ranked]
    gone = np.concatenate([[0.0], np.cumsum(lines.units)])
    came = np.concatenate([[0.0], np.cumsum(units)])
    first = np.searchsorted(lines.at, received)  # the first line that finds each receipt
    had = came[np.cumsum(np.bincount(first, minlength=len(lines.at) + 1))[: len(lines.at)]]
    found = base + had - gone[:-1]
    at_receipt = base + came[1:] - gone[first]

    def changes() -> tuple[np.ndarray, np.ndarray]:
        at, stock = np.concatenate([received, lines.at]), np.concatenate([at_receipt, found - lines.units])
        order = np.argsort(at, kind="stable")
        return at[order], stock[order]

    ends = ends[ends >= begin]
    before = base + came[np.searchsorted(received, ends)] - gone[np.searchsorted(lines.at, ends)]
    here = slice(*np.searchsorted(lines.at, (begin, end)))
    return Course(
        lines.at[here], lines.units[here], found[here], answers.whole[lines.kind[here]], received,
        changes, (ends, before), begin, end,
    )  # fmt: skip
