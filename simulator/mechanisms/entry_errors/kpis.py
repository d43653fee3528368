"""What errors of order entry come to: what is caught, what customers meet with, and what that costs."""

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Columns
from simulator.measures.activity_costs import Ledgered, activity, by_order, in_measured_time, instead, plain, sold
from simulator.measures.money import money
from simulator.measures.order_desk import count_of, of_orders, stages_with
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, Ratio
from simulator.measures.view import View
from simulator.mechanisms.entry_errors.facts import ERROR_KINDS, Complained, Erred, ShortPaid, Surfaced


def _errs(view: View) -> bool:
    return any(channel.entry is not None for channel in view.scenario.market.channels.values())


def _errors(view: View) -> Columns:
    """Errors of orders that have passed the desk."""
    erred = view.of(Erred)
    kept = view.all_asked[erred["order"]]
    return {name: column[kept] for name, column in erred.items()}


def _by_kind(view: View, table: Columns) -> np.ndarray:
    return np.bincount(table["kind"], minlength=len(ERROR_KINDS)).astype(float)


@kpi(unit="errors per 1,000 order lines", better="lower", of="lines of orders that have passed the desk", follows=True)
def entry_errors(view: View) -> Derived | None:
    """Errors of order entry, caught or not / lines x 1,000. Errors of the whole order count once."""
    if not _errs(view):
        return None
    errors, lines = _errors(view), count_of(view, view.order_of_line[1:]) * view.all_asked
    values = of_orders(view, 1000.0 * count_of(view, errors["order"]), lines).values()
    values["error"] = 1000 * _by_kind(view, errors) / max(lines.sum(), 1)
    return Derived(values)


@kpi(unit="share of errors", better="higher", of="errors of orders that have passed the desk", follows=True)
def caught_errors(view: View) -> Derived | None:
    """Errors of order entry that verification catches / errors."""
    if not _errs(view):
        return None
    errors = _errors(view)
    good = {name: column[errors["caught"] == 1] for name, column in errors.items()}
    values = of_orders(view, count_of(view, good["order"]), count_of(view, errors["order"])).values()
    with np.errstate(invalid="ignore"):
        values["error"] = _by_kind(view, good) / _by_kind(view, errors)
    return Derived(values)


@kpi(unit="share of orders", better="higher", of="orders that have passed the desk", follows=True)
def first_pass_yield(view: View) -> Ratio | None:
    """Orders that pass the desk right first time, without any error and without a credit hold / orders."""
    held = view.of(facts.Held)["order"]
    if not _errs(view) and not stages_with(view, "hold"):
        return None
    wrong = count_of(view, np.concatenate([_errors(view)["order"], held])) > 0
    return of_orders(view, view.all_asked & ~wrong, view.all_asked)


@kpi(unit="complaints per order", better="lower", of="orders delivered at least in part", follows=True)
def complaints_per_order(view: View) -> Derived | None:
    """Complaints / orders delivered; by error, those about this kind of error."""
    if not _errs(view):
        return None
    made, arrived = view.of(Complained), count_of(view, view.of(facts.Delivered)["order"]) > 0
    values = of_orders(view, count_of(view, made["order"]), arrived).values()
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


@activity("error_correction")
def error_correction(view: View) -> Ledgered | None:
    """Errors that customers met with: of order entry, or of picking."""
    rate, met = view.scenario.costs.error, view.errors_met
    if not rate:
        return None
    return by_order(view, np.bincount(met["order"], in_measured_time(view, met) * rate, len(view.measured_orders)))


@activity("short_payment")
def short_payment_by_line(view: View) -> Ledgered | None:
    """Value that customers who were charged a wrong price did not pay."""
    return short_payments(view) if len(view.of(ShortPaid)["order"]) else None


def short_payments(view: View) -> Ledgered:
    """The same, in any case: a share of the value of what is sold of each line by the end of the run."""
    table = view.of(ShortPaid)
    share = np.bincount(table["order"], table["share"] * in_measured_time(view, table), len(view.measured_orders))
    price = np.concatenate([[0.0], view.of(facts.LineOrdered)["price"]])
    worth = sold(view, 0.0) * price + instead(view, "price", 0.0)
    return plain(view, worth * share[view.order_of_line])
