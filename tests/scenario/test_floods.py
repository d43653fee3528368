"""A flood is told before it begins, work that never ends and days past all calendars too; nothing hangs."""

import pickle

import numpy as np
import pytest
from command import command

import simulator
from simulator.experiments.executors import workforce
from simulator.experiments.sensitivity import sensitivity
from simulator.experiments.warm_up import warm_up
from simulator.planning.effort import EVENT, FloodError, effort
from simulator.planning.order_flow import line_mean
from simulator.planning.staff_load import loads
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import load, parse

SHOP = """\
name: Shop
run: {horizon: 4 weeks, warm_up: 1 week}
market: {segments: {all: {demand: {rule: poisson, orders: 5 per day}, basket: {units: 2}}}}
products: {mug: {price: 3, cost: 1}, cup: {price: 2}}
network:
  calendars: {c: {days: mon-fri, hours: "08:00-17:00"}}
  suppliers: {s: {lead_time: 2 days}}
  sites:
    w:
      stages: [{stage: picking, staff: 1, calendar: c, time: 5 min}, {stage: transit, time: 1 h}]
      stock: {default: {rule: base_stock, level: 5}}
service: {rules: [{promise: {rule: fixed, time: 3 days}}]}
"""
STAGE = "network.sites.w.stages[0]"
STOCK = "network.sites.w.stock.default"
FLOODS = {
    "market.segments.all.demand.orders=1e9 per day": "28 thousand million orders",
    "market.segments.all.demand={rule: renewal, gap: 1e-9 s}": "2.4e+15 orders",
    "market.segments.all.demand={rule: scheduled, every: 1e-9 s, first: 0 h}": "2.4e+15 orders",
    "market.segments.all.demand={rule: poisson, orders: 5 per day, rhythm: {trend: 10}}": "orders",
    "market.segments.all.basket.lines=1000000000": "140 thousand million lines",
    "market.segments.all.basket={lines: {geometric: {mean: 1e8}}, units: {poisson: {mean: 1}}}": "14 thousand million",
    STOCK + "={rule: periodic, every: 1e-9 s, level: 5}": "2.5e+15 events",
    "segmentation={customers: {rule: abc, review: 1e-9 s}}": "2.5e+15 events",
    "network.sites.w.returns={independent: {rate: 1e9 per h}}": "2.69e+03 thousand million events",
    "goodwill={default: {acquisition: {rate: 1e9 per h, room: 1}}}": "672 thousand million events",
    "service.rules[0].returns={rate: 1, lag: 0 h, exchange: 0.999999999}": "140 thousand million orders",
}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(SHOP)


@pytest.mark.parametrize("change", FLOODS)
def test_a_flood_is_told_by_check_and_refused_by_run(change):
    longer = ["--set", "run.horizon=90 years"] if "trend" in change else []
    changes = ["shop.yaml", "--set", change, *longer]
    told = command("check", *changes)
    assert told.returncode == 0
    assert FLOODS[change] in told.stderr
    assert "run refuses it; --yes, or yes=True from Python, goes on all the same" in told.stderr
    refused = command("run", *changes, "-n", "2")
    assert refused.returncode == 2
    assert FLOODS[change] in refused.stderr
    assert "Traceback" not in refused.stderr


FLOOD = "market.segments.all.basket.lines=1000000000"


@pytest.mark.parametrize(
    "words",
    [
        ["compare", "shop.yaml", "shop.yaml"],
        ["select", "shop.yaml", "shop.yaml", "--kpi", "margin", "--procedure", "subset"],
        ["sweep", "shop.yaml", "--vary", f"{STAGE}.staff=1,2"],
        ["sensitivity", "shop.yaml", "--input", f"{STAGE}.staff=1..2"],
        ["warm-up", "shop.yaml", "-n", "2"],
        ["story", "shop.yaml", "--order", "1"],
        ["card", "shop.yaml"],
    ],
    ids=lambda words: words[0],
)
def test_every_command_that_plays_refuses(words):
    if words[0] in ("compare", "select"):
        with open("shop2.yaml", "w", encoding="utf-8") as other:
            other.write(SHOP.replace("level: 5", "level: 6").replace("name: Shop", "name: Shop 2"))
        words[2] = "shop2.yaml"
    done = command(*words, "--set", FLOOD)
    assert done.returncode == 2, done.stderr
    assert "thousand million events needs about" in done.stderr
    assert "--yes" in done.stderr


def test_yes_goes_on(monkeypatch):
    monkeypatch.setattr("simulator.planning.effort.MOST_EVENTS", 10)
    assert command("run", "shop.yaml", "-n", "1").returncode == 2
    assert command("run", "shop.yaml", "-n", "1", "--yes").returncode == 0
    assert command("run", "shop.yaml", "-n", "1").returncode == 2, "it is asked anew"


def test_from_python_a_parameter_goes_on(monkeypatch):
    shop, other = load("shop.yaml"), load("shop.yaml", [f"{STOCK}.level=6"])
    vary = {f"{STAGE}.staff": [1, 2]}
    calls = [
        lambda **yes: simulator.simulate(shop, **yes),
        lambda **yes: simulator.run(shop, 2, workers=1, **yes),
        lambda **yes: simulator.compare([shop, other], replications=2, workers=1, **yes),
        lambda **yes: simulator.sweep(shop, vary, replications=2, workers=1, **yes),
        lambda **yes: simulator.select([shop, other], "margin", procedure="subset", replications=2, workers=1, **yes),
        lambda **yes: sensitivity(shop, {f"{STAGE}.staff": (1, 2)}, replications=2, workers=1, **yes),
    ]
    monkeypatch.setattr("simulator.planning.effort.MOST_EVENTS", 10)
    for call in calls:
        with pytest.raises(FloodError, match=r"events .* yes=True from Python"):
            call()
        call(yes=True)
    with workforce(1) as crew, pytest.raises(FloodError):
        warm_up(crew, shop, 2)
    assert isinstance(pickle.loads(pickle.dumps(FloodError("x"))), FloodError)


def test_memory_counts_for_all_that_is_played_side_by_side():
    """So many events at 300 bytes: what one process may do is too much for ten."""
    needs = effort(parse(SHOP))
    assert needs.flood(1, memory=1e9) == ""
    assert "10 side by side" in needs.flood(10, memory=5e8)
    assert needs.memory > EVENT * needs.events


GALLERY = ["quickstart", "full_service", "textbook/lost_sales", "textbook/truck_departure", "what_if/order_desk"]


@pytest.mark.parametrize("name", GALLERY)
def test_what_is_expected_is_what_is_counted(name):
    """Within half and double of the orders, the lines and the facts of a run."""
    scenario = load(name, ["run.horizon=3 weeks", "run.warm_up=1 week"])
    ledger, needs = simulator.simulate(scenario), effort(scenario)
    facts = {kind.__name__: len(next(iter(ledger.columns(kind).values()))) for kind in ledger.kinds}
    counted = {"orders": facts["Ordered"], "lines": facts["LineOrdered"], "events": sum(facts.values())}
    for what, count in counted.items():
        assert 0.5 < getattr(needs, what) / count < 2, what


def test_lines_that_are_not_wanted_after_all_are_counted_without_drawing_each():
    """Half of the lines are of 0 units: an order of 4 lines has 2 on average, none in a sixteenth of the cases."""
    scenario = parse(SHOP.replace("basket: {units: 2}", "basket: {lines: 4, units: {empirical: {values: [0, 2]}}}"))
    (flow,) = simulator.planning.order_flow.flows(scenario)
    assert flow.lines == pytest.approx(2 / (15 / 16), rel=0.02)
    assert flow.orders.sum() == pytest.approx(5 * 28 * 15 / 16, rel=0.01)
    assert line_mean(scenario.market.segments["all"], "") == 4


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("market.segments.all.customers=1000000000", "must be 1000000 or less, found 1000000000"),
        (f"{STAGE}.staff=1000000000", "must be 100000 or less"),
        (f"{STAGE}.batch={{orders: 1000000000, within: 1 h}}", "must be 1000 or less"),
        ("run.start=9999-12-01", "a day of the years 1900 to 2999 is expected; found the date 9999-12-01"),
        ("run.start=0001-01-01", "a day of the years 1900 to 2999 is expected"),
        (f"{STAGE}.time=1e17 days", "a duration of at most 1000 years is expected"),
        (f"{STAGE}.time=1e999999999 days", "a duration with its unit is expected"),
        ("run.horizon=1e99 weeks", "a duration of at most 1000 years is expected"),
    ],
)
def test_what_nobody_means_is_refused(change, expected):
    with pytest.raises(ScenarioError, match=expected):
        load("shop.yaml", [change])


@pytest.mark.parametrize(
    "change",
    [
        f"{STAGE}={{stage: picking, waves: 1e-9 s, time: 1 h}}",
        f"{STAGE}={{stage: picking, waves: 1 s, time: 1 h}}",
        f"{STAGE}={{stage: picking, time: 1 h, departures: {{every: 1e-9 s}}}}",
        f"{STAGE}.batch={{orders: 200, within: 1 h}}",
    ],
)
def test_what_is_often_keeps_check_no_longer(change):
    assert command("check", "shop.yaml", "--set", change).returncode == 0


HANG = """\
name: A job longer than the calendar
run: {start: 2026-01-05, horizon: 4 weeks}
market: {segments: {all: {demand: {rule: scheduled, every: 2 weeks, first: 1 h}, basket: {units: 2}}}}
products: {mug: {price: 3}}
network:
  calendars: {c: {days: mon, hours: "08:00-08:01"}}
  sites:
    w:
      stages:
        - {stage: picking, staff: 1, calendar: c, time: 400 days}
        - {stage: packing, calendar: c, waves: 1 h, cut_off: "12:00", time: 1 min}
        - {stage: shipping, waves: 1 h, time: 900 years}
        - {stage: transit, time: 1 h, departures: {at: ["12:00"]}}
"""


@pytest.mark.parametrize("staff", ["staff: 1, ", ""], ids=["staffed", "not staffed"])
def test_work_that_a_calendar_cannot_hold_is_told_and_quick(staff):
    """A minute on each of four Mondays: a job of 400 days is not done in this run, nor in any."""
    scenario = parse(HANG.replace("staff: 1, ", staff))
    result = simulator.run(scenario, 1, workers=1)
    assert result.estimate("open_orders").mean == 1
    with open("hang.yaml", "w", encoding="utf-8") as file:
        file.write(HANG.replace("staff: 1, ", staff))
    told = command("check", "hang.yaml").stderr
    assert (
        "network.sites.w.stages[0].time: picking takes 400 days of work, and is open for 4 min in the whole run: "
        "it is never done (by the calendar 'c')"
    ) in told


def test_a_calendar_that_never_opens_is_refused():
    mondays = ", ".join(str(np.datetime64("2026-01-05") + 7 * week) for week in range(60))
    with pytest.raises(ScenarioError, match=r"network\.calendars\.c: it is never open in 400 days from the start"):
        parse(HANG.replace('"08:00-08:01"', f'"08:00-08:01", closed: [{mondays}]'))


def test_a_run_may_end_at_the_end_of_the_years():
    scenario = load("shop.yaml", ["run.start=2999-12-20", "run.horizon=5 weeks"])
    assert len(simulator.simulate(scenario).of(simulator.engine.facts.Delivered)) > 50
    assert loads(scenario)
