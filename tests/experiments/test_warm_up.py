"""Series of KPIs counted one by one, the cut of the warm-up by hand, batch means by hand, and the command."""

import json
import math
import re
import shlex
import subprocess
import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path

import numpy as np
import pytest
from command import command
from scenes import EVERYTHING

import simulator
from simulator.engine.facts import (
    Allocated,
    Backordered,
    Cancelled,
    Delivered,
    LineOrdered,
    Lost,
    Ordered,
    Received,
    Served,
)
from simulator.engine.ledger import Ledger
from simulator.experiments.executors import ExecutorError, Here, Workforce, workforce
from simulator.experiments.intervals import Sample, interval
from simulator.experiments.steady_state import Series, batch_means, lag_1, mser, play, resampled_cuts, welch
from simulator.experiments.warm_up import WarmUp, warm_up
from simulator.measures.view import View
from simulator.mechanisms.returns.facts import Restocked
from simulator.replication.measure import NoSeriesError, catalogue, measure, series
from simulator.reports.warm_up_words import verdict
from simulator.scenario.reading.load import load, parse
from simulator.scenario.scenario import Scenario

WEEK = 168.0


def plain(values, step: float = 1.0, kpi: str = "on_hand") -> Series:
    values = np.atleast_2d(np.asarray(values, dtype=float))
    return Series(kpi, step, values, np.ones(values.shape))


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return simulator.simulate(parse(EVERYTHING))


def short_lines(ledger: Ledger) -> set[int]:
    return {fact.line for kind in (Backordered, Lost) for fact in ledger.of(kind)}


def test_fill_rates_of_weeks_are_those_of_the_lines_ordered_in_them(ledger):
    """An order counts in the week in which it is placed, whenever it asks for stock."""
    asked = {fact.line for kind in (Allocated, Backordered, Lost) for fact in ledger.of(kind)}
    placed = {fact.order: fact.at for fact in ledger.of(Ordered)}
    short, filled, lines = short_lines(ledger), [0] * 12, [0] * 12
    for line in ledger.of(LineOrdered):
        if line.line in asked:
            week = int(placed[line.order] // WEEK)
            lines[week] += 1
            filled[week] += line.line not in short
    found = series(ledger, ["line_fill_rate"], WEEK)["line_fill_rate"]
    assert found.tolist() == [filled, lines]
    assert min(filled) < max(filled)


def test_cycle_times_of_weeks_are_those_of_the_orders_placed_in_them(ledger):
    """An order counts with what became of it in the end, in the week of its entry."""
    run, ledger = ledger, ledger.followed
    owed: dict[int, float] = {}
    line_order, arrivals, last = {}, {}, {}
    for line in ledger.of(LineOrdered):
        owed[line.order], line_order[line.line] = owed.get(line.order, 0.0) + line.units, line.order
    for kind in (Lost, Cancelled):
        for fact in ledger.of(kind):
            owed[line_order[fact.line]] -= fact.units
    for fact in ledger.of(Delivered):
        arrivals[fact.shipment], last[fact.order] = fact.at, fact.at
    for fact in ledger.of(Allocated):
        owed[line_order[fact.line]] -= fact.units * (fact.shipment in arrivals)
    hours, orders = [0.0] * 12, [0] * 12
    for order in ledger.of(Ordered):
        if abs(owed[order.order]) < 1e-9 and order.order in last:
            hours[int(order.at // WEEK)] += last[order.order] - order.at
            orders[int(order.at // WEEK)] += 1
    found = series(run, ["order_cycle_time"], WEEK)["order_cycle_time"]
    assert found[1].tolist() == orders
    assert found[0] == pytest.approx(hours)


def test_stock_of_days_is_the_level_over_each_day(ledger):
    """The level is followed from change to change, and cut at every midnight."""
    changes = [(fact.at, fact.units) for kind in (Received, Restocked) for fact in ledger.of(kind)]
    changes += [(fact.at, -fact.units) for fact in ledger.of(Allocated)]
    cuts = sorted([*changes, *((24.0 * day, 0.0) for day in range(85))])
    level, before, area = float(np.nansum(ledger.opening)), 0.0, [0.0] * 84
    for at, units in cuts:
        if at > before:
            area[min(int(before // 24), 83)] += level * (at - before)
        level, before = level + units, at
    found = series(ledger, ["on_hand"], 24.0)["on_hand"]
    assert found[1] == pytest.approx([24.0] * 84)
    assert found[0] == pytest.approx(area)


def test_queue_times_of_days_are_those_of_the_jobs_that_came_in_them(ledger):
    hours, count = [0.0] * 84, [0] * 84
    for job in ledger.followed.of(Served):
        if not math.isnan(job.started) and job.queued < 84 * 24:
            hours[int(job.queued // 24)] += job.started - job.queued
            count[int(job.queued // 24)] += 1
    found = series(ledger, ["queue_time"], 24.0)["queue_time"]
    assert found[1].tolist() == count
    assert found[0] == pytest.approx(hours)


@pytest.fixture(scope="module", params=["everything", "full_service"])
def scenario(request) -> Scenario:
    if request.param == "everything":
        return parse(EVERYTHING)
    return load(request.param, ["run.horizon=6 weeks", "run.warm_up=2 weeks"])


def test_every_kpi_is_the_same_measured_from_any_time_on(scenario):
    """A view that begins later shares what the run knows with one that began at 0: it must not share more.

    Held against the same run of a scenario whose own warm-up ends there.
    """
    whole = View(simulator.simulate(scenario)).since(0.0)
    for kpi in catalogue().values():
        whole.values(kpi.function)
    data = dict(scenario.source)
    later = Scenario.model_validate({**data, "run": {**data["run"], "warm_up": "3 weeks"}})
    exact = measure(simulator.simulate(later)).values
    view = whole.since(3 * WEEK)
    for name, kpi in catalogue().items():
        found = view.values(kpi.function)
        assert (found is None) == (name not in exact), name
        if found is not None:
            assert found[""] == pytest.approx(exact[name][""], rel=1e-9, nan_ok=True), name


def test_the_steps_of_every_kpi_add_up_to_it(scenario):
    """Whatever has a series: denominators are not negative, shares lie between 0 and 1, and after the warm-up the
    steps together are the KPI."""
    ledger = simulator.simulate(scenario)
    exact, weeks, without = measure(ledger).values, int(scenario.run.warm_up / WEEK), set()
    for name, kpi in catalogue().items():
        try:
            found = series(ledger, [name], WEEK)
        except NoSeriesError:
            without.add(name)
            continue
        assert (name in found) == (name in exact)
        for above, below in found.values():
            assert (below >= 0).all(), name
            if kpi.unit.startswith("share"):
                assert (above >= -1e-9).all(), name
                assert (above <= below + 1e-9).all(), name
            total = below[weeks:].sum()
            whole = above[weeks:].sum() / total if total else math.nan
            assert whole == pytest.approx(exact[name][""][0], nan_ok=True), name
    never = {"order_cycle_time_p95", "order_cycle_time_sd", "perfect_order_product", "sla_attaining_cost"}
    assert without >= never.intersection(exact)
    assert not {"on_time", "total_cost", "queue_length", "utilisation", "failures_per_order"} & without


def test_the_own_warm_up_changes_nothing_of_a_series(ledger):
    other = simulator.simulate(parse(EVERYTHING.replace("warm_up: 2 weeks", "warm_up: 5 weeks")))
    kpis = ["unit_fill_rate", "on_hand", "queue_length", "total_cost"]
    for name, found in series(ledger, kpis, WEEK).items():
        assert series(other, kpis, WEEK)[name] == pytest.approx(found)


def test_a_step_that_is_not_whole_is_left_out_and_a_day_without_orders_is_empty(ledger):
    found = series(ledger, ["order_value"], 100.0)["order_value"]
    assert found.shape == (2, 20)  # 12 weeks are 2016 hours
    days = series(ledger, ["value_fill_rate"], 24.0)["value_fill_rate"]
    placed = ledger.columns(Ordered)["at"]
    empty = np.bincount((placed // 24).astype(int), minlength=84) == 0
    assert (days[:, empty] == 0).all()
    with pytest.raises(NoSeriesError, match="on_time_spread cannot be taken apart by time"):
        series(ledger, ["on_time_spread"], WEEK)


def test_workers_change_nothing():
    scenario = load("textbook/base_stock", ["run.horizon=4 weeks", "run.warm_up=0 h"])
    told = []
    with workforce(1) as one, workforce(2) as two:
        alone = play(one, scenario, ["on_hand", "unit_fill_rate"], 24.0, 3, lambda *done: told.append(done))
        together = play(two, scenario, ["on_hand", "unit_fill_rate"], 24.0, 3)
    for each, other in zip(alone, together, strict=True):
        assert (each.above == other.above).all()
        assert (each.below == other.below).all()
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert not (alone[0].above[0] == alone[0].above[1]).all()


class Dying(Here):
    """A worker that dies over its third replication."""

    def submit(self, fn, /, *args, **kwargs):
        return super().submit(self.die if args[1] == 2 else fn, *args, **kwargs)

    def die(self, *_):
        raise BrokenExecutor


def test_a_worker_that_dies_is_told():
    scenario = load("textbook/base_stock", ["run.horizon=4 weeks", "run.warm_up=0 h"])
    with pytest.raises(ExecutorError, match="a worker died while it played"):
        play(Workforce(Dying(), 1), scenario, ["on_hand"], 24.0, 8)


def test_mser_by_hand():
    """Batches 9, 1, 2, 1, 2, ... of which only the first is off: leaving it out is best, leaving out more is not."""
    batches = np.array([9.0, *([1.0, 2.0] * 10)])
    found = mser(plain(np.repeat(batches, 5)))
    assert (found.steps, found.mean, found.settled) == (5, 1.5, True)
    assert found.statistic == pytest.approx(0.25 / 20)


def test_what_fills_no_batch_is_left_over_at_the_end():
    found = plain([[1, 2, 3, 4, 9], [5, 6, 7, 8, 9]]).batches(2)
    assert found.above.tolist() == [[3, 7], [11, 15]]
    assert found.each.tolist() == [[1.5, 3.5], [5.5, 7.5]]
    assert found.step == 2.0
    assert mser(plain([*np.repeat([9.0, *([1.0, 2.0] * 10)], 5), 99, 99])).mean == 1.5


def test_mser_tells_a_run_that_is_too_short():
    assert not mser(plain(np.arange(100.0))).settled  # it goes on rising
    assert not mser(plain(np.ones(49))).settled  # nine batches
    assert (mser(plain(np.ones(50))).steps, mser(plain(np.ones(50))).settled) == (0, True)


def test_mser_passes_over_batches_in_which_nothing_counts():
    """Ten days of 9, ten days without orders, then 1 and 2 in turn: the cut lies at the end of the gap."""
    values = np.concatenate([np.full(10, 9.0), np.zeros(10), np.repeat([1.0, 2.0] * 10, 5)])
    below = np.where((np.arange(len(values)) >= 10) & (np.arange(len(values)) < 20), 0.0, 1.0)
    found = mser(Series("on_time", 24.0, values[None], below[None]))
    assert (found.steps, found.mean) == (20, 1.5)


def test_mser_takes_the_mean_of_the_replications():
    batches = np.array([9.0, *([1.0, 2.0] * 10)])
    noise = np.repeat([0.0, *([5.0, -5.0, -5.0, 5.0] * 5)], 5)
    both = np.stack([np.repeat(batches, 5) + noise, np.repeat(batches, 5) - noise])
    assert mser(plain(both)) == mser(plain(np.repeat(batches, 5)))


def test_welchs_curve_by_hand():
    """Two runs, window 1: the first step by itself, then means of three steps, the last step not at all."""
    found = welch(plain([[0, 2, 4, 10], [2, 4, 6, 12]]), 1)
    assert found.tolist() == [1.0, 3.0, (3 + 5 + 11) / 3]
    wide = welch(plain([1, 2, 6, 3, 8, 100, 100]), 2)
    assert wide.tolist() == [1.0, 3.0, 4.0, (2 + 6 + 3 + 8 + 100) / 5, (6 + 3 + 8 + 200) / 5]


def test_welchs_curve_weighs_steps_by_what_counts_in_them():
    found = welch(Series("on_time", 24.0, np.array([[1.0, 0, 90, 0]]), np.array([[1.0, 0, 100, 0]])), 1)
    assert found.tolist() == [1.0, 91 / 101, 0.9]
    assert math.isnan(welch(Series("on_time", 24.0, np.zeros((1, 3)), np.zeros((1, 3))), 0)[0])


def test_batch_means_by_hand():
    """Seven steps in three batches of two: the first is left over. Means 2, 4, 9: 5 +- 4.303 x 3.606 / 1.732."""
    found = batch_means(plain([100, 1, 3, 4, 4, 8, 10]), batches=3)
    assert found.hours == 2.0
    assert found.interval.point == pytest.approx(5.0)
    half = 4.30265273 * math.sqrt(13 / 3)
    assert (found.interval.low, found.interval.high) == pytest.approx((5 - half, 5 + half))
    assert found.correlation == pytest.approx(1 - (4 + 25) / (2 * 26))


def test_batch_means_of_a_ratio_are_sums_divided_by_sums():
    """Batches 1/1, 2/4, 9/10 as sums: 12/15, and linearised residuals 0.2, -1.2, 1 over a mean of 5."""
    found = batch_means(Series("x", 1.0, np.array([[1.0, 2, 9]]), np.array([[1.0, 4, 10]])), batches=3).interval
    assert found.point == pytest.approx(0.8)
    half = 4.30265273 * math.sqrt((0.04 + 1.44 + 1.0) / 2 / 3) / 5
    assert (found.low, found.high) == pytest.approx((0.8 - half, 0.8 + half))


def test_batches_are_whole_weeks_of_days():
    week = [5, 5, 5, 5, 5, 0, 0]
    found = batch_means(plain(week * 60, step=24.0), period=7)
    assert found.hours % WEEK == 0
    assert found.interval.point == pytest.approx(25 / 7)
    assert found.interval.high - found.interval.low < 1e-9  # every week is the same
    assert (found.batches, found.independent) == (15, True)


def test_batches_stay_whole_weeks_where_short_ones_are_alike():
    """Levels that last four weeks: batches of eight weeks are the first of which the halves pass."""
    levels = np.repeat(np.random.default_rng(8).standard_normal(60), 28)
    found = batch_means(plain(levels, step=24.0), period=7)
    assert found.hours % WEEK == 0
    assert found.hours >= 8 * WEEK


def test_batches_that_are_alike_are_told():
    slow = np.repeat([1.0, 2.0, 3.0, 4.0], 30)
    assert not batch_means(plain(slow)).independent
    assert not batch_means(plain(slow), batches=12).independent
    assert batch_means(plain(np.random.default_rng(5).standard_normal(400))).independent


def test_neighbours_are_within_one_run_only():
    """The step from one run to the next is no pair: 1 2 | 8 9 has two pairs with differences of 1."""
    assert lag_1(np.array([[1.0, 2.0], [8.0, 9.0]])) == pytest.approx(1 - (2 / 2) / (2 * 50 / 3))


@pytest.mark.parametrize("batches", [1, 8])
def test_impossible_numbers_of_batches_are_refused(batches):
    with pytest.raises(ValueError, match="from 2 to 7"):
        batch_means(plain(np.arange(7.0)), batches=batches)
    with pytest.raises(ValueError, match="too short for 10 batches: it has 7"):
        batch_means(plain(np.arange(7.0)))


def settling(after: int, steps: int, kpi: str = "on_hand", seed: int = 1) -> Series:
    """Ten runs around 10 that start at 60 and are there after so many steps."""
    noise = np.random.default_rng(seed).standard_normal((10, steps)) * 0.1
    return plain(10 + 50 * (np.arange(steps) < after) + noise, step=24.0, kpi=kpi)


@pytest.fixture
def house() -> Scenario:
    return load("textbook/base_stock", ["run.horizon=60 weeks", "run.warm_up=4 weeks"])


def test_the_longest_cut_counts_rounded_up_to_weeks(house):
    found = WarmUp(house, [settling(10, 420), settling(50, 420, "backorders", 2)])
    assert [cut.steps for cut in found.cuts] == [10, 50]
    assert found.hours == 8 * WEEK
    assert found.unit == WEEK
    assert {each.steps for each in found.steady} == {420 - 56}
    first, every = found.one_run()[0], found.all_runs()[0]
    assert first.interval.point == pytest.approx(found.series[0].each[0, 56:].mean())
    assert every.point == pytest.approx(found.series[0].each[:, 56:].mean())
    assert (first.batches, every.replications) == (13, 10)  # of four weeks each
    assert found.differing == ["backorders"]  # of its 10th to 50th day, from the 28th on is measured now
    assert verdict(found) == (
        "Recommended warm-up: 8 weeks; drawing the 10 replications again gives 8 to 11 weeks in four cases of five, "
        "and the longest is the safe choice. The scenario's own, 4 weeks, is too short: it changes backorders."
    )


def test_what_the_own_warm_up_changes_is_told_in_either_direction_and_beyond_chance(house):
    """Means of ten runs differ with t = 2.4: of one KPI alone that is told, of one of six looked at together not."""
    low = settling(50, 420, "backorders")
    low = Series(low.kpi, low.step, 20 - low.above, low.below)
    assert WarmUp(house, [settling(10, 420), low]).differing == ["backorders"]
    change = np.array([-1.0, 1.0] * 5)
    change = (change / change.std(ddof=1) * np.sqrt(10) + 2.4) * 392 / 27  # t of 2.4 with 9 degrees of freedom
    early = np.zeros((10, 420))
    early[:, 28:55] = change[:, None]
    borderline = plain(early, step=24.0, kpi="backorders")
    steep = [settling(50, 420, "on_hand", seed) for seed in range(5)]
    assert WarmUp(house, [steep[0], borderline]).hours == 8 * WEEK
    assert "backorders" not in WarmUp(house, [*steep, borderline]).differing
    for confidence, told in ((0.95, True), (1 - 0.05 / 6, False)):
        low, high = interval(Sample("mean", change * 27 / 392), confidence)[1:3]
        assert (low > 0 or high < 0) == told


def test_a_warm_up_that_is_long_enough_is_told(house):
    found = WarmUp(house, [settling(15, 420)])
    assert found.hours == 3 * WEEK
    told = verdict(found)
    assert told.startswith("Recommended warm-up: 3 weeks; drawing the 10 replications again gives 3 to 5 weeks in four")
    assert told.endswith("The scenario's own, 4 weeks, is long enough, though not for the safe choice.")
    patient = load("textbook/base_stock", ["run.horizon=60 weeks", "run.warm_up=5 weeks"])
    assert verdict(WarmUp(patient, found.series)).endswith("The scenario's own, 5 weeks, is long enough.")


def test_the_range_of_a_warm_up_by_hand(house):
    """One run of ten is off for 20 weeks, the others settle at once: a resample without it says 0, one with it more.

    It is missing in (9 / 10) ^ 10 = 35 % of the resamples, so that the lower end of four cases in five is 0.
    """
    above = np.random.default_rng(1).standard_normal((10, 420)) * 0.1 + 10
    above[0, :140] += 1000
    found = WarmUp(house, [plain(above, step=24.0)])
    assert found.longest == 20 * WEEK
    assert found.range.low <= 2 * WEEK
    assert found.range.high >= 20 * WEEK
    assert found.unstable
    assert math.isnan(found.hours)
    assert found.used == house.run.warm_up
    assert "not to be told from 10 replications of 60 weeks: the mean over them says 20 weeks" in verdict(found)
    assert "Run longer, or more often" in verdict(found)


def test_resamples_are_cut_as_the_mean_of_the_same_replications_is():
    """Resampling as a sum of draws gives what MSER-5 gives of the replications put together one by one."""
    series = settling(30, 200, seed=3)
    draws = np.random.default_rng(7).multinomial(10, np.full(10, 0.1), 20)
    found = resampled_cuts([series], seed=7, resamples=20)[:, 0]
    for drawn, cut in zip(draws, found, strict=True):
        rows = np.repeat(np.arange(10), drawn)
        again = mser(Series(series.kpi, series.step, series.above[rows], series.below[rows]))
        assert cut == (again.steps if again.settled else math.inf)


def test_a_single_replication_says_nothing_of_how_stable_it_is(house):
    one = WarmUp(house, [settling(15, 420).runs[0]])
    assert one.range is None
    assert "single replication" in verdict(one)


def test_a_run_that_is_too_short_has_no_recommendation(house):
    """One that rises on and on, and one whose cut of 50 days of 111 comes to 8 weeks, more than half."""
    rising = plain(np.arange(420.0), step=24.0, kpi="backorders")
    found = WarmUp(house, [settling(10, 420), rising])
    assert math.isnan(found.hours)
    assert found.unsettled == ["backorders"]
    assert "The run of 60 weeks is too short to tell: backorders had not settled" in verdict(found)
    assert "run.horizon='120 weeks'" in verdict(found)
    assert found.used == 4 * WEEK
    late = WarmUp(load("textbook/base_stock", ["run.horizon=111 days", "run.warm_up=0 h"]), [settling(50, 111)])
    assert late.cuts[0].settled
    assert late.unsettled == ["on_hand"]


def test_short_runs_are_rounded_to_days_or_hours():
    for horizon, step, unit in (
        ("20 days", 1.0, 24.0),
        ("60 h", 1.0, 1.0),
        ("60 weeks", 1.0, WEEK),
        ("9 weeks", WEEK, WEEK),
    ):
        house = load("textbook/base_stock", [f"run.horizon={horizon}", "run.warm_up=0 h"])
        assert WarmUp(house, [plain(np.ones(60), step=step)]).unit == unit


@pytest.mark.parametrize(
    ("horizon", "step"), [("100 weeks", WEEK), ("99 weeks", 24.0), ("50 days", 24.0), ("49 days", 1.0)]
)
def test_the_step_suits_the_length_of_the_run(horizon, step):
    house = load("textbook/base_stock", [f"run.horizon={horizon}", "run.warm_up=0 h"])
    with workforce(1) as crew:
        assert warm_up(crew, house, 1, kpis=["on_hand"]).step == step


ROAD = """
name: A long road
run: {{start: 2026-01-05, horizon: 100 days, seed: 3}}
market: {{segments: {{all: {{demand: {{rule: poisson, orders: 20 per day}}, basket: {{units: 1}}}}}}}}
products: {{item: {{}}}}
network: {{sites: {{store: {{stages: [{{stage: transit, time: {days} days}}]}}}}}}
service: {{rules: [{{promise: {{rule: fixed, time: 6 days}}}}]}}
"""


def test_orders_that_are_open_at_the_end_are_followed():
    """Orders take five days on the road, or forty: those of the last days arrive after the end, and are counted."""
    for days, on_time in ((5, 1.0), (40, 0.0)):
        with workforce(1) as crew:
            found = warm_up(crew, parse(ROAD.format(days=days)), 2, kpis=["order_cycle_time", "on_time"])
        assert found.step == 24.0
        assert found.run_out == 0.0
        assert found.series[0].curve == pytest.approx(np.full(100, 24.0 * days))
        assert found.series[1].curve == pytest.approx(np.full(100, on_time))
        assert found.hours == 0.0


def warm(*words: str, cwd) -> subprocess.CompletedProcess[str]:
    return command("warm-up", "textbook/base_stock", "--set", "run.horizon=30 weeks", *words, cwd=cwd)


def test_the_command_says_what_to_do_and_draws_it(tmp_path):
    done = warm("-n", "3", "--workers", "1", "--step", "week", "--picture", "p.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "3 replications of 30 weeks in steps of 1 week, seed 1" in done.stdout
    assert "too short to tell" in done.stdout  # 6 batches of 5 weeks
    assert "on_hand" in done.stdout
    assert "too short a run" not in done.stdout
    assert (tmp_path / "p.png").stat().st_size > 10_000


def test_the_command_gives_json_and_nothing_else(tmp_path):
    words = ("-n", "4", "--seed", "9", "--kpi", "on_hand", "--kpi", "unit_fill_rate", "--format", "json")
    done = warm(*words, "--picture", "p.svg", "--workers", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "NaN" not in done.stdout
    found = json.loads(done.stdout)
    assert [row["kpi"] for row in found["kpis"]] == ["on_hand", "unit_fill_rate"]
    assert (found["seed"], found["replications"], found["step"]) == (9, 4, 24.0)
    assert found["warm_up"]["recommended"] % WEEK == 0
    assert found["warm_up"]["own"] == 8 * WEEK
    for row in found["kpis"]:
        assert row["batch_means"]["low"] < row["batch_means"]["mean"] < row["batch_means"]["high"]
        assert row["replications"]["low"] < row["replications"]["mean"] < row["replications"]["high"]
    assert "<svg" in (tmp_path / "p.svg").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kpi", "fill"), "there is no KPI 'fill'"),
        (("--kpi", "order_cycle_time_p95", "-n", "1"), "order_cycle_time_p95 cannot be taken apart by time"),
        (("--kpi", "queue_time", "--kpi", "on_time", "-n", "1"), "nothing to measure for on_time, queue_time"),
        (("--picture", "p.jpeg"), "the name of a picture ends in .png or .svg"),
        (("--picture", "no/such/p.png"), "there is no folder"),
        (("--step", "month"), "month"),
        (("-n", "0"), "0"),
    ],
)
def test_bad_input_is_told_in_words(words, said, tmp_path):
    done = warm(*words, "--workers", "1", cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


PAGE = (Path(__file__).parents[2] / "docs" / "warm_up.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", re.findall(r"^\$ simulator warm-up (.*)$", PAGE, re.MULTILINE))
def test_the_commands_of_the_page_run(line, tmp_path):
    short = ("--set", "run.horizon=10 weeks", "-n", "2", "--workers", "1")
    words = [sys.executable, "-m", "simulator", "warm-up", *shlex.split(line), *short]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "settling.png").is_file() == ("--chart" in line)


def test_the_python_example_of_the_page_runs(monkeypatch, capsys):
    short = load("textbook/base_stock", ["run.horizon=20 weeks"])
    monkeypatch.setattr(simulator, "load", lambda name: short)
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(block, {})
    assert "1344.0" in capsys.readouterr().out
