"""Gathering and impatience: orders released in waves or worked on as one, and queues in which nobody waits for ever."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from simulator.engine.clock import Clock, Life
from simulator.engine.ledger import Record
from simulator.engine.orders import Shipment
from simulator.engine.stations import NEVER, ByPriority, Queue, Serves, Staffed
from simulator.scenario.network import Collecting
from simulator.units import exact, next_multiple


class Waves:
    """Releases the jobs to a stage at multiples of a time, the most urgent first: one event for each wave."""

    def __init__(self, clock: Clock, record: Record, number: int, every: float, stage: Serves) -> None:
        self.clock, self.record, self.number = clock, record, number
        self.every, self.stage = every, stage
        self.waiting: list[Shipment] = []

    def serve(self, job: Shipment, came: float | None = None) -> bool:
        """Hold the job back until the next wave; one that comes just then goes with it."""
        now = self.clock.now
        release = next_multiple(now, self.every)
        if release <= now:
            return self.stage.serve(job, came)
        job.queued = now
        if not self.waiting:
            self.clock.call(release, self._release)
        self.waiting.append(job)
        return True

    def _release(self, _: Any) -> None:
        released, self.waiting = self.waiting, []
        for job in sorted(released, key=lambda job: job.terms.priority):
            self.stage.serve(job, job.queued)

    def close(self) -> None:
        """At the end of the run, record those who still wait."""
        for job in self.waiting:
            self.record((self.number, job.number, job.queued, NEVER, NEVER))
        self.stage.close()


class Batch(Shipment):
    """Several orders that one server works on as one."""

    __slots__ = ("members",)

    def __init__(self, clock: Clock, number: int, members: list[Shipment]) -> None:
        self.env, self.number, self.members = clock, number, members
        self.terms = min(members, key=lambda job: job.terms.priority).terms
        self.queued = members[0].queued
        self.pieces = None
        self.start(self._go_on())

    def _go_on(self) -> Life:
        yield
        for job in self.members:
            job.resume()


class Batches:
    """Collects orders for a stage until there are so many, or the oldest has waited so long."""

    def __init__(
        self,
        clock: Clock,
        collecting: Collecting,
        places: tuple[int, int],
        record: Record,
        batched: Record,
        staff: Callable[[Record], Staffed],
    ) -> None:
        self.clock, self.collecting, self.record, self.batched = clock, collecting, record, batched
        self._place, self._line_place = places
        self._members: list[Shipment] = []
        self._open: dict[int, Batch] = {}
        self._count = 0
        self.stage = staff(self._note)

    def serve(self, job: Shipment, came: float | None = None) -> bool:
        """Add the job to the batch that is being collected."""
        now = self.clock.now
        job.queued = now if came is None else came
        self._members.append(job)
        if len(self._members) == self.collecting.orders:
            self._begin()
        elif len(self._members) == 1:
            due = max(now, exact(job.queued + self.collecting.within))
            self.clock.call(due, self._time_is_up, self._members)
        return True

    def _time_is_up(self, call: Any) -> None:
        if call.value is self._members:
            self._begin()

    def _begin(self) -> None:
        """The batch is complete: it goes to the staff."""
        self._count += 1
        batch = self._open[self._count] = Batch(self.clock, self._count, self._members)
        self._members = []
        once = max(job.work[self._place] for job in batch.members)
        work = [0.0] * (self._place + 1)
        work[self._place] = once + sum(job.work[self._line_place] for job in batch.members)
        batch.work = work
        self.stage.serve(batch, batch.queued)

    def _note(self, fact: Any) -> None:
        """The staff say what they did with a batch: it is recorded for each of its orders."""
        stage, number, _, started, ended = fact
        begun = started == started  # else the run ends, and is told who waits
        for job in (self._open.pop(number) if begun else self._open[number]).members:
            self.record((stage, job.number, job.queued, started, ended))
            if begun:
                self.batched((stage, job.number, number))

    def close(self) -> None:
        """At the end of the run, record those who still wait."""
        self.stage.close()
        for job in self._members:
            self.record((self.stage.number, job.number, job.queued, NEVER, NEVER))


class LeftTheDesk(Exception):  # noqa: N818 (what happened, not an error)
    """An order was turned away or withdrawn; it is told where it waits."""

    def __init__(self, full: bool) -> None:
        super().__init__()
        self.full = full
        """Whether it was turned away."""


class Impatient:
    """A queue at a stage that turns orders away when it is full, and that an order leaves when its patience ends.

    Who leaves is dropped from the queue when its turn comes: a deadline costs an event, but no search.
    """

    def __init__(self, stage: Staffed, record: Record, places: int | None, patience: int | None) -> None:
        self.stage, self.record = stage, record
        self.places = math.inf if places is None else places
        self.patience = patience
        """Where an order's patience stands in its work."""
        self._queue: Queue = stage.queue
        self._here: set[Shipment] = set()

    def append(self, job: Shipment) -> None:
        """Let an order wait, unless the stage is full."""
        stage, now = self.stage, self.stage.clock.now
        if stage.staff - stage.free + len(self._here) >= self.places:
            self._record(job, now, full=True)
            if job.queued == now:
                raise LeftTheDesk(full=True)
            job.end(LeftTheDesk(full=True))  # it came earlier, and sleeps until it is released to the stage
            return
        self._queue.append(job)
        self._here.add(job)
        if self.patience is not None:
            stage.clock.call(now + job.work[self.patience], self._time_is_up, job)

    def _time_is_up(self, deadline: Any) -> None:
        job = deadline.value
        if job in self._here:
            self._here.remove(job)
            self._record(job, self.stage.clock.now, full=False)
            job.end(LeftTheDesk(full=False))

    def _record(self, job: Shipment, now: float, full: bool) -> None:
        self.record((now, job.number, self.stage.number, job.queued, float(full)))

    def popleft(self) -> Shipment:
        """The next order that is still here."""
        while True:
            job = self._queue.popleft()
            if job in self._here:
                self._here.remove(job)
                return job

    def sort_again(self) -> None:
        """After the priority of some jobs has changed."""
        if isinstance(self._queue, ByPriority):
            self._queue.sort_again()

    def __len__(self) -> int:
        return len(self._here)

    def __iter__(self) -> Iterator[Shipment]:
        return (job for job in self._queue if job in self._here)
