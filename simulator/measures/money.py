"""Revenue, cost-to-serve by activity, margin: money per week of measured time."""

import numpy as np

from simulator.engine import facts
from simulator.measures.activity_costs import (
    Ledgered,
    costs,
    earned_by_line,
    instead,
    left_of,
    lines_measured,
    plain,
    sold,
    unit_cost,
    zero,
)
from simulator.measures.registry import activities, kpi
from simulator.measures.slices import Derived
from simulator.measures.view import View

WEEK = 168.0


def money(view: View, found: Ledgered) -> dict[str, np.ndarray]:
    """Money per week by dimension. What no line causes (staff without work, shelves from which nothing was wanted)
    is borne by all measured lines alike, but by SKU, class and site a shelf bears its own."""
    rows, shelves, week = view.every_line, view.labels.shelf_rows(), view.span / WEEK
    by_line, nobodys, idle = found.by_line[1:], found.by_line[0], found.idle.sum()
    everyone = by_line
    if nobodys or idle:
        lines = lines_measured(view)
        alike = np.zeros(len(by_line))
        alike[lines - 1] = 1 / max(len(lines), 1)
        by_line = by_line + nobodys * alike
        everyone = by_line + idle * alike
    own = rows.sums(by_line)
    shared = rows.sums(everyone) if idle else own
    values = {name: rows.by(name, own if name in shelves.codes else shared) / week for name in rows.codes}
    for name in shelves.codes:
        values[name] = values[name] + shelves.by(name, found.idle) / week
    values["customer"] = np.bincount(view.customer_of_line, everyone, view.labels.sizes["customer"]) / week
    values[""] = np.array([found.by_line.sum() + found.idle.sum()]) / week
    return values


def _sum(view: View, parts: list[Ledgered]) -> Ledgered:
    total = plain(view, zero(view))
    for part in parts:
        total = Ledgered(total.by_line + part.by_line, total.idle + part.idle)
    return total


@kpi(unit="money per week", better="higher", of="measured time")
def revenue(view: View) -> Derived:
    """Units that left the site for customers at the price of their line, less what came back, in the measured time.

    Goods leave when the last stage before transit is done with them, where there is none when they are allocated, and
    where the customer collects when he does. With `costs.revenue: delivery` they count when they are delivered. What
    is still at the site, or still owed, at the end of the run is no revenue: `open_orders` says how much there is.
    What was given instead of a line's item counts on that line, at the price of what was given.
    """
    units = left_of(view, sold(view, view.begin), "price")
    price = np.concatenate([[0.0], view.of(facts.LineOrdered)["price"]])
    return Derived(money(view, plain(view, units * price + instead(view, "price", view.begin))))


@kpi(unit="money per week", better="neither", of="measured time", scor="CO.1.2")
def cost_of_goods(view: View) -> Derived:
    """Units of which the revenue is booked at cost, less what was restocked or disposed of after a return (the latter
    is the activity write_off)."""
    goods = left_of(view, sold(view, view.begin), "cost") * unit_cost(view)
    return Derived(money(view, plain(view, goods + instead(view, "cost", view.begin))))


@kpi(unit="money per week", better="lower", of="measured time", scor="CO.1.1")
def cost_to_serve(view: View) -> Derived:
    """All activity costs, without the cost of goods, by activity and by whom and what they are spent on."""
    found = costs(view)
    values = money(view, _sum(view, list(found.values())))
    week = view.span / WEEK
    values["activity"] = np.array(
        [(found[name].by_line.sum() + found[name].idle.sum()) / week if name in found else 0.0 for name in activities()]
    )
    return Derived(values)


@kpi(unit="money per week", better="lower", of="measured time", scor="CO.1.1")
def total_cost(view: View) -> Derived:
    """The sum of all activity costs; the same as cost_to_serve of the whole, without the cost of goods."""
    values = view.values(cost_to_serve) or {}
    return Derived({name: each for name, each in values.items() if name != "activity"})


@kpi(unit="money per week", better="higher", of="measured time")
def margin(view: View) -> Derived:
    """Revenue - cost of goods - all activity costs (penalties of contracts are one) + bonuses of contracts."""
    income, goods, served = (view.values(part) or {} for part in (revenue, cost_of_goods, total_cost))
    found = {name: income[name] - goods[name] - served[name] for name in income}
    beside = earned_by_line(view)
    if beside.any():
        bonus = money(view, plain(view, beside))
        found = {name: found[name] + bonus[name] for name in found}
    return Derived(found)
