"""Stock over time: levels by shelf, their time averages, and the time without any. What KPIs of stock are made of."""

from dataclasses import dataclass

import numpy as np

from simulator.engine import facts, movements
from simulator.engine.movements import Changes
from simulator.measures.registry import kpi
from simulator.measures.slices import Fixed, Ratio, Rows, Spread
from simulator.measures.view import TINY, View, table_of_run, table_of_view
from simulator.planning.stock_levels import stated_rule
from simulator.unit_steps import UnitSteps
from simulator.units import exact


@kpi(unit="units", better="neither", of="measured time")
def on_order(view: View) -> Ratio | None:
    """Time average of units ordered from suppliers and not received."""
    found = averages(view)
    return None if found is None else found.rows.ratio(found.on_order, Fixed(1.0))


@kpi(unit="units", better="neither", of="measured time")
def on_hand(view: View) -> Ratio | None:
    """Time average of stock on hand. The whole is the sum over SKUs and sites."""
    found = averages(view)
    return None if found is None else found.rows.ratio(found.on_hand, Fixed(1.0))


@dataclass(frozen=True)
class Averages:
    """Time averages by shelf, in units; shelves without limit of stock count 0."""

    rows: Rows
    on_hand: np.ndarray
    on_order: np.ndarray
    backordered: np.ndarray
    cost: np.ndarray
    """Cost of one unit."""


@table_of_run
def shelf_of_line(view: View) -> np.ndarray:
    """Shelf by line number."""
    return movements.shelf_of_line(view.ledger)


def _integral(view: View, changes: list[Changes], opening: np.ndarray) -> np.ndarray:
    """Time average over the measured time of a level that begins at `opening` and changes by shelf, time and units."""
    total = opening * view.span
    for shelf, at, units in changes:
        total = total + np.bincount(shelf, units * (view.end - np.maximum(at, view.begin)), len(opening))
    result: np.ndarray = total / view.span
    return result


@table_of_view
def averages(view: View) -> Averages | None:
    """Time averages of all shelves; None where stock has no limit anywhere."""
    return None if np.isnan(view.ledger.opening).all() else _averages(view)


@table_of_run
def stock_changes(view: View) -> list[Changes]:
    """What changes stock on hand."""
    return movements.on_hand_changes(view.ledger)


@table_of_run
def owed_changes(view: View) -> list[Changes]:
    """What changes the units that customers wait for."""
    shelf, late = shelf_of_line(view), after_waiting(view)
    short, given, gone = (view.of(k) for k in (facts.Backordered, facts.Allocated, facts.Cancelled))
    return [
        (shelf[short["line"]], short["at"], short["units"]),
        (shelf[given["line"][late]], given["at"][late], -given["units"][late]),
        (shelf[gone["line"]], gone["at"], -gone["units"]),
    ]


def _averages(view: View) -> Averages:
    limited = ~np.isnan(view.ledger.opening)
    opening, nothing = np.where(limited, view.ledger.opening, 0.0), np.zeros(len(limited))
    on_order = _integral(view, movements.on_order_changes(view.ledger), nothing)
    backordered = _integral(view, owed_changes(view), nothing)
    cost = np.tile([product.cost for product in view.scenario.products.values()], len(limited) // view.labels.products)
    on_hand = _integral(view, stock_changes(view), opening) * limited
    return Averages(view.labels.shelf_rows(), on_hand, on_order, backordered * limited, cost)


@table_of_run
def after_waiting(view: View) -> np.ndarray:
    """Which allocations serve a line that waited, rather than what was there when it asked.

    A line that asks and is served again at the same instant has two allocations at that instant, in this order.
    """
    given, short = view.of(facts.Allocated), view.of(facts.Backordered)
    begun = np.full(len(view.order_of_line), np.inf)
    begun[short["line"]] = short["at"]
    late: np.ndarray = given["at"] > begun[given["line"]]
    same = np.flatnonzero(given["at"] == begun[given["line"]])
    if len(same):
        at_once = dict(zip(view.lines_at_once[0].tolist(), view.lines_at_once[1].tolist(), strict=True))
        for row in same.tolist():
            line = int(given["line"][row])
            left = at_once.get(line, 0.0)
            late[row] = left <= TINY
            at_once[line] = left - float(given["units"][row])
    return late


@table_of_view
def empty_time(view: View) -> np.ndarray:
    """Hours without stock on hand in the measured time, by shelf."""
    return _time_at_nothing(view, np.nan_to_num(view.ledger.opening), stock_changes(view))


def _time_at_nothing(view: View, opening: np.ndarray, changes: list[Changes]) -> np.ndarray:
    """Hours of the measured time at which a level is not above 0, by shelf: needs it after every change."""
    size = len(opening)
    start = np.zeros(size)
    shelf = np.concatenate([np.arange(size), *(part[0] for part in changes)])
    at = np.concatenate([start, *(part[1] for part in changes)])
    units = np.concatenate([opening, *(part[2] for part in changes)])
    steps = UnitSteps(product.step for product in view.scenario.products.values())
    units = steps.counts(units, shelf % len(steps))  # whole numbers add up exactly
    rank = np.repeat(np.arange(1 + len(changes)), [size, *(len(part[0]) for part in changes)])
    ranked = np.lexsort((rank, at, shelf))
    shelf, at, level = shelf[ranked], at[ranked], np.cumsum(units[ranked])
    first = np.searchsorted(shelf, np.arange(size))
    level = level - np.concatenate([[0.0], level])[first][shelf]
    until = np.append(at[1:], view.end)
    until[np.append(first[1:] - 1, len(at) - 1)] = view.end
    empty = (level <= 0) * (np.clip(until, view.begin, view.end) - np.clip(at, view.begin, view.end))
    return np.bincount(shelf, empty, size)


DAY, YEAR = 24.0, 8760.0


@kpi(unit="units", better="neither", of="measured time")
def inventory_position(view: View) -> Ratio | None:
    """Time average of on hand + on order - backordered."""
    found = averages(view)
    return None if found is None else found.rows.ratio(found.on_hand + found.on_order - found.backordered, Fixed(1.0))


@kpi(unit="money", better="lower", of="measured time", scor="AM.1.1")
def inventory_value(view: View) -> Ratio | None:
    """Time average of stock on hand, at cost."""
    found = averages(view)
    return None if found is None else found.rows.ratio(found.on_hand * found.cost, Fixed(1.0))


def _left_at_cost(view: View, found: Averages) -> np.ndarray:
    """Cost of goods allocated in the measured time, by shelf."""
    given, shelf = view.of(facts.Allocated), shelf_of_line(view)
    units = np.bincount(shelf[given["line"]], given["units"] * (given["at"] >= view.begin), len(found.cost))
    result: np.ndarray = units * found.cost
    return result


def _held_at_cost(view: View, found: Averages) -> np.ndarray:
    """Cost of stock on hand x the years that it was there, by shelf."""
    result: np.ndarray = np.maximum(found.on_hand * found.cost, 0.0) * view.span / YEAR
    return result


MOST_TURNS = YEAR
"""Goods that stay for less than an hour pass through: the little that is on hand of them is no stock to turn."""
MOST_DAYS = 100 * 365.0
"""Stock that would last for more than a hundred years: the little that left is no demand to last for."""


@kpi(unit="per year", better="higher", of="average stock on hand at cost")
def turns(view: View) -> Ratio | None:
    """Cost of the goods that left in a year / average stock on hand at cost.

    Blank where units stay for less than an hour on average (more than 8,760 turns a year): goods then pass through,
    and what is on hand now and then is no basis.
    """
    found = averages(view)
    if found is None:
        return None
    return Ratio(found.rows, _left_at_cost(view, found), _held_at_cost(view, found), most=MOST_TURNS)


@kpi(unit="days", better="lower", of="cost of the goods that leave in a day", scor="AM.2.2")
def days_of_supply(view: View) -> Ratio | None:
    """Average stock on hand at cost / cost of the goods that leave in a day.

    Blank where nothing left, or so little that the stock would last for more than a hundred years.
    """
    found = averages(view)
    if found is None:
        return None
    return Ratio(found.rows, 365 * _held_at_cost(view, found), _left_at_cost(view, found), most=MOST_DAYS)


@kpi(unit="share of time", better="higher", of="measured time, averaged over SKUs and sites")
def ready_rate(view: View) -> Ratio | None:
    """Share of time with stock on hand.

    A shelf that is empty and owes nothing is not ready: see time_without_backorders.
    """
    if averages(view) is None:
        return None
    return _of_time(view, view.span - empty_time(view))


def _of_time(view: View, hours: np.ndarray) -> Ratio:
    """Hours by shelf / the measured time, over the shelves whose stock is limited.

    What is decided anew is each replenishment cycle: those are the cases, and the one that runs at the end.
    """
    limited, received = ~np.isnan(view.ledger.opening), view.of(facts.Received)
    cycles = 1 + np.bincount(received["shelf"][received["at"] >= view.begin], minlength=len(limited))
    rows = view.labels.shelf_rows()
    return Ratio(rows, hours * limited / view.span, limited.astype(float), cases=(cycles * limited).astype(float))


@kpi(unit="share of time", better="higher", of="measured time, averaged over SKUs and sites")
def time_without_backorders(view: View) -> Ratio | None:
    """Share of time in which no customer waits for stock.

    It is no less than the ready rate: a shelf may be empty and owe nothing. Where holding and backorders are all that
    costs, the best stock has the critical ratio p / (p + h) of it.
    """
    if averages(view) is None:
        return None
    limited = ~np.isnan(view.ledger.opening)
    free = _time_at_nothing(view, np.zeros(len(limited)), owed_changes(view)) * limited / view.span
    return view.labels.shelf_rows().ratio(free, limited.astype(float))


@kpi(unit="share of time", better="lower", of="measured time, averaged over SKUs and sites")
def stockout_rate(view: View) -> Ratio | None:
    """Share of time without stock on hand."""
    if averages(view) is None:
        return None
    return _of_time(view, empty_time(view))


@kpi(unit="share of replenishment cycles", better="higher", of="receipts in the measured time")
def cycle_service_level(view: View) -> Ratio | None:
    """Replenishment cycles without a stockout / cycles (type 1 service); a cycle ends with a receipt.

    A stockout is a unit backordered or lost. It is not a fill rate: a cycle fails by one missing unit.
    """
    if averages(view) is None:
        return None
    received, shelf, size = view.of(facts.Received), shelf_of_line(view), len(view.ledger.opening)
    measured = received["at"] >= view.begin
    ranked = np.lexsort((received["at"], received["shelf"]))
    ends = received["shelf"][ranked] * (view.end + 1) + received["at"][ranked]
    bad = np.zeros(len(ends) + 1, dtype=bool)
    for kind in (facts.Backordered, facts.Lost):
        table = view.of(kind)
        short = shelf[table["line"]]
        cycle = np.searchsorted(ends, short * (view.end + 1) + table["at"], side="right")
        same = (
            (cycle < len(ends)) & (received["shelf"][ranked][np.minimum(cycle, len(ends) - 1)] == short)
            if len(ends)
            else np.zeros(len(short), dtype=bool)
        )
        bad[cycle[same]] = True
    where = received["shelf"][ranked]
    good = np.bincount(where, measured[ranked] & ~bad[:-1], size)
    cycles = np.bincount(where, measured[ranked], size).astype(float)
    return Ratio(view.labels.shelf_rows(), good.astype(float), cycles, cases=cycles)


@kpi(unit="share of periods", better="higher", of="periods that end in the measured time")
def in_stock_probability(view: View) -> Ratio | None:
    """Periods at whose end everything has been met / periods; reviews end them, days where there are no reviews.

    Everything has been met if, just before the end, nobody waits for the SKU at the site, and if nothing of it was
    lost in the period.
    """
    found = averages(view)
    if found is None:
        return None
    size = len(view.ledger.opening)
    shelf, at, units = (np.concatenate(column) for column in zip(*owed_changes(view), strict=True))
    ranked = np.lexsort((at, shelf))
    shelf, at, owed = shelf[ranked], at[ranked], np.cumsum(units[ranked])
    gone = view.of(facts.Lost)
    of_lost = shelf_of_line(view)[gone["line"]]
    good, periods = np.zeros(size), np.zeros(size)
    for number in np.flatnonzero(~np.isnan(view.ledger.opening)).tolist():
        site, sku = divmod(number, view.labels.products)
        rule = stated_rule(view.scenario, view.labels.names["site"][site], view.labels.names["sku"][sku])[1]
        first, every = (rule.first_review, rule.review) if rule.review else (0.0, DAY)
        ends = exact(first + np.arange((view.end - first) / every + 1) * every)
        begins, ends = ends[:-1], ends[1:]
        measured = (ends >= view.begin) & (ends < view.end)
        begins, ends = begins[measured], ends[measured]
        mine = slice(*np.searchsorted(shelf, (number, number + 1)))
        before = owed[mine.start - 1] if mine.start else 0.0
        waits = np.concatenate([[before], owed[mine]])[np.searchsorted(at[mine], ends)] - before
        lost = np.sort(gone["at"][of_lost == number])
        missed = np.searchsorted(lost, ends) - np.searchsorted(lost, begins)
        periods[number] = len(ends)
        good[number] = ((waits <= TINY) & (missed == 0)).sum()
    return found.rows.ratio(good, periods)


@kpi(unit="orders per day", better="neither", of="measured time")
def replenishment_orders(view: View) -> Ratio | None:
    """Replenishment orders placed per day."""
    found = averages(view)
    if found is None:
        return None
    table = view.of(facts.Replenished)
    count = np.bincount(table["shelf"][table["at"] >= view.begin], minlength=len(found.cost)).astype(float)
    return found.rows.ratio(count, Fixed(view.span / 24))


@kpi(unit="units", better="neither", of="replenishment orders placed")
def replenishment_quantity(view: View) -> Ratio | None:
    """Mean units of a replenishment order."""
    found = averages(view)
    if found is None:
        return None
    table = view.of(facts.Replenished)
    measured = table["at"] >= view.begin
    where = table["shelf"][measured]
    units = np.bincount(where, table["units"][measured], len(found.cost))
    return found.rows.ratio(units, np.bincount(where, minlength=len(found.cost)).astype(float))


@dataclass(frozen=True)
class Receipts:
    """Replenishment orders placed in the measured time, emergency orders left out."""

    rows: Rows
    supplier: np.ndarray
    """Index into the scenario's suppliers."""
    placed: np.ndarray
    hours: np.ndarray
    """From placing to receipt; of those that have not arrived when the view ends, up to then."""
    open: np.ndarray
    """Whether it has not arrived when the view ends."""


@table_of_view
def receipts(view: View) -> Receipts | None:
    """The receipts to measure; None where stock has no limit anywhere."""
    if np.isnan(view.ledger.opening).all():
        return None
    table = view.of(facts.Received)
    measured = view.measures(table["placed"])  # nan, an emergency, is not
    shelf, at, placed = (table[name][measured] for name in ("shelf", "at", "placed"))
    coming = view.ledger.coming[view.measures(view.ledger.coming[:, 1])]
    shelf = np.concatenate([shelf, coming[:, 0].astype(np.int64)])
    placed, at = np.concatenate([placed, coming[:, 1]]), np.concatenate([at, np.full(len(coming), view.end)])
    rows = view.labels.receipt_rows(shelf)
    still = np.arange(len(shelf)) >= len(shelf) - len(coming)
    return Receipts(rows, rows.codes["supplier"][shelf], placed, exact(at - placed), still)


@kpi(unit="hours", better="lower", of="replenishment orders placed in the measured time", scor="RS.2.1", follows=True)
def supplier_lead_time(view: View) -> Ratio | None:
    """Mean time from placing a replenishment order to its receipt, the supplier's queue included.

    Orders are followed beyond the end of the run. Those that have not arrived when that is given up
    (`unfinished_supplies`) count with their age so far: the true mean is then longer.
    """
    found = receipts(view)
    return None if found is None else found.rows.ratio(found.hours, np.ones(len(found.hours)))


@kpi(unit="hours", better="lower", of="replenishment orders placed in the measured time", follows=True)
def supplier_lead_time_sd(view: View) -> Spread | None:
    """Standard deviation of the time from placing a replenishment order to its receipt, from order to order."""
    found = receipts(view)
    return None if found is None else Spread(found.rows, found.hours)


@kpi(
    unit="share of replenishment orders",
    better="lower",
    of="replenishment orders placed in the measured time",
    follows=True,
)
def unfinished_supplies(view: View) -> Ratio | None:
    """Replenishment orders that have not arrived when they have been followed for as long again as the run."""
    found = receipts(view)
    return None if found is None else found.rows.ratio(found.open.astype(float), 1.0)
