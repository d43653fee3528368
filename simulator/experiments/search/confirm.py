"""Confirmation: the winner of a search looks better than it is, so it is judged by replications that had no say."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.experiments.differences import Contrast
from simulator.experiments.executors import Workforce
from simulator.experiments.experiment import Experiment
from simulator.experiments.intervals import CONFIDENCE, Interval, interval
from simulator.experiments.replicate import replicate
from simulator.experiments.result import Result
from simulator.experiments.search.goals import missed, one_sided, sample
from simulator.experiments.search.race import Trial
from simulator.experiments.search.tried import nearest
from simulator.scenario.optimise import Constraint, Goal, Optimise

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
    candidate = nearest(trials, section)
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
            found.append(Confirmed(*both, bound, missed(goal, bounds) <= 0,
                                   missed(goal, one_sided(one, goal.confidence)) <= 0))  # fmt: skip
        else:
            found.append(Confirmed(*both))
    return tuple(found)
