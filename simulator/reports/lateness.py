"""The orders that hurt most in one run: the latest against their promise, each with where the time went."""

from dataclasses import dataclass

import numpy as np

from simulator.kpis.causes import CLOSED, DEPARTURE, QUEUE, WORK
from simulator.kpis.lateness import HOLD, LEFT, PROMISE, STOCK, TWICE, Spent, what_took_long
from simulator.kpis.time_spent import asked_at
from simulator.kpis.view import TINY, View
from simulator.ledger import facts
from simulator.reports.wording import lasting

WORDS = {CLOSED: "closed hours at", QUEUE: "queue at", WORK: "long", DEPARTURE: "waited for departures of"}


@dataclass(frozen=True)
class Late:
    """An order that came late, or took long where nothing is promised."""

    number: int
    customer: str
    segment: str
    placed: float
    promised: float
    """nan where nothing was promised."""
    arrived: float
    """The last delivery; nan if it is still owed at the end of the run."""
    late: float
    """Hours after the promise (after the order, where nothing is promised), until the end of the run if still open."""
    value: float
    cause: str


def late_orders(view: View, most: int) -> list[Late]:
    """The latest measured orders, the worst first; of those without any delivery or debt nothing is said."""
    ordered, owed, last, due = view.of(facts.Ordered), view.owed, view.last_delivery, view.promises[0]
    until = np.where(owed, view.end, last)
    late = until - (due if np.isfinite(due).any() else np.concatenate([[np.nan], ordered["at"]]))
    late = np.where(view.measured_orders & np.isfinite(late), late, -np.inf)
    worst = np.argsort(-late, kind="stable")[:most]
    worst = worst[late[worst] > TINY]
    if not len(worst):
        return []
    spent, value = what_took_long(view, worst, late[worst]), _values(view)
    return [
        Late(
            number=order, customer=view.ledger.customers[ordered["customer"][order - 1]],
            segment=view.labels.names["segment"][ordered["segment"][order - 1]],
            placed=float(ordered["at"][order - 1]), promised=float(due[order]),
            arrived=float(np.nan if owed[order] else last[order]), late=float(late[order]), value=float(value[order]),
            cause=_said(view, order, spent, row),
        )
        for row, order in enumerate(worst.tolist())
    ]  # fmt: skip


def _values(view: View) -> np.ndarray:
    lines = view.of(facts.LineOrdered)
    return np.bincount(lines["order"], lines["units"] * lines["price"], len(view.measured_orders))


def _said(view: View, order: int, spent: Spent, row: int) -> str:
    """What made an order late, in words with its hours."""
    kind, hours = int(spent.kind[row]), lasting(float(spent.hours[row]))
    if kind == STOCK:
        return f"{_stock(view, order)}{hours}"
    if kind >= 0:
        stage = view.labels.names["stage"][spent.stage[row]]
        return f"{WORDS[kind]} {stage}: {hours} (usually {lasting(float(spent.usual[row]))})"
    return {
        HOLD: f"credit hold: {hours}",
        TWICE: f"brought to a wrong address first: {hours} until it came to the right one",
        LEFT: "left at the desk: never served",
        PROMISE: "no single cause: a promise shorter than the usual time",
    }[kind]


def _stock(view: View, order: int) -> str:
    """Which stock an order waited for longest, and how that ended."""
    lines, given, gone = (view.of(facts.LineOrdered), view.given, view.of(facts.Cancelled))
    asked, lost = asked_at(view), view.by_line(facts.Lost)
    first, last = np.searchsorted(lines["order"], [order, order + 1])
    found = [("", -1.0)]
    for row in range(first, last):
        line, sku = row + 1, view.labels.names["sku"][lines["sku"][row]]
        came, left = (table["at"][table["line"] == line].max(initial=-np.inf) for table in (given, gone))
        settled = given["units"][given["line"] == line].sum() + lost[line] + gone["units"][gone["line"] == line].sum()
        if lines["units"][row] - settled > TINY:
            found.append((f"still waits for stock of {sku}: ", view.end - asked[line]))
        elif left > came:
            found.append((f"waited for stock of {sku} until that was given up: ", float(left - asked[line])))
        else:
            found.append((f"waited for stock of {sku}: ", float(came - asked[line])))
    return max(found, key=lambda each: each[1])[0]
