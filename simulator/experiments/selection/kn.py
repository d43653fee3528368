"""Selection that rules systems out as early as it can: KN, fully sequential, with an indifference zone.

Source: S.-H. Kim and B. L. Nelson (2001), A fully sequential procedure for indifference-zone selection in
simulation, ACM TOMACS 11, with c = 1, which suits systems that are nearly alike. It holds for dependent systems, so
for common random numbers, which make the differences steadier and the decision quicker.
"""

import math

import numpy as np

from simulator.experiments.selection.sampling import BLOCK, CAP, FIRST, Choice, More, Values, check


def select(
    more: More, systems: int, indifference: float, *, confidence: float = 0.95, first: int = FIRST,
    block: int = BLOCK, cap: int = CAP,
) -> Choice:  # fmt: skip
    """The system of the largest mean, with the stated confidence if it leads by `indifference` or more.

    `first` values of each decide how many may be needed; then all that are left are compared after each further
    value, until one is left. Values are taken in blocks, and looked at one by one: the choice does not depend on
    the size of the blocks. At `cap` values those that are left are kept, undecided.

    Errors: ValueError for settings that make no sense.
    """
    check(confidence, first)
    if not indifference > 0:
        raise ValueError(f"the indifference is a difference above 0; found {indifference}")
    values = Values(more, systems)
    values.take(dict.fromkeys(range(systems), first))
    limit = limits(np.stack([values[system] for system in range(systems)]), indifference, 1 - confidence)
    kept, count = list(range(systems)), first
    while True:
        while count <= len(values[kept[0]]):
            kept = screen(np.array([values.mean(i, count) for i in kept]), kept, limit, indifference, count)
            if len(kept) == 1:
                return values.choice(kept)
            count += 1
        last = int(limit[np.ix_(kept, kept)].max()) + 1  # by then the margins are 0, and the largest mean is left
        ahead = min(block, max(last + 1 - count, 1), cap + 1 - count)
        if ahead <= 0:
            return values.choice(kept)
        values.take(dict.fromkeys(kept, ahead))


def eta(systems: int, risk: float, first: int) -> float:
    """KN's constant for c = 1 and systems that may depend on each other.

    >>> round(eta(systems=5, risk=0.05, first=20), 6)
    0.237238
    """
    return 0.5 * (math.pow(2 * risk / (systems - 1), -2 / (first - 1)) - 1)


def limits(values: np.ndarray, indifference: float, risk: float) -> np.ndarray:
    """For each two systems (k x k): after how many values nothing but the means decides between them."""
    systems, first = values.shape
    spread = np.array([[np.var(one - other, ddof=1) for other in values] for one in values])
    found: np.ndarray = 2 * eta(systems, risk, first) * (first - 1) * spread / indifference**2
    return found


def screen(means: np.ndarray, kept: list[int], limit: np.ndarray, indifference: float, count: int) -> list[int]:
    """Those whose mean is not below another's by more than the margin that is left after so many values.

    Where no margin is left and means are equal, the first of them stays.
    """
    margin = np.maximum(indifference / 2 * (limit[np.ix_(kept, kept)] / count - 1), 0.0)
    staying = np.flatnonzero((means[:, None] >= means[None, :] - margin).all(axis=1))
    left = [kept[place] for place in staying]
    return left if margin[np.ix_(staying, staying)].any() else left[:1]
