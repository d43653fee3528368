"""Sites: their stages, shelves and returns desk, laid out for one replication."""

import math
from collections.abc import Callable
from itertools import groupby

import numpy as np

from simulator.ledger.facts import Served
from simulator.ledger.ledger import Ledger
from simulator.scenario.classes import product_classes
from simulator.scenario.distributions import Duration
from simulator.scenario.network import STAGES, Quality, ReturnsDesk, Stage
from simulator.scenario.plan import expected_demand
from simulator.scenario.scenario import Scenario
from simulator.scenario.sizing import class_target, sized_rules
from simulator.scenario.working_time import WorkingTime
from simulator.world.capacity import Delay, OnCalendar, Serves, Staffed, Step, Timetable
from simulator.world.clock import Clock
from simulator.world.stock import Shelf
from simulator.world.streams import Streams
from simulator.world.supply import Supply, workshop

DESK = frozenset(STAGES[:4])
"""The stages before stock is allocated."""
NO_WORK: list[float] = []


class SiteWorld:
    """One site: `desk` are the stages before allocation, `dock` those after it."""

    def __init__(self, scenario: Scenario, name: str, clock: Clock, streams: Streams, ledger: Ledger) -> None:
        self.scenario, self.name, self.clock, self.streams, self.ledger = scenario, name, clock, streams, ledger
        self.site = scenario.network.sites[name]
        self.index = list(scenario.network.sites).index(name)
        self.quality: Quality = self.site.quality
        self.returns: ReturnsDesk = self.site.returns
        self.urgent = len({segment.priority for segment in scenario.market.segments.values()}) > 1
        self.stages = self.site.stages
        self._plan = [self._step(place, stage) for place, stage in enumerate(self.stages)]
        machines = [self._machine(place, stage) for place, stage in enumerate(self.stages)]
        pairs = list(zip(self.stages, machines, strict=True))
        self.desk = self._in_a_row([m for stage, m in pairs if stage.stage in DESK])
        self.dock = self._in_a_row([m for stage, m in pairs if stage.stage not in DESK])
        self.is_counter = not self.stages
        self.inspection = self._inspection()
        self.counts_lines = any(stage.line_time is not None for stage in self.stages)
        desk = self.returns
        inspected, mended = desk.inspection.time, desk.refurbish_time
        self.inspection_time = streams.draws(f"inspection at {name}", inspected.sample) if inspected else float
        self.refurbish_time = streams.draws(f"refurbishing at {name}", mended.sample) if mended else None
        places = [place for place, stage in enumerate(self.stages) if stage.stage == "transit"]
        self.transit = places[0] if places else None
        self._later = [(self._draws(stage.stage, stage.time), self._draws(f"{stage.stage} by line", stage.line_time))
                       for stage in self.stages]  # fmt: skip
        self.shelves: list[Shelf] = []
        self.siblings: list[tuple[SiteWorld, float]] = []
        """Sites that can help out, with the hours that goods from there take, the nearest first."""
        self._kept: dict[str, np.random.Generator] = {}

    def _draws(self, stage: str, law: Duration | None) -> Callable[[], float]:
        """Single draws for later shipments; `float` gives 0.0 where there is no law."""
        return self.streams.draws(f"later shipments of {self.name}: {stage}", law.sample) if law is not None else float

    def _number(self, stage: str) -> int:
        self.ledger.stages.append((self.name, stage))
        return len(self.ledger.stages) - 1

    def _calendar(self, name: str | None) -> WorkingTime | None:
        if name is None:
            return None
        return WorkingTime(self.scenario.network.calendars[name], self.scenario.run.start)

    def _step(self, place: int, stage: Stage) -> Step:
        """A stage as if it had no limit of staff."""
        table = Timetable(stage.departures, self.scenario.run.start) if stage.departures is not None else None
        return Step(-1, place, self._calendar(stage.calendar), stage.cut_off, table)

    def _machine(self, place: int, stage: Stage) -> Staffed | Step:
        return self._capacity(stage.stage, place, stage.staff, stage.calendar, stage)

    def _capacity(
        self, label: str, place: int, staff: int | None, calendar: str | None, stage: Stage | None = None
    ) -> Staffed | Step:
        record, number, hours = self.ledger.recorder(Served), self._number(label), self._calendar(calendar)
        cut_off = stage.cut_off if stage is not None else None
        departures = stage.departures if stage is not None else None
        if staff is None:
            table = Timetable(departures, self.scenario.run.start) if departures is not None else None
            return Step(number, place, hours, cut_off, table)
        if hours is None:
            return Staffed(self.clock, record, number, place, staff, self.urgent)
        return OnCalendar(self.clock, record, number, place, staff, self.urgent, hours, cut_off)

    def _in_a_row(self, machines: list[Staffed | Step]) -> list[Serves]:
        """The stages to pass; steps without limits of capacity that follow each other become one delay."""
        row: list[Serves] = []
        for limited, group in groupby(machines, lambda machine: isinstance(machine, Staffed)):
            if limited:
                row += [machine for machine in group if isinstance(machine, Staffed)]
            else:
                delay = Delay(self.clock, self.ledger.recorder(Served))
                delay.steps = [machine for machine in group if isinstance(machine, Step)]
                row.append(delay)
        return row

    def _inspection(self) -> Serves | None:
        desk = self.returns.inspection
        if desk.time is None:
            return None
        return self._in_a_row([self._capacity("inspection", 0, desk.staff, desk.calendar)])[0]

    def close(self) -> None:
        """At the end of the run, record who still waits."""
        for stage in (*self.desk, *self.dock, self.inspection):
            if stage is not None:
                stage.close()

    def draw_work(self, segment: str, streams: Streams, lines: np.ndarray) -> list[list[float]]:
        """Working times of new orders, one list of stages for each, from the orders' own streams."""
        if not self.stages:
            return [NO_WORK] * len(lines)
        work = np.zeros((len(lines), len(self.stages)))
        for place, stage in enumerate(self.stages):
            name = f"{segment} at {self.name}: {stage.stage}"
            if stage.time is not None:
                work[:, place] = stage.time.sample(self._rng(name, streams), len(lines))
            if stage.line_time is not None:
                each = stage.line_time.sample(self._rng(f"{name} by line", streams), int(lines.sum()))
                work[:, place] += np.bincount(np.repeat(np.arange(len(lines)), lines), each, len(lines))
        found: list[list[float]] = work.tolist()
        return found

    def fresh_work(self, lines: int) -> list[float]:
        """Working times of a shipment of so many lines that was not planned at order entry."""
        return [once() + sum(each() for _ in range(lines)) for once, each in self._later]

    def planned(self, begin: float, lines: int, desk: bool) -> float:
        """When an order would be through the dock, and the desk before it, if nobody queued and work took its mean."""
        now = begin
        for stage, step in zip(self.stages, self._plan, strict=True):
            if desk or stage.stage not in DESK:
                each = lines * stage.line_time.expected if stage.line_time is not None else 0.0
                now = step.pass_through(now, each + (stage.time.expected if stage.time is not None else 0.0))[1]
        return now

    @property
    def busy(self) -> float:
        """Hours of work that are ahead of a new order: the longest queue of a stage, by its staff."""
        stages = (stage for stage in (*self.desk, *self.dock) if isinstance(stage, Staffed))
        return max((stage.ahead for stage in stages), default=0.0)

    def _rng(self, name: str, streams: Streams) -> np.random.Generator:
        if name not in self._kept:
            self._kept[name] = streams.rng(name)
        return self._kept[name]


def lay_out_shelves(scenario: Scenario, site: SiteWorld, workshops: dict[str, Staffed | None]) -> None:
    """A shelf for every product; without a stock section, shelves that are never empty."""
    first = site.index * len(scenario.products)
    if site.site.stock is None:
        site.shelves = [Shelf(first + place, place, None, None, math.inf) for place in range(len(scenario.products))]
        return
    costs = [product.cost for product in scenario.products.values()]
    classes = product_classes(scenario)
    for place, (sku, (supplier, rule)) in enumerate(sized_rules(scenario, site.name).items()):
        name = f"lead time of {sku} at {site.name}"
        supply = Supply(site.clock, scenario.network.suppliers[supplier], workshops[supplier], site.streams, name)
        opening = rule.opening if rule.opening is not None else rule.highest
        site.shelves.append(Shelf(first + place, place, rule, supply, opening))
        site.shelves[-1].cost = costs[place]
        site.shelves[-1].target = class_target(scenario, classes[place])


def expect_demand(scenario: Scenario, site: SiteWorld) -> None:
    """Tell the shelves of a site their mean demand, for rules that look at it."""
    for shelf, demand in zip(site.shelves, expected_demand(scenario, site.name).values(), strict=True):
        shelf.daily_demand = demand.lines * demand.units * 24


def lay_out_workshops(scenario: Scenario, clock: Clock, ledger: Ledger) -> dict[str, Staffed | None]:
    """The capacity of each supplier that has a limit."""
    found: dict[str, Staffed | None] = {}
    for name, supplier in scenario.network.suppliers.items():
        found[name] = workshop(clock, ledger.recorder(Served), len(ledger.stages), supplier)
        if found[name] is not None:
            ledger.stages.append(("", name))
    return found
