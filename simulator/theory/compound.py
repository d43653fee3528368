"""Lumpy demand: order lines arrive as a Poisson process and each asks for a number of units."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Masses = NDArray[np.float64]
"""Probabilities of 0, 1, 2, ... units."""
Sizes = Mapping[int, float]
"""The share of order lines that ask for each number of units, such as {1: 0.5, 5: 0.3, 12: 0.2}."""


def line_sizes(sizes: Sizes) -> Masses:
    """Probabilities of 0, 1, 2, ... units on a line.

    Errors: sizes below one unit, shares that are negative or do not sum to one.

    >>> line_sizes({1: 0.75, 3: 0.25}).tolist()
    [0.0, 0.75, 0.0, 0.25]
    """
    if not sizes or min(sizes) < 1 or min(sizes.values()) < 0 or abs(sum(sizes.values()) - 1) > 1e-9:
        raise ValueError("lines ask for one unit or more, in shares that sum to 1")
    masses = np.zeros(max(sizes) + 1)
    for units, share in sizes.items():
        masses[units] = share
    return masses


def geometric_sizes(mean: float, tail: float = 1e-15) -> dict[int, float]:
    """Line sizes 1, 2, 3, ... that fall off geometrically (stuttering Poisson), cut off at `tail`.

    Errors: a mean below one unit.

    >>> sizes = geometric_sizes(mean=2)
    >>> sizes[1], sizes[2], sizes[3]
    (0.5, 0.25, 0.125)
    """
    if mean < 1:
        raise ValueError(f"a line asks for one unit or more; found a mean of {mean}")
    more = 1 - 1 / mean
    count = 1 if more == 0 else int(np.ceil(np.log(tail) / np.log(more))) + 1
    shares = (1 - more) * more ** np.arange(count)
    shares[-1] += 1 - shares.sum()
    return {units: float(share) for units, share in enumerate(shares, start=1)}


def compound_poisson(lines: float, sizes: Sizes) -> Masses:
    """Probabilities of 0, 1, 2, ... units demanded when the number of lines is Poisson.

    `lines` is the mean number of lines, such as the rate of lines times a constant lead time. Long
    enough that what is left out has no weight.

    Errors: a negative number of lines; sizes as `line_sizes`.
    Source: Panjer, ASTIN Bulletin 12 (1981), 22-26; Adelson (1966).

    >>> compound_poisson(1.0, {1: 0.5, 2: 0.5})[:3].round(4).tolist()
    [0.3679, 0.1839, 0.2299]
    """
    if lines < 0:
        raise ValueError(f"the number of lines is not negative; found {lines}")
    masses = line_sizes(sizes)
    if lines > 300:  # exp(-lines) would vanish: half the lines, twice
        half = compound_poisson(lines / 2, sizes)
        return np.convolve(half, half)
    most = len(masses) - 1
    units = np.arange(len(masses))
    mean, variance = lines * float(units @ masses), lines * float(units**2 @ masses)
    weighted = lines * (units * masses)[:0:-1]  # largest size first
    demand = np.zeros(most + int(mean + 12 * variance**0.5) + 12 * most + 1)
    demand[most] = np.exp(-lines)  # `most` zeros before the start spare the recursion its short sums
    for total in range(1, len(demand) - most):
        demand[most + total] = weighted @ demand[total : total + most] / total
    return demand[most:]
