"""The level that reaches a service target, found by playing the shelf; the same for the same shelf, whatever the run.

The lines and lead times of a play depend on the names of site and SKU alone, so that a level follows from the
scenario. A formula takes the place of the play where it is exact.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from simulator.planning.exact_level import exact_formula, level_by_formula
from simulator.planning.shelf_case import FEWEST, Plan, Play, ShelfCase, course_of, draw, lead_times, most_lines, plan
from simulator.planning.shelf_demand import TICK, month_of, named_rng
from simulator.planning.shelf_play import period_ends
from simulator.planning.shelf_player import Script, play_through, script_of

CLOSE, FEW = 0.005, 10
"""A level that comes so close to its target needs no further play where more shelves than a few have one."""
ALL_SHORT, LONG, SHORT = 200_000, 120_000, 5_000
"""Lines that are played one by one: for all shelves together, for one of them at the most, and at the least."""
ALL_ORDERS, ORDERS = 5_000, 150
"""Orders to suppliers that are wanted for few shelves together, and that are enough for one of many."""
FIRST = 6_000
"""Lines with which the level is looked for at first."""
SURE = 400_000
"""Lines of all shelves together with which a level that was found in fewer is tried, and its neighbours."""


class UnreachableError(ValueError):
    """A target that no level of a shelf reaches."""


class Found(NamedTuple):
    """A level, and the service that it reaches in the play."""

    level: float
    reached: float
    method: str


Service = Callable[[float], float]
"""The service at a level."""


def search(case: ShelfCase, shelves: int) -> Found:
    """The smallest level that reaches the target in the play of a shelf, one of so many with a target.

    Errors: UnreachableError if there is none.
    """
    if not case.streams or not case.demand.mean:
        return Found(0.0, 1.0, "no demand")
    if case.load >= 1 and case.answers.all_wait and not case.has_no_long_run:
        raise UnreachableError(
            f"its orders are {case.load:.3g} times the work that the supplier can do: the queue there grows without end"
        )
    formula = exact_formula(case)
    if formula is not None:
        return Found(*level_by_formula(case), formula)
    how = plan(case, most_lines(shelves) if case.at_once else min(most_lines(shelves), SURE), FEWEST)
    plays = [draw(case, how, turn) for turn in range(how.turns)]
    if not case.lifts:
        return _one_by_one(case, plays, shelves)
    if not case.answers.all_wait:
        return _by_likeness(case, plays, shelves)
    reached, goal = _if_all_wait(case, plays), case.target.value - 1e-9
    level = smallest(lambda level: reached(level) >= goal, _guess(case), 0.0, case.beyond)
    return Found(level, reached(level), "played")


def smallest(reaches: Callable[[float], bool], guess: float, lowest: float, most: float, step: float = 0.0) -> float:
    """The smallest whole level, not below the lowest, that reaches the target; service rises with the level.

    Errors: UnreachableError if none does up to the most.
    """
    step = max(1.0, step or abs(guess) // 16)
    low = high = max(float(math.floor(guess)), lowest)
    if reaches(low):
        while True:
            if low <= max(lowest, -most):
                return low
            high, low, step = low, max(lowest, low - step), 2 * step
            if not reaches(low):
                break
    else:
        while not reaches(high):
            if high > most:
                raise UnreachableError(f"no level up to {high:,.0f} units reaches it")
            low, high, step = high, high + step, 4 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _guess(case: ShelfCase) -> float:
    return case.demand.mean * (case.lead_time.mean + case.rule.review)


def _if_all_wait(case: ShelfCase, plays: list[Play]) -> Service:
    """Service at every level, of a shelf whose course moves with its level."""
    parts = [course_of(case, play, 0.0).shortfalls(case.target.kind) for play in plays]
    total = sum(float(weight.sum()) for weight, _ in parts)
    return lambda level: 1 - sum(short(level) for _, short in parts) / total if total else 1.0


class _LineByLine:
    """Service at a level, played line by line; each level once."""

    def __init__(self, case: ShelfCase, plays: list[Play]) -> None:
        self._case, self._scripts, self._kept = case, [_script(case, play) for play in plays], dict[float, float]()

    def __call__(self, level: float) -> float:
        if level not in self._kept:
            case, rule = self._case, self._case.at_level(level)
            found = [play_through(rule, case.supply, script)[case.target.kind] for script in self._scripts]
            nothing = 1.0 if case.has_no_long_run else 0.0  # where there is nothing to count
            self._kept[level] = nothing if np.isnan(found).all() else float(np.nanmean(found))
        return self._kept[level]


def _script(case: ShelfCase, play: Play) -> Script:
    rng = named_rng(case.site, case.sku, "fates", str(play.turn))
    often = 2 * (play.window[1] / TICK) / case.between_orders
    drawn = lead_times(case, play.turn, 16 + min(len(play.lines.at), int(often)))
    ends = period_ends(case.rule, play.window[1]) if case.target.kind == "in_stock_probability" else np.zeros(0)
    return script_of(play.lines, case.answers, rng, drawn, play.window, ends.astype(np.int64))


def _dear(case: ShelfCase) -> float:
    """What a line costs to play, as against one after which the rule is not asked."""
    often = case.lines if case.rule.rule == "base_stock" else 1 / case.rule.review if case.rule.review else 0.0
    return 1 + often / case.lines


def _shortened(case: ShelfCase, plays: list[Play], shelves: int, longer: float = 1.0) -> list[Play]:
    """The beginning of a play that is to be played line by line; so much longer where nothing corrects its luck."""
    lines, per_order = ALL_SHORT / shelves, case.between_orders * case.lines
    if shelves <= FEW:
        lines = max(min(LONG, lines), ALL_ORDERS / shelves * per_order)
    else:
        lines = max(lines, min(SHORT, ORDERS * per_order), SHORT / 2)
    return _within(plays, longer * lines / _dear(case))


def _lines(plays: list[Play]) -> int:
    return sum(len(play.lines.at) for play in plays)


def _within(plays: list[Play], lines: float) -> list[Play]:
    """The beginning of a play, or the first of several, of about so many lines that are measured."""
    if len(plays) == 1:
        return [plays[0].until(int(lines))]
    return plays[: max(1, math.ceil(lines * len(plays) / max(_lines(plays), 1)))]


def _surely(case: ShelfCase, plays: list[Play], shelves: int, found: Found, played: list[Play]) -> Found:
    """A level tried, with its neighbours, in a longer play than it was found in, where few shelves have a target."""
    longer = _within(plays, SURE / shelves / _dear(case))
    if _lines(longer) < 1.5 * _lines(played):
        return found
    reached, goal = _LineByLine(case, longer), case.target.value - 1e-9
    level = smallest(lambda level: reached(level) >= goal, found.level, 0.0, case.beyond, max(1.0, found.level // 100))
    return Found(level, reached(level), found.method)


def _one_by_one(case: ShelfCase, plays: list[Play], shelves: int) -> Found:
    """Whatever the rule and the customers do: a level is looked for in a short play, and found in a longer one."""
    goal, guess = case.target.value - 1e-9, _guess(case)
    at_first = _LineByLine(case, _within(plays, FIRST))
    guess = smallest(lambda level: at_first(level) >= goal, guess, 0.0, case.beyond)
    short = _shortened(case, plays, shelves, 2.0 if shelves > FEW else 0.5)
    reached = _LineByLine(case, short)
    level = smallest(lambda level: reached(level) >= goal, guess, 0.0, case.beyond, guess // 50)
    return _surely(case, plays, shelves, Found(level, reached(level), "played line by line"), short)


def _by_likeness(case: ShelfCase, plays: list[Play], shelves: int) -> Found:
    """Where the course would move with its level if all waited, that shows how far to go from a level that was tried.

    It also corrects the luck: of what the level for those who all wait is off in what is played line by line, as
    against all that was drawn, the others' level has the share that waits.
    """
    short = _shortened(case, plays, shelves)
    reached, paired = _LineByLine(case, short), _if_all_wait(case, short)
    share = float(case.answers.waits.mean()) if _lines(short) < _lines(plays) else 0.0
    goal = case.target.value - 1e-9
    theirs = smallest(lambda at: paired(at) >= goal, _guess(case), -math.inf, case.beyond)
    level, found = _like(reached, paired, goal, theirs, 0.0 if shelves <= FEW else CLOSE, case.beyond)
    surely = _surely(case, plays, shelves, Found(level, found, "played line by line"), short)
    if not share or surely.reached != found:
        return surely
    everybody = _if_all_wait(case, plays)
    more = smallest(lambda at: everybody(at) >= goal, theirs, -math.inf, case.beyond) - theirs
    lucky = max(level + round(share * more), 0.0)
    expected = share * everybody(theirs + lucky - level) + (1 - share) * found
    return Found(lucky, expected, "played line by line")


def _like(
    service_at: Service, paired: Service, goal: float, theirs: float, close: float, most: float
) -> tuple[float, float]:
    """The smallest whole level at which `service_at` reaches the goal, and its service; or one that is likely to.

    A `paired` play, in which everybody waits, reaches it at the level `theirs`. The same service is reached there at a
    level that lies about as far away everywhere, which is the next guess, and the last one from a level that misses
    the goal by less than `close`. Where guesses do not close in, every other level lies halfway.

    Errors: UnreachableError if none up to the most reaches the goal.
    """
    low, high, level, best, off, plays = -1.0, math.inf, max(theirs, 0.0), 1.0, 1.0, 0

    def like(reached: float) -> float:
        """The level at which the paired play reaches so much."""
        return smallest(lambda at: paired(at) >= min(reached, 1 - 1e-9), level, -math.inf, 1e15)

    while True:
        found = service_at(level)
        if found >= goal:
            high, best = level, found
        else:
            low = level
        if high - low <= 1:
            return high, best
        if low >= most:
            raise UnreachableError(f"no level up to {most:,.0f} units reaches it")
        guess = min(level + theirs - like(found), math.ceil(most))
        off = min(off, abs(found - goal))
        plays += 1
        if off < close or (plays > 1 and off < 4 * close):
            return max(guess, 0.0), goal
        if not low < guess < high or (plays > 4 and plays % 2):
            guess = (low + high) // 2 if high < math.inf else 2 * level + 1
        level = guess


def by_month(case: ShelfCase, level: float, shelves: int) -> dict[int, float]:
    """The service of each month, 1 to 12, with a level that is kept all the year; empty where no month differs.

    Where customers do not all wait it is worked out as if they did, at the level that then reaches the same.
    """
    if not case.seasonal or not case.demand.mean:
        return {}
    how: Plan = plan(case, most_lines(shelves), FEWEST)
    plays = [draw(case, how, turn) for turn in range(how.turns)]
    if not case.answers.all_wait or not case.rule.shifts:
        everybody = _if_all_wait(case, plays)
        level = smallest(lambda at: everybody(at) >= case.target.value - 1e-9, level, -math.inf, case.beyond)
    weights, misses = np.zeros(12), np.zeros(12)
    shift = 0.0 if case.rule.shifts else level
    for play in plays:
        at, weight, missed = course_of(case, play, shift).counted(case.target.kind, level)
        month = month_of(case.scenario.run.start, at)
        weights += np.bincount(month, weight, 12)
        misses += np.bincount(month, missed, 12)
    return {place + 1: float(1 - misses[place] / weights[place]) for place in range(12) if weights[place]}


__all__ = ["Found", "UnreachableError", "by_month", "search"]
