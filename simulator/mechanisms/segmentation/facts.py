"""What reviews of the classes change."""

from typing import NamedTuple

from simulator.engine.facts import reclassifies


@reclassifies("sku")
class SkuReclassified(NamedTuple):
    """A review put a SKU into another class."""

    at: float
    sku: int
    became: int
    """Index into the classes of the segmentation rule."""


@reclassifies("customer")
class CustomerReclassified(NamedTuple):
    """A review put a customer into another class."""

    at: float
    customer: int
    became: int
    """Index into the classes of the segmentation rule."""
