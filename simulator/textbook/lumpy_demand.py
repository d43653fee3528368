"""Lumpy demand: order lines arrive as a Poisson process, each for several units; what stocking rules achieve."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simulator.textbook.stock_models import StockPerformance

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


def reorder_in_lots(lines: float, sizes: Sizes, lead_time: float, level: int, quantity: int) -> StockPerformance:
    """(r, nQ): when a line takes the position to r or below, order the fewest lots Q that lift it above r.

    `lines` per unit of time. The position is evenly spread over r + 1 ... r + Q. A lot of one unit
    is base stock with S = r + 1.

    Errors: a lot below one unit; lines and sizes as `compound_poisson`.
    Source: Axsäter (2015), section 5.3; Zipkin (2000), section 6.5.

    >>> shelf = reorder_in_lots(lines=1.5, sizes={1: 0.5, 3: 0.3, 6: 0.2}, lead_time=2, level=10, quantity=12)
    >>> round(shelf.ready_rate, 4), round(shelf.unit_fill_rate, 4), round(shelf.line_fill_rate, 4)
    (0.8883, 0.8414, 0.8355)
    """
    if quantity < 1:
        raise ValueError(f"a lot is one unit or more; found {quantity}")
    line = line_sizes(sizes)
    positions = np.arange(level + 1, level + quantity + 1)
    lots = float(np.minimum(np.arange(len(line)), quantity) @ line) / quantity
    return _performance(lines, sizes, lead_time, positions, np.full(quantity, 1 / quantity), lines * lots)


def minimum_maximum(lines: float, sizes: Sizes, lead_time: float, minimum: int, maximum: int) -> StockPerformance:
    """(s, S): when a line takes the position to s or below, order up to S.

    How long the position stays at each height above s follows from the renewal measure of the line size.

    Errors: a maximum that is not above the minimum; lines and sizes as `compound_poisson`.
    Source: Archibald & Silver (1978); Zheng & Federgruen (1991); Zipkin (2000), section 6.5.

    >>> shelf = minimum_maximum(0.8, {1: 0.5, 5: 0.3, 12: 0.2}, lead_time=4, minimum=15, maximum=45)
    >>> round(shelf.unit_fill_rate, 4), round(shelf.on_hand, 2)
    (0.8289, 19.05)
    """
    visits = renewal_measure(line_sizes(sizes), minimum, maximum)
    total = float(visits.sum())
    positions = maximum - np.arange(maximum - minimum)
    return _performance(lines, sizes, lead_time, positions, visits / total, lines / total)


def renewal_measure(masses: Masses, minimum: int, maximum: int) -> Masses:
    """Mean number of visits to S, S - 1, ... s + 1 between two orders, as demand of `masses` takes the position down.

    Their sum is the mean number of demands in a cycle. A demand of nothing counts as one more visit.

    Errors: a maximum that is not above the minimum.
    Source: Zheng & Federgruen, Operations Research 39 (1991), 654-665.

    >>> import numpy as np
    >>> renewal_measure(np.array([0, 0.5, 0.5]), minimum=0, maximum=3).tolist()
    [1.0, 0.5, 0.75]
    """
    if maximum <= minimum:
        raise ValueError(f"the maximum is above the minimum; found {maximum} and {minimum}")
    visits = np.zeros(maximum - minimum)
    visits[0] = 1.0
    for below in range(1, len(visits)):
        reach = min(below, len(masses) - 1)
        visits[below] = masses[1 : reach + 1] @ visits[below - reach : below][::-1] / (1 - masses[0])
    return np.asarray(visits / (1 - masses[0]))


def mean_on_hand(demand: Masses, positions: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Masses:
    """Units expected to be left, E[(position - demand)+], at each position.

    >>> import numpy as np
    >>> mean_on_hand(np.array([0.5, 0.5]), np.array([-1, 0, 1, 2])).tolist()
    [0.0, 0.0, 0.5, 1.5]
    """
    left = np.concatenate(([0.0], np.cumsum(np.cumsum(demand))))
    beyond = np.maximum(positions - (len(left) - 1), 0)
    return np.asarray(left[np.clip(positions, 0, len(left) - 1)] + beyond)


def _performance(
    lines: float,
    sizes: Sizes,
    lead_time: float,
    positions: np.ndarray[tuple[int], np.dtype[np.int64]],
    weights: Masses,
    order_rate: float,
) -> StockPerformance:
    """Averages over the position: Poisson lines find the shelf as time does."""
    line, demand = line_sizes(sizes), compound_poisson(lines * lead_time, sizes)
    units = float(np.arange(len(line)) @ line)
    with_line = np.convolve(demand, line)
    left, left_after = (mean_on_hand(masses, positions) for masses in (demand, with_line))
    on_hand = float(weights @ left)
    short = on_hand - float(weights @ positions) + lines * units * lead_time
    return StockPerformance(
        unit_fill_rate=float(weights @ (left - left_after)) / units,
        line_fill_rate=float(weights @ _at_most(with_line, positions)),
        ready_rate=float(weights @ _at_most(demand, positions - 1)),
        on_hand=on_hand,
        backorders=short,
        order_rate=order_rate,
        mean_wait=short / (lines * units),
    )


def _at_most(masses: Masses, most: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Masses:
    cumulative = np.concatenate(([0.0], np.cumsum(masses)))
    return np.asarray(cumulative[np.clip(most + 1, 0, len(cumulative) - 1)])


def minimum_maximum_by_period(mean: float, minimum: int, maximum: int) -> tuple[float, float, float]:
    """(s, S) with a review every period, Poisson demand in each, orders received at once.

    Returns orders per period, and mean units on hand and backordered at the end of a period.

    Errors: demand that is not positive; a maximum that is not above the minimum.
    Source: Zheng & Federgruen (1991); Snyder & Shen (2019), chapter 4.

    >>> [round(value, 4) for value in minimum_maximum_by_period(mean=6, minimum=4, maximum=10)]
    [0.682, 3.1411, 0.3708]
    """
    if mean <= 0:
        raise ValueError(f"demand is positive; found {mean}")
    from scipy import special

    most = int(mean + 12 * math.sqrt(mean)) + 12
    demand = np.diff(np.asarray(special.pdtr(np.arange(most + 1), mean), float), prepend=0.0)
    visits = renewal_measure(demand, minimum, maximum)
    positions = maximum - np.arange(maximum - minimum)
    weights = visits / visits.sum()
    on_hand = float(weights @ mean_on_hand(demand, positions))
    return 1 / float(visits.sum()), on_hand, on_hand - float(weights @ positions) + mean
