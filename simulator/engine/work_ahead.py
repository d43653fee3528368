"""The work ahead of an order: when it would be through the stages by mean times, behind all that is known to be before.

Who is being served is expected to be done when one that has taken so long can be, who waits in turn; nothing that was
drawn for them is looked at. What comes later is not known, and does not count.

Of a long queue, the last ones ahead of the order are looked at one by one, and those before them many at once: who is
free when is the same where a stage has one server or takes as long for each, and else as good as the same, to within
the work on one order.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from heapq import heapify, heappop, heappush, heapreplace
from typing import NamedTuple

import numpy as np

from simulator.engine.backlog import Backlog, Many, goods_due, lines_of, members_of
from simulator.engine.gathering import Batch, Batches, Impatient, Waves
from simulator.engine.orders import Order, Shipment
from simulator.engine.site import SiteWorld
from simulator.engine.stations import Delay, OnCalendar, Serves, Staffed, Step
from simulator.scenario.network import DESK
from simulator.units import exact, next_multiple

DRAWN = 10_000
"""Working times from which it is told how long one that lasts so long already will last."""
NEAR = 16
"""So many ahead of an order, at the end of a queue, are looked at one by one."""


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
Came = tuple[When, Shipment | Many]
"""When somebody comes to a stage, of many the last one, and who."""
Job = tuple[int, int, When, Shipment | Many]
"""Somebody who is there: priority, place in the order of coming, when he came, and who."""


def watch(site: SiteWorld) -> None:
    """From now on, the stages of a site keep in mind what a promise looks at."""
    for stage in site.staffed:
        hears = site.pending.hears if site.stages[stage.place].stage in DESK else None
        stage.watch(hears)
        if not isinstance(stage.queue, Impatient):
            stage.queue = Backlog(stage.urgent, hears)


class Through:
    """The way of an order through the stages of its site, behind those who are before it; `alone`, as if nobody was."""

    def __init__(self, order: Order, now: float, laws: Laws, alone: bool = False) -> None:
        self.order, self.now, self.site, self._laws, self._alone = order, now, order.terms.site, laws, alone
        self.lines = order.last - order.first
        self._others: list[Came] = []
        self._at_desk = set[Shipment]()
        """Those who wait for a wave, or have not the patience to wait for ever."""

    def delivered(self, begins: float, ready: float) -> When:
        """When the order would be delivered that comes to the desk at a time, and whose goods are there at another."""
        me = self._pass_all(self.site.desk, When(begins), ready)
        if me.at < ready:
            me = When(ready)
        if not self._alone:
            self._others = [each for when, job in self._others for each in self._have_goods(when, job)]
            at_desk = self._at_desk  # of those who were promised goods, the others are at the shelf
            waiting = [job for job in self.site.pending if job not in at_desk and job is not self.order]
            self._others += [each for job in waiting for each in self._have_goods(When(self.now), job)]
        return self._pass_all(self.order.terms.dock, me, None)

    def _have_goods(self, when: When, job: Shipment | Many) -> list[Came]:
        """When somebody leaves the shelf: if his goods were promised for later, then."""
        if not isinstance(job, Many):
            return [(when._replace(at=max(when.at, goods_due(job))), job)]
        if max(job.lane.due[job.start : job.end]) <= job.since:
            return [(when, job)]
        every = exact((when.at - job.since) / len(job))
        each = [(exact(job.since + n * every), job.lane.jobs[job.start + n]) for n in range(len(job))]
        return [(When(max(at, goods_due(one))), one) for at, several in each for one in members_of(several)]

    def _pass_all(self, stages: Sequence[Serves], me: When, ready: float | None) -> When:
        """Through the desk, with the time at which the goods are there, or the dock."""
        for place, stage in enumerate(stages):
            if isinstance(stage, Delay):
                me = self._delayed(stage, me)
                steps = [step for step in stage.steps if isinstance(step, Step)]
                for step in steps:
                    self._others = [self._moved(step, when, job) for when, job in self._others]
            else:
                staff = stage
                if isinstance(stage, Waves):
                    self._others += [(When(self.now), job) for job in stage.waiting] if not self._alone else []
                    self._at_desk.update(stage.waiting)
                    self._others = [_in_wave(when, job, stage.every) for when, job in self._others]
                    staff, me = stage.stage, _wave(me, stage.every)
                me = self._served(staff, me, partial(self._meets, stages[place + 1 :], ready))
        return me

    def _meets(self, rest: Sequence[Serves], ready: float | None, me: When) -> float | None:
        """When the order would come to its next queue after a stage, if there is one."""
        for stage in rest:
            if not isinstance(stage, Delay):
                return _wave(me, stage.every).at if isinstance(stage, Waves) else me.at
            me = self._delayed(stage, me)
        return None if ready is None else self._meets(self.order.terms.dock, None, When(max(me.at, ready)))

    def _delayed(self, stage: Delay, me: When) -> When:
        for step in stage.steps:
            if isinstance(step, Step):
                me = self._pass(step, me, self.lines)
        return me

    def _moved(self, step: Step, when: When, job: Shipment | Many) -> Came:
        if not isinstance(job, Many):
            return self._pass(step, when, lines_of(job)), job
        since = self._pass(step, When(job.since), job.lines_each).at
        return self._pass(step, when, job.lines_each), job.part(job.start, job.end, since)

    def _pass(self, step: Step, when: When, lines: int) -> When:
        law = self._law(step.place, lines)
        return when.after(step.pass_through(when.at, law.mean)[1], law.mean, law.variance)

    def _served(self, stage: Serves, me: When, meets: Callable[[When], float | None]) -> When:
        """Through a stage with staff: first who is being served, then who waits, then who comes, in turn; as far as any
        of it can be before the order there or where it `meets` the next queue."""
        staff = stage.stage if isinstance(stage, Batches) else stage
        assert isinstance(staff, Staffed)
        mine, _ = self._admitted(staff, me, self.order)
        if self._alone:
            return self._done(staff, mine, self.order)
        busy = [(self._rest(staff, job, begun), job) for job, begun in staff.working.items()]
        free = [When(self.now)] * staff.free + [when for when, _ in busy]
        done: list[Came] = [(when, member) for when, job in busy for member in members_of(job)]
        ready = self._queue(staff)
        comes = [self._admitted(staff, when, job) for when, job in self._others]
        comes.append((mine, self.order))
        comes.sort(key=_first)  # of equals, who comes first is served first
        here = len(ready)
        jobs = [(_first(each), _rank(staff, each[1]), here + n, *each) for n, each in enumerate(comes)]
        heapify(free)
        heapify(jobs)
        until, last = math.inf, meets(me) is None
        while (jobs or ready) and max(free[0].at, 0 if ready else jobs[0][0]) <= until:
            if not ready and jobs[0][0] > free[0].at:
                heappush(ready, heappop(jobs)[1:])
            while jobs and jobs[0][0] <= free[0].at:
                heappush(ready, heappop(jobs)[1:])
            rank, place, when, job = heappop(ready)
            if isinstance(job, Many):
                end = min((each[0] for each in jobs if each[1] < rank), default=math.inf) if staff.urgent else math.inf
                some, rest = self._split(staff, (when, job), free, min(end, until), last)
                if rest is not None:
                    heappush(ready, (rank, place, *rest))
                when, job = some
                if isinstance(job, Many):
                    done.append(self._many_served(staff, some, free))
                    continue
            begins = free[0] if free[0].at > when.at else when
            finished = self._done(staff, begins, job)
            heapreplace(free, finished)
            if job is self.order:
                mine = finished
                if last:
                    self._others = []
                    return mine
                until = meets(mine) or mine.at
            else:
                done += [(finished, member) for member in members_of(job)]
        self._others = sorted(done, key=_first)
        return mine

    def _done(self, staff: Staffed, begins: When, job: Shipment) -> When:
        """When somebody is done whose turn it is then."""
        if isinstance(job, Batch):  # worked on once, and on the lines of all
            mean = self.site.work.expected(staff.place, lines_of(job))
            return begins.after(self._finish(staff, begins.at, mean), mean, 0.0)
        law = self._law(staff.place, lines_of(job))
        return begins.after(self._finish(staff, begins.at, law.mean), law.mean, law.variance)

    def _queue(self, staff: Staffed) -> list[Job]:
        """Who waits at a stage, in turn: a long lane as many at once."""
        found: list[tuple[int, Shipment | Many]] = []
        if isinstance(staff.queue, Backlog):
            for rank, lane in staff.queue.lanes():
                if len(lane) > 2 * NEAR:
                    found.append((rank, Many(lane, lane.first, len(lane.jobs), self.now)))
                else:
                    found += [(rank, job) for job in lane.jobs[lane.first :]]
        else:
            found = [(_rank(staff, job), job) for job in staff.queue]
            self._at_desk.update(staff.queue)
        return sorted((rank, n, When(self.now), job) for n, (rank, job) in enumerate(found))

    def _split(self, staff: Staffed, came: Came, free: list[When], end: float, last: bool) -> tuple[Came, Came | None]:
        """Of many, those who are served next, several or one, and the rest: of those who wait here fewer the nearer the
        order is, of all no more than are done when somebody comes before them."""
        upto, many = came
        assert isinstance(many, Many)
        here, size = many.lane.backlog is staff.queue, len(many)
        if end < math.inf:
            begins = [max(each.at, many.since) for each in free]
            room = self._open(staff, [*begins, *(max(each, end) for each in begins)])
            hours = sum(room[len(free) :]) - sum(room[: len(free)])
            places = range(many.start + 1, many.end + 1)
            size = bisect_right(places, hours, key=lambda place: self._hours(staff, many, place))
        if here:
            near = max(NEAR, 2 * staff.staff)
            size = size - near if last else (size - near) // 2
        size = max(size, 1)
        if here and size == 1:
            rest = (upto, many.part(many.start + 1, many.end, many.since)) if len(many) > 1 else None
            return (upto, many.lane.jobs[many.start]), rest
        if size >= len(many):
            return came, None
        between = exact(many.since + (upto.at - many.since) * size / len(many))
        rest = upto, many.part(many.start + size, many.end, between)
        return (upto._replace(at=between), many.part(many.start, many.start + size, many.since)), rest

    def _hours(self, staff: Staffed, many: Many, end: int) -> float:
        """The work of a stage on those up to a place."""
        once, by_line = self._law(staff.place, 0).mean, self._law(staff.place, 1).mean
        lane, start = many.lane, many.start
        jobs = end - start if many.lane.backlog is staff.queue else lane.orders[end] - lane.orders[start]
        return jobs * exact(once) + (lane.lines[end] - lane.lines[start]) * (by_line - once)

    def _many_served(self, staff: Staffed, came: Came, free: list[When]) -> Came:
        """Many through a stage, as if each took as long: those who are free first begin with the next one."""
        upto, many = came
        assert isinstance(many, Many)
        jobs = len(many) if many.lane.backlog is staff.queue else many.orders
        each = self._hours(staff, many, many.end) / jobs
        once, by_line = self._law(staff.place, 0).variance, self._law(staff.place, 1).variance
        batches = isinstance(many.lane.jobs[many.start], Batch) and many.lane.backlog is staff.queue
        lines = many.lane.lines[many.end] - many.lane.lines[many.start]
        variance = 0.0 if batches else once + lines / jobs * (by_line - once)
        begins = [when if when.at > many.since else upto._replace(at=many.since) for when in free]
        first = self._finish(staff, min(begins).at, each)
        hours = self._open(staff, [when.at for when in begins])
        level = _level(hours, jobs * each)
        left = jobs
        for n, (when, at) in enumerate(zip(begins, hours, strict=True)):
            mine = min(int((level - at) / each - 1e-9), left) if each > 0 and level > at else 0
            if mine > 0:
                left -= mine
                free[n] = when.after(self._finish(staff, when.at, mine * each), mine * each, mine * variance)
        heapify(free)
        for _ in range(left if each > 0 else 0):
            when = free[0] if free[0].at > many.since else upto._replace(at=many.since)
            heapreplace(free, when.after(self._finish(staff, when.at, each), each, variance))
        self._wait_for_the_staff(staff, upto.at, many, jobs * each, free)
        last = max(max(free).at, first)
        alone = self._finish(staff, upto.at, each)
        if alone > last:  # they come more slowly than they could be served: the last one begins when he comes
            last = alone
            heapreplace(free, upto.after(alone, each, variance))
        calendar = staff.calendar if isinstance(staff, OnCalendar) else None
        return When(last), Many(many.lane, many.start, many.end, first, calendar)

    def _wait_for_the_staff(self, staff: Staffed, upto: float, many: Many, work: float, free: list[When]) -> None:
        """Of many who come while the staff are off, or quicker than they can work, some still wait when the last one
        comes: as much as came since the time from which on the staff have been busiest."""
        calendars = [each for each in (many.hours, staff.calendar if isinstance(staff, OnCalendar) else None) if each]
        if not calendars or upto <= many.since:
            return
        turns = np.array([many.since, *(at for each in calendars for at in each.turns(many.since, upto)), upto])
        came = many.hours.open_before(turns) if many.hours is not None else turns
        done = np.array(self._open(staff, turns.tolist()))
        came_since = work * (came[-1] - came) / (came[-1] - came[0]) if came[-1] > came[0] else work * (turns < upto)
        waits = float(np.max(came_since - staff.staff * (done[-1] - done)))
        due = self._finish(staff, upto, waits / staff.staff) if waits > 0 else upto
        if due > max(free).at:
            free[:] = [when._replace(at=due) for when in free]

    def _open(self, staff: Staffed, times: list[float]) -> list[float]:
        """Hours of work until each time."""
        if isinstance(staff, OnCalendar):
            hours: list[float] = staff.calendar.open_before(np.array(times)).tolist()
            return hours
        return times

    def _finish(self, staff: Staffed, begins: float, work: float) -> float:
        """When work that is begun then is done."""
        return staff.calendar.finish(begins, work) if isinstance(staff, OnCalendar) else exact(begins + work)

    def _admitted(self, staff: Staffed, when: When, job: Shipment | Many) -> Came:
        """When somebody who comes takes his place in the queue: after the cut-off, with the next shift."""
        if not isinstance(staff, OnCalendar) or staff.cut_off is None:
            return when, job
        if isinstance(job, Many):
            job = job.part(job.start, job.end, staff.calendar.admit(job.since, staff.cut_off))
        return when._replace(at=staff.calendar.admit(when.at, staff.cut_off)), job

    def _law(self, place: int, lines: int) -> WorkLaw:
        key = self.site, place, lines
        if key not in self._laws:
            self._laws[key] = WorkLaw(*key)
        return self._laws[key]

    def _rest(self, staff: Staffed, job: Shipment, begun: float) -> When:
        """When somebody will be done who has been served since a time."""
        if isinstance(job, Batch):
            return When(max(self._done(staff, When(begun), job).at, self.now))
        law, spent = self._law(staff.place, lines_of(job)), exact(self.now - begun)
        if isinstance(staff, OnCalendar):
            before, upto = self._open(staff, [begun, self.now])
            spent = exact(upto - before)
        mean, variance = law.left(spent)
        return When(self.now).after(self._finish(staff, self.now, mean), mean, variance)


def _wave(when: When, every: float) -> When:
    return when._replace(at=next_multiple(when.at, every))


def _in_wave(when: When, job: Shipment | Many, every: float) -> Came:
    if isinstance(job, Many):
        job = job.part(job.start, job.end, next_multiple(job.since, every))
    return _wave(when, every), job


def _first(came: Came) -> float:
    """When somebody comes, of many the first."""
    when, job = came
    return job.since if isinstance(job, Many) else when.at


def _rank(staff: Staffed, job: Shipment | Many) -> int:
    if not staff.urgent:
        return 0
    return job.lane.jobs[job.start].terms.priority if isinstance(job, Many) else job.terms.priority


def _level(busy: list[float], work: float) -> float:
    """The hour up to which all are busy who share so much work, the one first who is free first.

    >>> _level([1.0, 5.0, 9.0], 6.0)
    6.0
    """
    total = 0.0
    for count, hour in enumerate(rising := sorted(busy), 1):
        total += hour
        level = (total + work) / count
        if count == len(rising) or level <= rising[count]:
            break
    return level
