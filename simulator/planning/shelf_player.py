"""One shelf played line by line at one level, where customers do not all wait or the rule is no mirror of its level."""

import math
from bisect import bisect_left, bisect_right
from collections import deque
from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np

from simulator.planning.shelf_demand import TICK, Lines
from simulator.planning.shelf_play import Answers, Seen, Supply, review_times
from simulator.rules.replenishing import ReplenishmentRule

PERIOD, RECEIPT, GIVEN_UP = range(3)
"""What is due, in the order in which it comes at one instant."""
NEVER = 1 << 62


class Script(NamedTuple):
    """The lines of a play, and what their customers would do: drawn before anything is played, the same at every level.

    Plain lists: they are looked at one by one.
    """

    at: list[int]
    units: list[float]
    before: list[float]
    """Units of all the lines before each, and of all of them at the end."""
    leaves: list[int]
    """Tick at which who waits for it gives up; below 0 for one who does not wait."""
    whole: list[bool]
    lead_times: list[int]
    window: tuple[int, int]
    ends: list[int]
    """Ends of periods; empty where nobody asks for them."""


def script_of(
    lines: Lines, answers: Answers, rng: np.random.Generator, lead_times: np.ndarray, window: tuple[int, int],
    ends: np.ndarray,
) -> Script:  # fmt: skip
    """Who waits, and how long, is drawn for each line."""
    leaves = np.full(len(lines.at), NEVER)
    for kind, law in enumerate(answers.patience):
        mine = lines.kind == kind
        if law is not None and mine.any():
            patience = np.minimum(law(rng, int(mine.sum())), NEVER / TICK / 4)
            leaves[mine] = lines.at[mine] + np.rint(patience * TICK).astype(np.int64)
    leaves[rng.random(len(lines.at)) >= answers.waits[lines.kind]] = -1
    before = np.concatenate([[0.0], np.cumsum(lines.units)])
    whole = answers.whole[lines.kind]
    return Script(
        lines.at.tolist(), lines.units.tolist(), before.tolist(), leaves.tolist(), whole.tolist(), lead_times.tolist(),
        window, ends.tolist(),
    )  # fmt: skip


def play_through(rule: ReplenishmentRule, supply: Supply, script: Script) -> dict[str, float]:
    """Every kind of service that a rule with all its numbers gives; nan where there is nothing to count."""
    return _Player(rule, supply, script).play()


class _Player:
    """The counters of the shelf, and what is due."""

    def __init__(self, rule: ReplenishmentRule, supply: Supply, script: Script) -> None:
        self.rule, self.supply, self.script = rule, supply, script
        self.plain = rule.lot_size is None and not rule.minimum_order
        self.begin, self.end = script.window
        self.on_hand, self.on_order, self.owed = rule.highest, 0.0, 0.0
        self.seen = Seen(0.0)
        self.due: list[tuple[int, int, int, Any]] = []
        """Tick, what, number, and units or who waits."""
        self.waiting: deque[list[Any]] = deque()
        """Units still to come, and whether they are to come at once; 0 for one who has given up."""
        self.count, self.last, self.placed = 0, 0, 0
        self.free = [0] * (supply.capacity or 0)
        self.asked_at = rule.asked_at
        self.cycles = self.bad = self.periods = self.empty = 0
        self.stained = self.lost = self.without_since = False
        self.began = False
        """Whether the cycle has begun in the measured time."""
        self.without, self.since = 0.0, 0
        self.short, self.short_lines = 0.0, 0
        self.early = 0 if rule.reviews_before_demand else 1
        """Demand of a tick so much later comes after a review."""
        self.reviews = review_times(rule, self.end).tolist() if rule.review else []
        self.reviews.append(NEVER)
        self.reviewed = 0
        for number, end in enumerate(script.ends):
            self.due.append((end, PERIOD, number, 0.0))  # rising, and so a heap

    def play(self) -> dict[str, float]:
        """From the first line to the last; lines that nothing stands in the way of are served all at once."""
        at, units, before, leaves, whole = self.script[:5]
        last, begin = len(at), bisect_left(at, self.begin)
        due, waiting, index, asked_at = self.due, self.waiting, 0, self.asked_at
        if self.on_hand <= asked_at:
            self.reorder(0)
        while index < last:
            time = at[index]
            if (due and due[0][0] <= time) or self.reviews[self.reviewed] + self.early <= time:
                self.look(time)
            until = index if waiting else self.stretch(at, before, index)
            if until > index:
                self.on_hand -= before[until] - before[index]
                index = until
                time = at[index - 1]
            else:
                met = self.fall_short(units[index], leaves[index], whole[index])
                if index >= begin:
                    self.short += units[index] - met
                    self.short_lines += met < units[index] - 1e-9
                index += 1
            if self.on_hand <= 1e-9 and not self.without_since:
                self.since, self.without_since = time, True
            if self.on_hand + self.on_order - self.owed <= asked_at + 1e-9:
                self.reorder(time)
        self.look(self.end - 1)
        if self.without_since:
            self.without += self.end - max(self.since, self.begin)
        return self.reached(before[-1] - before[begin], last - begin)

    def stretch(self, at: list[int], before: list[float], index: int) -> int:
        """The line before which something else comes: what is due, an order to place, or the end of the stock."""
        start, stock = before[index], self.on_hand
        above = stock + self.on_order - self.owed - self.asked_at
        if above <= 1e-9:  # asked after every line
            return index + (before[index + 1] - start <= stock + 1e-9)
        if above <= stock:
            until = min(bisect_left(before, start + above - 1e-9, index + 1), len(at))
            if before[until] - start > stock + 1e-9:
                until -= 1
        else:
            until = bisect_right(before, start + stock + 1e-9, index) - 1
        if until == index:
            return until
        time = at[until - 1]
        if self.due and self.due[0][0] <= time:
            until = bisect_left(at, self.due[0][0], index, until)
        if self.reviews[self.reviewed] + self.early <= time:
            until = bisect_left(at, self.reviews[self.reviewed] + self.early, index, until)
        return until

    def look(self, at: int) -> None:
        """All that comes before the demand of a time."""
        while self.reviews[self.reviewed] + self.early <= at:
            time = self.reviews[self.reviewed]
            self.reviewed += 1
            self.until(time)
            self.reorder(time)
        if self.due and self.due[0][0] <= at:
            self.until(at)

    def reached(self, units: float, lines: int) -> dict[str, float]:
        """Every kind of service."""
        return {
            "unit_fill_rate": 1 - self.short / units if units else math.nan,
            "line_fill_rate": 1 - self.short_lines / lines if lines else math.nan,
            "cycle_service_level": 1 - self.bad / self.cycles if self.cycles else math.nan,
            "in_stock_probability": 1 - self.empty / self.periods if self.periods else math.nan,
            "ready_rate": 1 - self.without / (self.end - self.begin),
        }

    def fall_short(self, units: float, leaves: int, whole: bool) -> float:
        """Serve what there is of a line; the rest waits or is lost. The units met at once."""
        some = 0.0 if self.waiting or (whole and units > self.on_hand) else min(units, self.on_hand)
        rest = units - some
        self.on_hand -= some
        if rest <= 1e-9:
            return units
        self.stained = True
        if leaves < 0:
            self.lost = True
            return some
        self.owed += rest
        customer = [rest, whole]
        self.waiting.append(customer)
        if leaves < self.end:
            self.count += 1
            heappush(self.due, (leaves, GIVEN_UP, self.count, customer))
        return some

    def until(self, time: int) -> None:
        """What is due up to a time: ends of periods, receipts, customers who give up."""
        due = self.due
        while due and due[0][0] <= time:
            at, what, _, content = heappop(due)
            if what == RECEIPT:
                self.on_order -= content
                self.on_hand += content
                self.serve()
                if self.began:
                    self.cycles += 1
                    self.bad += self.stained
                self.stained, self.began = False, self.begin <= at < self.end
                if self.without_since and self.on_hand > 1e-9:
                    self.without += max(0, at - max(self.since, self.begin))
                    self.without_since = False
            elif what == GIVEN_UP:
                if content[0]:
                    self.owed -= content[0]
                    content[0] = 0.0
                    self.serve()
                    if self.asked_at > -math.inf:
                        self.reorder(at)
            else:
                if at >= self.begin:
                    self.periods += 1
                    self.empty += self.owed > 1e-9 or self.lost
                self.lost = False

    def serve(self) -> None:
        """Those who wait, one after the other."""
        waiting = self.waiting
        while waiting:
            rest, whole = waiting[0]
            if rest:
                given = 0.0 if whole and rest > self.on_hand else min(rest, self.on_hand)
                if not given:
                    return
                self.on_hand -= given
                self.owed -= given
                if rest - given > 1e-9:
                    waiting[0][0] = rest - given
                    return
                waiting[0][0] = 0.0
            waiting.popleft()

    def reorder(self, at: int) -> None:
        """Ask the rule, and order what it wants."""
        seen = self.seen
        seen.on_hand, seen.on_order, seen.backordered = self.on_hand, self.on_order, self.owed
        seen.position = self.on_hand + self.on_order - self.owed
        units = self.rule.order_quantity(seen)
        if units <= 0:
            return
        if not self.plain:
            units = self.rule.lots(units)
        self.on_order += units
        lead = self.script.lead_times[self.placed % len(self.script.lead_times)]
        self.placed += 1
        if self.supply.capacity is None:
            arrive = at + lead
            if not self.supply.crossing:
                arrive = self.last = max(arrive, self.last)
        else:
            arrive = max(at, heappop(self.free)) + lead
            heappush(self.free, arrive)
        heappush(self.due, (arrive, RECEIPT, self.placed, units))
        if arrive <= at:
            self.until(at)
