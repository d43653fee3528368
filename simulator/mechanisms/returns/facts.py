"""What happens to goods that come back."""

from typing import NamedTuple

from simulator.engine.facts import on_hand


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
