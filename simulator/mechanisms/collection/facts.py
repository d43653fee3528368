"""What becomes of goods that wait for their customer."""

from typing import NamedTuple

from simulator.engine.facts import on_hand


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
