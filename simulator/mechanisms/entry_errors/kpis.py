"""What mistakes of the order desk cost: putting them right, and what customers do not pay."""

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Columns
from simulator.measures.costs import in_measured_time, short_payments
from simulator.measures.lead_time import jobs, staff_hours, worked_hours
from simulator.measures.money import money
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, Ratio
from simulator.measures.view import View
from simulator.mechanisms.entry_errors.facts import ERROR_KINDS, Complained, Erred, Surfaced


def _of_orders(view: View, numerator: np.ndarray, denominator: np.ndarray) -> Ratio:
    """A ratio over measured orders, from values by order number."""
    keep = view.measured_orders
    return view.orders.rows.ratio(numerator[keep].astype(float), denominator[keep].astype(float))


def _count(view: View, orders: np.ndarray) -> np.ndarray:
    """By order number: how often it is named."""
    return np.bincount(orders, minlength=len(view.measured_orders))


def _errs(view: View) -> bool:
    return any(channel.entry is not None for channel in view.scenario.market.channels.values())


def _errors(view: View) -> Columns:
    """Errors of orders that have passed the desk."""
    erred = view.of(Erred)
    kept = view.all_asked[erred["order"]]
    return {name: column[kept] for name, column in erred.items()}


def _by_kind(view: View, table: Columns) -> np.ndarray:
    return np.bincount(table["kind"], minlength=len(ERROR_KINDS)).astype(float)


@kpi(unit="errors per 1,000 order lines", better="lower", of="lines of orders that have passed the desk")
def entry_errors(view: View) -> Derived | None:
    """Errors of order entry, caught or not / lines x 1,000. Errors of the whole order count once."""
    if not _errs(view):
        return None
    errors, lines = _errors(view), _count(view, view.order_of_line[1:]) * view.all_asked
    values = _of_orders(view, 1000.0 * _count(view, errors["order"]), lines).values()
    values["error"] = 1000 * _by_kind(view, errors) / max(lines.sum(), 1)
    return Derived(values)


@kpi(unit="share of errors", better="higher", of="errors of orders that have passed the desk")
def caught_errors(view: View) -> Derived | None:
    """Errors of order entry that verification catches / errors."""
    if not _errs(view):
        return None
    errors = _errors(view)
    good = {name: column[errors["caught"] == 1] for name, column in errors.items()}
    values = _of_orders(view, _count(view, good["order"]), _count(view, errors["order"])).values()
    with np.errstate(invalid="ignore"):
        values["error"] = _by_kind(view, good) / _by_kind(view, errors)
    return Derived(values)


@kpi(unit="share of orders", better="higher", of="orders that have passed the desk")
def first_pass_yield(view: View) -> Ratio | None:
    """Orders that pass the desk right first time, without any error and without a credit hold / orders."""
    held = view.of(facts.Held)["order"]
    if not _errs(view) and not _stages_with(view, "hold"):
        return None
    wrong = _count(view, np.concatenate([_errors(view)["order"], held])) > 0
    return _of_orders(view, view.all_asked & ~wrong, view.all_asked)


@kpi(unit="share of orders", better="lower", of="orders that have passed the desk or are held at its end")
def held_orders(view: View) -> Ratio | None:
    """Orders held for credit / orders."""
    if not _stages_with(view, "hold"):
        return None
    held = _count(view, view.of(facts.Held)["order"]) > 0
    return _of_orders(view, held, held | view.all_asked)


@kpi(unit="hours", better="lower", of="orders held for credit")
def hold_time(view: View) -> Ratio | None:
    """Mean time for which a held order waits for its credit to be cleared."""
    if not _stages_with(view, "hold"):
        return None
    held = view.of(facts.Held)
    hours = np.bincount(held["order"], held["until"] - held["at"], len(view.measured_orders))
    return _of_orders(view, hours, _count(view, held["order"]))


@kpi(unit="share of orders", better="lower", of="orders placed; by stage, orders that came to the stage")
def abandoned_orders(view: View) -> Derived | None:
    """Orders turned away by a full stage, or withdrawn while they waited at one / orders.

    Orders whose fate at a stage is open at the end of the run are left out by stage, and count as not abandoned in
    the whole.
    """
    if not (_stages_with(view, "places") or _stages_with(view, "patience")):
        return None
    gone, served = view.of(facts.Abandoned), view.of(facts.Served)
    values = _of_orders(view, _count(view, gone["order"]), np.ones(len(view.measured_orders))).values()
    stages = len(view.ledger.stages)
    left = np.bincount(gone["stage"][gone["queued"] >= view.begin], minlength=stages)
    came = served["stage"][(served["queued"] >= view.begin) & ~np.isnan(served["started"])]
    with np.errstate(invalid="ignore"):
        shares = left / (left + np.bincount(came, minlength=stages))
    values["stage"] = np.concatenate([shares, np.full(view.labels.sizes["stage"] - stages, np.nan)])
    return Derived(values)


@kpi(unit="complaints per order", better="lower", of="orders delivered at least in part")
def complaints_per_order(view: View) -> Derived | None:
    """Complaints / orders delivered; by error, those about this kind of error."""
    if not _errs(view):
        return None
    made, arrived = view.of(Complained), _count(view, view.of(facts.Delivered)["order"]) > 0
    values = _of_orders(view, _count(view, made["order"]), arrived).values()
    about = made["reason"][view.measured_orders[made["order"]]]
    arrivals = (arrived & view.measured_orders).sum()
    values["error"] = np.bincount(about, minlength=len(ERROR_KINDS))[: len(ERROR_KINDS)] / max(arrivals, 1)
    return Derived(values)


@kpi(unit="money per week", better="lower", of="measured time")
def short_payment(view: View) -> Derived | None:
    """Value that customers who were charged a wrong price did not pay."""
    return Derived(money(view, short_payments(view))) if _errs(view) else None


@kpi(unit="errors per week", better="lower", of="measured time")
def errors_at_customers(view: View) -> Derived | None:
    """Errors that verification missed and customers met with."""
    if not _errs(view):
        return None
    surfaced, week = view.of(Surfaced), view.span / 168.0
    met = in_measured_time(view, surfaced)
    cells = view.orders.rows.by
    sources = np.bincount(view.source_of_order[surfaced["order"]], met, view.labels.sources)
    values = {name: cells(name, sources) / week for name in view.orders.rows.codes}
    values["error"] = np.bincount(surfaced["kind"], met, len(ERROR_KINDS)) / week
    values[""] = np.array([met.sum() / week])
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


def _stages_with(view: View, option: str) -> bool:
    """Whether any stage has an option."""
    sites = view.scenario.network.sites.values()
    return any(getattr(stage, option) is not None for site in sites for stage in site.stages)
