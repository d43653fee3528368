"""What comes back and why, how fast it is sellable again, and what of it is recovered."""

from dataclasses import dataclass

import numpy as np

from simulator.engine.facts import LineOrdered
from simulator.engine.ledger import Columns
from simulator.measures.activity_costs import in_measured_time, plain, unit_cost
from simulator.measures.money import money
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, Parted, Ratio, Rows, Sliced
from simulator.measures.view import TINY, View, table_of_run, table_of_view
from simulator.mechanisms.returns.facts import (
    HONEST,
    REFUSED,
    ClaimSettled,
    Disposed,
    Exchanged,
    Inspected,
    Refunded,
    Restocked,
    ReturnAnswered,
    Returned,
    ReturnRequested,
)
from simulator.planning.returned_lines import stated_terms
from simulator.rules.disposing import WAYS
from simulator.scenario.returns import REASONS

RESTOCK, REFURBISH = WAYS.index("restock"), WAYS.index("refurbish")
SCRAP = WAYS.index("scrap")


def by_reason(view: View, of: Ratio, reason: np.ndarray, parts: np.ndarray, below: np.ndarray | None = None) -> Sliced:
    """A ratio, with parts by reason where a scenario has several; of `below`, or of the whole."""
    if not view.labels.sizes["return_reason"]:
        return of
    known = reason >= 0
    sums = [np.bincount(reason[known], each[known], len(REASONS)) for each in (parts, below) if each is not None]
    return Parted(of, "return_reason", *sums)


def _by_way(view: View, of: Ratio, way: np.ndarray, parts: np.ndarray) -> Sliced:
    """A ratio, with parts by what became of the goods where a scenario has several ways."""
    if not view.labels.sizes["disposition"]:
        return of
    return Parted(of, "disposition", np.bincount(way, parts, len(WAYS)))


@table_of_run
def reason_of_line(view: View) -> np.ndarray:
    """By line number: the reason for which it came back first; -1 where it did not."""
    table, found = view.of(Returned), np.full(len(view.order_of_line), -1)
    found[table["line"][::-1]] = table["reason"][::-1]
    found[0] = -1
    return found


def rows_of(view: View, table: Columns) -> Rows:
    """Facts of returns as rows with the source and the item of their line; of nobody's goods only where they have a
    shelf is the item known."""
    line = table["line"]
    shelf = table.get("shelf", np.zeros(len(line), np.int64))
    item = view.item_of_line[line - 1] if len(view.item_of_line) else np.zeros(len(line), np.int64)
    nobodys = line == 0
    if nobodys.any():
        sku = shelf[nobodys] % view.labels.products
        item = item.copy()
        own = view.labels.items == view.labels.products
        item[nobodys] = sku if own else view.labels.classes.pair_of(sku, table["at"][nobodys])
    return view.labels.line_rows(view.source_of_order[view.order_of_line[line]], item)


def measured(view: View, table: Columns) -> np.ndarray:
    """1 for each fact of a return that counts: its order was placed, or nobody's goods came, in the measured time."""
    of_order = view.measured_orders[view.order_of_line[table["line"]]]
    nobodys = table["line"] == 0
    if nobodys.any():
        of_order = np.where(nobodys, view.measures(_at(view, Returned)[table["rma"]]), of_order)
    found: np.ndarray = of_order.astype(float)
    return found


def _at(view: View, kind: type) -> np.ndarray:
    """When a kind of fact happened, by number of the return; nan where it did not."""
    table, at = view.of(kind), np.full(highest(view) + 1, np.nan)
    at[table["rma"]] = table["at"]
    return at


def highest(view: View) -> int:
    """The highest number of a return."""
    return max(int(view.of(kind)["rma"].max(initial=0)) for kind in (ReturnRequested, Returned))


@kpi(unit="share of order lines", better="lower", of="lines delivered at least in part", scor="RL.3.55", follows=True)
def return_rate(view: View) -> Sliced:
    """Lines that came back in whole or in part / lines delivered; by reason the parts add up.

    Returns are followed beyond the end of the run."""
    lines = view.lines
    back = (view.by_line(Returned)[lines.number] > TINY).astype(float)
    found = lines.rows.ratio(back, (lines.delivered > TINY).astype(float))
    return by_reason(view, found, reason_of_line(view)[lines.number], back)


@kpi(unit="share of units", better="lower", of="units delivered", follows=True)
def returned_units(view: View) -> Sliced:
    """Units that came back / units delivered; by reason the parts add up."""
    lines = view.lines
    back = view.by_line(Returned)[lines.number]
    return by_reason(view, lines.rows.ratio(back, lines.delivered), reason_of_line(view)[lines.number], back)


@kpi(unit="share of value", better="lower", of="value delivered at selling price", follows=True)
def returned_value(view: View) -> Sliced:
    """Value of what came back / value delivered, at the price of the line; by reason the parts
    add up."""
    lines = view.lines
    back = view.by_line(Returned)[lines.number] * lines.price
    found = lines.rows.ratio(back, lines.delivered * lines.price)
    return by_reason(view, found, reason_of_line(view)[lines.number], back)


@kpi(unit="share of requests", better="neither", of="requests to send goods back that were answered", follows=True)
def refused_returns(view: View) -> Sliced | None:
    """Requests that were refused, by the acceptance rule or otherwise / requests answered."""
    if not any(terms.asks for terms in stated_terms(view.scenario)):
        return None
    table, asked = view.of(ReturnAnswered), view.of(ReturnRequested)
    counted = measured(view, table)
    refused = counted * (table["answer"] == REFUSED)
    reason = np.full(highest(view) + 1, -1)
    reason[asked["rma"]] = asked["reason"]
    return by_reason(view, rows_of(view, table).ratio(refused, counted), reason[table["rma"]], refused)


@kpi(unit="hours", better="lower", of="units restocked", scor="RS.3.140", follows=True)
def dock_to_stock(view: View) -> Ratio:
    """Mean time from the arrival of a returned unit until it is sellable stock again.

    What belongs to nobody's order counts in the whole and by SKU, and in no other slice."""
    again = view.of(Restocked)
    units = again["units"] * measured(view, again)
    hours = again["at"] - _at(view, Returned)[again["rma"]]
    return rows_of(view, again).ratio(hours * units, units)


@kpi(unit="hours", better="lower", of="refunds", follows=True)
def refund_time(view: View) -> Ratio | None:
    """Mean time until the customer has his money back, from when he asked, or from the arrival of the goods where
    nobody has to ask; below 0 where the money is given back before they are here."""
    if not any(terms.asks or terms.refund != "receipt" for terms in stated_terms(view.scenario)):
        return None
    table = view.of(Refunded)
    asked, came = _at(view, ReturnRequested)[table["rma"]], _at(view, Returned)[table["rma"]]
    begun = np.where(np.isnan(asked), came, asked)
    counted = measured(view, table) * ~np.isnan(begun)
    return rows_of(view, table).ratio(np.nan_to_num(table["at"] - begun) * counted, counted)


@kpi(unit="share of refunds", better="neither", of="refunds")
def exchanged_returns(view: View) -> Ratio | None:
    """Refunds with which the customer ordered the same again / refunds, up to the end of the run."""
    if not any(terms.exchange for terms in stated_terms(view.scenario)):
        return None
    table, counted = view.of(Refunded), measured(view, view.of(Refunded))
    return rows_of(view, table).ratio(counted * np.isin(table["rma"], view.of(Exchanged)["rma"]), counted)


@kpi(unit="share of value", better="higher", of="returned units disposed of or restocked, at cost", follows=True)
def recovery_value(view: View) -> Sliced:
    """Value recovered of the returned units whose fate is decided / their value, at cost; by disposition the parts
    add up.

    What is stock again has its whole value, refurbished or not; for the rest `costs.recovery`, `costs.write_off` and
    the supplier's credits say how much. What belongs to nobody's order is left out.
    """
    lines = view.lines
    cost = np.array([product.cost for product in view.scenario.products.values()])[lines.sku]
    good, bad = (view.by_line(kind)[lines.number] * cost for kind in (Restocked, Disposed))
    value, disposed, brought = recovered(view), view.of(Disposed), good
    if value.any():
        brought = good + np.bincount(disposed["line"], value[disposed["rma"]], len(view.order_of_line))[lines.number]
    found = lines.rows.ratio(brought, good + bad)
    if not view.labels.sizes["disposition"]:
        return found
    done = decided(view)
    parts = np.where(done.way <= REFURBISH, done.units * cost_of_line(view, done.line), value[done.rma])
    return _by_way(view, found, done.way, parts * (done.line > 0) * view.measured_orders[view.order_of_line[done.line]])


@kpi(unit="share of units", better="higher", of="returned units disposed of or restocked", follows=True)
def circularity(view: View) -> Sliced | None:
    """Returned units that were not thrown away: restocked, refurbished, sold off, recycled or taken by the supplier /
    those whose fate is decided. `recovery_value` says the same of their value.

    What belongs to nobody's order counts in the whole, by SKU and by disposition, and in no other slice."""
    if not len(view.of(Returned)["rma"]) and not stated_terms(view.scenario):
        return None
    done = decided(view)
    units = done.units * done.measured
    kept = units * (done.way != SCRAP)
    return _by_way(view, done.rows.ratio(kept, units), done.way, kept)


@dataclass(frozen=True)
class Decided:
    """One row for each return of which it is decided what becomes of it."""

    rows: Rows
    rma: np.ndarray
    line: np.ndarray
    units: np.ndarray
    way: np.ndarray
    """Index into WAYS."""
    measured: np.ndarray


@table_of_view
def decided(view: View) -> Decided:
    """Returns that were restocked or disposed of."""
    again, gone = view.of(Restocked), view.of(Disposed)
    came = view.of(Returned)
    line, at, units, rma = (np.concatenate([again[name], gone[name]]) for name in ("line", "at", "units", "rma"))
    way = np.concatenate([np.where(again["refurbished"] > 0, REFURBISH, RESTOCK), gone["way"]]).astype(np.int64)
    shelf = np.concatenate([again["shelf"], np.zeros(len(gone["line"]), np.int64)])
    table = {"line": line, "at": at, "shelf": shelf, "rma": rma}
    assert len(rma) <= len(came["rma"])
    return Decided(rows_of(view, table), rma, line, units, way, measured(view, table))


def cost_of_line(view: View, line: np.ndarray) -> np.ndarray:
    found: np.ndarray = unit_cost(view)[line]
    return found


@table_of_run
def fraud_of(view: View) -> np.ndarray:
    """By number of the return: whether it was an honest one, a fraud that was found, or one that was not."""
    seen, found = view.of(Inspected), np.full(highest(view) + 1, HONEST)
    found[seen["rma"]] = seen["fraud"]
    return found


@table_of_run
def recovered(view: View) -> np.ndarray:
    """By number of the return: value recovered of what was disposed of; a fraud's goods are worth nothing."""
    costs, gone, claims = view.scenario.costs, view.of(Disposed), view.of(ClaimSettled)
    shares = np.zeros(len(WAYS))
    shares[WAYS.index("liquidate")], shares[WAYS.index("recycle")] = costs.recovery.liquidate, costs.recovery.recycle
    shares[SCRAP] = 1 - costs.write_off
    found = np.zeros(highest(view) + 1)
    worth = gone["units"] * cost_of_line(view, gone["line"]) * (fraud_of(view)[gone["rma"]] == HONEST)
    found[gone["rma"]] = worth * shares[gone["way"]]
    found[claims["rma"]] = claims["units"] * cost_of_line(view, claims["line"]) * claims["credit"]
    return found


@kpi(unit="share of value", better="higher", of="claims that the suppliers have answered, at cost", follows=True)
def claims_credited(view: View) -> Ratio | None:
    """What suppliers credited of the goods that were sent back to them / cost of the goods whose claim is answered."""
    if all(supplier.claims is None for supplier in view.scenario.network.suppliers.values()):
        return None
    table = view.of(ClaimSettled)
    value = table["units"] * cost_of_line(view, table["line"]) * measured(view, table)
    return rows_of(view, table).ratio(value * table["credit"], value)


@kpi(unit="money per week", better="lower", of="measured time")
def fraud_refunds(view: View) -> Derived | None:
    """Money given back for returns that were no honest ones, at the price of the line."""
    if all(terms.fraud is None for terms in stated_terms(view.scenario)):
        return None
    table = view.of(Refunded)
    price = np.concatenate([[0.0], view.of(LineOrdered)["price"]])
    paid = table["units"] * price[table["line"]] * in_measured_time(view, table)
    paid = paid * (fraud_of(view)[table["rma"]] != HONEST)
    return Derived(money(view, plain(view, np.bincount(table["line"], paid, len(price)))))
