"""What failed, and why: slice either of these by cause for a Pareto."""

import numpy as np

from simulator.kpis.failures import failures
from simulator.kpis.kpi import kpi
from simulator.kpis.perfect_order import ALL_DUE, due, perfect_order_rate
from simulator.kpis.slices import PerWhole
from simulator.kpis.view import View


def _of_due_orders(view: View, rows: np.ndarray) -> PerWhole:
    """Some rows of the failures, as far as they are on measured orders whose promise has fallen due / those orders."""
    found, counted = failures(view), np.zeros(len(view.measured_orders), dtype=bool)
    counted[view.orders.number[due(view)]] = True
    rows = rows[counted[found.order[rows]]]
    cells = view.labels.failure_rows(found.cause[rows], view.source_of_order[found.order[rows]])
    return PerWhole(cells, cells.sums(1.0).astype(float), perfect_order_rate(view))


@kpi(unit="share of orders", better="lower", of=ALL_DUE)
def imperfect_orders(view: View) -> PerWhole:
    """Orders with any failure / orders whose promise has fallen due: 1 - perfect_order_rate.

    By cause and by component each order counts once, under what failed first on it, so that the causes add up to
    the whole. Short comes first when stock is missing, late when the promise passes.
    """
    return _of_due_orders(view, failures(view).first)


@kpi(unit="failures per order", better="lower", of=ALL_DUE)
def failures_per_order(view: View) -> PerWhole:
    """Failed components / orders whose promise has fallen due; an order may fail on several.

    By component it is the share of orders that failed on this component, by cause the share of those that did so
    for this cause. Each component of an order has one cause: the first.
    """
    return _of_due_orders(view, failures(view).once)
