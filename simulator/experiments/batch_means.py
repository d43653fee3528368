"""Intervals from one long run: the steady part cut into batches so long that their means are as good as independent."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simulator.experiments.intervals import CONFIDENCE, Interval, Sample, interval
from simulator.experiments.series import Series

FEWEST, MOST = 10, 30
"""Batches: fewer make the interval wide, more win next to nothing (Schmeiser 1982, Operations Research 30)."""
ALIKE = 0.9
"""Neighbouring batches pass for independent if independent ones were more alike in at least one case of ten."""


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
    """Whether the correlation is small enough to pass for chance. If not, the interval is too narrow."""

    @property
    def batches(self) -> int:
        """How many batches it is made of."""
        return self.interval.replications


def batch_means(
    series: Series, *, batches: int | None = None, period: int = 1, confidence: float = CONFIDENCE
) -> BatchMeans:
    """The mean over a steady series, with a t-interval on batch means (Law, Simulation Modeling and Analysis, 9.5.3).

    `batches` fixes how many batches each run is cut into. Where left out, it is the most from 30 down to 10, all runs
    together, whose lag-1 correlation passes for chance; with none of them the longest batches, and the answer says
    that they are not independent. Batches are whole multiples of `period` steps, such as 7 days, so that each sees
    every weekday. What is left over is left out at the start. Of a ratio, a batch is its two sums: the mean is the
    ratio of all sums, the interval that of a ratio estimator.

    Errors: ValueError for fewer than 2 batches, or more batches than the series allows.
    """
    if batches is not None and (batches < 2 or series.steps < batches * period):
        raise ValueError(f"batches must be from 2 to {series.steps // period}, the length of the series; got {batches}")
    sizes = _sizes(series, period) if batches is None else iter([series.steps // (batches * period) * period])
    found = None
    for size in sizes:
        found = _cut(series, size, confidence)
        if found.independent:
            break
    if found is None:
        raise ValueError(f"the series is too short for {FEWEST} batches: it has {series.steps // period}")
    return found


def _sizes(series: Series, period: int) -> Iterator[int]:
    """Steps in a batch, from the most batches down to the fewest."""
    runs, size = len(series.above), period
    while runs * (series.steps // size) > MOST:
        size += period
    while series.steps // size and runs * (series.steps // size) >= FEWEST:
        yield size
        size += period


def _cut(series: Series, size: int, confidence: float) -> BatchMeans:
    cut = series.between(series.steps % size, series.steps).batches(size)
    sample = Sample("ratio", cut.each.ravel(), cut.below.ravel(), share=series.share)
    correlation = lag_1(sample.linear().reshape(cut.above.shape))
    return BatchMeans(series.kpi, interval(sample, confidence), size * series.step, correlation,
                      not correlation > threshold(cut.above.size))  # fmt: skip


def lag_1(means: np.ndarray) -> float:
    """Correlation of neighbours: one row per run, neighbours within a run only.

    It is 1 less half of von Neumann's ratio, of the mean square difference of neighbours to the variance: unlike the
    plain estimator it is 0 on average where neighbours are independent. nan where nothing varies.
    """
    beside = means - means.mean()
    squares = float((beside**2).sum())
    pairs = means.size - len(means)
    if not squares > 0 or not pairs:
        return math.nan
    differences = float((np.diff(beside, axis=1) ** 2).sum()) / pairs
    return 1 - differences / (2 * squares / (means.size - 1))


def threshold(count: int) -> float:
    """What `lag_1` of so many independent values exceeds in one case of ten (von Neumann 1941, Fishman 1978)."""
    from scipy.special import ndtri

    return float(ndtri(ALIKE)) * math.sqrt((count - 2) / (count**2 - 1))
