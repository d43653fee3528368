"""Counts as they were observed, told in a few values: lines of an order, units of a line."""

from dataclasses import dataclass
from typing import Any

import numpy as np

MOST = 22
"""Values that a law is told in."""


@dataclass(frozen=True)
class Sizes:
    """Values with weights."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean of the law, as it is written."""
        return float(np.dot(self.values, self.weights) / sum(self.weights))

    @property
    def law(self) -> Any:
        """As a scenario writes it."""
        if len(self.values) == 1:
            return self.values[0]
        return {"empirical": {"values": {f"{v:.6g}": w for v, w in zip(self.values, self.weights, strict=True)}}}

    def distance(self, observed: np.ndarray) -> float:
        """Largest difference between the distribution functions of the law and of what was observed, 0 to 1."""
        points = np.unique(np.concatenate([self.values, observed]))
        law = np.cumsum(self.weights)[np.searchsorted(self.values, points, side="right") - 1] / sum(self.weights)
        law = np.where(points < self.values[0], 0.0, law)
        seen = np.searchsorted(np.sort(observed), points, side="right") / len(observed)
        return float(np.abs(law - seen).max())


def fit_sizes(observed: np.ndarray, most: int = MOST) -> Sizes:
    """The observed sizes in at most so many values: neighbours are merged, each merger being the one that
    costs least in the square roots of the values (Ward's criterion), so that the small sizes stay apart
    and the tail keeps its spread.

    >>> fit_sizes(np.array([1, 1, 1, 12, 12, 100, 140]), most=3)
    Sizes(values=(1.0, 12.0, 120.0), weights=(3, 2, 2))
    """
    values, counts = np.unique(observed, return_counts=True)
    group = cluster(np.sqrt(values), counts.astype(float), most)
    weights = np.bincount(group, counts)
    means = np.bincount(group, counts * values) / weights
    if (values == np.floor(values)).all():
        means = _whole(means, weights, np.bincount(group))
    merged: dict[float, int] = {}
    for value, weight in zip(means.tolist(), weights.tolist(), strict=True):
        merged[float(f"{value:.6g}")] = merged.get(float(f"{value:.6g}"), 0) + int(weight)
    return Sizes(tuple(merged), tuple(merged.values()))


def _whole(means: np.ndarray, weights: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Means as whole numbers; what rounding takes from one is given to the next above, by 5 % of it at the most,
    so that the mean of all stays. A size that was observed as it is stays as it is."""
    found, owed = np.round(means), 0.0
    for place in np.flatnonzero(members > 1):
        wanted = means[place] + owed / weights[place]
        found[place] = round(float(np.clip(wanted, 0.95 * means[place], 1.05 * means[place])))
        owed += weights[place] * (means[place] - found[place])
    return np.maximum(found, 1)


def cluster(points: np.ndarray, weights: np.ndarray, most: int) -> np.ndarray:
    """Group of each of some rising points: neighbours merged, the nearest and lightest first (Ward).

    >>> cluster(np.array([0, 1, 10, 11, 30]), np.ones(5), 3).tolist()
    [0, 0, 1, 1, 2]
    """
    if len(points) > 1000:  # a first, even cut keeps this quick
        fine = (np.cumsum(weights) / weights.sum() * 1000).astype(int)
        fine = np.unique(fine, return_inverse=True)[1]
        return cluster(_means(points, weights, fine), np.bincount(fine, weights), most)[fine]
    ends, means, mass = list(range(1, len(points) + 1)), points.astype(float), weights.astype(float)
    while len(means) > most:
        gaps = np.diff(means) ** 2 * mass[1:] * mass[:-1] / (mass[1:] + mass[:-1])
        at = int(np.argmin(gaps))
        both = mass[at] + mass[at + 1]
        means[at] = (means[at] * mass[at] + means[at + 1] * mass[at + 1]) / both
        mass[at] = both
        means, mass = np.delete(means, at + 1), np.delete(mass, at + 1)
        del ends[at]
    return np.repeat(np.arange(len(ends)), np.diff([0, *ends]))


def _means(points: np.ndarray, weights: np.ndarray, group: np.ndarray) -> np.ndarray:
    means: np.ndarray = np.bincount(group, points * weights) / np.bincount(group, weights)
    return means
