"""What reaches customers, and what comes back."""

from typing import NamedTuple


class Delivered(NamedTuple):
    """A shipment reached the customer, or is ready where the customer collects it."""

    at: float
    order: int
    shipment: int


class ShippedExpress(NamedTuple):
    """A shipment was sent by the faster transit."""

    at: float
    order: int
    shipment: int


class Collected(NamedTuple):
    """The customer collected a shipment."""

    at: float
    order: int
    shipment: int


class NotCollected(NamedTuple):
    """Nobody came for units of a line within the time they are kept: the sale is off, and they went back to stock."""

    at: float
    line: int
    shelf: int
    """Where they went back to."""
    units: float
    shipment: int


class Returned(NamedTuple):
    """Units of a line came back."""

    at: float
    line: int
    units: float


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
