"""What customers decide, and what becomes of their goodwill.

Customers are counted from 1 within their segment: those of the start first, then the new ones as they come. Of a
population that is kept in cohorts, a number stands for the member that is followed, and 0 for any other.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.engine.facts import Ordered
from simulator.engine.ledger import Ledger
from simulator.lifecycle.laws import TINY, offender
from simulator.rules.judging import FAULTS
from simulator.scenario.goodwill import Goodwill, terms_of

EXPERIENCES = ("good", *FAULTS)
"""How an order was, as its customer judges it."""


class NeedMet(NamedTuple):
    """A customer who needs something came, and ordered it."""

    at: float
    order: int
    segment: int
    """Index into the scenario's segments."""
    customer: int


class MetElsewhere(NamedTuple):
    """A customer who needs something got it from a competitor."""

    at: float
    segment: int
    customer: int
    worth: float
    """What it would have cost here."""
    left: float
    """1 if he is no customer any more; else he divides what he needs between us and others."""


class Experienced(NamedTuple):
    """A customer judged an order of which nothing more will come."""

    at: float
    order: int
    segment: int
    customer: int
    kind: int
    """Index into EXPERIENCES."""
    goodwill: float
    """What his goodwill is now."""
    before: float
    """What it was."""


class CustomerLeft(NamedTuple):
    """A customer leaves for good, after an order."""

    at: float
    order: int
    segment: int
    customer: int
    kind: int
    """How that order was: index into EXPERIENCES."""
    customers: float
    """How many leave with him: himself, or the cohort for which he stands."""
    since: float
    """When he became a customer; -1 for those of the start."""


class CustomerJoined(NamedTuple):
    """A new customer is won."""

    at: float
    segment: int
    customer: int
    customers: float
    """How many: one, or a cohort."""


class CustomersCounted(NamedTuple):
    """How many customers a segment has when the run ends."""

    at: float
    segment: int
    customers: float


def remembering(ledger: Ledger) -> dict[int, Goodwill]:
    """The segments whose customers remember, by index, with their terms."""
    scenario = ledger.scenario
    found = ((place, terms_of(scenario.goodwill, name)) for place, name in enumerate(scenario.market.segments))
    return {place: terms for place, terms in found if terms is not None}


def laws(ledger: Ledger) -> Iterator[str]:
    """Goodwill stays between 0 and its ceiling; nobody stays below the floor; customers at the start, and those won,
    have left or are there at the end; nobody leaves twice or before he came; whoever has left orders nothing more;
    every order of such a segment met a need, unless it is an exchange."""
    terms, segments = remembering(ledger), list(ledger.scenario.market.segments.values())
    lived, left, won = (ledger.columns(kind) for kind in (Experienced, CustomerLeft, CustomerJoined))
    counted = ledger.columns(CustomersCounted)
    at_end = dict(zip(counted["segment"].tolist(), counted["customers"].tolist(), strict=True))
    for place, each in terms.items():
        mine, gone, new = lived["segment"] == place, left["segment"] == place, won["segment"] == place
        goodwill = lived["goodwill"][mine]
        if ((goodwill < 0) | (goodwill > each.ceiling + TINY)).any():
            yield f"segment {place}: goodwill beyond its bounds"
        stays = ~np.isin(lived["order"][mine], left["order"][gone])
        if (goodwill[stays] < each.leaves_below).any():
            yield f"segment {place}: a customer stays with less goodwill than he would leave with"
        there = each.customers(segments[place]) + won["customers"][new].sum() - left["customers"][gone].sum()
        if abs(there - at_end.get(place, 0.0)) > TINY * max(there, 1.0):
            yield f"segment {place}: {at_end.get(place, 0.0):g} customers at the end, where {there:g} remain"
        who = left["customer"][gone]
        if len(np.unique(who)) < len(who):
            yield f"segment {place}: a customer leaves twice"
        yield from _after_leaving(ledger, place)
    if (left["at"] < left["since"]).any():
        yield f"customer {left['customer'][offender(left['at'] < left['since'])]}: leaves before he came"
    met, placed = ledger.columns(NeedMet), ledger.columns(Ordered)
    if len(np.unique(met["order"])) < len(met["order"]):
        yield "an order met two needs"
    if (placed["at"][met["order"] - 1] != met["at"]).any():
        yield "a need was met at another time than that of its order"


def _after_leaving(ledger: Ledger, place: int) -> Iterator[str]:
    left, met = ledger.columns(CustomerLeft), ledger.columns(NeedMet)
    gone, mine = left["segment"] == place, (met["segment"] == place) & (met["customer"] > 0)
    if not gone.any():
        return
    size = int(max(left["customer"][gone].max(), met["customer"][mine].max(initial=0))) + 1
    until = np.full(size, np.inf)
    until[left["customer"][gone]] = left["at"][gone]
    if (met["at"][mine] > until[met["customer"][mine]]).any():
        yield f"segment {place}: a customer orders who has left"
