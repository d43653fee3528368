"""What is entered wrongly, and what comes of it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from simulator.engine import facts
from simulator.engine.facts import Allocated, error_met, told_before
from simulator.engine.ledger import Columns, Ledger
from simulator.lifecycle.laws import offender
from simulator.scenario.network import Errors

ERROR_KINDS = tuple(Errors.model_fields)
"""What can go wrong when an order is entered: with a line the first two, with the order the others."""
COMPLAINT_REASONS: tuple[str, ...] = ERROR_KINDS
"""What customers complain of."""


@told_before(Allocated)
class Erred(NamedTuple):
    """Something was entered wrongly; it did harm only if verification missed it and the goods reached the customer."""

    order: int
    line: int
    """Line number; 0 where the error is the whole order's."""
    kind: int
    """Index into the kinds of error."""
    caught: float
    """1 if verification catches it."""


@error_met
class Surfaced(NamedTuple):
    """An error that verification had missed came to light at the customer."""

    at: float
    order: int
    line: int
    """Line number; 0 where the error is the whole order's."""
    kind: int
    """Index into the kinds of error."""


class ShortPaid(NamedTuple):
    """A customer who was charged a wrong price paid less."""

    at: float
    order: int
    share: float
    """Share of the order's value that was not paid."""


class Complained(NamedTuple):
    """A customer complained of an order."""

    at: float
    order: int
    reason: int
    """Index into the reasons of complaints."""


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


def erred(ledger: Ledger, fact: Erred, named: Mapping[int, str]) -> str:
    return f"{_error(fact, named)} entered wrongly" + (", verification catches it" if fact.caught else "")


def surfaced(ledger: Ledger, fact: Surfaced, named: Mapping[int, str]) -> str:
    return f"the customer finds a wrong {_error(fact, named)}"


def short_paid(ledger: Ledger, fact: ShortPaid, named: Mapping[int, str]) -> str:
    return f"{fact.share:.0%} of the order's value is not paid"


def complained(ledger: Ledger, fact: Complained, named: Mapping[int, str]) -> str:
    return f"the customer complains: {COMPLAINT_REASONS[fact.reason]}"


def _error(fact: Erred | Surfaced, named: Mapping[int, str]) -> str:
    kind = ERROR_KINDS[fact.kind]
    return f"{kind} of {named[fact.line]}" if fact.line else kind
