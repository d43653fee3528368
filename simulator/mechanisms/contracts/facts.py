"""What happens under service-level agreements."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.engine.facts import comes_first
from simulator.engine.ledger import Ledger
from simulator.lifecycle.laws import TINY


class Alerted(NamedTuple):
    """A contract was found to be at risk before its period ended."""

    at: float
    contract: int
    """Index into the scenario's contracts."""
    due: float
    """What had fallen due so far, in orders, lines, units or value, as the contract counts."""
    met: float
    """How much of it was met."""


@comes_first
class Pushed(NamedTuple):
    """An order became one of the most urgent because its contract is at risk."""

    at: float
    order: int
    contract: int


class Settled(NamedTuple):
    """A period of a contract was settled."""

    at: float
    contract: int
    begun: float
    """When the period began."""
    due: float
    """What fell due in it, in orders, lines, units or value, as the contract counts."""
    met: float
    """How much of it was met, forgiven failures included."""
    forgiven: float
    """Failing orders that were forgiven."""
    excluded: float
    """Orders that fell due and did not count."""


def laws(ledger: Ledger) -> Iterator[str]:
    """Periods of a contract follow each other without a gap, and no more is met than fell due."""
    settled = ledger.columns(Settled)
    if ((settled["met"] > settled["due"] + TINY) | (settled["met"] < -TINY)).any():
        yield "a contract met more than fell due"
    for contract in np.unique(settled["contract"]).tolist():
        mine = settled["contract"] == contract
        if not np.array_equal(settled["begun"][mine], np.concatenate([[0.0], settled["at"][mine][:-1]])):
            yield f"contract {contract}: its periods do not follow each other"
