"""Intervals of what is paired by replication: a mean difference, and the ratio of two."""

import math

import numpy as np

from simulator.experiments.intervals import CONFIDENCE, Interval, student


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
