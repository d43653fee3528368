"""Why stock ran out and why orders were late, on timetables that a person traced."""

import numpy as np
import pytest

from simulator.measures.view import View
from simulator.replication.simulate import simulate
from simulator.reports.levels import levels
from simulator.reports.worst_cases import late_orders, shortages
from simulator.scenario.reading.load import parse

DAILY = """
name: Daily
run: {start: 2026-01-05, horizon: 20 days}
market: {segments: {a: {demand: {rule: scheduled, every: 1 day, first: 12 h}, basket: {units: 2}}}}
products: {mug: {price: 3, cost: 1}}
network:
  suppliers: {s: {lead_time: 5 days}}
  sites: {w: {stock: {mug: {rule: reorder_point, point: 4, quantity: 20, opening: 10}}}}
service: {rules: [{promise: {rule: fixed, time: 1 day}}]}
"""
"""Two mugs at noon of each day. Stock 10 is down to 4 at noon of day 2: an order of 20 arrives at noon of day 7.

Days 3 and 4 take the rest; the noons of days 5 and 6 are short of 2 each. At noon of day 7 the receipt comes first,
so 24 - 4 owed - 2 leaves 14. At noon of day 12 stock is 4 again, and the second order arrives on day 17: days 15 and
16 are short. So: 2 stockouts, 8 mugs short of 40.
"""


def view(text, **changes):
    """One run of a scenario with some of its text replaced."""
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    return View(simulate(parse(text), 0))


def test_stockouts_and_their_cause_by_hand():
    """Position 4 at the order; five days of mean demand (2 a day) are 10: stock was too low by plan."""
    (found,) = shortages(view(DAILY), 15)
    assert (found.sku, found.units, found.lost, found.value, found.stockouts) == ("mug", 8, 0, 24, 2)
    assert (found.begin, found.end) == (5 * 24 + 12, 7 * 24 + 12)
    assert found.worst == pytest.approx(0.5)
    assert found.share == pytest.approx(1.0)
    said = "Low stock: on hand and on order covered 4 units, the mean demand until the next receipt is 10."
    assert found.cause == said


def test_a_long_lead_time_is_named():
    """The mean of 2 and 14 days is 5: with enough stock for the mean, only a slow delivery hurts."""
    slow = "lead_time: {mixture: [{share: 0.75, of: 2 days}, {share: 0.25, of: 14 days}]}"
    changes = {"a": ("lead_time: 5 days", slow), "b": ("point: 4", "point: 14"), "c": ("20 days", "200 days")}
    found = shortages(view(DAILY, **changes), 1)
    assert found[0].cause == "Long lead time: 14 days, mean 5 days."


def test_a_large_order_line_is_named():
    basket = "basket: {units: {mixture: [{share: 0.96, of: 1}, {share: 0.04, of: 30}]}}"
    changes = {"a": ("basket: {units: 2}", basket), "b": ("point: 4", "point: 18"), "c": ("20 days", "100 days")}
    (found,) = shortages(view(DAILY, **changes), 1)
    assert found.cause.startswith("One large order line: it alone was ")


def test_high_demand_is_named():
    changes = {
        "a": ("{rule: scheduled, every: 1 day, first: 12 h}", "{rule: poisson, orders: 1 per day}"),
        "b": ("point: 4", "point: 14"),
        "c": ("20 days", "400 days"),
    }
    (found,) = shortages(view(DAILY, **changes), 1)
    assert found.cause.startswith("Demand above its mean: ")


def test_lost_units_are_counted_as_short():
    (found,) = shortages(view(DAILY, a=("1 day}}]}", "1 day}}], stockout: {rule: lost_sale}}")), 1)
    assert found.lost == found.units > 0


def test_the_course_of_stock_by_hand():
    """Noon to noon: half a day with 10, half with 8 is 9 on day 0; then 7, 5, 3, 1, and backorders of 1, 3, 2."""
    found = levels(view(DAILY))
    assert (found.step, len(found.on_hand)) == ("day", 20)
    assert found.on_hand[:8] == pytest.approx([9, 7, 5, 3, 1, 0, 0, 7])
    assert found.backordered[4:9] == pytest.approx([0, 1, 3, 2, 0])
    assert not found.lost.any()


def test_the_latest_orders_by_hand():
    """Order 6 (noon of day 5) waits two days and was promised in one: a day late; the others are in time."""
    found = late_orders(view(DAILY), 10)
    assert [(each.number, each.late) for each in found] == [(6, 24.0), (16, 24.0)]
    assert found[0].cause == "waited for stock of mug: 2 days"
    assert found[0].value == 6
    assert found[0].arrived == 7 * 24 + 12


def test_an_order_still_open_is_late_until_the_end():
    found = late_orders(view(DAILY, a=("horizon: 20 days", "horizon: 7 days")), 10)
    assert [each.number for each in found] == [6]
    assert np.isnan(found[0].arrived)
    assert found[0].late == 12.0
    assert found[0].cause == "still waits for stock of mug: 36 h"


def test_a_slow_stage_is_named_where_stock_is_not_the_matter():
    time = "{mixture: [{share: 0.9, of: 1 h}, {share: 0.1, of: 40 h}]}"
    stage = f"stages: [{{stage: picking, staff: 1, time: {time}}}], stock:"
    found = late_orders(view(DAILY, a=("stock:", stage), b=("opening: 10", "opening: 500")), 3)
    assert found
    assert found[0].cause.startswith(("long picking: 40 h (usually ", "queue at picking: "))
