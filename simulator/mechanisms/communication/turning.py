"""Turning to the company: through which channel, for how long, how patiently, and whether once more."""

from bisect import bisect_right
from collections.abc import Callable
from math import inf
from typing import Protocol

import numpy as np

from simulator.engine.orders import Order
from simulator.engine.streams import Streams
from simulator.lifecycle.world import World
from simulator.mechanisms.communication.centre import Centre, Contact
from simulator.planning.working_time import WorkingTime
from simulator.scenario.communication import CONTACT_REASONS, OTHER, Communication
from simulator.scenario.distributions import Duration

Ended = Callable[[bool | None], None]
"""Is told whether a customer was answered, when it is over; None where it came to no contact."""


class Luck(Protocol):
    """Where the random numbers of contacts come from."""

    def chances(self) -> tuple[float, float, float]:
        """For the channel, for trying again, and for the time of the next day; each between 0 and 1."""
        ...

    def time(self, name: str, law: Duration) -> float:
        """A duration, in hours; the name says of what."""
        ...


class OfOrder:
    """The random numbers of one order's contacts for one reason, whatever else is asked for."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def chances(self) -> tuple[float, float, float]:
        channel, again, later = self.rng.random(3).tolist()
        return channel, again, later

    def time(self, name: str, law: Duration) -> float:
        return float(law.sample(self.rng, 1)[0])


class OfNobody:
    """The random numbers of contacts about no order for one reason, one stream for each purpose."""

    def __init__(self, streams: Streams, reason: str) -> None:
        self._streams, self._reason = streams, reason
        self._kept: dict[str, Callable[[], float]] = {}

    def _draw(self, name: str, sample: Callable[[np.random.Generator, int], np.ndarray]) -> float:
        if name not in self._kept:
            self._kept[name] = self._streams.draws(f"{self._reason} contacts: {name}", sample)
        return self._kept[name]()

    def chances(self) -> tuple[float, float, float]:
        return self._draw("channel", _even), self._draw("trying again", _even), self._draw("time of day", _even)

    def time(self, name: str, law: Duration) -> float:
        return self._draw(name, law.sample)


def _even(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.random(size)


class Switchboard:
    """Makes contacts and passes them to the centre; who gave up may try again."""

    def __init__(self, world: World, section: Communication) -> None:
        self.world, self.clock, self.record = world, world.clock, world.record
        self.centre = Centre(world, section)
        self.names, self.channels = list(section.channels), list(section.channels.values())
        weights = np.array([channel.share for channel in self.channels])
        self._levels = np.cumsum(weights / weights.sum()).tolist()
        scenario = world.scenario
        self._hours = [
            None if each.open is None else WorkingTime(scenario.network.calendars[each.open], scenario.run.start)
            for each in self.channels
        ]
        self._count = 0
        self._luck: dict[str, Luck] = {}

    def look_up(self, order: Order, reason: str) -> None:
        """A customer finds the answer alone."""
        number, now = self._number(), self.clock.now
        self.record.contacted((now, number, order.number, CONTACT_REASONS.index(reason), -1, 0.0))
        self.record.self_served((now, number, order.number))

    def turn(
        self, order: Order | None, reason: str, luck: Luck | None, ended: Ended, moot: Callable[[], bool], again: bool
    ) -> None:
        """A customer turns to the company; `moot` says, when it comes to that, whether it has become needless."""
        luck = luck if luck is not None else self._of_nobody(reason)
        chance, chance_again, chance_later = luck.chances()
        place = min(bisect_right(self._levels, chance), len(self._levels) - 1)
        channel, name = self.channels[place], self.names[place]

        def done(contact: Contact, answered: bool) -> None:
            if answered or chance_again >= channel.redial:
                ended(answered)
                return
            after = luck.time(f"{name}, trying again after", channel.redial_after)
            self.clock.call(self.clock.now + after, lambda _: self._once_more(order, reason, luck, ended, moot))

        contact = Contact(order, (place, CONTACT_REASONS.index(reason), self._group(order)), again, done)
        contact.handling = luck.time(f"{name}, handling", channel.handling)
        contact.patience = luck.time(f"{name}, patience", channel.patience) if channel.patience is not None else inf
        hours, now = self._hours[place], self.clock.now
        if hours is None or hours.is_open(now):
            self._come(contact)
        else:
            opens = hours.next_open(now)
            at = opens + chance_later * (hours.closes(opens) - opens)
            self.clock.call(at, lambda _: ended(None) if moot() else self._come(contact))

    def _group(self, order: Order | None) -> int:
        """Who may answer a contact about an order."""
        teams = self.world.policy.stated(order.terms, "answered_by") if order is not None else None
        return self.centre.groups.index(teams) if teams is not None else 0

    def _once_more(self, order: Order | None, reason: str, luck: Luck, ended: Ended, moot: Callable[[], bool]) -> None:
        if moot():
            ended(False)  # given up for good: there is nothing left to ask
        else:
            self.turn(order, reason, luck, ended, moot, again=True)

    def _come(self, contact: Contact) -> None:
        contact.number = self._number()
        self.record.contacted(
            (self.clock.now, contact.number, contact.about, contact.reason, contact.channel, float(contact.again))
        )
        self.centre.take(contact)

    def _number(self) -> int:
        self._count += 1
        return self._count

    def _of_nobody(self, reason: str) -> Luck:
        if reason not in self._luck:
            self._luck[reason] = OfNobody(self.world.streams, reason)
        return self._luck[reason]

    def start_others(self, rate: float) -> None:
        """Let contacts come that have nothing to do with orders, at random, so many an hour."""
        gaps = self.world.streams.draws("other contacts: gaps", lambda rng, size: rng.exponential(1 / rate, size))

        def come(_: object) -> None:
            self.turn(None, OTHER, None, _nothing, _never, again=False)
            self.clock.call(self.clock.now + gaps(), come)

        self.clock.call(self.clock.now + gaps(), come)


def _nothing(answered: bool | None) -> None:
    """Nobody asks how it ended."""


def _never() -> bool:
    return False
