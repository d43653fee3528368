"""Stock levels that reach a service target, for demand as it comes: lumpy, over-dispersed, late to be refilled.

A unit asked for finds what is left of the stock position after two claims: demand over the lead
time, and what its own line takes first. Their sum W is fitted by mean and variance with a `Count`,
and the position is evenly spread over r + 1 ... r + Q, so that

    fill rate = 1 - (E[(W - r)+] - E[(W - r - Q)+]) / Q.

The targets differ in the second claim alone: the units ahead in the same line (unit fill rate), all
the line's other units (line fill rate), or the undershoot of the reorder point (cycle service level,
which asks for P(W <= r)); with each go the other lines of a burst, where lines come in bursts. Where
stock is reviewed by the period, an order must cover between a lead time and a lead time plus a period.

For Poisson lines of equal size (single units, cases of twelve) and a constant lead time the answer is
exact. Else it is good to about a point of service for line sizes that spread out, two where a few
lines are huge (lognormal sizes with a coefficient of variation above one). Where lines come in a few
set sizes and a lead time sees less than one of them, the true curve is a staircase and the answer
may be a step off. Orders that overtake each other vary less in effect than one by one, so the answer
then errs on the safe side.

Sources: Zipkin (2000), sections 6.2 to 6.5 and 7.4; Axsäter (2015), section 5.3; Silver, Pyke & Thomas
(2017), chapter 7; on fitting counts Adan, van Eenige & Resing, Probability in the Engineering and
Informational Sciences 9 (1995), 623-632.
"""

import math
from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from simulator.textbook.claims import (
    Count,
    Demand,
    LeadTime,
    Packs,
    Undershoot,
    burst,
    check,
    claims,
    claims_in_packs,
    spans,
    step_down,
    undershoot,
)

__all__ = ["Demand", "LeadTime", "Target", "order_up_to_level", "reorder_level", "service"]

Target = Literal["cycle_service_level", "unit_fill_rate", "line_fill_rate"]
Shortfall = Callable[[int], float]
"""The share that a reorder point fails to serve: it falls as the reorder point rises."""


def reorder_level(
    demand: Demand, lead_time: LeadTime, quantity: float | None, kind: Target, value: float, review: float = 0.0
) -> int:
    """The smallest reorder point r, in whole units and not negative, that reaches a service target.

    When the position is at or below r an order is placed for as many lots of `quantity` as lift it
    above r; without a lot (`None`), for what was demanded, so that r + 1 is the order-up-to level.
    `review` is the time between looks at the stock in hours, 0 for a look after every line. The cycle
    service level is the share of orders that arrive before the shelf has run short. No demand needs
    no stock: 0.

    Errors: a target that is not above 0 and below 1, an unknown kind of target, a lot that is not
    positive, negative demand, times or spreads, lines of less than one unit.

    >>> reorder_level(Demand.poisson(lines=1.5), LeadTime(2), 5, "unit_fill_rate", 0.86)
    3
    >>> lumpy = Demand.poisson(lines=0.3, units=5, units_sd=4.5)  # as many units, five at a time
    >>> reorder_level(lumpy, LeadTime(2), 5, "unit_fill_rate", 0.86)
    12
    """
    if kind not in get_args(Target):
        raise ValueError(f"a service target is one of {', '.join(get_args(Target))}; found {kind!r}")
    if not 0 < value < 1:
        raise ValueError(f"a {kind} lies above 0 and below 1; found {value}")
    shortfall = _shortfall(demand, lead_time, quantity, kind, review)
    return _smallest(shortfall, 1 - value, math.ceil(demand.mean * (lead_time.mean + review)))


def order_up_to_level(demand: Demand, lead_time: LeadTime, review: float, kind: Target, value: float) -> int:
    """The smallest order-up-to level S, in whole units, that reaches a service target without a lot size.

    `review` in hours: every so often the position is brought back to S, (R, S); 0 is base stock,
    where each line at once orders its own replacement. The cycle service level is the probability
    that S covers the lead time and what called for the order: the line, or the review period's demand.

    No demand needs no stock: 0; any demand at least one unit. Errors: as `reorder_level`.

    >>> order_up_to_level(Demand.poisson(lines=4), LeadTime(3), 0, "unit_fill_rate", 0.84)
    16
    >>> order_up_to_level(Demand.poisson(lines=4), LeadTime(3), 7, "unit_fill_rate", 0.99)
    49
    """
    level = reorder_level(demand, lead_time, None, kind, value, review)
    return level + 1 if demand.mean > 0 else 0


def service(
    demand: Demand, lead_time: LeadTime, level: int, quantity: float | None, kind: Target, review: float = 0.0
) -> float:
    """The service that a reorder point is expected to give, as `reorder_level` sees it. No demand is served in full.

    Errors: as `reorder_level`, and a negative reorder point.

    >>> round(service(Demand.poisson(lines=1.5), LeadTime(2), level=3, quantity=5, kind="unit_fill_rate"), 4)
    0.8666
    """
    if level < 0:
        raise ValueError(f"a reorder point is not negative; found {level}")
    return 1 - _shortfall(demand, lead_time, quantity, kind, review)(level)


def _shortfall(demand: Demand, lead_time: LeadTime, quantity: float | None, kind: Target, review: float) -> Shortfall:
    check(demand, lead_time, review)
    if quantity is not None and not quantity > 0:
        raise ValueError(f"a lot is more than nothing; found {quantity}")
    if demand.mean == 0:
        return lambda level: 0.0
    lot = 1 if quantity is None else max(1, round(quantity))
    if kind == "cycle_service_level":
        return _short_cycles(demand, lead_time, None if quantity is None else lot, review)
    return _short_demand(demand, lead_time, lot, kind, review)


def _short_demand(demand: Demand, lead_time: LeadTime, lot: int, kind: Target, review: float) -> Shortfall:
    """Share of units or lines that are not met at once: averaged over the position and the time since review."""
    times, weights = spans(demand, lead_time, review)
    before: Count | Packs
    if demand.in_packs:
        before = claims_in_packs(demand, lead_time, 1 if kind == "line_fill_rate" else round(demand.units), times)
    elif kind == "line_fill_rate":
        before = claims(demand, lead_time, _with_burst(demand, _rest_of_line(demand)), times)
    else:  # a unit stands in its line as the reorder point does
        before = claims(demand, lead_time, _with_burst(demand, undershoot(demand.units, demand.units_sd)), times)
    return lambda level: float(np.dot(weights, before.excess(level) - before.excess(level + lot))) / lot


def _short_cycles(demand: Demand, lead_time: LeadTime, lot: int | None, review: float) -> Shortfall:
    """Share of orders that arrive to an empty shelf with customers waiting."""
    if review > 0 and lot is None:  # lead time and review period together, against S = r + 1
        whole = claims(demand, lead_time, step_down(demand, review))
        return lambda level: float(whole.exceeds(level + 1))
    before: Count | Packs
    if review > 0:
        before = claims(demand, lead_time, undershoot(*step_down(demand, review), lot or 1))
    elif demand.in_packs:
        before = claims_in_packs(demand, lead_time, min(lot or 1, round(demand.units)))
    elif lot is None:
        before = claims(demand, lead_time, _with_burst(demand, _rest_of_line(demand)))
    else:
        before = claims(demand, lead_time, _with_burst(demand, undershoot(demand.units, demand.units_sd, lot)))
    return lambda level: float(before.exceeds(level))


def _rest_of_line(demand: Demand) -> Undershoot:
    return Undershoot(max(demand.units - 1, 0.0), demand.units_sd)


def _with_burst(demand: Demand, own: Undershoot) -> Undershoot:
    others = burst(demand)
    return Undershoot(own.mean + others.mean, math.hypot(own.sd, others.sd))


def _smallest(shortfall: Shortfall, allowed: float, guess: int) -> int:
    """The first level, from 0 upwards, with no more than the shortfall allowed.

    Shortfalls die out about exponentially, so their logarithm is interpolated; a step that does not
    halve the interval is followed by one that does.
    """
    allowed += 1e-12
    low, high = 0, max(1, guess)
    if (at_low := shortfall(low)) <= allowed:
        return low
    while (at_high := shortfall(high)) > allowed:
        low, at_low, high = high, at_high, 2 * high
    halve = False
    while (width := high - low) > 1:
        middle = low + width // 2
        if at_high > 0 and not halve:
            ahead = math.ceil(width * math.log(at_low / allowed) / math.log(at_low / at_high))
            middle = min(max(low + ahead, low + 1), high - 1)
        if (found := shortfall(middle)) <= allowed:
            high, at_high = middle, found
        else:
            low, at_low = middle, found
        halve = not halve and high - low > width / 2
    return high
