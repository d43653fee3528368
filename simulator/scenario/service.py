"""The service policy: ordered rules of what is promised to whom, and what happens when stock is short."""

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from simulator.model import Model, Names
from simulator.rules.allocating import Allocation, FirstCome
from simulator.rules.judging import Experience
from simulator.rules.notifying import Notify
from simulator.rules.promising import Promise
from simulator.rules.repairing import PartSource, RepairOrReplace
from simulator.rules.stockout import Backorder, Stockout
from simulator.rules.surveying import Survey
from simulator.scenario.contracts import Contract
from simulator.scenario.errors import At, Several
from simulator.scenario.network import Mistakes
from simulator.scenario.returns import ReturnTerms
from simulator.units import Hours, Money, Share


class Band(Model):
    """A range of order values, at selling price."""

    at_least: Money = 0.0
    """From this value on."""
    below: Money | None = None
    """Up to, and without, this value."""

    @model_validator(mode="after")
    def _check(self) -> "Band":
        if self.below is not None and self.below <= self.at_least:
            raise ValueError(f"below ({self.below:g}) must be more than at_least ({self.at_least:g})")
        return self

    def holds(self, value: Any) -> Any:
        """Whether a value is in it; of many values, which."""
        return (value >= self.at_least) & (value < (math.inf if self.below is None else self.below))


class When(Model):
    """Which orders, or which lines of them, a rule is for; what is left out matches all."""

    segment: Names | None = None
    """A segment, or several."""
    channel: Names | None = None
    """A channel, or several."""
    customer: Names | None = None
    """A customer, or several, by name."""
    customer_class: Names | None = None
    """A class of customers, or several."""
    order_value: Band | None = None
    """A range of order values."""
    sku_class: Names | None = None
    """A class of products, or several: the rule is then for the lines with these products."""

    def matches(self, segment: str, channel: str) -> bool:
        """Whether an order is meant of which only segment and channel are known."""
        others = (self.customer, self.customer_class, self.order_value, self.sku_class)
        return self.may_match(segment, channel) and all(each is None for each in others)

    def may_match(self, segment: str, channel: str) -> bool:
        """Whether some order of this segment and channel is meant."""
        return (self.segment is None or segment in self.segment) and (self.channel is None or channel in self.channel)

    def met(self, among: Callable[[str, tuple[str, ...]], Any], value: Any) -> Any:
        """Which of many orders meet every condition. `among` says of a condition and its names, such as "channel" and
        ("web", "shop"), for which orders one of them holds; `value` is of the orders, where a rule asks for it.

        >>> import numpy as np
        >>> kinds = {"segment": np.array(["key", "key", "shop"])}
        >>> when = When(segment="key", order_value=Band(at_least=100))
        >>> when.met(lambda name, wanted: np.isin(kinds[name], wanted), np.array([99, 100, 100])).tolist()
        [False, True, False]
        """
        found: Any = True
        for name in NAMED:
            wanted = getattr(self, name)
            if wanted is not None:
                found = found & among(name, wanted)
        return found if self.order_value is None else found & self.order_value.holds(value)


NAMED = tuple(name for name in When.model_fields if name != "order_value")
"""The conditions that name what they are for."""


class Targets(Model):
    """Service levels to measure the result against; they change nothing in the run."""

    unit_fill_rate: Share | None = None
    line_fill_rate: Share | None = None
    order_fill_rate: Share | None = None
    on_time: Share | None = None
    in_full: Share | None = None
    perfect_order_rate: Share | None = None


class Express(Model):
    """A faster transit for orders that would be late; it costs `costs.express_shipment`."""

    time: Hours
    """Transit time of the faster way."""
    if_late_by: Hours = 0.0
    """Only if the order would otherwise be later than this, as planned when it leaves the shelf."""


class Alternatives(Model):
    """What is offered to a customer to whom the promised time is too long, and the share who accept.

    The offers are made in this order; the first that is possible and accepted counts.
    """

    partial: Share | None = None
    """What is in stock in time comes first, the rest as promised."""
    item: Share | None = None
    """A substitute in stock for each line that would come too late."""
    site: Share | None = None
    """Delivery from a sibling site that has everything."""
    date: Share | None = None
    """The later date after all."""


class ServiceRule(Model):
    """One rule of the policy: for these orders, what is promised, who comes first, what a shortage leads to."""

    name: str | None = None
    """What it is called in reports, and by overrides."""
    when: When = When()
    """Which orders."""
    promise: Promise | None = None
    """The promised delivery time."""
    target: Targets | None = None
    """What the company wants to reach."""
    priority: Annotated[int, Field(ge=1)] | None = None
    """Who comes first at the stages and, by the allocation rule, at the shelf: 1 before 2. Else the segment's."""
    stockout: Stockout | None = None
    """What happens to a short line: one response, or several that are tried in turn."""
    expedite_limit: Share | None = None
    """Emergency supply may cost no more than this share of the value of what is short, whatever the response says."""
    express: Express | None = None
    """A faster transit for late orders."""
    alternatives: Alternatives | None = None
    """What is offered where the promise is longer than the customer accepts; without any, such an order is lost."""
    returns: ReturnTerms | None = None
    """How much comes back, what of it is accepted, and what becomes of it."""
    notify: Notify | None = None
    """What customers are told of open orders, where there is a section `communication`; else nothing."""
    parts_from: PartSource | None = None
    """Where parts for units that were sold by these orders are taken from, where there is a section `after_sales`."""
    repair_or_replace: RepairOrReplace | None = None
    """Whether such units are repaired or replaced when they fail, where there is a section `after_sales`."""
    experience: Experience | None = None
    """How customers judge these orders, where they remember (`goodwill`); as their segment does where left out."""
    survey: Survey | None = None
    """Whom of these customers the company asks, where there is a survey (`satisfaction.survey`); as that says if left
    out."""
    answered_by: Names | None = None
    """The teams of agents who answer contacts about these orders; every team that can where left out."""


class Override(Model):
    """Sales treats some orders better than the policy says."""

    rate: Share
    """Share of the matching orders; where several overrides match, each has its own share, the first one first."""
    when: When = When()
    """Which orders."""
    treated_as: str
    """Name of the rule by which they are treated instead: what it states decides."""


class Repromise(Model):
    """When a line has to wait, the customer is told a new date if the promised one can't be kept."""

    slack: Hours = 0.0
    """Added to the expected delivery."""


class Reservation(Model):
    """Orders whose customers ask for a later date: when they take their stock."""

    allocate: Literal["hard", "soft"] = "soft"
    """`hard` sets the goods aside at order entry, `soft` takes them when the order is released."""
    release: Hours
    """So long before the requested date the order is released to the warehouse."""
    cancelled: Share = 0.0
    """Share of such orders that are cancelled before release; the moment is drawn evenly over the wait."""


class Service(Model):
    """The service policy. For each commitment the first rule that matches and states it decides."""

    rules: tuple[ServiceRule, ...] = ()
    """From the special to the general."""
    stockout: Stockout = (Backorder(),)
    """What happens to a short line where no rule says it."""
    allocation: Allocation = FirstCome()
    """Who gets the next unit."""
    overrides: tuple[Override, ...] = ()
    """Exceptions that sales makes."""
    repromise: Repromise | None = None
    """New dates for lines that wait; none where left out."""
    reservation: Reservation | None = None
    """Orders for later; without it they are served at once."""
    mistakes: Mistakes = Mistakes()
    """What happens when an error of order entry reaches the customer."""
    contracts: dict[str, Contract] = {}
    """Service-level agreements by name."""

    @model_validator(mode="after")
    def _check(self) -> "Service":
        names = [rule.name for rule in self.rules]
        wrong = [
            At(("rules", place, "name"), f"another rule is called {name!r} too", "names must differ")
            for place, name in enumerate(names)
            if name is not None and name in names[:place]
        ]
        for place, override in enumerate(self.overrides):
            if override.treated_as not in names:
                known = ", ".join(repr(name) for name in names if name) or "none has a name"
                wrong.append(
                    At(
                        ("overrides", place, "treated_as"),
                        f"there is no rule {override.treated_as!r}",
                        f"known are: {known}",
                    )
                )
            if override.when.sku_class is not None:
                wrong.append(At(("overrides", place, "when", "sku_class"), "an override treats whole orders"))
        if wrong:
            raise Several(wrong)
        return self

    @property
    def rule_names(self) -> list[str]:
        """What the rules are called: by their names, else by number."""
        return [rule.name or f"rule {place}" for place, rule in enumerate(self.rules, 1)]

    @property
    def covers_all(self) -> bool:
        """Whether there are no rules, or one of them is for every order."""
        return not self.rules or any(rule.when == When() for rule in self.rules)

    @property
    def borrows_targets(self) -> bool:
        """Whether an order's target may be stated by another rule than the one by which it is treated."""
        stated = [rule.target is not None for rule in self.rules if rule.when.sku_class is None]
        return any(stated) and not all(stated)

    def first(self, commitment: str, segment: str, channel: str) -> Any:
        """What the first rule says of a commitment ("promise", ...) to an order known by segment and channel alone.

        None if no rule says anything.
        """
        for rule in self.rules:
            stated = getattr(rule, commitment)
            if stated is not None and rule.when.matches(segment, channel):
                return stated
        return None
