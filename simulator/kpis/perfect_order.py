"""The perfect order and its parts, against the promise made at order entry."""

import numpy as np

from simulator.kpis.kpi import kpi
from simulator.kpis.slices import Derived, Ratio
from simulator.kpis.view import View

MOMENT = 1e-6
"""Hours; less than that is the rounding of times that were added up stage by stage."""


def _due(view: View) -> np.ndarray:
    """Orders whose promise has fallen due by the end of the run."""
    result: np.ndarray = view.orders.promised <= view.end
    return result


def _on_time(view: View) -> np.ndarray:
    orders = view.orders
    result: np.ndarray = orders.complete & (orders.last <= orders.promised + MOMENT)
    return result


@kpi(unit="share of orders", better="higher", of="orders whose promise has fallen due", scor="RL.2.2")
def on_time(view: View) -> Ratio:
    """Orders delivered completely by the time promised at order entry / orders whose promise has fallen due.

    An order still open after its promise is late, and so is one of which nothing was delivered. Units lost or
    cancelled are no longer owed. Orders promised for after the end of the run, or without a promise, are left out.
    """
    due = _due(view)
    return view.orders.rows.ratio((due & _on_time(view)).astype(float), due.astype(float))


@kpi(unit="share of orders", better="higher", of="orders that asked for stock with every line", scor="RL.2.1")
def in_full(view: View) -> Ratio:
    """Orders whose units all left in one shipment / orders: nothing lost, cancelled or sent later.

    An order held until it is complete is in full once it leaves; one still held at the end is not.
    """
    orders = view.orders
    return orders.rows.ratio(orders.in_full.astype(float), orders.asked.astype(float))


@kpi(unit="share of orders", better="higher", of="orders delivered at least in part", scor="RL.2.4")
def perfect_condition(view: View) -> Ratio:
    """Orders that arrived undamaged / orders delivered."""
    orders = view.orders
    arrived = ~np.isnan(orders.last)
    return orders.rows.ratio((arrived & (orders.damaged == 0)).astype(float), arrived.astype(float))


@kpi(unit="share of orders", better="higher", of="orders delivered at least in part", scor="RL.2.3")
def documentation_accuracy(view: View) -> Ratio:
    """Orders with the right documents / orders delivered."""
    orders = view.orders
    arrived = ~np.isnan(orders.last)
    return orders.rows.ratio((arrived & (orders.misdocumented == 0)).astype(float), arrived.astype(float))


@kpi(unit="share of orders", better="higher", of="orders whose promise has fallen due", scor="RL.1.1")
def perfect_order_rate(view: View) -> Ratio:
    """Orders on time, in full, undamaged and rightly documented, all at once / orders whose promise has fallen due."""
    orders, due = view.orders, _due(view)
    perfect = _on_time(view) & orders.in_full & (orders.damaged == 0) & (orders.misdocumented == 0)
    return orders.rows.ratio((due & perfect).astype(float), due.astype(float))


@kpi(unit="share of orders", better="higher", of="as its four factors")
def perfect_order_product(view: View) -> Derived:
    """on_time x in_full x perfect_condition x documentation_accuracy.

    It equals the perfect order rate only if the four fail independently; where one stockout makes an order
    both short and late, the product is too low.
    """
    parts = [view.values(part) or {} for part in (on_time, in_full, perfect_condition, documentation_accuracy)]
    return Derived({name: np.prod([part[name] for part in parts], axis=0) for name in parts[0]})
