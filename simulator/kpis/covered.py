"""The orders that agreements cover: when they fall due, what reached the customer, and until when they were owed."""

import numpy as np

from simulator.kpis.view import TINY, View, table_of_view
from simulator.ledger import facts
from simulator.ledger.ledger import Columns
from simulator.scenario.contracts import MOMENT, Contract


def covered(view: View, contract: Contract) -> np.ndarray:
    """By order number (place 0 unused): whether the agreement covers it."""
    table, market, covers = view.of(facts.Ordered), view.scenario.market, contract.covers
    mine = np.ones(len(table["at"]), dtype=bool)
    for column, known, names in (("segment", list(market.segments), covers.segment),
                                 ("channel", list(market.channels), covers.channel),
                                 ("customer", view.ledger.customers, covers.customer)):  # fmt: skip
        if names is not None:
            mine &= np.isin(table[column], [n for n, name in enumerate(known) if name in names])
    result = np.concatenate([[False], mine])
    result[view.of(facts.Declined)["order"]] = False  # the order came to nothing before it was owed
    return result


def due_times(view: View, contract: Contract) -> np.ndarray:
    """When each order falls due under the clock of an agreement, by order number; nan if it does not."""
    table = view.of(facts.Ordered)
    if contract.due_clock == "asked":
        return _asked_at(view)
    if contract.due_clock in ("request", "entry"):
        times = table["requested"] if contract.due_clock == "request" else table["at"] + (contract.within or 0.0)
        return np.concatenate([[np.nan], times])
    if contract.due_clock == "original_commit":
        return view.promises[0]
    return _promised_last(view, contract.window.late)


def _promised_last(view: View, late: float) -> np.ndarray:
    """The date promised last, by order number; what was told when the date before had run out does not count."""
    found = view.promises[0].copy()
    told = view.of(facts.Promised)
    for at, order, due in zip(*(told[name].tolist() for name in ("at", "order", "due")), strict=True):
        if at <= found[order] + late + MOMENT:
            found[order] = due
    return found


def _asked_at(view: View) -> np.ndarray:
    """When each order asked for stock."""
    at = np.full(len(view.measured_orders), np.inf)
    for kind in (facts.Allocated, facts.Substituted, facts.Backordered, facts.Lost):
        table = view.of(kind)
        np.minimum.at(at, view.order_of_line[table["line"]], table["at"])
    at[~np.isfinite(at)] = np.nan
    return at


@table_of_view
def arrivals(view: View) -> Columns:
    """Units that reached customers: line, units, time, and the turn in which their delivery was written.

    Another product that a customer took instead counts as what was ordered.
    """
    given, instead, delivered = (view.of(k) for k in (facts.Allocated, facts.Substituted, facts.Delivered))
    line, units, shipment = (np.concatenate([given[n], instead[n]]) for n in ("line", "units", "shipment"))
    turn = np.full(int(max(shipment.max(initial=0), delivered["shipment"].max(initial=0))) + 1, -1)
    turn[delivered["shipment"]] = np.arange(len(delivered["shipment"]))
    came = turn[shipment] >= 0
    written = turn[shipment[came]]
    return {"line": line[came], "units": units[came], "at": delivered["at"][written], "written": written}


def owed_until(view: View) -> np.ndarray:
    """By order number: when the last of it was delivered, lost or cancelled; infinite if something is still owed."""
    size, came = len(view.measured_orders), arrivals(view)
    last, left = np.zeros(size), np.concatenate([[0.0], view.of(facts.LineOrdered)["units"]])
    parts = (came, *gone(view))
    for line, at, units in ((each["line"], each["at"], each["units"]) for each in parts):
        np.maximum.at(last, view.order_of_line[line], at)
        left = left - np.bincount(line, units, len(left))
    last[view.order_of_line[left > TINY]] = np.inf
    return last


@table_of_view
def gone(view: View) -> tuple[Columns, Columns]:
    """Units that customers will not get, by whose doing: what the company lost or cancelled, and what customers did.

    An order that ended before it asked for stock, turned away or withdrawn, is gone with all its lines.
    """
    cancelled, left = view.of(facts.Cancelled), view.of(facts.Abandoned)
    own, full = cancelled["by_company"] == 0, left["full"] > 0
    company = [view.of(facts.Lost), _rows(cancelled, ~own), _whole(view, _rows(left, full))]
    customer = [_rows(cancelled, own), _whole(view, _rows(left, ~full)), _whole(view, view.of(facts.Withdrawn))]
    return _together(company), _together(customer)


def _rows(table: Columns, chosen: np.ndarray) -> Columns:
    return {name: column[chosen] for name, column in table.items()}


def _whole(view: View, table: Columns) -> Columns:
    """All lines of some orders, each at the time of its order."""
    at = np.full(len(view.measured_orders), np.nan)
    at[table["order"]] = table["at"]
    lines = view.of(facts.LineOrdered)
    mine = ~np.isnan(at[lines["order"]])
    return {"at": at[lines["order"]][mine], "line": lines["line"][mine], "units": lines["units"][mine]}


def _together(tables: list[Columns]) -> Columns:
    return {name: np.concatenate([table[name] for table in tables]) for name in ("at", "line", "units")}
