"""KPIs of small runs that a person can work out. Times are hours; money is per week of the measured time."""

import numpy as np
import pytest
from scenes import play

from simulator.replication.measure import measure

SHOP = """
name: Shop
run: {{start: 2026-01-05, horizon: 168 h, warm_up: {warm_up} h, seed: 1}}
market:
  segments:
    all:
      demand: {{rule: scheduled, every: 1 day, first: 12 h}}
      basket: {{orders: [{{share: 1, lines: {{a: 4, b: 1}}}}]}}
{more}
products: {{a: {{price: 10, cost: 6}}, b: {{price: 5, cost: 2}}}}
network:
  suppliers: {{maker: {{lead_time: 36 h}}}}
  sites:
    shop:
      stages: {stages}
      stock:
        a: {{rule: base_stock, level: 6}}
        b: {{rule: base_stock, level: 9}}
service:
  stockout: {stockout}
  rules: [{{promise: {{rule: fixed, time: 30 h}}}}]
costs: {costs}
"""


def shop(
    warm_up: float = 0, more: str = "", stages: str = "[]", stockout: str = "{rule: backorder}", costs: str = "{}"
) -> dict[str, float]:
    ledger = play(SHOP.format(warm_up=warm_up, more=more, stages=stages, stockout=stockout, costs=costs))
    return {kpi: float(slices[""][0]) for kpi, slices in measure(ledger).values.items()}


def test_fill_rates():
    """Seven orders of 4 a and 1 b, one a day at noon; 6 of a at the start, ordered again one for one, 36 h later.

    day   a before   met at once   waits   comes (a)
     1        6           4          0      -
     2        2           2          2      day 3, 0 h: 4 of day 1: 2 to day 2's order, 2 left
     3        2           2          2      day 4, 0 h: 4 of day 2: 2 to day 3's, 2 left
     4 to 7 as day 3; on day 7, 12 h after the order, the run ends at midnight before its receipt
    Of a, 4 + 6 x 2 = 16 of 28 units at once; b is always there. Complete at once: 1 order and 8 lines of 14.
    """
    found = shop()
    assert found["unit_fill_rate"] == pytest.approx(23 / 35)
    assert found["line_fill_rate"] == pytest.approx(8 / 14)
    assert found["order_fill_rate"] == pytest.approx(1 / 7)
    assert found["value_fill_rate"] == pytest.approx((160 + 35) / (280 + 35))
    assert found["backordered_lines"] == pytest.approx(6 / 14)
    assert found["in_full"] == pytest.approx(1 / 7)


def test_waiting_and_stock():
    """2 units of a wait 12 h on each of the days 2 to 7 (the last at the run's end): 6 x 24 unit hours owed in 168 h.

    On hand of a: 6 until noon of day 1, then 2 until noon of day 2; from then on 0 for 12 h and 2 for 12 h in turn,
    five times 12 h with 2. Of b: 9, then 8 for a day, then 7 and 8 for 12 h in turn. All 35 units are allocated in the
    end, 12 of them after 12 h.
    """
    found = shop()
    assert found["backorders"] == pytest.approx(6 * 24 / 168)
    assert found["backorder_age"] == pytest.approx(12)
    assert found["wait_time"] == pytest.approx(12 * 12 / 35)
    held = (12 * 6 + 24 * 2 + 5 * 12 * 2) / 168
    of_b = (12 * 9 + 24 * 8 + 6 * 12 * 7 + 5 * 12 * 8) / 168
    assert found["on_hand"] == pytest.approx(held + of_b)
    assert found["ready_rate"] == pytest.approx((1 + (168 - 6 * 12) / 168) / 2)
    assert found["time_without_backorders"] == found["ready_rate"]  # the shelf of a is empty only while it owes


def test_on_time_and_cycle_time():
    """With 20 h of transit: 20 h for what is there at once, and 32 h where 2 units of a wait 12 h; 30 h are promised.

    Only the first of seven is on time. The last is delivered after the end of the run, and followed.
    """
    found = shop(stages="[{stage: transit, time: 20 h}]")
    assert found["on_time"] == pytest.approx(1 / 7)
    assert found["order_cycle_time"] == pytest.approx((20 + 6 * 32) / 7)
    assert found["order_cycle_time_p50"] == pytest.approx(32)
    assert found["stage_time"] == pytest.approx(20)
    assert found["perfect_order_rate"] == pytest.approx(1 / 7)


def test_lost_sales():
    """Lost instead: 4 at once on day 1, 2 on day 2, then what was sold comes back: 4, 2, 4, 2, 4 on days 3 to 7."""
    found = shop(stockout="{rule: lost_sale}", costs="{lost_sale: 3 per unit}")
    assert found["lost_sales"] == pytest.approx(6 / 35)
    assert found["unit_fill_rate"] == pytest.approx(29 / 35)
    assert found["total_cost"] == pytest.approx(6 * 3)
    assert found["backorders"] == 0


def test_money_per_week():
    """The run is a week long: 33 units leave (26 of a, 7 of b); 7 orders, 14 lines, 13 shipments."""
    found = shop(
        costs="{order: 3, line: 0.5, shipment: 2, replenishment_order: 1, replenishment_unit: 0.1,"
        " backorder: 0.24 per unit per day, fixed: 70 per week}"
    )
    assert found["revenue"] == pytest.approx(26 * 10 + 7 * 5)
    assert found["cost_of_goods"] == pytest.approx(26 * 6 + 7 * 2)
    handling, freight = 7 * 3 + 14 * 0.5, 12 * 2
    ordering, owed = 14 * 1 + 35 * 0.1, 6 * 24 * 0.01
    assert found["total_cost"] == pytest.approx(handling + freight + ordering + owed + 70)
    assert found["margin"] == pytest.approx(found["revenue"] - found["cost_of_goods"] - found["total_cost"])


def test_the_warm_up_is_left_out():
    """Two days of warm-up: five orders are measured, and stock and owing from 48 h on."""
    found = shop(warm_up=48)
    assert found["unit_fill_rate"] == pytest.approx((5 * 2 + 5) / 25)
    assert found["order_fill_rate"] == 0
    assert found["backorders"] == pytest.approx(5 * 24 / 120)
    assert found["orders_per_week"] == pytest.approx(7)


def test_labour_is_paid_whether_there_is_work_or_not():
    """Two packers at 10 an hour, half an hour for an order: 7 x 0.5 h of 336 h are worked, all are paid."""
    found = shop(
        stages="[{stage: packing, staff: 2, time: 30 min}]", costs="{labour: 10}", stockout="{rule: lost_sale}"
    )
    assert found["utilisation"] == pytest.approx(7 * 0.5 / 336)
    assert found["total_cost"] == pytest.approx(336 * 10)


def test_nothing_to_measure_is_nan_or_absent_never_an_error():
    text = SHOP.format(warm_up=167, more="", stages="[]", stockout="{rule: backorder}", costs="{}")
    found = measure(play(text)).values
    assert np.isnan(found["line_fill_rate"][""][0])
    bare = text.replace(
        "      stock:\n        a: {rule: base_stock, level: 6}\n        b: {rule: base_stock, level: 9}\n", ""
    )
    assert "on_hand" not in measure(play(bare)).values
