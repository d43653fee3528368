"""Slices: sums add up to the whole, ratios are means of their slices weighted by the denominator."""

import numpy as np
import pytest

from simulator.engine.facts import Backordered, LineOrdered, Lost, Ordered
from simulator.engine.ledger import Ledger
from simulator.replication.measure import Measures, measure
from simulator.replication.simulate import simulate
from simulator.scenario.scenario import Scenario

SUMS = (
    "backorders",
    "on_hand",
    "on_order",
    "inventory_position",
    "inventory_value",
    "replenishment_orders",
    "orders_per_week",
    "revenue",
    "cost_of_goods",
    "total_cost",
    "margin",
)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """Two sites, three SKUs; one segment waits, one loses what is short; both arms of every branch happen."""
    demand = {"rule": "poisson", "orders": "24 per day"}
    basket = {"lines": {"geometric": {"mean": 2}}, "units": {"poisson": {"mean": 3, "minimum": 1}}}
    data = {
        "name": "slices",
        "run": {"horizon": "20 weeks", "warm_up": "4 weeks", "seed": 3},
        "market": {
            "segments": {
                "a": {
                    "demand": demand,
                    "basket": basket,
                    "site": "north",
                    "customers": 7,
                    "customer_class": "A",
                    "waits": 0.5,
                },
                "b": {"demand": demand, "basket": basket, "site": "south", "customers": 3, "customer_class": "B"},
            }
        },
        "products": {
            "p": {"price": 10, "cost": 4, "class": "X"},
            "q": {"price": 20, "cost": 9, "class": "Y"},
            "r": {"price": 5, "cost": 1, "class": "X"},
        },
        "network": {
            "suppliers": {"s": {"lead_time": {"gamma": {"mean": "5 days", "cv": 0.3}}}},
            "sites": {
                name: {
                    "stock": {"default": {"rule": "min_max", "minimum": 150, "maximum": 500}},
                    "stages": [{"stage": "picking", "staff": 2, "time": {"exponential": {"mean": "20 min"}}}],
                }
                for name in ("north", "south")
            },
        },
        "service": {"rules": [{"promise": {"rule": "fixed", "time": "2 h"}}]},
        "costs": {
            "holding": "20 % per year",
            "replenishment_order": 35,
            "order": 4,
            "line": 0.8,
            "labour": 25,
            "shipment": 6,
            "backorder": "0.10 per unit per day",
            "fixed": "50000 per year",
        },
    }
    return simulate(Scenario.model_validate(data))


@pytest.fixture(scope="module")
def found(ledger: Ledger) -> Measures:
    return measure(ledger)


@pytest.mark.parametrize("name", SUMS)
def test_sums_add_up_in_every_dimension(found: Measures, name: str) -> None:
    slices = found.values[name]
    for dimension, numbers in slices.items():
        assert np.nansum(numbers) == pytest.approx(slices[""][0]), dimension


@pytest.mark.parametrize("name", ["unit_fill_rate", "line_fill_rate", "order_fill_rate", "on_time", "order_cycle_time"])
def test_a_mean_lies_among_its_slices(found: Measures, name: str) -> None:
    slices = found.values[name]
    for dimension, numbers in slices.items():
        assert np.nanmin(numbers) - 1e-12 <= slices[""][0] <= np.nanmax(numbers) + 1e-12, dimension
    assert np.ptp(slices["segment"]) > 0


def test_the_unit_fill_rate_counted_one_fact_at_a_time(ledger: Ledger, found: Measures) -> None:
    """The same number in plain Python: 1 - units short / units wanted, of orders placed after the warm-up."""
    placed = {order.order: order for order in ledger.of(Ordered) if order.at >= ledger.scenario.run.warm_up}
    lines = {line.line: line for line in ledger.of(LineOrdered) if line.order in placed}
    short: dict[int, float] = {}
    for kind in (Backordered, Lost):
        columns = ledger.columns(kind)
        for number, units in zip(columns["line"].tolist(), columns["units"].tolist(), strict=True):
            short[number] = short.get(number, 0.0) + units
    for dimension, code in (("segment", lambda line: placed[line.order].segment), ("sku", lambda line: line.sku)):
        for label, rate in enumerate(found.values["unit_fill_rate"][dimension]):
            mine = [line for line in lines.values() if code(line) == label]
            wanted, missed = sum(line.units for line in mine), sum(short.get(line.line, 0.0) for line in mine)
            assert rate == pytest.approx(1 - missed / wanted), (dimension, label)
            assert missed > 0


def test_one_order_four_fill_rates() -> None:
    """10 units at 1.00 with 10 in stock, 10 at 5.00 with 5, 10 at 10.00 with none: 0, 33 %, 50 %, 22 %."""
    stock = {
        sku: {"rule": "min_max", "minimum": 0, "maximum": 10, "opening": opening}
        for sku, opening in (("a", 10), ("b", 5), ("c", 0))
    }
    data = {
        "name": "four fill rates",
        "run": {"horizon": "10 h"},
        "market": {
            "segments": {
                "all": {
                    "demand": {"rule": "scheduled", "every": "99 h", "first": "1 h"},
                    "basket": {"orders": [{"share": 1, "lines": {"a": 10, "b": 10, "c": 10}}]},
                }
            }
        },
        "products": {"a": {"price": 1}, "b": {"price": 5}, "c": {"price": 10}},
        "network": {"suppliers": {"s": {"lead_time": "9 days"}}, "sites": {"w": {"stock": stock}}},
    }
    found = measure(simulate(Scenario.model_validate(data)))
    rates = [found.values[f"{of}_fill_rate"][""][0] for of in ("order", "line", "unit", "value")]
    assert rates == pytest.approx([0, 1 / 3, 1 / 2, 35 / 160])
