"""Stock: time averages, availability, turns, replenishment."""

import numpy as np

from simulator.kpis.kpi import kpi
from simulator.kpis.slices import Derived, Fixed, Ratio
from simulator.kpis.stock import averages, empty_time, shelf_of_line
from simulator.kpis.view import View
from simulator.ledger import facts

YEAR = 8760.0


@kpi(unit="units", better="neither", of="measured time")
def on_hand(view: View) -> Ratio | None:
    """Time average of stock on hand. The whole is the sum over SKUs and sites."""
    found = averages(view)
    return None if found is None else found.rows.ratio(found.on_hand, Fixed(1.0))


@kpi(unit="units", better="neither", of="measured time")
def on_order(view: View) -> Ratio | None:
    """Time average of units ordered from suppliers and not received."""
    found = averages(view)
    return None if found is None else found.rows.ratio(found.on_order, Fixed(1.0))


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


def _shipped_cost(view: View) -> dict[str, np.ndarray]:
    """Cost of goods allocated in the measured time, per year, by dimension."""
    given, shelf = view.of(facts.Allocated), shelf_of_line(view)
    found = averages(view)
    assert found is not None
    cells = (
        np.bincount(shelf[given["line"]], given["units"] * (given["at"] >= view.begin), len(found.cost)) * found.cost
    )
    return found.rows.ratio(cells * YEAR, Fixed(view.span)).values()


@kpi(unit="per year", better="higher", of="average stock on hand at cost")
def turns(view: View) -> Derived | None:
    """Cost of the goods that left in a year / average stock on hand at cost."""
    stock = view.values(inventory_value)
    if stock is None:
        return None
    shipped = _shipped_cost(view)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Derived({name: np.where(stock[name] > 0, shipped[name] / stock[name], np.nan) for name in stock})


@kpi(unit="days", better="lower", of="cost of the goods that leave in a day", scor="AM.2.2")
def days_of_supply(view: View) -> Derived | None:
    """Average stock on hand at cost / cost of the goods that leave in a day."""
    held = view.values(turns)
    if held is None:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return Derived({name: np.where(each > 0, 365 / each, np.nan) for name, each in held.items()})


@kpi(unit="share of time", better="higher", of="measured time, averaged over SKUs and sites")
def ready_rate(view: View) -> Ratio | None:
    """Share of time with stock on hand."""
    if averages(view) is None:
        return None
    limited = ~np.isnan(view.ledger.opening)
    return view.labels.shelf_rows().ratio((view.span - empty_time(view)) * limited / view.span, limited.astype(float))


@kpi(unit="share of time", better="lower", of="measured time, averaged over SKUs and sites")
def stockout_rate(view: View) -> Ratio | None:
    """Share of time without stock on hand."""
    if averages(view) is None:
        return None
    limited = ~np.isnan(view.ledger.opening)
    return view.labels.shelf_rows().ratio(empty_time(view) * limited / view.span, limited.astype(float))


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
    return view.labels.shelf_rows().ratio(good, np.bincount(where, measured[ranked], size).astype(float))


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
