"""Who still waits at the end of the run counts: orders and supplies are followed until they have come to their end.

Each case would be wrong if those that are open at the horizon were left out: these wait longer than most.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from openpyxl import load_workbook
from scenes import play

import simulator
from simulator.drawing.wording import figure
from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.experiments.intervals import mean_interval
from simulator.measures.view import View
from simulator.replication.measure import measure
from simulator.reports.page import page
from simulator.reports.story import tell
from simulator.reports.workbook import write_workbook
from simulator.scenario.reading.load import parse

NIGHT = """
name: Closed at night
run: {start: 2026-01-05, horizon: 9 weeks, warm_up: 1 week, seed: 328}
market: {segments: {all: {demand: {rule: poisson, orders: 5 per hour}, basket: {units: 1}}}}
products: {item: {}}
network:
  calendars: {office: {days: mon-fri, hours: "09:00-17:00"}}
  sites: {desk: {stages: [{stage: entry, calendar: office, time: 3 h}]}}
"""


def over(scenario: str, kpis: tuple[str, ...], replications: int) -> dict[str, np.ndarray]:
    """The values of KPIs in each replication."""
    loaded = parse(scenario)
    found = [measure(simulator.simulate(loaded, each), kpis).values for each in range(replications)]
    return {kpi: np.array([each[kpi][""][0] for each in found]) for kpi in kpis}


def holds(values: np.ndarray, exact: float) -> bool:
    """Whether an exact value is within the sampling error: 1 in 1,000 intervals does not hold it."""
    found = mean_interval(values, 0.999)
    return found.low <= exact <= found.high


def test_a_desk_that_is_closed_at_night():
    """Orders come evenly over the week. One that comes at a time of the week t is done after three office hours.

    Waiting and work by the clock, integrated over the week: 20.5238 h. The run ends on a Sunday at midnight, when the
    orders of 55 h wait.
    """
    minutes = np.arange(0.5, 7 * 24 * 60) / 60
    week = np.concatenate([day * 24 + np.arange(9, 17, 1 / 60) for day in (0, 1, 2, 3, 4, 7, 8)])
    done = week[np.searchsorted(week, minutes) + 3 * 60 - 1] + 1 / 60
    exact = float((done - minutes).mean())
    assert exact == pytest.approx(20.5238, abs=0.01)
    found = over(NIGHT, ("order_cycle_time", "stage_time", "open_orders", "unfinished_orders"), 12)
    assert holds(found["order_cycle_time"], exact)
    assert holds(found["stage_time"], exact)
    assert found["open_orders"].min() > 0.03
    assert found["unfinished_orders"].max() == 0.0


SHELF = """
name: A month to wait
run: {{start: 2026-01-05, horizon: 72 weeks, warm_up: 20 weeks, seed: 11}}
market: {{segments: {{all: {{demand: {{rule: poisson, orders: 1 per day}}, basket: {{units: 1}}}}}}}}
products: {{item: {{}}}}
network:
  suppliers: {{maker: {{lead_time: {lead_time}}}}}
  sites: {{store: {{stock: {{item: {{rule: base_stock, level: 0}}}}}}}}
service: {{stockout: {{rule: backorder}}}}
"""


@pytest.mark.parametrize("lead_time", ["{exponential: {mean: 30 days}}", "30 days"])
def test_a_month_of_lead_time_in_a_run_of_a_year(lead_time):
    """Made to order: every unit waits for a supply, 720 h in the mean, from the first measured day to the last.

    Who waits longest is given what comes first; by Little's law the mean is that of the lead times all the same.
    """
    kpis = ("order_cycle_time", "wait_time", "backorder_age", "supplier_lead_time", "unfinished_orders")
    found = over(SHELF.format(lead_time=lead_time), kpis, 30)
    for kpi in ("order_cycle_time", "wait_time", "backorder_age", "supplier_lead_time"):
        spread = found[kpi].std()
        assert holds(found[kpi], 720.0) if spread > 1e-6 else found[kpi][0] == pytest.approx(720.0), kpi
    assert found["unfinished_orders"].max() == 0.0


def test_lead_times_from_the_first_day_on():
    """A run of a year without a warm-up: one in twelve supplies comes after it, and these are the long ones."""
    scene = SHELF.format(lead_time="{exponential: {mean: 30 days}}").replace("72 weeks, warm_up: 20 weeks", "52 weeks")
    assert holds(over(scene, ("supplier_lead_time",), 12)["supplier_lead_time"], 720.0)


LONGER = """
name: Everybody waits a while
run: {{start: 2026-01-05, horizon: {horizon}, warm_up: 2 days, seed: 5}}
market:
  segments:
    few:
      demand: {{rule: poisson, orders: 8 per day}}
      basket: {{units: {{poisson: {{mean: 2, minimum: 1}}}}}}
      patience: 9 days
    many:
      demand: {{rule: poisson, orders: 1 per hour}}
      basket: {{lines: {{poisson: {{mean: 2, minimum: 1}}}}, units: 1}}
products: {{a: {{price: 3, cost: 1}}, b: {{price: 2, cost: 1}}}}
network:
  calendars: {{office: {{days: mon-fri, hours: "08:00-18:00"}}}}
  suppliers: {{maker: {{lead_time: {{gamma: {{shape: 4, scale: 1 day}}}}}}}}
  sites:
    store:
      stock: {{default: {{rule: min_max, minimum: 120, maximum: 300}}}}
      stages:
        - {{stage: entry, staff: 2, calendar: office, time: {{exponential: {{mean: 10 min}}}}}}
        - {{stage: picking, staff: 4, time: {{exponential: {{mean: 2 h}}}}}}
        - {{stage: transit, time: {{gamma: {{shape: 2, scale: 1 day}}}}}}
service:
  stockout: {{rule: backorder, ship: units}}
  rules: [{{promise: {{rule: fixed, time: 4 days}}, returns: {{rate: 0.2, lag: {{exponential: {{mean: 3 days}}}}}}}}]
"""


def _told(ledger: Ledger, kind: facts.Kind, which: str, last: int, until: float) -> list[str]:
    """What befell the first so many orders or lines by a time; shipments are numbered by what came in between."""
    found = [fact for fact in ledger.of(kind) if 0 < getattr(fact, which) <= last and _time(fact) < until]
    return sorted(repr(fact._replace(shipment=0) if "shipment" in kind._fields else fact) for fact in found)


def _time(fact: NamedTuple) -> float:
    """When it happened; a stage served when it began."""
    return float(getattr(fact, "at", getattr(fact, "started", 0.0)))


def test_what_is_followed_is_what_a_longer_run_finds():
    """Orders placed in the first four weeks fare in a run of four weeks as in one of eight, fact for fact."""
    short, long = play(LONGER.format(horizon="4 weeks")), play(LONGER.format(horizon="8 weeks"))
    orders, lines = len(short.of(facts.Ordered)), len(short.of(facts.LineOrdered))
    assert short.followed is not short
    for kind in short.kinds:
        if "order" not in kind._fields and "line" not in kind._fields:
            continue
        which, last = ("order", orders) if "order" in kind._fields else ("line", lines)
        mine, theirs = (_told(ledger, kind, which, last, short.followed.until) for ledger in (short.followed, long))
        assert mine == theirs, kind
    assert len(short.followed.of(facts.Delivered)) > len(short.of(facts.Delivered))


def test_the_facts_up_to_the_horizon_stay_as_they_are(monkeypatch):
    """Following counts for nothing else: every fact and every counter of the run itself is the same without it."""
    followed = play(LONGER.format(horizon="4 weeks"))
    monkeypatch.setattr("simulator.replication.simulate.follow", lambda world: None)
    alone = play(LONGER.format(horizon="4 weeks"))
    for kind in alone.kinds:
        for name, column in alone.columns(kind).items():
            np.testing.assert_array_equal(followed.columns(kind)[name], column)
    for name, counted in alone.closing.items():
        np.testing.assert_array_equal(followed.closing[name], counted)
    cut = {"utilisation", "on_hand", "backorders", "revenue", "total_cost", "queue_length", "open_orders", "turns"}
    ours, theirs = measure(followed).values, measure(alone).values
    for kpi in cut:
        for dimension, values in theirs[kpi].items():
            np.testing.assert_array_equal(ours[kpi][dimension], values, kpi)
    assert ours["order_cycle_time"][""][0] > theirs["order_cycle_time"][""][0]
    assert ours["return_rate"][""][0] > theirs["return_rate"][""][0]


ENDLESS = """
name: Twice the work
run: {start: 2026-01-05, horizon: 20 days, seed: 1}
market: {segments: {all: {demand: {rule: scheduled, every: 1 h, first: 1 h}, basket: {units: 1}}}}
products: {a: {}}
network: {sites: {store: {stages: [{stage: picking, staff: 1, time: 4 h}]}}}
"""


def test_what_never_ends_is_told_with_a_bound():
    """Four hours of work an hour: of 479 orders, those that come by 239 h are done by 960 h, twice the run.

    Order n comes at n h and is done at 1 + 4 n h, if by 960 h: the first 239. The others wait as long as it is looked.
    """
    ledger = play(ENDLESS)
    orders = 479
    assert ledger.followed.until == 960
    done = np.arange(1, 240)
    spent = np.concatenate([1 + 4.0 * done - done, 960.0 - np.arange(240, orders + 1)])
    found = measure(ledger).values
    assert found["unfinished_orders"][""][0] == pytest.approx((orders - 239) / orders)
    assert found["order_cycle_time"][""][0] == pytest.approx(spent.mean())
    result = simulator.run(parse(ENDLESS), 2, workers=1)
    told = {each["kpi"]: each for each in result.as_json(())["kpis"]}
    assert told["order_cycle_time"]["bound"] == "at least"
    assert told["order_cycle_time"]["unfinished"] == pytest.approx(240 / 479)
    assert "bound" not in told["utilisation"]
    warning = next(each for each in result.warnings if each["kind"] == "unfinished")
    assert "50.1 % of the orders had not ended" in warning["message"]
    assert "order_cycle_time" in warning["kpis"]


def test_supplies_that_never_come_count_with_their_age():
    """A run of 10 days, and supplies of 60 days: none has come after 20. A unit a day, so an order a day."""
    scene = SHELF.format(lead_time="60 days").replace("72 weeks, warm_up: 20 weeks", "10 days")
    scene = scene.replace("rule: poisson, orders: 1 per day", "rule: scheduled, every: 1 day, first: 0 h")
    found = measure(play(scene)).values
    ages = 480.0 - 24 * np.arange(10)
    assert found["unfinished_supplies"][""][0] == 1.0
    assert found["supplier_lead_time"][""][0] == pytest.approx(ages.mean())
    assert found["wait_time"][""][0] == pytest.approx(ages.mean())


def test_nothing_open_costs_nothing():
    """A counter that sells from stock and reorders nothing has nothing to follow: there is one view, and no event."""
    rule = "{rule: reorder_point, point: 0, quantity: 9, opening: 900}"
    scene = SHELF.format(lead_time="1 day").replace("{rule: base_stock, level: 0}", rule)
    ledger = play(scene)
    assert ledger.followed is ledger
    view = View(ledger)
    assert view.followed is view


def test_a_lower_bound_is_shown_as_one_wherever_it_is_read(tmp_path: Path):
    """Page and workbook say so of the cycle time, and of nothing that is known."""
    result = simulator.run(parse(ENDLESS), 2, workers=1)
    write_workbook(result, tmp_path / "w.xlsx")
    names = {row[0].value for row in load_workbook(tmp_path / "w.xlsx")["Summary"].iter_rows() if row[0].value}
    assert "Order cycle time, at least" in names
    assert "Line fill rate" in names
    mean = figure(result.estimate("order_cycle_time").mean, "hours")
    assert f"≥ {mean}" in page(result)


def test_the_story_of_an_order_goes_on_after_the_end_of_the_run():
    """Order 4 comes on the last day but one, and waits for goods that come three days later."""
    scene = SHELF.format(lead_time="5 days").replace("72 weeks, warm_up: 20 weeks", "7 days")
    scene = scene.replace("rule: poisson, orders: 1 per day", "rule: scheduled, every: 2 days, first: 9 h")
    told = list(tell(play(scene), 4))
    assert told[-3:] == [
        "  Mon 2026-01-12 00:00  the run ends; the order is followed further",
        "  Fri 2026-01-16 09:00  1 x item from stock for shipment 4",
        "  Fri 2026-01-16 09:00  shipment 4 delivered",
    ]
    first = list(tell(play(scene), 1))
    assert not any("the run ends" in line for line in first)
