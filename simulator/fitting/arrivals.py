"""When orders arrive: mean rate, profiles of the week and the day, season, and over-dispersion."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

BUSY = 10.0
"""A day on which this many orders are expected and none came was closed: chance alone leaves none in e^-10 of days."""
YEAR = 364
"""Days of history from which on a season is told from chance."""


@dataclass(frozen=True)
class Window:
    """The days that the history covers: whole calendar weeks where their ends are all but whole."""

    first: dt.date
    days: int

    @property
    def weeks(self) -> float:
        """Length in weeks."""
        return self.days / 7

    def dates(self) -> list[dt.date]:
        """Every day."""
        return [self.first + dt.timedelta(days=day) for day in range(self.days)]


@dataclass(frozen=True)
class Arrivals:
    """The fitted arrival process; weights have the mean 1."""

    window: Window
    counts: np.ndarray
    """Orders of each day of the window."""
    expected: np.ndarray
    """Orders expected on each day, by weekday and season, chance left out."""
    open: np.ndarray
    """Whether each day was a trading day on which the doors were open."""
    per_week: float
    weekdays: np.ndarray
    hours: np.ndarray | None
    """None where the times have no hour."""
    months: np.ndarray | None
    """None where the history is shorter than a year."""
    day_to_day: float

    @property
    def dispersion(self) -> float:
        """Variance over mean of daily orders on trading days, as observed."""
        counts = self.counts[self.open]
        return float(counts.var(ddof=1) / counts.mean()) if len(counts) > 1 else 1.0

    @property
    def fitted_dispersion(self) -> float:
        """The same, of the fitted process."""
        mean = self.expected[self.open]
        spread = mean.var() + (mean**2).mean() * self.day_to_day**2 + mean.mean()
        return float(spread / mean.mean())


def fit_arrivals(orders: "pd.DataFrame") -> Arrivals:
    """The arrival process of orders, given as a frame with a column `time`, one row per order."""
    days = orders["time"].dt.normalize()
    window = window_of([each.date() for each in sorted(days.unique())])
    counts = np.zeros(window.days)
    place = (days - np.datetime64(window.first)).dt.days.to_numpy()
    np.add.at(counts, place, 1)
    weekday = np.array([date.weekday() for date in window.dates()])
    weekdays = _profile(counts, weekday, 7)
    month = np.array([date.month - 1 for date in window.dates()])
    months = _profile(counts / np.where(weekdays[weekday] > 0, weekdays[weekday], 1.0), month, 12) if (
        window.days >= YEAR) else None  # fmt: skip
    expected = weekdays[weekday] * (months[month] if months is not None else 1.0)
    expected = expected * counts.sum() / expected.sum()
    doors = (expected > 0) & ~((counts == 0) & (expected >= BUSY))
    hour = orders["time"].dt.hour.to_numpy()
    timed = bool((orders["time"] != days).any())
    hours = np.bincount(hour, minlength=24) / len(hour) * 24 if timed else None
    return Arrivals(window, counts, expected, doors, float(counts.sum() / window.weeks), weekdays, hours, months,
                    _day_to_day(counts[doors], expected[doors]))  # fmt: skip


def window_of(days: list[dt.date]) -> Window:
    """From the first day with orders to the last, and out to whole weeks, Monday to Sunday, where that adds no more
    trading days than one at each end: a holiday, not the edge of the record.

    >>> monday = dt.date(2026, 1, 5)
    >>> window_of([monday + dt.timedelta(days=day) for day in range(1, 26) if day % 7 < 5])
    Window(first=datetime.date(2026, 1, 5), days=28)
    """
    first, last = days[0], days[-1]
    trading = {day.weekday() for day in days}
    before = sum(day in trading for day in range(first.weekday()))
    after = sum(day in trading for day in range(last.weekday() + 1, 7))
    if len(days) > 1 and before <= 1:
        first -= dt.timedelta(days=first.weekday())
    if len(days) > 1 and after <= 1:
        last += dt.timedelta(days=6 - last.weekday())
    return Window(first, (last - first).days + 1)


def _profile(counts: np.ndarray, kind: np.ndarray, kinds: int) -> np.ndarray:
    """Mean count of each kind of day, over the mean of these means; 1 for a kind that the window lacks."""
    days = np.bincount(kind, minlength=kinds)
    means = np.bincount(kind, counts, kinds) / np.maximum(days, 1)
    means[days == 0] = means[days > 0].mean()
    relative: np.ndarray = means / means.mean()
    return relative


def _day_to_day(counts: np.ndarray, expected: np.ndarray) -> float:
    """Coefficient of variation of a day's busyness: what the variance of daily counts holds beyond
    the profile of the week (and season) and the Poisson noise; 0 where that leaves nothing."""
    if len(counts) < 2:
        return 0.0
    left = counts.var(ddof=1) - expected.var() - expected.mean()
    return float(np.sqrt(max(left, 0.0) / (expected**2).mean()))
