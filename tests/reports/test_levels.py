"""The course of stock and backorders over time averages to what the KPIs say."""

from pathlib import Path

import numpy as np
import pytest

import simulator
from simulator.measures.view import View
from simulator.replication.measure import measure
from simulator.reports.levels import levels

SHORT = Path(__file__).parents[2] / "benchmarks" / "mechanisms.yaml"


@pytest.mark.parametrize("response", ["substitute", "transship", "cancel"])
def test_backorders_and_stock_over_time_average_to_the_kpis(response):
    chain = f"service.stockout=[{{rule: {response}}}, {{rule: backorder}}]"
    chain = chain.replace("{rule: cancel}", "{rule: cancel, if_later_than: 20 h}")
    ledger = simulator.simulate(simulator.load(SHORT, [chain, "run.horizon=30 days"]))
    found, kpis = levels(View(ledger)), measure(ledger).values
    hours = np.diff(found.edges)
    assert kpis["backorders"][""][0] > 1
    assert np.average(found.backordered, weights=hours) == pytest.approx(kpis["backorders"][""][0])
    assert np.average(found.on_hand, weights=hours) == pytest.approx(kpis["on_hand"][""][0])
