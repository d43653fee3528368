"""Goodwill: customers who remember what they lived through, come to us more or less often, leave, and are won."""

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from simulator.model import Model
from simulator.rules.judging import AsymmetricSteps, Experience
from simulator.scenario.errors import At, Several
from simulator.scenario.market import Market, Segment
from simulator.scenario.references import unknown
from simulator.scenario.segmentation import Segmentation
from simulator.units import YEAR, Factor, Hours, PerHour, Share

DEFAULT = "default"
"""The terms of the segments that have none of their own."""


def _never(value: Any) -> Any:
    """No half-life. A plain null would take away what a base states, and leave the default."""
    return None if value == "never" else value


class WordOfMouth(Model):
    """What is said of the company moves how many newcomers there are.

    What was said lately is weighed by how many hear it: the balance lies between -1, where only bad is said, and 1. The
    rate of newcomers is the stated one times 1 + strength times the balance, and never below 0.
    """

    good: Factor = 5.0
    """How many people hear of a good order. Assumption: surveys by TARP in the 1980s tell of about five."""
    bad: Factor = 10.0
    """How many people hear of a bad order. Assumption: surveys by TARP in the 1980s tell of nine to ten."""
    strength: Factor = 0.5
    """How far the balance moves the rate of newcomers. Assumption."""
    half_life: Annotated[Hours, Field(gt=0)] = 90 * 24.0
    """After this time what was said counts half. Assumption."""


class Acquisition(Model):
    """New customers: they come at random, and each needs as much as a customer of the start does on average."""

    rate: PerHour
    """New customers, where as much good as bad is said of the company."""
    room: Annotated[int, Field(ge=1, le=1_000_000)]
    """How many customers can be won at most at any time, beside those of the start: who leaves makes room. Needs of
    customers who were not won cost time too, so that it should not be much more than will be won."""
    word_of_mouth: WordOfMouth | None = None
    """How what is said moves the rate; it stays as stated where left out."""


class Goodwill(Model):
    """How the customers of a segment remember, come, and leave.

    The demand of a segment is what its customers order from us at the start, so that scenarios with goodwill and
    without begin alike. A customer who needs something comes to us with a probability that follows his goodwill, and
    goes to a competitor otherwise.
    """

    start: Share = 1.0
    """Goodwill of a customer at the start, and of a new one."""
    ceiling: Share = 1.0
    """The highest goodwill that there is."""
    level: Share | None = None
    """Where goodwill goes back to with time; where it starts where left out."""
    half_life: Annotated[Annotated[Hours, Field(gt=0)] | None, BeforeValidator(_never)] = 120 * 24.0
    """After this time half of the way back is gone; `never` where nothing is ever forgotten. Assumption."""
    leaves_below: Share = 0.4
    """A customer whose goodwill falls below this leaves for good. Assumption."""
    experience: Experience = AsymmetricSteps()
    """How an order moves goodwill, where no rule of `service` says it."""
    share: Annotated[Share, Field(gt=0)] = 1.0
    """Share of wallet at the start: of the needs of a customer, how many come to us. Assumption: all."""
    elasticity: Factor = 1.0
    """By how many percent the share of wallet falls where goodwill falls by one. Assumption: in proportion."""
    population: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    """How many customers there are, where they are too many to be known one by one; the segment's `customers`, each for
    himself, where left out."""
    cohorts: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    """A population is kept in at most so many cohorts of equal size. Of each one member is followed, and stands for
    all: shares of customers have the sampling error of so many."""
    acquisition: Acquisition | None = None
    """New customers; there are none where left out."""
    discount: PerHour = 0.1 / YEAR
    """At which rate money of later years counts less in the lifetime value. Assumption: 10 % a year."""

    @model_validator(mode="after")
    def _check(self) -> "Goodwill":
        wrong = []
        if not self.leaves_below <= self.start <= self.ceiling:
            wrong.append(At(("start",), f"goodwill starts between leaves_below ({self.leaves_below:g}) and ceiling"))
        if not self.leaves_below <= self.returns_to <= self.ceiling:
            said = f"goodwill goes back to a level between leaves_below ({self.leaves_below:g}) and ceiling"
            wrong.append(At(("level",), said))
        if not self.start:
            wrong.append(At(("start",), "goodwill must start above 0", "1 is the usual start"))
        if wrong:
            raise Several(wrong)
        return self

    @property
    def returns_to(self) -> float:
        """Where goodwill goes back to."""
        return self.start if self.level is None else self.level

    def comes(self, goodwill: float) -> float:
        """The share of needs that come to us, by goodwill.

        >>> Goodwill(share=0.8, elasticity=2).comes(0.5)
        0.2
        """
        ratio = goodwill / self.start
        if ratio > 1 and self.elasticity * math.log(ratio) >= -math.log(self.share):
            return 1.0  # before the power is too large to calculate with
        return min(self.share * float(ratio**self.elasticity), 1.0)

    def needs_beside(self, segment: Segment) -> float:
        """Needs that are drawn beside a segment's demand, as a share of it: of its customers, and of new ones."""
        room = self.acquisition.room if self.acquisition is not None else 0
        return (1 - self.share + room / self.customers(segment)) / self.share

    @property
    def newcomers_per_hour(self) -> float:
        """How often a customer, or a cohort, may be won at most."""
        if self.acquisition is None:
            return 0.0
        word = self.acquisition.word_of_mouth
        cohort = 1.0 if self.population is None else max(self.population / self.cohorts, 1.0)
        return self.acquisition.rate * (1 + word.strength if word is not None else 1.0) / cohort

    def customers(self, segment: Segment) -> int:
        """How many customers a segment has at the start."""
        if self.population is not None:
            return self.population
        return len(segment.customers) if isinstance(segment.customers, dict) else segment.customers


def terms_of(goodwill: Mapping[str, Goodwill] | None, segment: str) -> Goodwill | None:
    """The terms of a segment; None where its customers do not remember."""
    return None if goodwill is None else goodwill.get(segment, goodwill.get(DEFAULT))


def goodwill_references(
    goodwill: Mapping[str, Goodwill] | None, market: Market, segmentation: Segmentation
) -> Iterator[At]:
    """Segments that exist, and demand that customers can make."""
    for name in goodwill or ():
        if name != DEFAULT:
            yield from unknown(("goodwill", name), "segment", name, market.segments)
    for name, segment in market.segments.items():
        terms = terms_of(goodwill, name)
        if terms is None:
            continue
        path = ("goodwill", name if name in (goodwill or ()) else DEFAULT)
        demand = segment.demand
        if demand.rule == "replayed":
            yield At(
                path,
                f"the orders of {name!r} are replayed: a history tells what customers did, whatever they would have "
                "lived through here",
                "resampled or poisson demand for this segment, or terms for the other segments alone",
            )
        elif not demand.follows_rhythm and (terms.share < 1 or terms.acquisition is not None):
            said = (
                f"the demand of {name!r} is {demand.rule}: there is no more of it for new customers, or beyond a share"
            )
            yield At((*path, "acquisition" if terms.acquisition is not None else "share"), said, "poisson or resampled")
        if terms.acquisition is not None and segmentation.customers is not None:
            said = "new customers have no class: segmentation.customers knows those of the start"
            yield At((*path, "acquisition"), said, "customer_class of the segments")
