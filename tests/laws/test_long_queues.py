"""A promise behind a long queue is the one that a plain walk through it would give, and costs as little."""

import math
from heapq import heapify, heappop, heappush, heapreplace

import pytest
from scenes import play

from simulator.engine import work_ahead
from simulator.engine.backlog import goods_due, members_of
from simulator.engine.gathering import Batches, Waves
from simulator.engine.stations import Delay, Step
from simulator.engine.work_ahead import Through, When, lines_of
from simulator.lifecycle import rule_views

SCENE = """
name: Long queues
run: {{start: 2026-01-05, horizon: {days} days, seed: 3}}
market:
  segments:
    trade: {{demand: {{rule: poisson, orders: 40 per day}}, priority: 1, basket: {{lines: {lines}, units: 1}}}}
    public: {{demand: {{rule: poisson, orders: 70 per day}}, priority: {public}, basket: {{lines: {lines}, units: 1}}}}
products: {{p: {{price: 10, cost: 5}}, q: {{price: 10, cost: 5}}, r: {{price: 10, cost: 5}}}}
network:
  calendars:
    office: {{days: mon-sat, hours: "08:00-16:00"}}
    nights: {{hours: "22:00-06:00"}}
  suppliers: {{s: {{lead_time: 2 days}}}}
  sites:
    w: {{stages: [{stages}], stock: {{default: {{rule: base_stock, level: {level}}}}}}}
service: {{rules: [{{promise: {{rule: capable_to_promise, cycle: 2 days, share: 0.9}}}}]}}
"""


class Plain(Through):
    """The same way, looking at everybody, one after the other, to the end."""

    def delivered(self, begins, ready):
        me = self._walk(self.site.desk, When(begins))
        me = When(ready) if me.at < ready else me
        known = {job for _, job in self._others}
        waiting = [job for job in self.site.pending if job not in known and job is not self.order]
        here = [*self._others, *((When(self.now), job) for job in waiting)]
        self._others = [(when._replace(at=max(when.at, goods_due(job))), job) for when, job in here]
        return self._walk(self.order.terms.dock, me)

    def _walk(self, stages, me):
        for stage in stages:
            if isinstance(stage, Delay):
                for step in (each for each in stage.steps if isinstance(each, Step)):
                    me = self._pass(step, me, self.lines)
                    self._others = [(self._pass(step, when, lines_of(job)), job) for when, job in self._others]
                continue
            if isinstance(stage, Waves):
                self._others += [(When(self.now), job) for job in stage.waiting]
                self._others = [(work_ahead._wave(when, stage.every), job) for when, job in self._others]
                me = work_ahead._wave(me, stage.every)
                stage = stage.stage
            me = self._in_turn(stage.stage if isinstance(stage, Batches) else stage, me)
        return me

    def _in_turn(self, staff, me):
        busy = [(self._rest(staff, job, begun), job) for job, begun in staff.working.items()]
        free = [When(self.now)] * staff.free + [when for when, _ in busy]
        done = [(when, member) for when, job in busy for member in members_of(job)]
        comes = [(When(self.now), job) for job in staff.queue]
        later = [self._admitted(staff, when, job) for when, job in [*self._others, (me, self.order)]]
        comes += sorted(later, key=lambda each: each[0].at)
        jobs = [(when.at, job.terms.priority * staff.urgent, n, when, job) for n, (when, job) in enumerate(comes)]
        ready = []
        heapify(jobs)
        heapify(free)
        while jobs or ready:
            if not ready and jobs[0][0] > free[0].at:
                heappush(ready, heappop(jobs)[1:])
            while jobs and jobs[0][0] <= free[0].at:
                heappush(ready, heappop(jobs)[1:])
            _, _, when, job = heappop(ready)
            finished = self._done(staff, free[0] if free[0].at > when.at else when, job)
            heapreplace(free, finished)
            if job is self.order:
                mine = finished
            done += [(finished, member) for member in members_of(job) if member is not self.order]
        self._others = sorted(done, key=lambda each: each[0].at)
        return mine


PACKING = "{stage: packing, staff: 2, time: 15 min}"
EXACT = {
    "one server": "{stage: picking, staff: 1, time: {exponential: {mean: 30 min}}}, " + PACKING,
    "several": "{stage: picking, staff: 3, time: {exponential: {mean: 90 min}}}, {stage: transit, time: 1 day}",
    "office hours": "{stage: picking, staff: 2, calendar: office, time: {gamma: {mean: 20 min, cv: 0.5}}}, " + PACKING,
    "nights": '{stage: picking, staff: 1, calendar: nights, cut_off: "23:30", time: 10 min}, ' + PACKING,
    "at the desk": "{stage: entry, staff: 2, time: {exponential: {mean: 55 min}}}, " + PACKING,
    "two queues": "{stage: picking, staff: 2, time: 40 min}, {stage: packing, staff: 1, time: 25 min}",
    "patience": "{stage: entry, staff: 1, places: 30, time: 30 min}, " + PACKING,
}
NEARLY = {
    "by lines": ("{stage: picking, staff: 3, time: 20 min, line_time: 30 min}, " + PACKING, 2.0),
    "waves": ("{stage: picking, staff: 2, waves: 2 h, time: 20 min, line_time: 10 min}, " + PACKING, 2.0),
    "batches": ("{stage: picking, staff: 2, batch: {orders: 3, within: 2 h}, time: 2 h, line_time: 5 min}", 3.0),
    "by day after the night": ("{stage: picking, staff: 1, time: 30 min}, "
                               "{stage: packing, staff: 2, calendar: office, time: 9 min}", 1.0),
}  # fmt: skip


def both_ways(monkeypatch, stages, public=2, lines="1", near=2, days=1.5):
    """Every promise of a run, looked at in both ways: hours from now."""
    found = []

    class Both(Through):
        def delivered(self, begins, ready):
            mine = super().delivered(begins, ready)
            if not self._alone:
                plain = Plain(self.order, self.now, self._laws).delivered(begins, ready)
                found.append((mine, plain))
            return mine

    monkeypatch.setattr(work_ahead, "NEAR", near)
    monkeypatch.setattr(rule_views, "Through", Both)
    play(SCENE.format(stages=stages, public=public, lines=lines, days=days, level=60))
    return found


@pytest.mark.parametrize("system", EXACT)
def test_the_promise_is_that_of_the_plain_walk(monkeypatch, system):
    found = both_ways(monkeypatch, EXACT[system])
    assert [mine.at for mine, _ in found] == [plain.at for _, plain in found]
    for mine, plain in found:
        assert math.isclose(mine.variance, plain.variance, rel_tol=1e-6, abs_tol=1e-9)


@pytest.mark.parametrize("system", NEARLY)
def test_where_orders_take_unlike_times_it_is_within_one_order(monkeypatch, system):
    stages, hours = NEARLY[system]
    found = both_ways(monkeypatch, stages, lines="{geometric: {mean: 2}}")
    assert max(abs(mine.at - plain.at) for mine, plain in found) <= hours


def test_a_promise_costs_the_same_behind_ten_times_the_queue(monkeypatch):
    """Eight times the work that can be done: after five days, some 480 orders wait."""
    asked, jobs = [], [0]
    done, delivered = Through._done, Through.delivered

    def counting(self, *args):
        jobs[0] += 1
        return done(self, *args)

    def looked_at(self, begins, ready):
        jobs[0] = 0
        when = delivered(self, begins, ready)
        asked.append(jobs[0])
        return when

    monkeypatch.setattr(Through, "_done", counting)
    monkeypatch.setattr(Through, "delivered", looked_at)
    play(
        SCENE.format(
            stages="{stage: picking, staff: 1, time: 108 min}, " + PACKING, public=2, lines="1", days=5, level=900
        )
    )
    assert max(asked[-200:]) < 12 * work_ahead.NEAR  # 480 and more in a plain walk
