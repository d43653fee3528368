"""From when on a series is in its steady state: the MSER-5 rule, and Welch's moving average to look at."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from simulator.experiments.executors import ExecutorError, Workforce
from simulator.experiments.intervals import CONFIDENCE, Interval, Sample, interval
from simulator.planning.effort import refuse_floods
from simulator.replication.measure import catalogue, series
from simulator.replication.simulate import simulate
from simulator.scenario.scenario import Scenario

BATCH = 5
"""Steps in a batch: the 5 of MSER-5."""


FEWEST = 10
"""Batches below which the rule has too little to choose from."""


FEWEST, MOST = 10, 20
"""Batches: fewer make the interval wide, more win next to nothing (Schmeiser 1982, Operations Research 30)."""


@dataclass(frozen=True)
class Truncation:
    """What MSER-5 says of one series."""

    steps: int
    """How many steps to leave out."""
    statistic: float
    """The smallest squared standard error: sum of squares of what is kept / its number squared; nan for too few."""
    mean: float
    """Of the batches kept."""
    settled: bool
    """False where the best cut is the last that was tried, in the middle, or where there were too few batches: the
    run is too short to tell."""


@dataclass(frozen=True)
class Series:
    """One KPI in equal steps from the start of the run: one row per replication, one column per step.

    Of a ratio `above` and `below` are the sums that are divided. Of a time average or a rate `below` is hours. What is
    put together, steps or replications, is divided after adding up, so that a busy day counts for more than a quiet
    one; without any count the value is nan.
    """

    kpi: str
    step: float
    """Hours."""
    above: np.ndarray
    below: np.ndarray

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return int(self.above.shape[1])

    @property
    def share(self) -> bool:
        """Whether its values lie between 0 and 1."""
        return self.kpi in catalogue() and catalogue()[self.kpi].proportion

    @property
    def each(self) -> np.ndarray:
        """The value of each step in each replication."""
        return divide(self.above, self.below)

    @property
    def curve(self) -> np.ndarray:
        """The value of each step over all replications."""
        return divide(self.above.sum(axis=0), self.below.sum(axis=0))

    @property
    def runs(self) -> list["Series"]:
        """Each replication by itself."""
        return [Series(self.kpi, self.step, self.above[[row]], self.below[[row]]) for row in range(len(self.above))]

    def between(self, first: int, end: int) -> "Series":
        """The steps from `first` to the one before `end`."""
        return Series(self.kpi, self.step, self.above[:, first:end], self.below[:, first:end])

    def batches(self, size: int) -> "Series":
        """Consecutive steps added up, so many at a time; the last ones, where they are too few, are left out."""
        count = self.steps // size
        above, below = (
            part[:, : count * size].reshape(len(part), count, size).sum(axis=2) for part in (self.above, self.below)
        )
        return Series(self.kpi, self.step * size, above, below)


def mser(series: Series, batch: int = BATCH) -> Truncation:
    """The cut after which the mean of what is left is known best (White, Cobb and Spratt 2000, Simulation 75).

    The series, averaged over its replications (Hoad, Robinson and Davies 2010), is put into batches of five steps,
    Z_1 ... Z_k. Leaving out the first d of them costs observations and takes away bias; of all d up to half, the
    one with the smallest sum of squares of the rest about its mean / (k - d)^2 is chosen, the first of equal ones.
    Batches in which nothing counts are passed over.
    """
    values = series.batches(batch).curve
    places = np.flatnonzero(np.isfinite(values))
    values = values[places]
    if len(values) < FEWEST:
        return Truncation(0, np.nan, float(np.mean(values)) if len(values) else np.nan, settled=False)
    tried = range(len(values) // 2 + 1)
    statistics = [float(np.var(values[cut:])) / (len(values) - cut) for cut in tried]
    best = int(np.argmin(statistics))
    steps = int(places[best]) * batch if best else 0
    return Truncation(steps, statistics[best], float(np.mean(values[best:])), settled=best < tried[-1])


RESAMPLES = 200
"""So often the replications are drawn again, with replacement."""


def resampled_cuts(series: Sequence[Series], seed: int, resamples: int = RESAMPLES) -> np.ndarray:
    """What MSER-5 would leave out, in steps, of the means of replications that are drawn again with replacement.

    Resamples x series; infinite where the run is too short to tell. All series are drawn together, since they are of
    the same replications. Source: the bootstrap over replications, Efron and Tibshirani (1993).
    """
    rng, runs = np.random.default_rng(seed), len(series[0].above)
    draws = rng.multinomial(runs, np.full(runs, 1 / runs), resamples).astype(float)
    return np.stack([_cuts(each, draws) for each in series], axis=1)


def _cuts(series: Series, draws: np.ndarray) -> np.ndarray:
    """Of each resample, as `mser` says of its mean; together where every batch has a value, which is quicker."""
    drawn = Series(series.kpi, series.step, draws @ series.above, draws @ series.below)
    values = drawn.batches(BATCH).each
    if not np.isfinite(values).all():
        found = [mser(each) for each in drawn.runs]
        return np.array([each.steps if each.settled else np.inf for each in found], dtype=float)
    count = values.shape[1]
    if count < FEWEST:
        return np.full(len(draws), np.inf)
    tried = range(count // 2 + 1)
    best = np.argmin([np.var(values[:, cut:], axis=1) / (count - cut) for cut in tried], axis=0)
    return np.where(best < tried[-1], best * BATCH, np.inf)


def welch(series: Series, window: int) -> np.ndarray:
    """Welch's curve: the mean over replications, smoothed over `window` steps on each side.

    Near the start the window is as wide as it can be on both sides alike: the step itself, then 3 steps, 5, ...
    At the end, where it would be cut off, the curve stops: it is `window` steps shorter than the series. Sources:
    P. D. Welch (1983); Law, Simulation Modeling and Analysis, section 9.5.1.
    """
    above, below = series.above.sum(axis=0), series.below.sum(axis=0)
    found = []
    for place in range(series.steps - window):
        side = min(place, window)
        found.append([part[place - side : place + side + 1].sum() for part in (above, below)])
    sums = np.array(found).reshape(-1, 2)
    return divide(sums[:, 0], sums[:, 1])


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


Progress = Callable[[int, int], None]
"""Called with the replications done and the replications in all."""


def divide(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Element by element; nan where there is nothing to divide by."""
    found: np.ndarray = np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)
    return found


def play(
    crew: Workforce,
    scenario: Scenario,
    kpis: Sequence[str],
    step: float,
    replications: int,
    progress: Progress | None = None,
) -> list[Series]:
    """Replications 0, 1, ... of a scenario, with the named KPIs in steps of so many hours.

    KPIs that the scenario has nothing to measure for are left out.

    Errors: as `simulator.measures.series_of_kpis.series`; ExecutorError if a worker is lost; FloodError if it
    is too much.
    """
    if not crew.yes:
        refuse_floods([scenario], min(crew.count, replications), here=crew.here)
    numbers = iter(range(replications))
    found: list[dict[str, np.ndarray]] = []
    ahead: deque[Future[dict[str, np.ndarray]]] = deque()
    try:
        while len(found) < replications:
            for number in islice(numbers, 2 * crew.count - len(ahead)):
                ahead.append(crew.executor.submit(_one, scenario, number, tuple(kpis), step))
            found.append(ahead.popleft().result())
            if progress is not None:
                progress(len(found), replications)
    except crew.lost as error:
        raise ExecutorError(crew.gone() or "a worker died while it played: run it again") from error
    finally:
        for future in ahead:
            future.cancel()
    known = [kpi for kpi in kpis if all(kpi in each for each in found)]
    return [Series(kpi, step, *(np.stack([each[kpi][row] for each in found]) for row in (0, 1))) for kpi in known]


def _one(scenario: Scenario, number: int, kpis: Sequence[str], step: float) -> dict[str, np.ndarray]:
    return series(simulate(scenario, number, yes=True), kpis, step)
