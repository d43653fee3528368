"""Delays: stages without limits of capacity. Several in a row cost one event."""

import math
from typing import Any, Protocol

from simulator.ledger.ledger import Record
from simulator.scenario.calendars import Departures
from simulator.scenario.working_time import WorkingTime
from simulator.world.clock import RESUME, WORK, Clock
from simulator.world.orders import Shipment


class Passed(Protocol):
    """What a job passes without competing for anything."""

    def take(self, job: Shipment, now: float) -> float:
        """When a job that comes now is through."""
        ...


class Delay:
    """One or more stages in a row without limits of capacity: one event for all of them."""

    def __init__(self, clock: Clock, steps: list[Passed]) -> None:
        self.clock, self.steps = clock, steps
        self._optional = all(isinstance(step, Hold) for step in steps)

    def serve(self, job: Shipment, came: float | None = None) -> bool:
        """Resume the job when it has passed all the steps; an order whose credit is good is not held at all."""
        begun = now = self.clock._now
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
        self, record: Record, number: int, place: int, calendar: WorkingTime | None, cut_off: float | None,
        departures: "Timetable | None", waves: float | None,
    ) -> None:  # fmt: skip
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
        ended = started + work
        if self.calendar is not None:
            late = self.cut_off is not None and started % 24 > self.cut_off
            started = self.calendar.next_day(started) if late else self.calendar.next_open(started)
            ended = self.calendar.finish(started, work)
        return started, self.departures.next(ended) if self.departures is not None else ended


class Hold:
    """Orders whose credit has to be cleared wait here; the others pass."""

    def __init__(self, record: Record, place: int) -> None:
        self.record, self.place = record, place

    def take(self, job: Shipment, now: float) -> float:
        """How long an order is held was drawn when it was entered."""
        hours = job.work[self.place]
        if hours > 0:
            self.record((now, job.number, now + hours))
        return now + hours


def next_multiple(at: float, every: float) -> float:
    """The first multiple of a time at or after `at`; a rounding counts as being on time."""
    return max(at, math.ceil(at / every - 1e-12) * every)


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
        for day in range(int(at // 24), int(at // 24) + 400):
            date = self._start + dt.timedelta(days=day)
            if date.weekday() in self._departures.days and date not in self._departures.closed:
                for time in self._times:
                    if day * 24 + time >= at:
                        return day * 24 + time
        return math.inf
