"""Intervals of what is paired by replication: a mean difference, and the ratio of two."""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from simulator.measures.slices import Kind

CONFIDENCE = 0.95


Method = Literal["t", "ratio", "order statistics", "Wilson", ""]


class Interval(NamedTuple):
    """A point with its confidence interval; nan for what too few replications cannot tell."""

    point: float
    low: float
    high: float
    method: Method
    replications: int
    """How many have a value."""


def mean_interval(values: np.ndarray, confidence: float = CONFIDENCE) -> Interval:
    """The t-interval of a mean; its ends are nan for fewer than two values."""
    mean, count = float(values.mean()), len(values)
    half = student(confidence, count - 1) * float(values.std(ddof=1)) / math.sqrt(count) if count > 1 else math.nan
    return Interval(mean, mean - half, mean + half, "t", count)


def fieller(above: np.ndarray, below: np.ndarray, confidence: float = CONFIDENCE) -> Interval:
    """The ratio of two means, paired; ends are nan where the lower may be zero, so that anything is possible.

    Source: E. C. Fieller (1954), Journal of the Royal Statistical Society B 16.

    >>> fieller(np.array([2.0, 4.0, 6.0]), np.array([1.0, 2.0, 3.0])).point
    2.0
    """
    count = len(above)
    a, b = float(above.mean()), float(below.mean())
    point = a / b if b else math.nan
    (aa, ab), (_, bb) = (np.cov(above, below) / count).tolist()
    square = student(confidence, count - 1) ** 2
    lead, middle, last = b * b - square * bb, a * b - square * ab, a * a - square * aa
    if not lead > 0:
        return Interval(point, math.nan, math.nan, "", count)
    root = math.sqrt(max(middle * middle - lead * last, 0.0))
    return Interval(point, (middle - root) / lead, (middle + root) / lead, "t", count)


RARE = 15.0
"""A share with fewer expected failures (or successes) than this is too near the edge for a t-interval."""


@dataclass(frozen=True)
class Sample:
    """One KPI, of the whole or of one slice, in each replication; nan where it has no value."""

    kind: Kind
    values: np.ndarray
    weights: np.ndarray | None = None
    """The denominators of a ratio."""
    trials: np.ndarray | None = None
    """How many things a share was decided on."""
    share: bool = False
    """Whether it lies between 0 and 1."""

    def linear(self) -> np.ndarray:
        """Values whose mean is the estimate, and whose t-interval is its interval; one for each replication.

        A ratio of sums N / D is linearised: r + (N - r D) / mean D. Replications without a value are nan,
        those without a denominator 0 away from r. Source: Cochran, Sampling Techniques, ch. 6.
        """
        if self.kind != "ratio" or self.weights is None:
            return self.values
        below = np.nan_to_num(self.weights)
        if not below.sum() > 0:
            return np.full(len(self.values), np.nan)
        values = np.where(below > 0, np.nan_to_num(self.values), 0.0)
        ratio = float(values @ below) / float(below.sum())
        result: np.ndarray = ratio + np.where(below > 0, values - ratio, 0.0) * below / below.mean()
        return result


def interval(sample: Sample, confidence: float = CONFIDENCE) -> Interval:
    """The estimate of a KPI over replications, with the interval that suits its kind.

    - A mean (time averages, money per week): t on the replications' values.
    - A ratio (fill rate, cycle time): all numerators by all denominators, so that a replication counts by its
      size; t on the linearised values. One replication's ratio is biased, the mean of many has the same bias.
    - A percentile: the median of the replications' percentiles, between order statistics; from 6 replications on.
    - A share whose interval would leave 0 to 1, or that hardly ever fails: Wilson's interval, for as many
      independent trials as have the variance that was seen; where none was seen, for all its trials.

    >>> interval(Sample("mean", np.array([1.0, 2.0, 3.0])))[:2]
    (2.0, -0.4841377117...)
    """
    known = np.isfinite(sample.values)
    count = int(known.sum())
    if sample.kind == "percentile":
        found = percentile(sample.values[known], 0.5, confidence)
        if math.isfinite(found.low) and math.isfinite(found.high):
            return found
    linear = sample.linear()
    linear = linear[np.isfinite(linear)]
    if not count or not len(linear):
        return Interval(math.nan, math.nan, math.nan, "", 0)
    mean = float(np.mean(linear))
    if count < 2:
        return Interval(mean, math.nan, math.nan, "", count)
    variance = float(np.var(linear, ddof=1)) / len(linear)
    half = student(confidence, count - 1) * math.sqrt(variance)
    if sample.share and 0 <= mean <= 1:
        trials = _trials(sample, mean, variance)
        if trials and (mean - half < 0 or mean + half > 1 or trials * min(mean, 1 - mean) < RARE):
            z = student(confidence, count - 1 if 0 < mean < 1 else math.inf)
            return Interval(mean, *wilson(mean, trials, z), "Wilson", count)
    return Interval(mean, mean - half, mean + half, "ratio" if sample.kind == "ratio" else "t", count)


def _trials(sample: Sample, mean: float, variance: float) -> float:
    """How many independent trials are as uncertain as what was seen; 0 where nothing says."""
    if variance > (1e-12 * mean) ** 2:  # rounding
        return mean * (1 - mean) / variance
    return 0.0 if sample.trials is None else float(np.nansum(sample.trials))


def student(confidence: float, freedom: float) -> float:
    """The t-quantile of a two-sided interval; the normal one for infinite degrees of freedom."""
    from scipy.special import ndtri, stdtrit

    share = 0.5 + confidence / 2
    return float(stdtrit(freedom, share) if math.isfinite(freedom) else ndtri(share))


def wilson(share: float, trials: float, z: float) -> tuple[float, float]:
    """Wilson's score interval of a share of so many trials (E. B. Wilson 1927, JASA 22).

    >>> [round(end, 4) for end in wilson(0.0, 20, 1.96)]
    [0.0, 0.1611]
    """
    beside = z * z / trials
    middle = (share + beside / 2) / (1 + beside)
    half = z * math.sqrt(share * (1 - share) / trials + beside / (4 * trials)) / (1 + beside)
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def percentile(values: np.ndarray, share: float, confidence: float = CONFIDENCE) -> Interval:
    """A percentile of independent values, with an interval that holds for any distribution.

    Between order statistics, interpolated so that its confidence is the one wanted rather than the next that
    whole places allow (Hettmansperger and Sheather 1986; Nyblom 1992, Statistics & Probability Letters 14).
    An end that so few values cannot tell is nan.
    """
    ranked = np.sort(values)
    if not len(ranked):
        return Interval(math.nan, math.nan, math.nan, "", 0)
    tail = (1 - confidence) / 2
    low = _bound(ranked, share, tail)
    high = -_bound(-ranked[::-1], 1 - share, tail)
    return Interval(float(np.quantile(ranked, share)), low, high, "order statistics", len(ranked))


def _bound(ranked: np.ndarray, share: float, tail: float) -> float:
    """What the percentile lies below with a chance of `tail`."""
    count = len(ranked)
    if (1 - share) ** count > tail:
        return math.nan  # even the first order statistic is not low enough
    from scipy.special import bdtr

    below = bdtr(np.arange(count), count, share)  # that at most 0, 1, ... values lie below the percentile
    place = int(np.searchsorted(below, tail, side="right"))  # the last order statistic that is low enough
    if place < 1:
        return math.nan
    if place >= count:
        return float(ranked[-1])
    over, under = below[place] - tail, tail - below[place - 1]
    weight = 0.0 if under <= 0 else 1 / (1 + place * (1 - share) * over / ((count - place) * share * under))
    return float((1 - weight) * ranked[place - 1] + weight * ranked[place])


def order_statistics_coverage(count: int, share: float, low: int, high: int) -> float:
    """The chance that a percentile lies between two of so many ranked values, counted from 1.

    P(low <= B <= high - 1) for B binomial (David and Nagaraja, Order Statistics, ch. 7).
    """
    from scipy.special import bdtr

    return float(bdtr(high - 1, count, share) - bdtr(low - 1, count, share))
