"""What an order costs in SimPy events: what waits for nothing costs nothing."""

from pathlib import Path

import pytest

import simulator
from simulator.engine.facts import Ordered

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize(("workload", "most"), [("w1", 1.05), ("w2", 7.1)])
def test_events_per_order(workload, most):
    scenario = simulator.load(BENCHMARKS / f"{workload}.yaml", ["run.horizon=60 days"])
    ledger = simulator.simulate(scenario)
    assert ledger.events / len(ledger.columns(Ordered)["at"]) <= most
