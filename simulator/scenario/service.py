"""The service policy: ordered rules of what is promised to whom, and what happens when stock is short."""

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from simulator.model import Model
from simulator.policies.allocation import Allocation, FirstCome
from simulator.policies.promising import Promise
from simulator.policies.stockout import Backorder, Stockout
from simulator.scenario.distributions import Duration
from simulator.units import Share

NAMES_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_several), WithJsonSchema(NAMES_SCHEMA)]


class When(Model):
    """Which orders a rule is for; what is left out matches all."""

    segment: Names | None = None
    """A segment, or several."""
    channel: Names | None = None
    """A channel, or several."""

    def matches(self, segment: str, channel: str) -> bool:
        """Whether an order of this segment and channel is meant."""
        return (self.segment is None or segment in self.segment) and (self.channel is None or channel in self.channel)


class Targets(Model):
    """Service levels to measure the result against; they change nothing in the run."""

    unit_fill_rate: Share | None = None
    line_fill_rate: Share | None = None
    order_fill_rate: Share | None = None
    on_time: Share | None = None
    in_full: Share | None = None
    perfect_order_rate: Share | None = None


class ReturnTerms(Model):
    """How much comes back, and when."""

    rate: Share
    """Share of delivered lines that are returned."""
    lag: Duration
    """From delivery to the return's arrival."""
    part: Share = 1.0
    """Share of the line's units that come back, rounded up to whole units."""


class ServiceRule(Model):
    """One rule of the policy: for these orders, this promise, target, stockout response and return terms."""

    when: When = When()
    """Which orders."""
    promise: Promise | None = None
    """The promised delivery time."""
    target: Targets | None = None
    """What the company wants to reach."""
    stockout: Stockout | None = None
    """What happens to a short line."""
    returns: ReturnTerms | None = None
    """How much comes back."""


class Service(Model):
    """The service policy. For each commitment the first rule that matches and states it decides."""

    rules: tuple[ServiceRule, ...] = ()
    """From the special to the general."""
    stockout: Stockout = Backorder()
    """What happens to a short line where no rule says it."""
    allocation: Allocation = FirstCome()
    """Who gets the next unit."""

    def first(self, commitment: str, segment: str, channel: str) -> Any:
        """What the first matching rule says of a commitment ("promise", "returns", ...), None if none does."""
        for rule in self.rules:
            stated = getattr(rule, commitment)
            if stated is not None and rule.when.matches(segment, channel):
                return stated
        return None
