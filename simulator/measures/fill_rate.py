"""Fill rates: demand met at once from stock. Each has its own denominator, and all count lost demand."""

import numpy as np

from simulator.engine import facts, movements
from simulator.measures.inventory import averages
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, Fixed, Percentile, Ratio, Rows
from simulator.measures.view import TINY, View, table_of_view


@kpi(unit="share of units", better="higher", of="units of lines that asked for stock, lost ones included")
def unit_fill_rate(view: View) -> Ratio:
    """Units allocated at the instant their line asked for stock / units wanted (type 2 service, by unit)."""
    lines = view.lines
    return lines.rows.ratio(lines.at_once, lines.units)


@kpi(unit="share of order lines", better="higher", of="lines that asked for stock, lost ones included")
def line_fill_rate(view: View) -> Ratio:
    """Lines met completely at once / lines."""
    lines = view.lines
    return lines.rows.ratio(lines.at_once >= lines.units - TINY, 1.0)


@kpi(
    unit="share of orders",
    better="higher",
    of="orders that asked for stock with every line",
    scor="RL.2.1",
    follows=True,
)
def order_fill_rate(view: View) -> Ratio:
    """Orders of which every line is met completely at once / orders.

    It is below the line fill rate: an order of many lines is seldom complete.
    """
    orders = view.orders
    return orders.rows.ratio(orders.filled.astype(float), orders.asked.astype(float))


@kpi(unit="share of value", better="higher", of="value at selling price of lines that asked for stock")
def value_fill_rate(view: View) -> Ratio:
    """Value of the units met at once / value of the units wanted, at the price of the line."""
    lines = view.lines
    return lines.rows.ratio(lines.at_once * lines.price, lines.units * lines.price)


@kpi(unit="share of order lines", better="lower", of="lines that asked for stock")
def backordered_lines(view: View) -> Ratio:
    """Lines of which some units had to wait for stock / lines."""
    lines = view.lines
    return lines.rows.ratio(lines.backordered > TINY, 1.0)


@kpi(unit="share of units", better="lower", of="units of lines that asked for stock")
def lost_sales(view: View) -> Ratio:
    """Units lost because they were short and the customer did not wait / units wanted."""
    lines = view.lines
    return lines.rows.ratio(lines.lost, lines.units)


@kpi(unit="share of order lines", better="lower", of="lines that asked for stock", follows=True)
def cancelled_lines(view: View) -> Ratio:
    """Lines that a waiting customer gave up in whole or in part / lines."""
    lines = view.lines
    return lines.rows.ratio(lines.cancelled > TINY, 1.0)


@kpi(unit="share of units", better="lower", of="units of lines that asked for stock", follows=True)
def cancelled_units(view: View) -> Ratio:
    """Units that waiting customers gave up / units wanted."""
    lines = view.lines
    return lines.rows.ratio(lines.cancelled, lines.units)


@kpi(unit="units", better="lower", of="measured time")
def backorders(view: View) -> Ratio | None:
    """Time average of units owed to customers who wait. The whole is the sum over SKUs and sites."""
    found = averages(view)
    return None if found is None else found.rows.ratio(found.backordered, Fixed(1.0))


@table_of_view
def _waits(view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By line number: units x hours waited, units that waited and then were allocated, and units that still wait."""
    size = len(view.order_of_line)
    begun = np.full(size, np.inf)
    short, given = view.of(facts.Backordered), view.of(facts.Allocated)
    begun[short["line"]] = short["at"]
    late = given["at"] - begun[given["line"]]
    waited = (late > 0) & np.isfinite(late)
    line, units = given["line"][waited], given["units"][waited]
    hours = np.bincount(line, units * late[waited], size)
    left = np.where(np.isfinite(begun), movements.owed_units(view.ledger, _taken(view)), 0.0)
    left[left <= TINY] = 0.0
    return hours + left * (view.end - np.where(left > 0, begun, 0.0)), np.bincount(line, units, size), left


def _taken(view: View) -> np.ndarray:
    """By line number: units taken from stock for it, of its own item or another in its place."""
    return np.bincount(view.given["line"], view.given["units"], len(view.order_of_line))


@kpi(unit="hours", better="lower", of="units allocated", follows=True)
def wait_time(view: View) -> Ratio:
    """Mean time a unit waits for stock; units met at once count 0, lost and cancelled ones are left out.

    Lines are followed beyond the end of the run until they are served; those that still wait when that is given up
    (`unfinished_orders`) count with their age so far.
    """
    lines = view.lines
    hours, _, left = _waits(view)
    return lines.rows.ratio(hours[lines.number], lines.shipped + left[lines.number])


@kpi(unit="hours", better="lower", of="backordered units that were allocated", follows=True)
def backorder_age(view: View) -> Ratio:
    """Mean age of a backordered unit when its stock comes; cancelled ones are left out. Lines are followed as in
    `wait_time`."""
    lines = view.lines
    hours, units, left = _waits(view)
    return lines.rows.ratio(hours[lines.number], (units + left)[lines.number])


def _uses(view: View, rule: str) -> bool:
    """Whether any response of the policy has this tag."""
    service = view.scenario.service
    chains = [service.stockout, *(each.stockout for each in service.rules if each.stockout is not None)]
    return any(response.rule == rule for chain in chains for response in chain)


def _lines_with(view: View, units: np.ndarray) -> Ratio:
    """Lines with units of something, by line number / lines that asked for stock."""
    lines = view.lines
    return lines.rows.ratio(units[lines.number] > TINY, 1.0)


@kpi(unit="share of order lines", better="neither", of="lines that asked for stock")
def substituted_lines(view: View) -> Ratio | None:
    """Lines for which another item was given, in whole or in part / lines."""
    swaps = any(rule.alternatives is not None and rule.alternatives.item for rule in view.scenario.service.rules)
    if not (_uses(view, "substitute") or _uses(view, "customer_choice") or swaps):
        return None
    return _lines_with(view, view.by_line(facts.Substituted))


@kpi(unit="share of order lines", better="lower", of="lines that asked for stock")
def expedited_lines(view: View) -> Ratio | None:
    """Lines for which an emergency supply was ordered / lines."""
    return _lines_with(view, view.by_line(facts.Expedited)) if _uses(view, "expedite") else None


@kpi(unit="share of order lines", better="neither", of="lines that asked for stock")
def transshipped_lines(view: View) -> Ratio | None:
    """Lines for which goods were fetched from another site / lines."""
    return _lines_with(view, view.by_line(facts.Transshipped)) if _uses(view, "transship") else None


@kpi(unit="share of order lines", better="lower", of="lines that asked for stock", follows=True)
def company_cancelled_lines(view: View) -> Ratio | None:
    """Lines that the company cancelled in whole or in part / lines."""
    table = view.of(facts.Cancelled)
    if not table["by_company"].any() and not _uses(view, "cancel"):
        return None
    return _lines_with(view, np.bincount(table["line"], table["units"] * table["by_company"], len(view.order_of_line)))


@kpi(unit="share of units", better="higher", of="units not met at once from stock")
def recovered_units(view: View) -> Ratio | None:
    """Units given by another item, hurried or fetched from another site / units that stock could not meet at once."""
    if not any(_uses(view, rule) for rule in ("substitute", "customer_choice", "expedite", "transship")):
        return None
    lines = view.lines
    helped = np.zeros(len(lines.number))
    for kind in (facts.Substituted, facts.Expedited, facts.Transshipped):
        helped += view.by_line(kind)[lines.number]
    return lines.rows.ratio(helped, lines.backordered + lines.lost + lines.replaced)


@kpi(unit="share of shipments", better="lower", of="shipments delivered", follows=True)
def express_shipments(view: View) -> Ratio | None:
    """Shipments sent by the faster transit / shipments delivered, of orders placed in the measured time."""
    if all(rule.express is None for rule in view.scenario.service.rules):
        return None
    size, keep = len(view.measured_orders), view.measured_orders
    fast = np.bincount(view.of(facts.ShippedExpress)["order"], minlength=size)[keep]
    sent = np.bincount(view.of(facts.Delivered)["order"], minlength=size)[keep]
    return view.orders.rows.ratio(fast, sent.astype(float))


@kpi(unit="hours", better="lower", of="backordered lines of which anything was allocated", follows=True)
def backorder_age_p95(view: View) -> Percentile:
    """The age that 95 % of backordered lines do not exceed when the last of their stock comes.

    Lines are followed as in `wait_time`.
    """
    lines, size = view.lines, len(view.order_of_line)
    begun, last = np.full((2, size), np.nan)
    short, given = view.of(facts.Backordered), view.of(facts.Allocated)
    begun[short["line"]] = short["at"]
    last[given["line"]] = given["at"]  # in the order of time: the last one stays
    last[_waits(view)[2] > 0] = view.end
    age = (last - begun)[lines.number]
    waited = np.nan_to_num(age) > 0
    rows = Rows(lines.rows.cell[waited], lines.rows.cells, lines.rows.codes, lines.rows.sizes)
    return Percentile(rows, age[waited], 0.95)


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
