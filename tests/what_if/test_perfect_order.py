"""The joint index of perfect orders beside the product of its components."""

from pathlib import Path

import numpy as np
import pytest

import simulator
from simulator.experiments.result import Result

PAIR = Path(__file__).parents[2] / "scenarios" / "what_if"
REPLICATIONS = 10


@pytest.fixture(scope="module")
def results() -> tuple[Result, Result]:
    """By chance and under a shared cause: the same customers, replication by replication."""
    by_chance, shared = (
        simulator.run(simulator.load(PAIR / f"perfect_order_{name}.yaml"), REPLICATIONS, workers=1)
        for name in ("by_chance", "shared_cause")
    )
    return by_chance, shared


def gap(result: Result) -> np.ndarray:
    """Joint index less product, replication by replication."""
    gaps: np.ndarray = (result.values("perfect_order_rate") - result.values("perfect_order_product"))[:, 0]
    return gaps


def test_independent_causes_multiply(results):
    """In full 0.9, on time 0.9, undamaged 0.995 x 0.99, documents 0.99: the product is 0.7899."""
    by_chance, _ = results
    gaps = gap(by_chance)
    error = gaps.std(ddof=1) / np.sqrt(len(gaps))
    assert error < 0.0015
    assert abs(gaps.mean()) < 4 * error
    assert by_chance.estimate("perfect_order_rate").mean == pytest.approx(0.9 * 0.9 * 0.995 * 0.99 * 0.99, abs=0.01)


def test_a_shared_cause_lifts_the_joint_index_above_the_product(results):
    """A tenth of the orders is short and late together: joint 0.1 x 0.9 x 0.9 = 8 points above 0.9 x 0.81."""
    by_chance, shared = results
    gaps = gap(shared) - gap(by_chance)
    assert gaps.min() > 0.05
    assert gaps.mean() == pytest.approx(0.9 * 0.9 * (1 - 0.9) * 0.9752, abs=0.01)
    # who gets what is the same: the joint index itself does not move, one cause more or less on an order that failed
    joint = [result.values("perfect_order_rate")[:, 0] for result in results]
    np.testing.assert_allclose(joint[0], joint[1], atol=0.002)


def test_the_pareto_counts_each_order_once_and_each_failure_too(results):
    """Under the shared cause the stockout is first on its orders; as lateness it stands under failures only."""
    _, shared = results
    causes = shared.labels("cause")
    first, at_all = (shared.values(kpi, "cause") for kpi in ("imperfect_orders", "failures_per_order"))
    np.testing.assert_allclose(first.sum(axis=1), 1 - shared.values("perfect_order_rate")[:, 0])
    stock = causes.index("late: no stock")
    assert (first[:, stock] == 0).all()
    assert at_all[:, stock].mean() == pytest.approx(0.1, abs=0.01)
    np.testing.assert_allclose(at_all[:, causes.index("short: backordered")], at_all[:, stock], atol=0.002)
