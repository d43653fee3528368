"""Supply: when a replenishment order arrives."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from simulator.engine.clock import RECEIPT, Clock
from simulator.engine.ledger import Record
from simulator.engine.orders import Shipment
from simulator.engine.shelf import Shelf
from simulator.engine.stations import Staffed
from simulator.engine.streams import Streams
from simulator.scenario.network import Drift, Supplier
from simulator.scenario.scenario import Scenario
from simulator.textbook.targets import LeadTime


class Delivery(Shipment):
    """A replenishment order on its way."""

    __slots__ = ("expected", "placed", "shelf", "units")

    def __init__(self, clock: Clock, shelf: int, units: float, time: float) -> None:
        self.env = clock
        self.number = 0
        self.shelf, self.units = shelf, units
        self.placed = clock._now
        self.expected = clock._now + time  # as planned when it was ordered


class Supply:
    """A supplier as one shelf sees it: it has its own luck, and remembers the last arrival."""

    def __init__(self, clock: Clock, supplier: Supplier, workshop: Staffed | None, streams: Streams, name: str) -> None:
        self._clock, self._supplier, self._workshop = clock, supplier, workshop
        self._draw: Callable[[], float] = streams.draws(name, supplier.lead_time.sample)
        if supplier.changes is not None:
            self._draw = _drifting(self._draw, clock, supplier.changes)
        self.record: deque[float] | None = None
        """Where lead times are kept that a refresh of the plan looks at."""
        self._last = 0.0
        self.planned: float = supplier.planned_lead_time.mean
        """The lead time that is planned with, in hours."""

    def deliver(self, job: Delivery) -> None:
        """Resume the job when its goods arrive."""
        if self._workshop is not None:
            job.work = [self._draw()]
            self._workshop.serve(job)
            return
        at = self._clock._now + self._draw()
        if not self._supplier.crossing:
            at = self._last = max(at, self._last)
        job.until(at, RECEIPT)

    def recall(self, shelf: int, units: float) -> list[Delivery]:
        """Take back orders not begun, up to so many units, the latest first."""
        if self._workshop is None or not self._supplier.cancellable:
            return []
        queue = self._workshop.queue
        assert isinstance(queue, deque)
        taken, left = list[Delivery](), units
        for job in reversed([job for job in queue if isinstance(job, Delivery) and job.shelf == shelf]):
            if job.units <= left:
                queue.remove(job)
                taken.append(job)
                left -= job.units
        return taken


def _drifting(draw: Callable[[], float], clock: Clock, changes: Sequence[Drift]) -> Callable[[], float]:
    """Draws times the factor of the time at which they are asked for: the same luck, longer or shorter."""
    begins, factors = [change.at for change in changes], [1.0, *(change.factor for change in changes)]
    return lambda: draw() * factors[bisect_right(begins, clock._now)]


def workshop(clock: Clock, record: Record, number: int, supplier: Supplier) -> Staffed | None:
    """The supplier's own capacity, shared by all that it delivers; None where it has no limit."""
    return None if supplier.capacity is None else Staffed(clock, record, number, 0, supplier.capacity, False)


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
