"""Replenishment, and the lead times that it is planned with."""

from typing import NamedTuple


class Replenished(NamedTuple):
    """A replenishment order was placed."""

    at: float
    shelf: int
    """Site index times number of products, plus SKU index."""
    units: float


class Received(NamedTuple):
    """A replenishment order arrived."""

    at: float
    shelf: int
    units: float
    placed: float
    """When it was placed; nan for an emergency order, which says nothing of the usual lead time."""


class Recalled(NamedTuple):
    """Units on order were taken back before the supplier began them."""

    at: float
    shelf: int
    units: float


class Replanned(NamedTuple):
    """The planned lead time of a supplier was refreshed from its receipts, and the stock it delivers sized anew."""

    at: float
    supplier: int
    """Index into the scenario's suppliers."""
    mean: float
    """Hours."""
    sd: float
    """Hours."""
