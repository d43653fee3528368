"""The read-only shapes that a rule may look at, and what a stockout rule may say."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from simulator.unit_steps import ONE, UnitStep


class StockView(Protocol):
    """One SKU at one site, as a replenishment rule sees it. All in units."""

    @property
    def on_hand(self) -> float:
        """Physical stock that is free."""

    @property
    def on_order(self) -> float:
        """Ordered from the supplier, not received yet."""

    @property
    def backordered(self) -> float:
        """Owed to customers who wait."""

    @property
    def step(self) -> UnitStep:
        """The smallest quantity that there can be."""

    @property
    def position(self) -> float:
        """Inventory position: on hand + on order - backordered."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A stock view of plain numbers, for examples and tests."""

    on_hand: float = 0.0
    on_order: float = 0.0
    backordered: float = 0.0
    step: UnitStep = ONE

    @property
    def position(self) -> float:
        """Inventory position: on hand + on order - backordered."""
        return self.step.exact(self.on_hand + self.on_order - self.backordered)


@dataclass(frozen=True, slots=True)
class LineView:
    """An order line that asks for stock, as an allocation rule sees it."""

    units: float
    """That it still wants."""
    priority: int = 1
    """Of the customer, by the service policy: 1 before 2."""
    due: float = math.inf
    """Time of the date first promised, in hours; infinite without a promise."""
    margin: float = 0.0
    """Price less cost of a unit."""


class Outlet(NamedTuple):
    """A site that could serve a new order, as a sourcing rule sees it."""

    site: str
    short: int = 0
    """Lines of the order that it could not give at once, as far as stock can be seen."""
    time: float = 0.0
    """Mean transit time to the customer, in hours."""
    cost: float = 0.0
    """Freight of a shipment to the customer."""


class Offer(NamedTuple):
    """Another item that could be given instead."""

    sku: str
    free: float
    """Units that could be given at once."""
    accepted: bool
    """Whether this customer takes it."""


class Sibling(NamedTuple):
    """Another site that could help out."""

    site: str
    free: float
    """Units on hand there."""
    time: float
    """Hours until goods from there are here."""


class ReturnRequest(NamedTuple):
    """A customer who wants to send goods back, as an acceptance rule sees it."""

    reason: str
    """What he says: changed_mind, defective, other, late, damaged, wrong_item, or unstated."""
    own_fault: bool = False
    """Whether the company is to blame: late, damaged, wrong_item, or defective."""
    in_window: bool = True
    """Whether he asks within the window of the return terms."""
    age: float = 0.0
    """Hours since the delivery."""
    units: float = 1.0
    value: float = 0.0
    """What was paid for them."""


class GradedGoods(NamedTuple):
    """Returned goods after inspection, as a disposition rule sees them."""

    grade: str
    """as_new, opened, worn or broken."""
    reason: str = "unstated"
    units: float = 1.0
    cover: float = math.inf
    """Hours that stock on hand lasts at its mean demand, after what waiting customers are owed; below 0 where they are
    owed more."""
    worth: Mapping[str, float] = {}
    """Value recovered of a unit, less what that costs, by what can become of it."""


class ShortageView(Protocol):
    """A short line, as a stockout rule sees it. Times in hours from now."""

    units: float
    """That are short and not yet answered for."""
    step: UnitStep
    """The smallest quantity that there can be."""
    chance: float
    """Between 0 and 1: what this customer is like, for a rule that leaves the choice to customers."""
    at_risk: bool
    """Whether a contract of this customer is about to be breached."""

    @property
    def value(self) -> float:
        """Of the units that are short, at selling price."""

    @property
    def due(self) -> float:
        """Until the promised delivery; infinite without a promise."""

    @property
    def ready(self) -> float:
        """Until a delivery from stock that is on its way, the work to deliver it included; infinite where nobody would
        wait for it, since the responses that follow end in a lost sale."""

    @property
    def work(self) -> float:
        """From goods on hand to delivery, as planned."""

    @property
    def rush_cost(self) -> float:
        """What emergency supply of them costs more than the regular one; infinite where it may not be used."""

    @property
    def offers(self) -> Sequence[Offer]:
        """Substitutes, the best first."""

    @property
    def siblings(self) -> Sequence[Sibling]:
        """Other sites, the nearest first."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A shortage of plain numbers, for examples and tests."""

    units: float
    value: float = 0.0
    chance: float = 0.0
    at_risk: bool = False
    due: float = math.inf
    ready: float = math.inf
    work: float = 0.0
    rush_cost: float = 0.0
    offers: Sequence[Offer] = ()
    siblings: Sequence[Sibling] = ()
    step: UnitStep = ONE


class Wait(NamedTuple):
    """The units wait for stock."""

    units: float


class Lose(NamedTuple):
    """The sale of the units is lost."""

    units: float


class Cancel(NamedTuple):
    """The company takes its acceptance of the units back."""

    units: float


class Substitute(NamedTuple):
    """Another item is given for the units."""

    units: float
    sku: str


class Expedite(NamedTuple):
    """The units are supplied by a faster way; they wait meanwhile."""

    units: float
    time: float
    """Hours until they are here."""


class Transship(NamedTuple):
    """The units come from another site; they wait meanwhile."""

    units: float
    site: str


Action = Wait | Lose | Cancel | Substitute | Expedite | Transship


class PromiseView(Protocol):
    """A new order, as a promise rule sees it. Times in hours from order entry."""

    @property
    def planned(self) -> float:
        """The order cycle where nothing is short and nobody queues: the mean times of all stages."""

    def available(self) -> float:
        """Until the last line can be taken from stock or scheduled receipts, less what is promised already."""

    def queued(self, after: float = 0.0) -> float:
        """How much later than alone the order will be done, with the work that is ahead of it, if its goods are there
        after a time; never less than that."""

    def margin(self, share: float, after: float = 0.0) -> float:
        """What has to be added so that a share of orders keeps to it."""

    def record(self, share: float, orders: int, by: Sequence[str]) -> float | None:
        """The cycle time that this share of the last orders kept to; None while there is too little record."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A promise view of plain numbers, for examples and tests."""

    planned: float = 0.0
    until_available: float = 0.0
    until_free: float = 0.0
    cycles: Sequence[float] = ()

    def available(self) -> float:
        """Until the last line can be taken."""
        return self.until_available

    def queued(self, after: float = 0.0) -> float:
        """Until the work that is ahead is done, and the goods are there."""
        return max(self.until_free, after)

    def margin(self, share: float, after: float = 0.0) -> float:
        """Nothing is random."""
        return 0.0

    def record(self, share: float, orders: int, by: Sequence[str]) -> float | None:
        """The quantile of the cycles, interpolated."""
        return quantile(sorted(self.cycles[-orders:]), share) if self.cycles else None


def quantile(rising: Sequence[float], share: float) -> float:
    """The value below which a share of sorted values lies, interpolated between neighbours.

    >>> quantile([20.0, 30.0, 40.0], 0.95)
    39.0
    """
    place = share * (len(rising) - 1)
    below = int(place)
    above = min(below + 1, len(rising) - 1)
    return rising[below] + (place - below) * (rising[above] - rising[below])


@dataclass(frozen=True, slots=True)
class Lived:
    """What the customer of an order has lived through, when nothing more will come of it."""

    late: float = 0.0
    """Hours from the date first promised to the last delivery, below 0 if early; nan where nothing was promised, or
    nothing came."""
    waited: float = 0.0
    """Hours from order entry to the last delivery; nan where nothing came."""
    wanted: float = 1.0
    """Units."""
    missing: float = 0.0
    """Units that never came."""
    damaged: bool = False
    wrong: bool = False
    """The customer met with an error: a wrong item, quantity, address, price, or documents."""
    told: bool = False
    """The customer was told of the delay by the promised date."""
    parcels: int = 1
    """Deliveries."""
    contacts: int = 0
    """How often the customer turned to the company about it before it was over."""

    @property
    def refused(self) -> bool:
        """Whether nothing came at all."""
        return self.missing >= self.wanted
