"""Known outcomes of lead times, with the same customers and the same random numbers on both sides."""

from functools import cache

import numpy as np
import pytest

import simulator
from simulator.planning.stock_levels import sized_rules
from simulator.scenario.scenario import Scenario

REPLICATIONS = 8
KPIS = ("unit_fill_rate", "on_hand", "on_order", "planned_less_actual", "supplier_lead_time")


@cache
def scenario(name: str) -> Scenario:
    return simulator.load(f"what_if/lead_time{name}")


@cache
def found(name: str) -> dict[str, np.ndarray]:
    """By KPI, the value of each replication."""
    result = simulator.run(scenario(name), replications=REPLICATIONS, workers=1)
    return {kpi: result.values(kpi)[:, 0] for kpi in KPIS}


def change(kpi: str, before: str, after: str) -> tuple[float, float]:
    """Mean difference of a KPI and twice its standard error, replication by replication."""
    paired = found(after)[kpi] - found(before)[kpi]
    return float(paired.mean()), 2 * float(paired.std(ddof=1)) / REPLICATIONS**0.5


def safety_stock(name: str) -> float:
    """Units above mean demand over the planned lead time, the mean of the items: 100 a day of each.

    Lots of 1500 after orders of 4 at random, gamma lead times: the integral of what is short gives 323; 355 for half
    the lead time, since that is more skewed; 96 for half the spread.
    """
    points = [rule.reorder_at for _, rule in sized_rules(scenario(name), "warehouse").values()]
    return float(np.mean(points)) - 100 * scenario(name).network.suppliers["maker"].lead_time.expected / 24


def test_steadier_beats_faster():
    """The same target: stock for half the lead time is no less, stock for half the spread is about a fifth less."""
    for name in ("_halved", "_steadier"):
        assert found(name)["unit_fill_rate"].mean() == pytest.approx(0.98, abs=0.006)
    faster, error = change("on_hand", "", "_halved")
    assert faster > -error
    assert faster < 0.06 * found("")["on_hand"].mean()
    steadier, error = change("on_hand", "", "_steadier")
    assert steadier + error < -0.17 * found("")["on_hand"].mean()
    assert safety_stock("_steadier") < 0.4 * safety_stock("")
    assert safety_stock("_halved") == pytest.approx(safety_stock(""), rel=0.12)
    for name, units in (("", 323), ("_halved", 355), ("_steadier", 96)):
        assert safety_stock(name) == pytest.approx(units, rel=0.1)


def test_faster_halves_what_is_under_way():
    """Little's law: half the time on the road is half the units on the road. That is what speed buys."""
    assert found("_halved")["on_order"].mean() == pytest.approx(found("")["on_order"].mean() / 2, rel=0.02)
    assert found("_steadier")["on_order"].mean() == pytest.approx(found("")["on_order"].mean(), rel=0.02)


def test_a_stale_plan_costs_service_and_a_fresh_one_wins_it_back():
    """The formula is the same and right; what it is told has changed."""
    fell, error = change("unit_fill_rate", "", "_drift")
    assert -0.10 < fell < -0.05
    assert fell + error < 0
    assert found("_drift")["planned_less_actual"].mean() == pytest.approx(-72, rel=0.1)
    won, error = change("unit_fill_rate", "_drift", "_refreshed")
    assert won - error > 0
    assert won > -0.75 * fell
    assert abs(found("_refreshed")["planned_less_actual"].mean()) < 15
    assert change("on_hand", "_drift", "_refreshed")[0] > 0


def test_a_drift_is_the_same_luck_on_a_longer_way():
    longer = found("_drift")["supplier_lead_time"] / found("")["supplier_lead_time"]
    assert longer == pytest.approx(1.3, abs=0.03)
