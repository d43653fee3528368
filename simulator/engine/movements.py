"""How stock changes, read from the facts: every kind that moves units, by what it declares of itself."""

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Ledger

Changes = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Shelf, time and units, which are negative where they go."""


def shelf_of_line(ledger: Ledger) -> np.ndarray:
    """Shelf by line number; place 0 is unused."""
    orders, lines = ledger.columns(facts.Ordered), ledger.columns(facts.LineOrdered)
    products = len(ledger.scenario.products)
    return np.concatenate([[0], orders["site"][lines["order"] - 1] * products + lines["sku"]])


def on_hand_changes(ledger: Ledger) -> list[Changes]:
    """What changes stock on hand, kind by kind: what comes first."""
    return _changes(ledger, facts.ON_HAND)


def on_order_changes(ledger: Ledger) -> list[Changes]:
    """What changes what is on order, kind by kind."""
    return _changes(ledger, facts.ON_ORDER)


def _changes(ledger: Ledger, movements: dict[facts.Kind, facts.Movement]) -> list[Changes]:
    shelves, found = shelf_of_line(ledger), []
    for kind in sorted((kind for kind in ledger.kinds if kind in movements), key=lambda kind: movements[kind].rank):
        sign, named, _ = movements[kind]
        table = ledger.columns(kind)
        shelf = table[named] if named else shelves[table["line"]]
        found.append((shelf, table["at"], sign * table["units"]))
    return found


def ended_orders(ledger: Ledger, voids_promise: bool | None = None) -> np.ndarray:
    """Numbers of the orders of which nothing is owed any more; of those whose promise is void as well, if asked for."""
    chosen = [kind for kind, void in facts.ENDS.items() if voids_promise is None or void == voids_promise]
    return ledger.together(chosen, "order")["order"]
