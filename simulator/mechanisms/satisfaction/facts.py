"""How satisfied customers are, and what they answer."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.engine.facts import Ordered
from simulator.engine.ledger import Ledger
from simulator.lifecycle.laws import offender


class Felt(NamedTuple):
    """The customer of an order of which nothing more will come is so satisfied."""

    at: float
    order: int
    score: float
    """Stars that are expected for such an order, from 1 to 5."""
    stars: int
    """What he would answer."""
    timeliness: float
    """Stars for its time alone."""
    missing: float
    """Share of the units that never came."""
    damaged: float
    wrong: float
    contacts: float
    split: float
    ease: float
    """How easy it was, from 1 to 7."""


class Surveyed(NamedTuple):
    """A customer was asked how satisfied he was."""

    at: float
    order: int


class Replied(NamedTuple):
    """A customer answered."""

    at: float
    order: int
    stars: int
    points: int
    """How likely he is to recommend the company, from 0 to 10: 9 or 10 of a promoter, 0 to 6 of a detractor."""
    ease: int


def laws(ledger: Ledger) -> Iterator[str]:
    """Scores are from 1 to 5, once for an order at most and not before it was placed; who answers was asked before,
    once, and says what he feels: promoters give 5 stars, detractors 1 to 3."""
    felt, asked, replied = (ledger.columns(kind) for kind in (Felt, Surveyed, Replied))
    placed = np.concatenate([[np.nan], ledger.columns(Ordered)["at"]])
    for table in (felt, asked, replied):
        if len(np.unique(table["order"])) < len(table["order"]):
            yield "an order was judged, or its customer asked, twice"
            return
    wrong = (felt["score"] < 1) | (felt["score"] > 5) | (felt["stars"] < 1) | (felt["stars"] > 5)
    if wrong.any():
        yield f"order {felt['order'][offender(wrong)]}: a score beyond 1 to 5"
    if (felt["at"] < placed[felt["order"]]).any():
        yield "an order was judged before it was placed"
    when, stars = np.full(len(placed), np.inf), np.zeros(len(placed), dtype=int)
    when[asked["order"]], stars[felt["order"]] = asked["at"], felt["stars"]
    early = replied["at"] < when[replied["order"]]
    if early.any():
        yield f"order {replied['order'][offender(early)]}: answered before it was asked"
    if (replied["stars"] != stars[replied["order"]]).any():
        yield "a customer answered something else than he feels"
    promoter, detractor = replied["points"] >= 9, replied["points"] <= 6
    if (promoter != (replied["stars"] == 5)).any() or (detractor != (replied["stars"] <= 3)).any():
        yield "stars and points of an answer contradict each other"
