"""Laws of channels: what is sold from a wrong record was short, what waits for its customer ends in one way."""

from collections.abc import Iterator

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.mechanisms.channels.facts import Oversold
from simulator.mechanisms.collection.facts import Collected, NotCollected

TINY = 1e-6


def channel_laws(ledger: Ledger) -> Iterator[str]:
    """The broken ones."""
    yield from _oversold_was_short(ledger)
    yield from _collected_or_put_back(ledger)


def _sums(ledger: Ledger, kind: type) -> np.ndarray:
    table, size = ledger.columns(kind), len(ledger.columns(facts.LineOrdered)["line"]) + 1
    return np.bincount(table["line"], table["units"], size)


def _oversold_was_short(ledger: Ledger) -> Iterator[str]:
    """No more is oversold of a line than was backordered, lost or replaced."""
    oversold = _sums(ledger, Oversold)
    short = _sums(ledger, facts.Backordered) + _sums(ledger, facts.Lost) + _sums(ledger, facts.Substituted)
    wrong = np.flatnonzero(oversold > short + TINY)
    if len(wrong):
        yield f"line {wrong[0]}: oversold, but not short"


def _collected_or_put_back(ledger: Ledger) -> Iterator[str]:
    """A shipment is collected once after it is ready, or all of it goes back, and nothing in part."""
    came, back, ready = (ledger.columns(kind) for kind in (Collected, NotCollected, facts.Delivered))
    if not len(came["at"]) + len(back["at"]):
        return
    taken, instead = ledger.columns(facts.Allocated), ledger.columns(facts.Substituted)
    size = int(max(taken["shipment"].max(initial=0), instead["shipment"].max(initial=0))) + 1
    begun = np.full(size, np.inf)
    begun[ready["shipment"]] = ready["at"]
    for table in (came, back):
        wrong = np.flatnonzero(table["at"] < begun[table["shipment"]] - TINY)
        if len(wrong):
            yield f"shipment {table['shipment'][wrong[0]]}: collected or put back before it was ready"
    both = np.intersect1d(came["shipment"], back["shipment"])
    if len(both) or len(np.unique(came["shipment"])) < len(came["shipment"]):
        yield "a shipment was collected twice, or collected and put back"
    on_board = sum(np.bincount(table["shipment"], table["units"], size) for table in (taken, instead))
    gone_back = np.bincount(back["shipment"], back["units"], size)
    wrong = np.flatnonzero((gone_back > 0) & (np.abs(gone_back - on_board) > TINY))
    if len(wrong):
        yield f"shipment {wrong[0]}: not all of it went back"
