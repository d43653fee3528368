"""Selection within a budget: values go to the systems where they tell most about which is the best.

Source: C.-H. Chen, J. Lin, E. Yücesan and S. E. Chick (2000), Simulation budget allocation for further enhancing the
efficiency of ordinal optimization, Discrete Event Dynamic Systems 10. It guarantees nothing: it estimates.
"""

import math

import numpy as np

from simulator.experiments.selection.sampling import BLOCK, FIRST, Choice, More, Values, check

TINY = 1e-12


def select(more: More, systems: int, budget: int, *, first: int = FIRST, block: int = BLOCK) -> Choice:
    """The system of the largest mean after `budget` values in all, `first` of each and then `block` at a time.

    Errors: ValueError for settings that make no sense.
    """
    check(0.95, first)
    if budget < first * systems:
        raise ValueError(f"the budget must allow {first} of each of {systems}: {first * systems}; found {budget}")
    values = Values(more, systems)
    values.take(dict.fromkeys(range(systems), first))
    while (left := budget - sum(values.counts)) > 0:
        spreads = np.array([np.std(values[system], ddof=1) for system in range(systems)])
        wanted = step(values.means, spreads, values.counts, min(block, left))
        values.take({system: int(count) for system, count in enumerate(wanted) if count})
    best = int(np.argmax(values.means))
    return values.choice([best], correct(values))


def shares(means: np.ndarray, spreads: np.ndarray) -> np.ndarray:
    """How a budget is best shared out, by means and standard deviations (they add up to 1).

    A rival gets in proportion to (deviation / distance from the best) squared; the best its deviation times the root
    of the sum of the (number / deviation) squared of the rivals.

    >>> shares(np.array([5.0, 4.0, 3.0]), np.array([1.0, 1.0, 1.0])).round(3).tolist()
    [0.452, 0.438, 0.11]
    """
    best = int(np.argmax(means))
    spreads = np.maximum(spreads, TINY * max(float(np.abs(means).max()), TINY))
    distance = np.maximum(means[best] - means, TINY + 1e-6 * spreads)  # rivals that are level with the best
    share = (spreads / distance) ** 2
    share[best] = 0.0
    share[best] = spreads[best] * math.sqrt(float(((share / spreads) ** 2).sum()))
    found: np.ndarray = share / share.sum()
    return found


def step(means: np.ndarray, spreads: np.ndarray, counts: list[int], more: int) -> np.ndarray:
    """Where the next values go: to those that have less than their share, in whole numbers that add up to `more`."""
    missing = np.maximum(shares(means, spreads) * (sum(counts) + more) - counts, 0.0)
    exact = more * missing / missing.sum()
    found: np.ndarray = np.floor(exact).astype(int)
    rest = np.argsort(found - exact, kind="stable")[: more - int(found.sum())]
    found[rest] += 1
    return found


def correct(values: Values) -> float:
    """The estimated probability that the largest mean is the best system's: 1 less the chances of each rival."""
    from scipy.special import ndtr

    means = values.means
    best = int(np.argmax(means))
    errors = np.array([np.var(values[system], ddof=1) / count for system, count in enumerate(values.counts)])
    distance, error = means[best] - np.delete(means, best), np.sqrt(errors[best] + np.delete(errors, best))
    with np.errstate(divide="ignore", invalid="ignore"):
        rivals = np.where(error > 0, ndtr(-distance / error), np.where(distance > 0, 0.0, 0.5))
    return max(0.0, 1 - float(rivals.sum()))
