"""Supply: when a replenishment order arrives."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from heapq import heapify, heapreplace

import numpy as np

from simulator.engine.clock import RECEIPT, RESUME, Clock
from simulator.engine.ledger import Record
from simulator.engine.orders import Shipment
from simulator.engine.stations import Staffed
from simulator.engine.streams import Streams
from simulator.scenario.network import Drift, Supplier
from simulator.scenario.scenario import Scenario
from simulator.unit_steps import ONE, UnitStep
from simulator.units import exact

DRAWN = 10_000
"""Lead times from which it is told when an overdue order is to be expected."""


class Delivery(Shipment):
    """A replenishment order on its way."""

    __slots__ = ("expected", "placed", "shelf", "units", "usual")

    def __init__(self, clock: Clock, shelf: int, units: float, time: float, usual: bool = True) -> None:
        self.env = clock
        self.number = 0
        self.shelf, self.units = shelf, units
        self.placed = clock.now
        self.expected = exact(clock.now + time)  # as planned when it was ordered
        self.usual = usual
        """Whether the supplier delivers it as it does all orders; else it is here at the time that was fixed."""


class Supply:
    """A supplier as one shelf sees it: it has its own random stream, and remembers the last arrival."""

    def __init__(
        self, clock: Clock, scenario: Scenario, name: str, workshop: Staffed | None, streams: Streams, stream: str
    ) -> None:
        supplier = scenario.network.suppliers[name]
        self.supplier = name
        self.at_once = supplier.lead_time.expected == 0
        """Whether goods always come at the instant at which they are ordered; limited capacity then limits nothing."""
        self.clock, self._supplier, self._workshop = clock, supplier, None if self.at_once else workshop
        self._draw: Callable[[], float] = streams.draws(stream, supplier.lead_time.sample)
        if supplier.changes is not None:
            self._draw = _drifting(self._draw, clock, supplier.changes)
        self._last = 0.0
        self.planned: float = supplier.planned_lead_time.mean
        """The lead time that is planned with, in hours."""

    def deliver(self, job: Delivery) -> None:
        """Resume the job when its goods arrive."""
        if self._workshop is not None:
            job.work = [self._draw()]
            self._workshop.serve(job)
            return
        at = exact(self.clock.now + self._draw())
        if not self._supplier.crossing:
            at = self._last = max(at, self._last)
        job.callbacks = RESUME
        self.clock.at(job, at, RECEIPT)

    def receipts(self, coming: Sequence[Delivery], now: float) -> Iterator[tuple[float, float]]:
        """When the goods on order are expected, and how many units: nothing that was drawn is looked at.

        A delivery comes on its planned date; one that is overdue when it can be, by the law of its lead time; one of a
        supplier with limited capacity when its turn has come.
        """
        ends = self._turns(now)[0] if self._workshop is not None and coming else {}
        last = now
        for each in coming:
            at = ends.get(each, each.expected)
            if each.usual and at <= now:
                at = exact(now + self.still_to_come(each.placed))
            if each.usual and not self._supplier.crossing:
                at = last = max(at, last)
            yield at, each.units

    def plant(self, now: float) -> Callable[[float], float]:
        """When an order placed at a time would be here; each that is asked for takes its turn where capacity is
        limited."""
        if self._workshop is None:
            return lambda at: exact(at + self.planned)
        free = self._turns(now)[1]

        def turn(at: float) -> float:
            done = exact(max(at, free[0]) + self.planned)
            heapreplace(free, done)
            return done

        return turn

    def _turns(self, now: float) -> tuple[dict[Shipment, float], list[float]]:
        """When the orders at a supplier with limited capacity will be done, and when each of its places is free."""
        workshop = self._workshop
        assert workshop is not None
        ends = {job: exact(begun + self.planned) for job, begun in workshop.working.items()}
        for job, begun in workshop.working.items():
            if ends[job] <= now:
                ends[job] = exact(now + self.still_to_come(begun))
        free = [now] * workshop.free + list(ends.values())
        heapify(free)
        for job in workshop.queue:
            ends[job] = exact(free[0] + self.planned)
            heapreplace(free, ends[job])
        return ends, free

    def still_to_come(self, placed: float) -> float:
        """Hours in which an order placed, or begun, at a time is to be expected, the mean over all lead times that are
        longer."""
        times, factor = self._times, _factor(self._supplier.changes or (), placed)
        elapsed = (self.clock.now - placed) / factor
        longer = len(times) - bisect_right(times, elapsed)
        if not longer:  # later than all that were drawn: as late again as the latest of them were
            longer = max(1, len(times) // 100)
            elapsed = times[-longer]
        return exact((self._sums[longer] / longer - elapsed) * factor)

    @cached_property
    def _sums(self) -> list[float]:
        """By number: of so many of the longest lead times, the sum."""
        return [0.0, *np.cumsum(self._times[::-1]).tolist()]

    @cached_property
    def _times(self) -> list[float]:
        """Lead times as they are drawn, the shortest first; none of a run's own random numbers is used."""
        times: list[float] = np.sort(self._supplier.lead_time.sample(np.random.default_rng(0), DRAWN)).tolist()
        return times

    def recall(self, shelf: int, units: float, step: UnitStep = ONE) -> list[Delivery]:
        """Take back orders not begun, up to so many units, the latest first."""
        if self._workshop is None or not self._supplier.cancellable:
            return []
        queue = self._workshop.queue
        assert isinstance(queue, deque)
        taken, left = list[Delivery](), step.exact(units)
        for job in reversed([job for job in queue if isinstance(job, Delivery) and job.shelf == shelf]):
            if job.units <= left:
                queue.remove(job)
                taken.append(job)
                left = step.exact(left - job.units)
        return taken


def _drifting(draw: Callable[[], float], clock: Clock, changes: Sequence[Drift]) -> Callable[[], float]:
    """Draws times the factor of the time at which they are asked for: the same random numbers, longer or shorter."""
    return lambda: draw() * _factor(changes, clock.now)


def _factor(changes: Sequence[Drift], at: float) -> float:
    """How many times its law a lead time is that begins at a time."""
    return [1.0, *(change.factor for change in changes)][bisect_right([change.at for change in changes], at)]


def workshop(clock: Clock, record: Record, number: int, supplier: Supplier) -> Staffed | None:
    """The supplier's own capacity, shared by all that it delivers; None where it has no limit."""
    return None if supplier.capacity is None else Staffed(clock, record, number, 0, supplier.capacity, False)
