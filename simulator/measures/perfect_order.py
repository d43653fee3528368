"""The perfect order and its parts, against the promise made at order entry.

By SCOR an order is perfect only if every line of it is, on every component: right item and quantity (in full), by
the date and at the place committed (on time), in perfect condition, with the right documents.
"""

import numpy as np

from simulator.engine import facts
from simulator.measures.causes import CONDITION, DOCUMENTS, ITEM, PLACE, QUANTITY, TIME
from simulator.measures.failures import failures
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, PerWhole, Ratio
from simulator.measures.time_spent import MOMENT
from simulator.measures.view import TINY, View

ALL_DUE = "orders whose promise has fallen due"
ASKED = "orders that asked for stock with every line"
ARRIVED = "orders delivered at least in part"


def without(view: View, of: np.ndarray, *components: int) -> Ratio:
    """Those of some measured orders (true or false for each) that did not fail on some components / all of them."""
    failed = failures(view).on(*components)[view.orders.number]
    return view.orders.rows.ratio((of & ~failed).astype(float), of.astype(float))


def due(view: View) -> np.ndarray:
    """Measured orders whose promise has fallen due by the end of the run."""
    result: np.ndarray = view.orders.promised <= view.end
    return result


def _arrived(view: View) -> np.ndarray:
    result: np.ndarray = ~np.isnan(view.orders.last)
    return result


@kpi(unit="share of orders", better="higher", of="orders whose requested time has come", scor="RL.2.2")
def on_time_to_request(view: View) -> Ratio | None:
    """Orders delivered completely by the time that the customer requested / orders whose requested time has come.

    As on_time, against the request instead of the promise. Orders without a request are left out.
    """
    orders = view.orders
    if np.isnan(view.of(facts.Ordered)["requested"]).all():
        return None
    come = orders.requested <= view.end
    kept = come & orders.complete & (orders.last <= orders.requested + MOMENT)
    return orders.rows.ratio(kept.astype(float), come.astype(float))


@kpi(unit="share of orders", better="higher", of=ALL_DUE, scor="RL.1.1")
def perfect_order_rate(view: View) -> Ratio:
    """Orders without any failure / orders whose promise has fallen due.

    The joint index: on time, in full, in perfect condition and rightly documented, all at once and on every line.
    """
    return without(view, due(view))


@kpi(unit="share of orders", better="higher", of="as its four factors")
def perfect_order_product(view: View) -> Derived:
    """on_time x in_full x perfect_condition x documentation_accuracy.

    It equals the perfect order rate only if the four fail independently; where one stockout makes an order
    both short and late, the product is too low.
    """
    parts = [view.values(part) or {} for part in (on_time, in_full, perfect_condition, documentation_accuracy)]
    return Derived({name: np.prod([part[name] for part in parts], axis=0) for name in parts[0]})


@kpi(unit="share of order lines", better="higher", of="lines of orders whose promise has fallen due", scor="RL.1.1")
def perfect_lines(view: View) -> Ratio:
    """Lines that are right on every component / lines of orders whose promise has fallen due.

    A line is late on its own account; damage, documents and place are those of its order. An order is perfect
    if all its lines are.
    """
    of = _due_lines(view)
    perfect = of & _perfect_lines(view) if of.any() else of
    return view.every_line.ratio(perfect.astype(float), of.astype(float))


def _due_lines(view: View) -> np.ndarray:
    """By line, warm-up included: whether it is measured and its promise has fallen due."""
    order = view.order_of_line[1:]
    result: np.ndarray = view.measured_orders[order] & (view.promises[0][order] <= view.end)
    return result


def _perfect_lines(view: View) -> np.ndarray:
    table, given, found = view.of(facts.LineOrdered), view.given, failures(view)
    right = np.ones(len(view.order_of_line), dtype=bool)
    for component in (ITEM, QUANTITY):
        right[found.lines_on(component)] = False
    by = view.promises[0][view.order_of_line[given["line"]]] + MOMENT
    in_time = view.arrival_of(given["shipment"]) <= by  # nan, not delivered yet, is not kept
    units = np.bincount(given["line"][in_time], given["units"][in_time], len(right))[1:]
    whole = ~found.on(CONDITION, DOCUMENTS, PLACE)[table["order"]]
    result: np.ndarray = right[1:] & (units >= table["units"] - TINY) & whole
    return result


@kpi(unit="share of orders", better="higher", of=ALL_DUE, scor="RL.2.2")
def on_time(view: View) -> Ratio:
    """Orders delivered completely by the time promised at order entry, at the right place / orders whose promise has
    fallen due.

    An order still open after its promise is late, and so is one of which nothing was delivered. Units lost or
    cancelled are no longer owed. Orders promised for after the end of the run, or without a promise, are left out.
    """
    return without(view, due(view), TIME, PLACE)


@kpi(unit="share of orders", better="higher", of=ALL_DUE, scor="RL.3.32")
def commit_date_achievement(view: View) -> Ratio:
    """Orders delivered completely by the time promised at order entry / orders whose promise has fallen due.

    It is on_time without regard to the place.
    """
    return without(view, due(view), TIME)


@kpi(unit="share of orders", better="higher", of="orders brought anywhere, at least in part", scor="RL.3.34")
def location_accuracy(view: View) -> Ratio:
    """Orders brought to the right place at once / orders brought anywhere."""
    return without(view, _arrived(view) | failures(view).on(PLACE)[view.orders.number], PLACE)


@kpi(unit="share of orders", better="higher", of=ASKED, scor="RL.2.1")
def in_full(view: View) -> Ratio:
    """Orders whose units all left in one shipment, as ordered / orders: nothing lost, cancelled, sent later or wrong.

    An order held until it is complete is in full once it leaves; one still held at the end is not.
    """
    return without(view, view.orders.asked, ITEM, QUANTITY)


@kpi(unit="share of orders", better="higher", of=ARRIVED, scor="RL.3.33")
def item_accuracy(view: View) -> Ratio:
    """Orders with the right item on every line that came / orders delivered."""
    return without(view, _arrived(view), ITEM)


@kpi(unit="share of orders", better="higher", of=ASKED, scor="RL.3.35")
def quantity_accuracy(view: View) -> Ratio:
    """Orders of which every line left in one shipment in the quantity ordered / orders."""
    return without(view, view.orders.asked, QUANTITY)


@kpi(unit="share of orders", better="higher", of=ARRIVED, scor="RL.2.4")
def perfect_condition(view: View) -> Ratio:
    """Orders that arrived undamaged / orders delivered."""
    return without(view, _arrived(view), CONDITION)


@kpi(unit="share of orders", better="higher", of=ARRIVED, scor="RL.2.3")
def documentation_accuracy(view: View) -> Ratio:
    """Orders with the right documents / orders delivered."""
    return without(view, _arrived(view), DOCUMENTS)


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
