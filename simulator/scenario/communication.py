"""Communication: why customers turn to the company, through which channels, and who answers."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from simulator.model import AnyOrder, Model, Names
from simulator.rules.routing import LongestIdle, Routing
from simulator.scenario.calendars import Calendar
from simulator.scenario.costs import Costs
from simulator.scenario.distributions import Duration
from simulator.scenario.errors import At, Fault, Several
from simulator.scenario.network import Network
from simulator.scenario.references import unknown
from simulator.scenario.service import Service
from simulator.units import Hours, PerHour, Share, Weight, hours

WHERE_IS_MY_ORDER, OTHER, FAILURE = "where_is_my_order", "other", "failure"
CONTACT_REASONS = [WHERE_IS_MY_ORDER, "complaint", "return", OTHER, FAILURE]
"""Why customers turn to the company; `add_reason` makes further ones known."""


def add_reason(name: str) -> None:
    """Make a reason known for which customers turn to the company: before a scenario is read that names it."""
    if name not in CONTACT_REASONS:
        CONTACT_REASONS.append(name)


def _no_time_twice(steps: Any) -> Any:
    """Refuse "24 h" beside "1 day": only one of the two would count."""
    seen = dict[float, Any]()
    for written in steps if isinstance(steps, dict) else ():
        try:
            other = seen.setdefault(hours(written), written)
        except (TypeError, ValueError):  # what is no duration is told as such
            continue
        if other is not written:
            raise Fault(f"{other} and {written} are the same time, with a rate each: one of them is expected")
    return steps


Steps = Annotated[dict[Hours, PerHour], AnyOrder(), BeforeValidator(_no_time_twice)]
"""Rates by how long something has lasted: the last that is reached holds."""


class Asking(Model):
    """How readily customers ask where an open order is: rates that add up, by day of waiting.

    Each order has a chance of its own, drawn when it is placed; it is asked about when the rates have added up to
    it. Nobody asks while an answer is under way, or after the last delivery.
    """

    base: PerHour = 0.01 / 24
    """The rate in any case. Assumption: one order in a hundred a day."""
    silent: Steps = {72.0: 0.03 / 24}
    """The rate that is added once nothing has been heard for so long. Assumption: three orders in a hundred a day."""
    near: Steps = {24.0: 0.03 / 24}
    """The rate that is added so shortly before the date that the customer believes, unless something was heard since.
    Assumption: three orders in a hundred a day."""
    late: Steps = {0.0: 0.25 / 24}
    """The rate that is added so long after the date that the customer believes. Assumption: one late order in four a
    day."""
    upset: Share = 0.1
    """Share of customers who ask at once when they are told of a delay. Assumption."""
    self_service: Share = 0.0
    """Share of these questions that customers answer themselves, by looking up the state of the order."""
    trust_lost: Share = 0.2
    """Share of its trust in delay alerts that a customer loses with each false one. Assumption."""
    trust_regained: Share = 0.1
    """Share of the lost trust that is regained with each that was right. Assumption."""


class ContactChannel(Model):
    """A way to turn to the company."""

    share: Weight = 1.0
    """How often it is chosen, relative to the others."""
    handling: Duration = Duration.model_validate("5 min")
    """Time of an agent for one contact. Assumption: five minutes."""
    at_once: Annotated[int, Field(ge=1)] = 1
    """How many of these contacts one agent can handle at once."""
    patience: Duration | None = None
    """How long a customer waits for an answer; for ever where left out."""
    redial: Share = 0.0
    """Share of those who gave up waiting who try again."""
    redial_after: Duration = Duration.model_validate("30 min")
    """How long after giving up a customer tries again. Assumption: half an hour."""
    answer_within: Hours | None = None
    """The time within which a contact is to be answered, to measure by; 20 seconds are common for calls."""
    open: str | None = None
    """The calendar of the hours in which it can be used; whoever would at another time does at some moment, any of them
    as likely, between the next opening and closing. Always where left out."""

    @property
    def never_rests(self) -> bool:
        """Whether who gives up tries again at the same moment, for ever."""
        gives_up = self.patience is not None and not self.patience.expected
        return self.redial >= 1 and gives_up and not self.redial_after.expected


class Breaks(Model):
    """Breaks that each agent takes, one after the other, so that they are spread evenly."""

    every: Annotated[Hours, Field(gt=0)]
    """Working hours from one break of an agent to the next."""
    length: Annotated[Hours, Field(gt=0)]
    """How long one lasts; it ends when the shift does."""


class Agents(Model):
    """A team of agents who work the same hours and can answer the same contacts."""

    number: Annotated[int, Field(ge=1, le=10_000)]
    """How many there are."""
    calendar: str | None = None
    """When they work; round the clock where left out. What they have begun they finish."""
    breaks: Breaks | None = None
    """Breaks within the working hours; none where left out."""
    channels: Names | None = None
    """The contact channels that they answer; all where left out."""
    reasons: Names | None = None
    """The reasons that they know about; all where left out."""

    def answers(self, channel: str, reason: str) -> bool:
        """Whether they can answer a contact."""
        return (self.channels is None or channel in self.channels) and (self.reasons is None or reason in self.reasons)


class Communication(Model):
    """What customers know of their orders, when they turn to the company, and who answers.

    What customers are told is a matter of policy: `notify` in the rules of `service`.
    """

    asking: Asking | None = None
    """How readily customers ask where their order is; nobody asks where left out."""
    other_contacts: PerHour = 0.0
    """Contacts for reasons that have nothing to do with orders; they come at random, at the same rate at any hour."""
    channels: Annotated[dict[str, ContactChannel], Field(min_length=1)] = {"phone": ContactChannel()}
    """The ways to turn to the company, by name."""
    agents: dict[str, Agents] = {}
    """The teams of the contact centre, by name; where left out, every contact is answered at once."""
    routing: Routing = LongestIdle()
    """Which contact is answered next, and by whom."""

    @model_validator(mode="after")
    def _check(self) -> "Communication":
        faults = list(self._faults())
        if faults:
            raise Several(faults)
        return self

    def _faults(self) -> Iterator[At]:
        if not any(channel.share for channel in self.channels.values()):
            yield At(("channels",), "one channel at least needs a share above 0")
        for name, channel in self.channels.items():
            if channel.never_rests:
                said = "who gives up at once and tries again at once, for ever, makes contacts without end"
                yield At(("channels", name, "redial"), said, "a share below 1, or a time in patience or redial_after")
        for name, team in self.agents.items():
            if team.breaks is not None and team.breaks.length >= team.breaks.every:
                yield At(("agents", name, "breaks", "length"), "a break must be shorter than the work between two")

    def references(self, calendars: Mapping[str, Calendar]) -> Iterator[tuple[tuple[str, ...], str, str, list[str]]]:
        """What is named that must exist: place, kind, name, and the names there are."""
        for name, channel in self.channels.items():
            if channel.open is not None:
                yield ("channels", name, "open"), "calendar", channel.open, list(calendars)
        for name, team in self.agents.items():
            if team.calendar is not None:
                yield ("agents", name, "calendar"), "calendar", team.calendar, list(calendars)
            for each in team.channels or ():
                yield ("agents", name, "channels"), "contact channel", each, list(self.channels)
            for each in team.reasons or ():
                yield ("agents", name, "reasons"), "reason", each, CONTACT_REASONS

    def unanswered(self, teams: Iterable[str], without: Iterable[str] = ()) -> Iterator[tuple[str, list[str]]]:
        """Channels, each with the reasons that none of some teams answers by it; nobody has some of the reasons."""
        mine = [team for name, team in self.agents.items() if name in teams]
        for channel in (name for name, use in self.channels.items() if use.share):
            missing = [
                reason
                for reason in CONTACT_REASONS
                if reason not in without and not any(team.answers(channel, reason) for team in mine)
            ]
            if missing:
                yield channel, missing


def informs(communication: Communication | None, service: Service) -> bool:
    """Whether it matters what any customer knows: some ask, or some are told something."""
    asks = communication is not None and communication.asking is not None
    return asks or any(rule.notify is not None for rule in service.rules)


def communication_references(
    communication: Communication | None, network: Network, service: Service, costs: Costs, fails: bool = False
) -> Iterator[At]:
    """Calendars, contact channels, reasons and teams that exist, and somebody who answers each contact. `fails` is
    whether there are units in service that may fail."""
    without = () if fails else (FAILURE,)
    agents = communication.agents if communication is not None else {}
    for place, rule in enumerate(service.rules):
        path: tuple[str | int, ...] = ("service", "rules", place, "answered_by")
        for name in rule.answered_by or ():
            yield from unknown(path, "team of agents", name, agents)
        if communication is not None and rule.answered_by and all(name in agents for name in rule.answered_by):
            yield from _unanswered(path, communication, rule.answered_by, without)
    if communication is None:
        return
    for where, kind, name, known in communication.references(network.calendars):
        yield from unknown(("communication", *where), kind, name, known)
    for channel in costs.contact if isinstance(costs.contact, dict) else ():
        yield from unknown(("costs", "contact", channel), "contact channel", channel, communication.channels)
    if agents:
        yield from _unanswered(("communication", "agents"), communication, agents, without)


def _unanswered(
    path: tuple[str | int, ...], communication: Communication, teams: Iterable[str], without: Iterable[str]
) -> Iterator[At]:
    for channel, reasons in communication.unanswered(teams, without):
        said = f"nobody answers by {channel} who knows about {', '.join(reasons)}"
        yield At(path, said, "a team that leaves out channels and reasons answers all")
