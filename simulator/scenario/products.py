"""What is sold: SKUs with price, cost and class."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from simulator.model import AnyOrder, Model
from simulator.unit_steps import DECIMALS
from simulator.units import Money, Share, Weight


def _step(size: float) -> float:
    if round(size, DECIMALS) != size:
        raise ValueError(f"at most {DECIMALS} decimals are expected, such as 0.1, 0.25 or 0.001; found {size!r}")
    return size


class Product(Model):
    """A stock keeping unit (SKU)."""

    price: Money = 0.0
    """Selling price of one unit."""
    cost: Money = 0.0
    """What one unit costs to buy or make."""
    step: Annotated[float, Field(gt=0), AfterValidator(_step)] = 1.0
    """Its smallest quantity, in units, such as 0.1 or 0.001: all there is of it is a whole number of these, exactly."""
    popularity: Weight = 1.0
    """Relative weight with which an order line asks for it."""
    substitutes: Annotated[dict[str, Share], AnyOrder()] = {}
    """SKUs that can be given instead, each with the share of customers who accept it."""
    group: str | None = None
    """The group whose units per line it follows."""
    sku_class: Annotated[str | None, Field(alias="class")] = None
    """A class to measure by, such as AX."""
    demand_class: Literal["smooth", "erratic", "intermittent", "lumpy"] | None = None
    """How its demand moves, as found by a fit."""
