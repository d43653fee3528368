"""When a run has settled: what is recommended, how sure that is, and the command that says so."""

import json
import math
import re
import shlex
import subprocess
from concurrent.futures import BrokenExecutor
from pathlib import Path

import numpy as np
import pytest
from command import command
from experiments.test_steady_state import plain

from simulator.experiments.executors import ExecutorError, Here, Workforce, workforce
from simulator.experiments.intervals import Sample, interval
from simulator.experiments.steady_state import Series, mser, play, resampled_cuts
from simulator.experiments.warm_up import WarmUp, warm_up
from simulator.reports.warm_up_words import verdict
from simulator.scenario.reading.load import load, parse
from simulator.scenario.scenario import Scenario

WEEK = 168.0


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
    done = command("warm-up", *shlex.split(line), *short, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "settling.png").is_file() == ("--chart" in line)


def test_the_python_example_of_the_page_runs(capsys):
    """Of a shelf in place of the wholesaler, whose year takes longer."""
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert '"quickstart"' in block
    short = load("textbook/base_stock", ["run.horizon=20 weeks"])
    exec(block.replace('"quickstart"', "short"), {"short": short})
    assert "1344.0" in capsys.readouterr().out
