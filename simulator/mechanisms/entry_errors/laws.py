"""The laws of entry errors: only what was missed comes to light, once."""

from collections.abc import Iterator

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Columns, Ledger
from simulator.lifecycle.laws import offender
from simulator.mechanisms.entry_errors.facts import ERROR_KINDS, Erred, ShortPaid, Surfaced


def laws(ledger: Ledger) -> Iterator[str]:
    """What comes to light was entered wrongly and missed, once each; a payment is short only for a wrong price."""
    erred, surfaced = ledger.columns(Erred), ledger.columns(Surfaced)
    missed, found = _keys(ledger, erred)[erred["caught"] == 0], _keys(ledger, surfaced)
    for wrong, fault in (
        (~np.isin(found, missed), "came to light but was never missed"),
        (_again(found), "came to light twice"),
    ):
        if wrong.any():
            yield f"order {surfaced['order'][offender(wrong)]}: an error {fault}"
    first = np.full(len(ledger.columns(facts.Ordered)["at"]) + 1, np.inf)
    delivered = ledger.columns(facts.Delivered)
    np.minimum.at(first, delivered["order"], delivered["at"])
    early = (surfaced["kind"] != ERROR_KINDS.index("address")) & (surfaced["at"] < first[surfaced["order"]])
    if early.any():
        yield f"order {surfaced['order'][offender(early)]}: an error came to light before anything was delivered"
    short, priced = ledger.columns(ShortPaid)["order"], surfaced["kind"] == ERROR_KINDS.index("price")
    if not np.array_equal(np.sort(short), np.sort(surfaced["order"][priced])):
        yield "the orders paid short are not those with a wrong price"


def _keys(ledger: Ledger, table: Columns) -> np.ndarray:
    """One number for each combination of order, line and kind."""
    lines = len(ledger.columns(facts.LineOrdered)["line"]) + 1
    keys: np.ndarray = (table["order"] * lines + table["line"]) * len(ERROR_KINDS) + table["kind"]
    return keys


def _again(keys: np.ndarray) -> np.ndarray:
    """Which keys were there before."""
    seen = np.ones(len(keys), dtype=bool)
    seen[np.unique(keys, return_index=True)[1]] = False
    return seen
