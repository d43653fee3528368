"""Stock looked at every so often: order-up-to, also written (R, S), and minimum and maximum by the period."""

import math

import numpy as np

from simulator.theory.loss import normal_loss, poisson_loss, poisson_second_loss
from simulator.theory.lumpy_stock import mean_on_hand, renewal_measure
from simulator.theory.performance import StockPerformance


def order_up_to(rate: float, review: float, lead_time: float, level: int) -> StockPerformance:
    """(R, S) against Poisson demand for single units, constant lead time, backorders; averages over all time.

    Every `review` the position is brought back to `level`. The order placed at one review must last
    until the next one's arrives, a lead time and a review later.

    Errors: a rate or review period that is not positive, a negative lead time.
    Source: Hadley & Whitin (1963), chapter 5; Silver, Pyke & Thomas (2017), chapter 6.

    >>> shelf = order_up_to(rate=4, review=7, lead_time=3, level=52)
    >>> round(shelf.unit_fill_rate, 4), round(shelf.on_hand, 3)
    (0.9968, 26.007)
    """
    if rate <= 0 or review <= 0 or lead_time < 0:
        raise ValueError(
            f"demand and review are positive, lead time not negative; found {rate}, {review} and {lead_time}"
        )
    first, last, period = rate * lead_time, rate * (lead_time + review), rate * review
    short = (poisson_second_loss(last, level) - poisson_second_loss(first, level)) / period
    fill = 1 - (poisson_loss(last, level) - poisson_loss(first, level)) / period
    on_hand = level - (first + last) / 2 + short
    return StockPerformance(fill, fill, fill, on_hand, short, -math.expm1(-period) / review, short / rate)


def order_up_to_normal(mean: float, sd: float, review: int, lead_time: int, level: float) -> StockPerformance:
    """(R, S) in whole periods, normal demand in each, stock counted at the end of each.

    `mean` and `sd` are of one period's demand; a review comes first in its period, its order arrives
    `lead_time` periods later before that period's demand. A review every period is base stock. The
    line fill rate is unknown (`nan`); the ready rate is the share of periods that end without backorders.

    Errors: a standard deviation or review that is not positive, a negative lead time.
    Source: Silver, Pyke & Thomas (2017), chapter 6; Sobel (2004).

    >>> round(order_up_to_normal(mean=100, sd=30, review=5, lead_time=2, level=760).unit_fill_rate, 4)
    0.9794
    """
    if sd <= 0 or review < 1 or lead_time < 0:
        raise ValueError(
            f"spread and review are positive, lead time not negative; found {sd}, {review} and {lead_time}"
        )
    from scipy import special

    spans = range(lead_time + 1, lead_time + review + 1)
    spreads = [sd * math.sqrt(span) for span in spans]
    safety = [(level - mean * span) / spread for span, spread in zip(spans, spreads, strict=True)]
    shorts = [spread * normal_loss(z) for spread, z in zip(spreads, safety, strict=True)]
    at_receipt = sd * math.sqrt(lead_time)
    before = at_receipt * normal_loss((level - mean * lead_time) / at_receipt) if lead_time else max(-level, 0.0)
    short = sum(shorts) / review
    return StockPerformance(
        unit_fill_rate=1 - (shorts[-1] - before) / (mean * review),
        line_fill_rate=math.nan,
        ready_rate=sum(float(special.ndtr(z)) for z in safety) / review,
        on_hand=level - mean * sum(spans) / review + short,
        backorders=short,
        order_rate=1 / review,
        mean_wait=short / mean,
    )


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
