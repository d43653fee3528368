"""Slices belong to their whole: amounts add up to it, shares lie around it."""

import numpy as np
import pytest
from scenes import EVERYTHING, play

from simulator.measures.labels import DIMENSIONS
from simulator.measures.registry import activities
from simulator.measures.slices import Rows
from simulator.replication.measure import Measures, catalogue, measure


@pytest.fixture(scope="module")
def measures() -> Measures:
    return measure(play(EVERYTHING))


def test_the_catalogue_is_complete():
    for kpi in catalogue().values():
        assert kpi.unit
        assert kpi.denominator
        assert kpi.definition
        assert kpi.better in ("higher", "lower", "neither")


WANTED = [
    "unit_fill_rate",
    "line_fill_rate",
    "order_fill_rate",
    "value_fill_rate",
    "ready_rate",
    "time_without_backorders",
    "cycle_service_level",
    "perfect_order_rate",
    "perfect_order_product",
    "in_full",
    "on_time",
    "documentation_accuracy",
    "perfect_condition",
    "order_cycle_time",
    "order_cycle_time_p50",
    "order_cycle_time_p95",
    "backorders",
    "backorder_age",
    "lost_sales",
    "cancelled_lines",
    "on_hand",
    "inventory_position",
    "on_order",
    "turns",
    "days_of_supply",
    "stockout_rate",
    "utilisation",
    "queue_time",
    "queue_length",
    "return_rate",
    "dock_to_stock",
    "recovery_value",
    "revenue",
    "total_cost",
    "margin",
    "cost_to_serve",
]


@pytest.mark.parametrize("name", WANTED)
def test_with_everything_on_every_kpi_has_a_value(measures, name):
    assert np.isfinite(measures.values[name][""][0])


def test_labels_and_values_have_the_same_length(measures):
    for kpi, slices in measures.values.items():
        for dimension, values in slices.items():
            assert len(values) == (len(measures.labels(dimension)) if dimension else 1), (kpi, dimension)


@pytest.mark.parametrize("kpi", ["revenue", "cost_of_goods", "cost_to_serve", "margin"])
@pytest.mark.parametrize("dimension", ["segment", "channel", "site", "sku", "class", "customer"])
def test_money_of_the_slices_adds_up_to_the_whole(measures, kpi, dimension):
    whole, parts = measures.values[kpi][""][0], measures.values[kpi][dimension]
    assert parts.sum() == pytest.approx(whole, rel=1e-9, abs=1e-6)
    assert len(parts) == 1 or len(set(parts)) > 1


def test_cost_to_serve_is_the_sum_of_its_activities(measures):
    by_activity = dict(zip(activities(), measures.values["cost_to_serve"]["activity"], strict=True))
    assert sum(by_activity.values()) == pytest.approx(measures.values["cost_to_serve"][""][0])
    unused = {"refurbishing", "emergency_supply", "transshipment", "express", "overrides", "sla_penalty"}  # no rates
    unused |= {"return_requests", "return_freight"}
    right = {"error_correction", "short_payment", "contacts", "contact_staff"}  # nothing entered wrongly, nobody asks
    right |= {"service_travel", "service_labour", "spare_parts", "service_penalties", "acquisition"}  # nothing fails
    assert {name for name, cost in by_activity.items() if not cost} == unused | right
    assert by_activity["fixed"] == pytest.approx(1000)


@pytest.mark.parametrize("kpi", ["on_hand", "on_order", "backorders", "inventory_position", "inventory_value"])
@pytest.mark.parametrize("dimension", ["sku", "site", "class"])
def test_stock_of_the_slices_adds_up_to_the_whole(measures, kpi, dimension):
    assert measures.values[kpi][dimension].sum() == pytest.approx(measures.values[kpi][""][0])


@pytest.mark.parametrize("kpi", ["unit_fill_rate", "line_fill_rate", "order_fill_rate", "on_time", "order_cycle_time"])
@pytest.mark.parametrize("dimension", ["segment", "channel"])
def test_the_whole_lies_between_its_slices(measures, kpi, dimension):
    parts = measures.values[kpi][dimension]
    assert parts.min() < measures.values[kpi][""][0] < parts.max()


def test_a_percentile_is_no_mean(measures):
    values = {kpi: measures.values[kpi][""][0] for kpi in catalogue() if kpi.startswith("order_cycle_time")}
    assert values["order_cycle_time_p50"] < values["order_cycle_time"] < values["order_cycle_time_p95"]


def test_perfect_orders_are_no_more_than_any_part(measures):
    perfect = measures.values["perfect_order_rate"][""][0]
    assert 0 < perfect < min(measures.values[part][""][0] for part in ("on_time", "perfect_condition"))


def test_a_share_is_decided_on_the_rows_that_count():
    """Four lines of two SKUs; two of them, with 5 and 30 units, were short: their recovery was decided twice."""
    rows = Rows(np.array([0, 0, 1, 1]), 2, {"sku": np.array([0, 1])}, {"sku": 2})
    recovered = rows.ratio(np.array([2.0, 0.0, 0.0, 3.0]), np.array([5.0, 0.0, 0.0, 30.0]))
    assert recovered.weights()["sku"].tolist() == [5, 30]
    assert recovered.trials()["sku"].tolist() == [1, 1]
    assert recovered.trials()[""].tolist() == [2]
    flagged = rows.ratio(np.array([1.0, 0.0, 0.0, 1.0]), np.array([1.0, 0.0, 1.0, 1.0]))
    assert flagged.trials()["sku"].tolist() == [1, 2]
    assert rows.ratio(np.array([1.0, 0.0, 0.0, 1.0]), 1.0).trials()["sku"].tolist() == [2, 2]


def test_the_dimensions_that_may_be_asked_for_are_those_that_there_are(measures):
    assert list(measures.names) == list(DIMENSIONS)
