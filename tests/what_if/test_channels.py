"""Channels: what the gallery shows, with the same random numbers."""

import math

import numpy as np
import pytest

import simulator
from simulator.experiments.result import Result

RUNS = 10


def played(name: str, *overrides: str) -> Result:
    return simulator.run(simulator.load(f"what_if/{name}", list(overrides)), RUNS, workers=1)


@pytest.fixture(scope="module")
def own() -> Result:
    return played("channels_own_stock")


@pytest.fixture(scope="module")
def pooled() -> Result:
    return played("channels_pooled")


@pytest.fixture(scope="module")
def protected() -> Result:
    return played("channels_protected")


def by_channel(result: Result, kpi: str = "line_fill_rate") -> np.ndarray:
    """Replications by channels: web, marketplace, phone."""
    return result.values(kpi, "channel")


def test_the_customers_are_the_same_whoever_has_the_stock(own, pooled, protected):
    assert (own.values("orders_per_week") == pooled.values("orders_per_week")).all()
    assert (own.values("orders_per_week") == protected.values("orders_per_week")).all()


def test_pooling_beats_stock_of_ones_own_at_equal_stock(own, pooled):
    gain = pooled.values("line_fill_rate")[:, 0] - own.values("line_fill_rate")[:, 0]
    assert (gain > 0.12).all()
    assert gain.mean() == pytest.approx(0.18, abs=0.03)
    misplaced = own.values("stock_imbalance")[:, 0]
    assert (misplaced > 0.9).all(), "nearly all that was lost stood on another channel's shelf"


def test_pooled_first_come_first_served_hurts_the_channel_that_earns_most(own, pooled):
    loss = by_channel(own)[:, 0] - by_channel(pooled)[:, 0]
    assert (loss > 0.05).all()
    assert (by_channel(pooled, "margin")[:, 0] < by_channel(own, "margin")[:, 0]).all()


def test_protection_restores_it_at_the_others_expense(own, pooled, protected):
    change = (by_channel(protected) - by_channel(pooled)).mean(axis=0)
    assert change[0] == pytest.approx(0.09, abs=0.02)
    assert (change[1:] < -0.04).all()
    assert by_channel(protected)[:, 0].mean() == pytest.approx(by_channel(own)[:, 0].mean(), abs=0.01)


def test_some_protection_pays_and_too_much_does_not(own, pooled, protected):
    some = protected.values("margin")[:, 0] - pooled.values("margin")[:, 0]
    too_much = played("channels_protected", "market.channels.web.protected.units=8").values("margin")[:, 0]
    assert some.mean() > 2 * some.std(ddof=1) / math.sqrt(RUNS) > 0
    assert (too_much < protected.values("margin")[:, 0]).all()
    assert (own.values("margin")[:, 0] < protected.values("margin")[:, 0]).all()


def test_the_older_the_record_the_more_is_cancelled():
    cancels = [
        played("web_record_live", f"market.channels.web.record.sync={age}").values("oversell_cancels", "channel")[:, 0]
        for age in ("0", "4 h", "24 h")
    ]
    assert cancels[0].mean() < 0.001
    assert (cancels[0] < cancels[1]).all()
    assert (cancels[1] < cancels[2]).all()
    assert cancels[2].mean() == pytest.approx(0.024, abs=0.006)
    daily = played("web_record_daily").values("oversell_cancels", "channel")[:, 0]
    assert (daily == cancels[2]).all()


def test_regions_that_help_each_other_out_are_short_less_for_more_freight():
    apart, together = played("regions_apart"), played("regions_together")
    short = [1 - each.values("line_fill_rate")[:, 0] for each in (apart, together)]
    assert (short[1] < 0.65 * short[0]).all()
    assert short[1].mean() == pytest.approx(short[0].mean() / 3, rel=0.25)
    assert together.values("sourced_away")[:, 0].mean() == pytest.approx(0.08, abs=0.02)
    assert (together.values("stock_imbalance")[:, 0] < 0.15).all()
    assert (apart.values("stock_imbalance")[:, 0] > 0.85).all()
    in_time = together.values("on_time")[:, 0] - apart.values("on_time")[:, 0]
    assert in_time.mean() > 2 * in_time.std(ddof=1) / math.sqrt(RUNS)
    place = apart.labels("activity").index("freight")
    freight = [each.values("cost_to_serve", "activity")[:, place] for each in (apart, together)]
    assert (freight[1] > 1.03 * freight[0]).all()
    cost = together.values("total_cost")[:, 0] - apart.values("total_cost")[:, 0]
    assert cost.mean() < -2 * cost.std(ddof=1) / math.sqrt(RUNS)
