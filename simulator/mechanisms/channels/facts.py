"""What a channel's record of the stock leads to."""

from typing import NamedTuple

from simulator.engine.facts import Allocated, told_before


@told_before(Allocated)
class Oversold(NamedTuple):
    """A channel had sold units that its record showed and that were not there when stock was allocated."""

    at: float
    line: int
    units: float
