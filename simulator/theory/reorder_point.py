"""Reorder point and lot size, also written (r, Q): when the position falls to r, order Q."""

from typing import NamedTuple

from simulator.theory.loss import normal_loss, normal_second_loss, poisson_loss, poisson_second_loss
from simulator.theory.performance import StockPerformance


class NormalApproximation(NamedTuple):
    """Long-run performance as the normal distribution has it."""

    unit_fill_rate: float
    on_hand: float
    backorders: float


def reorder_point(rate: float, lead_time: float, level: int, quantity: int) -> StockPerformance:
    """(r, Q) against Poisson demand for single units, constant lead time, backorders.

    `rate` units per unit of time; `level` is the reorder point r, which may be negative; several
    orders may be under way. The position is then evenly spread over r + 1 ... r + Q.

    Errors: a rate or quantity that is not positive, a negative lead time.
    Source: Hadley & Whitin (1963), chapter 4; Zipkin (2000), section 6.2.

    >>> shelf = reorder_point(rate=1.5, lead_time=2, level=3, quantity=5)
    >>> round(shelf.unit_fill_rate, 4), round(shelf.on_hand, 3), round(shelf.backorders, 3)
    (0.8666, 3.105, 0.105)
    """
    if rate <= 0 or quantity < 1 or lead_time < 0:
        raise ValueError(
            f"demand and lot are positive, the lead time is not negative; found {rate}, {quantity}, {lead_time}"
        )
    mean, top = rate * lead_time, level + quantity
    short = (poisson_second_loss(mean, level) - poisson_second_loss(mean, top)) / quantity
    fill = 1 - (poisson_loss(mean, level) - poisson_loss(mean, top)) / quantity
    on_hand = level + (quantity + 1) / 2 - mean + short
    return StockPerformance(fill, fill, fill, on_hand, short, rate / quantity, short / rate)


def reorder_point_served_within(time: float, rate: float, lead_time: float, level: int, quantity: int) -> float:
    """Share of units delivered within a time under (r, Q) with Poisson demand and constant lead time.

    From the lead time onwards only a negative reorder point keeps anybody waiting.

    Source: Zipkin (2000), section 6.2.

    >>> round(reorder_point_served_within(0.5, rate=1.5, lead_time=2, level=3, quantity=5), 4)
    0.9387
    """
    if time >= lead_time and level >= 0:
        return 1.0
    if time > lead_time:
        raise ValueError("with a negative reorder point a wait beyond the lead time has no closed form here")
    return reorder_point(rate, lead_time - max(time, 0.0), level, quantity).unit_fill_rate


def reorder_point_normal(mean: float, sd: float, level: float, quantity: float) -> NormalApproximation:
    """(r, Q) as textbooks approximate it: lead-time demand normal, stock moving smoothly through r.

    `mean` and `sd` are those of lead-time demand in units. Good where demand is for single units and
    plentiful. Where lines are large it promises more than comes true, because the position falls
    past r before anything is ordered: see `undershoot` and `targets`.

    Errors: a standard deviation or quantity that is not positive.
    Source: Zipkin (2000), section 6.4; Axsäter (2015), section 5.3.

    >>> round(reorder_point_normal(mean=80, sd=80**0.5, level=85, quantity=60).unit_fill_rate, 4)
    0.9731
    """
    if sd <= 0 or quantity <= 0:
        raise ValueError(f"spread and lot are positive; found {sd} and {quantity}")
    low, high = (level - mean) / sd, (level + quantity - mean) / sd
    short = sd * sd * (normal_second_loss(low) - normal_second_loss(high)) / quantity
    fill = 1 - sd * (normal_loss(low) - normal_loss(high)) / quantity
    return NormalApproximation(fill, level + quantity / 2 - mean + short, short)
