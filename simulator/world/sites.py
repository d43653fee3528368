"""Sites: their stages, shelves and returns desk, laid out for one replication."""

import math

from simulator.ledger.facts import Served
from simulator.ledger.ledger import Ledger
from simulator.scenario.classes import product_classes
from simulator.scenario.network import DESK, Quality, ReturnsDesk
from simulator.scenario.plan import expected_demand
from simulator.scenario.scenario import Scenario
from simulator.scenario.sizing import class_target, sized_rules
from simulator.world.capacity import Staffed
from simulator.world.clock import Clock
from simulator.world.delays import Step
from simulator.world.plan import Plan
from simulator.world.stages import Stages
from simulator.world.stock import Shelf
from simulator.world.streams import Streams
from simulator.world.supply import Supply, workshop
from simulator.world.work import WorkPlan


class SiteWorld:
    """One site: `desk` are the stages before allocation, `dock` those after it."""

    def __init__(self, scenario: Scenario, name: str, clock: Clock, streams: Streams, ledger: Ledger) -> None:
        self.scenario, self.name, self.clock, self.streams, self.ledger = scenario, name, clock, streams, ledger
        self.site = scenario.network.sites[name]
        self.index = list(scenario.network.sites).index(name)
        self.quality: Quality = self.site.quality
        self.returns: ReturnsDesk = self.site.returns
        self.stages = self.site.stages
        self.work = WorkPlan(name, self.stages, scenario.network.entry_modes, streams)
        laid_out = Stages(scenario, name, clock, ledger, self.work)
        self.desk, self.dock, self.inspection = laid_out.desk, laid_out.dock, laid_out.inspection()
        self.counter = laid_out.counter
        """The dock where the customer collects."""
        self.staffed, self._plan = laid_out.staffed, laid_out.plan()
        self._ways = {desk: self._way(self._plan, desk) for desk in (False, True)}
        self.is_counter = not self.stages
        self.counts_lines = any(stage.line_time is not None for stage in self.stages)
        desk = self.returns
        inspected, mended = desk.inspection.time, desk.refurbish_time
        self.inspection_time = streams.draws(f"inspection at {name}", inspected.sample) if inspected else float
        self.refurbish_time = streams.draws(f"refurbishing at {name}", mended.sample) if mended else None
        places = [place for place, stage in enumerate(self.stages) if stage.stage == "transit"]
        self.transit = places[0] if places else None
        transit = self.stages[places[0]].time if places else None
        self.transit_time = transit.expected if transit is not None else 0.0
        self.shelves: list[Shelf] = []
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
        for stage in (*self.desk, *self.dock, self.inspection):
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
            now = step.pass_through(now, work)[1] if step is not None else now + work
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

    @property
    def busy(self) -> float:
        """Hours of work that are ahead of a new order: the longest queue of a stage, by its staff."""
        return max((stage.ahead for stage in self.staffed), default=0.0)


def lay_out_shelves(
    scenario: Scenario, site: SiteWorld, workshops: dict[str, Staffed | None], plans: dict[str, Plan]
) -> None:
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
        if supplier in plans:
            plans[supplier].follow(site.shelves[-1])


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
