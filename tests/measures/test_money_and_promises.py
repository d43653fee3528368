"""By hand: what a cost rate is of, what slices add up to, and a promise that is kept to the minute."""

from typing import Any

import numpy as np
import pytest

from simulator.replication.measure import Measures, measure
from simulator.replication.simulate import simulate
from simulator.scenario.scenario import Scenario

WEEK = "168 h"


def measured(**changes: Any) -> Measures:
    """One order of `units` at 1 h, in a week; 4 units in stock, more a day after they are ordered."""
    stages, stock = changes.get("stages", []), changes.get("stock", {"rule": "min_max", "minimum": 0, "maximum": 4})
    data = {
        "name": "by hand",
        "run": {"horizon": WEEK},
        "market": {
            "segments": {
                "all": {
                    "demand": {"rule": "scheduled", "every": changes.get("every", "1000 h"), "first": "1 h"},
                    "basket": changes.get("basket", {"units": changes.get("units", 10)}),
                }
            }
        },
        "products": changes.get("products", {"p": {"price": 10, "cost": 4}}),
        "network": {
            "suppliers": {"s": {"lead_time": "1 day"}},
            "sites": {"w": {"stages": stages, "stock": {"default": stock}}},
        },
        "service": changes.get("service", {}),
        "costs": changes.get("costs", {}),
    }
    return measure(simulate(Scenario.model_validate(data)))


@pytest.mark.parametrize(
    ("rate", "money"),
    [
        ("5 per unit", 30),  # 6 of 10 units are owed
        ("5 per line", 5),  # a line is a line, however much of it is short
        ("5 per order", 5),
        ("10 %", 6),  # of 6 x 10
        ("1 per unit per hour", 144),  # 6 units for a day
        ("1 per line per hour", 24),
        ("1 per order per hour", 24),
    ],
)
def test_what_owing_a_customer_costs(rate: str, money: float) -> None:
    """At 1 h an order wants 10 units, gets 4 and the other 6 a day later."""
    assert measured(costs={"backorder": rate}).values["total_cost"][""][0] == pytest.approx(money)


@pytest.mark.parametrize(("rate", "money"), [("5 per unit", 35), ("5 per line", 10), ("5 per order", 5), ("10 %", 0.9)])
def test_what_a_lost_sale_costs(rate: str, money: float) -> None:
    """An order wants 7 a at 1.00, 8 b at 1.50 and 1 c; 4 of each are in stock: 3 a and 4 b are lost, worth 9."""
    found = measured(
        basket={"orders": [{"share": 1, "lines": {"a": 7, "b": 8, "c": 1}}]},
        products={"a": {"price": 1}, "b": {"price": 1.5}, "c": {"price": 1}},
        service={"stockout": {"rule": "lost_sale"}},
        costs={"lost_sale": rate},
    )
    assert found.values["lost_sales"][""][0] == pytest.approx(7 / 16)
    assert found.values["total_cost"][""][0] == pytest.approx(money)


def test_every_dimension_adds_up_even_where_nobody_caused_the_cost() -> None:
    """A SKU that nobody orders is held, and a stage whose work takes no time is staffed."""
    found = measured(
        every="1 day",
        units=1,
        stock={"rule": "min_max", "minimum": 5, "maximum": 50},
        products={"p": {"price": 10, "cost": 4}, "idle": {"price": 1, "cost": 100, "popularity": 0}},
        stages=[{"stage": "entry", "staff": 1, "time": "6 min"}, {"stage": "picking", "staff": 2, "time": "0 min"}],
        costs={"holding": "20 % per year", "labour": 10, "fixed": "5 per week"},
    )
    for kpi in ("cost_to_serve", "total_cost", "margin", "revenue", "cost_of_goods"):
        whole = found.values[kpi][""][0]
        for dimension in ("segment", "site", "sku", "customer"):
            assert np.nansum(found.values[kpi][dimension]) == pytest.approx(whole), (kpi, dimension)
    assert found.values["cost_to_serve"]["activity"].sum() == pytest.approx(found.values["cost_to_serve"][""][0])


def test_a_promise_kept_to_the_minute_is_kept() -> None:
    """6 minutes of picking and 12 of transit against a promise of 18, whatever the times add up to in binary."""
    found = measured(
        every="7 h",
        units=1,
        stock={"rule": "min_max", "minimum": 50, "maximum": 90},
        stages=[{"stage": "picking", "time": "6 min"}, {"stage": "transit", "time": "12 min"}],
        service={"rules": [{"promise": {"rule": "fixed", "time": "18 min"}}]},
    )
    assert found.values["on_time"][""][0] == 1
    assert found.values["perfect_order_rate"][""][0] == 1
