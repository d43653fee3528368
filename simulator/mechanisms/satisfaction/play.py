"""How satisfied customers are with orders that are over, and the survey that asks some of them.

What a customer would answer, whether he does and when, is drawn with the order: another service, or another survey,
changes what is answered, never who is how critical.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import inf
from typing import Any

from simulator.engine.orders import Order
from simulator.lifecycle.customer_draws import NewOrders
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.lifecycle.outcomes import outcomes
from simulator.lifecycle.world import World
from simulator.mechanisms.satisfaction.facts import Replied
from simulator.rules.views import Lived
from simulator.scenario.satisfaction import Satisfaction, stars
from simulator.units import exact

NAME = "satisfaction"
EASIEST = 7.0


@dataclass(frozen=True, slots=True)
class Critics:
    """What is drawn for the orders of a block, by place in it."""

    customer: list[int]
    critical: list[float]
    """Between 0 and 1: how many stars he gives, fewer where it is low."""
    asked: list[float]
    """Between 0 and 1: whether he is asked, where that is left to chance."""
    answers: list[float]
    """Between 0 and 1: whether he answers."""
    delay: list[float]
    """Hours until he does."""


def draw(segment: CustomerSegment) -> Callable[[NewOrders], Critics]:
    """Draw how critical the customers of new orders are, and whether they answer."""
    section, kept = segment.scenario.satisfaction, segment.streams_kept
    assert section is not None
    survey = section.survey

    def critics(new: NewOrders) -> Critics:
        size = len(new.bulk.at)
        new.watched = True
        critical, asked = kept("how critical").random(size), kept("who is asked").random(size)
        answers = kept("who answers").random(size)
        delay = survey.answers_after.sample(kept("when they answer"), size).tolist() if survey is not None else []
        return Critics(new.bulk.customer.tolist(), critical.tolist(), asked.tolist(), answers.tolist(), delay)

    return critics


class Feelings:
    """What customers feel and say, in a run."""

    def __init__(self, world: World, section: Satisfaction) -> None:
        self.world, self.clock, self.record, self.section = world, world.clock, world.record, section
        self.by_rule = any(rule.survey is not None for rule in world.scenario.service.rules)
        self.outcomes = outcomes(world)
        self.expected: dict[Hashable, float] = {}
        """By customer: hours later than promised that he is used to."""
        self.last: dict[Hashable, float] = {}
        """By customer, when he was asked last."""
        self.pending = 0
        """Questions about orders of the measured time that are to be asked, or to be answered."""

    def _customer(self, order: Order, critics: Critics) -> Hashable:
        """Who the customer of an order is."""
        found = self.outcomes.knows(order) if self.outcomes.knows is not None else None
        return critics.customer[order.index] if found is None else found

    def feels(self, order: Order, lived: Lived) -> None:
        """An order is over."""
        section, critics = self.section, order.block.drawn[NAME]
        customer, index, now = self._customer(order, critics), order.index, self.clock.now
        used_to = self.expected.get(customer, 0.0)
        drivers = section.drivers(lived, used_to)
        if section.adapts and lived.late == lived.late:
            self.expected[customer] = used_to + section.adapts * (lived.late - used_to)
        score = section.score(drivers)
        given = stars(score, critics.critical[index])
        faults = (lived.missing > 0) + lived.damaged + lived.wrong + (lived.late > 0)
        ease = max(EASIEST - section.effort * (lived.contacts + faults), 1.0)
        self.record.felt((now, order.number, score, given, *drivers, ease))
        if section.survey is not None:
            self.pending += self.world.measures(order.at)
            self.clock.call(exact(now + section.survey.after), self._ask, (order, critics, given, ease))

    def _ask(self, event: Any) -> None:
        """It is time to ask, if the customer of an order is asked at all."""
        order, critics, given, ease = event.value
        survey, index, now = self.section.survey, order.index, self.clock.now
        assert survey is not None
        rule = self.world.policy.stated(order.terms, "survey") if self.by_rule else None
        customer, bias = self._customer(order, critics), survey.response_bias
        if (rule or survey.ask).asks(now - self.last.get(customer, -inf), critics.asked[index]):
            self.last[customer] = now
            self.record.surveyed((now, order.number))
            factor = bias.promoter if given == 5 else bias.detractor if given <= 3 else 1.0
            if critics.answers[index] < survey.response_rate * factor:
                # within his stars, how critical he is says which of the two points he gives; those of 1 star three
                low = (0, 0, 3, 5, 7, 9)[given]
                points = low + int(critics.asked[index] * 997 % 1 * (3 if given == 1 else 2))
                fact = now + critics.delay[index], order.number, given, points, round(ease)
                self.clock.call(exact(fact[0]), self._answer, (order, fact))
                return
        self.pending -= self.world.measures(order.at)

    def _answer(self, event: Any) -> None:
        order, (_, *fields) = event.value
        self.record.replied(Replied(self.clock.now, *fields))
        self.pending -= self.world.measures(order.at)


def start(world: World) -> Feelings:
    """From now on customers feel, and some are asked."""
    section = world.scenario.satisfaction
    assert section is not None
    feelings = Feelings(world, section)
    feelings.outcomes.hear.append(feelings.feels)
    return feelings


def busy(world: World) -> bool:
    """Whether somebody is to be asked, or to answer, about an order of the measured time."""
    return bool(world.mechanisms[NAME].pending)
