"""Channels: the ways in which orders come, what is particular to each, and the lanes to the customers."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.model import Model, Names
from simulator.rules.sourcing import Sourcing
from simulator.scenario.distributions import Duration, Quantity
from simulator.units import Factor, Hours, Money, Share, Units

Every = Annotated[Hours, Field(gt=0)]


class Collect(Model):
    """The customer collects: the order passes no transit, and waits at the site from when it is ready."""

    after: Duration
    """From when it is ready until the customer comes."""
    hold: Every
    """So long it is kept; who comes later than that finds it back in stock."""
    no_show: Share = 0.0
    """Share of orders for which nobody ever comes."""


class Protected(Model):
    """Stock that orders of other channels may not take. With both, the higher one holds."""

    units: Units = 0.0
    """The last so many units of every SKU at a site."""
    cover: Hours = 0.0
    """The same as a time of the SKU's mean demand there."""

    @model_validator(mode="after")
    def _check(self) -> "Protected":
        if not self.units and not self.cover:
            raise ValueError("give units, or cover (a time of mean demand)")
        return self

    def of(self, daily_demand: float) -> float:
        """Units protected of a SKU.

        >>> Protected(units=5, cover="2 days").of(daily_demand=4.0)
        8.0
        """
        return max(self.units, self.cover * daily_demand / 24)


class StockRecord(Model):
    """What the channel believes to be in stock: it sells that and nothing else.

    A line that the record can't meet in full is lost at order entry: the customer reads that it is sold out. A line
    that was accepted although the stock is not there is oversold. What the channel itself has sold since the last
    update is taken off; what others took in the meantime it does not know.
    """

    sync: Hours = 0.0
    """Time between updates; 0 for a record that is always up to date."""
    accuracy: Share = 1.0
    """Share of records that are right; the others are off by `error`, as often above the stock as below it."""
    error: Quantity | None = None
    """Units that a wrong record is off by."""
    recount: Every | None = None
    """Time between counts: all records are put right, and errors begin anew; never where left out."""
    oversold: Literal["cancel", "recover"] = "cancel"
    """The company cancels what was oversold, or does about it what it does about any shortage."""

    @model_validator(mode="after")
    def _check(self) -> "StockRecord":
        if (self.accuracy < 1) != (self.error is not None):
            raise ValueError("accuracy below 1 and error go together: how many units is a wrong record off by?")
        return self


class Channel(Model):
    """A way in which orders come."""

    about: str = ""
    """What it is, in words."""
    entry: str | None = None
    """How its orders are entered: one of the network's entry modes."""
    price: Annotated[Factor, Field(gt=0)] = 1.0
    """Its prices, as a factor on the products' own."""
    source: Sourcing | None = None
    """Which site serves its orders; where left out, the segment's."""
    protected: Protected | None = None
    """Stock that is kept for it."""
    record: StockRecord | None = None
    """What it believes to be in stock; where left out, it takes every order."""
    collect: Collect | None = None
    """The customer collects; where left out, the goods are delivered."""


class Lane(Model):
    """The way from a site to some customers; the first lane that is for an order counts."""

    site: str
    """From where."""
    segment: Names | None = None
    """To customers of these segments; of all where left out."""
    channel: Names | None = None
    """To orders of these channels; of all where left out."""
    time: Duration | None = None
    """Transit time, in place of that of the site's stage `transit`."""
    cost: Money | None = None
    """Freight of a shipment, in place of `costs.shipment`."""

    def leads_to(self, site: str, segment: str, channel: str) -> bool:
        """Whether it is the way of an order from a site."""
        mine = self.segment is None or segment in self.segment
        return self.site == site and mine and (self.channel is None or channel in self.channel)
