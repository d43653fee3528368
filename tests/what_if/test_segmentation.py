"""Segmentation: what the gallery's pairs show, with the same random numbers."""

import math

import numpy as np
import pytest

import simulator
from simulator.experiments.result import Result

RUNS = 10


@pytest.fixture(scope="module")
def same() -> Result:
    return simulator.run(simulator.load("what_if/one_target_for_all"), RUNS, workers=1)


@pytest.fixture(scope="module")
def by_class() -> Result:
    return simulator.run(simulator.load("what_if/targets_by_class"), RUNS, workers=1)


def test_targets_by_class_reach_the_same_service_with_less_stock(same, by_class):
    """At an average that is no lower, some 3 to 8 % of the stock is not needed."""
    service, stock = (by_class.values(kpi)[:, 0] - same.values(kpi)[:, 0] for kpi in ("line_fill_rate", "on_hand"))
    assert same.estimate("line_fill_rate").mean == pytest.approx(0.98, abs=0.003)
    assert service.mean() > -2 * service.std(ddof=1) / math.sqrt(RUNS)
    saved = -stock / same.values("on_hand")[:, 0]
    assert (saved > 0.03).all()
    assert saved.mean() < 0.08


def test_each_class_reaches_its_target_in_order(by_class):
    filled = np.array([by_class.estimate("line_fill_rate", "class", label).mean for label in "ABC"])
    assert filled == pytest.approx([0.988, 0.96, 0.92], abs=0.01)
    assert list(filled) == sorted(filled, reverse=True)
