"""What a channel's record of the stock leads to."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.drawing.wording import of_line
from simulator.engine.facts import Allocated, Backordered, LineOrdered, Lost, Substituted, told_before
from simulator.engine.ledger import Ledger
from simulator.lifecycle.laws import TINY


@told_before(Allocated)
class Oversold(NamedTuple):
    """A channel had sold units that its record showed and that were not there when stock was allocated."""

    at: float
    line: int
    units: float


def laws(ledger: Ledger) -> Iterator[str]:
    """No more is oversold of a line than was backordered, lost or replaced."""
    oversold = _sums(ledger, Oversold)
    short = _sums(ledger, Backordered) + _sums(ledger, Lost) + _sums(ledger, Substituted)
    wrong = np.flatnonzero(oversold > short + TINY)
    if len(wrong):
        yield f"line {wrong[0]}: oversold, but not short"


def _sums(ledger: Ledger, kind: type) -> np.ndarray:
    table, size = ledger.columns(kind), len(ledger.columns(LineOrdered)["line"]) + 1
    return np.bincount(table["line"], table["units"], size)


oversold = of_line("{} sold that were not there")
