"""The difference of a KPI between two scenarios, and intervals of many differences that hold together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from simulator.experiments.intervals import Interval, Sample, interval, percentile, student
from simulator.measures.registry import Better

Simultaneous = Literal["bonferroni", "dunnett"]
ENOUGH = 9.0
"""Degrees of freedom from which on correlations are trusted."""


@dataclass(frozen=True)
class Contrast:
    """A KPI in the base scenario and in another; a difference is the other less the base."""

    base: Sample
    other: Sample
    paired: bool = True
    """Whether replications of the same number share their random numbers."""

    @cached_property
    def pairs(self) -> np.ndarray:
        """The differences by replication; nan where a value is missing.

        Their mean is the difference of the two estimates. Of percentiles they are plain differences.
        """
        result: np.ndarray = self.other.linear() - self.base.linear()
        return result

    def interval(self, confidence: float) -> Interval:
        """The difference with its interval.

        Paired: t on the differences; for percentiles the median of the differences between order statistics, since
        they are skew in few replications. Independent: Welch's, for percentiles from the two intervals apart.
        """
        if self.paired:
            kind: Literal["percentile", "mean"] = "percentile" if self.base.kind == "percentile" else "mean"
            return interval(Sample(kind, self.pairs), confidence)
        return _apart(self.base, self.other, confidence) if self.base.kind == "percentile" else self._welch(confidence)

    def _welch(self, confidence: float) -> Interval:
        one, other = (each[np.isfinite(each)] for each in (self.base.linear(), self.other.linear()))
        count = min(len(one), len(other))
        if count < 2:
            return Interval(math.nan, math.nan, math.nan, "", count)
        mean = float(other.mean() - one.mean())
        half = student(confidence, self.freedom) * self.error if self.error > 0 else 0.0
        return Interval(mean, mean - half, mean + half, "t", count)

    @property
    def error(self) -> float:
        """The standard error of the difference of means; nan for fewer than two values."""
        if self.paired:
            return math.sqrt(_variance(self.pairs))
        return math.sqrt(_variance(self.base.linear()) + _variance(self.other.linear()))

    @property
    def freedom(self) -> float:
        """Degrees of freedom: pairs less 1, or Welch's (B. L. Welch 1938, Biometrika 29)."""
        if self.paired:
            return float(np.isfinite(self.pairs).sum() - 1)
        parts = [(_variance(each), int(np.isfinite(each).sum())) for each in (self.base.linear(), self.other.linear())]
        below = sum(variance**2 / (count - 1) for variance, count in parts)
        return float(sum(variance for variance, _ in parts) ** 2 / below) if below > 0 else math.inf

    @property
    def saved(self) -> float:
        """How many times more replications independent runs would need for an interval as narrow.

        (variance of one + variance of the other) / variance of the differences; infinite where the differences do
        not vary, nan where nothing does.
        """
        known = np.isfinite(self.pairs)
        one, other, both = (_spread(each[known]) for each in (self.base.linear(), self.other.linear(), self.pairs))
        if both > 1e-20 * (one + other):
            return (one + other) / both
        return math.inf if one + other > 0 else math.nan


def _spread(values: np.ndarray) -> float:
    return float(np.var(values, ddof=1)) if len(values) > 1 else math.nan


def _variance(values: np.ndarray) -> float:
    """The variance of a mean."""
    known = values[np.isfinite(values)]
    return _spread(known) / len(known) if len(known) else math.nan


def _apart(base: Sample, other: Sample, confidence: float) -> Interval:
    """Medians of two independent samples: each interval at half the risk, their ends subtracted."""
    each = 0.5 + confidence / 2
    one, two = (percentile(sample.values[np.isfinite(sample.values)], 0.5, each) for sample in (base, other))
    return Interval(
        two.point - one.point,
        two.low - one.high,
        two.high - one.low,
        "order statistics",
        min(one.replications, two.replications),
    )


def levels(family: Sequence[Sequence[Contrast]], confidence: float, method: Simultaneous) -> list[list[float]]:
    """The confidence of each interval that makes all of them hold together; a row has the alternatives of one KPI.

    Bonferroni: the risk is shared out evenly; it holds whatever depends on whatever. Dunnett: so between KPIs, but
    the alternatives of a KPI, which are all compared with one base, have a quantile of the multivariate t with the
    correlation that their differences show. Dunnett's own table rests on independent scenarios of one variance, which
    scenarios under common random numbers are not. With correlations that are estimated the confidence is nearly
    reached; with fewer than 10 replications it is missed by 2 to 3 points, and Bonferroni is used.
    """
    count = sum(len(row) for row in family)
    found = []
    for row in family:
        risk = (1 - confidence) * len(row) / max(count, 1)
        found.append([1 - risk / len(row)] * len(row))
        if method == "dunnett" and row[0].base.kind != "percentile":
            moving = [place for place, each in enumerate(row) if each.error > 0 and each.freedom >= ENOUGH]
            if len(moving) > 1:
                level = _dunnett([row[place] for place in moving], 1 - risk)
                found[-1] = [level if place in moving else each for place, each in enumerate(found[-1])]
    return found


def _dunnett(row: Sequence[Contrast], confidence: float) -> float:
    """The confidence of each interval alone that makes those of a row hold together."""
    from scipy.special import stdtr

    freedom = min(each.freedom for each in row)
    return float(1 - 2 * stdtr(freedom, -critical(_correlation(row), freedom, confidence)))


def _correlation(row: Sequence[Contrast]) -> np.ndarray:
    """Of the estimated differences from one base."""
    if row[0].paired:
        pairs = np.stack([each.pairs for each in row])
        found: np.ndarray = np.corrcoef(pairs[:, np.isfinite(pairs).all(axis=0)])
        return found
    errors = np.array([each.error for each in row])
    shared = _variance(row[0].base.linear()) / np.outer(errors, errors)
    np.fill_diagonal(shared, 1.0)
    return shared


def critical(correlation: np.ndarray, freedom: float, confidence: float) -> float:
    """What the largest of several correlated t-values stays below, in size, with the stated confidence.

    Source: C. W. Dunnett (1955), JASA 50, for whose equal correlations of 0.5 it gives the table.

    >>> round(critical(np.array([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]]), freedom=20, confidence=0.95), 2)
    2.54
    """
    from scipy.optimize import brentq
    from scipy.stats import multivariate_t

    count = len(correlation)
    whole = max(1, int(freedom))  # what is left of Welch's degrees makes it a little wider
    shape = correlation + 1e-6 * (np.eye(count) - correlation)  # alternatives that move as one are singular

    def over(bound: float) -> float:
        ends = np.full(count, bound)
        rng = np.random.default_rng(1)  # the same for every bound, so that it grows steadily
        inside = multivariate_t.cdf(ends, np.zeros(count), shape, whole, lower_limit=-ends, random_state=rng)
        return float(inside) - confidence

    least, most = student(confidence, whole), student(1 - (1 - confidence) / count, whole)
    if over(least) >= 0:
        return least
    return most if over(most) <= 0 else float(brentq(over, least, most, xtol=1e-4))


def common(samples: Sequence[Sample], numbers: Sequence[Sequence[int]]) -> list[Sample]:
    """The replications that all have, in the same order."""
    both = sorted(set(numbers[0]).intersection(*numbers[1:]))
    found = []
    for sample, own in zip(samples, numbers, strict=True):
        place = {number: index for index, number in enumerate(own)}
        rows = [place[number] for number in both]
        parts = {
            name: part[rows] for name in ("values", "weights", "trials") if (part := getattr(sample, name)) is not None
        }
        found.append(replace(sample, **parts))
    return found


Verdict = Literal["better", "worse", "higher", "lower", "no difference", "undecided", "unstable"]
POINTS = 0.005
"""Of a share: half a percentage point."""
OF_SHARE = 0.1
"""Of a share, or of what it lacks of 1."""
RELATIVE = 0.01
"""Of the base's value, for what is no share."""
CAP = 10_000
"""Further replications that are said to be needed, at the most."""


def usual_worth(base: float, unit: str) -> float:
    """The smallest difference worth mentioning where nobody says: 1 % of the base's value.

    For a share half a percentage point, but no more than a tenth of the share, or of what it lacks of 100 %.

    >>> usual_worth(1200.0, "money per week"), usual_worth(0.7, "share of orders"), usual_worth(0.004, "share of units")
    (12.0, 0.005, 0.0004)
    """
    if not math.isfinite(base):
        return 0.0
    if not unit.startswith("share"):
        return RELATIVE * abs(base)
    return min(POINTS, OF_SHARE * min(base, 1 - base)) if 0 <= base <= 1 else POINTS


def verdict(found: Interval, worth: float, better: Better) -> Verdict:
    """What the interval of a difference says.

    No difference: it lies within +- `worth`, ends included. Better or worse (higher or lower for KPIs of which
    neither is better): it lies on one side of 0. Else undecided.

    >>> verdict(Interval(3.0, 1.0, 5.0, "t", 20), worth=1.0, better="lower")
    'worse'
    """
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return "undecided"
    if -worth <= found.low and found.high <= worth:
        return "no difference"
    if found.low <= 0 <= found.high:
        return "undecided"
    higher = found.low > 0
    if better == "neither":
        return "higher" if higher else "lower"
    return "better" if higher == (better == "higher") else "worse"


def more_needed(found: Interval, worth: float, confidence: float, freedom: float) -> int | None:
    """About how many more replications would decide, if estimate and spread stayed as they are.

    The interval would be as narrow as leaves 0, or fits into +- `worth`, whichever comes first. None for more than
    10,000, or if nothing can be said. `freedom` is of the interval as it is; infinite for order statistics.
    """
    half, count = (found.high - found.low) / 2, found.replications
    goal = max(abs(found.point), worth - abs(found.point))
    if not math.isfinite(half) or not goal > 0 or count < 2:
        return None

    def width(more: int) -> float:
        later = freedom * (count + more - 1) / (count - 1)
        return half * math.sqrt(count / (count + more)) * student(confidence, later) / student(confidence, freedom)

    if width(CAP) > goal:
        return None
    low, high = 0, CAP
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if width(middle) <= goal else (middle, high)
    return high


@dataclass(frozen=True)
class Difference:
    """One KPI of one alternative, of the whole or of one slice, less that of the base."""

    kpi: str
    alternative: str
    dimension: str
    label: str
    unit: str
    better: Better
    base: float
    value: float
    """The alternative's."""
    mean: float
    """The difference, as estimated; of percentiles the median of the differences."""
    low: float
    high: float
    """Its interval, which holds together with all others of the table."""
    method: str
    """What the interval is: "paired t", "Welch", "order statistics"."""
    replications: int
    worth: float
    """The smallest difference worth mentioning."""
    verdict: Verdict
    more: int | None
    """About how many more replications would decide; None if it is decided, or if that would take over 10,000."""
    saved: float
    """How many times more replications independent runs would need; nan where nothing varies."""

    @property
    def by(self) -> dict[str, str]:
        """The slice as {dimension: label}; empty for the whole."""
        return {self.dimension: self.label} if self.dimension else {}

    @property
    def same(self) -> bool:
        """Whether it is the same in every replication."""
        return self.low == self.high == 0

    @property
    def says(self) -> str:
        """The verdict in words."""
        if self.verdict == "no difference":
            return "the same in every replication" if self.same else "no difference worth mentioning"
        if self.verdict != "undecided":
            return self.verdict
        if not math.isfinite(self.high - self.low):
            return "undecided: too few replications have a value"
        return (
            f"undecided: about {self.more:,} more replications needed"
            if self.more is not None
            else (f"undecided: over {CAP:,} more replications needed")
        )
