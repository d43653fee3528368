"""Who buys: channels, segments, customers, their demand and what an order holds."""

from typing import Annotated

from pydantic import Field, model_validator

from simulator.model import AnyOrder, Model, must_add_to_1
from simulator.scenario.channels import Channel
from simulator.scenario.demand import Demand, Rhythm
from simulator.scenario.distributions import Duration, Quantity
from simulator.units import Share, Weight


class Columns(Model):
    """The names of the columns of an order history; those a file lacks are left out."""

    order: str = "order"
    """Order number."""
    time: str = "time"
    """Date and time of the order."""
    sku: str = "sku"
    """Item."""
    units: str = "units"
    """Units of the line."""
    price: str | None = None
    """Price of one unit; the product's price where left out."""
    segment: str | None = None
    """Segment of the customer; where left out, every segment draws on the whole history."""
    channel: str | None = None
    """Channel of the order."""
    customer: str | None = None
    """Customer number."""
    requested: str | None = None
    """When the customer wants the goods: date, or date and time; blank where it does not say."""
    type: str | None = None
    """Document type: only lines of the type `sale` enter."""
    sale: str = "sale"
    """What the type column says of a sale."""


class History(Model):
    """An order history: a CSV file, plain or gzipped, one row per order line."""

    file: str
    """Path of the file, relative to the scenario file."""
    columns: Columns = Columns()
    """Which column is what."""


class OrderType(Model):
    """One kind of order, with its share of all orders and its lines."""

    share: Weight
    """Relative weight of this kind of order."""
    lines: Annotated[dict[str, Quantity], Field(min_length=1)]
    """Units of each SKU."""


class Basket(Model):
    """What an order holds: either a number of lines with items and units, or whole kinds of order."""

    lines: Quantity | None = None
    """Order lines in an order; 1 where left out."""
    units: Quantity | None = None
    """Units of a line; what is drawn is rounded to the nearest whole number, or multiple of the product's `step`."""
    units_by_group: Annotated[dict[str, Quantity], AnyOrder()] | None = None
    """Units of a line by the product's group, instead of `units`."""
    items: dict[str, Weight] | None = None
    """SKUs with their weights; the products' popularity where left out."""
    orders: Annotated[tuple[OrderType, ...], Field(min_length=1)] | None = None
    """Kinds of order, instead of lines, units and items."""

    @model_validator(mode="after")
    def _check(self) -> "Basket":
        if self.orders is not None:
            if self.model_fields_set != {"orders"}:
                raise ValueError("orders stands alone: lines, units and items are part of each kind of order")
            if sum(kind.share for kind in self.orders) <= 0:
                raise ValueError("orders: at least one share must be above 0")
        elif (self.units is None) == (self.units_by_group is None):
            raise ValueError("give units, or units_by_group, or orders")
        if self.items is not None and sum(self.items.values()) <= 0:
            raise ValueError("items: at least one weight must be above 0")
        return self


class ChannelUse(Model):
    """A segment's use of a channel."""

    share: Share
    """Share of the segment's orders."""
    basket: Basket | None = None
    """What an order in this channel holds, where it differs from the segment's."""


class Segment(Model):
    """Customers who buy and wait alike."""

    demand: Demand
    """When orders arrive."""
    basket: Basket | None = None
    """What an order holds; for demand from a history, left out."""
    channels: dict[str, Share | ChannelUse] | None = None
    """Share of orders by channel; may be left out where the market has one channel or none."""
    customers: Annotated[int, Field(ge=1, le=1_000_000)] | dict[str, Weight] = 1
    """Their number, equally active, or their names with weights."""
    customer_class: str | None = None
    """A class to measure by, such as A, B, C."""
    site: str | None = None
    """The site that serves them; may be left out where the network has one, or their channels have sources."""
    priority: Annotated[int, Field(ge=1)] = 1
    """Who is served first in a queue of work: 1 before 2."""
    waits: Share = 1.0
    """Share of customers who wait for what is short; the others give the line up."""
    patience: Duration | None = None
    """How long a customer waits for a short line before cancelling it; for ever where left out."""
    requested: Duration | None = None
    """When the customer wants the goods, from order entry; nothing is requested where left out."""

    longest_wait: Duration | None = None
    """The longest time to delivery the customer accepts when it is promised; any where left out."""

    @model_validator(mode="after")
    def _check(self) -> "Segment":
        if self.demand.rule in ("resampled", "replayed"):
            if self.basket is not None:
                raise ValueError(f"{self.demand.rule} demand takes its orders from the history: leave the basket out")
        elif self.basket is None and not self._every_channel_has_one():
            raise ValueError("a basket is missing: what does an order hold?")
        shares = [use if isinstance(use, float) else use.share for use in (self.channels or {}).values()]
        if shares:
            must_add_to_1("channels: the shares", shares)
        if isinstance(self.customers, dict) and sum(self.customers.values()) <= 0:
            raise ValueError("customers: at least one weight must be above 0")
        return self

    def customer_weights(self, name: str) -> dict[str, float]:
        """Its customers with their weights; `name` is the segment's own, by which they are numbered."""
        if isinstance(self.customers, dict):
            return self.customers
        return {f"{name} {number}": 1.0 for number in range(1, self.customers + 1)}

    def _every_channel_has_one(self) -> bool:
        uses = list((self.channels or {}).values())
        return bool(uses) and all(isinstance(use, ChannelUse) and use.basket is not None for use in uses)


class Market(Model):
    """Customers and their demand."""

    channels: dict[str, Channel] = {}
    """The channels that segments may use."""
    rhythm: Rhythm | None = None
    """How the rate of orders moves with time, for every segment that does not give its own."""
    history: History | None = None
    """The order history that resampled and replayed demand draw on."""
    segments: Annotated[dict[str, Segment], Field(min_length=1)]
    """The segments by name."""
