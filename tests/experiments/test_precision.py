"""How precise a result is wanted: as it is written, all goals together, and what stopping by them does."""

import math

import numpy as np
import pytest
from command import command
from experiments.scenes import shelf

import simulator
from simulator.experiments.arguments import ArgumentError
from simulator.experiments.intervals import student
from simulator.experiments.precision import CAP, FIRST, SEQUENTIAL, Precision, later, precision_of, precisions
from simulator.experiments.ranges import between, written


@pytest.mark.parametrize(
    ("given", "goal", "relative"),
    [
        (0.05, 0.05, True),
        ("0.05", 0.05, True),
        ("5%", 0.05, True),
        ("5 %", 0.05, True),
        ("±5", 5.0, False),
        ("+-5", 5.0, False),
        ("+/-5", 5.0, False),
    ],
)
def test_a_precision_is_taken_as_it_is_written(given, goal, relative):
    assert precision_of("total_cost", given) == Precision("total_cost", goal, relative)


@pytest.mark.parametrize("given", ["x", "", "0", "-1", "1.5", "150 %", "±0", "±5 %", "nan", True, None, [0.1]])
def test_what_is_no_precision_is_told_in_words(given):
    with pytest.raises(ArgumentError, match="relative half width, such as total_cost="):
        precision_of("total_cost", given)


def test_points_of_a_share_may_be_written_in_per_cent():
    assert precision_of("on_time", "±0.5 %") == Precision("on_time", 0.005, False)


def test_several_precisions_of_one_kpi_hold_together():
    """A relative and an absolute one, in any order: the result keeps to both, though one alone would have sufficed."""
    for relative, absolute in (({"on_hand": 0.6}, {"on_hand": 0.5}), ({"on_hand": 0.25}, {"on_hand": 5.0})):
        found = simulator.run(shelf(), precision=relative, absolute=absolute).estimate("on_hand")
        assert found.half_width <= relative["on_hand"] * found.mean
        assert found.half_width <= absolute["on_hand"]
    assert precisions({"on_hand": [0.2, "±3"]}) == [Precision("on_hand", 0.2, True), Precision("on_hand", 3.0, False)]


def test_the_command_keeps_to_both_and_says_what_stopping_does(tmp_path):
    (tmp_path / "toy.yaml").write_text(
        """
name: toy
run: {start: 2026-01-05, horizon: 30 weeks, warm_up: 0 weeks, seed: 1}
market:
  segments:
    all: {demand: {rule: scheduled, every: 1 week, first: 0 h}, basket: {units: {poisson: {mean: 20}}}}
products: {item: {price: 20, cost: 10}}
network:
  suppliers: {maker: {lead_time: 0 h}}
  sites: {store: {stock: {item: {rule: periodic, every: 1 week, before_demand: true, level: 26}}}}
costs: {holding: 1 per unit per week, backorder: 9 per unit per week}
"""
    )
    words = ("run", "toy.yaml", "--workers", "1", "--precision", "total_cost=5%", "--precision", "total_cost=±5")
    done = command(*words, "--kpi", "total_cost", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = simulator.run(tmp_path / "toy.yaml", precision={"total_cost": "5 %"}, absolute={"total_cost": 5})
    assert found.estimate("total_cost").relative <= 0.05
    assert f'"replications": {found.replications}' in done.stdout
    assert SEQUENTIAL in done.stderr
    assert found.caution == SEQUENTIAL
    assert simulator.run(tmp_path / "toy.yaml", 2).caution == ""


def stopped(draw, goal: float, rng: np.random.Generator) -> tuple[float, float, float]:
    """Mean, half width and spread of values that are drawn until the half width is so small a share of the mean."""
    values = draw(rng, FIRST)
    while True:
        spread = float(values.std(ddof=1))
        half = student(0.95, len(values) - 1) * spread / math.sqrt(len(values))
        if half <= goal * abs(values.mean()) or len(values) >= CAP:
            return float(values.mean()), half, spread
        wanted = min(later(len(values), half / (goal * abs(values.mean()))), CAP)
        values = np.concatenate([values, draw(rng, wanted - len(values))])


@pytest.mark.parametrize(
    ("draw", "mean", "spread"),
    [
        (lambda rng, many: rng.normal(1, 0.1, many), 1.0, 0.1),
        (lambda rng, many: rng.lognormal(0, 0.3, many), math.exp(0.045), math.sqrt(math.exp(0.18) - math.exp(0.09))),
    ],
    ids=["normal", "skew"],
)
def test_what_stopping_by_a_precision_does_is_as_it_is_said(draw, mean, spread):
    """1,500 results each: the chance of a coverage outside 92 to 96 % is below 2 % if it is 94 %, with a fixed seed."""
    rng = np.random.default_rng(1)
    found = np.array([stopped(draw, 0.05, rng) for _ in range(1500)])
    coverage = float((np.abs(found[:, 0] - mean) <= found[:, 1]).mean())
    assert 0.92 <= coverage <= 0.96
    assert abs(found[:, 0].mean() / mean - 1) < 0.006
    assert 0.9 < found[:, 2].mean() / spread < 1.0  # underestimated


def test_ranges_of_rates_are_taken_as_they_are_written():
    path, found = written("costs.holding=10 %..30 % per year")
    assert (path, found.low, found.high, found.unit) == ("costs.holding", 10.0, 30.0, "% per year")
    assert between("10 % per year", "30 % per year") == found
    assert found.at(0.5) == "20 % per year"
