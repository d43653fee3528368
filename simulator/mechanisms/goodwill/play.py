"""Customers who need something decide whether to come; what they live through moves their goodwill, until they leave.

Needs are drawn like orders, whoever comes: a change of service changes who comes, never who needs what and when. The
demand of a segment are the needs that come to us at the start; what customers would buy elsewhere at the start, and
what new customers will need, is drawn beside it, from streams of its own.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulator.engine.clock import Process
from simulator.engine.orders import Order
from simulator.lifecycle.customer_draws import NewOrders
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.lifecycle.entry import arrivals
from simulator.lifecycle.outcomes import outcomes
from simulator.lifecycle.world import World
from simulator.mechanisms.goodwill.facts import EXPERIENCES
from simulator.mechanisms.goodwill.people import People, Voices
from simulator.rules.views import Lived
from simulator.scenario.goodwill import Goodwill, terms_of
from simulator.units import exact

NAME = "goodwill"
BESIDE = "beyond today's demand"
"""What the random numbers of needs beside a segment's demand are named by."""
NOBODY = -1


@dataclass(slots=True)
class Needs:
    """What is drawn for the needs of a block, by place in it."""

    place: list[int]
    """Whose it is: a place among the people; NOBODY where that is not known."""
    member: list[int]
    """Whose it is within the cohort: 0 for the one who is followed."""
    chance: list[float]
    """Between 0 and 1: he comes if his share of wallet is higher."""
    leaving: list[float]
    """Between 0 and 1: whether he leaves by chance."""
    decided: bool
    """Whether he decides if he comes; an exchange is no need of its own."""
    who: dict[int, int] = field(default_factory=dict)
    """Those who are followed and have come, by order."""
    new: dict[int, int] = field(default_factory=dict)
    """The new customers who have come, by order."""


def places_of(terms: Goodwill, segment: CustomerSegment) -> int:
    """How many places the customers of the start take."""
    many = terms.customers(segment.segment)
    return many if terms.population is None else min(many, terms.cohorts)


def size_of(terms: Goodwill, segment: CustomerSegment) -> float:
    """How many customers a place stands for."""
    return terms.customers(segment.segment) / places_of(terms, segment)


def room_of(terms: Goodwill, size: float) -> int:
    """Places for new customers."""
    return max(round(terms.acquisition.room / size), 1) if terms.acquisition is not None else 0


def beside(terms: Goodwill, segment: CustomerSegment) -> tuple[float, float]:
    """Needs beside the demand, as shares of it: of customers of the start who would go elsewhere, of new ones."""
    size = size_of(terms, segment)
    new = room_of(terms, size) / places_of(terms, segment)
    return (1 - terms.share) / terms.share, new / terms.share


def draw(segment: CustomerSegment) -> Callable[[NewOrders], Needs | None]:
    """Draw whose needs those of a block are, and what decides if they come."""
    terms = terms_of(segment.scenario.goodwill, segment.name)
    if terms is None:
        return lambda new: None
    places, kept = places_of(terms, segment), segment.streams_kept
    size, own, extra = size_of(terms, segment), segment.drawn_as == segment.name, isinstance(segment, Beside)
    room = room_of(terms, size)
    table = np.full(int(segment.customer_of.max()) + 2, NOBODY)
    table[segment.customer_of] = np.arange(len(segment.customer_of))

    def needs(new: NewOrders) -> Needs:
        many, customer = len(new.bulk.at), new.bulk.customer
        chance, leaving = kept("whether customers come").random(many), kept("whether customers leave").random(many)
        which = kept("which customer").random((many, 2)).T
        if terms.population is None:
            place = table[np.minimum(customer, len(table) - 1)]
        else:
            place = np.minimum((which[0] * places).astype(int), places - 1)
        chance = chance * terms.share
        if isinstance(segment, Beside):
            won = customer == segment.newcomers
            chance = np.where(won, chance / terms.share, terms.share + chance / terms.share * (1 - terms.share))
            place = np.where(won, places + np.minimum((which[0] * room).astype(int), room - 1), place)
        elif not own and terms.population is not None:
            place = np.full(many, NOBODY)
        new.watched, new.undecided = True, own or extra
        member = (which[1] * size).astype(int)
        return Needs(place.tolist(), member.tolist(), chance.tolist(), leaving.tolist(), new.undecided)

    return needs


class Beside(CustomerSegment):
    """The needs of a segment beyond its demand, as the same customers, or new ones, have them."""

    newcomers = NOBODY
    """The name under which new customers order, by its place among the ledger's customers."""


class Memory:
    """The customers of all segments that remember, in a run."""

    def __init__(self, world: World) -> None:
        self.world, self.clock, self.record = world, world.clock, world.record
        self.people: dict[str, People] = {}
        self.segment: dict[str, int] = {}
        self.voices: dict[str, Voices] = {}
        self.by_rule = any(rule.experience is not None for rule in world.scenario.service.rules)
        for segment in list(world.segments):
            terms = terms_of(world.scenario.goodwill, segment.name)
            if terms is not None:
                self._begin(segment, terms)

    def _begin(self, segment: CustomerSegment, terms: Goodwill) -> None:
        places, size = places_of(terms, segment), size_of(terms, segment)
        self.people[segment.name] = People(terms, places, room_of(terms, size), size)
        self.segment[segment.name] = segment.index
        if sum(beside(terms, segment)):
            self._let_come(segment, terms)
        if terms.acquisition is not None and terms.acquisition.rate:
            word = terms.acquisition.word_of_mouth
            if word is not None:
                self.voices[segment.name] = Voices(word.half_life, word.good, word.bad)
            most = terms.acquisition.rate * (1 + word.strength if word is not None else 1.0) / size
            streams = self.world.streams
            gap = streams.draws(f"{segment.name}: newcomers", lambda rng, many: rng.exponential(1 / most, many))
            heard = streams.draws(f"{segment.name}: newcomers who hear", lambda rng, many: rng.random(many))
            self.clock.call(exact(self.clock.now + gap()), self._newcomer, (segment.name, gap, heard))

    def _let_come(self, segment: CustomerSegment, terms: Goodwill) -> None:
        """Draw the needs beside a segment's demand."""
        world, ledger = self.world, self.world.ledger
        more, new = beside(terms, segment)
        found = Beside(
            world.scenario,
            segment.name,
            {site.name: site for site in world.sites},
            world.streams,
            ledger,
            segment.numbers,
            world.policy,
            world.hooks,
            world.active,
            drawn_as=f"{segment.name}: {BESIDE}",
            factor=more + new,
        )
        if new:
            name = f"{segment.name} newcomers"
            while name in ledger.customers:
                name += " of ours"
            found.newcomers = len(ledger.customers)
            ledger.customers.append(name)
            ledger.customer_segments.append(segment.index)
            found.customer_of = np.append(segment.customer_of, found.newcomers)
            found.customer_levels = np.append(segment.customer_levels * more, more + new) / (more + new)
        world.segments.append(found)
        clerk = Process(self.clock)
        clerk.start(arrivals(world, found, clerk))

    def needs(self, order: Order) -> bool:
        """Whether a customer who needs something comes to us."""
        needs: Needs | None = order.block.drawn[NAME]
        if needs is None:
            return True
        name, index, now = order.block.segment, order.index, self.clock.now
        people, place = self.people[name], needs.place[index]
        number = people.number[place]
        if not people.here[place]:
            if number:
                self._elsewhere(order, number, 1.0)
            return False
        if needs.chance[index] >= people.terms.comes(people.now(place, now)):
            self._elsewhere(order, number, 0.0)
            return False
        if place >= people.places:
            needs.new[index] = number
        if needs.member[index]:
            number = 0
        else:
            needs.who[index] = number
        self.record.need_met((now, order.number, self.segment[name], number))
        return True

    def _elsewhere(self, order: Order, number: int, left: float) -> None:
        block = order.block
        worth = sum(block.units[line] * block.prices[line] for line in range(order.first, order.last))
        self.record.met_elsewhere((self.clock.now, self.segment[block.segment], number, worth, left))

    def knows(self, order: Order) -> Hashable:
        """Who the customer of an order is: new ones, and those of a population, have no name of their own."""
        needs: Needs | None = order.block.drawn[NAME]
        if needs is None:
            return None
        name, place = order.block.segment, needs.place[order.index]
        people = self.people[name]
        if place == NOBODY:
            return name, NOBODY, order.number  # nobody knows whose exchange it is
        if place < people.places and people.terms.population is None:
            return None
        return name, needs.new.get(order.index, place + 1), needs.member[order.index]

    def judges(self, order: Order, lived: Lived) -> None:
        """An order is over: it moves the goodwill of its customer, who may leave."""
        needs: Needs | None = order.block.drawn[NAME]
        if needs is None:
            return
        name, index, now = order.block.segment, order.index, self.clock.now
        people, place = self.people[name], needs.place[index]
        if place == NOBODY:
            return
        number = needs.who.pop(index, 0) if needs.decided else people.number[place]
        if not number or number != people.number[place] or not people.here[place]:
            return  # nobody who is followed, or he has left meanwhile
        stated = self.world.policy.stated(order.terms, "experience") if self.by_rule else None
        rule = stated or people.terms.experience
        expected = people.expected[place]
        judged = rule.judge(lived, rule.expects if expected < 0 else expected)
        people.expected[place] = judged.expected
        faults = rule.faults(lived)
        kind, segment = EXPERIENCES.index(faults[0]) if faults else 0, self.segment[name]
        before = people.now(place, now)
        goodwill = people.moves(place, now, before + judged.step)
        self.record.experienced((now, order.number, segment, number, kind, goodwill, before))
        if name in self.voices:
            self.voices[name].say(now, not faults)
        if goodwill < people.terms.leaves_below or needs.leaving[index] < judged.leaves:
            since = people.came[place]
            people.leaves(place)
            self.record.customer_left((now, order.number, segment, number, kind, people.size, since))

    def _newcomer(self, event: Any) -> None:
        """Somebody may become a customer, if he hears well of the company and there is room."""
        name, gap, heard = event.value
        people, now = self.people[name], self.clock.now
        self.clock.call(exact(now + gap()), self._newcomer, event.value)
        assert people.terms.acquisition is not None
        word, chance = people.terms.acquisition.word_of_mouth, heard()
        if word is not None and chance * (1 + word.strength) >= 1 + word.strength * self.voices[name].balance:
            return
        place = people.won(now)
        if place is not None:
            self.record.customer_joined((now, self.segment[name], people.number[place], people.size))

    def counts(self) -> Iterator[tuple[int, float]]:
        """How many customers each segment has."""
        return ((self.segment[name], people.active) for name, people in self.people.items())


def start(world: World) -> Memory:
    """From now on customers remember."""
    memory = Memory(world)
    world.hooks.needing.append(memory.needs)
    found = outcomes(world)
    found.hear.append(memory.judges)
    found.knows = memory.knows
    return memory


def finish(world: World) -> None:
    """Write down how many customers there are."""
    for segment, customers in world.mechanisms[NAME].counts():
        world.record.customers_counted((world.clock.now, segment, customers))
