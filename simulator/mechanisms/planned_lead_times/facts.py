"""What planning learns of lead times."""

from typing import NamedTuple


class Replanned(NamedTuple):
    """The planned lead time of a supplier was refreshed from its receipts, and the stock it delivers sized anew."""

    at: float
    supplier: int
    """Index into the scenario's suppliers."""
    mean: float
    """Hours."""
    sd: float
    """Hours."""
