"""Capable to promise: material and capacity, the later of the two, kept to the minute where all is known."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from scenes import play

from simulator.engine import facts
from simulator.engine.ledger import Ledger

MONDAY = dt.datetime(2026, 1, 5)
SCENE = """
name: Capable
run: {{start: 2026-01-05, horizon: {horizon}, seed: {seed}}}
market:
  history: {{file: {file}, columns: {{segment: segment}}}}
  segments: {{first: {{demand: {{rule: replayed}}}}{second}}}
products: {{p: {{price: 10, cost: 5}}, q: {{price: 10, cost: 5}}}}
network:
  calendars: {{office: {{days: mon-fri, hours: "08:00-16:00"}}}}
  suppliers: {{s: {{lead_time: 10 days}}}}
  sites:
    w:
      stages: {stages}
      stock: {{p: {{rule: base_stock, level: 90}}, q: {{rule: base_stock, level: 0}}}}
service: {{rules: [{{promise: {{rule: capable_to_promise, cycle: {cycle}}}}}]}}
"""


def played(folder: Path, orders: list[tuple[float, str]], stages: str, cycle: str, seed: int = 1) -> Ledger:
    """The audited run of orders for one unit: hour, SKU, and by whom if not by the first segment."""
    rows = ["order,time,sku,units,segment"]
    for place, (at, sku, *who) in enumerate(orders, 1):
        when = (MONDAY + dt.timedelta(hours=at)).isoformat()
        rows.append(f"{place},{when},{sku},1,{who[0] if who else 'first'}")
    file = folder / "orders.csv"
    file.write_text("\n".join(rows) + "\n")
    second = ", second: {demand: {rule: replayed}, priority: 2}" if any(len(order) > 2 for order in orders) else ""
    return play(SCENE.format(file=file, stages=stages, cycle=cycle, seed=seed, horizon="6 weeks", second=second))


def promised(ledger: Ledger) -> list[float]:
    due = {fact.order: fact.due for fact in ledger.of(facts.Promised)}
    return [due[order] for order in sorted(due)]


def delivered(ledger: Ledger) -> list[float]:
    last = {fact.order: fact.at for fact in ledger.of(facts.Delivered)}
    return [last[order] for order in sorted(last)]


PICKING = "[{{stage: picking, staff: {staff}, time: {time}{more}}}]"
NINE = [(9.0, "p")]


@pytest.mark.parametrize(
    ("orders", "stages", "cycle", "due"),
    [
        pytest.param(
            [*NINE * 4, (9.0, "q")],
            PICKING.format(staff=1, time="3 h", more=""),
            "3 h",
            [12, 15, 18, 21, 9 + 240 + 3],
            id="material in ten days: today's queue is then gone",
        ),
        pytest.param(
            [(9.0, "q"), (9.5, "q"), (10.0, "q"), (11.0, "p")],
            PICKING.format(staff=1, time="3 h", more=""),
            "3 h",
            [252, 255, 258, 14],
            id="those who wait for goods of one day queue on that day",
        ),
        pytest.param(
            NINE * 7,
            PICKING.format(staff=3, time="2 h", more=""),
            "2 h",
            [11, 11, 11, 13, 13, 13, 15],
            id="three at work: the one who is free first",
        ),
        pytest.param(
            [(9.0, "p"), (9.5, "p"), (10.75, "p")],
            PICKING.format(staff=1, time="1 h", more=""),
            "1 h",
            [10, 11, 12],
            id="of work in progress what is left",
        ),
        pytest.param(
            [(14.0, "p"), (14.0, "p"), (15.5, "p")],
            PICKING.format(staff=1, time="3 h", more=", calendar: office"),
            "3 h",
            [33, 36, 39],
            id="work stops at closing: cycle in hours of work would be 2 h and then 1 h",
        ),
        pytest.param(
            NINE * 3,
            "[{stage: picking, staff: 1, time: 1 h}, {stage: packing, staff: 1, time: 2 h}]",
            "3 h",
            [12, 14, 16],
            id="two stages, the second is the slower",
        ),
        pytest.param(
            NINE * 3,
            "[{stage: picking, staff: 1, time: 2 h}, {stage: packing, staff: 1, time: 1 h}]",
            "3 h",
            [12, 14, 16],
            id="two stages, the first is the slower",
        ),
        pytest.param(
            NINE * 3,
            "[{stage: entry, staff: 1, time: 1 h}, {stage: picking, staff: 1, time: 2 h}, {stage: transit, time: 9 h}]",
            "12 h",
            [21, 23, 25],
            id="a desk, then the warehouse, then the way",
        ),
        pytest.param(
            [(9.0, "p"), (9.5, "p", "second"), (9.6, "p", "second"), (9.75, "p")],
            PICKING.format(staff=1, time="1 h", more=""),
            "1 h",
            [10, 11, 12, 11],
            id="who is more urgent comes before who waits, and after who is served",
        ),
        pytest.param(
            [(9.0, "p")] * 3,
            PICKING.format(staff=1, time="1 h", more=", waves: 4 h"),
            "1 h",
            [13, 14, 15],
            id="released in waves",
        ),
    ],
)
def test_timetables(tmp_path, orders, stages, cycle, due):
    ledger = played(tmp_path, orders, stages, cycle)
    found = promised(ledger)
    if "office" in stages:  # alone the order would take till 9 h or so of the next day
        assert np.diff(found).tolist() == pytest.approx([3, 3 - 1.5 + 1.5])
        return
    if "waves" in stages:  # alone the order would be through at 13 h: the cycle begins with its wave
        assert np.diff(found).tolist() == [1, 1]
        return
    assert found == due
    urgent = any(len(order) > 2 for order in orders)
    assert urgent or delivered(ledger) == due


@pytest.mark.parametrize(
    "law", ["exponential: {mean: 1 h}", "gamma: {mean: 1 h, cv: 0.5}", "lognormal: {mean: 1 h, cv: 2}"]
)
def test_a_promise_knows_means_and_never_the_future(tmp_path, law):
    """Eight orders at 9:00, one worker, mean work of an hour: dates are an hour apart, whatever was drawn."""
    stages = PICKING.format(staff=1, time="{" + law + "}", more="")
    runs = [played(tmp_path, NINE * 8, stages, "1 h", seed) for seed in (1, 2, 3)]
    assert [promised(ledger) for ledger in runs] == [[10.0 + each for each in range(8)]] * 3
    assert len({tuple(delivered(ledger)) for ledger in runs}) == 3


QUEUE = """
name: One worker
run: {{start: 2026-01-05, horizon: {weeks} weeks, warm_up: 1 day, seed: 1}}
market: {{segments: {{all: {{demand: {{rule: poisson, orders: 4 per hour}}, basket: {{units: 1}}}}}}}}
products: {{p: {{}}}}
network: {{sites: {{w: {{stages: [{{stage: picking, staff: {staff}, time: {time}}}]}}}}}}
service: {{rules: [{{promise: {{rule: capable_to_promise, cycle: {cycle}{more}}}}}]}}
"""


def lateness(ledger: Ledger) -> np.ndarray:
    due, last = ledger.columns(facts.Promised), ledger.columns(facts.Delivered)
    promised_for = np.full(len(ledger.columns(facts.Ordered)["at"]) + 1, np.nan)
    promised_for[due["order"]] = due["due"]
    found: np.ndarray = last["at"] - promised_for[last["order"]]
    return found


@pytest.mark.parametrize(("staff", "minutes"), [(1, 12), (2, 25), (3, 40)])
def test_with_constant_work_every_promise_is_kept_to_the_minute(staff, minutes):
    """M/D/c, first come first served: the wait is known exactly at order entry (utilisation 0.8 and more)."""
    ledger = play(QUEUE.format(weeks=2, staff=staff, time=f"{minutes} min", cycle=f"{minutes} min", more=""))
    late = lateness(ledger)
    assert len(late) > 1000
    assert (late == 0).all()


@pytest.mark.parametrize("share", [0.8, 0.95])
def test_in_mm1_a_quote_for_a_share_is_kept_by_that_share(share):
    """The time of an order behind n others is the sum of n + 1 exponential times, whose quantile is quoted. Whether one
    is kept hangs on those near it: the standard error is that of sums over two days."""
    ledger = play(
        QUEUE.format(weeks=8, staff=1, time="{exponential: {mean: 12 min}}", cycle="12 min", more=f", share: {share}")
    )
    kept, day = lateness(ledger) <= 0, ledger.columns(facts.Delivered)["at"] // 48
    size = int(day.max()) + 1
    counts, sums = np.bincount(day.astype(int), minlength=size), np.bincount(day.astype(int), kept, size)
    error = np.sqrt(np.sum((sums - share * counts) ** 2)) / counts.sum()
    assert kept.mean() == pytest.approx(share, abs=3.5 * error)
    assert error < 0.02
