"""What customers are told, and what becomes of their contacts."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.engine.facts import Ordered
from simulator.engine.ledger import Columns, Ledger
from simulator.lifecycle.laws import TINY, offender
from simulator.planning.working_time import WorkingTime
from simulator.scenario.communication import CONTACT_REASONS
from simulator.units import exact

MESSAGES = ("confirmed", "shipped", "out_for_delivery", "delayed", "update")
"""What customers are told of an open order."""
DELAYED, UPDATE = MESSAGES.index("delayed"), MESSAGES.index("update")


class Told(NamedTuple):
    """The customer was told something of an open order."""

    at: float
    order: int
    message: int
    """Index into `MESSAGES`."""
    date: float
    """When the goods are expected, as the customer was told; nan where no date was named."""
    believed: float
    """1 if the customer believes it; a customer who has had false alerts may not believe the next."""


class Contacted(NamedTuple):
    """A customer turned to the company."""

    at: float
    contact: int
    """Number of the contact, counted from 1 in the order of time."""
    order: int
    """What it is about; 0 where it is about no order."""
    reason: int
    """Index into the reasons of contacts."""
    channel: int
    """Index into the contact channels; -1 for a customer who looks it up without turning to anybody."""
    again: float
    """1 if this customer gave up waiting before and tries again."""


class SelfServed(NamedTuple):
    """A customer found the answer without an agent: the contact ends."""

    at: float
    contact: int
    order: int


class Answered(NamedTuple):
    """An agent took up a contact, and ends it."""

    at: float
    contact: int
    order: int
    team: int
    """Index into the teams of agents; -1 where there are none."""
    until: float
    """When the contact ends."""


class GaveUp(NamedTuple):
    """A customer gave up waiting for an agent: the contact ends."""

    at: float
    contact: int
    order: int


class Rested(NamedTuple):
    """An agent took a break."""

    at: float
    team: int
    """Index into the teams of agents."""
    until: float


def laws(ledger: Ledger) -> Iterator[str]:
    """Every contact is made once and ends in at most one way, not before it was made; who answers it is at work, knows
    about it, and never has more in hand than can be handled at once; dates are whole milliseconds."""
    made = ledger.columns(Contacted)
    size = len(made["contact"])
    if not np.array_equal(made["contact"], np.arange(1, size + 1)):
        yield "contacts are not numbered in the order of time"
        return
    came, order = np.concatenate([[np.nan], made["at"]]), np.concatenate([[0], made["order"]])
    ends = np.zeros(size + 1, dtype=int)
    for kind in (SelfServed, Answered, GaveUp):
        table = ledger.columns(kind)
        ends += np.bincount(table["contact"], minlength=size + 1)
        wrong = ~(table["at"] >= came[table["contact"]]) | (table["order"] != order[table["contact"]])
        if wrong.any():
            yield f"contact {table['contact'][offender(wrong)]}: ends before it was made, or about another order"
    if (ends > 1).any():
        yield f"contact {offender(ends > 1)}: ends in more than one way"
    looked_up = np.zeros(size + 1, dtype=bool)
    looked_up[ledger.columns(SelfServed)["contact"]] = True
    if ((made["channel"] < 0) != looked_up[1:]).any():
        yield "a contact without a channel was not self-served, or the other way round"
        return
    yield from _agents(ledger, made)
    yield from _times(ledger)


def _agents(ledger: Ledger, made: Columns) -> Iterator[str]:
    """Who answers knows about it and is at work then, and nobody has more in hand than can be handled at once."""
    section, answered = ledger.scenario.communication, ledger.columns(Answered)
    if section is None or not len(answered["contact"]):
        return
    channels, about = list(section.channels), answered["contact"] - 1
    if ((answered["team"] < 0) != (not section.agents)).any():
        yield "a contact was answered by nobody though there are agents, or the other way round"
        return
    part = 1 / np.array([channel.at_once for channel in section.channels.values()])[made["channel"][about]]
    for place, (name, team) in enumerate(section.agents.items()):
        mine = answered["team"] == place
        kinds = np.unique(made["channel"][about[mine]] * len(CONTACT_REASONS) + made["reason"][about[mine]])
        for channel, reason in (divmod(int(kind), len(CONTACT_REASONS)) for kind in kinds):
            if not team.answers(channels[channel], CONTACT_REASONS[reason]):
                what = f"{CONTACT_REASONS[reason]} by {channels[channel]}"
                yield f"team {name}: answered {what}, of which it does not know"
        at = np.concatenate([answered["until"][mine], answered["at"][mine]])
        change = np.concatenate([-part[mine], part[mine]])
        load = np.cumsum(change[np.lexsort((change, at))])  # who ends makes room for who begins at that instant
        if (load > team.number + TINY).any():
            yield f"team {name}: more contacts in hand than its agents can handle at once"
        if team.calendar is not None:
            hours = WorkingTime(ledger.scenario.network.calendars[team.calendar], ledger.scenario.run.start)
            off = [at for at in answered["at"][mine].tolist() if not hours.is_open(at)]
            if off:
                yield f"team {name}: took up a contact at {off[0]:g} h, when it does not work"


def _times(ledger: Ledger) -> Iterator[str]:
    """Who is told of an order has placed it before, and what lasts does not end before it begins."""
    told, placed = ledger.columns(Told), np.concatenate([[np.nan], ledger.columns(Ordered)["at"]])
    if (told["at"] < placed[told["order"]]).any():
        yield "a customer was told of an order before it was placed"
    for kind, field in ((Told, "date"), (Answered, "until"), (Rested, "until")):
        table = ledger.columns(kind)
        ends = table[field][np.isfinite(table[field])]
        if (exact(ends) != ends).any():
            yield f"{kind.__name__}: {field} is not a whole millisecond"
        if kind is not Told and (table[field] < table["at"]).any():
            yield f"{kind.__name__}: {field} is before it begins"
