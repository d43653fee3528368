"""What the procedures of selection have in common: where values come from, and what is said in the end."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

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
