"""What planning learns of lead times."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.engine.facts import Received
from simulator.engine.ledger import Ledger
from simulator.lifecycle.laws import TINY
from simulator.units import exact


class Replanned(NamedTuple):
    """The planned lead time of a supplier was refreshed from its receipts, and the stock it delivers sized anew."""

    at: float
    supplier: int
    """Index into the scenario's suppliers."""
    mean: float
    """Hours."""
    sd: float
    """Hours."""


def laws(ledger: Ledger) -> Iterator[str]:
    """A planned lead time lies between the shortest and the longest that was seen until then."""
    received, learned = ledger.columns(Received), ledger.columns(Replanned)
    lasted = exact(received["at"] - received["placed"])
    for at, mean, sd in zip(learned["at"], learned["mean"], learned["sd"], strict=True):
        seen = lasted[(received["at"] <= at) & ~np.isnan(lasted)]
        if not (len(seen) and seen.min() - TINY <= mean <= seen.max() + TINY and 0 <= sd <= np.ptp(seen) + TINY):
            yield f"a lead time of {mean:g} h is planned at {at:g} h that no receipts show"
            return
