"""How much a replication is to play and to keep, from the scenario alone: a flood is told before it begins."""

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulator.model import once
from simulator.planning.expected_demand import expected_demand
from simulator.planning.order_flow import line_mean, of_history, orders_by_week, week_edges
from simulator.planning.returned_lines import stated_terms
from simulator.planning.sourcing_options import channel_shares, home_site
from simulator.planning.supplier_orders import order_rate
from simulator.planning.unit_failures import failures_per_hour
from simulator.rules.replenishing import ReplenishmentRule
from simulator.scenario.demand import Replayed, Resampled
from simulator.scenario.goodwill import terms_of
from simulator.scenario.returns import ReturnTerms
from simulator.scenario.scenario import Scenario
from simulator.textbook.targets import Demand

PROGRAM, EVENT, SHELF = 60e6, 300.0, 4e3
"""Bytes of a process, of an event while a replication is played and measured, and of a SKU at a site."""
MOST_EVENTS = 100e6
"""Events of a replication from which on it is a flood: it takes half an hour and more."""
MOST_MEMORY = 0.8
"""Share of the machine's memory from which on it is a flood."""
GOES_ON = "--yes, or yes=True from Python, goes on all the same"
ALLOWED: ContextVar[bool] = ContextVar("floods_allowed", default=False)
"""Whether somebody has said yes to whatever comes."""


class FloodError(Exception):
    """A scenario, or an experiment, that is too much to be played; the message says how much it is."""


@dataclass(frozen=True)
class Effort:
    """What one replication is expected to take."""

    orders: float
    lines: float
    events: float
    """Facts that are recorded, and looks by the clock that record nothing."""
    memory: float
    """Bytes, while it is played and measured."""
    most: tuple[str, ...]
    """Where the scenario says what makes up most of it."""

    def flood(self, processes: int = 1, memory: float | None = None) -> str:
        """Why it is too much, in words, where so many are played side by side; "" if it is not.

        `memory` is what there is, in bytes: the machine's own where left out.
        """
        needed, there = self.memory * processes, machine_memory() if memory is None else memory
        if self.events <= MOST_EVENTS and needed <= MOST_MEMORY * there:
            return ""
        said = f"a replication of about {quantity(self.orders)} orders, {quantity(self.lines)} lines and "
        said += f"{quantity(self.events)} events needs about {size(self.memory)} of memory"
        if processes > 1 and needed > MOST_MEMORY * there:
            said += f", {processes} side by side {size(needed)}"
        return said + (f"; there are {size(there)}" if math.isfinite(there) else "")


@once
def effort(scenario: Scenario) -> Effort:
    """What a replication is expected to take: right within a factor of about 2 where orders make up most of it."""
    edges, sites, horizon = week_edges(scenario.run), scenario.network.sites, scenario.run.horizon
    orders = lines = events = largest = 0.0
    most: tuple[str, ...] = ()
    again = max((_exchanges(each, horizon) for each in stated_terms(scenario)), default=1.0)
    for name, segment in scenario.market.segments.items():
        for channel, share in channel_shares(scenario, segment).items():
            if isinstance(segment.demand, (Resampled, Replayed)):
                weekly, counts = of_history(scenario, name, channel, share)
                mean = float(np.mean(counts)) if len(counts) else 0.0
            else:
                weekly, mean = share * orders_by_week(scenario, segment), line_mean(segment, channel)
            many = float(weekly.sum()) * horizon / float(edges[-1]) * again
            terms = terms_of(scenario.goodwill, name)
            many *= 1.0 if terms is None else 1 + terms.needs_beside(segment)
            passed = sites[home_site(scenario, name, channel)].stages
            stages = len(passed)
            orders, lines = orders + many, lines + many * mean
            each = many * (1 + 2 * mean + (stages + 1.3 if stages else 1))  # ordered, its lines allocated, delivered
            open_for = sum(stage.time.expected for stage in passed if stage.time is not None)
            each += many * open_for * sum(_news(scenario))
            events += each
            if each > largest:
                most, largest = ("market", "segments", name), each
    for name, site in sites.items():
        if site.returns.independent is not None:
            many = 4 * site.returns.independent.rate * horizon  # it comes, is inspected, and something becomes of it
            events += many
            if many > largest:
                most, largest = ("network", "sites", name, "returns", "independent", "rate"), many
    looks, contacts = sum(_looks(scenario)), sum(_contacts(scenario))
    if max(looks, contacts) >= largest:
        most = ("run", "horizon") if looks >= contacts else ("communication",)
    repairs = _repairs(scenario)
    if repairs > max(largest, looks, contacts):
        most = ("after_sales", "installed")
    events += looks + contacts + sum(_replenishment(scenario)) + repairs
    shelves = sum(len(scenario.products) for site in sites.values() if site.stock is not None)
    return Effort(orders, lines, events, PROGRAM + SHELF * shelves + EVENT * events, most)


def _exchanges(terms: ReturnTerms, horizon: float) -> float:
    """Orders that come of one, at most: it may be exchanged, and what is given for it as well."""
    each, rounds = terms.exchange * terms.highest, horizon / terms.lag.expected if terms.lag.expected else math.inf
    return min(1 / (1 - each) if each < 1 else math.inf, 1 + rounds)


def _replenishment(scenario: Scenario) -> Iterator[float]:
    """Orders to suppliers and their receipts, at each site."""
    for name, site in scenario.network.sites.items():
        if site.stock is not None:
            demand = expected_demand(scenario, name)
            stocked = ((site.stock.get(sku, site.stock.get("default")), demand[sku]) for sku in scenario.products)
            yield 2 * scenario.run.horizon * sum(_rate(rule, each) for rule, each in stocked if rule is not None)


def _rate(rule: ReplenishmentRule, demand: Demand) -> float:
    """Orders per hour; one in five lines where the numbers of a rule are still to be worked out."""
    found = order_rate(rule, demand) if demand.mean > 0 else 0.0
    return demand.lines * 0.2 if found is None else min(found, demand.lines)


def _news(scenario: Scenario) -> Iterator[float]:
    """Of an open order, by the hour: updates, and questions that come in any case, one at a time."""
    often = [rule.notify.every for rule in scenario.service.rules if rule.notify is not None]
    yield max((1 / every for every in often if every), default=0.0)
    section = scenario.communication
    if section is not None and section.asking is not None and section.asking.base:
        answer = (
            0.0 if section.asking.self_service else min(each.handling.expected for each in section.channels.values())
        )
        yield 3 / (1 / section.asking.base + answer)


def _contacts(scenario: Scenario) -> Iterator[float]:
    """Contacts about no order, and breaks of agents."""
    section, horizon = scenario.communication, scenario.run.horizon
    if section is not None:
        yield 3 * section.other_contacts * horizon
        breaks = ((team.number, team.breaks) for team in section.agents.values())
        yield sum(2 * horizon * number / each.every for number, each in breaks if each is not None)


def _repairs(scenario: Scenario) -> float:
    """Of units in service at the start: that they are, and some twelve events for each failure."""
    section = scenario.after_sales
    if section is None:
        return 0.0
    return sum(
        each.base + 12 * failures_per_hour(each, scenario.run.horizon) * scenario.run.horizon
        for each in section.installed.values()
    )


def _looks(scenario: Scenario) -> Iterator[float]:
    """What is done by the clock, however many orders there are; a hundred SKUs that are looked at are an event more."""
    sites, run, classes = scenario.network.sites.values(), scenario.run, scenario.segmentation
    contracts, channels = scenario.service.contracts.values(), scenario.market.channels.values()
    often = [rule.review for site in sites for rule in (site.stock or {}).values()]
    often += [each.refresh or 0.0 for each in scenario.network.suppliers.values()]
    often += [each.review or 0.0 for each in (classes.products, classes.customers) if each is not None]
    for each in channels:
        often += [each.record.sync, each.record.recount or 0.0] if each.record is not None else []
    yield sum(run.horizon / every for every in often if every) * (1 + len(scenario.products) / 100)
    often = [each.period for each in contracts if each.period != "month"]
    often += [each.alert.every or 0.0 for each in contracts if each.alert is not None]
    yield sum(run.horizon / every for every in often if every)
    section = scenario.after_sales
    if section is not None and section.forecast is not None:
        base = sum(each.base for each in section.installed.values())
        yield run.horizon / section.forecast.period * (len(section.parts) + base / 100)
    every_terms = (terms_of(scenario.goodwill, name) for name in scenario.market.segments)
    yield sum(terms.newcomers_per_hour * run.horizon for terms in every_terms if terms is not None)


def refuse_floods(scenarios: Sequence[Scenario], processes: int = 1, *, here: bool = True) -> None:
    """Stop before a flood begins. `here` is whether it would be played on this machine, on whose memory it depends.

    Errors: FloodError with the events and the memory that are expected.
    """
    for scenario in scenarios if not ALLOWED.get() else ():
        if said := effort(scenario).flood(processes, None if here else math.inf):
            raise FloodError(f"{scenario.name}: {said} ({GOES_ON})")


def machine_memory() -> float:
    """Bytes of memory that this machine has, or that this process may use of it; infinite where nobody can tell."""
    found = [math.inf]
    with suppress(AttributeError, ValueError, OSError):
        found.append(float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")))
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(ValueError, OSError):
            found.append(float(Path(limit).read_text(encoding="ascii")))
    return min(found)


def quantity(number: float) -> str:
    """A large number as a person says it.

    >>> quantity(950), quantity(28e9), quantity(3e15)
    ('950', '28 thousand million', '3e+15')
    """
    for least, name in ((1e14, ""), (1e9, "thousand million"), (1e6, "million")):
        if number >= least:
            return f"{number / least:.3g} {name}" if name else f"{number:.2g}"
    return f"{number:,.0f}"


def size(memory: float) -> str:
    """Bytes as a person says them.

    >>> size(3.2e9), size(150e6), size(4e15)
    ('3.2 GB', '150 MB', '4e+06 GB')
    """
    return f"{memory / 1e9:.2g} GB" if memory >= 1e9 else f"{memory / 1e6:.0f} MB"
