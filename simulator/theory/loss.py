"""Loss functions: how much demand is expected to exceed a stock level.

The first-order loss E[(D - x)+] is the mean shortage; the second-order loss is what the first one
sums to beyond x, and gives time averages where the stock position moves over a lot.
"""

import math


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
