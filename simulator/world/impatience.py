"""Impatience: queues that have so many places, and in which nobody waits for ever."""

import math
from collections.abc import Iterator
from typing import Any

from simulator.ledger.ledger import Record
from simulator.world.capacity import ByPriority, Queue, Staffed
from simulator.world.orders import Shipment


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
        stage, now = self.stage, self.stage.clock._now
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
        job = deadline._value
        if job in self._here:
            self._here.remove(job)
            self._record(job, self.stage.clock._now, full=False)
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
