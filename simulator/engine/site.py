"""Sites: their stages and shelves, laid out for one replication."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from simulator.engine.backlog import Pending
from simulator.engine.clock import Clock
from simulator.engine.facts import Abandoned, Batched, Held, Served, Shipped
from simulator.engine.gathering import Batches, Impatient, Waves
from simulator.engine.hooks import Hooks
from simulator.engine.ledger import Ledger, Record
from simulator.engine.orders import Shipment
from simulator.engine.shelf import FractionalShelf, Shelf
from simulator.engine.stations import Delay, Gate, Hold, OnCalendar, Serves, Staffed, Step, Timetable
from simulator.engine.streams import Streams
from simulator.engine.supply import Supply, workshop
from simulator.planning.expected_demand import expected_demand
from simulator.planning.stock_levels import class_target, product_classes, sized_rules
from simulator.planning.working_time import WorkingTime
from simulator.rules.replenishing import ReplenishmentRule
from simulator.scenario.distributions import Duration
from simulator.scenario.network import DESK, EntryMode, Quality, Stage
from simulator.scenario.products import Product
from simulator.scenario.returns import Inspection, Refurbishing, ReturnsDesk
from simulator.scenario.scenario import Scenario
from simulator.unit_steps import step_of
from simulator.units import exact

NO_WORK: list[float] = []
Machine = Serves | Step | Gate | Hold
"""What an order passes at a site."""


class WorkPlan:
    """One column for each stage, and after them one for whatever else a stage needs to know of an order:
    the work on its lines where orders are batched, its patience, and how long its credit is held."""

    def __init__(self, site: str, stages: Sequence[Stage], modes: Mapping[str, EntryMode], streams: Streams) -> None:
        self.site, self.stages, self.modes, self.streams = site, stages, modes, streams
        self.columns = len(stages)
        self.line_work = {place: self._column() for place, stage in enumerate(stages) if stage.batch is not None}
        self.patience = {place: self._column() for place, stage in enumerate(stages) if stage.patience is not None}
        self.holds = {place: self._column() for place, stage in enumerate(stages) if stage.hold is not None}
        self._later = [
            (self._draws(stage.stage, stage.time), self._draws(f"{stage.stage} by line", stage.line_time))
            for stage in stages
        ]
        self._later_patience = [
            (column, self._draws(f"{stages[place].stage} patience", stages[place].patience))
            for place, column in self.patience.items()
        ]
        self._kept: dict[str, np.random.Generator] = {}

    def _column(self) -> int:
        self.columns += 1
        return self.columns - 1

    def _draws(self, stage: str, law: Duration | None) -> Callable[[], float]:
        """Single draws for later shipments; `float` gives 0.0 where there is no law."""
        return self.streams.draws(f"later shipments of {self.site}: {stage}", law.sample) if law is not None else float

    def draw(
        self, segment: str, lines: np.ndarray, entered: Sequence[str | None], caught: np.ndarray | None
    ) -> list[list[float]]:
        """The work of new orders: a list for each.

        `lines` counts the lines of each, `entered` names its entry mode (empty where no order has one), and `caught`
        says in which of them verification will find an error.
        """
        if not self.stages:
            return [NO_WORK] * len(lines)
        work = np.zeros((len(lines), self.columns))
        for place, stage in enumerate(self.stages):
            name = f"{segment} at {self.site}: {stage.stage}"
            self._fill(work, place, name, stage, lines, entered)
            if stage.rework is not None and caught is not None:
                work[:, place] += np.where(caught, self._sample(f"{name} rework", stage.rework, len(lines)), 0.0)
            if stage.patience is not None:
                work[:, self.patience[place]] = self._sample(f"{name} patience", stage.patience, len(lines))
            if stage.hold is not None:
                held = self._rng(f"{name} held").random(len(lines)) < stage.hold.rate
                hours = self._sample(f"{name} hold", stage.hold.time, len(lines))
                work[:, self.holds[place]] = np.where(held, hours, 0.0)
        found: list[list[float]] = work.tolist()
        return found

    def _fill(
        self, work: np.ndarray, place: int, name: str, stage: Stage, lines: np.ndarray, entered: Sequence[str | None]
    ) -> None:
        """The work of one stage: by order, and by line beside it or in a column of its own."""
        column = self.line_work.get(place, place)
        for label, time, line_time, mine in self._laws(name, stage, entered):
            work[mine, place] = work[mine, column] = 0.0  # a mode replaces the stage's own time
            if time is not None:
                work[mine, place] = self._sample(label, time, len(lines))[mine]
            if line_time is not None:
                each = self._sample(f"{label} by line", line_time, int(lines.sum()))
                work[mine, column] += np.bincount(np.repeat(np.arange(len(lines)), lines), each, len(lines))[mine]

    def _laws(
        self, name: str, stage: Stage, entered: Sequence[str | None]
    ) -> Iterator[tuple[str, Duration | None, Duration | None, np.ndarray | slice]]:
        """Stream, laws and orders: the stage's own, but at entry those of the mode that an order is entered in.

        Every law is drawn for every order, so that an order that changes its mode leaves the others' draws alone.
        """
        modes = {mode: self.modes[mode] for mode in dict.fromkeys(entered) if mode is not None}
        timed = {mode: each for mode, each in modes.items() if each.takes_time} if stage.stage == "entry" else {}
        yield name, stage.time, stage.line_time, slice(None)
        for mode, each in sorted(timed.items()):
            mine = np.array([other == mode for other in entered])
            yield f"{name} by {mode}", each.time, each.line_time, mine

    def _sample(self, name: str, law: Duration, size: int) -> np.ndarray:
        return law.sample(self._rng(name), size)

    def fresh(self, lines: int) -> list[float]:
        """Working times of a shipment of so many lines that was not planned at order entry, or of an order that
        another site serves: that is not held, and where only the entry modes give a time takes the mean of theirs."""
        work = [0.0] * self.columns
        for place, (once, each) in enumerate(self._later):
            work[place] += once()
            work[self.line_work.get(place, place)] += sum(each() for _ in range(lines))
            if not self.stages[place].takes_time:
                work[place] = self.expected(place, lines)
        for column, patience in self._later_patience:
            work[column] = patience()
        return work

    def expected(self, place: int, lines: int) -> float:
        """Mean working time of a stage for so many lines; where only the entry modes give one, the mean of theirs."""
        stage = self.stages[place]
        laws: list[Stage | EntryMode] = [stage]
        if stage.stage == "entry" and stage.time is None and stage.line_time is None:
            laws = [mode for mode in self.modes.values() if mode.takes_time]
        once = sum(law.time.expected for law in laws if law.time is not None)
        by_line = sum(law.line_time.expected for law in laws if law.line_time is not None)
        return (once + lines * by_line) / max(len(laws), 1)

    def _rng(self, name: str) -> np.random.Generator:
        if name not in self._kept:
            self._kept[name] = self.streams.rng(name)
        return self._kept[name]


class Stages:
    """The stages of one site: `desk` are those before allocation, `dock` those after it; `counter` is a dock without
    transit, for what is collected."""

    def __init__(
        self, scenario: Scenario, name: str, clock: Clock, ledger: Ledger, hooks: Hooks, work: WorkPlan, hurries: bool
    ) -> None:
        self.scenario, self.name, self.clock, self.ledger, self.work = scenario, name, clock, ledger, work
        self.hooks = hooks
        self.staffed: list[Staffed] = []
        """The stages of the order cycle that have staff."""
        self._urgent = (
            len({segment.priority for segment in scenario.market.segments.values()}) > 1
            or any(rule.priority is not None for rule in scenario.service.rules)
            or hurries
        )
        machines = [(stage, each) for place, stage in enumerate(work.stages) for each in self._stage(place, stage)]
        self.desk = self._in_a_row(each for stage, each in machines if stage.stage in DESK)
        self.dock = self._in_a_row(each for stage, each in machines if stage.stage not in DESK)
        self.counter = self._in_a_row(each for stage, each in machines if stage.stage not in (*DESK, "transit"))

    def of_returns(self, what: str, desk: Inspection | Refurbishing | None) -> Serves | None:
        """The desk that looks at what comes back, or the workshop for it; None where that takes no time."""
        if desk is None or desk.time is None:
            return None
        number, served = self._number(what), self.ledger.recorder(Served)
        if desk.staff is not None:
            return self._staffed(served, number, 0, desk.staff, desk.calendar, None)
        return Delay(self.clock, [Step(served, number, 0, self._calendar(desk.calendar), None, None, None)])

    def plan(self) -> list[Step]:
        """The stages as if none had a limit of staff."""
        return [
            self._step(self.ledger.recorder(Served), -1, place, stage) for place, stage in enumerate(self.work.stages)
        ]

    def _step(self, record: Record, number: int, place: int, stage: Stage) -> Step:
        table = Timetable(stage.departures, self.scenario.run.start) if stage.departures is not None else None
        return Step(record, number, place, self._calendar(stage.calendar), stage.cut_off, table, stage.waves)

    def _number(self, stage: str) -> int:
        self.ledger.stages.append((self.name, stage))
        return len(self.ledger.stages) - 1

    def _calendar(self, name: str | None) -> WorkingTime | None:
        if name is None:
            return None
        return WorkingTime(self.scenario.network.calendars[name], self.scenario.run.start)

    def _stage(self, place: int, stage: Stage) -> "list[Machine]":
        """What an order passes at one stage."""
        number, served = self._number(stage.stage), self.ledger.recorder(Served)
        found: list[Machine] = (
            [Gate(self.ledger.recorder(Shipped), self.hooks.leaving)] if stage.stage == "transit" else []
        )
        if stage.staff is None:
            found.append(self._step(served, number, place, stage))
        else:
            found.append(self._gathered(served, number, place, stage, stage.staff))
        if stage.hold is not None:
            found.append(Hold(self.ledger.recorder(Held), self.work.holds[place]))
        return found

    def _gathered(self, served: Record, number: int, place: int, stage: Stage, staff: int) -> Serves:
        """Staff, with the waves and batches in front of them."""

        def people(record: Record) -> Staffed:
            found = self._staffed(record, number, place, staff, stage.calendar, stage.cut_off)
            self.staffed.append(found)
            return found

        found: Serves
        if stage.batch is not None:
            columns = place, self.work.line_work[place]
            found = Batches(self.clock, stage.batch, columns, served, self.ledger.recorder(Batched), people)
        else:
            found = desk = people(served)
            if stage.places is not None or stage.patience is not None:
                abandoned, patience = self.ledger.recorder(Abandoned), self.work.patience.get(place)
                desk.queue = Impatient(desk, abandoned, stage.places, patience)
        return found if stage.waves is None else Waves(self.clock, served, number, stage.waves, found)

    def _staffed(
        self, record: Record, number: int, place: int, staff: int, calendar: str | None, cut_off: float | None
    ) -> Staffed:
        hours = self._calendar(calendar)
        if hours is None:
            return Staffed(self.clock, record, number, place, staff, self._urgent)
        return OnCalendar(self.clock, record, number, place, staff, self._urgent, hours, cut_off)

    def _in_a_row(self, machines: "Iterable[Machine]") -> list[Serves]:
        """The stages to pass; those without limits of capacity that follow each other become one delay."""
        row: list[Serves] = []
        for free, group in groupby(machines, lambda each: isinstance(each, (Step, Gate, Hold))):
            if free:
                row.append(Delay(self.clock, [each for each in group if isinstance(each, (Step, Gate, Hold))]))
            else:
                row += [each for each in group if not isinstance(each, (Step, Gate, Hold))]
        return row


class SiteWorld:
    """One site: `desk` are the stages before allocation, `dock` those after it."""

    def __init__(
        self, scenario: Scenario, name: str, clock: Clock, streams: Streams, ledger: Ledger, hooks: Hooks, hurries: bool
    ) -> None:
        self.scenario, self.name, self.clock, self.streams, self.ledger = scenario, name, clock, streams, ledger
        self.site = scenario.network.sites[name]
        self.index = list(scenario.network.sites).index(name)
        self.quality: Quality = self.site.quality
        self.returns: ReturnsDesk = self.site.returns
        self.stages = self.site.stages
        self.work = WorkPlan(name, self.stages, scenario.network.entry_modes, streams)
        laid_out = Stages(scenario, name, clock, ledger, hooks, self.work, hurries)
        self.desk, self.dock = laid_out.desk, laid_out.dock
        self.inspection = laid_out.of_returns("inspection", self.returns.inspection)
        self.refurbishing = laid_out.of_returns("refurbishing", self.returns.refurbishing)
        self.counter = laid_out.counter
        """The dock where the customer collects."""
        self.staffed, self._plan = laid_out.staffed, laid_out.plan()
        self._ways = {desk: self._way(self._plan, desk) for desk in (False, True)}
        self.is_counter = not self.stages
        self.counts_lines = any(stage.line_time is not None for stage in self.stages)
        desk = self.returns
        inspected, mended = desk.inspection.time, desk.refurbishing_law
        self.inspection_time = streams.draws(f"inspection at {name}", inspected.sample) if inspected else float
        self.refurbish_time = streams.draws(f"refurbishing at {name}", mended.sample) if mended else None
        places = [place for place, stage in enumerate(self.stages) if stage.stage == "transit"]
        self.transit = places[0] if places else None
        transit = self.stages[places[0]].time if places else None
        self.transit_time = transit.expected if transit is not None else 0.0
        self.shelves: list[Shelf] = []
        self.pending = Pending()
        """Orders that were promised goods, where somebody looks at the work ahead."""
        self.siblings: list[tuple[SiteWorld, float]] = []
        """Sites that can help out, with the hours that goods from there take, the nearest first."""

    def _way(self, steps: list[Step], desk: bool) -> list[tuple[Step | None, float, float]]:
        """The stages from the desk, or from the shelf, with their mean work for an order and for each of its lines.

        What waits for nothing (no calendar, wave or departure) is one sum.
        """
        way: list[tuple[Step | None, float, float]] = []
        for place, step in enumerate(steps):
            if not desk and self.stages[place].stage in DESK:
                continue
            once = self.work.expected(place, 0)
            each = self.work.expected(place, 1) - once
            if step.waits or not way or way[-1][0] is not None:
                way.append((step if step.waits else None, once, each))
            else:
                way[-1] = (None, way[-1][1] + once, way[-1][2] + each)
        return way

    def close(self) -> None:
        """At the end of the run, record who still waits."""
        for stage in (*self.desk, *self.dock, self.inspection, self.refurbishing):
            if stage is not None:
                stage.close()

    def fresh_work(self, lines: int) -> list[float]:
        """Working times of a shipment of so many lines that was not planned at order entry."""
        return self.work.fresh(lines)

    def planned(self, begin: float, lines: int, desk: bool, transit: float | None, collected: bool) -> float:
        """When an order would be through the dock, and the desk before it, if nobody queued and work took its mean.

        `transit` is its time on the lane, where there is one; what is `collected` has no transit.
        """
        now = begin
        if transit is not None or collected:
            return self._planned_on(begin, lines, desk, transit, collected)
        for step, once, each in self._ways[desk]:
            work = once + lines * each
            now = step.pass_through(now, work)[1] if step is not None else exact(now + work)
        return now

    def at_the_shelf(self, begin: float, lines: int) -> float:
        """When an order would be through the desk if nobody queued and work took its mean."""
        now = begin
        for place, step in enumerate(self._plan if self.desk else ()):
            if self.stages[place].stage in DESK:
                now = step.pass_through(now, self.work.expected(place, lines))[1]
        return now

    def _planned_on(self, begin: float, lines: int, desk: bool, transit: float | None, collected: bool) -> float:
        """The same with another transit than the site's own, or none."""
        now = begin
        for place, step in enumerate(self._plan):
            at_transit = place == self.transit
            if (desk or self.stages[place].stage not in DESK) and not (collected and at_transit):
                work = transit if transit is not None and at_transit else self.work.expected(place, lines)
                now = step.pass_through(now, work)[1]
        return now

    def arrives(self, shipment: Shipment, left: float) -> float:
        """When a shipment that leaves at a time is with the customer; a queue for its transit is not foreseen."""
        assert self.transit is not None
        return self._plan[self.transit].pass_through(left, shipment.work[self.transit])[1]


def lay_out_shelves(scenario: Scenario, site: SiteWorld, workshops: dict[str, Staffed | None]) -> None:
    """A shelf for every product; without a stock section, shelves that are never empty."""
    first = site.index * len(scenario.products)
    if site.site.stock is None:
        for place, product in enumerate(scenario.products.values()):
            site.shelves.append(shelf_of(product, first + place, place, None, None, math.inf))
        return
    costs = [product.cost for product in scenario.products.values()]
    classes = product_classes(scenario)
    for place, (sku, (supplier, rule)) in enumerate(sized_rules(scenario, site.name).items()):
        name = f"lead time of {sku} at {site.name}"
        supply = Supply(site.clock, scenario, supplier, workshops[supplier], site.streams, name)
        opening = rule.opening if rule.opening is not None else rule.highest
        site.shelves.append(shelf_of(scenario.products[sku], first + place, place, rule, supply, opening))
        site.shelves[-1].cost = costs[place]
        site.shelves[-1].target = class_target(scenario, classes[place])


def shelf_of(
    product: Product, number: int, sku: int, rule: ReplenishmentRule | None, supply: Supply | None, on_hand: float
) -> Shelf:
    """A shelf of a product that is sold by the piece, or by fractions of a unit."""
    if product.step == 1:
        return Shelf(number, sku, rule, supply, on_hand)
    return FractionalShelf(number, sku, rule, supply, on_hand, step_of(product.step))


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
