"""What missing a service-level agreement costs, and what a good period earns."""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema, model_validator

from simulator.model import Model, Names, OneOrMore
from simulator.scenario.errors import At, Several
from simulator.units import Cost, Date, Hours, Money, Share, Units, exact, multiples


class Penalty(Model):
    """What missing costs: a rate on what failed (or on everything that fell due), or a sum for the period."""

    below: Literal["target"] | Share | None = None
    """Only in a period with an attainment below this, or below the target; in every period where left out. Of several
    penalties with a `below`, the lowest that attainment is under applies, and no other with a `below`."""
    rate: Cost | None = None
    """Such as "3 %" of value, "2 per unit", "10 per order", "30 per order per hour" or "5 % per day" late."""
    of: Literal["price", "cost"] = "price"
    """Of what a rate in per cent is: of the selling price, or of the cost of goods."""
    on: Literal["failures", "everything"] = "failures"
    """Whether the rate is on what failed, or on all that fell due in the period."""
    cap: Money | None = None
    """The most that one order costs."""
    sum: Money | None = None
    """A sum for the period, instead of a rate."""

    @model_validator(mode="after")
    def _check(self) -> "Penalty":
        if (self.rate is None) == (self.sum is None):
            raise ValueError("give rate, or sum")
        if self.sum is not None and self.below is None:
            raise At(("sum",), "a sum for the period needs `below`: the attainment under which it is due")
        if self.rate is not None and self.rate.hourly and self.on == "everything":
            raise At(("on",), "a rate by time is for the time that failures are late", "leave `on` out")
        return self


class Bonus(Model):
    """What a period that went well earns: a rate on everything that fell due in it, or a sum."""

    above: Share
    """Only in a period with at least this attainment."""
    rate: Cost | None = None
    """Such as "1 %" of value, "0.10 per unit" or "2 per order"."""
    sum: Money | None = None
    """A sum for the period, instead of a rate."""

    @model_validator(mode="after")
    def _check(self) -> "Bonus":
        if (self.rate is None) == (self.sum is None):
            raise ValueError("give rate, or sum")
        if self.rate is not None and self.rate.hourly:
            raise At(("rate",), "a bonus is earned once, not by time", "such as '1 %' or '2 per order'")
        return self


Period = Annotated[
    Literal["month"] | Hours,
    WithJsonSchema({"type": "string", "examples": ["4 weeks", "month"]}),
]


class Covered(Model):
    """Which orders a contract covers; what is left out matches all."""

    segment: Names | None = None
    """A segment, or several."""
    customer: Names | None = None
    """A customer, or several."""
    channel: Names | None = None
    """A channel, or several."""

    def matches(self, segment: str, channel: str, customer: str) -> bool:
        """Whether an order of this segment, channel and customer is covered."""
        return all(
            names is None or name in names
            for names, name in ((self.segment, segment), (self.channel, channel), (self.customer, customer))
        )


class Window(Model):
    """How far from the due time a delivery may be."""

    early: Hours | None = None
    """How much too early still counts; where left out, no delivery is too early."""
    late: Hours = 0.0
    """How much too late still counts."""


class Exclusions(Model):
    """Orders that do not count, whatever becomes of them."""

    cancelled: bool = False
    """Orders of which the customer gave something up."""
    units_above: Units | None = None
    """Orders of more units than this: beyond the agreed volume."""
    notice_below: Hours | None = None
    """Orders that are due sooner than this after they were placed."""
    due_on: tuple[Date, ...] = ()
    """Orders that are due on these days."""


class Alert(Model):
    """A look at the attainment so far before the period ends. Below the target, the contract is at risk until it
    is settled, and its orders that are due by then are the most urgent of all."""

    before: Annotated[Hours, Field(gt=0)]
    """How long before the end of the period the first look is."""
    every: Annotated[Hours, Field(gt=0)] | None = None
    """How often it is repeated; once where left out."""
    below: Share | None = None
    """At risk below this attainment so far; the target where left out."""


class Contract(Model):
    """A service-level agreement, settled at the end of each period."""

    covers: Covered
    """Which orders."""
    metric: Literal["otif", "on_time", "in_full", "fill", "cycle_time"]
    """otif: all that was ordered is delivered in the window; on_time: what is owed is; in_full: all in one delivery;
    fill: met at once from stock; cycle_time: what is owed is delivered `within` a time of entry."""
    target: Annotated[Share, Field(gt=0)]
    """The attainment that is agreed."""
    basis: Literal["order", "line", "unit", "value"] = "order"
    """What is counted."""
    clock: Literal["request", "original_commit", "latest_commit"] | None = None
    """What the due time is: as the customer requested, as promised at entry (the default), or as promised last."""
    window: Window = Window()
    """How far from the due time a delivery may be."""
    within: Annotated[Hours, Field(gt=0)] | None = None
    """For cycle_time: the time from entry in which an order must be delivered."""
    period: Period
    """How often it is settled: a time from the start of the run, or `month` for calendar months."""
    exclude: Exclusions = Exclusions()
    """Orders that do not count."""
    grace: Annotated[int, Field(ge=0)] = 0
    """Failing orders that are forgiven in each period, the first to fail: they count as met."""
    penalty: Annotated[tuple[Penalty, ...], OneOrMore()] = ()
    """What missing costs; one, or several."""
    bonus: Bonus | None = None
    """What a good period earns."""
    alert: Alert | None = None
    """A look before the period ends; none where left out."""

    @model_validator(mode="after")
    def _check(self) -> "Contract":
        faults = list(self._faults())
        if faults:
            raise Several(faults)
        return self

    def _faults(self) -> Iterator[At]:
        if (self.metric == "cycle_time") != (self.within is not None):
            yield At(("within",), "cycle_time, and no other metric, says within which time of entry")
        if self.metric == "cycle_time" and self.clock is not None:
            yield At(("clock",), "cycle_time runs from the entry of the order: leave the clock out")
        if self.metric == "fill" and (self.clock is not None or "window" in self.model_fields_set):
            yield At(("metric",), "fill is judged when stock is asked: leave clock and window out")
        if self.metric == "in_full" and "window" in self.model_fields_set:
            yield At(("window",), "in_full does not look at the time", "otif does")
        if self.period != "month" and self.period <= 0:
            yield At(("period",), "a period above 0 is expected, such as '4 weeks', or month")
        if self.alert is not None and self.period != "month" and self.alert.before >= self.period:
            yield At(("alert", "before"), "must be shorter than the period")
        if self.grace and self.metric == "fill" and self.basis in ("unit", "value"):
            yield At(("grace",), f"forgives orders; a fill rate by {self.basis} has no failing orders")
        levels = [level for level in self.levels if level is not None]
        if len(levels) != len(set(levels)):
            yield At(("penalty",), "two penalties are below the same attainment")

    @property
    def levels(self) -> list[float | None]:
        """By penalty: the attainment below which it applies; None for every period."""
        return [self.target if each.below == "target" else each.below for each in self.penalty]

    @property
    def due_clock(self) -> str:
        """What the due time is: entry, request, original_commit, latest_commit, or the moment stock is asked."""
        return {"cycle_time": "entry", "fill": "asked"}.get(self.metric) or self.clock or "original_commit"

    def ends(self, start: dt.date, horizon: float) -> list[float]:
        """The ends of all periods that end within the run, in hours."""
        if self.period != "month":
            return [exact(self.period * n) for n in range(1, multiples(horizon, self.period) + 1)]
        ends: list[float] = []
        year, month = start.year, start.month
        while True:
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            end = (dt.date(year, month, 1) - start).days * 24.0
            if end > horizon:
                return ends
            ends.append(end)

    def is_excluded(self, start: dt.date, placed: float, due: float, units: float, cancelled: bool) -> bool:
        """Whether an order does not count."""
        out = self.exclude
        return bool(
            (out.cancelled and cancelled)
            or (out.units_above is not None and units > out.units_above)
            or (out.notice_below is not None and exact(due - placed) < out.notice_below)
            or (out.due_on and start + dt.timedelta(hours=due) in out.due_on)
        )
