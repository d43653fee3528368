"""A race of points: all start with few replications, and who surely cannot win is not played any further."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from simulator.experiments.differences import Contrast
from simulator.experiments.executors import Workforce
from simulator.experiments.experiment import Experiment
from simulator.experiments.intervals import interval
from simulator.experiments.replicate import replicate
from simulator.experiments.result import Result
from simulator.experiments.search.goals import missed, one_sided, sample, violated
from simulator.experiments.search.space import Places, Point
from simulator.scenario.optimise import Optimise

RISK = 0.01
"""The chance at most that a point is dropped in error by its objective, or by one of its constraints, in all looks."""
Fate = Literal["", "holds", "not shown", "worse", "violates", "no value"]
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
    "violates" a constraint: dropped as soon as that was sure; "no value": the objective has none."""

    @property
    def shortfall(self) -> float:
        """By how much the constraints are missed in all; 0 if every one holds."""
        return sum(max(each, 0.0) for each in self.missed)

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
        replicate(crew, [(trial.experiment, look) for trial in running],
                  lambda done, _, running=running: told(running, done))  # type: ignore[misc]  # fmt: skip
        for trial in running:
            judge(trial, look, best, section, 1 - RISK / max(1, len(times) - 1))
        running = [trial for trial in running if trial.fate not in ("worse", "violates", "no value")]


def judge(trial: Trial, look: int, best: Trial | None, section: Optimise, confidence: float) -> None:
    """Say what is known of a point after so many replications."""
    trial.played = look
    result, constraints = trial.result(), section.subject_to
    objective = sample(result, section.objective)
    samples = [sample(result, constraint) for constraint in constraints]
    trial.value = interval(objective).point
    trial.values = tuple(interval(each).point for each in samples)
    trial.missed = tuple(missed(constraint, one_sided(each, constraint.confidence))
                         for constraint, each in zip(constraints, samples, strict=True))  # fmt: skip
    if trial.value != trial.value:
        trial.fate = "no value"
    elif any(violated(constraint, one_sided(each, confidence))
             for constraint, each in zip(constraints, samples, strict=True)):  # fmt: skip
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
