"""The perfect order and its parts, against the promise made at order entry: what failed, on which order, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.engine import facts
from simulator.measures.causes import (
    CONDITION,
    DOCUMENTS,
    ERRORS,
    ITEM,
    MET,
    PLACE,
    QUANTITY,
    SHORT,
    SUBSTITUTED,
    TIME,
    WRONG_DOCUMENTS,
    damaged,
)
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, PerWhole, Ratio
from simulator.measures.time_spent import asked_at, kept, what_took_long
from simulator.measures.view import TINY, View, table_of_run


@dataclass(frozen=True)
class Failures:
    """One row for each failure, in the order of orders and, within one, of time; warm-up included."""

    order: np.ndarray
    line: np.ndarray
    """Line number; 0 where the whole order failed."""
    component: np.ndarray
    """Index into COMPONENTS."""
    cause: np.ndarray
    """Index into the causes of the labels."""
    at: np.ndarray
    """When it failed: stock was missing, a step damaged the goods, documents came, the promise passed."""
    orders: int
    """Orders of the run, plus one."""

    def on(self, *components: int) -> np.ndarray:
        """By order number: whether it failed on any of some components (on any at all, where none is named)."""
        found = np.zeros(self.orders, dtype=bool)
        found[self.order[np.isin(self.component, components)] if components else self.order] = True
        return found

    def lines_on(self, component: int) -> np.ndarray:
        """Line numbers that failed on a component."""
        result: np.ndarray = self.line[self.component == component]
        return result

    @cached_property
    def once(self) -> np.ndarray:
        """Rows of the first failure of each component of each order: its one cause for this component."""
        _, rows = np.unique(self.order * 64 + self.component, return_index=True)
        return rows

    @cached_property
    def first(self) -> np.ndarray:
        """Rows of what failed first on each order."""
        _, rows = np.unique(self.order, return_index=True)
        return rows


Part = tuple[np.ndarray, np.ndarray, int, np.ndarray, np.ndarray]
"""Orders, lines, component, causes, times."""


@table_of_run
def failures(view: View) -> Failures:
    """All failures of a run."""
    return _sorted(view, [part for rule in RULES for part in rule(view)])


def _sorted(view: View, parts: list[Part]) -> Failures:
    order, line, cause = (np.concatenate([np.zeros(0, np.int64), *(part[n] for part in parts)]) for n in (0, 1, 3))
    component = np.repeat([part[2] for part in parts], [len(part[0]) for part in parts]).astype(np.int64)
    at = np.concatenate([np.zeros(0), *(part[4] for part in parts)])
    ranked = np.lexsort((line, component, at, order))
    return Failures(
        order=order[ranked],
        line=line[ranked],
        component=component[ranked],
        cause=cause[ranked],
        at=at[ranked],
        orders=len(view.measured_orders),
    )


def _short(view: View) -> Iterator[Part]:
    """Quantity: lines of which not all units left with the first shipment of their order."""
    given, wanted = view.given, np.concatenate([[0.0], view.of(facts.LineOrdered)["units"]])
    leader = np.full(len(view.measured_orders), np.iinfo(np.int64).max)
    np.minimum.at(leader, view.order_of_line[given["line"]], given["shipment"])
    first = given["shipment"] == leader[view.order_of_line[given["line"]]]
    left = wanted - np.bincount(given["line"][first], given["units"][first], len(wanted))
    lines = np.flatnonzero((left > TINY) & view.asked)
    gone = view.of(facts.Cancelled)
    fates = np.zeros(len(wanted), dtype=np.int64)
    fates[gone["line"]] = 1 + (gone["by_company"] > 0)
    fates[view.of(facts.Lost)["line"]] = 3
    codes = np.array([view.labels.cause(cause) for cause in SHORT])
    yield view.order_of_line[lines], lines, QUANTITY, codes[fates[lines]], asked_at(view)[lines]


def _substituted(view: View) -> Iterator[Part]:
    """Item: lines for which another SKU was sent."""
    table = view.of(facts.Substituted)
    if len(table["line"]):
        causes = np.full(len(table["line"]), view.labels.cause(SUBSTITUTED))
        yield view.order_of_line[table["line"]], table["line"], ITEM, causes, table["at"]


def _entered(view: View) -> Iterator[Part]:
    """What was entered wrongly and missed by verification: it fails when it comes to light at the customer."""
    table = view.errors_met
    for kind in np.unique(table["kind"]).tolist():
        mine = table["kind"] == kind
        component, cause = MET[kind]
        codes = np.full(mine.sum(), view.labels.cause(cause))
        yield table["order"][mine], table["line"][mine], component, codes, table["at"][mine]


def _faults(view: View) -> Iterator[Part]:
    """Condition and documents of orders that were delivered: drawn at order entry, told when it happens."""
    ordered, given, delivered = view.of(facts.Ordered), view.given, view.of(facts.Delivered)
    here = ~np.isnan(view.last_delivery[1:])
    came, left = np.full((2, len(view.measured_orders)), np.nan)
    came[delivered["order"][::-1]] = delivered["at"][::-1]
    left[view.order_of_line[given["line"]][::-1]] = given["at"][::-1]
    for place, name in enumerate(facts.DAMAGED_IN, 1):
        orders = ordered["order"][here & (ordered["damaged"] == place)]
        if len(orders):
            yield _whole(view, orders, CONDITION, damaged(name), came if name == "transit" else left)
    met = view.errors_met
    entered = met["order"][met["kind"] == ERRORS.index("document")]  # these have their cause already
    orders = np.setdiff1d(ordered["order"][here & (ordered["misdocumented"] > 0)], entered)
    if len(orders):
        yield _whole(view, orders, DOCUMENTS, WRONG_DOCUMENTS, came)


def _whole(view: View, orders: np.ndarray, component: int, cause: str, at: np.ndarray) -> Part:
    nothing = np.zeros(len(orders), dtype=np.int64)
    return orders, nothing, component, nothing + view.labels.cause(cause), at[orders]


def _late(view: View) -> Iterator[Part]:
    """Time: orders not delivered completely by the time promised at order entry, where that has fallen due."""
    due = view.promises[0]
    orders = np.flatnonzero((due <= view.known_until) & ~kept(view, due))
    if not len(orders):
        return
    until = np.where(view.owed | np.isnan(view.last_delivery), np.fmax(view.end, due), view.last_delivery)[orders]
    spent = what_took_long(view, orders, until - due[orders])
    known = {name: view.labels.cause(name) for name in set(spent.cause)}
    causes = np.array([known[name] for name in spent.cause], dtype=np.int64)
    yield orders, np.zeros(len(orders), dtype=np.int64), TIME, causes, due[orders]


RULES = (_short, _substituted, _entered, _faults, _late)
"""How failures are found; a new kind of failure is one more."""


ALL_DUE = "orders whose promise has fallen due"
ASKED = "orders that asked for stock with every line"
ARRIVED = "orders delivered at least in part"


def without(view: View, of: np.ndarray, *components: int) -> Ratio:
    """Those of some measured orders (true or false for each) that did not fail on some components / all of them."""
    failed = failures(view).on(*components)[view.orders.number]
    return view.orders.rows.ratio((of & ~failed).astype(float), of.astype(float))


def due(view: View) -> np.ndarray:
    """Measured orders of which it is known whether they kept their promise: all, unless some are still open."""
    result: np.ndarray = view.orders.promised <= view.known_until
    return result


def _arrived(view: View) -> np.ndarray:
    result: np.ndarray = ~np.isnan(view.orders.last)
    return result


@kpi(unit="share of orders", better="higher", of="orders whose requested time has come", scor="RL.2.2", follows=True)
def on_time_to_request(view: View) -> Ratio | None:
    """Orders delivered completely by the time that the customer requested / orders whose requested time has come.

    As on_time, against the request instead of the promise. Orders without a request are left out.
    """
    orders = view.orders
    if np.isnan(view.of(facts.Ordered)["requested"]).all():
        return None
    come = orders.requested <= view.known_until
    kept = come & orders.complete & (orders.last <= orders.requested)
    return orders.rows.ratio(kept.astype(float), come.astype(float))


@kpi(unit="share of orders", better="higher", of=ALL_DUE, scor="RL.1.1", follows=True)
def perfect_order_rate(view: View) -> Ratio:
    """Orders without any failure / orders whose promise has fallen due.

    The joint index: on time, in full, in perfect condition and rightly documented, all at once and on every line.
    """
    return without(view, due(view))


@kpi(unit="share of orders", better="higher", of="as its four factors", follows=True)
def perfect_order_product(view: View) -> Derived:
    """on_time x in_full x perfect_condition x documentation_accuracy.

    It equals the perfect order rate only if the four fail independently; where one stockout makes an order
    both short and late, the product is too low.
    """
    parts = [view.values(part) or {} for part in (on_time, in_full, perfect_condition, documentation_accuracy)]
    return Derived({name: np.prod([part[name] for part in parts], axis=0) for name in parts[0]})


@kpi(
    unit="share of order lines",
    better="higher",
    of="lines of orders whose promise has fallen due",
    scor="RL.1.1",
    follows=True,
)
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
    result: np.ndarray = view.measured_orders[order] & (view.promises[0][order] <= view.known_until)
    return result


def _perfect_lines(view: View) -> np.ndarray:
    table, given, found = view.of(facts.LineOrdered), view.given, failures(view)
    right = np.ones(len(view.order_of_line), dtype=bool)
    for component in (ITEM, QUANTITY):
        right[found.lines_on(component)] = False
    by = view.promises[0][view.order_of_line[given["line"]]]
    in_time = view.arrival_of(given["shipment"]) <= by  # nan, not delivered yet, is not kept
    units = np.bincount(given["line"][in_time], given["units"][in_time], len(right))[1:]
    whole = ~found.on(CONDITION, DOCUMENTS, PLACE)[table["order"]]
    result: np.ndarray = right[1:] & (units >= table["units"] - TINY) & whole
    return result


@kpi(unit="share of orders", better="higher", of=ALL_DUE, scor="RL.2.2", follows=True)
def on_time(view: View) -> Ratio:
    """Orders delivered completely by the time promised at order entry, at the right place / orders whose promise has
    fallen due.

    An order still open after its promise is late, and so is one of which nothing was delivered. Units lost or
    cancelled are no longer owed. Orders are followed beyond the end of the run. Where some are still open then, orders
    promised for later are left out, as are orders without a promise.
    """
    return without(view, due(view), TIME, PLACE)


@kpi(unit="share of orders", better="higher", of=ALL_DUE, scor="RL.3.32", follows=True)
def commit_date_achievement(view: View) -> Ratio:
    """Orders delivered completely by the time promised at order entry / orders whose promise has fallen due.

    It is on_time without regard to the place.
    """
    return without(view, due(view), TIME)


@kpi(
    unit="share of orders",
    better="higher",
    of="orders brought anywhere, at least in part",
    scor="RL.3.34",
    follows=True,
)
def location_accuracy(view: View) -> Ratio:
    """Orders brought to the right place at once / orders brought anywhere."""
    return without(view, _arrived(view) | failures(view).on(PLACE)[view.orders.number], PLACE)


@kpi(unit="share of orders", better="higher", of=ASKED, scor="RL.2.1", follows=True)
def in_full(view: View) -> Ratio:
    """Orders whose units all left in one shipment, as ordered / orders: nothing lost, cancelled, sent later or wrong.

    An order held until it is complete is in full once it leaves; one still held at the end is not.
    """
    return without(view, view.orders.asked, ITEM, QUANTITY)


@kpi(unit="share of orders", better="higher", of=ARRIVED, scor="RL.3.33", follows=True)
def item_accuracy(view: View) -> Ratio:
    """Orders with the right item on every line that came / orders delivered."""
    return without(view, _arrived(view), ITEM)


@kpi(unit="share of orders", better="higher", of=ASKED, scor="RL.3.35", follows=True)
def quantity_accuracy(view: View) -> Ratio:
    """Orders of which every line left in one shipment in the quantity ordered / orders."""
    return without(view, view.orders.asked, QUANTITY)


@kpi(unit="share of orders", better="higher", of=ARRIVED, scor="RL.2.4", follows=True)
def perfect_condition(view: View) -> Ratio:
    """Orders that arrived undamaged / orders delivered."""
    return without(view, _arrived(view), CONDITION)


@kpi(unit="share of orders", better="higher", of=ARRIVED, scor="RL.2.3", follows=True)
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


@kpi(unit="share of orders", better="lower", of=ALL_DUE, follows=True)
def imperfect_orders(view: View) -> PerWhole:
    """Orders with any failure / orders whose promise has fallen due: 1 - perfect_order_rate.

    By cause and by component each order counts once, under what failed first on it, so that the causes add up to
    the whole. Short comes first when stock is missing, late when the promise passes.
    """
    return _of_due_orders(view, failures(view).first)


@kpi(unit="failures per order", better="lower", of=ALL_DUE, follows=True)
def failures_per_order(view: View) -> PerWhole:
    """Failed components / orders whose promise has fallen due; an order may fail on several.

    By component it is the share of orders that failed on this component, by cause the share of those that did so
    for this cause. Each component of an order has one cause: the first.
    """
    return _of_due_orders(view, failures(view).once)
