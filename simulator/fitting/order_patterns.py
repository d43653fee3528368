"""When orders arrive and what they hold: rates and profiles, lines and units, classes of items."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.unit_steps import step_of

if TYPE_CHECKING:
    import pandas as pd


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
        return {"empirical": {"values": {f"{v:.10g}": w for v, w in zip(self.values, self.weights, strict=True)}}}

    def distance(self, observed: np.ndarray) -> float:
        """Largest difference between the distribution functions of the law and of what was observed, 0 to 1."""
        points = np.unique(np.concatenate([self.values, observed]))
        law = np.cumsum(self.weights)[np.searchsorted(self.values, points, side="right") - 1] / sum(self.weights)
        law = np.where(points < self.values[0], 0.0, law)
        seen = np.searchsorted(np.sort(observed), points, side="right") / len(observed)
        return float(np.abs(law - seen).max())


def fit_sizes(observed: np.ndarray, most: int = MOST, step: float = 1.0) -> Sizes:
    """The observed sizes in at most so many values: neighbours are merged, each merger being the one that
    costs least in the square roots of the values (Ward's criterion), so that the small sizes stay apart
    and the tail keeps its spread. All are whole numbers of a step.

    >>> fit_sizes(np.array([1, 1, 1, 12, 12, 100, 140]), most=3)
    Sizes(values=(1.0, 12.0, 120.0), weights=(3, 2, 2))
    """
    values, counts = np.unique(np.rint(observed / step), return_counts=True)
    group = cluster(np.sqrt(values), counts.astype(float), most)
    weights = np.bincount(group, counts)
    means = _whole(np.bincount(group, counts * values) / weights, weights, np.bincount(group))
    merged: dict[float, int] = {}
    for value, weight in zip(means.tolist(), weights.tolist(), strict=True):
        size = step_of(step).of(float(f"{value:.6g}"))
        merged[size] = merged.get(size, 0) + int(weight)
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
    months = (
        _profile(counts / np.where(weekdays[weekday] > 0, weekdays[weekday], 1.0), month, 12)
        if (window.days >= YEAR)
        else None
    )
    expected = weekdays[weekday] * (months[month] if months is not None else 1.0)
    expected = expected * counts.sum() / expected.sum()
    doors = (expected > 0) & ~((counts == 0) & (expected >= BUSY))
    hour = orders["time"].dt.hour.to_numpy()
    timed = bool((orders["time"] != days).any())
    hours = np.bincount(hour, minlength=24) / len(hour) * 24 if timed else None
    return Arrivals(
        window,
        counts,
        expected,
        doors,
        float(counts.sum() / window.weeks),
        weekdays,
        hours,
        months,
        _day_to_day(counts[doors], expected[doors]),
    )


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


NAMES = {
    1: ("all",),
    2: ("few", "many"),
    3: ("few", "several", "many"),
    4: ("few", "some", "several", "many"),
    5: ("few", "some", "several", "many", "bulk"),
}
"""Groups by their number, from few units in a line to many."""


RANKS = (*NAMES[1], *NAMES[5])


CLOSE = 0.01
"""Error of the mean order value, as a share, at which there are groups enough."""


ORDERS, LINES = 30, 20
"""So many are needed for a law of one's own; else the segment's, else the whole history's is taken."""


@dataclass(frozen=True)
class Basket:
    """Lines of an order, and units of a line by group."""

    lines: Sizes
    units: dict[str, Sizes]


Cell = tuple[str, str]
"""Segment and channel; "" where the history does not say."""


@dataclass(frozen=True)
class Baskets:
    """Group of each SKU; baskets of the whole, of each segment and of each segment and channel."""

    groups: dict[str, str]
    steps: dict[str, float]
    """The smallest quantity of each SKU: what the finest in its group is sold in."""
    whole: Basket
    segments: dict[str, Basket]
    cells: dict[Cell, Basket]


def fit_baskets(sales: "pd.DataFrame", skus: "pd.DataFrame") -> Baskets:
    """The baskets of a history; `skus` as `classify` gives them."""
    groups, steps = choose_groups(sales, skus), dict[str, float]()
    for sku, step in skus["step"].items():
        steps[groups[str(sku)]] = min(steps.get(groups[str(sku)], 1.0), step)
    sales = sales.assign(group=sales["sku"].map(groups))
    whole = _basket(sales, steps, None)
    segments = {str(name): _basket(lines, steps, whole) for name, lines in sales.groupby("segment")}
    cells = {
        (str(segment), str(channel)): _basket(lines, steps, segments[str(segment)])
        for (segment, channel), lines in sales.groupby(["segment", "channel"])
    }
    return Baskets(groups, {sku: steps[group] for sku, group in groups.items()}, whole, segments, cells)


def _basket(lines: "pd.DataFrame", steps: dict[str, float], other: Basket | None) -> Basket:
    sizes = lines.groupby("order", sort=False).size().to_numpy()
    if other is not None and len(sizes) < ORDERS:
        return other
    units = {str(group): of["units"].to_numpy() for group, of in lines.groupby("group")}
    names = sorted(units, key=RANKS.index) if other is None else list(other.units)
    laws = {
        name: fit_sizes(units[name], step=steps[name])
        if other is None or len(units.get(name, ())) >= LINES
        else other.units[name]
        for name in names
    }
    return Basket(fit_sizes(sizes), laws)


def choose_groups(sales: "pd.DataFrame", skus: "pd.DataFrame") -> dict[str, str]:
    """Group of each SKU: the fewest groups (5 at most) that keep the mean order value within 1 %.

    SKUs are alike in units per line and in price: what is cheap sells by the dozen, so that one law for
    all would give dear items too many units and orders too high a value.
    """
    units = (skus["units"] / skus["lines"]).to_numpy()
    dear = skus["price"].where(skus["price"] > 0, 1.0).to_numpy()
    point = np.log(units) - np.log(dear) / 2
    ranked = np.argsort(point, kind="stable")
    lines = skus["lines"].to_numpy(dtype=float)
    best: tuple[float, dict[str, str]] = (np.inf, {})
    for number in range(1, min(5, len(skus)) + 1):
        group = np.empty(len(skus), dtype=int)
        group[ranked] = cluster(point[ranked], lines[ranked], number)
        named = dict(zip(skus.index, (NAMES[number][each] for each in _by_units(group, units, lines)), strict=True))
        error = abs(value_of(sales, skus, named) / float(skus["value"].sum() or 1.0) - 1)
        if error < best[0]:
            best = error, named
        if error <= CLOSE:
            break
    return best[1] or dict.fromkeys(skus.index, NAMES[1][0])


def _by_units(group: np.ndarray, units: np.ndarray, lines: np.ndarray) -> list[int]:
    """The groups numbered by their mean units of a line."""
    means = np.bincount(group, units * lines) / np.bincount(group, lines)
    rank: list[int] = np.argsort(np.argsort(means))[group].tolist()
    return rank


def value_of(sales: "pd.DataFrame", skus: "pd.DataFrame", groups: dict[str, str]) -> float:
    """Value of all sales, had every line of a segment and channel its SKU by popularity and its units by group."""
    of_sku = skus.index.map(groups)
    worth = (skus["price"] * skus["lines"] / skus["lines"].sum()).groupby(of_sku).sum()
    lines = sales[["segment", "channel", "units"]].assign(group=sales["sku"].map(groups))
    means = lines.groupby(["segment", "channel", "group"])["units"].mean().unstack().reindex(columns=worth.index)
    means = means.fillna(lines.groupby("group")["units"].mean())
    each = (means * worth).sum(axis=1)
    return sum(count * float(each[cell]) for cell, count in lines_by_cell(lines).items())


def lines_by_cell(lines: "pd.DataFrame") -> dict[Cell, int]:
    """Lines of each segment and channel."""
    counts = Counter(zip(lines["segment"].tolist(), lines["channel"].tolist(), strict=True))
    return dict(sorted(counts.items()))
