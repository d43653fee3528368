"""How far the stock position has fallen past the reorder point by the time it is seen."""

import math
from typing import NamedTuple

from simulator.theory.count import Count


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
