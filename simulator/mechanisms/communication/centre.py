"""The contact centre: teams of agents, the contacts that wait for them, and who gives up waiting."""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import count, product
from math import inf
from typing import Any

from simulator.engine.orders import Order
from simulator.lifecycle.world import World
from simulator.planning.working_time import WorkingTime
from simulator.rules.routing import AgentView, ContactView
from simulator.scenario.communication import CONTACT_REASONS, Agents, Breaks, Communication
from simulator.units import exact

Kind = tuple[int, int, int]
"""Channel and reason of a contact, and who may answer: index into the groups of teams that the policy names."""


class Contact:
    """A customer who turns to the company, until the contact ends."""

    __slots__ = ("again", "channel", "done", "handling", "kind", "number", "order", "patience", "reason", "waits")

    def __init__(self, order: Order | None, kind: Kind, again: bool, done: "Callable[[Contact, bool], None]") -> None:
        self.order, self.kind, self.again = order, kind, again
        self.channel, self.reason, _ = kind
        self.done = done
        """Called when it has ended, with whether it was answered."""
        self.number = 0
        self.handling, self.patience = 0.0, inf
        self.waits = False

    @property
    def about(self) -> int:
        """The number of its order; 0 if it is about none."""
        return self.order.number if self.order is not None else 0


class Team:
    """Agents who work the same hours and can answer the same contacts."""

    def __init__(self, place: int, agents: Agents, kinds: list[Kind], calendar: WorkingTime | None) -> None:
        self.place, self.kinds, self.calendar = place, kinds, calendar
        self.rank = 0.0
        self.agents = [Agent(self) for _ in range(agents.number)]
        self.free = agents.number
        """Agents who do nothing and have no break, on duty or not."""
        self.opening = -1.0
        """The last opening for which it was called."""

    def works(self, at: float) -> bool:
        """Whether it takes contacts up at a time."""
        return self.calendar is None or self.calendar.is_open(at)


class Agent:
    """One agent."""

    __slots__ = ("break_due", "busy", "channel", "length", "resting", "since", "team")

    def __init__(self, team: Team) -> None:
        self.team = team
        self.busy = 0
        """Contacts in hand, all of one channel."""
        self.channel = -1
        self.since = 0.0
        """When the last contact, or break, ended."""
        self.break_due = self.resting = False
        self.length = 0.0
        """Of a break, in hours."""


def _preference(agent: Agent) -> tuple[float, int, float]:
    """Who comes first of those who could answer: the lowest."""
    return agent.team.rank, agent.busy, agent.since


class Centre:
    """Who waits, and who answers."""

    def __init__(self, world: World, section: Communication) -> None:
        self.world, self.clock, self.record = world, world.clock, world.record
        self.routing = section.routing
        named = [rule.answered_by for rule in world.scenario.service.rules if rule.answered_by is not None]
        self.groups: list[tuple[str, ...]] = list(dict.fromkeys([tuple(section.agents), *named]))
        """The teams among which contacts are routed: all, and those that the policy names for some customers."""
        channels = list(section.channels.values())
        self.at_once = [channel.at_once for channel in channels]
        self.within = [inf if each.answer_within is None else each.answer_within for each in channels]
        self.teams = [
            self._team(place, name, team, list(section.channels))
            for place, (name, team) in enumerate(section.agents.items())
        ]
        kinds = list(product(range(len(channels)), range(len(CONTACT_REASONS)), range(len(self.groups))))
        self.able = {kind: [team for team in self.teams if kind in team.kinds] for kind in kinds}
        self.waiting: dict[Kind, list[tuple[float, int, Contact]]] = {kind: [] for kind in kinds}
        """By rank, then in the order of coming; those who gave up are dropped when it is their turn."""
        self.queued = 0
        """How many wait in all."""
        self._turn = count()
        for team, agents in zip(self.teams, section.agents.values(), strict=True):
            if agents.breaks is not None:
                self._plan_breaks(team, agents.breaks)

    def _team(self, place: int, name: str, agents: Agents, channels: list[str]) -> Team:
        skills = [
            (channel, reason)
            for channel, way in enumerate(channels)
            for reason, why in enumerate(CONTACT_REASONS)
            if agents.answers(way, why)
        ]
        groups = [number for number, teams in enumerate(self.groups) if name in teams]
        kinds = [(*skill, group) for skill in skills for group in groups]
        scenario, calendar = self.world.scenario, None
        if agents.calendar is not None:
            calendar = WorkingTime(scenario.network.calendars[agents.calendar], scenario.run.start)
        team = Team(place, agents, kinds, calendar)
        team.rank = self.routing.rank_agent(AgentView(skills=len(skills)))
        return team

    def take(self, contact: Contact) -> None:
        """A contact comes: it is answered at once if an agent is free, else when it is its turn, if not too late."""
        kind, now = contact.kind, self.clock.now
        if not self.teams:
            self._answer(contact, None)
            return
        if not self.queued:
            agent = min(self._free_agents(kind), key=_preference, default=None)
            if agent is not None:
                self._answer(contact, agent)
                return
        contact.waits = True
        self.queued += 1
        priority = contact.order.terms.priority if contact.order is not None else 1
        view = ContactView(priority, self.within[contact.channel])
        heappush(self.waiting[kind], (self.routing.rank(view), next(self._turn), contact))
        if contact.patience < inf:
            self.clock.call(now + contact.patience, self._give_up, contact)
        for agent in sorted(self._free_agents(kind), key=_preference):  # others may come first
            self._go_on(agent)
            if not contact.waits:
                return
        self._call_teams(kind)

    def _free_agents(self, kind: Kind) -> Iterator[Agent]:
        """Those who could answer a contact that comes now, if nothing else waits."""
        several, now = self.at_once[kind[0]], self.clock.now
        for team in self.able[kind]:
            if (team.free or several > 1) and team.works(now):
                for agent in team.agents:
                    has_room = not agent.busy or (agent.channel == kind[0] and agent.busy < several)
                    if has_room and not (agent.resting or agent.break_due):
                        yield agent

    def _first(self, kind: Kind) -> tuple[float, int, Contact] | None:
        """Who is next of a kind."""
        queue = self.waiting[kind]
        while queue and not queue[0][2].waits:
            heappop(queue)
        return queue[0] if queue else None

    def _go_on(self, agent: Agent) -> None:
        """An agent takes up what waits, as far as the agent can; at closing time what waits is for the next opening."""
        while self._take_up(agent):
            pass
        team = agent.team
        if self.queued and not team.works(self.clock.now) and any(self._first(kind) for kind in team.kinds):
            self._call_team(team)

    def _take_up(self, agent: Agent) -> bool:
        """An agent takes up the contact that is next, if there is one for which the agent has room.

        Who handles several of a channel at once takes one more only if it is next of all that waits for this agent: a
        call would wait for as long as there are chats.
        """
        team = agent.team
        if not self.queued or agent.resting or agent.break_due or not team.works(self.clock.now):
            return False
        if agent.busy and agent.busy >= self.at_once[agent.channel]:
            return False
        heads = (self._first(kind) for kind in team.kinds)
        found = min((head for head in heads if head is not None), default=None, key=lambda head: head[:2])
        if found is None or (agent.busy and found[2].channel != agent.channel):
            return False
        contact = found[2]
        heappop(self.waiting[contact.kind])
        self.queued -= 1
        self._answer(contact, agent)
        return True

    def _answer(self, contact: Contact, agent: Agent | None) -> None:
        contact.waits = False
        until, place = exact(self.clock.now + contact.handling), -1
        if agent is not None:
            place = agent.team.place
            agent.team.free -= not agent.busy
            agent.busy += 1
            agent.channel = contact.channel
        self.record.answered((self.clock.now, contact.number, contact.about, place, until))
        self.clock.call(until, self._finish, (contact, agent))

    def _finish(self, event: Any) -> None:
        """The end of a contact: the agent turns to the next one."""
        contact, agent = event.value
        if agent is not None:
            agent.busy -= 1
            agent.since = self.clock.now
            agent.team.free += not agent.busy
            if agent.break_due and not agent.busy:
                self._rest(agent)
            else:
                self._go_on(agent)
        contact.done(contact, True)

    def _give_up(self, event: Any) -> None:
        """A customer's patience ends; nothing happens if the contact was answered meanwhile."""
        contact = event.value
        if contact.waits:
            contact.waits = False
            self.queued -= 1
            self.record.gave_up((self.clock.now, contact.number, contact.about))
            contact.done(contact, False)

    def _call_teams(self, kind: Kind) -> None:
        """Those who could answer but are not on duty will look when they open."""
        for team in self.able[kind]:
            if not team.works(self.clock.now):
                self._call_team(team)

    def _call_team(self, team: Team) -> None:
        assert team.calendar is not None
        opening = team.calendar.next_open(self.clock.now)
        if team.opening != opening:
            team.opening = opening
            self.clock.call(opening, self._open, team)

    def _open(self, event: Any) -> None:
        """A shift begins: agents take up what waits, one contact each in turn, who has been idle longest first."""
        agents = sorted(event.value.agents, key=_preference)
        while agents:
            agents = [agent for agent in agents if self._take_up(agent)]

    def _plan_breaks(self, team: Team, breaks: Breaks) -> None:
        """The first breaks of a team's agents are spread evenly over the time from one to the next."""
        for place, agent in enumerate(team.agents, 1):
            self._call_break(agent, breaks, breaks.every * place / len(team.agents))

    def _call_break(self, agent: Agent, breaks: Breaks, hours: float) -> None:
        """The next break comes when the team has worked so many hours in all."""
        calendar = agent.team.calendar
        due = hours if calendar is None else calendar.finish(0.0, hours)
        if due < self.world.scenario.run.horizon:
            self.clock.call(due, self._break, (agent, breaks, hours))

    def _break(self, event: Any) -> None:
        """A break is due: it begins when the agent has nothing in hand."""
        agent, breaks, hours = event.value
        agent.length = breaks.length
        self._call_break(agent, breaks, hours + breaks.every)
        if agent.team.works(self.clock.now) and not agent.resting:
            agent.break_due = True
            if not agent.busy:
                self._rest(agent)

    def _rest(self, agent: Agent) -> None:
        agent.break_due, now, team = False, self.clock.now, agent.team
        until = exact(now + agent.length)
        if team.calendar is not None:
            until = min(until, team.calendar.closes(now))
        if until <= now:
            self._go_on(agent)
            return
        agent.resting = True
        team.free -= 1
        self.record.rested((now, team.place, until))
        self.clock.call(until, self._back, agent)

    def _back(self, event: Any) -> None:
        """A break ends."""
        agent = event.value
        agent.resting, agent.since = False, self.clock.now
        agent.team.free += 1
        self._go_on(agent)
