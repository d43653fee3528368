"""Promises and policy: how long promises are and whether they are kept, which rule decided, targets against results."""

import numpy as np

from simulator.engine import facts
from simulator.measures.fill_rate import line_fill_rate, order_fill_rate, unit_fill_rate
from simulator.measures.perfect_order import in_full, on_time, perfect_order_rate
from simulator.measures.registry import Function, kpi
from simulator.measures.slices import Derived, Ratio
from simulator.measures.view import TINY, View


def befallen(view: View, kind: type, values: np.ndarray | None = None) -> np.ndarray:
    """How often a kind of fact befell each measured order, or the sum of its values."""
    table = view.of(kind)
    count: np.ndarray = np.bincount(table["order"], values, len(view.measured_orders))[view.measured_orders]
    return count


@kpi(unit="hours", better="lower", of="orders with a promise", follows=True)
def promise_length(view: View) -> Ratio:
    """Mean time from order entry to the date first promised."""
    orders = view.orders
    known = ~np.isnan(orders.promised)
    return orders.rows.ratio(np.where(known, orders.promised - orders.at, 0.0), known.astype(float))


@kpi(unit="hours", better="neither", of="orders with a promise that were delivered completely", follows=True)
def promise_error(view: View) -> Ratio:
    """Mean of delivery - date first promised: below 0 the promises are longer than need be, above 0 too short."""
    orders = view.orders
    known = orders.complete & ~np.isnan(orders.promised)
    return orders.rows.ratio(np.where(known, orders.last - orders.promised, 0.0), known.astype(float))


@kpi(unit="share of orders", better="lower", of="orders with a promise that were delivered completely", follows=True)
def promise_overlong(view: View) -> Ratio:
    """Orders delivered in less than half the promised time / orders: what a shorter promise would not have cost."""
    orders = view.orders
    known = orders.complete & ~np.isnan(orders.promised)
    early = known & (orders.last - orders.at < (orders.promised - orders.at) / 2)
    return orders.rows.ratio(early.astype(float), known.astype(float))


@kpi(unit="share of orders", better="higher", of="orders whose last promise has fallen due", follows=True)
def on_time_to_latest(view: View) -> Ratio:
    """Orders delivered completely by the date last promised / orders whose last promise has fallen due.

    It flatters: a promise that is made anew can be kept again. `on_time` is against the date first promised.
    """
    orders = view.orders
    due = orders.latest <= view.known_until
    kept = due & orders.complete & (orders.last <= orders.latest)
    return orders.rows.ratio(kept.astype(float), due.astype(float))


@kpi(unit="share of orders", better="lower", of="orders placed", follows=True)
def repromised_orders(view: View) -> Ratio | None:
    """Orders whose customer was told a new date at least once / orders."""
    if view.scenario.service.repromise is None:
        return None
    orders = view.orders
    anew = (orders.latest > orders.promised) | (befallen(view, facts.Promised) > 1)
    return orders.rows.ratio(anew.astype(float), 1.0)


@kpi(unit="share of orders", better="lower", of="orders placed", follows=True)
def declined_orders(view: View) -> Ratio | None:
    """Orders whose customer went away when the promise was made / orders. They never ask for stock."""
    if all(segment.longest_wait is None for segment in view.scenario.market.segments.values()):
        return None
    return view.orders.rows.ratio(befallen(view, facts.Declined), 1.0)


@kpi(unit="share of orders", better="neither", of="orders offered an alternative to the promise", follows=True)
def alternatives_accepted(view: View) -> Ratio | None:
    """Orders whose customer accepted another date, item or site, or a part first / orders that were offered one."""
    if all(rule.alternatives is None for rule in view.scenario.service.rules):
        return None
    accepted = befallen(view, facts.Offered, view.of(facts.Offered)["accepted"])
    return view.orders.rows.ratio(accepted, (befallen(view, facts.Offered) > 0).astype(float))


TARGETS: dict[str, Function] = {
    "unit_fill_rate": unit_fill_rate,
    "line_fill_rate": line_fill_rate,
    "order_fill_rate": order_fill_rate,
    "on_time": on_time,
    "in_full": in_full,
    "perfect_order_rate": perfect_order_rate,
}
"""The KPIs for which a rule may state a target."""


@kpi(unit="share of orders", better="neither", of="orders placed", follows=True)
def rule_share(view: View) -> Derived | None:
    """Orders treated by a rule of the service policy / orders placed; of the whole, those that any rule is for."""
    if not view.scenario.service.rules:
        return None
    counts = view.orders.rows.by("rule", view.orders.rows.counts)
    shares = counts / counts.sum() if counts.sum() else np.full(len(counts), np.nan)
    ruled = len(view.scenario.service.rules)
    return Derived({"": np.array([shares[:ruled].sum()]), "rule": shares})


@kpi(unit="share of orders", better="lower", of="orders placed", follows=True)
def override_rate(view: View) -> Ratio | None:
    """Orders that sales had treated by another rule than their own / orders placed.

    By rule: of the orders treated by it, those that are there by an override.
    """
    if not view.scenario.service.overrides:
        return None
    overridden = view.of(facts.Ordered)["overridden"][view.measured_orders[1:]]
    return view.orders.rows.ratio(overridden, 1.0)


@kpi(unit="share points", better="higher", of="as the targets' own", follows=True)
def target_gap(view: View) -> Derived | None:
    """What was reached - the target, by the rule that states it, over the orders whose target it is.

    Where a rule states several targets, and of the whole, the worst gap counts. Targets for classes of products
    are not part of it.
    """
    service = view.scenario.service
    wanted = [rule.target if rule.when.sku_class is None else None for rule in service.rules]
    if not any(wanted):
        return None
    worst = np.full(view.labels.sizes["rule"], np.nan)
    for name, function in TARGETS.items():
        reached = (view.values(function) or {})["target" if service.borrows_targets else "rule"]
        for place, target in enumerate(wanted):
            if target is not None and getattr(target, name) is not None:
                worst[place] = np.fmin(worst[place], reached[place] - getattr(target, name))
    known = worst[~np.isnan(worst)]
    return Derived({"": np.array([known.min() if len(known) else np.nan]), "rule": worst})


@kpi(unit="share points", better="lower", of="lines that asked for stock, by customer")
def fill_spread(view: View) -> Derived | None:
    """Standard deviation of the line fill rate over the customers of a segment, weighted by their lines.

    Of the whole, the deviation from the customers' own segments. Customers with few lines differ by chance alone:
    compare it between policies.
    """
    if not _several(view).any():
        return None
    lines = view.lines
    filled = (lines.at_once >= lines.units - TINY).astype(float)
    return _spread(view, view.customer_of_line[lines.number - 1], filled, np.ones(len(filled)))


@kpi(unit="share points", better="lower", of="orders whose promise has fallen due, by customer", follows=True)
def on_time_spread(view: View) -> Derived | None:
    """Standard deviation of the share of orders on time over the customers of a segment, weighted by their orders."""
    if not _several(view).any():
        return None
    orders = view.orders
    due = orders.promised <= view.known_until
    kept = due & orders.complete & (orders.last <= orders.promised)
    whose = view.of(facts.Ordered)["customer"][view.measured_orders[1:]]
    return _spread(view, whose, kept.astype(float), due.astype(float))


def _several(view: View) -> np.ndarray:
    """By segment: whether it has two customers or more."""
    several: np.ndarray = np.bincount(view.ledger.customer_segments, minlength=view.labels.sizes["segment"]) > 1
    return several


def _spread(view: View, customer: np.ndarray, numerator: np.ndarray, denominator: np.ndarray) -> Derived:
    """Weighted standard deviation of customers' shares about that of their segment."""
    segments, size, several = np.array(view.ledger.customer_segments), len(view.ledger.customers), _several(view)
    weight = np.bincount(customer, denominator, size)
    reached = np.bincount(customer, numerator, size)
    total = np.bincount(segments, weight, len(several))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(segments, reached, len(several)) / total
        apart = np.where(weight > 0, weight * (reached / weight - mean[segments]) ** 2, 0.0)
        by_segment = np.bincount(segments, apart, len(several))
        spread = np.where(several, np.sqrt(by_segment / total), np.nan)
        whole = np.sqrt(by_segment[several].sum() / total[several].sum())
    return Derived({"": np.array([whole]), "segment": spread})
