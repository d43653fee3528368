"""Gathering: orders that are released in waves, or collected and worked on as one."""

from collections.abc import Callable
from typing import Any

from simulator.ledger.ledger import Record
from simulator.scenario.order_desk import Collecting
from simulator.world.capacity import NEVER, Serves, Staffed
from simulator.world.clock import Clock, Life
from simulator.world.delays import next_multiple
from simulator.world.orders import Shipment


class Waves:
    """Releases the jobs to a stage at multiples of a time, the most urgent first: one event for each wave."""

    def __init__(self, clock: Clock, record: Record, number: int, every: float, stage: Serves) -> None:
        self.clock, self.record, self.number = clock, record, number
        self.every, self.stage = every, stage
        self._waiting: list[Shipment] = []

    def serve(self, job: Shipment, came: float | None = None) -> bool:
        """Hold the job back until the next wave; one that comes just then goes with it."""
        now = self.clock._now
        release = next_multiple(now, self.every)
        if release <= now:
            return self.stage.serve(job, came)
        job.queued = now
        if not self._waiting:
            self.clock.call(release, self._release)
        self._waiting.append(job)
        return True

    def _release(self, _: Any) -> None:
        released, self._waiting = self._waiting, []
        for job in sorted(released, key=lambda job: job.terms.priority):
            self.stage.serve(job, job.queued)

    def close(self) -> None:
        """At the end of the run, record those who still wait."""
        for job in self._waiting:
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
        self.life = self._go_on()

    def _go_on(self) -> Life:
        for job in self.members:
            job.resume()
        yield


class Batches:
    """Collects orders for a stage until there are so many, or the oldest has waited so long."""

    def __init__(
        self, clock: Clock, collecting: Collecting, places: tuple[int, int], record: Record, batched: Record,
        staff: Callable[[Record], Staffed],
    ) -> None:  # fmt: skip
        self.clock, self.collecting, self.record, self.batched = clock, collecting, record, batched
        self._place, self._line_place = places
        self._members: list[Shipment] = []
        self._open: dict[int, Batch] = {}
        self._count = 0
        self.stage = staff(self._note)

    def serve(self, job: Shipment, came: float | None = None) -> bool:
        """Add the job to the batch that is being collected."""
        now = self.clock._now
        job.queued = now if came is None else came
        self._members.append(job)
        if len(self._members) == self.collecting.orders:
            self._begin()
        elif len(self._members) == 1:
            due = max(now, job.queued + self.collecting.within)
            self.clock.call(due, self._time_is_up, self._members)
        return True

    def _time_is_up(self, call: Any) -> None:
        if call._value is self._members:
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
        for job in self._open.pop(number).members:
            self.record((stage, job.number, job.queued, started, ended))
            if started == started:
                self.batched((stage, job.number, number))

    def close(self) -> None:
        """At the end of the run, record those who still wait."""
        self.stage.close()
        for job in self._members:
            self.record((self.stage.number, job.number, job.queued, NEVER, NEVER))
