"""Which systems may be the best: the subset that is left when those surely beaten are taken out.

Source: S. S. Gupta (1965), Technometrics 7; for unequal variances B. L. Nelson, J. Swann, D. Goldsman and W. Song
(2001), Operations Research 49. Here by paired differences and Bonferroni, so that systems may depend on each other.
"""

import math

import numpy as np

from simulator.experiments.intervals import student
from simulator.experiments.selection.sampling import Choice, More, Values, check


def select(
    more: More, systems: int, count: int, *, confidence: float = 0.95, indifference: float = 0.0
) -> Choice:  # fmt: skip
    """The systems that may have the largest mean, from `count` values of each; the best is in with the confidence.

    With an indifference above 0 it is only promised to be in if it leads by that much, and fewer are kept.

    Errors: ValueError for settings that make no sense.
    """
    check(confidence, count)
    if indifference < 0:
        raise ValueError(f"the indifference is not negative; found {indifference}")
    values = Values(more, systems)
    values.take(dict.fromkeys(range(systems), count))
    seen = np.stack([values[system] for system in range(systems)])
    return values.choice(survivors(seen, confidence, indifference))


def survivors(values: np.ndarray, confidence: float, indifference: float = 0.0) -> list[int]:
    """The rows (systems) of values (columns, paired) of which no other is surely better."""
    systems, count = values.shape
    risk = (1 - confidence) / (systems - 1)
    one_sided = student(1 - 2 * risk, count - 1)
    lead = values[None, :, :] - values[:, None, :]  # of the second over the first
    error = np.std(lead, axis=2, ddof=1) / math.sqrt(count)
    beaten = lead.mean(axis=2) > np.maximum(one_sided * error - indifference, 0.0)
    return np.flatnonzero(~beaten.any(axis=1)).tolist()
