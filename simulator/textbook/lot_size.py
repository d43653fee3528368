"""The economic order quantity: how much to order when demand is steady and each order costs the same."""

import math
from typing import NamedTuple


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
