"""Stock over time: levels by shelf, their time averages, and the time without any. What KPIs of stock are made of."""

from dataclasses import dataclass

import numpy as np

from simulator.kpis.slices import Rows
from simulator.kpis.view import TINY, View, table_of_run, table_of_view
from simulator.ledger import facts

Changes = tuple[np.ndarray, np.ndarray, np.ndarray]


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
    site = np.concatenate([[0], view.of(facts.Ordered)["site"]])
    sku = np.concatenate([[0], view.of(facts.LineOrdered)["sku"]])
    shelf: np.ndarray = site[view.order_of_line] * view.labels.products + sku
    return shelf


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


def stock_changes(view: View) -> list[Changes]:
    """What changes stock on hand: what comes, from suppliers and other sites, then returns, then what is taken."""
    shelf, given, back = shelf_of_line(view), view.of(facts.Allocated), view.of(facts.Restocked)
    received, fetched = view.of(facts.Received), view.of(facts.TransferReceived)
    uncollected = view.of(facts.NotCollected)
    instead, sent = view.of(facts.Substituted), view.of(facts.Transshipped)
    return [
        (uncollected["shelf"], uncollected["at"], uncollected["units"]),
        (fetched["shelf"], fetched["at"], fetched["units"]),
        (received["shelf"], received["at"], received["units"]),
        (shelf[back["line"]], back["at"], back["units"]),
        (shelf[given["line"]], given["at"], -given["units"]),
        (instead["shelf"], instead["at"], -instead["units"]),
        (sent["origin"], sent["at"], -sent["units"]),
    ]


def _averages(view: View) -> Averages:
    shelf = shelf_of_line(view)
    limited = ~np.isnan(view.ledger.opening)
    opening, nothing = np.where(limited, view.ledger.opening, 0.0), np.zeros(len(limited))
    ordered, received, recalled, fetched = (
        view.of(k) for k in (facts.Replenished, facts.Received, facts.Recalled, facts.TransferReceived)
    )
    sent = view.of(facts.Transshipped)
    short, given, gone = (view.of(k) for k in (facts.Backordered, facts.Allocated, facts.Cancelled))
    late = after_waiting(view)
    on_order = _integral(view, [
        (shelf[sent["line"]], sent["at"], sent["units"]),
        *((t["shelf"], t["at"], sign * t["units"])
          for sign, t in ((1, ordered), (-1, received), (-1, recalled), (-1, fetched))),
    ], nothing)  # fmt: skip
    backordered = _integral(view, [
        (shelf[short["line"]], short["at"], short["units"]),
        (shelf[given["line"][late]], given["at"][late], -given["units"][late]),
        (shelf[gone["line"]], gone["at"], -gone["units"]),
    ], nothing)  # fmt: skip
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
    """Hours without stock on hand in the measured time, by shelf: needs the level after every change."""
    size, changes = len(view.ledger.opening), stock_changes(view)
    start = np.zeros(size)
    shelf = np.concatenate([np.arange(size), *(part[0] for part in changes)])
    at = np.concatenate([start, *(part[1] for part in changes)])
    units = np.concatenate([np.nan_to_num(view.ledger.opening), *(part[2] for part in changes)])
    rank = np.repeat(np.arange(1 + len(changes)), [size, *(len(part[0]) for part in changes)])
    ranked = np.lexsort((rank, at, shelf))
    shelf, at, level = shelf[ranked], at[ranked], np.cumsum(units[ranked])
    first = np.searchsorted(shelf, np.arange(size))
    level = level - np.concatenate([[0.0], level])[first][shelf]
    until = np.append(at[1:], view.end)
    until[np.append(first[1:] - 1, len(at) - 1)] = view.end
    empty = (level <= TINY) * (np.clip(until, view.begin, view.end) - np.clip(at, view.begin, view.end))
    return np.bincount(shelf, empty, size)
