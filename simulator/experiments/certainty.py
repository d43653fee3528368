"""How sure the choice of an optimisation is: which points cannot be told from it, the chance that it is best."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.experiments.differences import Contrast
from simulator.experiments.search import Trial
from simulator.experiments.search_space import sample
from simulator.scenario.optimise import Optimise

CONFIDENCE = 0.95
"""With which all points that can be told from the winner are told from it together."""
RESAMPLES = 2000
"""So often the replications are drawn again, with replacement."""


@dataclass(frozen=True)
class Certainty:
    """What the search says of its choice, by the replications that all points in question have."""

    alike: tuple[Trial, ...]
    """The points that may be as good or better, the best first."""
    same: tuple[Trial, ...]
    """Those of them whose objective was that of the choice in every replication."""
    rivals: int
    """How many points were in question: shown to keep the constraints, and not dropped as surely worse."""
    chance: float
    """The chance that the choice is the best of them; equal ones share it."""
    doubtful: tuple[Trial, ...] = ()
    """Points that may be better, and may keep the constraints too, but are not shown to."""


def certainty(
    chosen: Trial, trials: Sequence[Trial], section: Optimise, failed: Sequence[Trial] = ()
) -> Certainty | None:
    """How sure a choice is; None for too few replications to tell.

    A rival can be told apart if the interval of the paired difference lies beyond 0, all of them together (Bonferroni).
    The chance is that of the bootstrap over replications, drawn together for all points, since they share their random
    numbers: how often the choice has the best mean. The replications are those that the choice was made by, so that it
    flatters a little. Points that `failed` to be confirmed, and those that keep no further off the constraints than
    they did, are no rivals.
    """
    left = [each for each in trials if each.fate in ("holds", "not shown") and each.played == chosen.played]
    margin = min((max(each.missed, default=math.inf) for each in failed), default=math.inf)
    shown = [each for each in left if each.fate == "holds" and max(each.missed, default=-math.inf) < margin]
    rivals = [each for each in shown if each is not chosen]
    others = [each for each in left if each is not chosen and each not in rivals]
    if chosen.played < 2:
        return None
    points = [chosen, *rivals]
    objective = np.stack([section.sign * sample(each.result(), section.objective).linear() for each in points])
    known = np.isfinite(objective).all(axis=0)
    if known.sum() < 2:
        return None
    confidence = 1 - 2 * (1 - CONFIDENCE) / max(1, len(rivals))
    apart = {each.number: _apart(chosen, each, section, confidence) for each in (*rivals, *others)}
    alike = sorted((each for each in rivals if apart[each.number][0] <= 0), key=lambda each: section.sign * each.value)
    return Certainty(
        tuple(alike),
        tuple(each for each in alike if apart[each.number] == (0.0, 0.0)),
        len(rivals),
        _chance(objective[:, known], section.seed),
        tuple(each for each in others if apart[each.number][0] <= 0),
    )


def _apart(chosen: Trial, other: Trial, section: Optimise, confidence: float) -> tuple[float, float]:
    """By how much another point is worse at the least and at the most; below 0 it is better."""
    one, two = (sample(each.result(), section.objective) for each in (chosen, other))
    found = Contrast(one, two).interval(confidence)
    low, high = sorted((section.sign * found.low, section.sign * found.high))
    return (low, high) if math.isfinite(low) and math.isfinite(high) else (-math.inf, math.inf)


def _chance(values: np.ndarray, seed: int) -> float:
    """How often the first point has the lowest mean when the replications are drawn again; equal ones share it."""
    runs = values.shape[1]
    drawn = np.random.default_rng(seed).multinomial(runs, np.full(runs, 1 / runs), RESAMPLES) / runs
    means = drawn @ values.T
    lowest = means.min(axis=1, keepdims=True)
    leading = means <= lowest + 1e-12 * np.abs(lowest)
    return float((leading[:, 0] / leading.sum(axis=1)).mean())
