"""How costs are laid on order lines: by shelf, by order, by line, by unit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from simulator.kpis.stock import shelf_of_line
from simulator.kpis.view import View
from simulator.ledger import facts
from simulator.units import CostRate

Counted = Callable[[View, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Given a view and units by line number: lines, and orders shared by their lines, by line number."""


@dataclass(frozen=True)
class Ledgered:
    """Money of the measured time by line number (place 0: what no line can carry), and by shelf where there is one."""

    by_line: np.ndarray
    idle: np.ndarray
    """Cost of shelves from which nothing was wanted, by shelf."""


def lines_measured(view: View) -> np.ndarray:
    """Line numbers of measured orders."""
    result: np.ndarray = np.flatnonzero(view.measured_orders[view.order_of_line])
    return result


def zero(view: View) -> np.ndarray:
    return np.zeros(len(view.order_of_line))


def by_shelf(view: View, cost: np.ndarray) -> Ledgered:
    """The cost of shelves laid on the lines that wanted something from them, by units."""
    shelf, lines = shelf_of_line(view), lines_measured(view)
    units = np.concatenate([[0.0], view.of(facts.LineOrdered)["units"]])
    wanted = np.bincount(shelf[lines], units[lines], len(cost))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(wanted > 0, cost / wanted, 0.0)
    found = zero(view)
    found[lines] = rate[shelf[lines]] * units[lines]
    return Ledgered(found, np.where(wanted > 0, 0.0, cost))


def by_order(view: View, cost: np.ndarray) -> Ledgered:
    """The cost of orders, by order number, laid equally on their lines."""
    count = np.bincount(view.order_of_line[1:], minlength=len(cost))
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(count > 0, cost / count, 0.0)
    found = each[view.order_of_line]
    found[0] = 0.0
    return plain(view, found)


def plain(view: View, by_line: np.ndarray) -> Ledgered:
    return Ledgered(by_line, np.zeros(len(view.ledger.opening)))


def in_time(view: View, kind: type) -> np.ndarray:
    """By line number: units of a kind of fact in the measured time."""
    table = view.of(kind)
    return np.bincount(table["line"], table["units"] * (table["at"] >= view.begin), len(view.order_of_line))


def charge(view: View, rate: CostRate, units: np.ndarray, counted: Counted) -> Ledgered:
    """A rate times what it is of, by line number: units, their value, lines, or orders shared by their lines."""
    if rate.basis == "value":
        units = units * np.concatenate([[0.0], view.of(facts.LineOrdered)["price"]])
    elif rate.basis != "unit":
        lines, orders = counted(view, units)
        units = lines if rate.basis == "line" else orders
    return plain(view, units * rate.amount)


def once(view: View, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By line number: 1 for each line with units, and its part of the one order it belongs to."""
    lines = (units > 0).astype(float)
    several = np.bincount(view.order_of_line, lines, len(view.measured_orders))
    return lines, lines / np.maximum(several, 1)[view.order_of_line]


def unit_cost(view: View) -> np.ndarray:
    """Cost of one unit by line number."""
    cost = np.array([product.cost for product in view.scenario.products.values()])
    return np.concatenate([[0.0], cost[view.of(facts.LineOrdered)["sku"]]])


def instead(view: View, worth: Literal["price", "cost"]) -> np.ndarray:
    """By line number: the worth of what was given instead of its item in the measured time."""
    table = view.of(facts.Substituted)
    each = np.array([getattr(product, worth) for product in view.scenario.products.values()])
    amount = each[table["shelf"] % view.labels.products] * table["units"] * (table["at"] >= view.begin)
    return np.bincount(table["line"], amount, len(view.order_of_line))


def put_back(view: View, worth: Literal["price", "cost"]) -> np.ndarray:
    """By line number: the worth of what nobody collected in the measured time; the line's own item at its price."""
    table, lines = view.of(facts.NotCollected), view.of(facts.LineOrdered)
    sku = table["shelf"] % view.labels.products
    each = np.array([getattr(product, worth) for product in view.scenario.products.values()])[sku]
    if worth == "price":
        each = np.where(sku == lines["sku"][table["line"] - 1], lines["price"][table["line"] - 1], each)
    amount = each * table["units"] * (table["at"] >= view.begin)
    return np.bincount(table["line"], amount, len(view.order_of_line))
