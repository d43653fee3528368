"""From when on a series is in its steady state: the MSER-5 rule, and Welch's moving average to look at."""

from dataclasses import dataclass

import numpy as np

from simulator.experiments.series import Series, divide

BATCH = 5
"""Steps in a batch: the 5 of MSER-5."""
FEWEST = 10
"""Batches below which the rule has too little to choose from."""


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
