"""Promises: how long they are, whether they are kept, how often customers go away or are told a new date."""

import numpy as np

from simulator.kpis.kpi import kpi
from simulator.kpis.lateness import MOMENT
from simulator.kpis.slices import Ratio
from simulator.kpis.view import View
from simulator.ledger import facts


def _by_order(view: View, kind: type, values: np.ndarray | None = None) -> np.ndarray:
    """How often a kind of fact befell each measured order, or the sum of its values."""
    table = view.of(kind)
    count: np.ndarray = np.bincount(table["order"], values, len(view.measured_orders))[view.measured_orders]
    return count


@kpi(unit="hours", better="lower", of="orders with a promise")
def promise_length(view: View) -> Ratio:
    """Mean time from order entry to the date first promised."""
    orders = view.orders
    known = ~np.isnan(orders.promised)
    return orders.rows.ratio(np.where(known, orders.promised - orders.at, 0.0), known.astype(float))


@kpi(unit="hours", better="neither", of="orders with a promise that were delivered completely")
def promise_error(view: View) -> Ratio:
    """Mean of delivery - date first promised: below 0 the promises are longer than need be, above 0 too short."""
    orders = view.orders
    known = orders.complete & ~np.isnan(orders.promised)
    return orders.rows.ratio(np.where(known, orders.last - orders.promised, 0.0), known.astype(float))


@kpi(unit="share of orders", better="lower", of="orders with a promise that were delivered completely")
def promise_overlong(view: View) -> Ratio:
    """Orders delivered in less than half the promised time / orders: what a shorter promise would not have cost."""
    orders = view.orders
    known = orders.complete & ~np.isnan(orders.promised)
    early = known & (orders.last - orders.at < (orders.promised - orders.at) / 2)
    return orders.rows.ratio(early.astype(float), known.astype(float))


@kpi(unit="share of orders", better="higher", of="orders whose last promise has fallen due")
def on_time_to_latest(view: View) -> Ratio:
    """Orders delivered completely by the date last promised / orders whose last promise has fallen due.

    It flatters: whoever promises anew is on time again. `on_time` is against the date first promised.
    """
    orders = view.orders
    due = orders.latest <= view.end
    kept = due & orders.complete & (orders.last <= orders.latest + MOMENT)
    return orders.rows.ratio(kept.astype(float), due.astype(float))


@kpi(unit="share of orders", better="lower", of="orders placed")
def repromised_orders(view: View) -> Ratio | None:
    """Orders whose customer was told a new date at least once / orders."""
    if view.scenario.service.repromise is None:
        return None
    orders = view.orders
    anew = (orders.latest > orders.promised + MOMENT) | (_by_order(view, facts.Promised) > 1)
    return orders.rows.ratio(anew.astype(float), 1.0)


@kpi(unit="share of orders", better="lower", of="orders placed")
def declined_orders(view: View) -> Ratio | None:
    """Orders whose customer went away when the promise was made / orders. They never ask for stock."""
    if all(segment.longest_wait is None for segment in view.scenario.market.segments.values()):
        return None
    return view.orders.rows.ratio(_by_order(view, facts.Declined), 1.0)


@kpi(unit="share of orders", better="neither", of="orders offered an alternative to the promise")
def alternatives_accepted(view: View) -> Ratio | None:
    """Orders whose customer accepted another date, item or site, or a part first / orders that were offered one."""
    if all(rule.alternatives is None for rule in view.scenario.service.rules):
        return None
    accepted = _by_order(view, facts.Offered, view.of(facts.Offered)["accepted"])
    return view.orders.rows.ratio(accepted, (_by_order(view, facts.Offered) > 0).astype(float))


@kpi(unit="share of orders", better="neither", of="orders placed")
def orders_for_later(view: View) -> Ratio | None:
    """Orders that waited for a later date that their customer asked for, and were released / orders."""
    if view.scenario.service.reservation is None:
        return None
    return view.orders.rows.ratio(_by_order(view, facts.Released), 1.0)


@kpi(unit="share of orders", better="lower", of="orders placed")
def withdrawn_orders(view: View) -> Ratio | None:
    """Orders for later that the customer cancelled before release / orders. No promise to them can be broken."""
    if view.scenario.service.reservation is None:
        return None
    return view.orders.rows.ratio(_by_order(view, facts.Withdrawn), 1.0)
