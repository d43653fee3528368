"""Where the time of the order cycle goes: shares of its mean and of its variance, on runs that a person can trace."""

import numpy as np
import pytest
from scenes import EVERYTHING, play

from simulator.engine.ledger import Ledger
from simulator.measures.causes import QUANTITY
from simulator.measures.lead_time import stage_hours
from simulator.measures.perfect_order import failures
from simulator.measures.view import View
from simulator.replication.measure import measure

SHOP = """
name: Shop
run: {{start: 2026-01-05, horizon: 168 h, seed: 1}}
market:
  segments:
    all:
      demand: {{rule: scheduled, every: 1 day, first: 12 h}}
      basket: {{orders: [{{share: 1, lines: {{a: 4}}}}]}}
products: {{a: {{}}}}
network:
  suppliers: {{maker: {{lead_time: 36 h}}}}
  sites: {{shop: {{stages: {stages}, stock: {{a: {{rule: base_stock, level: 6}}}}}}}}
"""


def shares(ledger: Ledger, kpi: str) -> dict[str, float]:
    measures = measure(ledger, [kpi])
    values = dict(zip(measures.labels("stage"), measures.values[kpi]["stage"].tolist(), strict=True))
    return {stage: value for stage, value in values.items() if value == value}


def test_a_steady_stage_has_time_but_no_variance():
    """Transit takes 20 h. The order of day 1 is there at once, those of days 2 to 7 wait 12 h for half their units.

    In all 20 + 6 x 32 = 212 h, of which 7 x 20 in transit; all that differs is the wait.
    """
    ledger = play(SHOP.format(stages="[{stage: transit, time: 20 h}]"))
    assert shares(ledger, "cycle_time_share") == pytest.approx({"transit": 140 / 212, "waiting for stock": 72 / 212})
    assert shares(ledger, "cycle_variance_share") == pytest.approx({"transit": 0, "waiting for stock": 1}, abs=1e-12)
    found = measure(ledger).values
    assert found["order_cycle_time_sd"]["segment"] == pytest.approx((144 / 7) ** 0.5)
    assert found["open_orders"][""] == pytest.approx(1 / 7)


def test_the_way_of_the_last_shipment_counts():
    """A truck leaves at 23 h; then 2 h of transit. Half of each order from day 2 on follows 12 h later, at midnight.

    order   placed   desk   asks stock   last of it there    truck    comes    hours
      1       12 h    1 h      13 h          13 h             23 h     25 h      13
      2       36 h    1 h      37 h          49 h (36 + 13)   71 h     73 h      37
    Order 1 waits 10 h for the truck. The replenishment of order 1's units, asked at 13 h, comes at 49 h: order 2
    waits 12 h for stock and 22 h for the truck, and so do those of days 3 to 7; the last two come after the end.
    """
    stages = "[{stage: entry, time: 1 h}, {stage: shipping, departures: {at: ['23:00']}}, {stage: transit, time: 2 h}]"
    ledger = play(SHOP.format(stages=stages).replace("horizon: 168 h", "horizon: 160 h"))
    total = 13 + 6 * 37
    assert shares(ledger, "cycle_time_share") == pytest.approx(
        {
            "entry": 7 / total,
            "waiting for stock": 6 * 12 / total,
            "shipping": (10 + 6 * 22) / total,
            "transit": 14 / total,
        }
    )
    assert shares(ledger, "cycle_variance_share") == pytest.approx(
        {"entry": 0, "waiting for stock": 1 / 2, "shipping": 1 / 2, "transit": 0}, abs=1e-12
    )


def test_with_everything_on_an_order_served_at_once_waits_for_no_stock():
    view = View(play(EVERYTHING))
    orders, done = view.orders, view.orders.complete
    wait = (orders.last - orders.at)[done]
    stages = dict(stage_hours(view))
    for hours in stages.values():
        assert (hours >= 0).all()
        wait = wait - hours
    at_once = (orders.filled & ~failures(view).on(QUANTITY)[orders.number])[done]
    assert at_once.sum() > 100
    assert wait[at_once] == pytest.approx(0, abs=1e-6)
    assert wait.min() > -1e-6
    assert np.mean(wait[~at_once] > 1) > 0.5
    assert len(stages) == 6


@pytest.mark.parametrize("kpi", ["cycle_time_share", "cycle_variance_share"])
def test_shares_add_up_to_one(kpi):
    found = shares(play(EVERYTHING), kpi)
    assert list(found) == ["entry", "credit", "scheduling", "picking", "shipping", "transit", "waiting for stock"]
    assert sum(found.values()) == pytest.approx(1)
    assert found["waiting for stock"] > 0.1


def test_without_stages_there_is_nothing_to_share():
    assert "cycle_time_share" not in measure(play(SHOP.format(stages="[]"))).values


def test_a_credit_hold_is_a_part_of_its_own():
    """1 h at the credit desk, 10 h held, 5 h of transit, and 12 h of waiting for stock from the second order on.

    Each of the seven orders takes 16 h, those from day 2 on 12 h more.
    """
    stages = "[{stage: credit, time: 1 h, hold: {rate: 1, time: 10 h}}, {stage: transit, time: 5 h}]"
    total = 7 * 16 + 6 * 12
    assert shares(play(SHOP.format(stages=stages)), "cycle_time_share") == pytest.approx(
        {"credit": 7 / total, "transit": 35 / total, "credit hold": 70 / total, "waiting for stock": 72 / total}
    )
