"""Base stock: every unit demanded orders its own replacement, also written (S-1, S)."""

from typing import NamedTuple

from simulator.theory.erlang import erlang_b
from simulator.theory.loss import poisson_loss
from simulator.theory.performance import StockPerformance


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
