"""Plans: what planning believes of a supplier's lead time, and the receipts that it learns from."""

from collections import deque

import numpy as np

from simulator.scenario.scenario import Scenario
from simulator.scenario.suppliers import Supplier
from simulator.theory.targets import LeadTime
from simulator.world.stock import Shelf

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

    def follow(self, shelf: Shelf) -> None:
        """Keep the lead times of the shelf's receipts."""
        assert shelf.supply is not None
        shelf.supply.record = self.record
        self.shelves.append(shelf)

    def learn(self) -> bool:
        """Take mean and spread of the receipts on record for the planned lead time; whether there were enough."""
        if len(self.record) < min(FEWEST, self.record.maxlen or FEWEST):
            return False
        times = np.array(self.record)
        self.lead_time = LeadTime(float(times.mean()), float(times.std(ddof=1)))
        return True


def lay_out_plans(scenario: Scenario) -> dict[str, Plan]:
    """The plan of each supplier whose planned lead time is refreshed."""
    suppliers = enumerate(scenario.network.suppliers.items())
    return {name: Plan(number, each, each.refresh) for number, (name, each) in suppliers if each.refresh is not None}
