"""How stock changes, read from the facts: every kind that moves units, by what it declares of itself."""

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Columns, Ledger

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


def given(ledger: Ledger) -> Columns:
    """What was taken from stock for lines, `at`, `line`, `units` and `shipment`: their own SKU, or a substitute."""
    own, other = ledger.columns(facts.Allocated), ledger.columns(facts.Substituted)
    if not len(other["at"]):
        return own
    ranked = np.argsort(np.concatenate([own["at"], other["at"]]), kind="stable")
    return {name: np.concatenate([column, other[name]])[ranked] for name, column in own.items()}


def arrival_of(ledger: Ledger, shipment: np.ndarray) -> np.ndarray:
    """When shipments were delivered; nan for those still under way."""
    delivered = ledger.columns(facts.Delivered)
    at = np.full(int(max(shipment.max(initial=0), delivered["shipment"].max(initial=0))) + 1, np.nan)
    at[delivered["shipment"]] = delivered["at"]
    times: np.ndarray = at[shipment]
    return times


def by_line(ledger: Ledger, kind: facts.Kind) -> np.ndarray:
    """Units of a kind of fact by line number."""
    table = ledger.columns(kind)
    return np.bincount(table["line"], table["units"], len(ledger.columns(facts.LineOrdered)["line"]) + 1)


def owed_units(ledger: Ledger, delivered: np.ndarray) -> np.ndarray:
    """By line number: units still to be delivered; 0 for orders that have ended. Takes the units that are."""
    lines = ledger.columns(facts.LineOrdered)
    left: np.ndarray = np.concatenate([[0.0], lines["units"]]) - delivered
    left -= by_line(ledger, facts.Lost) + by_line(ledger, facts.Cancelled)
    gone = np.zeros(len(ledger.columns(facts.Ordered)["at"]) + 1, dtype=bool)
    gone[ended_orders(ledger)] = True
    left[1:][gone[lines["order"]]] = 0.0  # nothing is owed to who went away
    return left


def ended_orders(ledger: Ledger, voids_promise: bool | None = None) -> np.ndarray:
    """Numbers of the orders of which nothing is owed any more; of those whose promise is void as well, if asked for."""
    chosen = [kind for kind, void in facts.ENDS.items() if voids_promise is None or void == voids_promise]
    return ledger.together(chosen, "order")["order"]
