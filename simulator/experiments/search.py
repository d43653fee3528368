"""How an optimisation searches: a race of points, a wide or a near search, and the confirmation of the winner."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import permutations
from typing import Literal

from simulator.checks.overload import unstable
from simulator.experiments.differences import Contrast
from simulator.experiments.executors import Workforce
from simulator.experiments.intervals import CONFIDENCE, Interval, interval
from simulator.experiments.replicate import Experiment, replicate
from simulator.experiments.result import Result
from simulator.experiments.search_space import Places, Point, Space, missed, one_sided, sample, violated
from simulator.scenario.errors import ScenarioError
from simulator.scenario.optimise import Constraint, Goal, Optimise

RISK = 0.01
"""The chance at most that a point is dropped in error by its objective, or by one of its constraints, in all looks."""


UNSTABLE = 1e6
"""By so much an unstable point misses what is wanted, so that the search leaves it for any that settles."""
Fate = Literal["", "holds", "not shown", "worse", "violates", "no value", "unstable"]


Told = Callable[[Sequence["Trial"], int], None]
"""Called with the trials that run, and the replications that they have together."""


@dataclass
class Trial:
    """A point that was played, and what came of it."""

    number: int
    """In the order in which points were tried, from 1."""
    places: Places
    point: Point
    experiment: Experiment = field(repr=False)
    played: int = 0
    """Replications it was judged by."""
    value: float = float("nan")
    """The objective; of a point that was dropped, as far above or below the best so far as its replications say."""
    values: tuple[float, ...] = ()
    """The KPIs of the constraints."""
    missed: tuple[float, ...] = ()
    """By how much of it each constraint is not shown to hold; 0 or less if it is."""
    fate: Fate = ""
    """"holds": every constraint is shown to hold; "not shown": some is not; "worse" than the best at that time, or
    "violates" a constraint: dropped as soon as that was sure; "no value": the objective has none; "unstable": it never
    settles, since there is more work than can be done, and is no solution whatever its numbers."""
    excess: float = 0.0
    """Of an unstable point: the work beyond what can be done, as a share of that."""

    @property
    def shortfall(self) -> float:
        """By how much the constraints are missed in all; 0 if every one holds. An unstable point misses by more."""
        short = sum(max(each, 0.0) for each in self.missed)
        return short if self.fate != "unstable" else UNSTABLE * (1 + self.excess) + short

    def result(self) -> Result:
        """What it was judged by, whatever else the store holds of it."""
        return self.experiment.result(self.played)


def looks(section: Optimise) -> list[int]:
    """Replications at which a point is judged.

    >>> looks(Optimise(minimise="total_cost", decisions={"a": {"low": 1, "high": 2}}))
    [4, 8, 16, 20]
    """
    times, found = section.replications, list[int]()
    while (times.first << len(found)) < times.most:
        found.append(times.first << len(found))
    return [*found, times.most]


def race(crew: Workforce, trials: Sequence[Trial], best: Trial | None, section: Optimise, told: Told) -> None:
    """Play points side by side until each has been dropped or has the most replications.

    They are compared with the best so far, replication by replication; what they do does not depend on one another,
    nor on how many are played at the same time.
    """
    running, times = list(trials), looks(section)
    for look in times:
        asked = [(trial.experiment, look) for trial in running]
        replicate(crew, asked, partial(_say, told, running))
        for trial in running:
            judge(trial, look, best, section, 1 - RISK / max(1, len(times) - 1))
        running = [trial for trial in running if trial.fate not in ("worse", "violates", "no value", "unstable")]


def _say(told: Told, running: list[Trial], done: int, _: int) -> None:
    told(running, done)


def judge(trial: Trial, look: int, best: Trial | None, section: Optimise, confidence: float) -> None:
    """Say what is known of a point after so many replications."""
    trial.played = look
    result, constraints = trial.result(), section.subject_to
    objective = sample(result, section.objective)
    samples = [sample(result, constraint) for constraint in constraints]
    trial.value = interval(objective).point
    trial.values = tuple(interval(each).point for each in samples)
    trial.missed = tuple(
        missed(constraint, one_sided(each, constraint.confidence))
        for constraint, each in zip(constraints, samples, strict=True)
    )
    if result.never_settles:
        over = [each.load.mean - 1 for each in unstable(result.scenario)]
        trial.fate, trial.excess = "unstable", sum(min(each, UNSTABLE) for each in over)
        return
    if trial.value != trial.value:
        trial.fate = "no value"
    elif any(
        violated(constraint, one_sided(each, confidence)) for constraint, each in zip(constraints, samples, strict=True)
    ):
        trial.fate = "violates"
    else:
        trial.fate = "not shown" if trial.shortfall else "holds"
    if best is not None and look < best.played and trial.fate != "no value":
        _against(trial, best, section, confidence)


def _against(trial: Trial, best: Trial, section: Optimise, confidence: float) -> None:
    """Compare a point with the best so far over the replications that both have."""
    theirs = sample(best.experiment.result(trial.played), section.objective)
    found = Contrast(theirs, sample(trial.result(), section.objective)).interval(2 * confidence - 1)
    trial.value = best.value + found.point
    if trial.fate != "violates" and min(section.sign * found.low, section.sign * found.high) > 0:
        trial.fate = "worse"


CANDIDATES = 3
"""So many points are tried at most until one is confirmed; they share the risk of an error."""


@dataclass(frozen=True)
class Confirmed:
    """A KPI of the base and of the winner, in replications that the search has not seen."""

    goal: Goal
    base: Interval
    winner: Interval
    difference: Interval
    """The winner less the base, replication by replication."""
    bound: float = math.nan
    """What a constraint's KPI is above, or below, with the confidence asked for; nan of an objective."""
    holds: bool = True
    """Whether the bound says that the constraint holds."""
    base_holds: bool = True
    """Whether the base's bound says so of the base."""


@dataclass(frozen=True)
class Confirmation:
    """What fresh replications say of a point."""

    trial: Trial
    kpis: tuple[Confirmed, ...]
    """The objective first, then the constraints."""
    replications: int

    @property
    def holds(self) -> bool:
        """Whether all constraints are shown to hold."""
        return all(each.holds for each in self.kpis)


def confirm(
    crew: Workforce, base: Experiment, trials: Sequence[Trial], section: Optimise, told: Callable[[int], None]
) -> list[Confirmation]:
    """Judge the best point anew; where the constraints are not shown to hold, the next best that keeps further off.

    The last of the list is the winner. Every candidate is judged by the same replications, with the risk shared out
    (Bonferroni): that any of them is confirmed wrongly has the probability that was asked for. That several
    constraints hold together needs no further correction, since each of them must be shown to hold (R. L. Berger
    1982, Technometrics 24).
    """
    first, last = section.replications.most, section.replications.most + section.replications.fresh
    found: list[Confirmation] = []
    candidate = nearest([trial for trial in trials if trial.fate != "unstable"], section)
    while candidate is not None:
        replicate(crew, [(base, last), (candidate.experiment, last)], lambda done, _: told(done))
        results = base.result(last), candidate.experiment.result(last)
        found.append(Confirmation(candidate, _judged(*results, first, section), section.replications.fresh))
        further = not found[-1].holds and len(found) < CANDIDATES
        candidate = _next(trials, candidate, section) if further else None
    return found


def _next(trials: Sequence[Trial], failed: Trial, section: Optimise) -> Trial | None:
    """The best of those whose tightest constraint keeps further off than it did."""
    safer = [trial for trial in trials if trial.fate == "holds" and max(trial.missed) < max(failed.missed)]
    return min(safer, key=lambda trial: section.sign * trial.value, default=None)


def _judged(base: Result, winner: Result, first: int, section: Optimise) -> tuple[Confirmed, ...]:
    found = []
    for goal in (section.objective, *section.subject_to):
        one, other = (sample(result, goal, first) for result in (base, winner))
        both = (goal, interval(one), interval(other), Contrast(one, other).interval(CONFIDENCE))
        if isinstance(goal, Constraint):
            bounds = one_sided(other, 1 - (1 - goal.confidence) / CANDIDATES)
            bound = bounds[0 if goal.at_least is not None else 1]
            found.append(
                Confirmed(*both, bound, missed(goal, bounds) <= 0, missed(goal, one_sided(one, goal.confidence)) <= 0)
            )
        else:
            found.append(Confirmed(*both))
    return tuple(found)


WIDEST = 8
"""The first stride is this part of a range."""


class Tried:
    """What a search knows so far. `begin` makes an experiment of a point."""

    def __init__(
        self, crew: Workforce, section: Optimise, space: Space, begin: Callable[[Point], Experiment], told: Told
    ) -> None:
        self.section, self.space = section, space
        self.trials: list[Trial] = []
        self.refused: list[Point] = []
        """Points that the scenario does not take, such as a minimum above the maximum."""
        self._crew, self._begin, self._told = crew, begin, told
        self._known: dict[tuple[str, ...], Trial] = {}

    @property
    def left(self) -> int:
        """How many points may still be tried."""
        return min(self.section.trials, self.space.size) - len(self.trials)

    def knows(self, places: Places) -> bool:
        """Whether a point has been tried."""
        point = self.space.point(places)
        return point in self.refused or tuple(point.values()) in self._known

    def play(self, proposed: Sequence[Places]) -> list[Trial | None]:
        """The trials of points, in order; those that are new race side by side. None for a point that is refused."""
        found: list[Trial | None] = []
        new: list[Trial] = []
        for places in proposed:
            point = self.space.point(places)
            key = tuple(point.values())
            if not self.knows(places):
                try:
                    trial = Trial(len(self.trials) + len(new) + 1, places, point, self._begin(point))
                except ScenarioError:
                    self.refused.append(point)
                else:
                    self._known[key] = trial
                    new.append(trial)
            found.append(self._known.get(key))
        if new:
            race(self._crew, new, best(self.trials, self.section), self.section, self._told)
            self.trials += new
        return found

    @property
    def nearest(self) -> Trial | None:
        """The best of the points that hold; where none does, the one that misses least."""
        return nearest(self.trials, self.section)


def near(tried: Tried) -> bool:
    """Move from the best point to better neighbours; whether all neighbours at the least stride were tried.

    First one decision at a time, then one up as another goes down, which leads along a constraint. Source: pattern
    search (Hooke and Jeeves 1961); that the end has no better neighbour is what COMPASS looks for (Hong and Nelson
    2006, Operations Research 54).
    """
    stride = WIDEST
    while True:
        start = tried.nearest
        if start is None:
            return False
        if all(not _moved(tried, list(moves(tried.space, start.places, stride))) for moves in (alone, against)):
            if all(axis.count // stride <= 1 for axis in tried.space.axes):
                return True
            stride *= 2
        elif not tried.left:
            return False


def _moved(tried: Tried, neighbours: list[Places]) -> bool:
    """Try neighbours as long as points may be tried: whether one is better, or none may be tried any more."""
    start = tried.nearest
    new = [places for places in neighbours if not tried.knows(places)]
    for first in range(0, len(new), BATCH):
        if not tried.left:
            return True
        tried.play(new[first : first + min(BATCH, tried.left)])
        if tried.nearest is not start:
            return True
    return False


def alone(space: Space, places: Places, stride: int) -> Iterator[Places]:
    """Neighbours by one decision."""
    for axis in space.axes:
        for step in _steps(axis.count, stride):
            if 0 <= places[axis.path] + step < axis.count:
                yield places | {axis.path: places[axis.path] + step}


def against(space: Space, places: Places, stride: int) -> Iterator[Places]:
    """Neighbours by two decisions, one up and one down."""
    for up, down in permutations(space.axes, 2):
        high, low = places[up.path] + _steps(up.count, stride)[1], places[down.path] + _steps(down.count, stride)[0]
        if high < up.count and low >= 0:
            yield places | {up.path: high, down.path: low}


def _steps(count: int, stride: int) -> tuple[int, int]:
    """Down and up, at a part of so many values."""
    step = max(1, count // stride)
    return -step, step


BATCH = 4
"""Points that are proposed together, so that the search is the same with any number of workers."""


def best(trials: Sequence[Trial], section: Optimise) -> Trial | None:
    """The best of the points whose constraints are all shown to hold; of equals the first."""
    held = [trial for trial in trials if trial.fate == "holds"]
    return min(held, key=lambda trial: section.sign * trial.value, default=None)


def nearest(trials: Sequence[Trial], section: Optimise) -> Trial | None:
    """The best of those that hold; if none does, the one that misses least, which may be unstable; None if no point
    has a value."""
    known = [trial for trial in trials if trial.fate != "no value"]
    missing = min(known, key=lambda trial: (trial.shortfall, section.sign * trial.value), default=None)
    return best(trials, section) or missing
