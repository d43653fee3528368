"""The newsvendor: one chance to stock up before demand is known; and the loss functions it rests on."""

import math
from typing import NamedTuple


def normal_loss(z: float) -> float:
    """Mean excess of a standard normal over z: G(z) = E[(Z - z)+].

    Source: Axsäter, Inventory Control (2015), section 5.3; Zipkin (2000), appendix C.

    >>> round(normal_loss(0), 6)
    0.398942
    """
    from scipy import special

    return _density(z) - z * float(special.ndtr(-z))


def normal_second_loss(z: float) -> float:
    """Half the mean squared excess of a standard normal over z: the integral of G beyond z.

    Source: Zipkin (2000), appendix C; Axsäter (2015), section 5.3, where it is H(z).

    >>> normal_second_loss(0)
    0.25
    """
    from scipy import special

    return 0.5 * ((z * z + 1) * float(special.ndtr(-z)) - z * _density(z))


def poisson_loss(mean: float, level: int) -> float:
    """Mean excess of a Poisson over a whole level, E[(D - level)+], in units.

    Below zero it is the plain difference mean - level.

    Source: Zipkin (2000), appendix C.

    >>> round(poisson_loss(12, 16), 6)
    0.246356
    """
    if level < 0:
        return mean - level
    return mean * _exceeds(mean, level - 1) - level * _exceeds(mean, level)


def poisson_second_loss(mean: float, level: int) -> float:
    """Sum of the first-order loss over every level above this one: E[(D - level)+ (D - level - 1)+] / 2.

    Source: Zipkin (2000), appendix C.

    >>> round(poisson_second_loss(3, 0), 6)  # E[D (D - 1)] / 2
    4.5
    """
    if level < 0:
        return 0.5 * ((mean - level) ** 2 + level)
    square, cross = mean * mean * _exceeds(mean, level - 2), 2 * mean * level * _exceeds(mean, level - 1)
    return 0.5 * (square - cross + level * (level + 1) * _exceeds(mean, level))


def _density(z: float) -> float:
    return math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


def _exceeds(mean: float, level: int) -> float:
    """P(Poisson > level)."""
    from scipy import special

    return 1.0 if level < 0 else float(special.gammainc(level + 1, mean))


class Stocked(NamedTuple):
    """A quantity stocked, with its expected cost of leftovers and shortages."""

    quantity: float
    cost: float


def critical_ratio(overage: float, underage: float) -> float:
    """The probability of meeting all demand at which stocking one more unit breaks even.

    `overage` is lost on a unit left over, `underage` on a unit short; both per unit.

    Errors: costs that are negative, or both zero.
    Source: Snyder & Shen (2019), section 4.3.

    >>> critical_ratio(overage=1, underage=9)
    0.9
    """
    if overage < 0 or underage < 0 or overage + underage == 0:
        raise ValueError(f"the costs of a unit over and a unit short are not negative; found {overage} and {underage}")
    return underage / (overage + underage)


def normal_cost(quantity: float, mean: float, sd: float, overage: float, underage: float) -> float:
    """Expected cost of a quantity when demand is normal.

    A standard deviation of zero is demand known in advance. For stock reviewed every period with
    lead time L, `mean` and `sd` are those of L + 1 periods.

    Source: Snyder & Shen (2019), section 4.3.

    >>> round(normal_cost(60, mean=50, sd=8, overage=0.18, underage=0.7), 4)
    2.1561
    """
    if sd == 0:
        return overage * max(quantity - mean, 0.0) + underage * max(mean - quantity, 0.0)
    short = sd * normal_loss((quantity - mean) / sd)
    return overage * (quantity - mean + short) + underage * short


def normal_optimum(mean: float, sd: float, overage: float, underage: float) -> Stocked:
    """The cheapest quantity when demand is normal: its critical-ratio quantile.

    Errors: a cost of zero, which makes the best quantity unbounded.
    Source: Snyder & Shen (2019), section 4.3.

    >>> best = normal_optimum(mean=50, sd=8, overage=0.18, underage=0.7)
    >>> round(best.quantity, 2), round(best.cost, 3)
    (56.6, 1.998)
    """
    from scipy import special

    ratio = critical_ratio(overage, underage)
    if not 0 < ratio < 1:
        raise ValueError("with a unit over or a unit short free of charge no quantity is best")
    quantity = mean + sd * float(special.ndtri(ratio))
    return Stocked(quantity, normal_cost(quantity, mean, sd, overage, underage))


def poisson_cost(quantity: int, mean: float, overage: float, underage: float) -> float:
    """Expected cost of a whole quantity when demand is Poisson.

    Source: Snyder & Shen (2019), section 4.3.

    >>> round(poisson_cost(8, mean=6, overage=1, underage=4), 4)
    3.5701
    """
    short = poisson_loss(mean, quantity)
    return overage * (quantity - mean + short) + underage * short


def poisson_optimum(mean: float, overage: float, underage: float) -> Stocked:
    """The cheapest whole quantity when demand is Poisson: the first whose cdf reaches the critical ratio.

    Errors: as `normal_optimum`.
    Source: Snyder & Shen (2019), section 4.3.

    >>> poisson_optimum(mean=6, overage=1, underage=4).quantity
    8
    """
    from scipy import special

    ratio = critical_ratio(overage, underage)
    if not 0 < ratio < 1:
        raise ValueError("with a unit over or a unit short free of charge no quantity is best")
    # the normal's quantile is never two units above the Poisson's
    quantity = max(0, math.floor(mean + math.sqrt(mean) * float(special.ndtri(ratio))) - 2)
    while special.pdtr(quantity, mean) < ratio:
        quantity += 1
    return Stocked(quantity, poisson_cost(quantity, mean, overage, underage))
