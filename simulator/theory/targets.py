"""Stock levels that reach a service target, for demand as it comes: lumpy, over-dispersed, late to be refilled.

A unit asked for finds what is left of the stock position after two claims: demand over the lead
time, and whatever of its own line comes before it. Their sum W is fitted by its mean and variance
with a `Count`, and the position is evenly spread over r + 1 ... r + Q, so that

    fill rate = 1 - (E[(W - r)+] - E[(W - r - Q)+]) / Q.

The three targets differ in the second claim alone: the units ahead in the same line (unit fill
rate), all the line's other units (line fill rate), or the undershoot of the reorder point (cycle
service level, which asks for P(W <= r)). Where stock is reviewed by the period, the time that an
order must cover lies between the lead time and the lead time plus the period.

For single units, Poisson demand and a constant lead time W is Poisson and the answer is exact. Else
it is an approximation: good to about a point of service for gamma, geometric or equal line sizes;
where lines come in a few set sizes, such as cases of twelve, and a lead time sees less than one of
them, the true curve is a staircase and the answer may land a step off. Lead times that let orders
overtake each other vary less in effect than they do one by one, so the answer then errs on the safe side.

Sources: Zipkin (2000), sections 6.2 to 6.5 and 7.4; Axsäter (2015), sections 5.3 and 5.7; Adan, van
Eenige & Resing, Probability in the Engineering and Informational Sciences 9 (1995), 623-632, on fitting counts.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np

from simulator.theory.count import Count, Floats, Value
from simulator.theory.undershoot import Undershoot, undershoot

Target = Literal["cycle_service_level", "unit_fill_rate", "line_fill_rate"]


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand for one SKU at one site."""

    lines: float
    """order lines per hour"""
    units: float
    """mean units per line, 1 or more"""
    units_sd: float
    """standard deviation of units per line"""
    variance: float
    """variance of units demanded per hour, over-dispersion included"""

    @property
    def mean(self) -> float:
        """Units per hour."""
        return self.lines * self.units

    @classmethod
    def poisson(cls, lines: float, units: float = 1.0, units_sd: float = 0.0) -> "Demand":
        """Lines that arrive as a Poisson process: variance = lines x mean square of units.

        >>> Demand.poisson(lines=2, units=3, units_sd=1).variance
        20
        """
        return cls(lines, units, units_sd, lines * (units * units + units_sd * units_sd))


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Time from placing a replenishment order to its receipt, in hours."""

    mean: float
    sd: float = 0.0


def reorder_level(
    demand: Demand, lead_time: LeadTime, quantity: float | None, kind: Target, value: float, review: float = 0.0
) -> int:
    """The smallest reorder point r, in whole units and not negative, that reaches a service target.

    When the position is at or below r an order is placed for as many lots of `quantity` as lift it
    above r; without a lot (`None`), for what was demanded, so that r + 1 is the order-up-to level.
    `review` is the time between looks at the stock in hours, 0 for a look after every line. A cycle
    in the cycle service level ends with each order received. No demand needs no stock: 0.

    Errors: a target that is not above 0 and below 1, an unknown kind of target, a lot that is not
    positive, negative demand, times or spreads, lines of less than one unit.

    >>> exact = Demand.poisson(lines=1.5)
    >>> reorder_level(exact, LeadTime(2), 5, "unit_fill_rate", 0.86)
    3
    >>> lumpy = Demand.poisson(lines=0.3, units=5, units_sd=4.5)
    >>> reorder_level(lumpy, LeadTime(2), 5, "unit_fill_rate", 0.86)
    9
    """
    _check(demand, lead_time, quantity, kind, value, review)
    if demand.mean == 0:
        return 0
    if quantity is None:
        return max(order_up_to_level(demand, lead_time, review, kind, value) - 1, 0)
    lot = max(1, round(quantity))
    if kind == "cycle_service_level":
        past = undershoot(*_step(demand, review), lot)
        claims = _claims(demand, lead_time, past)
        return _smallest(lambda level: 1 - float(claims.exceeds(level)), value, claims)
    own = _of_own_line(demand, kind)
    spans, weights = _spans(demand, lead_time, review)
    claims = Count.together([_claims(demand, lead_time, own, span) for span in spans])
    return _smallest(
        lambda level: 1 - float(np.dot(weights, claims.excess(level) - claims.excess(level + lot))) / lot, value, claims
    )


def order_up_to_level(demand: Demand, lead_time: LeadTime, review: float, kind: Target, value: float) -> int:
    """The smallest order-up-to level S, in whole units, that reaches a service target without a lot size.

    `review` in hours: every so often the position is brought back to S, (R, S); 0 is base stock,
    where each line at once orders its own replacement. The cycle service level is the probability
    that S covers the lead time and what called for the order: the line, or the review period's demand.

    No demand needs no stock: 0; any demand at least one unit. Errors: as `reorder_level`.

    >>> order_up_to_level(Demand.poisson(lines=4), LeadTime(3), 0, "unit_fill_rate", 0.84)
    16
    >>> order_up_to_level(Demand.poisson(lines=4), LeadTime(3), 7, "unit_fill_rate", 0.99)
    50
    """
    _check(demand, lead_time, None, kind, value, review)
    if demand.mean == 0:
        return 0
    if kind != "cycle_service_level":
        return reorder_level(demand, lead_time, 1, kind, value, review) + 1
    claims = _claims(demand, lead_time, _step(demand, review))
    return max(_smallest(lambda level: 1 - float(claims.exceeds(level)), value, claims), 1)


def _claims(demand: Demand, lead_time: LeadTime, own: Undershoot, span: float = 0.0) -> Count:
    """Demand over the lead time and a span, and the second claim."""
    time = lead_time.mean + span
    variance = demand.variance * time + (demand.mean * lead_time.sd) ** 2
    return Count.fit(demand.mean * time + own.mean, variance + own.sd**2)


def _of_own_line(demand: Demand, kind: Target) -> Undershoot:
    """Units of the same line that the target puts before one unit, or before the line's last."""
    if kind == "line_fill_rate":
        return Undershoot(max(demand.units - 1, 0.0), demand.units_sd)
    return undershoot(demand.units, demand.units_sd)  # a unit stands anywhere in its line, as the reorder point does


def _step(demand: Demand, review: float) -> Undershoot:
    """What the position falls by between two looks at it, given that it falls."""
    if review == 0:
        return Undershoot(demand.units, demand.units_sd)
    some = -math.expm1(-demand.lines * review)
    mean = demand.mean * review / some
    square = (demand.variance * review + (demand.mean * review) ** 2) / some
    return Undershoot(mean, math.sqrt(max(square - mean * mean, 0.0)))


def _spans(demand: Demand, lead_time: LeadTime, review: float) -> tuple[list[float], Value]:
    """Times since the last look, 0 ... review, with weights: Gauss-Legendre, finer where demand is steadier."""
    if review == 0:
        return [0.0], 1.0
    time = lead_time.mean + review
    sd = math.sqrt(demand.variance * time + (demand.mean * lead_time.sd) ** 2)
    steadiness = demand.mean * review / sd if sd > 0 else math.inf
    nodes, weights = _quadrature(8 if steadiness < 4 else 16 if steadiness < 10 else 64)
    return [review * node for node in nodes], weights


@cache
def _quadrature(points: int) -> tuple[list[float], Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return ((nodes + 1) / 2).tolist(), weights / 2


def _smallest(service: Callable[[int], float], value: float, claims: Count) -> int:
    """The first level, from 0 upwards, at which a service that rises with the level reaches a value."""
    enough = value - 1e-12
    if service(0) >= enough:
        return 0
    low, high = 0, max(1, math.ceil(np.max(claims.mean)))
    while service(high) < enough:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if service(middle) >= enough else (middle, high)
    return high


def _check(
    demand: Demand, lead_time: LeadTime, quantity: float | None, kind: Target, value: float, review: float
) -> None:
    if kind not in get_args(Target):
        raise ValueError(f"a service target is one of {', '.join(get_args(Target))}; found {kind!r}")
    if not 0 < value < 1:
        raise ValueError(f"a {kind} lies above 0 and below 1; found {value}")
    if quantity is not None and not quantity > 0:
        raise ValueError(f"a lot is more than nothing; found {quantity}")
    if min(demand.lines, demand.units_sd, demand.variance, lead_time.mean, lead_time.sd, review) < 0:
        raise ValueError(f"demand, times and spreads are not negative; found {demand}, {lead_time}, review {review}")
    if demand.lines > 0 and demand.units < 1 - 1e-9:
        raise ValueError(f"a line asks for one unit or more; found a mean of {demand.units}")
