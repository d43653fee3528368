"""Terms: what the service policy says of an order, and of a line of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.rules.promising import PromiseRule
from simulator.rules.sourcing import SourcingRule
from simulator.rules.stockout import StockoutRule
from simulator.rules.views import Outlet
from simulator.scenario.channels import Collect, Protected
from simulator.scenario.returns import ReturnTerms
from simulator.scenario.service import Alternatives, Express

if TYPE_CHECKING:
    from simulator.engine.site import SiteWorld
    from simulator.engine.stations import Serves


Chain = tuple[StockoutRule, ...]
OfOrder = tuple[str, tuple[int, ...], int, str]
"""Segment, matching rules, overriding rule, channel."""


@dataclass(frozen=True, slots=True)
class ChannelTerms:
    """What a channel says of an order that its flow has to look at."""

    source: SourcingRule | None
    """Asked at order entry; None where the site is always the same."""
    outlets: "tuple[tuple[SiteWorld, Outlet], ...]"
    """The sites it may choose from."""
    collect: Collect | None
    channel: str


@dataclass(frozen=True, slots=True)
class Way:
    """The transit time of a lane."""

    expected: float
    draw: Callable[[], float]
    """For a shipment that was not planned at order entry."""


@dataclass(frozen=True, slots=True, eq=False)
class LineTerms:
    """What the policy says of a line; looked up once, so that it is told from others by identity."""

    priority: int
    ship: str
    """What may leave before the rest: units, lines, or the order only as a whole."""
    waits: bool
    """Whether a short line waits for stock, or is lost at once, where `chain` need not be asked."""
    chain: Chain | None
    """The responses to a shortage; None where the answer is always to wait, or always to lose."""
    expedite_limit: float | None
    others: tuple[Protected, ...]
    """Stock that is kept for other channels."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policy and the segment say of an order, looked up once."""

    site: "SiteWorld"
    rule: int
    """Index of the rule by which the order is treated: the first that is for it; -1 if none is."""
    overridden: bool
    """Whether that is another rule than its own."""
    target: int
    """Index of the rule that states the order's target; -1 if none does."""
    priority: int
    line: LineTerms
    by_class: dict[str | None, LineTerms] | None
    """What it says of lines by class of product, where rules tell them apart."""
    promise: PromiseRule | None
    promise_by_class: dict[str | None, PromiseRule | None] | None
    negotiated: bool
    """Whether the promise is made at order entry, from what is known then."""
    express: Express | None
    alternatives: Alternatives | None
    returns: dict[str | None, ReturnTerms | None]
    """By class of product."""
    rationed: bool
    """Whether some stock may be kept from it."""
    channel: ChannelTerms | None
    """What else its channel says."""
    way: Way | None
    """The transit time of its lane."""
    dock: "list[Serves]"
    """The stages of the site after allocation that it passes."""
    of_order: "OfOrder"
    """What the terms at another site are looked up by."""
    urgent: bool = False
    """Whether something has made it the most urgent of all."""

    def promise_for(self, sku_class: str | None) -> PromiseRule | None:
        """What is promised for a line with a product of this class."""
        return self.promise if self.promise_by_class is None else self.promise_by_class[sku_class]

    def of(self, sku_class: str | None) -> LineTerms:
        """What the policy says of a line with a product of this class."""
        return self.line if self.by_class is None else self.by_class[sku_class]

    @property
    def collected(self) -> bool:
        """Whether the customer collects."""
        return self.channel is not None and self.channel.collect is not None

    def planned(self, begin: float, lines: int, desk: bool) -> float:
        """When an order of so many lines would be delivered if nobody queued; without the desk, from the shelf on."""
        transit = self.way.expected if self.way is not None else None
        return self.site.planned(begin, lines, desk, transit, self.collected)

    def fresh_work(self, lines: int) -> list[float]:
        """Working times of a shipment of so many lines that was not planned at order entry."""
        work = self.site.fresh_work(lines)
        if self.way is not None and self.site.transit is not None:
            work[self.site.transit] = self.way.draw()
        return work
