"""Intervals from one long run: the steady part cut into batches so long that their means are as good as independent."""

import math
from dataclasses import dataclass, replace

import numpy as np

from simulator.experiments.intervals import CONFIDENCE, Interval, Sample, interval
from simulator.experiments.series import Series

FEWEST, MOST = 10, 20
"""Batches: fewer make the interval wide, more win next to nothing (Schmeiser 1982, Operations Research 30)."""
ROUNDING = 1e-12
"""Of the mean: batches that vary by no more are equal."""
ALIKE = 0.9
"""Neighbours pass for independent unless they are more alike than independent ones are in nine cases of ten."""


@dataclass(frozen=True)
class BatchMeans:
    """A mean with its interval from the batches of one run, or of a few."""

    kpi: str
    interval: Interval
    """Its `replications` are the batches."""
    hours: float
    """Length of a batch."""
    correlation: float
    """Of a batch with the next one, by the means; nan where they do not vary."""
    independent: bool
    """Whether neighbours pass for independent, even where batches are half as long. If not, the interval is too
    narrow."""

    @property
    def batches(self) -> int:
        """How many batches it is made of."""
        return self.interval.replications


def batch_means(
    series: Series, *, batches: int | None = None, period: int = 1, confidence: float = CONFIDENCE
) -> BatchMeans:
    """The mean over a steady series, with a t-interval on batch means (Law, Simulation Modeling and Analysis, 9.5.3).

    `batches` fixes how many batches each run is cut into. Where left out, it is the most from 20 down to 10, all runs
    together, of which even the halves pass for independent by their lag-1 correlation: the test is weak, and batches
    twice as long make up for what it misses. Where none do, the batches are the longest, and the answer says that
    they are not independent. Batches are whole multiples of `period` steps, such as 7 days, so that each sees every
    weekday. What is left over is left out at the start. Of a ratio, a batch is its two sums: the mean is the ratio of
    all sums, the interval that of a ratio estimator.

    Errors: ValueError for fewer than 2 batches, or more batches than the series allows.
    """
    most = series.steps // period
    if batches is not None:
        if not 2 <= batches <= most:
            raise ValueError(f"batches must be from 2 to {most}, the length of the series; got {batches}")
        return _cut(series, most // batches * period, confidence)
    runs = len(series.above)
    if runs * most < FEWEST:
        raise ValueError(f"the series is too short for {FEWEST} batches: it has {runs * most}")
    half = period
    while runs * (series.steps // (2 * half)) > MOST:
        half += period
    while series.steps >= 2 * half and runs * (series.steps // (2 * half)) >= FEWEST:
        if _cut(series, half, confidence).independent:
            return replace(_cut(series, 2 * half, confidence), independent=True)
        half += period
    longest = most // math.ceil(FEWEST / runs) * period
    return replace(_cut(series, longest, confidence), independent=False)


def _cut(series: Series, size: int, confidence: float) -> BatchMeans:
    """The interval from batches of so many steps, judged by these batches alone."""
    cut = series.between(series.steps % size, series.steps).batches(size)
    sample = Sample("ratio", cut.each.ravel(), cut.below.ravel(), share=series.share)
    correlation = lag_1(sample.linear().reshape(cut.above.shape))
    independent = not correlation > threshold(cut.above.size)  # nan: where nothing varies, nothing is alike
    return BatchMeans(series.kpi, interval(sample, confidence), size * series.step, correlation, independent)


def lag_1(means: np.ndarray) -> float:
    """Correlation of neighbours: one row per run, neighbours within a run only.

    It is 1 less half of von Neumann's ratio, of the mean square difference of neighbours to the variance: unlike the
    plain estimator it is 0 on average where neighbours are independent. nan where nothing varies.
    """
    beside = means - means.mean()
    squares = float((beside**2).sum())
    pairs = means.size - len(means)
    if squares <= means.size * (ROUNDING * means.mean()) ** 2 or not pairs:
        return math.nan
    differences = float((np.diff(beside, axis=1) ** 2).sum()) / pairs
    return 1 - differences / (2 * squares / (means.size - 1))


def threshold(count: int) -> float:
    """What `lag_1` of so many independent values exceeds in one case of ten (von Neumann 1941, Fishman 1978)."""
    from scipy.special import ndtri

    return float(ndtri(ALIKE)) * math.sqrt((count - 2) / (count**2 - 1))
