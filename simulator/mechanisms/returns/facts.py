"""What happens to goods that come back."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.drawing.wording import of_line
from simulator.engine.facts import Allocated, LineOrdered, on_hand
from simulator.engine.ledger import Ledger
from simulator.lifecycle.laws import TINY, offender


class Returned(NamedTuple):
    """Units of a line came back."""

    at: float
    line: int
    units: float


@on_hand(1)
class Restocked(NamedTuple):
    """Returned units became sellable stock again."""

    at: float
    line: int
    units: float
    refurbished: float
    """1 if they had to be refurbished."""


class Disposed(NamedTuple):
    """Returned units were written off."""

    at: float
    line: int
    units: float


def laws(ledger: Ledger) -> Iterator[str]:
    """Returned >= restocked + disposed, and no more comes back than was delivered."""
    size = len(ledger.columns(LineOrdered)["line"]) + 1
    allocated, returned, restocked, disposed = (
        np.bincount(table["line"], table["units"], size)
        for table in (ledger.columns(k) for k in (Allocated, Returned, Restocked, Disposed))
    )
    if (returned > allocated + TINY).any():
        yield f"line {offender(returned > allocated + TINY)}: more came back than was shipped"
    if (restocked + disposed > returned + TINY).any():
        yield f"line {offender(restocked + disposed > returned + TINY)}: more was restocked than came back"


returned = of_line("{} come back")
restocked = of_line("{} restocked")
disposed = of_line("{} written off")
