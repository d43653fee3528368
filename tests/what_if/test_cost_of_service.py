"""What service costs: a system whose best level is known exactly, and a wholesaler on whom a point costs ever more."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import poisson

from simulator.experiments.cost_of_service import CostOfService, critical_ratios
from simulator.experiments.sweep import sweep
from simulator.reports.sweep_tables import print_cost_of_service
from simulator.scenario.reading.load import load
from simulator.textbook.newsvendor import normal_cost, normal_optimum
from simulator.textbook.safety_stock import safety_factor

LEVEL = "network.sites.store.stock.item.level"
COVERED = (0.80, 0.85, 0.90, 0.95, 0.98, 0.99, 0.999)
"""Probabilities of covering a week's demand."""
LEVELS = (125.2, 131.1, 138.4, 149.3, 161.6, 169.8, 192.7)


@cache
def newsvendor():
    return sweep("what_if/cost_of_service", {LEVEL: list(LEVELS)}, replications=40, workers=1)


def test_the_levels_of_the_scenario_cover_what_it_says():
    """And the safety stock is 0.78, 1, 1.25, 1.41 and 1.88 times that of 95 %: the last points are the dear ones."""
    assert [100 + 30 * safety_factor(share) for share in COVERED] == pytest.approx(LEVELS, abs=0.05)
    safety = np.array(LEVELS[2:]) - 100
    assert safety / safety[1] == pytest.approx([0.78, 1, 1.25, 1.41, 1.88], abs=0.01)


def test_cost_and_service_agree_with_the_newsvendor():
    for point, covered in zip(newsvendor().points, COVERED, strict=True):
        exact = normal_cost(point.values[LEVEL], mean=100, sd=30, overage=1, underage=9)
        for kpi, value in (("total_cost", exact), ("ready_rate", covered)):
            values = point.result.values(kpi)[:, 0]
            error = values.std(ddof=1) / len(values) ** 0.5
            assert abs(values.mean() - value) < 4 * error, (kpi, point.values)


def test_the_cheapest_level_is_at_the_critical_ratio():
    """h = 1, p = 9: 90 %. The interval of the lowest cost holds the exact one, 52.65."""
    found = CostOfService(newsvendor(), "ready_rate")
    best = found.optimum()
    exact = normal_optimum(100, 30, overage=1, underage=9)
    assert critical_ratios(newsvendor().scenario) == (0.9, 0.9)
    assert best.best.values[LEVEL] == pytest.approx(exact.quantity, abs=0.1)
    assert best.best in best.candidates
    assert all(131 <= each.values[LEVEL] <= 150 for each in best.candidates)
    assert best.service.low < 0.9 < best.service.high
    assert best.cost.low - 1 < exact.cost < best.cost.high + 1


def test_below_the_ratio_more_service_is_cheaper_and_above_it_ever_dearer():
    """Exact: cost of the next level less that of this one, by the points of service between them."""
    found = CostOfService(newsvendor(), "ready_rate")
    costs = [normal_cost(level, 100, 30, 1, 9) for level in LEVELS]
    exact = np.diff(costs) / (100 * np.diff(COVERED))
    steps = found.steps()
    assert [step.low.values[LEVEL] for step in steps] == list(LEVELS[:-1])
    for step, value in zip(steps, exact, strict=True):
        width = step.per_point.high - step.per_point.low
        assert step.per_point.low - width < value < step.per_point.high + width
    means = [step.per_point.point for step in steps]
    assert means == sorted(means)
    assert steps[0].per_point.high < 0 < steps[3].per_point.low
    assert steps[-1].per_point.low > 10 * steps[2].per_point.point
    verdicts = [found.verdict(point)[0] for point in found.points]
    assert verdicts[0] == "dominated"
    assert verdicts[2:] == ["efficient"] * 5


@pytest.mark.parametrize(("holding", "level"), [("9 per unit per week", 100.0), ("1 per unit per week", 138.4)])
def test_dearer_stock_moves_the_optimum_to_its_own_ratio(holding, level):
    """p / (p + h) = 9 / 18: half of the weeks, the mean demand."""
    scenario = load("what_if/cost_of_service", [f"costs.holding={holding}"])
    found = CostOfService(
        sweep(scenario, {LEVEL: [80, 100, 120, 138.4, 160]}, replications=10, workers=1), "ready_rate"
    )
    assert found.optimum().best.values[LEVEL] == level


@cache
def wholesaler():
    scenario = load("quickstart", ["run.horizon=24 weeks"])
    path = "network.sites.warehouse.stock.default.target.unit_fill_rate"
    return sweep(scenario, {path: [0.90, 0.95, 0.98, 0.99]}, replications=4, workers=1)


@pytest.mark.parametrize("cost", ["inventory_value", "total_cost"])
def test_each_point_of_service_of_a_wholesaler_costs_more_than_the_last(cost):
    """In stock it is dear and dearer; in all, what is saved by whole orders and short queues is less each time."""
    steps = CostOfService(wholesaler(), "line_fill_rate", cost=cost).steps()
    assert all(0.5 < step.service < 6 for step in steps)
    assert steps[-1].per_point.point > steps[0].per_point.point
    if cost == "inventory_value":
        means = [step.per_point.point for step in steps]
        assert means == sorted(means)
        assert steps[-1].per_point.low > steps[0].per_point.high


def test_every_segment_has_its_own_price_of_service():
    for label in ("key_accounts", "shops", "web_guests"):
        found = CostOfService(wholesaler(), "line_fill_rate", "segment", label)
        reached = found.reach(0.97)
        assert (reached.low.number, reached.high.number) == (2, 3)
        assert 0 < reached.cost.point < CostOfService(wholesaler(), "line_fill_rate").reach(0.97).cost.point


def test_the_ready_rate_and_the_time_without_backorders_are_two_things(capsys):
    """One unit at a time, Poisson demand with mean 12 in a lead time, which then is what is on order.

    With level 12 there is stock on hand while at most 11 are on order, 46.2 % of the time, and nothing is owed while at
    most 12 are, 57.6 %. The critical ratio stands beside the second.
    """
    level = "network.sites.store.stock.part.level"
    rates = ["run.horizon=1 year", "costs.holding=1 per unit per week", "costs.backorder=9 per unit per week"]
    found = sweep(load("textbook/base_stock", rates), {level: [12, 14]}, replications=6)
    for point in found.points:
        there = point.values[level]
        for kpi, most in (("ready_rate", there - 1), ("time_without_backorders", there)):
            estimate = point.result.estimate(kpi)
            assert estimate.mean == pytest.approx(poisson.cdf(most, 12), abs=2 * estimate.half_width)
            assert estimate.half_width < 0.04
    print_cost_of_service(CostOfService(found, "unit_fill_rate"))
    said = " ".join(capsys.readouterr().out.split())
    assert "this would be the best share of time without backorders; at the cheapest point it is" in said
