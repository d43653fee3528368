"""Safety stock and lot sizes as textbooks set them."""

import math
from typing import NamedTuple

from simulator.textbook.newsvendor import normal_loss


class LeadTimeDemand(NamedTuple):
    """Mean and standard deviation of the units demanded over a lead time."""

    mean: float
    sd: float


def lead_time_demand(mean: float, variance: float, lead_time: float, lead_time_sd: float = 0.0) -> LeadTimeDemand:
    """Demand over a lead time that itself varies: sd = sqrt(L var_d + d^2 var_L).

    `mean` and `variance` are of demand per unit of time, in units and units squared; where stock is
    reviewed by the period, add the review period to the lead time. Demand in disjoint times is
    taken to be independent, and independent of the lead time.

    Errors: a negative value.
    Source: Hadley & Whitin (1963), chapter 3; Silver, Pyke & Thomas (2017), chapter 6.

    >>> demand = lead_time_demand(mean=100, variance=20**2, lead_time=10, lead_time_sd=3)
    >>> demand.mean, round(demand.sd, 1)
    (1000, 306.6)
    """
    if min(mean, variance, lead_time, lead_time_sd) < 0:
        raise ValueError(
            f"demand and lead time are not negative; found {mean}, {variance}, {lead_time} and {lead_time_sd}"
        )
    return LeadTimeDemand(mean * lead_time, math.sqrt(lead_time * variance + (mean * lead_time_sd) ** 2))


def safety_factor(cycle_service_level: float) -> float:
    """Standard deviations of safety stock for a probability of no stockout in a cycle (type 1 service).

    Errors: a level that is not above 0 and below 1.

    >>> round(safety_factor(0.95), 3)
    1.645
    """
    from scipy import special

    if not 0 < cycle_service_level < 1:
        raise ValueError(f"a cycle service level lies above 0 and below 1; found {cycle_service_level}")
    return float(special.ndtri(cycle_service_level))


def safety_stock(sd: float, cycle_service_level: float) -> float:
    """Units kept above mean lead-time demand, z sd; negative for a level below one half.

    >>> round(safety_stock(sd=306.6, cycle_service_level=0.95), 1)
    504.3
    """
    return safety_factor(cycle_service_level) * sd


def reorder_point_for_cycle_service(demand: LeadTimeDemand, cycle_service_level: float) -> float:
    """The reorder point, in units, that lasts out a lead time with this probability.

    >>> round(reorder_point_for_cycle_service(LeadTimeDemand(1000, 306.6), 0.95), 1)
    1504.3
    """
    return demand.mean + safety_stock(demand.sd, cycle_service_level)


def fill_rate(factor: float, sd: float, quantity: float) -> float:
    """Unit fill rate of a safety factor, 1 - sd G(z) / Q: type 2 service.

    Counts one cycle's shortage only; small lots, where a stockout outlasts the cycle, are understated.

    Errors: a lot that is not positive.
    Source: Silver, Pyke & Thomas (2017), chapter 6.

    >>> round(fill_rate(safety_factor(0.90), sd=100, quantity=200), 3)
    0.976
    """
    if quantity <= 0:
        raise ValueError(f"a lot is more than nothing; found {quantity}")
    return 1 - sd * normal_loss(factor) / quantity


def reorder_point_for_fill_rate(demand: LeadTimeDemand, quantity: float, unit_fill_rate: float) -> float:
    """The reorder point, in units, at which `fill_rate` reaches a target.

    A spread of zero needs no safety stock: the reorder point is mean demand less the backorders
    that the target lets each lot leave.

    Errors: a target that is not above 0 and below 1, a lot that is not positive.
    Source: Silver, Pyke & Thomas (2017), chapter 6.

    >>> round(reorder_point_for_fill_rate(LeadTimeDemand(1000, 300), quantity=500, unit_fill_rate=0.95), 1)
    1300.0
    """
    if not 0 < unit_fill_rate < 1:
        raise ValueError(f"a fill rate lies above 0 and below 1; found {unit_fill_rate}")
    if quantity <= 0:
        raise ValueError(f"a lot is more than nothing; found {quantity}")
    short = quantity * (1 - unit_fill_rate)
    if demand.sd == 0:
        return demand.mean - short
    low, high = -1 - short / demand.sd, 40.0  # G(z) >= -z, so the answer is no lower
    while high - low > 1e-12 * max(1.0, abs(low)):
        middle = (low + high) / 2
        low, high = (middle, high) if normal_loss(middle) * demand.sd > short else (low, middle)
    return demand.mean + high * demand.sd


class Lot(NamedTuple):
    """An order quantity with what it costs per unit of time, purchase price left out.

    `backorders` is the most that customers are left waiting for before the next lot arrives.
    """

    quantity: float
    cost: float
    backorders: float = 0.0


def economic_order_quantity(demand: float, order_cost: float, holding_cost: float) -> Lot:
    """The lot that balances the cost of ordering against the cost of holding.

    `demand` in units per unit of time, `order_cost` per order, `holding_cost` per unit held per unit
    of time. No demand or a free order gives a lot of nothing.

    Errors: a holding cost of zero, where no lot would be large enough; negative demand or cost.
    Source: Harris (1913); Snyder & Shen (2019), chapter 3.

    >>> lot = economic_order_quantity(demand=1300, order_cost=8, holding_cost=0.225)
    >>> round(lot.quantity, 2), round(lot.cost, 2)
    (304.05, 68.41)
    """
    _check(demand, order_cost, holding_cost)
    return Lot(math.sqrt(2 * order_cost * demand / holding_cost), math.sqrt(2 * order_cost * demand * holding_cost))


def lot_cost(quantity: float, demand: float, order_cost: float, holding_cost: float, unit: float = 0.0) -> float:
    """What any lot costs per unit of time: K d / Q + h (Q + unit) / 2.

    `unit` is the size of one unit where stock falls in whole units and the next lot arrives the moment
    the last one is sold: on hand then runs from Q down to 1. Zero is the textbook's smooth demand.

    Errors: a quantity that is not positive.
    Source: Snyder & Shen (2019), chapter 3.

    >>> round(lot_cost(304, demand=1300, order_cost=8, holding_cost=0.225, unit=1), 4)
    68.523
    """
    _check(demand, order_cost, holding_cost)
    if quantity <= 0:
        raise ValueError(f"a lot is more than nothing; found {quantity}")
    return order_cost * demand / quantity + holding_cost * (quantity + unit) / 2


def economic_order_quantity_with_backorders(
    demand: float, order_cost: float, holding_cost: float, backorder_cost: float
) -> Lot:
    """The economic lot where customers may be made to wait, at a price per unit per unit of time.

    Waiting customers make lots larger and rarer; as waiting becomes dear the plain lot returns.

    Errors: a holding or backorder cost that is not positive; negative demand or order cost.
    Source: Snyder & Shen (2019), chapter 3; Zipkin (2000), chapter 3.

    >>> lot = economic_order_quantity_with_backorders(1300, 8, 0.225, 5)
    >>> round(lot.quantity, 1), round(lot.cost, 2), round(lot.backorders, 1)
    (310.8, 66.92, 13.4)
    """
    if backorder_cost <= 0:
        raise ValueError(f"a backorder costs more than nothing; found {backorder_cost}")
    plain = economic_order_quantity(demand, order_cost, holding_cost)
    service = backorder_cost / (holding_cost + backorder_cost)
    quantity = plain.quantity / math.sqrt(service)
    return Lot(quantity, plain.cost * math.sqrt(service), quantity * (1 - service))


def _check(demand: float, order_cost: float, holding_cost: float) -> None:
    if demand < 0 or order_cost < 0:
        raise ValueError(f"demand and the cost of an order are not negative; found {demand} and {order_cost}")
    if holding_cost <= 0:
        raise ValueError(f"holding a unit costs more than nothing; found {holding_cost}")
