"""What returns cost, and what they take back of revenue and of the cost of goods."""

import numpy as np

from simulator.engine.ledger import Columns
from simulator.measures.activity_costs import (
    Ledgered,
    Worth,
    activity,
    in_measured_time,
    in_time,
    plain,
    units_back,
)
from simulator.measures.registry import kpi
from simulator.measures.slices import Sliced
from simulator.measures.view import View
from simulator.mechanisms.returns.facts import (
    FOUND,
    ClaimSettled,
    Disposed,
    Refunded,
    Restocked,
    Returned,
    ReturnRequested,
)
from simulator.mechanisms.returns.kpis import by_reason, cost_of_line, fraud_of, highest, recovered, rows_of
from simulator.rules.disposing import WAYS

SUPPLIER = WAYS.index("supplier")


@kpi(unit="money per return", better="lower", of="returns that came back in the measured time")
def cost_per_return(view: View) -> Sliced | None:
    """What requests, freight back, handling, refurbishing and write-offs cost in the measured time / returns that came
    back in it; by reason, of those of this reason. Paid hours stand under labour; what was lost on write-offs is net of
    what was recovered."""
    came = view.of(Returned)
    if not len(came["rma"]):
        return None
    cost, counted = np.zeros(highest(view) + 1), in_measured_time(view, came)
    for each in (_requests, _freight, _handling, _mending, _loss):
        cost += each(view)
    known = {kind: view.of(kind) for kind in (ReturnRequested, Returned)}
    first = known[ReturnRequested], came
    rma, line, at, reason = (
        np.concatenate([table[name] for table in first]) for name in ("rma", "line", "at", "reason")
    )
    shelf = np.concatenate([np.zeros(len(first[0]["rma"]), np.int64), came["shelf"]])
    _, rows = np.unique(rma, return_index=True)
    table = {"line": line[rows], "at": at[rows], "shelf": shelf[rows]}
    back = np.zeros(len(cost))
    back[came["rma"]] = counted
    found = rows_of(view, table).ratio(cost[rma[rows]], back[rma[rows]])
    return by_reason(view, found, reason[rows], cost[rma[rows]], back[rma[rows]])


def _requests(view: View) -> np.ndarray:
    """By number of the return: what answering the request costs."""
    return _each(view, view.of(ReturnRequested), view.scenario.costs.return_request)


def _freight(view: View) -> np.ndarray:
    """The same of the way back, paid when the goods are here."""
    return _each(view, view.of(Returned), view.scenario.costs.return_shipment)


def _handling(view: View) -> np.ndarray:
    """The same of handling: a rate for each line, shared by its returns; what belongs to nobody's order is a line."""
    table = view.of(Returned)
    line = table["line"]
    several = np.bincount(line, in_measured_time(view, table), len(view.order_of_line))
    several[0] = 1.0
    found = _each(view, table, view.scenario.costs.returned_line)
    found[table["rma"]] /= np.maximum(several[line], 1.0)
    return found


def _mending(view: View) -> np.ndarray:
    """The same of refurbishing, whether or not it was worth it."""
    found = np.zeros(highest(view) + 1)
    for table in (view.of(Restocked), view.of(Disposed)):
        found += _each(view, table, view.scenario.costs.refurbished_unit * table["units"] * table["refurbished"])
    return found


def _loss(view: View) -> np.ndarray:
    """The same of goods that were written off, less what they brought; a supplier's credit comes when it answers.

    Where a fraud was found the customer has paid for what was sold, and nothing is lost.
    """
    gone, claims = view.of(Disposed), view.of(ClaimSettled)
    worth = gone["units"] * cost_of_line(view, gone["line"]) * (fraud_of(view)[gone["rma"]] != FOUND)
    brought = recovered(view)
    found = _each(view, gone, worth - np.where(gone["way"] == SUPPLIER, 0.0, brought[gone["rma"]]))
    found -= _each(view, claims, brought[claims["rma"]])
    return found


def _each(view: View, table: Columns, amount: np.ndarray | float) -> np.ndarray:
    found = np.zeros(highest(view) + 1)
    found[table["rma"]] = amount * in_measured_time(view, table)
    return found


def _booked(view: View, kind: type, amount: np.ndarray) -> Ledgered:
    """Amounts by number of the return, laid on the lines of a kind of fact."""
    table = view.of(kind)
    return plain(view, np.bincount(table["line"], amount[table["rma"]], len(view.order_of_line)))


@activity("return_requests")
def return_requests(view: View) -> Ledgered | None:
    """Requests to send goods back."""
    return _booked(view, ReturnRequested, _requests(view)) if view.scenario.costs.return_request else None


@activity("return_freight")
def return_freight(view: View) -> Ledgered | None:
    """Returns on their way back."""
    return _booked(view, Returned, _freight(view)) if view.scenario.costs.return_shipment else None


@activity("returns_handling")
def returns_handling(view: View) -> Ledgered | None:
    """Lines that came back."""
    rate = view.scenario.costs.returned_line
    if not rate:
        return None
    found = plain(view, (in_time(view, Returned) > 0) * rate)
    table = view.of(Returned)
    found.by_line[0] = rate * float(in_measured_time(view, table)[table["line"] == 0].sum())
    return found


@activity("refurbishing")
def refurbishing(view: View) -> Ledgered | None:
    """Units refurbished, in vain or not."""
    if not view.scenario.costs.refurbished_unit:
        return None
    tables = view.of(Restocked), view.of(Disposed)
    line, rma = (np.concatenate([table[name] for table in tables]) for name in ("line", "rma"))
    return plain(view, np.bincount(line, _mending(view)[rma], len(view.order_of_line)))


@activity("write_off")
def write_off(view: View) -> Ledgered | None:
    """Units disposed of, at cost, less what they brought."""
    return _booked(view, Disposed, _loss(view)) if len(view.of(Disposed)["line"]) else None


@units_back
def _returned(view: View, worth: Worth) -> np.ndarray:
    """What is refunded is not sold; what came back is among the goods again, or written off, once that is decided."""
    if worth == "price":
        return in_time(view, Refunded)
    gone = view.of(Disposed)
    lost = gone["units"] * in_measured_time(view, gone) * (fraud_of(view)[gone["rma"]] != FOUND)
    found: np.ndarray = in_time(view, Restocked) + np.bincount(gone["line"], lost, len(view.order_of_line))
    return found
