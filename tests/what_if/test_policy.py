"""Overrides of the service policy: what the gallery's pair shows, with the same random numbers."""

import math

import numpy as np
import pytest

import simulator
from simulator.experiments.result import Result

RUNS = 8


@pytest.fixture(scope="module")
def kept() -> Result:
    return simulator.run(simulator.load("what_if/rules_kept"), RUNS, workers=1)


@pytest.fixture(scope="module")
def overridden() -> Result:
    return simulator.run(simulator.load("what_if/rules_overridden"), RUNS, workers=1)


@pytest.fixture(scope="module")
def change(kept, overridden):
    """The difference of a KPI that overrides make, run by run."""

    def difference(kpi: str, dimension: str = "", label: str = "") -> np.ndarray:
        place = kept.labels(dimension).index(label) if dimension else 0
        return overridden.values(kpi, dimension)[:, place] - kept.values(kpi, dimension)[:, place]

    return difference


def surely(difference: np.ndarray) -> float:
    """The mean in standard errors."""
    return difference.mean() / (difference.std(ddof=1) / math.sqrt(len(difference)))


def test_one_in_five_orders_of_small_customers_is_treated_better(overridden, kept):
    share = overridden.estimate("override_rate", "segment", "small customers").mean
    assert share == pytest.approx(0.2, abs=0.01)
    assert overridden.estimate("override_rate", "segment", "key accounts").mean == 0
    assert "override_rate" not in kept.kpi_names
    wants = [each.values("orders_per_week", "segment") for each in (kept, overridden)]
    np.testing.assert_array_equal(*wants)


def test_key_accounts_are_served_worse_and_small_customers_a_little_better(change):
    key = change("line_fill_rate", "segment", "key accounts")
    small = change("line_fill_rate", "segment", "small customers")
    assert surely(key) < -4
    assert -0.06 < key.mean() < -0.015
    assert surely(small) > 4
    assert 0.02 < small.mean() < 0.08


def test_the_target_of_key_accounts_is_missed_by_more(change):
    assert surely(change("target_gap", "rule", "key accounts")) < -4


def test_it_costs_more(change, overridden):
    assert surely(change("total_cost")) > 4
    handled = overridden.values("orders_per_week")[:, 0] * overridden.values("override_rate")[:, 0]
    paid = overridden.estimate("cost_to_serve", "activity", "overrides").mean
    assert paid == pytest.approx(3 * handled.mean())


def test_like_customers_are_treated_less_alike(change, kept):
    spread = change("fill_spread", "segment", "small customers")
    assert surely(spread) > 4
    assert spread.mean() > kept.estimate("fill_spread", "segment", "small customers").mean
