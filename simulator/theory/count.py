"""A count of units known by its mean and variance alone.

The Poisson where the two are equal, the negative binomial where the variance is larger, the binomial
where it is smaller: between them any pair of mean and variance, without mass below zero, and with a
tail that is skew where demand is lumpy. All three obey one recursion (Panjer's class), so they share
one formula for factorial moments and hence for losses of every order.
"""

import math
from collections.abc import Sequence
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
