"""What missing a service-level agreement costs, and what a good period earns."""

from typing import Literal

from pydantic import model_validator

from simulator.model import Model
from simulator.scenario.errors import At
from simulator.units import Cost, Money, Share


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
