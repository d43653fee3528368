"""What lines get from stock, and what is done where it is short."""

from typing import NamedTuple


class Allocated(NamedTuple):
    """Units of a line were taken from stock for a shipment."""

    at: float
    line: int
    units: float
    shipment: int


class Backordered(NamedTuple):
    """Units of a line were short, and the customer waits."""

    at: float
    line: int
    units: float


class Lost(NamedTuple):
    """Units of a line were short, and the sale is lost."""

    at: float
    line: int
    units: float


class Cancelled(NamedTuple):
    """Units that waited were given up."""

    at: float
    line: int
    units: float
    by_company: float
    """1 if the company cancelled them, 0 if the customer did."""


class Oversold(NamedTuple):
    """A channel had sold units that its record showed and that were not there when stock was allocated."""

    at: float
    line: int
    units: float


class Substituted(NamedTuple):
    """Units of another SKU were taken from stock for a line's shipment."""

    at: float
    line: int
    shelf: int
    """Whose stock was taken."""
    units: float
    shipment: int


class Expedited(NamedTuple):
    """Units that a line waits for were ordered by emergency supply."""

    at: float
    line: int
    units: float


class Transshipped(NamedTuple):
    """Units left another site's shelf for a line that waits."""

    at: float
    line: int
    origin: int
    """Shelf that they left."""
    units: float


class TransferReceived(NamedTuple):
    """Units from another site arrived."""

    at: float
    shelf: int
    units: float
