"""The order desk: credit holds, orders that are given up there, and hours of work."""

import numpy as np

from simulator.engine import facts
from simulator.measures.lead_time import jobs, staff_hours, worked_hours
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, Ratio
from simulator.measures.view import View


def of_orders(view: View, numerator: np.ndarray, denominator: np.ndarray) -> Ratio:
    """A ratio over measured orders, from values by order number."""
    keep = view.measured_orders
    return view.orders.rows.ratio(numerator[keep].astype(float), denominator[keep].astype(float))


def count_of(view: View, orders: np.ndarray) -> np.ndarray:
    """By order number: how often it is named."""
    return np.bincount(orders, minlength=len(view.measured_orders))


def stages_with(view: View, option: str) -> bool:
    """Whether any stage has an option."""
    sites = view.scenario.network.sites.values()
    return any(getattr(stage, option) is not None for site in sites for stage in site.stages)


@kpi(unit="share of orders", better="lower", of="orders that have passed the desk or are held at its end", follows=True)
def held_orders(view: View) -> Ratio | None:
    """Orders held for credit / orders."""
    if not stages_with(view, "hold"):
        return None
    held = count_of(view, view.of(facts.Held)["order"]) > 0
    return of_orders(view, held, held | view.all_asked)


@kpi(unit="hours", better="lower", of="orders held for credit", follows=True)
def hold_time(view: View) -> Ratio | None:
    """Mean time for which a held order waits for its credit to be cleared."""
    if not stages_with(view, "hold"):
        return None
    held = view.of(facts.Held)
    hours = np.bincount(held["order"], held["until"] - held["at"], len(view.measured_orders))
    return of_orders(view, hours, count_of(view, held["order"]))


@kpi(unit="share of orders", better="lower", of="orders placed; by stage, orders that came to the stage", follows=True)
def abandoned_orders(view: View) -> Derived | None:
    """Orders turned away by a full stage, or withdrawn while they waited at one / orders.

    Orders are followed beyond the end of the run. Those whose fate at a stage stays open are left out by stage, and
    count as not abandoned in the whole.
    """
    if not (stages_with(view, "places") or stages_with(view, "patience")):
        return None
    gone, served = view.of(facts.Abandoned), view.of(facts.Served)
    values = of_orders(view, count_of(view, gone["order"]), np.ones(len(view.measured_orders))).values()
    stages = len(view.ledger.stages)
    left = np.bincount(gone["stage"][view.measures(gone["queued"])], minlength=stages)
    came = served["stage"][view.measures(served["queued"]) & ~np.isnan(served["started"])]
    with np.errstate(invalid="ignore"):
        shares = left / (left + np.bincount(came, minlength=stages))
    values["stage"] = np.concatenate([shares, np.full(view.labels.sizes["stage"] - stages, np.nan)])
    return Derived(values)


@kpi(unit="hours per order", better="lower", of="orders placed in the measured time")
def touch_time(view: View) -> Derived | None:
    """Hours of work at staffed stages of the order cycle in the measured time / orders placed in it.

    By stage, the hours at that stage / orders. Waiting, nights and transit are no work.
    """
    found = jobs(view)
    if found is None or not (staff_hours(view) > 0).any():
        return None
    people = (staff_hours(view) > 0) & view.labels.in_cycle[: len(view.ledger.stages)]
    work = worked_hours(view) * people[found.stage]
    order = view.of(facts.Served)["order"]
    cells = np.bincount(view.source_of_order[order], work, view.labels.sources)
    rows = view.orders.rows
    values = Ratio(rows, cells, rows.sums(1.0)).values()
    hours = np.bincount(found.stage, work, view.labels.sizes["stage"])
    values["stage"] = hours / max(len(view.orders.at), 1)
    return Derived(values)
