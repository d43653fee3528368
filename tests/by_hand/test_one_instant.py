"""What is meant for one instant is at one, with times in minutes: receipts before demand, room for who comes as another
leaves, trucks and cut-offs met to the minute; and a story in the order of time."""

import numpy as np
import pytest
from scenes import play

from simulator.engine.facts import Abandoned, Allocated, Backordered, Delivered, Ordered, Served
from simulator.reports.story import tell

TEXT = """
name: Ties
run: {{start: 2026-01-05, horizon: 52 weeks, seed: 1}}
market: {{segments: {{all: {{demand: {{rule: scheduled, every: {every}, first: {first}}}, basket: {{units: 1}}}}}}}}
products: {{p: {{price: 10, cost: 5}}}}
network: {network}
"""


def tied(every: str, first: str, network: str):
    return play(TEXT.format(every=every, first=first, network=network))


@pytest.mark.parametrize(
    ("every", "first", "lead_time"),
    [
        ("10 min", "0 h", "20 min"),
        ("1 day", "490 min", "2 days"),
        ("7 min", "3 min", "14 min"),
        ("1 h", "50 min", "2 h"),
        ("1001 s", "10 s", "2002 s"),
    ],
)
def test_a_receipt_comes_before_the_demand_of_its_instant(every, first, lead_time):
    stock = "stock: {p: {rule: base_stock, level: 2}}"
    ledger = tied(every, first, f"{{suppliers: {{s: {{lead_time: {lead_time}}}}}, sites: {{w: {{{stock}}}}}}}")
    assert ledger.of(Backordered) == []
    assert len(ledger.of(Allocated)) > 300


@pytest.mark.parametrize("time", ["10 min", "7 min", "35 min"])
def test_who_comes_as_the_only_place_is_left_finds_it_free(time):
    stage = f"{{stage: entry, staff: 1, places: 1, time: {time}}}"
    ledger = tied(time, "0 h", f"{{sites: {{w: {{stages: [{stage}]}}}}}}")
    served = ledger.columns(Served)
    assert ledger.of(Abandoned) == []
    assert (served["started"] == served["queued"])[~np.isnan(served["started"])].all(), "nobody waits"


def cycles(ledger) -> set[float]:
    """Hours from order to delivery, to the millisecond."""
    ordered, delivered = ledger.columns(Ordered)["at"], ledger.columns(Delivered)
    return set(np.rint((delivered["at"] - ordered[delivered["order"] - 1]) * 3.6e6) / 3.6e6)


@pytest.mark.parametrize(("leaves", "first"), [("16:40", "980 min"), ("09:10", "530 min"), ("23:00", "1360 min")])
def test_an_order_packed_as_the_truck_leaves_is_on_it(leaves, first):
    stages = f'[{{stage: packing, time: 20 min}}, {{stage: shipping, departures: {{at: ["{leaves}"]}}}}]'
    assert cycles(tied("1 day", first, f"{{sites: {{w: {{stages: {stages}}}}}}}")) == {1 / 3}


@pytest.mark.parametrize(("cut_off", "first"), [("14:20", "860 min"), ("11:10", "670 min"), ("16:39", "999 min")])
def test_an_order_at_the_cut_off_is_in_time(cut_off, first):
    stage = f'{{stage: picking, time: 20 min, cut_off: "{cut_off}", calendar: c}}'
    network = f'{{calendars: {{c: {{hours: "08:00-17:00"}}}}, sites: {{w: {{stages: [{stage}]}}}}}}'
    assert cycles(tied("1 day", first, network)) == {1 / 3}


def test_a_story_tells_what_became_of_a_line_when_it_is_known():
    ledger = play("""
name: Part given up
run: {start: 2026-01-05, horizon: 20 days, seed: 1}
market:
  segments:
    a: {demand: {rule: scheduled, every: 100 weeks, first: 0 h}, basket: {units: 6}, patience: 5 days}
products: {p: {price: 10, cost: 5}}
network:
  suppliers: {s: {lead_time: 10 days}}
  sites: {w: {stock: {p: {rule: base_stock, level: 4}}}}
""")
    *_, before, last = tell(ledger, 1)
    assert "2026-01-10 00:00  2 x p given up" in before
    assert "2026-01-10 00:00  fails: not in full, given up (p)" in last
