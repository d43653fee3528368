"""The customer of an open order: what he has heard, what he believes, and how readily he asks."""

from dataclasses import dataclass, field
from math import inf

import numpy as np

from simulator.engine.orders import Order
from simulator.lifecycle.rule_views import Short
from simulator.lifecycle.world import World
from simulator.rules.notifying import NotificationRule
from simulator.scenario.communication import Asking
from simulator.units import exact


@dataclass(frozen=True, slots=True)
class Customers:
    """What is drawn for the orders of a block, by place in it."""

    first: int
    """Place of the first order among those of its segment."""
    customer: list[int]
    readiness: list[float]
    """What the rates must add up to until the customer asks for the first time."""
    alert: list[float]
    """Between 0 and 1: whether a delay is seen, or a false alert is given."""
    luck: dict[tuple[int, str], np.random.Generator] = field(default_factory=dict)
    """The random numbers of single orders, by purpose, where they were needed."""


Pieces = list[tuple[float, float]]
"""Times from which on a rate holds, the first of them the latest news; the last rate holds for ever."""


class Readiness:
    """How readily customers ask: rates per hour that depend on silence and on the date that is believed.

    >>> steps = {"silent": {"10 h": "0.1 per hour"}, "near": {}, "late": {"0 h": "1 per hour"}}
    >>> pieces = Readiness(Asking(base="0.01 per hour", **steps)).pieces(heard=0.0, belief=20.0)
    >>> pieces
    [(0.0, 0.01), (10.0, 0.11), (20.0, 1.11)]
    >>> reached(pieces, since=0.0, amount=1.2 + 1.11), added_up(pieces, since=0.0, until=21.0) > 1.2 + 1.1
    (21.0, True)
    """

    def __init__(self, asking: Asking) -> None:
        self.base = asking.base
        self.silent, self.late = sorted(asking.silent.items()), sorted(asking.late.items())
        self.near = sorted(asking.near.items(), reverse=True)

    def pieces(self, heard: float, belief: float) -> Pieces:
        """The rates from the latest news on, if no more is heard; a belief that is nan is none."""
        changes = [(exact(heard + after), 0, rate) for after, rate in self.silent]
        if belief == belief:
            begins = [(exact(belief - before), rate) for before, rate in self.near]
            changes += [(at, 1, rate) for at, rate in begins if at > heard]
            changes.append((max(belief, heard), 1, 0.0))
            changes += [(max(exact(belief + after), heard), 2, rate) for after, rate in self.late]
            changes.sort(key=_time)
        found, now = [(heard, self.base)], [0.0, 0.0, 0.0]
        for at, kind, rate in changes:
            now[kind] = rate
            piece = at, self.base + now[0] + now[1] + now[2]
            if at == found[-1][0]:
                found[-1] = piece
            else:
                found.append(piece)
        return found


def _time(change: tuple[float, int, float]) -> float:
    return change[0]


def added_up(pieces: Pieces, since: float, until: float) -> float:
    """What the rates add up to between two times."""
    found, ends = 0.0, until
    for begins, rate in reversed(pieces):
        if begins < ends:
            found += rate * (ends - max(begins, since))
            ends = begins
            if begins <= since:
                break
    return found


def reached(pieces: Pieces, since: float, amount: float) -> float:
    """When the rates have added up to an amount; never is infinite."""
    at, last = since, len(pieces) - 1
    for place, (_, rate) in enumerate(pieces):
        ends = pieces[place + 1][0] if place < last else inf
        if ends <= at:
            continue
        if rate and (ends == inf or rate * (ends - at) >= amount):
            return exact(at + amount / rate)
        if ends < inf:
            amount -= rate * (ends - at)
            at = ends
    return inf


class Informed:
    """The customer of an open order."""

    __slots__ = (
        "alerted",
        "asking",
        "at_shelf",
        "begun",
        "belief",
        "closed",
        "heard",
        "left",
        "looks",
        "order",
        "overlooked",
        "pieces",
        "plans",
        "rule",
        "since",
        "under_way",
        "wakes",
    )

    def __init__(self, order: Order, rule: NotificationRule, now: float, left: float) -> None:
        self.order, self.rule = order, rule
        self.heard = self.since = self.begun = now
        """When he heard last, until when the rates are added up, and when the order came to the desk or the shelf."""
        self.belief = order.due
        """When he believes the goods will be there; nan if he has no idea."""
        self.left = left
        """What the rates have still to add up to until he asks."""
        self.asking = False
        """A contact is under way, or about to be made."""
        self.at_shelf = False
        """The order has asked for stock."""
        self.under_way: dict[int, tuple[float, float]] = {}
        """When shipments leave, and arrive."""
        self.alerted = self.overlooked = self.closed = False
        """He was told of a delay; a delay was not seen; nothing is to come any more, and nobody follows the order."""
        self.pieces: Pieces = []
        """How readily he asks, since he heard last."""
        self.wakes = inf
        """When it will be looked whether it is the moment of asking, at the latest."""
        self.plans = self.looks = 0
        """How often that, and a look for a delay, was planned: only the last plan counts."""

    @property
    def over(self) -> bool:
        """Whether nothing is to come any more."""
        order = self.order
        if self.closed or (order.swaps is not None and not order.lines):
            return True
        if not self.at_shelf or order.short:
            return False
        return not (order.taken and order.open)


def expected(world: World, state: Informed) -> float:
    """When the last delivery is expected, as can be known now; infinite if nobody knows.

    Shipments on their way arrive when they do. What has not left yet leaves as was planned when it came to the desk,
    or to the shelf, and at the earliest now. What is short comes when stock is expected.
    """
    order, now = state.order, world.clock.now
    lines, terms = order.last - order.first, order.terms
    left = [arrives for leaves, arrives in state.under_way.values() if leaves <= now]
    found = max([now, *left])
    if not state.at_shelf or (order.open > len(left) and not order.idle):
        planned = terms.planned(state.begun, lines, desk=not state.at_shelf)
        found = max(found, order.earliest, planned, exact(now + _transit(order)))
    for line in range(order.first, order.last) if order.short else ():
        shelf = order.shelf(line)
        for waiting in shelf.waiting:
            if waiting.order is order and waiting.line == line and waiting.units:
                short = Short(world, order, line, shelf, waiting.units, waiting.terms, waiting.rank, waiting)
                found = max(found, now + short.ready)
    return exact(found) if found < inf else inf


def _transit(order: Order) -> float:
    """Mean transit time of an order."""
    terms = order.terms
    if terms.collected:
        return 0.0
    return terms.way.expected if terms.way is not None else terms.site.transit_time
