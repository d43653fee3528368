"""What failed on which order, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.engine import facts
from simulator.measures.causes import (
    CONDITION,
    DOCUMENTS,
    ENTERED,
    ERRORS,
    ITEM,
    QUANTITY,
    SHORT,
    SUBSTITUTED,
    TIME,
    WRONG_DOCUMENTS,
    damaged,
)
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
        component, cause = ENTERED[ERRORS[kind]]
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
    orders = np.flatnonzero((due <= view.end) & ~kept(view, due))
    if not len(orders):
        return
    until = np.where(view.owed | np.isnan(view.last_delivery), view.end, view.last_delivery)[orders]
    spent = what_took_long(view, orders, until - due[orders])
    known = {name: view.labels.cause(name) for name in set(spent.cause)}
    causes = np.array([known[name] for name in spent.cause], dtype=np.int64)
    yield orders, np.zeros(len(orders), dtype=np.int64), TIME, causes, due[orders]


RULES = (_short, _substituted, _entered, _faults, _late)
"""How failures are found; a new kind of failure is one more."""
