"""The work ahead of an order: when it would be through the stages by mean times, behind all that is known to be before.

Who is being served is expected to be done when one that has taken so long can be, who waits in turn; nothing that was
drawn for them is looked at. What comes later is not known, and does not count.
"""

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from heapq import heapify, heappop, heappush, heapreplace
from typing import NamedTuple

import numpy as np

from simulator.engine.gathering import Batch, Batches, Waves
from simulator.engine.orders import Order, Shipment
from simulator.engine.site import SiteWorld
from simulator.engine.stations import ByPriority, Delay, OnCalendar, Serves, Staffed, Step
from simulator.units import exact, next_multiple

DRAWN = 10_000
"""Working times from which it is told how long one that lasts so long already will last."""


class When(NamedTuple):
    """A time by mean times, and what is uncertain of it."""

    at: float
    uncertain: float = 0.0
    """Hours of it that are the mean of something random."""
    variance: float = 0.0

    def after(self, end: float, mean: float, variance: float) -> "When":
        """When work begun then, that ends so by its mean, is done."""
        return When(end, self.uncertain + (mean if variance else 0.0), self.variance + variance)


class WorkLaw:
    """The working time of a stage for an order of so many lines."""

    def __init__(self, site: SiteWorld, place: int, lines: int) -> None:
        self._site, self._place, self._lines = site, place, lines
        self.mean = site.work.expected(place, lines)
        stage = site.stages[place]
        self._laws = [(stage.time, 1), (stage.line_time, lines)]
        self.variance = sum(law.variance * many for law, many in self._laws if law is not None)

    def left(self, spent: float) -> tuple[float, float]:
        """Mean and variance of what is left of work on which so much was spent."""
        only = self._site.stages[self._place].time
        memoryless = only is not None and only.exponential is not None and self._laws[1][0] is None
        if not self.variance:
            return max(exact(self.mean - spent), 0.0), 0.0
        if memoryless or not spent:
            return self.mean, self.variance
        longer = self._times[np.searchsorted(self._times, spent, side="right") :]
        if not len(longer):  # as long again as the longest of all would be
            longer = self._times[-DRAWN // 100 :]
            spent = float(longer[0])
        return exact(float(longer.mean()) - spent), float(longer.var())

    @cached_property
    def _times(self) -> np.ndarray:
        rng = np.random.default_rng(0)
        drawn = [law.sample(rng, (DRAWN * many)).reshape(many, DRAWN) for law, many in self._laws if law and many]
        return np.sort(np.concatenate(drawn).sum(axis=0))


Laws = dict[tuple[SiteWorld, int, int], WorkLaw]
"""By site, stage and number of lines, as they are asked for."""
Came = tuple[When, Shipment]
"""When somebody comes to a stage, and who."""


class Through:
    """The way of an order through the stages of its site, behind those who are before it; `alone`, as if nobody was."""

    def __init__(self, order: Order, now: float, laws: Laws, alone: bool = False) -> None:
        self.order, self.now, self.site, self._laws, self._alone = order, now, order.terms.site, laws, alone
        self.lines = order.last - order.first

    def delivered(self, begins: float, ready: float, pending: Iterable[Order]) -> When:
        """When the order would be delivered that comes to the desk at a time, and whose goods are there at another.

        `pending` are orders that were promised goods for a date: then they come to the stages after the shelf.
        """
        self._others: list[Came] = []
        me = self._pass_all(self.site.desk, When(begins))
        if me.at < ready:
            me = When(ready)
        known = {job for _, job in self._others}
        waiting = [job for job in pending if job not in known and job is not self.order] if not self._alone else []
        self._others = [(self._has_goods(when, job), job) for when, job in self._others]
        self._others += [(self._has_goods(When(self.now), job), job) for job in waiting]
        return self._pass_all(self.order.terms.dock, me)

    def _has_goods(self, when: When, job: Shipment) -> When:
        """When somebody leaves the shelf: if his goods were promised for later, then."""
        promises = job.promises if isinstance(job, Order) else None
        due = max((each.due for each in promises or ()), default=-math.inf)
        return When(due) if due > when.at else when

    def _pass_all(self, stages: Sequence[Serves], me: When) -> When:
        for stage in stages:
            if isinstance(stage, Delay):
                for step in stage.steps:
                    if isinstance(step, Step):
                        me = self._pass(step, me, self.lines)
                        self._others = [(self._pass(step, when, lines_of(job)), job) for when, job in self._others]
            elif isinstance(stage, Waves):
                self._others += [(When(self.now), job) for job in stage.waiting] if not self._alone else []
                self._others = [(_wave(when, stage.every), job) for when, job in self._others]
                me = self._served(stage.stage, _wave(me, stage.every))
            else:
                me = self._served(stage, me)
        return me

    def _pass(self, step: Step, when: When, lines: int) -> When:
        law = self._law(step.place, lines)
        return when.after(step.pass_through(when.at, law.mean)[1], law.mean, law.variance)

    def _served(self, stage: Serves, me: When) -> When:
        """Through a stage with staff: first who is being served, then who waits, then who comes, in turn."""
        staff = stage.stage if isinstance(stage, Batches) else stage
        assert isinstance(staff, Staffed)
        urgent, calendar = (
            isinstance(staff.queue, ByPriority),
            staff.calendar if isinstance(staff, OnCalendar) else None,
        )
        free: list[When] = [When(self.now)] * staff.staff
        comes: list[Came] = []
        done: list[Came] = []
        if not self._alone:
            busy = [(self._rest(staff, job, begun), job) for job, begun in staff.working.items()]
            free = [When(self.now)] * staff.free + [when for when, _ in busy]
            done = [(when, member) for when, job in busy for member in members_of(job)]
            comes = [(When(self.now), job) for job in staff.queue]
            comes += [(self._admitted(staff, when), job) for when, job in self._others]
        comes.append((self._admitted(staff, me), self.order))
        jobs = [(when.at, job.terms.priority if urgent else 0, n, when, job) for n, (when, job) in enumerate(comes)]
        heapify(free)
        heapify(jobs)
        ready: list[tuple[int, int, When, Shipment]] = []
        mine: When | None = None
        while jobs or ready:
            if not ready and jobs[0][0] > free[0].at:
                _, rank, place, when, job = heappop(jobs)
                heappush(ready, (rank, place, when, job))
            while jobs and jobs[0][0] <= free[0].at:
                _, rank, place, when, job = heappop(jobs)
                heappush(ready, (rank, place, when, job))
            _, _, when, job = heappop(ready)
            begins = free[0] if free[0].at > when.at else when
            mean, variance = self._work(staff, job)
            end = exact(begins.at + mean) if calendar is None else calendar.finish(begins.at, mean)
            finished = begins.after(end, mean, variance)
            heapreplace(free, finished)
            if job is self.order:
                mine = finished
            else:
                done += [(finished, member) for member in members_of(job)]
        assert mine is not None
        self._others = sorted(((when, job) for when, job in done), key=lambda came: came[0].at)
        return mine

    def _admitted(self, staff: Staffed, when: When) -> When:
        """When somebody who comes takes his place in the queue: after the cut-off, with the next shift."""
        if isinstance(staff, OnCalendar) and staff.cut_off is not None and exact(when.at % 24) > staff.cut_off:
            return when._replace(at=staff.calendar.next_shift(when.at))
        return when

    def _work(self, staff: Staffed, job: Shipment) -> tuple[float, float]:
        """Mean and variance of the work on somebody; a batch is worked on once, and on the lines of all."""
        if isinstance(job, Batch):
            return self.site.work.expected(staff.place, sum(lines_of(member) for member in job.members)), 0.0
        law = self._law(staff.place, lines_of(job))
        return law.mean, law.variance

    def _law(self, place: int, lines: int) -> WorkLaw:
        key = self.site, place, lines
        if key not in self._laws:
            self._laws[key] = WorkLaw(*key)
        return self._laws[key]

    def _rest(self, staff: Staffed, job: Shipment, begun: float) -> When:
        """When somebody will be done who has been served since a time."""
        calendar = staff.calendar if isinstance(staff, OnCalendar) else None
        if isinstance(job, Batch):
            mean, variance = self._work(staff, job)
            end = exact(begun + mean) if calendar is None else calendar.finish(begun, mean)
            return When(max(end, self.now))
        law = self._law(staff.place, lines_of(job))
        if calendar is None:
            mean, variance = law.left(exact(self.now - begun))
            return When(exact(self.now + mean)).after(exact(self.now + mean), mean, variance)
        before, upto = calendar.open_before(np.array([begun, self.now])).tolist()
        mean, variance = law.left(exact(upto - before))
        return When(self.now).after(calendar.finish(self.now, mean), mean, variance)


def _wave(when: When, every: float) -> When:
    return when._replace(at=next_multiple(when.at, every))


def members_of(job: Shipment) -> list[Shipment]:
    """The orders of a batch, or the one."""
    return job.members if isinstance(job, Batch) else [job]


def lines_of(job: Shipment) -> int:
    """How many lines are worked on."""
    return job.last - job.first if isinstance(job, Order) else 1
