"""Planned lead times are refreshed from the record of receipts, and stock is sized anew."""

from collections import deque
from itertools import count

import numpy as np

from simulator.engine.clock import PLAN, Life, Process
from simulator.engine.shelf import Shelf
from simulator.engine.supply import Delivery
from simulator.lifecycle.replenishment import resize
from simulator.lifecycle.world import World
from simulator.scenario.network import Supplier
from simulator.textbook.targets import LeadTime
from simulator.units import exact

FEWEST = 5
"""Receipts that a refresh waits for: fewer say too little of the spread."""


class Plan:
    """The planned lead time of one supplier, its last receipts, and the shelves that it delivers to."""

    def __init__(self, number: int, supplier: Supplier, every: float) -> None:
        self.number, self.every = number, every
        """Index into the scenario's suppliers; hours between refreshes."""
        self.lead_time = supplier.planned_lead_time
        self.record: deque[float] = deque(maxlen=supplier.record)
        self.shelves: list[Shelf] = []

    def learn(self) -> bool:
        """Take mean and spread of the receipts on record for the planned lead time; whether there were enough."""
        if len(self.record) < min(FEWEST, self.record.maxlen or FEWEST):
            return False
        times = np.array(self.record)
        self.lead_time = LeadTime(float(times.mean()), float(times.std(ddof=1)))
        return True


def start(world: World) -> dict[str, Plan]:
    """Keep the record of receipts of each supplier whose planned lead time is refreshed, and start the refreshes."""
    plans = {
        name: Plan(number, supplier, supplier.refresh)
        for number, (name, supplier) in enumerate(world.scenario.network.suppliers.items())
        if supplier.refresh is not None
    }
    for site in world.sites:
        for shelf in site.shelves:
            if shelf.supply is not None and shelf.supply.supplier in plans:
                plans[shelf.supply.supplier].shelves.append(shelf)

    def keep(shelf: Shelf, delivery: Delivery) -> None:
        plan = plans.get(shelf.supply.supplier) if shelf.supply is not None else None
        if plan is not None:
            plan.record.append(exact(world.clock.now - delivery.placed))

    world.hooks.received.append(keep)
    for plan in plans.values():
        clerk = Process(world.clock)
        clerk.start(refresh(world, plan, clerk))
    return plans


def refresh(world: World, plan: Plan, clerk: Process) -> Life:
    """Every so often, what planning believes of one supplier catches up with what its receipts say."""
    for turn in count(1):
        clerk.until(turn * plan.every, PLAN)
        yield
        before = plan.lead_time
        if not plan.learn():
            continue
        learned = plan.lead_time
        world.record.replanned((world.clock.now, plan.number, learned.mean, learned.sd))
        if learned != before:
            plan_with(world, plan)


def plan_with(world: World, plan: Plan) -> None:
    """Promise by the lead time now planned, and size by it what is sized from a target; what is now low is ordered."""
    for shelf in plan.shelves:
        assert shelf.supply is not None
        shelf.supply.planned = plan.lead_time.mean
        shelf.lead_time = plan.lead_time
        resize(world, shelf)
