"""Suppliers: how long they take, how that drifts, and what planning believes of it."""

import math
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from simulator.model import Model
from simulator.scenario.distributions import Duration
from simulator.scenario.errors import At
from simulator.theory.targets import LeadTime
from simulator.units import Hours


class Drift(Model):
    """From some time on, lead times are longer or shorter than stated."""

    at: Hours
    """Orders placed from this time on take the factor, from the start of the run."""
    factor: Annotated[float, Field(gt=0, le=1000)]
    """Times the lead time as it is stated, not as an earlier change left it: 1.3 is 30 % longer, 1 is as stated."""


class Supplier(Model):
    """Where replenishment comes from."""

    lead_time: Duration
    """From order to receipt; with capacity, the working time of one order."""
    crossing: bool = True
    """Whether a later order may arrive before an earlier one."""
    capacity: Annotated[int, Field(ge=1)] | None = None
    """How many orders it works on at once, first come first served; without limit where left out."""
    cancellable: bool = False
    """Whether it takes back orders it has not begun (needs capacity)."""
    changes: Annotated[tuple[Drift, ...], Field(min_length=1)] | None = None
    """How its lead time drifts in the course of the run."""
    planned: Duration | None = None
    """What planning believes the lead time to be, and sizes stock by; `lead_time` itself where left out."""
    refresh: Annotated[Hours, Field(gt=0)] | None = None
    """So often the planned lead time is set anew from receipts, and stock sized anew; never where left out."""
    record: Annotated[int, Field(ge=2)] = 30
    """How many of the supplier's last receipts a refresh looks at."""

    @property
    def planned_lead_time(self) -> LeadTime:
        """What planning believes at the start of a run: `planned`, or else the lead time as stated."""
        law = self.planned or self.lead_time
        return LeadTime(law.expected, math.sqrt(law.variance))

    @model_validator(mode="after")
    def _check(self) -> "Supplier":
        if self.cancellable and self.capacity is None:
            raise ValueError("cancellable needs capacity: without it every order is begun at once")
        if self.refresh is None and "record" in self.model_fields_set:
            raise ValueError("record needs refresh: without it nobody looks at the record of receipts")
        for index, (before, after) in enumerate(pairwise(self.changes or ()), 1):
            if after.at <= before.at:
                raise At(("changes", index, "at"), "changes are listed in the order of time, each later than the last")
        return self
