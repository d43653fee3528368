"""What a play of one shelf goes by, how long it lasts, and the lines and lead times that it draws."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from simulator.planning.shelf_answers import answers_of
from simulator.planning.shelf_demand import LONGEST, TICK, Lines, Stream, draw_lines, named_rng, streams_of, ticks
from simulator.planning.shelf_play import Answers, Course, Sample, Supply, lifted, orders, period_ends
from simulator.rules.replenishing import ReplenishmentRule
from simulator.rules.service_target import ServiceTarget
from simulator.scenario.network import Supplier
from simulator.scenario.quantities import counted
from simulator.scenario.scenario import Scenario
from simulator.textbook.targets import Demand, LeadTime
from simulator.unit_steps import ONE, step_of

DAY, YEAR = 24.0, 8766.0
MOST = 1_000_000
"""Lines that are drawn for one of few shelves, if it has not seen enough cycles sooner."""
FEWEST = 20_000
"""The same for one of many."""
CYCLES = 25_000
"""So many cycles or lead times, whichever are longer, are enough."""


@dataclass(frozen=True)
class ShelfCase:
    """All that a play of one shelf goes by; its units are whole numbers of the product's smallest quantity."""

    scenario: Scenario
    site: str
    sku: str
    rule: ReplenishmentRule
    """With the target."""
    target: ServiceTarget
    demand: Demand
    supply: Supply
    lead_time: LeadTime
    streams: list[Stream]
    answers: Answers

    def at_level(self, level: float) -> ReplenishmentRule:
        """The rule with a level."""
        rule = self.rule.at_level(level, self.demand)
        assert rule is not None
        return rule

    @cached_property
    def at_zero(self) -> ReplenishmentRule:
        """The rule at its lowest level."""
        return self.at_level(0.0)

    @property
    def lifts(self) -> bool:
        """Whether the course of the shelf moves with its level, if everybody waits."""
        return self.rule.shifts and not (self.target.kind == "ready_rate" and self.answers.whole.any())

    @property
    def at_once(self) -> bool:
        """Whether one play tells the service at every level."""
        return self.lifts and self.answers.all_wait

    @cached_property
    def lines(self) -> float:
        """Lines per hour."""
        streams = [stream for stream in self.streams if stream.rule.rule != "replayed"]
        return max(sum(stream.rule.rate * stream.share for stream in streams), self.demand.lines)

    @property
    def load(self) -> float:
        """Work that the orders are for the supplier, as a share of what that can do; 0 without a limit."""
        if self.supply.capacity is None:
            return 0.0
        return 1 / self.between_orders * self.lead_time.mean / self.supply.capacity if self.lines else 0.0

    @property
    def between_orders(self) -> float:
        """Hours from one replenishment order to the next, about."""
        return max(self.rule.review, self.lot / self.demand.mean if self.demand.mean else 0.0, 1 / self.lines)

    @property
    def lot(self) -> float:
        """Units of an order at the least; 0 where it is what was asked for."""
        rule = self.at_zero
        return float(getattr(rule, "quantity", None) or (rule.highest if rule.rule == "min_max" else 0.0))

    @property
    def has_no_long_run(self) -> bool:
        """Whether demand grows or is a history's own, so that only the run itself can be played."""
        return any(each.rule.rule == "replayed" or (each.rhythm and each.rhythm.trend) for each in self.streams)

    @property
    def seasonal(self) -> bool:
        """Whether months differ."""
        return any(stream.rhythm is not None and stream.rhythm.months is not None for stream in self.streams)

    @property
    def beyond(self) -> float:
        """A level above which none is searched for, in units: what would last for ages."""
        span = self.lead_time.mean + 10 * self.lead_time.sd + self.rule.review + DAY
        demand = self.demand
        return 100 * (demand.mean * span + self.at_zero.highest + demand.units + 10 * demand.units_sd)


def shelf_case(
    scenario: Scenario, site: str, sku: str, rule: ReplenishmentRule, target: ServiceTarget, supplier: str,
    demand: Demand, sku_class: str | None, learned: LeadTime | None = None,
) -> ShelfCase:  # fmt: skip
    """What is known of a shelf before it is played; a lead time that was `learned` takes the place of the planned."""
    source = scenario.network.suppliers[supplier]
    planned = learned or source.planned_lead_time
    supply = Supply(_gamma(learned), source.crossing) if learned is not None else _supply(source)
    streams, answers = streams_of(scenario, site, sku), answers_of(scenario, sku_class)
    aimed = rule if rule.target == target else rule.model_copy(update={"target": target})
    step = step_of(scenario.products[sku].step)
    if step is not ONE:
        aimed = converted(aimed, lambda units: float(step.count(units)))
    in_steps = demand.counted_in(step.size)
    return ShelfCase(scenario, site, sku, aimed, target, in_steps, supply, planned, streams, answers)


def by_the_step(
    scenario: Scenario, sku: str, rule: ReplenishmentRule, size: Callable[[ReplenishmentRule], ReplenishmentRule]
) -> ReplenishmentRule:
    """A rule sized in whole numbers of the product's smallest quantity, in units again."""
    step = step_of(scenario.products[sku].step)
    if step is ONE:
        return size(rule)
    return converted(size(converted(rule, lambda units: float(step.count(units)))), step.of)


def converted(rule: ReplenishmentRule, convert: Callable[[float], float]) -> ReplenishmentRule:
    """A rule with all its quantities in another unit."""
    changed: dict[str, Any] = {}
    for name, key, units in counted(rule):
        if key is None:
            changed[name] = convert(units)
        else:
            changed.setdefault(name, {})[key] = convert(units)
    return rule.model_copy(update=changed)


def _supply(supplier: Supplier) -> Supply:
    """Its own law; what planning believes takes its place where that is stated."""
    if supplier.planned is not None:
        return Supply(supplier.planned.sample, supplier.crossing)
    return Supply(supplier.lead_time.sample, supplier.crossing, supplier.capacity)


def _gamma(lead_time: LeadTime) -> Sample:
    """What is believed of a lead time of which mean and spread are known."""
    mean, sd = lead_time.mean, lead_time.sd
    if not sd or not mean:
        return lambda rng, size: np.full(size, mean)
    return lambda rng, size: rng.gamma((mean / sd) ** 2, sd * sd / mean, size)


def most_lines(shelves: int) -> float:
    """Lines that are drawn for one of so many shelves at the most: five and more take less time together than four."""
    return min(MOST, 12 * MOST / shelves**2)


class Plan(NamedTuple):
    """How long a shelf is played, in days: from the start, measured from a day on; some shelves in several turns."""

    days: int
    warm_up: float
    turns: int
    bundle: int = 1
    """Lines that are drawn as one."""


def plan(case: ShelfCase, most: float, fewest: float) -> Plan:
    """Long enough for the target to be met closely, for demand that has a long run; else the run, several times.

    No more lines than `most`, and half of `fewest` even if fewer show enough cycles.
    """
    run, rate = case.scenario.run, case.lines
    if case.has_no_long_run:
        whole, each = max(1, math.ceil(run.horizon / DAY)), max(rate * run.horizon, 1.0)
        random = 400 if any(stream.rule.rule != "replayed" for stream in case.streams) or case.lead_time.sd else 1
        return Plan(whole, run.warm_up, int(min(random, max(1, most / each))))
    cycle = case.between_orders
    span = max((case.lead_time.mean + 2 * case.lead_time.sd) / max(1 - case.load, 0.1) ** 2, cycle)
    bundle = _bundle(case, span, rate)
    rate /= bundle
    lines = min(max(CYCLES * span * rate, fewest / 2), max(most, fewest))
    warm_up = 10 * (case.lead_time.mean + cycle) + case.rule.first_review
    every = max((stream.rule.rate for stream in case.streams if not stream.rule.follows_rhythm), default=0.0)
    days: float = min(lines / rate / DAY, LONGEST, 3_000_000 / every / DAY if every else math.inf)
    if case.seasonal:
        days = max(20, math.ceil(days * DAY / YEAR)) * YEAR / DAY
        warm_up = math.ceil(warm_up / YEAR) * YEAR
    return Plan(math.ceil(days + warm_up / DAY), warm_up, 1, bundle)


def _bundle(case: ShelfCase, span: float, rate: float) -> int:
    """Lines that may be drawn as one: a small part of the spread of demand over a lead time or cycle."""
    demand, lead = case.demand, case.lead_time
    late = 0.0 if case.rule.rule == "base_stock" and case.supply.crossing else demand.mean * lead.sd
    spread = math.sqrt(demand.variance * span + late**2) * rate / demand.mean
    return max(1, int(0.02 * spread)) if rate * span > 300 else 1


class Play(NamedTuple):
    """One turn of a play: the lines of a shelf and the time that is measured, in ticks."""

    lines: Lines
    window: tuple[int, int]
    turn: int

    def until(self, lines: int) -> "Play":
        """Its beginning, of about so many lines that are measured."""
        begin, end = self.window
        place = int(np.searchsorted(self.lines.at, begin)) + lines
        if place >= len(self.lines.at):
            return self
        end = int(self.lines.at[place])
        return self._replace(lines=Lines(*(each[:place] for each in self.lines)), window=(begin, end))


def draw(case: ShelfCase, how: Plan, turn: int) -> Play:
    """The lines of one turn."""
    lines = draw_lines(case.scenario, case.streams, how.days, case.site, case.sku, turn, how.bundle)
    days = how.days * DAY
    end = min(days, case.scenario.run.horizon) if case.has_no_long_run else days
    return Play(lines, (round(how.warm_up * TICK), round(end * TICK)), turn)


def lead_times(case: ShelfCase, turn: int, orders: int) -> np.ndarray:
    """Lead times of so many orders, in ticks: those of fewer are their beginning, for laws that draw one by one."""
    return ticks(case.supply.sample(named_rng(case.site, case.sku, "lead times", str(turn)), orders))


def course_of(case: ShelfCase, play: Play, level: float) -> Course:
    """The course of the shelf if everybody waits, less the level; of a rule that shifts it holds for every level."""
    rule = case.at_zero if level == 0 else case.at_level(level)
    placed, ends = orders(rule, play.lines, play.window[1]), period_ends(case.rule, play.window[1])
    drawn, base = lead_times(case, play.turn, len(placed.at)), rule.highest - level
    return lifted(play.lines, placed, drawn, case.supply, case.answers, base, play.window, ends)
