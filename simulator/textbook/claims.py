"""What has a claim on the stock position before a unit asked for now: the demand behind target levels."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Self, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


Value = float | Floats
"""One number, or one for each of several counts."""


class Count(NamedTuple):
    """A fitted count, or several of one kind side by side.

    `shape` is the negative binomial's r, infinite for the Poisson, minus the number of trials for the
    binomial; `odds` is the chance of one more unit in a trial.
    """

    mean: Value
    shape: Value
    odds: Value

    @classmethod
    def fit(cls, mean: float, variance: float) -> Self:
        """The count with this mean and variance, in units and units squared.

        A binomial has a whole number of trials, so a variance below the mean is met or a little
        exceeded. A mean of nothing is nothing, whatever the variance.

        Errors: a negative mean or variance.
        Source: Johnson, Kemp & Kotz, Univariate Discrete Distributions (2005), chapters 3 to 5.

        >>> Count.fit(mean=4, variance=12)
        Count(mean=4, shape=2.0, odds=0.6666666666666666)
        """
        if mean < 0 or variance < 0:
            raise ValueError(f"a count has no negative mean or variance; found {mean} and {variance}")
        excess = variance - mean
        if mean == 0 or abs(excess) <= 1e-9 * mean:
            return cls(mean, math.inf, 0.0)
        if excess > 0:
            return cls(mean, mean * mean / excess, excess / variance)
        trials = math.ceil(mean * mean / -excess * (1 - 1e-9))
        return cls(mean, -trials, mean / trials)

    @classmethod
    def together(cls, counts: "Sequence[Count]") -> "Count":
        """Several counts as one, each measure then an array.

        Counts of different kinds become negative binomials; one less variable than the Poisson, a
        Poisson in all but name.

        >>> Count.together([Count.fit(4, 12), Count.fit(6, 6)]).exceeds(6).round(3)
        array([0.195, 0.394])
        """
        if len(counts) == 1:
            return counts[0]
        if len({(count.shape > 0, count.shape == math.inf) for count in counts}) > 1:
            near = (cls.fit(float(count.mean), float(count.mean) * (1 + 1e-6)) for count in counts)
            counts = [count if 0 < count.shape < math.inf else other for count, other in zip(counts, near, strict=True)]
        mean, shape, odds = (np.array(values) for values in zip(*counts, strict=True))
        return cls(mean, shape, odds)

    def exceeds(self, level: int, step: int = 0) -> Value:
        """P(count > level), with `step` more successes or fewer trials than fitted.

        >>> round(float(Count.fit(mean=4, variance=4).exceeds(6)), 6)
        0.110674
        """
        from scipy import special

        if level < 0:
            return 1.0
        kind = self.shape if isinstance(self.shape, (int, float)) else self.shape[0]
        if kind == math.inf:
            return cast(Value, special.gammainc(level + 1, self.mean))
        if kind > 0:
            return cast(Value, special.betainc(level + 1, self.shape + step, self.odds))
        beyond = -self.shape - step - level  # trials left when the level has been reached
        return np.where(beyond > 0, special.betainc(level + 1, np.maximum(beyond, 1), self.odds), 0.0)

    def excess(self, level: int) -> Value:
        """Units by which the count is expected to exceed a level, E[(W - level)+].

        >>> round(float(Count.fit(mean=12, variance=12).excess(16)), 6)
        0.246356
        """
        return self.mean * self.exceeds(level - 1, step=1) - level * self.exceeds(level)

    def loss(self, level: int, order: int = 1) -> Value:
        """E[C(W - level, order)] over counts W above the level, where C(n, k) is n choose k.

        Order 1 is the `excess`; order 2 is what that sums to over all levels above; and so on. A level
        below zero gives the plain moment.

        Source: Zipkin (2000), appendix C, for the Poisson; factorial moments in general.

        >>> round(float(Count.fit(mean=12, variance=12).loss(16, order=2)), 6)
        0.317616
        """
        total, moment = _choose(-level, order) * self.exceeds(level), 1.0 + 0 * self.mean
        for i in range(1, order + 1):
            moment = moment * self.mean * (1 + (i - 1) / self.shape) / i  # E[C(W, i)]
            total = total + _choose(-level, order - i) * moment * self.exceeds(level - i, step=i)
        return total


def _choose(n: int, k: int) -> float:
    """n choose k, where n may be negative."""
    chosen = 1.0
    for i in range(k):
        chosen *= (n - i) / (i + 1)
    return chosen


class Undershoot(NamedTuple):
    """Mean and standard deviation in units."""

    mean: float
    sd: float


def undershoot(mean: float, sd: float, lot: float = math.inf) -> Undershoot:
    """Units by which the position lies below the reorder point when an order is placed, in whole units.

    `mean` and `sd` are of one step down: a line's units where stock is reviewed after every line, a
    period's demand where it is reviewed by the period. A `lot` much larger than a step, the textbook
    case, gives the residual life of renewal theory with mean (E[X^2] / E[X] - 1) / 2; a lot of one
    unit gives the whole step less one. Single units have no undershoot.

    The residual life's spread needs the step's third moment: here that of the count that `Count` fits to X - 1,
    right for steps of equal, Poisson, binomial, geometric and negative binomial size.

    Errors: a step below one unit, a negative spread, a lot below one unit.
    Source: Karlin (1958); Silver, Pyke & Thomas (2017), chapter 7; Baganha, Pyke & Ferrer (1996) on
    how fast it is reached. Exact for (r, nQ).

    >>> undershoot(mean=12, sd=0)  # cases of twelve: 0 ... 11 evenly
    Undershoot(mean=5.5, sd=3.452052529534663)
    >>> undershoot(mean=1, sd=0)
    Undershoot(mean=0.0, sd=0.0)
    """
    if mean < 1 - 1e-9 or sd < 0 or lot < 1:
        raise ValueError(f"a step and a lot are one unit or more, a spread not negative; found {mean}, {sd} and {lot}")
    beyond_one = Count.fit(max(mean - 1, 0.0), sd * sd)
    units, pairs, triples = (float(beyond_one.loss(-1, order)) for order in (1, 2, 3))
    if lot < mean + 20 * sd:  # else no step is longer than the lot
        units -= float(beyond_one.loss(round(lot) - 1, 1))
        pairs -= float(beyond_one.loss(round(lot) - 1, 2))
        triples -= float(beyond_one.loss(round(lot) - 1, 3))
    first, second = pairs / units, triples / units  # E[O] and E[O (O - 1) / 2]
    return Undershoot(first, math.sqrt(max(2 * second + first - first * first, 0.0)))


def undershoot_continuous(mean: float, sd: float) -> Undershoot:
    """The undershoot where demand is measured, not counted, such as litres: E[X^2] / (2 E[X]) on average.

    The third moment is a gamma's.

    Errors: a step that is not positive, a negative spread.
    Source: Silver, Pyke & Thomas (2017), chapter 7; Tijms, A First Course in Stochastic Models (2003), chapter 8.

    >>> undershoot_continuous(mean=10, sd=10)  # exponential steps forget
    Undershoot(mean=10.0, sd=10.0)
    """
    if mean <= 0 or sd < 0:
        raise ValueError(f"a step is positive, a spread not negative; found {mean} and {sd}")
    square = 1 + (sd / mean) ** 2  # E[X^2] / E[X]^2
    first = mean * square / 2
    return Undershoot(first, math.sqrt(mean * mean * square * (2 * square - 1) / 3 - first * first))


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand for one SKU at one site."""

    lines: float
    """order lines per hour"""
    units: float
    """mean units per line, 1 or more where they are whole units"""
    units_sd: float
    """standard deviation of units per line"""
    variance: float
    """variance of units demanded per hour, over-dispersion included"""

    @property
    def mean(self) -> float:
        """Units per hour."""
        return self.lines * self.units

    @property
    def in_packs(self) -> bool:
        """Whether every line asks for the same number of units, two or more."""
        return self.units_sd == 0 and self.units > 1 and self.units == round(self.units)

    def counted_in(self, size: float) -> "Demand":
        """The same in another unit, of so many of this.

        >>> Demand.poisson(lines=2, units=0.5).counted_in(0.25)
        Demand(lines=2, units=2.0, units_sd=0.0, variance=8.0)
        """
        return Demand(self.lines, self.units / size, self.units_sd / size, self.variance / size**2)

    @classmethod
    def poisson(cls, lines: float, units: float = 1.0, units_sd: float = 0.0) -> "Demand":
        """Lines that arrive as a Poisson process: variance = lines x mean square of units.

        >>> Demand.poisson(lines=2, units=3, units_sd=1).variance
        20
        """
        return cls(lines, units, units_sd, lines * (units * units + units_sd * units_sd))


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Time from placing a replenishment order to its receipt, in hours."""

    mean: float
    sd: float = 0.0


def check(demand: Demand, lead_time: LeadTime, review: float) -> None:
    """Refuse what no shop has: negative demand, times or spreads, lines of less than one unit.

    >>> check(Demand(lines=1, units=0.5, units_sd=0, variance=1), LeadTime(2), review=0)
    Traceback (most recent call last):
    ValueError: a line asks for one unit or more; found a mean of 0.5
    """
    if not min(demand.lines, demand.units_sd, demand.variance, lead_time.mean, lead_time.sd, review) >= 0:
        raise ValueError(f"demand, times and spreads are not negative; found {demand}, {lead_time}, review {review}")
    if demand.lines > 0 and not demand.units >= 1 - 1e-9:
        raise ValueError(f"a line asks for one unit or more; found a mean of {demand.units}")


def claims(demand: Demand, lead_time: LeadTime, own: Undershoot, times: Sequence[float] = (0.0,)) -> Count:
    """Units claimed by lead time and each of some `times` after it, in hours, with those of the asker's `own` line.

    >>> claims(Demand.poisson(lines=4), LeadTime(3), own=Undershoot(0, 0)).mean
    12.0
    """
    mean, variance, late = demand.mean, demand.variance, (demand.mean * lead_time.sd) ** 2
    spans = [lead_time.mean + time for time in times]
    return Count.together([Count.fit(mean * span + own.mean, variance * span + late + own.sd**2) for span in spans])


class Packs(NamedTuple):
    """Units claimed by a count of lines of equal size, and by part of one line more.

    The part is evenly one of the `spread` largest numbers below `size`: all of 0 ... size - 1 for the
    units ahead of one unit in its line, only size - 1 for those ahead of the line's last.
    """

    lines: Count
    size: int
    spread: int

    @property
    def mean(self) -> Value:
        """Units."""
        return self.lines.mean * self.size + self.size - (self.spread + 1) / 2

    def exceeds(self, level: int) -> Value:
        """P(units > level).

        >>> dozens = Packs(Count.fit(mean=1, variance=1), size=12, spread=1)  # 11, 23, 35, ... units
        >>> [round(float(dozens.exceeds(level)), 4) for level in (10, 11, 22, 23)]
        [1.0, 0.6321, 0.6321, 0.2642]
        """
        total: Value = 0.0
        for lines, share, _ in self._steps(level):
            total = total + share * self.lines.exceeds(lines)
        return total

    def excess(self, level: int) -> Value:
        """Units by which they are expected to exceed a level.

        >>> dozens = Packs(Count.fit(mean=1, variance=1), size=12, spread=12)
        >>> float(dozens.excess(0)), round(float(dozens.excess(12)), 4)
        (17.5, 7.8912)
        """
        total: Value = 0.0
        for lines, share, left in self._steps(level):
            over = self.size * self.lines.mean * self.lines.exceeds(lines - 1, step=1) - left * self.lines.exceeds(
                lines
            )
            total = total + share * over
        return total

    def _steps(self, level: int) -> Iterator[tuple[int, float, float]]:
        """Whole lines that the level covers beside a part, the share of such parts, and their mean units left over."""
        first = level - self.size + 1
        last = first + self.spread - 1
        lines = last // self.size
        split = max(first, lines * self.size)
        yield lines, (last - split + 1) / self.spread, (split + last) / 2
        if split > first:
            yield lines - 1, (split - first) / self.spread, (first + split - 1) / 2


def claims_in_packs(demand: Demand, lead_time: LeadTime, spread: int, times: Sequence[float] = (0.0,)) -> Packs:
    """The same where every line asks for equally many units: see `Packs` for what `spread` says of the asker's line.

    >>> claims_in_packs(Demand.poisson(lines=4, units=6), LeadTime(3), spread=1).mean
    77.0
    """
    by_line = Demand(demand.lines, 1.0, 0.0, demand.variance / demand.units**2)
    return Packs(claims(by_line, lead_time, burst(by_line), times), round(demand.units), spread)


def burst(demand: Demand) -> Undershoot:
    """Units that other lines of the same burst ask for ahead of one line (or, by symmetry, after it): mean and sd.

    A variance above the Poisson's says that lines come in bursts, and then a customer who asks finds others
    just ahead: (I - 1) / 2 lines where I is the lines' ratio of variance to mean, spread as in bursts
    of geometric size. None where lines come as a Poisson process or more evenly.

    Source: Cox & Isham, Point Processes (1980), chapter 2, on the intensity seen from a point.

    >>> burst(Demand(lines=2, units=3, units_sd=0, variance=54)).mean  # three times the Poisson's 18
    3.0
    """
    if demand.lines == 0:
        return Undershoot(0.0, 0.0)
    index = (demand.variance / demand.lines - demand.units_sd**2) / demand.units**2
    ahead = max((index - 1) / 2, 0.0) if index > 1 + 1e-9 else 0.0
    variance = ahead * demand.units_sd**2 + ahead * (ahead + 1) * demand.units**2
    return Undershoot(ahead * demand.units, math.sqrt(variance))


def step_down(demand: Demand, review: float) -> Undershoot:
    """Units by which the position falls between two looks at it, given that it falls: mean and sd.

    With a look after every line (`review` 0 hours) it is a line's units; else the demand of a review
    period, as if lines came as a Poisson process.

    >>> step_down(Demand.poisson(lines=2, units=3, units_sd=1), review=0)
    Undershoot(mean=3, sd=1)
    """
    if review == 0:
        return Undershoot(demand.units, demand.units_sd)
    some = -math.expm1(-demand.lines * review)
    mean = demand.mean * review / some
    square = (demand.variance * review + (demand.mean * review) ** 2) / some
    return Undershoot(mean, math.sqrt(max(square - mean * mean, 0.0)))


def spans(demand: Demand, lead_time: LeadTime, review: float) -> tuple[list[float], Value]:
    """Hours since the last look at the stock, from 0 to `review`, and their weights.

    Gauss-Legendre points, more of them where demand is steadier and the change from plenty to
    shortage within a review period is sharper.
    """
    if review == 0:
        return [0.0], 1.0
    time = lead_time.mean + review
    sd = math.sqrt(demand.variance * time + (demand.mean * lead_time.sd) ** 2)
    steadiness = demand.mean * review / sd if sd > 0 else math.inf
    points, weights = _quadrature(8 if steadiness < 4 else 16 if steadiness < 10 else 64)
    return [review * point for point in points], weights


@cache
def _quadrature(points: int) -> tuple[list[float], Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return ((nodes + 1) / 2).tolist(), weights / 2
