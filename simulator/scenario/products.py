"""What is sold: SKUs with price, cost and class."""

from typing import Annotated, Literal

from pydantic import Field

from simulator.model import AnyOrder, Model
from simulator.units import Money, Share, Weight


class Product(Model):
    """A stock keeping unit (SKU)."""

    price: Money = 0.0
    """Selling price of one unit."""
    cost: Money = 0.0
    """What one unit costs to buy or make."""
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
