"""What happens to goods that come back. Each return has a number, `rma`, counted from 1; of the fields `line` is 0
where the goods belong to nobody's order."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.engine.facts import Allocated, LineOrdered, Ordered, error_met, on_hand
from simulator.engine.ledger import Ledger
from simulator.engine.movements import shelf_of_line
from simulator.lifecycle.laws import TINY, offender
from simulator.rules.disposing import WAYS

ANSWERS = ("accepted", "refused", "kept")
"""What a customer is told who asks to send goods back; `kept` is that he has his money back and keeps the goods."""
ACCEPTED, REFUSED, KEPT = range(len(ANSWERS))
HONEST, FOUND, MISSED = range(3)
"""What inspection makes of a return: an honest one, or a fraud that it finds or does not."""
SUPPLIER = WAYS.index("supplier")


@error_met
class Mispicked(NamedTuple):
    """The customer found that another item had been picked than the one ordered."""

    at: float
    order: int
    line: int
    kind: int
    """Beyond the kinds of error of order entry."""


class ReturnRequested(NamedTuple):
    """A customer asked to send units of a line back."""

    at: float
    line: int
    units: float
    rma: int
    reason: int
    """Index into REASONS."""


class ReturnAnswered(NamedTuple):
    """The customer was told whether the goods may come back."""

    at: float
    line: int
    units: float
    rma: int
    answer: int
    """Index into ANSWERS."""


class Returned(NamedTuple):
    """Units of a line came back."""

    at: float
    line: int
    shelf: int
    """Of which they are."""
    units: float
    rma: int
    reason: int
    """Index into REASONS; -1 where they belong to nobody's order."""


class Inspected(NamedTuple):
    """The condition of returned units was found out."""

    at: float
    line: int
    units: float
    rma: int
    grade: int
    """Index into GRADES; -1 where there are none."""
    fraud: int
    """0 for an honest return, 1 for a fraud that was found, 2 for one that was not."""


class Refunded(NamedTuple):
    """The customer has the money for units of a line back."""

    at: float
    line: int
    units: float
    rma: int


class Exchanged(NamedTuple):
    """With the money that was given back the customer ordered the same again."""

    at: float
    order: int
    """The new order."""
    line: int
    """Of which the goods came back."""
    rma: int


@on_hand(1)
class Restocked(NamedTuple):
    """Returned units became sellable stock again."""

    at: float
    line: int
    shelf: int
    units: float
    rma: int
    refurbished: float
    """1 if they had to be refurbished."""


class Disposed(NamedTuple):
    """Returned units left for good: sold off, recycled, sent to the supplier, or written off."""

    at: float
    line: int
    shelf: int
    """Of which they were."""
    units: float
    rma: int
    way: int
    """Index into WAYS."""
    refurbished: float
    """1 if the workshop tried in vain to put them right."""


class ClaimSettled(NamedTuple):
    """The supplier answered the claim for units that were sent back to it."""

    at: float
    line: int
    units: float
    rma: int
    credit: float
    """Share of their cost that it credits; 0 where it does not accept the claim."""


OF_RETURNS = (ReturnRequested, ReturnAnswered, Returned, Inspected, Refunded, Restocked, Disposed, ClaimSettled)
"""The kinds that a return has at most one of."""


def laws(ledger: Ledger) -> Iterator[str]:
    """Units conserve along every return, each step comes once and in its order, and there is one end or none."""
    yield from _of_lines(ledger)
    yield from _steps(ledger)
    yield from _exchanges(ledger)


def _of_lines(ledger: Ledger) -> Iterator[str]:
    """Allocated >= returned or kept, and returned >= restocked + disposed; what is restocked is on its own shelf."""
    size = len(ledger.columns(LineOrdered)["line"]) + 1
    allocated, returned, restocked, disposed = (
        np.bincount(table["line"], table["units"], size)
        for table in (ledger.columns(k) for k in (Allocated, Returned, Restocked, Disposed))
    )
    answered = ledger.columns(ReturnAnswered)
    kept = np.bincount(answered["line"], answered["units"] * (answered["answer"] == KEPT), size)
    more = returned + kept > allocated + TINY
    more[0] = False  # what belongs to nobody's order
    if more.any():
        yield f"line {offender(more)}: more came back than was shipped"
    if (restocked + disposed > returned + TINY).any():
        yield f"line {offender(restocked + disposed > returned + TINY)}: more was restocked than came back"
    again = ledger.columns(Restocked)
    wrong = (again["line"] > 0) & (shelf_of_line(ledger)[again["line"]] != again["shelf"])
    if wrong.any():
        yield f"line {again['line'][offender(wrong)]}: restocked on another shelf than its own"


def _steps(ledger: Ledger) -> Iterator[str]:
    tables = {kind: ledger.columns(kind) for kind in OF_RETURNS}
    size = max((int(table["rma"].max(initial=0)) for table in tables.values()), default=0) + 1
    at = {kind: np.full(size, np.nan) for kind in OF_RETURNS}
    units = np.full(size, np.nan)
    for kind, table in tables.items():
        rma = table["rma"]
        if len(np.unique(rma)) < len(rma):
            yield f"a return was {kind.__name__} twice"
        at[kind][rma] = table["at"]
        known = np.where(np.isnan(units[rma]), table["units"], units[rma])
        if (np.abs(table["units"] - known) > TINY).any():
            yield f"return {rma[offender(np.abs(table['units'] - known) > TINY)]}: its units changed on the way"
        units[rma] = table["units"]
    for before, after in (
        (ReturnRequested, ReturnAnswered),
        (ReturnAnswered, Returned),
        (Returned, Inspected),
        (Returned, Restocked),
        (Returned, Disposed),
        (Disposed, ClaimSettled),
        (ReturnAnswered, Refunded),
    ):
        if (at[after] < at[before] - TINY).any():
            yield f"return {offender(at[after] < at[before] - TINY)}: {after.__name__} before {before.__name__}"
    known_at = {kind: ~np.isnan(times) for kind, times in at.items()}
    answered = tables[ReturnAnswered]
    for answer, kinds in ((REFUSED, (Returned, Refunded)), (KEPT, (Returned,))):
        rma = answered["rma"][answered["answer"] == answer]
        wrong = np.logical_or.reduce([known_at[kind][rma] for kind in kinds])
        if wrong.any():
            yield f"return {rma[offender(wrong)]}: it was {ANSWERS[answer]}, and went on"
    ends = known_at[Restocked].astype(int) + known_at[Disposed]
    if (ends > 1).any():
        yield f"return {offender(ends > 1)}: restocked and disposed of"
    if (ends > known_at[Returned]).any():
        yield f"return {offender(ends > known_at[Returned])}: restocked or disposed of, and never came back"
    claimed, disposed = tables[ClaimSettled]["rma"], tables[Disposed]
    if not np.isin(claimed, disposed["rma"][disposed["way"] == SUPPLIER]).all():
        yield "a claim was settled for goods that did not go back to the supplier"
    seen = tables[Inspected]
    caught = seen["rma"][seen["fraud"] == FOUND]
    if known_at[Refunded][caught].any():
        yield f"return {caught[offender(known_at[Refunded][caught])]}: a fraud was found, and the money given back"


def _exchanges(ledger: Ledger) -> Iterator[str]:
    """An exchange is an order of the same customer for the same, placed when the money was given back."""
    swapped, paid = ledger.columns(Exchanged), ledger.columns(Refunded)
    if not len(swapped["at"]):
        return
    orders, lines = ledger.columns(Ordered), ledger.columns(LineOrdered)
    when = dict(zip(paid["rma"].tolist(), zip(paid["at"].tolist(), paid["units"].tolist(), strict=True), strict=True))
    first = np.searchsorted(lines["order"], swapped["order"])
    old = swapped["line"] - 1
    wrong = (
        (lines["sku"][first] != lines["sku"][old])
        | (orders["customer"][swapped["order"] - 1] != orders["customer"][lines["order"][old] - 1])
        | (orders["at"][swapped["order"] - 1] != swapped["at"])
    )
    if wrong.any():
        yield f"order {swapped['order'][offender(wrong)]}: no exchange of what came back"
    for rma, at, units in zip(
        swapped["rma"].tolist(), swapped["at"].tolist(), lines["units"][first].tolist(), strict=True
    ):
        if when.get(rma) != (at, units):
            yield f"return {rma}: exchanged, and not refunded at that moment"
            return
