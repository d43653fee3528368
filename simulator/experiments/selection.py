"""Which of several systems is best: KN, subsets, OCBA, over values that are asked for."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from simulator.experiments.intervals import student

More = Callable[[Mapping[int, int]], Mapping[int, np.ndarray]]
"""Gives so many more values of each system named by number, always the next ones; larger values are better."""
FIRST = 10
"""Values of each system before any is judged."""
BLOCK = 10
"""Values of each system taken at a time from then on."""
CAP = 10_000
"""Values of one system at the most."""


@dataclass(frozen=True)
class Choice:
    """What a procedure came to. Systems are numbered from 0."""

    best: int
    """The system with the largest mean of those that were kept."""
    kept: tuple[int, ...]
    """The systems that may still be the best; the best alone where the procedure has decided."""
    means: tuple[float, ...]
    """Of all values of each system, those after it was ruled out not being taken."""
    counts: tuple[int, ...]
    """How many values of each system were taken."""
    probability: float | None = None
    """The estimated probability that the choice is correct, from procedures that do not guarantee one."""


class Values:
    """The values of every system so far."""

    def __init__(self, more: More, systems: int) -> None:
        if systems < 2:
            raise ValueError("a choice wants two systems at least")
        self._more = more
        self._seen: list[np.ndarray] = [np.empty(0)] * systems
        self._sums: list[list[float]] = [[0.0]] * systems

    def take(self, wanted: Mapping[int, int]) -> None:
        """Take so many more values of some systems.

        Errors: ValueError for a system that has no value to give.
        """
        for system, found in self._more(wanted).items():
            if len(found) != wanted[system] or not np.isfinite(found).all():
                raise ValueError(f"system {system} has no value in some replications")
            self._seen[system] = np.concatenate([self._seen[system], found])
            self._sums[system] = [0.0, *np.cumsum(self._seen[system]).tolist()]

    def __getitem__(self, system: int) -> np.ndarray:
        return self._seen[system]

    def mean(self, system: int, count: int) -> float:
        """The mean of the first so many values of a system."""
        return self._sums[system][count] / count

    @property
    def counts(self) -> list[int]:
        """How many values each system has."""
        return [len(values) for values in self._seen]

    @property
    def means(self) -> np.ndarray:
        """The mean of each system's values."""
        return np.array([values.mean() for values in self._seen])

    def choice(self, kept: Iterable[int], probability: float | None = None) -> Choice:
        """The best of those kept, by their means."""
        kept, means = tuple(kept), self.means
        best = max(kept, key=lambda system: means[system])
        return Choice(best, kept, tuple(means.tolist()), tuple(self.counts), probability)


def check(confidence: float, first: int) -> None:
    """Errors: ValueError for a confidence or a first stage that makes no sense."""
    if not 0.5 <= confidence < 1:
        raise ValueError(f"the confidence lies between 0.5 and 1, such as 0.95; found {confidence}")
    if first < 2:
        raise ValueError(f"the first stage wants 2 replications at least; found {first}")


def select_kn(
    more: More,
    systems: int,
    indifference: float,
    *,
    confidence: float = 0.95,
    first: int = FIRST,
    block: int = BLOCK,
    cap: int = CAP,
) -> Choice:
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


def select_subset(
    more: More, systems: int, count: int, *, confidence: float = 0.95, indifference: float = 0.0
) -> Choice:
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


TINY = 1e-12


def select_ocba(more: More, systems: int, budget: int, *, first: int = FIRST, block: int = BLOCK) -> Choice:
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
