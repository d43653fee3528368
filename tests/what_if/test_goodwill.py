"""Known outcomes of service for customers who remember, with the same needs and random numbers on both sides."""

from functools import cache

import numpy as np
import pytest

import simulator
from simulator.replication.measure import measure

REPLICATIONS = 2
KPIS = ("margin", "revenue", "unit_fill_rate", "total_cost", "order_cycle_time", "on_time")


@cache
def found(name: str, *changes: str) -> dict[str, np.ndarray]:
    """KPIs with a value for each replication."""
    scenario = simulator.load(f"what_if/{name}", ["run.horizon=1 year", *changes])
    runs = [measure(simulator.simulate(scenario, number), KPIS).values for number in range(REPLICATIONS)]
    return {kpi: np.array([run[kpi][""][0] for run in runs]) for kpi in KPIS}


def cut(name: str) -> dict[str, np.ndarray]:
    """What the cut of stock changes."""
    before, after = found(name), found(f"{name}_fill_90")
    return {kpi: after[kpi] - before[kpi] for kpi in KPIS}


def test_a_cut_of_service_looks_profitable_until_customers_remember():
    """98 to 90 % of the units from stock. Off: the same revenue at less cost. On: less cost too, and margin falls."""
    off, on = cut("goodwill_off"), cut("goodwill")
    for change in (off, on):
        assert change["unit_fill_rate"] == pytest.approx(-0.085, abs=0.03)
        assert (change["total_cost"] < 0).all()
    whole = found("goodwill")["revenue"]
    assert (abs(off["revenue"]) < 0.005 * whole).all()  # but for what is still owed at the end
    assert (off["margin"] > 0).all()
    assert (on["revenue"] < -0.015 * whole).all()
    assert (on["revenue"] > -0.08 * whole).all()
    assert (on["margin"] < -2 * off["margin"]).all()


def test_with_the_service_as_it_was_goodwill_changes_little():
    """Demand is what comes at the start: with 98 % of the orders in time revenue is within a percent and a half."""
    assert found("goodwill")["revenue"] == pytest.approx(found("goodwill_off")["revenue"], rel=0.015)


def test_variance_of_service_costs_at_equal_mean():
    """Two days on average, one order in a thousand late or one in six: the same speed, and 3 to 5 % less revenue."""
    steady, varied = found("variance_low"), found("variance_high")
    assert varied["order_cycle_time"] == pytest.approx(steady["order_cycle_time"], rel=0.02)
    assert (varied["on_time"] < 0.86).all()
    assert (varied["revenue"] < 0.98 * steady["revenue"]).all()
    assert (varied["revenue"] > 0.94 * steady["revenue"]).all()
    mild = "goodwill.default.experience.late=0.01"
    least = found("variance_low", mild)["revenue"] - found("variance_high", mild)["revenue"]
    assert (least < 0.25 * (steady["revenue"] - varied["revenue"])).all()  # it is the asymmetry that costs
