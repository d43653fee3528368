"""What customers wanted: the demand that the run met with, to hold beside a history."""

import numpy as np

from simulator.engine import facts
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, Fixed, Ratio, Rows
from simulator.measures.view import View, table_of_view

WEEK, DAY = 168.0, 24.0


@table_of_view
def _orders(view: View) -> Rows:
    return view.labels.order_rows(view.source_of_order[view.measured_orders])


@table_of_view
def _lines(view: View) -> tuple[Rows, np.ndarray, np.ndarray]:
    """All lines of measured orders, with units and value."""
    table = view.of(facts.LineOrdered)
    keep = view.measured_orders[table["order"]]
    rows = view.labels.line_rows(view.source_of_order[table["order"][keep]], view.item_of_line[keep])
    return rows, table["units"][keep], table["units"][keep] * table["price"][keep]


def _by_order(rows: Rows, cells: np.ndarray, view: View) -> np.ndarray:
    """Line cells added up to order cells: the SKUs of a source together."""
    result: np.ndarray = cells.reshape(-1, view.labels.items).sum(axis=1)
    return result


@kpi(unit="orders per week", better="neither", of="measured time")
def orders_per_week(view: View) -> Ratio:
    """Orders placed per week of seven days."""
    return _orders(view).ratio(1.0, Fixed(view.span / WEEK))


@kpi(unit="lines per week", better="neither", of="measured time")
def lines_per_week(view: View) -> Ratio:
    """Order lines placed per week of seven days."""
    return _lines(view)[0].ratio(1.0, Fixed(view.span / WEEK))


@kpi(unit="lines", better="neither", of="orders placed")
def lines_per_order(view: View) -> Ratio:
    """Mean number of lines of an order."""
    rows, orders = _lines(view)[0], _orders(view)
    return Ratio(orders, _by_order(rows, rows.sums(1.0), view), orders.sums(1.0))


@kpi(unit="units", better="neither", of="lines ordered")
def units_per_line(view: View) -> Ratio:
    """Mean number of units of a line."""
    rows, units, _ = _lines(view)
    return rows.ratio(units, 1.0)


@kpi(unit="money", better="neither", of="orders placed")
def order_value(view: View) -> Ratio:
    """Mean value of an order at selling price."""
    rows, _, value = _lines(view)
    orders = _orders(view)
    return Ratio(orders, _by_order(rows, rows.sums(value), view), orders.sums(1.0))


@kpi(unit="ratio", better="neither", of="mean orders of a trading day")
def order_dispersion(view: View) -> Derived:
    """Variance / mean of the orders of a trading day; 1 for Poisson demand.

    Trading days are the days of the week on which the run has any order; only whole measured days count.
    """
    at = view.of(facts.Ordered)["at"]
    first, last = int(np.ceil(view.begin / DAY)), int(view.end // DAY)
    counts = np.bincount((at // DAY).astype(int), minlength=last)[:last].astype(float)
    begins = view.scenario.run.start.weekday()
    trading = np.bincount((begins + np.arange(len(counts))) % 7, counts, 7) > 0
    days = counts[first:][trading[(begins + np.arange(first, last)) % 7]]
    value = float(np.var(days, ddof=1) / np.mean(days)) if len(days) > 1 and days.any() else np.nan
    return Derived({"": np.array([value])})
