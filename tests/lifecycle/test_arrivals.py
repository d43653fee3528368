"""Arrivals: the stated rate, weekdays, hours, season, trend, and days that are busy for everybody."""

import numpy as np
import pytest
from scenes import play

from simulator.engine.facts import LineOrdered, Ordered

SHOP = """
name: Shop
run: {{start: 2026-01-05, horizon: {weeks} weeks, seed: {seed}}}
market:
  rhythm: {rhythm}
  segments:
    one: {{demand: {{rule: poisson, orders: 40 per day}}, basket: {{units: 1}}}}
    two: {{demand: {{rule: poisson, orders: 40 per day}}, basket: {{units: 1}}}}
products: {{a: {{}}}}
network: {{sites: {{shop: {{}}}}}}
"""


def days(rhythm: str, weeks: int = 52, seed: int = 1) -> np.ndarray:
    """Orders of each day by segment: one row per segment."""
    orders = play(SHOP.format(rhythm=rhythm, weeks=weeks, seed=seed)).columns(Ordered)
    return np.array(
        [np.bincount((orders["at"][orders["segment"] == s] // 24).astype(int), minlength=weeks * 7) for s in (0, 1)]
    )


def close(found: float, expected: float, counts: float) -> bool:
    """Within five standard errors of a Poisson count."""
    return abs(found - expected) < 5 * expected / np.sqrt(counts)


def test_the_mean_rate_stays_whatever_the_rhythm():
    rhythm = "{weekdays: [2, 1, 1, 1, 1, 0, 0], hours: [0,0,0,0,0,0,0,0,1,1,1,1,1,1,1,1,1,0,0,0,0,0,0,0]}"
    assert close(days(rhythm).mean(), 40, 2 * 364 * 40)


def test_weekdays_have_their_weights():
    counts = days("{weekdays: [2, 1, 1, 1, 1, 0, 0]}").sum(axis=0).reshape(-1, 7).sum(axis=0)
    total = 52 * 7 * 80
    for count, share in zip(counts, np.array([2, 1, 1, 1, 1, 0, 0]) / 6, strict=True):
        assert count == 0 if not share else close(count, share * total, share * total)


def test_hours_have_their_weights():
    hours = "hours: [0,0,0,0,0,0,0,0,1,1,3,3,1,1,1,1,1,0,0,0,0,0,0,0]"
    at = play(SHOP.format(rhythm=f"{{{hours}}}", weeks=10, seed=1)).columns(Ordered)["at"]
    counts = np.bincount((at % 24).astype(int), minlength=24)
    assert counts[:8].sum() == counts[17:].sum() == 0
    assert counts[10:12].sum() / counts.sum() == pytest.approx(6 / 13, abs=0.03)


def test_season_and_trend():
    months = "[1,1,1,1,1,1,1,1,1,1,1,3]"
    daily = days(f"{{months: {months}}}", weeks=53).sum(axis=0)
    assert daily[334:360].mean() / daily[:334].mean() == pytest.approx(3, rel=0.05)
    growing = days("{trend: 1.0}", weeks=104).sum(axis=0)
    assert growing[-28:].mean() / growing[:28].mean() == pytest.approx(2 ** (700 / 365), rel=0.06)


def test_busy_days_are_common_to_all_segments_and_over_dispersed():
    """Variance of a day's orders = mean + (cv x mean)^2; the segments' days go up and down together."""
    daily = days("{day_to_day: 0.3}", weeks=200)
    mean = daily.mean()
    assert daily[0].var() == pytest.approx(mean + (0.3 * mean) ** 2, rel=0.15)
    expected = (0.3 * mean) ** 2 / daily[0].var()
    assert np.corrcoef(daily)[0, 1] == pytest.approx(expected, abs=0.08)
    alone = days("{}", weeks=200)
    assert abs(np.corrcoef(alone)[0, 1]) < 0.12
    assert alone[0].var() == pytest.approx(40, rel=0.15)


HISTORY = """order,when,item,qty,price,who,seg
7,2025-03-03 10:00,a,2,1.5,x,one
7,2025-03-03 10:00,b,1,9.0,x,one
8,2025-03-03 23:30,a,5,1.0,y,two
9,2025-03-04 06:00,b,3,9.0,x,one
"""
REPLAY = """
name: Replay
run: {{start: 2026-01-05, horizon: 3 days, seed: 1}}
market:
  history:
    file: {file}
    columns: {{order: order, time: when, sku: item, units: qty, price: price, customer: who, segment: seg}}
  segments:
    one: {{demand: {demand}}}
    two: {{demand: {{rule: replayed}}}}
products: {{a: {{}}, b: {{}}}}
network: {{sites: {{shop: {{}}}}}}
"""


def test_a_replayed_history_comes_order_by_order_at_its_own_times(tmp_path):
    (tmp_path / "orders.csv").write_text(HISTORY)
    text = REPLAY.format(file=tmp_path / "orders.csv", demand="{rule: replayed}")
    ledger = play(text)
    orders, lines = ledger.of(Ordered), ledger.of(LineOrdered)
    assert [(o.at, o.segment, ledger.customers[o.customer]) for o in orders] == [
        (10.0, 0, "x"),
        (23.5, 1, "y"),
        (30.0, 0, "x"),
    ]
    assert [(each.order, each.sku, each.units, each.price) for each in lines] == [
        (1, 0, 2, 1.5),
        (1, 1, 1, 9.0),
        (2, 0, 5, 1.0),
        (3, 1, 3, 9.0),
    ]


def test_resampled_orders_are_whole_orders_of_the_history(tmp_path):
    (tmp_path / "orders.csv").write_text(HISTORY)
    text = REPLAY.format(file=tmp_path / "orders.csv", demand="{rule: resampled, orders: 300 per day}")
    ledger = play(text)
    orders, lines = ledger.columns(Ordered), ledger.columns(LineOrdered)
    mine = orders["segment"][lines["order"] - 1] == 0
    kinds: dict[int, list[tuple[int, float]]] = {}
    rows = zip(lines["order"][mine].tolist(), lines["sku"][mine].tolist(), lines["units"][mine].tolist(), strict=True)
    for order, sku, units in rows:
        kinds.setdefault(order, []).append((sku, units))
    found = [tuple(kind) for kind in kinds.values()]
    assert set(found) == {((0, 2.0), (1, 1.0)), ((1, 3.0),)}
    assert len(found) == pytest.approx(900, rel=0.17)
    assert found.count(((1, 3.0),)) / len(found) == pytest.approx(0.5, abs=0.09)
