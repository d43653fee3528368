"""The newsvendor: one chance to stock up before demand is known."""

import math
from typing import NamedTuple

from simulator.theory.loss import normal_loss, poisson_loss


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
