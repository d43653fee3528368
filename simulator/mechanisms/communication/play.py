"""What customers know of their orders: news ends silence and moves the date that is believed; who hears nothing asks.

Whatever customers do is drawn with the order, or from streams of the order's own: what they are told changes neither
who is late nor how readily they ask.
"""

from collections.abc import Callable
from functools import partial
from math import inf, isfinite, nan
from typing import Any

import numpy as np

from simulator.engine.orders import Order, Shipment
from simulator.lifecycle.customer_draws import NewOrders
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.lifecycle.world import World
from simulator.mechanisms.communication.facts import DELAYED, MESSAGES, UPDATE
from simulator.mechanisms.communication.informed import Customers, Informed, Readiness, added_up, expected, reached
from simulator.mechanisms.communication.turning import OfOrder, Switchboard
from simulator.rules.notifying import Milestone, Silence
from simulator.scenario.communication import CONTACT_REASONS, WHERE_IS_MY_ORDER, Asking, Communication, informs
from simulator.units import TICKS, exact

NAME = "communication"
DAY = 24.0
NOBODY = -1
"""Whoever orders without a name, in an order history: there is nobody to remember an alert."""


def draw(segment: CustomerSegment) -> Callable[[NewOrders], Customers]:
    """Draw how readily the customers of new orders ask, and whether the company sees their delays."""
    place, known, replayed = 0, segment.ledger.customers, segment.segment.demand.rule == "replayed"

    def customers(new: NewOrders) -> Customers:
        nonlocal place
        size, first = len(new.bulk.at), place
        place += size
        ready = segment.streams_kept("asking").exponential(size=size)
        alert = segment.streams_kept("delays seen").random(size)
        customer = new.bulk.customer
        if replayed and segment.guests in known:
            customer = np.where(customer == known.index(segment.guests), NOBODY, customer)
        return Customers(first, customer.tolist(), ready.tolist(), alert.tolist())

    return customers


class Information:
    """The customers of open orders in a run, and the way to the contact centre."""

    def __init__(self, world: World, section: Communication) -> None:
        self.world, self.clock, self.record = world, world.clock, world.record
        self.horizon = world.scenario.run.horizon
        self.asking: Asking | None = section.asking
        self.readiness = Readiness(section.asking) if section.asking is not None else None
        self.switchboard = Switchboard(world, section)
        self.orders: dict[int, Informed] = {}
        """By order number."""
        self.trust: dict[int, float] = {}
        """Of each customer who has had a delay alert: the share of alerts that he believes."""
        self._streams: dict[str, Callable[[int], np.random.Generator]] = {}
        """By segment and purpose."""

    # The life of an order, as its customer hears of it

    def entered(self, order: Order) -> None:
        """The customer has placed an order: he knows what he was promised."""
        rule = self.world.policy.stated(order.terms, "notify") or Silence()
        if self.readiness is None and isinstance(rule, Silence):
            return
        customers: Customers = order.block.drawn[NAME]
        state = Informed(order, rule, self.clock.now, customers.readiness[order.index])
        self.orders[order.number] = state
        if self.readiness is not None:
            state.pieces = self.readiness.pieces(state.heard, state.belief)
            self.plan(state)
        self.plan_look(state)
        if rule.every is not None:
            self.clock.call(self.clock.now + rule.every, self._update, state)

    def promised_anew(self, order: Order) -> None:
        """The customer was told a date by the policy for lines that wait."""
        state = self.orders.get(order.number)
        if state is not None:
            self.hears(state, order.latest)

    def at_the_shelf(self, order: Order) -> None:
        """The order has passed the desk, and asked for stock."""
        state = self.orders.get(order.number)
        if state is not None:
            state.at_shelf, state.begun = True, self.clock.now
            if not self._gone(state) and (order.terms.dock or order.short):  # else he has the goods at once
                self.tell(state, "confirmed")

    def leaving(self, shipment: Shipment, at: float) -> None:
        """A shipment is on its way out: once it has left it is known when it arrives."""
        state = self.orders.get(shipment.number)
        if state is None:
            return
        arrives, rule = state.order.terms.site.arrives(shipment, at), state.rule
        state.under_way[shipment.shipment] = at, arrives
        if isinstance(rule, Silence):
            return
        if rule.tells("shipped") or (rule.lead is not None and at >= exact(state.belief - rule.lead)):
            self.clock.call(at, self._left, state)
        if rule.tells("out_for_delivery"):
            self.clock.call(max(at, arrives - rule.round), self._out, (state, shipment.shipment))

    def _left(self, event: Any) -> None:
        """A shipment has left."""
        state = event.value
        if not self._gone(state):
            self.tell(state, "shipped")
            if state.rule.lead is not None and self.clock.now >= exact(state.belief - state.rule.lead):
                self.look(state)

    def _out(self, event: Any) -> None:
        state, shipment = event.value
        if shipment in state.under_way:
            self.tell(state, "out_for_delivery")

    def delivered(self, order: Order, shipment: Shipment) -> None:
        """A shipment is there: the end of waiting, if nothing more is to come."""
        state = self.orders.get(order.number)
        if state is None:
            return
        state.under_way.pop(shipment.shipment, None)
        if order.open > 1 or order.short:
            self.hears(state)
            return
        self._close(state)
        if state.alerted:
            self._learn(state)

    def ended(self, order: Order, cancelled: bool) -> None:
        """The order ended before it asked for stock."""
        state = self.orders.get(order.number)
        if state is not None:
            self._close(state)

    # News

    def tell(self, state: Informed, milestone: Milestone) -> None:
        """Tell the customer how far the order has come, if that is the policy."""
        if state.rule.tells(milestone):
            exactly = milestone == "out_for_delivery"
            date = self.estimate(state, exactly) if state.rule.dates(milestone) else nan
            self._told(state, MESSAGES.index(milestone), date, True)

    def _update(self, event: Any) -> None:
        """It is time for an update."""
        state = event.value
        if self._gone(state):
            return
        self._told(state, UPDATE, self.estimate(state), True)
        self.clock.call(self.clock.now + state.rule.every, self._update, state)

    def _told(self, state: Informed, message: int, date: float, believed: bool) -> None:
        self.record.told((self.clock.now, state.order.number, message, date, float(believed)))
        bad = message == DELAYED  # with a date, or with none where nobody knows it
        if believed:
            for hear in self.world.hooks.warned if bad else ():
                hear(state.order)
            self.hears(state, date, bad)
        elif bad:
            self.upset(state)

    def hears(self, state: Informed, date: float = nan, bad: bool = False) -> None:
        """The customer hears of the order, and may be told when the goods will be there: it is bad news if that is
        later than what was promised, and than what is believed."""
        bad = bad or (date > state.order.due and date > state.belief)
        self._knows(state, date if date == date else state.belief)
        if bad:
            self.upset(state)
        self.plan(state)

    def estimate(self, state: Informed, exactly: bool = False) -> float:
        """The date that is told: when the last delivery is expected, with the error of the policy; nan if nobody
        knows."""
        arrives, now = expected(self.world, state), self.clock.now
        if not isfinite(arrives):
            return nan
        if exactly or not state.rule.error:
            return arrives
        return max(now, exact(arrives + state.rule.error * self.luck(state.order, "estimates").standard_normal()))

    # Delays

    def plan_look(self, state: Informed) -> None:
        """Look for a delay so long before the date that is believed, then on that date."""
        lead, now = state.rule.lead, self.clock.now
        if lead is None or state.overlooked or state.belief != state.belief:
            return
        first = exact(state.belief - lead)
        at = first if first > now else state.belief
        if now < at < self.horizon:
            state.looks += 1
            self.clock.call(at, self._look, (state, state.looks))

    def _look(self, event: Any) -> None:
        state, turn = event.value
        if state.looks == turn and not self._gone(state):
            self.look(state)
            if state.looks == turn:
                self.plan_look(state)

    def look(self, state: Informed) -> None:
        """Look whether the date that the customer believes can be kept, and tell him if not, as far as it is seen."""
        if state.overlooked or self._gone(state):
            return
        order, now = state.order, self.clock.now
        late = expected(self.world, state) > state.belief
        chance = order.block.drawn[NAME].alert[order.index]
        if not state.rule.alerts(late, chance):
            state.overlooked = late
            return
        if not late and state.alerted:
            return
        if late:
            date = max(self.estimate(state), state.belief)
            if date <= now:
                date = exact(now + DAY)
        else:
            date = exact(state.belief + DAY)
        state.alerted = True
        trust = self.trust.get(self._customer(order), 1.0)
        believed = trust >= 1.0 or self.luck(order, "trust").random() < trust
        self._told(state, DELAYED, date, believed)

    def _learn(self, state: Informed) -> None:
        """The goods are there: a customer who was told of a delay knows whether there was one."""
        if self.asking is None:
            return
        customer, due = self._customer(state.order), state.order.due
        if customer == NOBODY:
            return
        trust = self.trust.get(customer, 1.0)
        if not self.clock.now <= due:
            self.trust[customer] = trust + (1 - trust) * self.asking.trust_regained
        else:
            self.trust[customer] = trust * (1 - self.asking.trust_lost)

    def _customer(self, order: Order) -> int:
        customers: Customers = order.block.drawn[NAME]
        return customers.customer[order.index]

    # Asking

    def _add_up(self, state: Informed) -> None:
        """Add up the rates until now."""
        if not state.asking:
            now = self.clock.now
            state.left = max(state.left - added_up(state.pieces, state.since, now), 0.0)
            state.since = now

    def _knows(self, state: Informed, belief: float) -> None:
        """The customer has heard something just now, and believes in a date: it bears on how readily he asks."""
        if self.readiness is not None:
            self._add_up(state)
            state.pieces = self.readiness.pieces(self.clock.now, belief)
        state.heard = self.clock.now
        if belief != state.belief:
            state.belief = belief
            self.plan_look(state)

    def plan(self, state: Informed, earliest: float = 0.0) -> None:
        """Plan the moment of asking, as things stand. What was planned for earlier finds out that it is later now."""
        if self.readiness is None or state.asking:
            return
        at = max(reached(state.pieces, state.since, state.left), earliest)
        if at < state.wakes and at < self.horizon:
            state.wakes = at
            state.plans += 1
            self.clock.call(at, self._ask, (state, state.plans))

    def _ask(self, event: Any) -> None:
        state, turn = event.value
        if state.plans != turn:
            return
        state.wakes = inf
        if state.asking or self._gone(state):
            return
        if reached(state.pieces, state.since, state.left) <= self.clock.now:
            self.ask(state)
        else:
            self.plan(state)

    def upset(self, state: Informed) -> None:
        """A customer who is told of a delay may ask at once; how readily he asks later stays as it is."""
        if self.asking is None or not self.asking.upset or state.asking:
            return
        if self.luck(state.order, "upset").random() < self.asking.upset:
            self._add_up(state)
            self.ask(state, state.left)

    def ask(self, state: Informed, left: float | None = None) -> None:
        """A customer asks where the order is; afterwards the rates have to add up to `left`, or to what is drawn anew,
        until he asks again."""
        assert self.asking is not None
        order, luck = state.order, self.luck(state.order, WHERE_IS_MY_ORDER)
        alone, again = luck.random(), luck.exponential()
        left = again if left is None else left
        state.asking = True
        if alone < self.asking.self_service:
            self.switchboard.look_up(order, WHERE_IS_MY_ORDER)
            self._asked(state, left, True)
            return
        self.switchboard.turn(
            order,
            WHERE_IS_MY_ORDER,
            OfOrder(luck),
            lambda answered: self._asked(state, left, answered),
            lambda: state.over,
            again=False,
        )

    def _asked(self, state: Informed, left: float, answered: bool | None) -> None:
        """A question has been dealt with: whoever was answered knows when the goods are expected."""
        now = self.clock.now
        self._ended(state.order, WHERE_IS_MY_ORDER, answered)
        state.asking, state.left, state.since = False, left, now
        if self._gone(state):
            return
        if answered:
            arrives = expected(self.world, state)
            later = isfinite(arrives) and not arrives <= state.belief
            self._knows(state, arrives if later else state.belief)
        self.plan(state, earliest=exact(now + 1 / TICKS))

    def turns(self, order: Order | None, reason: str) -> None:
        """A customer turns to the company for a reason of which another mechanism knows.

        Errors: ValueError for a reason that is not known.
        """
        if reason not in CONTACT_REASONS:
            raise ValueError(
                f"no customer turns to the company for {reason!r}; known are: {', '.join(CONTACT_REASONS)}"
            )
        luck = OfOrder(self.luck(order, reason)) if order is not None else None
        ended = partial(self._ended, order, reason)
        self.switchboard.turn(order, reason, luck, ended, lambda: False, again=False)

    def _ended(self, order: Order | None, reason: str, answered: bool | None) -> None:
        """Say how a contact has ended; None where it came to none."""
        for hear in self.world.hooks.contacted if answered is not None else ():
            hear(order, reason, bool(answered))

    def luck(self, order: Order, purpose: str) -> np.random.Generator:
        """The random numbers of one order for a purpose, whatever else happens."""
        customers: Customers = order.block.drawn[NAME]
        key = order.index, purpose
        if key not in customers.luck:
            name = f"{order.block.segment}: {purpose}"
            if name not in self._streams:
                self._streams[name] = self.world.streams.each(name)
            customers.luck[key] = self._streams[name](customers.first + order.index)
        return customers.luck[key]

    def _close(self, state: Informed) -> None:
        """Nothing of an order is to come any more: nobody follows it."""
        state.closed = True
        self.orders.pop(state.order.number, None)

    def _gone(self, state: Informed) -> bool:
        """Whether nothing of an order is to come; then nobody follows it."""
        if state.over:
            self._close(state)
        return state.closed


def start(world: World) -> Information:
    """From now on, customers hear of their orders, ask, and are answered."""
    section = world.scenario.communication
    assert section is not None
    information, hooks = Information(world, section), world.hooks
    if informs(section, world.scenario.service):
        hooks.entered.append(information.entered)
        hooks.promised.append(information.promised_anew)
        hooks.allocated.append(information.at_the_shelf)
        hooks.leaving.append(information.leaving)
        hooks.delivered.append(information.delivered)
        hooks.ended.append(information.ended)
    hooks.contacting.append(information.turns)
    if section.other_contacts:
        information.switchboard.start_others(section.other_contacts)
    return information
