"""The catalogue says of every KPI what a reader has to know before comparing it with another company's."""

import pytest

from simulator.measures.registry import Kpi
from simulator.replication.measure import catalogue

DESIGNED = [
    "unit_fill_rate",
    "line_fill_rate",
    "order_fill_rate",
    "value_fill_rate",
    "ready_rate",
    "time_without_backorders",
    "cycle_service_level",
    "stockout_rate",
    "perfect_order_rate",
    "perfect_order_product",
    "in_full",
    "on_time",
    "documentation_accuracy",
    "perfect_condition",
    "order_cycle_time",
    "order_cycle_time_p50",
    "order_cycle_time_p95",
    "stage_time",
    "queue_time",
    "queue_length",
    "utilisation",
    "wait_probability",
    "wait_time",
    "backorders",
    "backordered_lines",
    "backorder_age",
    "lost_sales",
    "cancelled_lines",
    "cancelled_units",
    "on_hand",
    "inventory_position",
    "on_order",
    "inventory_value",
    "turns",
    "days_of_supply",
    "replenishment_orders",
    "replenishment_quantity",
    "return_rate",
    "dock_to_stock",
    "recovery_value",
    "orders_per_week",
    "lines_per_order",
    "units_per_line",
    "order_value",
    "order_dispersion",
    "revenue",
    "cost_to_serve",
    "total_cost",
    "cost_of_goods",
    "margin",
]


@pytest.mark.parametrize("name", DESIGNED)
def test_every_designed_kpi_is_there(name: str) -> None:
    assert name in catalogue()


@pytest.mark.parametrize("each", catalogue().values(), ids=lambda each: each.name)
def test_it_states_unit_direction_denominator_and_definition(each: Kpi) -> None:
    assert each.unit
    assert each.better in ("higher", "lower", "neither")
    assert each.denominator
    assert each.definition.strip().endswith((".", ")")), "the definition is a sentence"
    assert each.function.__name__ == each.name
