"""How often customers turn to the company and why, how fast they are answered, and what alerts of delay are worth."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulator.measures.activity_costs import Ledgered, activity, by_order, in_measured_time
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, PerWhole, Ratio, Rows
from simulator.measures.view import View, table_of_run, table_of_view
from simulator.mechanisms.communication.facts import DELAYED, Answered, Contacted, GaveUp, Rested, SelfServed, Told
from simulator.planning.working_time import WorkingTime
from simulator.scenario.communication import CONTACT_REASONS, WHERE_IS_MY_ORDER, Communication
from simulator.units import exact

SECONDS = 3600.0
"""In an hour."""
WISMO = CONTACT_REASONS.index(WHERE_IS_MY_ORDER)


@dataclass(frozen=True)
class Contacts:
    """Every contact of the run, in the order of time. Times in hours."""

    at: np.ndarray
    order: np.ndarray
    """Order number; 0 for none."""
    reason: np.ndarray
    channel: np.ndarray
    """-1 where the customer looked it up."""
    again: np.ndarray
    """Whether the same customer gave up waiting before."""
    repeated: np.ndarray
    """The same, or whether the customer asked before about the same order for the same reason."""
    looked_up: np.ndarray
    answered: np.ndarray
    """When an agent took it up; nan if none did."""
    until: np.ndarray
    team: np.ndarray
    gave_up: np.ndarray
    """When the customer gave up waiting; nan where he did not."""

    @property
    def made(self) -> np.ndarray:
        """Those who turned to the company, and did not look it up."""
        return ~self.looked_up

    @property
    def waits(self) -> np.ndarray:
        """Those who still wait."""
        still: np.ndarray = self.made & np.isnan(self.answered) & np.isnan(self.gave_up)
        return still

    @property
    def waited(self) -> np.ndarray:
        """Hours until an agent took it up or the customer gave up; nan while the customer still waits."""
        hours: np.ndarray = np.fmin(self.answered, self.gave_up) - self.at
        return hours


@table_of_run
def contacts(view: View) -> Contacts:
    """All contacts."""
    made = view.of(Contacted)
    size = len(made["at"]) + 1
    answered, until, gave_up, team = np.full((4, size), np.nan)
    taken, left = view.of(Answered), view.of(GaveUp)
    answered[taken["contact"]], until[taken["contact"]] = taken["at"], taken["until"]
    team[taken["contact"]] = taken["team"]
    gave_up[left["contact"]] = left["at"]
    looked_up = np.zeros(size, dtype=bool)
    looked_up[view.of(SelfServed)["contact"]] = True
    key = made["order"] * len(CONTACT_REASONS) + made["reason"]
    before = np.ones(len(key), dtype=bool)
    before[np.unique(key, return_index=True)[1]] = False
    again = made["again"] > 0
    repeated = (before & (made["order"] > 0)) | again
    return Contacts(
        at=made["at"],
        order=made["order"],
        reason=made["reason"],
        channel=made["channel"],
        again=again,
        repeated=repeated,
        looked_up=looked_up[1:],
        answered=answered[1:],
        until=until[1:],
        team=np.nan_to_num(team[1:], nan=-1.0).astype(int),
        gave_up=gave_up[1:],
    )


def _rows(view: View, chosen: np.ndarray) -> Rows:
    """Some contacts with what they are about: the order's segment, channel ..., contact channel and reason."""
    found, labels = contacts(view), view.labels
    channels, sources = labels.sizes["contact_channel"] + 1, labels.sources
    kind = (found.channel[chosen] % channels) * len(CONTACT_REASONS) + found.reason[chosen]  # -1 is the last channel
    kinds = channels * len(CONTACT_REASONS)
    codes = {name: np.tile(code, kinds) for name, code in labels.source_codes.items()}
    channel = np.append(np.arange(channels - 1), -1)
    codes["contact_channel"] = np.repeat(channel, len(CONTACT_REASONS) * sources)
    codes["contact_reason"] = np.repeat(np.tile(np.arange(len(CONTACT_REASONS)), channels), sources)
    cell = kind * sources + view.source_of_order[found.order[chosen]]
    return Rows(cell, kinds * sources, codes, labels.sizes)


Parts = Callable[[Contacts], tuple[np.ndarray, np.ndarray]]
"""Numerator and denominator of a ratio, by contact."""


def _ratio(view: View, parts: Parts) -> Ratio | None:
    """A ratio over the contacts made in the measured time."""
    if view.scenario.communication is None:
        return None
    found = contacts(view)
    chosen = found.at >= view.begin
    above, below = (each[chosen].astype(float) for each in parts(found))
    return _rows(view, chosen).ratio(above, below)


def _section(view: View) -> Communication | None:
    return view.scenario.communication


@kpi(unit="contacts per order", better="lower", of="orders placed in the measured time")
def contacts_per_order(view: View) -> PerWhole | None:
    """Contacts about orders, made in the measured time, each try counted, without questions that customers answer
    themselves / orders."""
    if _section(view) is None:
        return None
    found, orders = contacts(view), view.orders
    chosen = found.made & (found.order > 0) & (found.at >= view.begin)
    rows = _rows(view, chosen)
    ones = np.ones(len(orders.at))
    return PerWhole(rows, rows.sums(np.ones(int(chosen.sum()))), orders.rows.ratio(ones, ones))


@kpi(unit="share of contacts", better="lower", of="contacts made in the measured time")
def wismo_share(view: View) -> Ratio | None:
    """Contacts that ask where an order is / contacts, each try counted."""
    return _ratio(view, lambda found: (found.made & (found.reason == WISMO), found.made))


@kpi(unit="share of contacts", better="lower", of="contacts made in the measured time")
def repeat_contacts(view: View) -> Ratio | None:
    """Contacts of customers who asked before, about the same order for the same reason, or gave up waiting before
    / contacts."""
    return _ratio(view, lambda found: (found.made & found.repeated, found.made))


@kpi(unit="share of questions", better="higher", of="questions about orders, in the measured time")
def self_service_share(view: View) -> Ratio | None:
    """Questions where an order is that customers answer by looking it up / all such questions; who tries again asks
    the same question."""
    return _ratio(view, lambda found: (found.looked_up, (found.reason == WISMO) & ~found.again))


@kpi(unit="share of contacts", better="higher", of="contacts of channels with a time to answer")
def contact_service_level(view: View) -> Ratio | None:
    """Contacts answered within the time of their channel (`answer_within`) / contacts. Who gave up waiting was not
    answered; who still waits at the end of the run counts when that time is over."""
    section = _section(view)
    if section is None or all(channel.answer_within is None for channel in section.channels.values()):
        return None
    found = contacts(view)
    within = [np.nan if each.answer_within is None else each.answer_within for each in section.channels.values()]
    limit = exact(found.at + np.array([*within, np.nan])[found.channel])
    known = ~np.isnan(limit) & (np.isfinite(found.waited) | (limit < view.end))
    return _ratio(view, lambda found: (known & (found.answered <= limit), known))


@kpi(unit="seconds", better="lower", of="contacts that an agent took up, or that still wait")
def average_speed_of_answer(view: View) -> Ratio | None:
    """Mean time by the clock from the contact until an agent takes it up; who gave up is left out. A contact that still
    waits at the end of the run counts with its time until then: see `unanswered_contacts`."""

    def parts(found: Contacts) -> tuple[np.ndarray, np.ndarray]:
        until = np.where(found.waits, view.end, found.answered)
        return np.nan_to_num(until - found.at) * SECONDS, np.isfinite(until)

    return _ratio(view, parts)


@kpi(unit="share of contacts", better="lower", of="contacts made in the measured time")
def unanswered_contacts(view: View) -> Ratio | None:
    """Contacts that still wait for an agent at the end of the run / contacts. Where it is not small, the agents cannot
    do their work, and waits depend on the length of the run."""
    return _ratio(view, lambda found: (found.waits, found.made))


@kpi(unit="share of contacts", better="lower", of="contacts that were answered or given up")
def abandonment(view: View) -> Ratio | None:
    """Contacts of which the customer gave up waiting / contacts that wait no more."""
    return _ratio(view, lambda found: (np.isfinite(found.gave_up), np.isfinite(found.waited)))


@kpi(unit="share of contacts", better="lower", of="contacts made in the measured time")
def delayed_contacts(view: View) -> Ratio | None:
    """Contacts that nobody could answer at once / contacts."""
    return _ratio(view, lambda found: (found.made & ~(found.answered <= found.at), found.made))


@table_of_view
def _hours(view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By team, hours on duty in the measured time with breaks and without; and by contact, the hours of an agent on
    duty that it took: a part of the time where several are handled at once."""
    section, run, found = _section(view), view.scenario.run, contacts(view)
    assert section is not None
    rested = view.of(Rested)
    at_once = np.array([*(channel.at_once for channel in section.channels.values()), 1])
    work = np.nan_to_num(np.clip(found.until, view.begin, view.end) - np.clip(found.answered, view.begin, view.end))
    paid, duty = np.zeros((2, len(section.agents)))
    for place, team in enumerate(section.agents.values()):
        mine, resting = found.team == place, rested["team"] == place
        times = np.array([view.begin, view.end])
        if team.calendar is not None:
            hours = WorkingTime(view.scenario.network.calendars[team.calendar], run.start)
            times = hours.open_before(times)
            begins, ends = (np.clip(each[mine], view.begin, view.end) for each in (found.answered, found.until))
            work[mine] = hours.open_before(ends) - hours.open_before(begins)
        paid[place] = team.number * (times[1] - times[0])
        breaks = np.clip(rested["until"], view.begin, view.end) - np.clip(rested["at"], view.begin, view.end)
        duty[place] = paid[place] - breaks[resting].sum()
    return paid, duty, work / at_once[found.channel]


@kpi(unit="share of time", better="neither", of="time of agents on duty, without breaks")
def occupancy(view: View) -> Derived | None:
    """Time for which agents on duty handle contacts / time on duty without breaks. One of several contacts that an
    agent can handle at once counts as a part of his time; work after the end of a shift counts in neither."""
    section = _section(view)
    if section is None or not section.agents:
        return None
    _, duty, work = _hours(view)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.float64(work[contacts(view).team >= 0].sum()) / duty.sum()
    return Derived({"": np.array([share])})


def _alerted(view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By row of the measured orders: whether it was late, had an alert, and was told of the delay, by an alert or by a
    later date in other news, before the promised date had passed; orders of which that date is yet to come, or that
    came to nothing, are nan."""
    orders, told = view.orders, view.of(Told)
    decided = (orders.complete | orders.open) & (orders.promised <= view.end)
    late = orders.open | (orders.last > orders.promised)
    alerts, size = told["message"] == DELAYED, len(view.measured_orders)
    bad_news = alerts | (told["date"] > view.promises[0][told["order"]])
    first = np.full(size, np.inf)
    np.minimum.at(first, told["order"][bad_news], told["at"][bad_news])
    alerted = np.bincount(told["order"][alerts], minlength=size) > 0
    return np.where(decided, late, np.nan), alerted[orders.number], first[orders.number] <= orders.promised


def _alerts(view: View) -> bool:
    return any(rule.notify is not None and rule.notify.lead is not None for rule in view.scenario.service.rules)


@kpi(unit="share of orders", better="higher", of="orders whose customers were told of a delay")
def alert_precision(view: View) -> Ratio | None:
    """Orders delivered later than promised at order entry, of those whose customers had an alert / such orders. Orders
    promised for after the end of the run are left out."""
    if _section(view) is None or not _alerts(view):
        return None
    late, told, _ = _alerted(view)
    return view.orders.rows.ratio((told & (late == 1)).astype(float), (told & ~np.isnan(late)).astype(float))


@kpi(unit="share of orders", better="higher", of="orders delivered later than promised")
def alert_recall(view: View) -> Ratio | None:
    """Orders whose customers were told of the delay by the time first promised, by an alert or by a later date in
    other news / orders later than that, delivered or not. Who has found out by asking was not told."""
    if _section(view) is None or not _alerts(view):
        return None
    late, _, in_time = _alerted(view)
    return view.orders.rows.ratio((in_time & (late == 1)).astype(float), (late == 1).astype(float))


@activity("contacts")
def contact_cost(view: View) -> Ledgered | None:
    """Contacts answered, questions that customers answer themselves, and messages."""
    section, costs = _section(view), view.scenario.costs
    if section is None or not (costs.contact or costs.self_service or costs.message):
        return None
    found, told = contacts(view), view.of(Told)
    rates = [
        costs.contact.get(name, 0.0) if isinstance(costs.contact, dict) else costs.contact for name in section.channels
    ]
    each = np.where(found.answered >= view.begin, np.array([*rates, 0.0])[found.channel], 0.0)
    each += costs.self_service * (found.looked_up & (found.at >= view.begin))
    size = len(view.measured_orders)
    cost = np.bincount(found.order, each, size)
    cost += np.bincount(told["order"], costs.message * in_measured_time(view, told), size)
    return _laid(view, cost, 0.0)


@activity("contact_staff")
def agent_cost(view: View) -> Ledgered | None:
    """Paid hours of agents, by the time that contacts took; time without contacts is shared in proportion."""
    section, rate = _section(view), view.scenario.costs.agent
    if section is None or not rate or not section.agents:
        return None
    paid, _, work = _hours(view)
    found = contacts(view)
    worked = np.bincount(found.team[found.team >= 0], work[found.team >= 0], len(paid))
    with np.errstate(invalid="ignore", divide="ignore"):
        by_hour = np.append(np.where(worked > 0, rate * paid / worked, 0.0), 0.0)
    cost = np.bincount(found.order, work * by_hour[found.team], len(view.measured_orders))
    return _laid(view, cost, rate * float(paid[worked <= 0].sum()))


def _laid(view: View, cost: np.ndarray, idle: float) -> Ledgered:
    """Costs by order number on their lines; those of contacts about no order, and of idle teams, are nobody's."""
    result = by_order(view, cost)
    result.by_line[0] = float(cost[0]) + idle
    return result
