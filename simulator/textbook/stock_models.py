"""Stocking rules with exact answers: base stock (S-1, S), reorder point (r, Q), periodic review (R, S)."""

import math
from typing import NamedTuple

from simulator.textbook.newsvendor import normal_loss, normal_second_loss, poisson_loss, poisson_second_loss
from simulator.textbook.queues import erlang_b


class StockPerformance(NamedTuple):
    """Long-run performance of a stocking rule with backorders; averages are over time, shares over demand.

    A measure that the law behind it does not give is `nan`.
    """

    unit_fill_rate: float
    """share of demanded units met at once from stock"""
    line_fill_rate: float
    """share of order lines met at once in full"""
    ready_rate: float
    """share of the time with stock on hand"""
    on_hand: float
    """units"""
    backorders: float
    """units that customers wait for"""
    order_rate: float
    """replenishment orders per unit of time"""
    mean_wait: float
    """mean wait of a demanded unit, those met at once included"""

    def cost(self, holding: float, backorder: float, order: float = 0.0) -> float:
        """Cost per unit of time; `holding` and `backorder` are per unit per unit of time.

        >>> shelf = StockPerformance(0.87, 0.87, 0.87, on_hand=3, backorders=0.1, order_rate=0.3, mean_wait=0.07)
        >>> shelf.cost(holding=20, backorder=150, order=100)
        105.0
        """
        return holding * self.on_hand + backorder * self.backorders + order * self.order_rate


class LostSales(NamedTuple):
    """Long-run performance where a customer who finds no stock goes elsewhere."""

    lost_share: float
    """share of demanded units lost"""
    on_hand: float
    """units, time average"""
    on_order: float
    """units, time average"""


def base_stock(rate: float, lead_time: float, level: int) -> StockPerformance:
    """Base stock against Poisson demand for single units, with backorders.

    `rate` units per unit of time; the mean lead time is enough, whatever its law, while orders may
    overtake each other (Palm). `level` is the base stock S in units; at zero all demand waits.

    Errors: a rate that is not positive, a negative lead time or level.
    Source: Zipkin (2000), sections 6.2 and 7.2; Palm's theorem.

    >>> shelf = base_stock(rate=4, lead_time=3, level=16)
    >>> round(shelf.unit_fill_rate, 4), round(shelf.on_hand, 3), round(shelf.backorders, 3)
    (0.8444, 4.246, 0.246)
    """
    _check(rate, lead_time, level)
    from scipy import special

    on_order = rate * lead_time
    ready = float(special.pdtr(level - 1, on_order)) if level > 0 else 0.0
    short = poisson_loss(on_order, level)
    return StockPerformance(ready, ready, ready, level - on_order + short, short, rate, short / rate)


def base_stock_served_within(time: float, rate: float, lead_time: float, level: int) -> float:
    """Share of units delivered within a time, when the lead time is constant.

    A unit is late when more than the rest of the base stock was demanded in the lead time less that
    time. From the lead time onwards nobody is still waiting.

    Source: Zipkin (2000), section 6.2.

    >>> round(base_stock_served_within(1, rate=4, lead_time=3, level=16), 4)
    0.9918
    """
    _check(rate, lead_time, level)
    return 1.0 if time >= lead_time else base_stock(rate, lead_time - max(time, 0.0), level).unit_fill_rate


def base_stock_lost_sales(rate: float, lead_time: float, level: int) -> LostSales:
    """Base stock against Poisson demand for single units, where unmet demand is lost.

    The law of the lead time does not matter, only its mean, while orders may overtake each other.

    Errors: as `base_stock`.
    Source: Erlang's loss formula; Zipkin (2000), section 7.2.4.

    >>> round(base_stock_lost_sales(rate=4, lead_time=2, level=10).lost_share, 4)
    0.1217
    """
    _check(rate, lead_time, level)
    lost = erlang_b(level, rate * lead_time)
    on_order = rate * lead_time * (1 - lost)
    return LostSales(lost, level - on_order, on_order)


def _check(rate: float, lead_time: float, level: int) -> None:
    if rate <= 0 or lead_time < 0 or level < 0:
        raise ValueError(
            f"demand is positive, lead time and base stock are not negative; found {rate}, {lead_time} and {level}"
        )


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
