"""Contacts that are never answered in any useful time, and news that nobody gets."""

from collections.abc import Iterator
from itertools import chain, combinations

import numpy as np

from simulator.checks.order_kinds import Reach
from simulator.planning.working_time import WorkingTime
from simulator.scenario.communication import OTHER, Agents, Communication
from simulator.scenario.errors import At
from simulator.scenario.scenario import Scenario

FULL = 1 - 1e-9
MOST_CHANNELS = 10
"""So many channels are looked at in every combination; more than these one by one, and all together."""


def communication_oddities(policy: Reach) -> Iterator[At]:
    """What is stated of communication and has no effect, and a centre that can never do its work."""
    section = policy.scenario.communication
    if section is None:
        for place, rule in enumerate(policy.rules):
            if rule.notify is not None:
                path = ("service", "rules", place, "notify")
                yield At(path, "nothing is told", "customers hear and ask where there is a section `communication`")
    yield from _costs_of_nothing(policy.scenario)
    if section is None:
        return
    yield from _without_a_date(policy)
    yield from _one_for_all(policy.scenario, section)
    yield from _too_many(policy.scenario, section)


def _costs_of_nothing(scenario: Scenario) -> Iterator[At]:
    """Cost rates of contacts that nobody makes, and of agents and messages that there are none of."""
    section = scenario.communication
    asking = section.asking if section is not None else None
    told = section is not None and any(rule.notify is not None for rule in scenario.service.rules)
    for name, used, needs in (
        ("contact", section is not None, "a section `communication`"),
        ("self_service", asking is not None and asking.self_service > 0, "`communication.asking.self_service`"),
        ("message", told, "a section `communication` and `notify` in a rule of `service`"),
        ("agent", section is not None and bool(section.agents), "`communication.agents`"),
    ):
        if getattr(scenario.costs, name) and not used:
            yield At(("costs", name), "this costs nothing: there is none of it", f"it needs {needs}")


def _one_for_all(scenario: Scenario, section: Communication) -> Iterator[At]:
    """Segments of one customer, who remembers the alerts of all orders: where nobody said how many there are."""
    asking = section.asking
    alerts = any(rule.notify is not None and rule.notify.lead is not None for rule in scenario.service.rules)
    if asking is None or not asking.trust_lost or not alerts:
        return
    for name, segment in scenario.market.segments.items():
        if "customers" not in segment.model_fields_set and segment.demand.rule != "replayed":
            yield At(
                ("market", "segments", name),
                "all orders are those of one customer, who believes fewer alerts with each false one",
                "state `customers`, their number or their names",
            )


def _without_a_date(policy: Reach) -> Iterator[At]:
    """Alerts of delays to customers who were promised nothing that could be delayed."""
    promised = np.logical_or.reduce(
        [policy.nothing, *(policy.decides(place, "promise") for place in range(len(policy.rules)))]
    )
    for place, rule in enumerate(policy.rules):
        if rule.notify is not None and rule.notify.lead is not None:
            without = policy.decides(place, "notify") & ~promised
            if without.any():
                yield At(
                    ("service", "rules", place, "notify"),
                    f"no delay is seen of orders that nothing is promised to ({policy.kinds.described(without)})",
                    "state a promise, or another notification",
                )


def _too_many(scenario: Scenario, section: Communication) -> Iterator[At]:
    """More contacts about no order than agents can answer, of customers who wait for ever; what orders bring comes to
    it. The channels that are worst off together are told."""
    if not section.other_contacts or not section.agents:
        return
    weight = sum(channel.share for channel in section.channels.values())
    work = {
        name: section.other_contacts * each.share / weight * each.handling.expected / each.at_once
        for name, each in section.channels.items()
        if each.patience is None and each.share
    }
    hours = {name: _hours(scenario, team) for name, team in section.agents.items()}
    worst, most = tuple[str, ...](), FULL
    sizes = range(1, len(work) + 1) if len(work) <= MOST_CHANNELS else (1, len(work))
    for some in chain.from_iterable(combinations(work, size) for size in sizes):
        able = [name for name, team in section.agents.items() if any(team.answers(way, OTHER) for way in some)]
        load = np.float64(sum(work[name] for name in some)) / max(sum(hours[name] for name in able), 1e-9)
        if load > most + 1e-9 or (load >= FULL and not worst):
            worst, most = some, load
    if worst:
        yield At(
            ("communication", "agents"),
            f"contacts about no order alone bring {most:.1f} times the work that agents can do by "
            f"{' and '.join(worst)}: the queue grows without end",
            "more agents, or a patience of those who wait",
        )


def _hours(scenario: Scenario, team: Agents) -> float:
    """Agents at work at a time, in the mean over the run."""
    share, end = 1.0, scenario.run.horizon
    if team.calendar is not None:
        hours = WorkingTime(scenario.network.calendars[team.calendar], scenario.run.start)
        share = float(hours.open_before(np.array([end]))[0]) / end
    if team.breaks is not None:
        share *= 1 - team.breaks.length / team.breaks.every
    return team.number * share
