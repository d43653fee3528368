"""What classes are made from: value, margin and volume of each item or customer, and how they vary."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LETTERS, VARYING = "ABCDEF", "XYZ"
ABC_CUTS = (0.8, 0.95)
"""Shares of value at which A and B end."""
XYZ_CUTS = (0.5, 1.0)
"""Coefficients of variation of weekly demand at which X and Y end."""
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Turnover:
    """What items sold or customers bought over some time, one place for each, as a rule sees it."""

    value: np.ndarray
    """At selling price."""
    margin: np.ndarray
    """Value less cost of goods."""
    volume: np.ndarray
    """Units."""
    variation: np.ndarray
    """Coefficient of variation from period to period; infinite where nothing was wanted."""


@dataclass(frozen=True, slots=True)
class Sold:
    """Lines as they were ordered: whose each is, when, and what it is worth."""

    place: np.ndarray
    """Which item or customer, counted from 0."""
    at: np.ndarray
    """In hours."""
    units: np.ndarray
    value: np.ndarray
    margin: np.ndarray


def turnover(sold: Sold, size: int, begin: float, end: float, period: float, varies: np.ndarray) -> Turnover:
    """The turnover of `size` items or customers from `begin` to `end`.

    `varies` is what varies, by line: units or value. Whole periods are counted back from the end; what does not
    fill one is left out of the variation.
    """
    seen = (sold.at >= begin) & (sold.at <= end)
    place = sold.place[seen]
    value, margin, units = (np.bincount(place, amount[seen], size) for amount in (sold.value, sold.margin, sold.units))
    variation_ = np.zeros(size)
    if period:
        count = int((end - begin) / period + TINY)
        back = ((end - sold.at[seen]) // period).astype(int)
        whole = back < count
        cells = np.bincount(place[whole] * count + back[whole], varies[seen][whole], size * count)
        variation_ = variation(cells.reshape(size, count))
    return Turnover(value, margin, units, variation_)


def variation(periods: np.ndarray) -> np.ndarray:
    """Coefficient of variation of each row: standard deviation of its periods / their mean.

    It is infinite where nothing was wanted, and 0 where there is one period only.

    >>> variation(np.array([[4.0, 5, 6], [0, 9, 0], [0, 0, 0]])).round(2).tolist()
    [0.2, 1.73, inf]
    """
    mean = periods.mean(axis=1)
    spread = periods.std(axis=1, ddof=1) if periods.shape[1] > 1 else np.zeros(len(periods))
    found: np.ndarray = np.where(mean > 0, spread / np.where(mean > 0, mean, 1.0), np.inf)
    return found


def abc(amounts: np.ndarray, cuts: Sequence[float] = ABC_CUTS) -> list[str]:
    """A, B, C ... by rank: an item is A while all those before it make less than the first cut of the total.

    Equal amounts are in one class, whatever their order or names. What is worth nothing is in the last.

    >>> abc(np.array([5.0, 0, 80, 10, 5]))
    ['B', 'C', 'A', 'B', 'B']
    """
    worth = np.maximum(amounts, 0.0)
    ranked = np.sort(worth)[::-1]
    before = np.concatenate([[0.0], np.cumsum(ranked)])[np.searchsorted(-ranked, -worth, side="left")]
    total = float(ranked.sum())
    rank = sum((before >= (cut - TINY) * total).astype(int) for cut in cuts) if cuts else np.zeros(len(worth), int)
    last = len(cuts)
    return [LETTERS[place if amount > 0 else last] for place, amount in zip(rank.tolist(), worth.tolist(), strict=True)]


def xyz(variation: np.ndarray, cuts: Sequence[float] = XYZ_CUTS) -> list[str]:
    """X, Y, Z by coefficient of variation: X is below the first cut.

    >>> xyz(np.array([0.49, 0.5, 1.0, float("inf")]))
    ['X', 'Y', 'Z', 'Z']
    """
    return [VARYING[place] for place in np.searchsorted(np.array(cuts), variation, side="right").tolist()]
