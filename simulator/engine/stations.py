"""Stations: the stages that an order passes, with and without limits of capacity."""

import math
from collections import deque
from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from typing import Any, Protocol

from simulator.engine.clock import RESUME, WORK, Clock
from simulator.engine.ledger import Record
from simulator.engine.orders import Shipment
from simulator.planning.working_time import LATEST, WorkingTime
from simulator.scenario.calendars import Departures
from simulator.units import TICKS, WHOLE, exact, next_multiple

NEVER = math.nan


class Serves(Protocol):
    """Anything that a job can be served by."""

    def serve(self, job: Shipment, came: float | None = None) -> bool:
        """Take a job in; whether it has to wait until it is resumed. `came` is given where it came earlier."""
        ...

    def close(self) -> None: ...


class Queue(Protocol):
    """Jobs that wait for a server."""

    def append(self, job: Shipment, /) -> None: ...

    def popleft(self) -> Shipment: ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Shipment]: ...


class ByPriority:
    """A queue with the same two methods as a deque: the most urgent first, equals in the order of coming."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Shipment]] = []
        self._count = 0

    def append(self, job: Shipment) -> None:
        self._count += 1
        heappush(self._heap, (job.terms.priority, self._count, job))

    def popleft(self) -> Shipment:
        return heappop(self._heap)[2]

    def sort_again(self) -> None:
        """After the priority of some jobs has changed."""
        self._heap = [(job.terms.priority, count, job) for _, count, job in self._heap]
        heapify(self._heap)

    def __len__(self) -> int:
        return len(self._heap)

    def __iter__(self) -> Iterator[Shipment]:
        return (job for _, _, job in sorted(self._heap))


class Staffed:
    """A stage with so many servers, round the clock, and a queue."""

    def __init__(self, clock: Clock, record: Record, number: int, place: int, staff: int, urgent: bool) -> None:
        self.clock, self.record, self.number, self.place = clock, record, number, place
        self.staff = self.free = staff
        self.urgent = urgent
        """Whether the most urgent comes first."""
        self.queue: Queue = ByPriority() if urgent else deque()
        self._finish: list[Callable[[Any], None]] = [self.finish]
        self.working: dict[Shipment, float] = {}
        """Who is being served and since when, where that is watched."""

    def watch(self, hears: Callable[[Shipment, bool], None] | None = None) -> None:
        """From now on, keep in mind who is being served: for promises that look at the work in progress. Somebody may
        hear of who begins and who is done."""
        begin, finish, working = self._begin, self.finish, self.working

        def begun(job: Shipment, queued: float, now: float) -> None:
            working[job] = now
            if hears is not None:
                hears(job, False)
            begin(job, queued, now)

        def done(job: Shipment) -> None:
            del working[job]
            if hears is not None:
                hears(job, True)
            finish(job)

        self._begin, self._finish = begun, [done]  # type: ignore[method-assign]

    def serve(self, job: Shipment, came: float | None = None) -> bool:
        """Serve the job at once if a server is free, else when it is its turn; it is resumed when done."""
        now = self.clock.now
        queued = now if came is None else came
        if self.free:
            self.free -= 1
            self._begin(job, queued, now)
        else:
            job.queued = queued
            self.queue.append(job)
        return True

    def _begin(self, job: Shipment, queued: float, now: float) -> None:
        record = self.record  # a function that is kept in an attribute is found quicker than called there
        ended = ((now + job.work[self.place]) * TICKS + WHOLE - WHOLE) / TICKS  # `exact`, without the cost of a call
        record((self.number, job.number, queued, now, ended))
        job.callbacks = self._finish
        self.clock.at(job, ended, WORK)

    def finish(self, job: Shipment) -> None:
        """The end of service: the server turns to the next job, and the job goes on."""
        if self.queue:
            following = self.queue.popleft()
            self._begin(following, following.queued, self.clock.now)
        else:
            self.free += 1
        next(job.life, None)

    def close(self) -> None:
        """At the end of the run, record those who still wait."""
        for job in self.queue:
            self.record((self.number, job.number, job.queued, NEVER, NEVER))


class OnCalendar(Staffed):
    """A staffed stage that works at certain hours: work stops at closing time and goes on at opening.

    What comes out of hours, or after the cut-off, waits for the next opening; there the most urgent
    is begun first.
    """

    def __init__(
        self,
        clock: Clock,
        record: Record,
        number: int,
        place: int,
        staff: int,
        urgent: bool,
        calendar: WorkingTime,
        cut_off: float | None,
    ) -> None:
        super().__init__(clock, record, number, place, staff, urgent)
        self.calendar, self.cut_off = calendar, cut_off
        self._opening = -1.0  # the opening for which the waiting jobs are called
        self._enter: list[Callable[[Any], None]] = [self._enter_late]

    def serve(self, job: Shipment, came: float | None = None) -> bool:
        now = self.clock.now
        job.queued = now if came is None else came
        if self.cut_off is not None and (taken_in := self.calendar.admit(now, self.cut_off)) > now:
            job.callbacks = self._enter
            self.clock.at(job, taken_in, WORK)
        else:
            self._admit(job, now)
        return True

    def _enter_late(self, job: Shipment) -> None:
        self._admit(job, self.clock.now)

    def _admit(self, job: Shipment, now: float) -> None:
        if self.free and self.calendar.is_open(now):
            self.free -= 1
            self._begin(job, job.queued, now)
        else:
            self.queue.append(job)
            if self.free:
                self._call(self.calendar.next_open(now))

    def _call(self, opening: float) -> None:
        if self._opening != opening:
            self._opening = opening
            self.clock.call(opening, self._open)

    def _open(self, _: Any) -> None:
        while self.free and self.queue:
            self.free -= 1
            job = self.queue.popleft()
            self._begin(job, job.queued, self.clock.now)

    def _begin(self, job: Shipment, queued: float, now: float) -> None:
        ended = self.calendar.finish(now, job.work[self.place])
        self.record((self.number, job.number, queued, now, ended))
        job.callbacks = self._finish
        self.clock.at(job, ended, WORK)

    def finish(self, job: Shipment) -> None:
        if self.queue and not self.calendar.is_open(self.clock.now):
            self.free += 1
            self._call(self.calendar.next_open(self.clock.now))
            next(job.life, None)
        else:
            super().finish(job)


class Passed(Protocol):
    """What a job passes without competing for anything."""

    def take(self, job: Shipment, now: float) -> float:
        """When a job that comes now is through."""
        ...


class Delay:
    """One or more stages in a row without limits of capacity: one event for all of them."""

    def __init__(self, clock: Clock, steps: list[Passed]) -> None:
        self.clock, self.steps = clock, steps
        self._optional = all(isinstance(step, (Hold, Gate)) for step in steps)

    def serve(self, job: Shipment, came: float | None = None) -> bool:
        """Resume the job when it has passed all the steps; one that none of them can keep, such as an order whose
        credit is good, goes on at once."""
        begun = now = self.clock.now
        for step in self.steps:
            now = step.take(job, now)
        if self._optional and now == begun:
            return False
        job.callbacks = RESUME
        self.clock.at(job, now, WORK)
        return True

    def close(self) -> None:
        """Nothing waits."""


class Step:
    """One stage without limits of capacity: it may have waves, a calendar, a cut-off and departures."""

    def __init__(
        self,
        record: Record,
        number: int,
        place: int,
        calendar: WorkingTime | None,
        cut_off: float | None,
        departures: "Timetable | None",
        waves: float | None,
    ) -> None:
        self.record, self.number, self.place = record, number, place
        self.calendar, self.cut_off, self.departures, self.waves = calendar, cut_off, departures, waves

    @property
    def waits(self) -> bool:
        """Whether a job may have to wait: for a wave, opening hours or a departure."""
        return self.waves is not None or self.calendar is not None or self.departures is not None

    def take(self, job: Shipment, now: float) -> float:
        """Work on a job that comes now; when it is done, in hours."""
        started, ended = self.pass_through(now, job.work[self.place])
        self.record((self.number, job.number, now, started, ended))
        return ended

    def pass_through(self, now: float, work: float) -> tuple[float, float]:
        """When work on a job that comes now starts and ends, in hours."""
        started = now if self.waves is None else next_multiple(now, self.waves)
        ended = exact(started + work)
        if self.calendar is not None:
            started = self.calendar.next_open(self.calendar.admit(started, self.cut_off))
            ended = self.calendar.finish(started, work)
        return started, self.departures.next(ended) if self.departures is not None else ended


class Gate:
    """Where goods leave the site: nobody waits here, and it is written down, and said, when a shipment passes."""

    def __init__(self, record: Record, leaving: list[Callable[[Shipment, float], None]]) -> None:
        self.record, self.leaving = record, leaving

    def take(self, job: Shipment, now: float) -> float:
        """A shipment passes at once."""
        self.record((now, job.number, job.shipment))
        for hear in self.leaving:
            hear(job, now)
        return now


class Hold:
    """Orders whose credit has to be cleared wait here; the others pass."""

    def __init__(self, record: Record, place: int) -> None:
        self.record, self.place = record, place

    def take(self, job: Shipment, now: float) -> float:
        """How long an order is held was drawn when it was entered."""
        until = exact(now + job.work[self.place])
        if until > now:
            self.record((now, job.number, until))
        return until


class Timetable:
    """When the next departure is."""

    def __init__(self, departures: Departures, start: Any) -> None:
        self._departures, self._start = departures, start
        self._times = sorted(departures.at or ())

    def next(self, at: float) -> float:
        """The first departure at or after a time."""
        import datetime as dt

        if self._departures.every is not None:
            return next_multiple(at, self._departures.every)
        if at > LATEST:
            return at
        for day in range(int(at // 24), int(at // 24) + 400):
            date = self._start + dt.timedelta(days=day)
            if date.weekday() in self._departures.days and date not in self._departures.closed:
                for time in self._times:
                    if (leaves := exact(day * 24 + time)) >= at:
                        return leaves
        return math.inf
