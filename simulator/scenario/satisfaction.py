"""Satisfaction: what an order is worth to its customer, in stars, and what a survey finds of it."""

import math
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from simulator.model import AnyOrder, Model
from simulator.rules.surveying import EveryOrder, Survey
from simulator.rules.views import Lived
from simulator.scenario.distributions import Duration
from simulator.scenario.errors import At
from simulator.units import Factor, Hours, Share

DRIVERS = ("timeliness", "missing", "damaged", "wrong", "contacts", "split")
"""What a score is made of; all but timeliness take from it."""
OLIST: dict[int, float] = {
    -14: 4.316, -7: 4.282, -3: 4.155, -1: 4.126, 0: 4.042, 1: 3.830, 3: 2.830, 7: 1.954, 14: 1.595, 15: 1.566,
}  # fmt: skip
"""Mean stars of 5,164 reviews of the Brazilian market place Olist, by days late: the last day of each class, early to
late (14 or more days early, 7 to 13, 3 to 6, 1 to 2, on the day, 1 late, 2 to 3, 4 to 7, 8 to 14, 15 or more)."""
ANSWERS = (
    (1.0, (1.0, 0.0, 0.0, 0.0, 0.0)),
    (1.5658, (0.7763, 0.0658, 0.0526, 0.0263, 0.0789)),
    (1.954, (0.6092, 0.1264, 0.0805, 0.069, 0.1149)),
    (2.8302, (0.3396, 0.1132, 0.1321, 0.2075, 0.2075)),
    (3.8298, (0.1702, 0.0213, 0.0851, 0.2553, 0.4681)),
    (4.1258, (0.0881, 0.0377, 0.0943, 0.2201, 0.5597)),
    (4.3161, (0.0686, 0.0245, 0.0703, 0.1955, 0.6411)),
    (5.0, (0.0, 0.0, 0.0, 0.0, 1.0)),
)
"""How the same reviews spread: of classes by days late the mean and the shares of 1 to 5 stars; and both ends."""


class ResponseBias(Model):
    """How much more readily customers answer who are unhappy, or delighted, than others."""

    detractor: Factor = 1.0
    """Factor on the response rate of those who would give 1 to 3 stars, or 0 to 6 points. Assumption: none; surveys
    hear angry customers more often, and 1.6 is a usual guess."""
    promoter: Factor = 1.0
    """The same of those who would give 5 stars, or 9 to 10 points. Assumption: none."""


class Asked(Model):
    """A survey after orders."""

    ask: Survey = EveryOrder()
    """Whom the company asks, where no rule of `service` says it."""
    after: Hours = 48.0
    """How long after the order is over the customer is asked. Assumption: two days."""
    response_rate: Share = 0.25
    """Share of those asked who answer, where nothing makes them more or less ready to. Assumption."""
    answers_after: Duration = Duration.model_validate("1 day")
    """From the question to the answer. Assumption: a day."""
    response_bias: ResponseBias = ResponseBias()
    """Who answers more readily."""


class Satisfaction(Model):
    """How satisfied customers are with an order, in stars from 1 to 5, and what is asked of them.

    The stars expected for an order are those for its timeliness, less what its faults take. What a customer would
    answer is drawn around them as reviews of real orders spread, which is much: operations explain a fifth of it.
    """

    timeliness: Annotated[dict[int, Annotated[float, Field(ge=1, le=5)]], Field(min_length=2), AnyOrder()] = OLIST
    """Stars by days late, below 0 early: each value holds up to its day, from the day after the one before; the first
    holds for all that are earlier, the last for all that are later. Measured on 5,164 reviews of Olist."""
    no_promise: Annotated[float, Field(ge=1, le=5)] = 4.28
    """Stars where nothing was promised: those of orders in time at Olist."""
    adapts: Share = 0.0
    """Share of the gap by which what a customer expects follows each order: who always waits two days longer than
    promised, expects it in the end. Assumption: customers take each promise as it is."""
    missing: Factor = 2.5
    """Stars that it takes if nothing comes, and in proportion if a part is missing. Assumption."""
    damaged: Factor = 1.5
    """Stars that damage takes. Assumption."""
    wrong: Factor = 1.5
    """Stars that an error takes. Assumption."""
    contacts: Factor = 0.3
    """Stars that each contact takes that a customer needed before the order was over. Assumption."""
    split: Factor = 1.2
    """Stars that it takes if an order comes in several deliveries. At Olist orders that several sellers fulfilled had
    3.09 stars, others 4.29, even in time."""
    told: Share = 0.5
    """Share of what lateness takes that remains if the customer was told of it in time. Assumption."""
    effort: Factor = 1.5
    """Points of ease, of 7, that each contact and each fault takes. Assumption."""
    survey: Asked | None = None
    """What is asked; nothing where left out, so that satisfaction is known to nobody in the company."""

    @model_validator(mode="after")
    def _check(self) -> "Satisfaction":
        stars = [self.timeliness[day] for day in sorted(self.timeliness)]
        if any(later > earlier for earlier, later in pairwise(stars)):
            raise At(("timeliness",), "who waits longer gives no more stars", "values that fall, or stay, by days late")
        return self

    def stars_for_time(self, days: float) -> float:
        """Stars for so many whole days late; nan is for an order without a promise.

        >>> Satisfaction().stars_for_time(-30), Satisfaction().stars_for_time(2), Satisfaction().stars_for_time(99)
        (4.316, 2.83, 1.566)
        """
        if math.isnan(days):
            return self.no_promise
        return next((self.timeliness[day] for day in sorted(self.timeliness) if days <= day), self._latest)

    @property
    def _latest(self) -> float:
        return self.timeliness[max(self.timeliness)]

    def drivers(self, lived: Lived, expected: float) -> tuple[float, ...]:
        """By driver, how far it holds of an order: stars for its time against what was expected (hours later than
        promised), the share that is missing, and how often, or whether, the others hold."""
        days = math.ceil((lived.late - expected) / 24) if not math.isnan(lived.late) else math.nan
        stars = self.stars_for_time(days)
        if lived.told and days > 0:
            stars = self.stars_for_time(0) - self.told * (self.stars_for_time(0) - stars)
        missing = lived.missing / lived.wanted
        return stars, missing, float(lived.damaged), float(lived.wrong), float(lived.contacts), float(lived.parcels > 1)

    def weights(self) -> tuple[float, ...]:
        """By driver, what it adds to the score."""
        return 1.0, -self.missing, -self.damaged, -self.wrong, -self.contacts, -self.split

    def score(self, drivers: tuple[float, ...]) -> float:
        """The stars expected for an order."""
        found = sum(weight * value for weight, value in zip(self.weights(), drivers, strict=True))
        return min(max(found, 1.0), 5.0)


def stars(score: float, chance: float) -> int:
    """What a customer would answer, from 1 to 5 stars, given his own chance between 0 and 1: `score` on average.

    >>> [stars(4.3161, chance) for chance in (0.01, 0.08, 0.3, 0.9)], stars(5.0, 0.0), stars(1.0, 0.99)
    ([1, 2, 4, 5], 5, 1)
    """
    upper = next(place for place, (mean, _) in enumerate(ANSWERS) if score <= mean)
    mean, shares = ANSWERS[upper]
    below, others = ANSWERS[max(upper - 1, 0)]
    part = (score - below) / (mean - below) if mean > below else 1.0
    total = 0.0
    for place, (share, other) in enumerate(zip(shares, others, strict=True), 1):
        total += part * share + (1 - part) * other
        if chance < total:
            return place
    return 5
