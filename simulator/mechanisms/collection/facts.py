"""What becomes of goods that wait for their customer."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from simulator.drawing.wording import of_line
from simulator.engine.facts import Allocated, Delivered, Substituted, leaves_site, on_hand
from simulator.engine.ledger import Ledger
from simulator.lifecycle.laws import TINY


@leaves_site
class Collected(NamedTuple):
    """The customer collected a shipment."""

    at: float
    order: int
    shipment: int


@on_hand(1, rank=-4)
class NotCollected(NamedTuple):
    """Nobody came for units of a line within the time they are kept: the sale is off, and they went back to stock."""

    at: float
    line: int
    shelf: int
    """Where they went back to."""
    units: float
    shipment: int


def laws(ledger: Ledger) -> Iterator[str]:
    """A shipment is collected once after it is ready, or all of it goes back, and nothing in part."""
    came, back, ready = (ledger.columns(kind) for kind in (Collected, NotCollected, Delivered))
    if not len(came["at"]) + len(back["at"]):
        return
    taken, instead = ledger.columns(Allocated), ledger.columns(Substituted)
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


def collected(ledger: Ledger, fact: Collected, named: Mapping[int, str]) -> str:
    return f"shipment {fact.shipment} collected by the customer"


not_collected = of_line("{} not collected: back to stock")
