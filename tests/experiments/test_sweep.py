"""Sweeps: which points are played, that they share their luck, and what the curves are averages of."""

from itertools import product

import numpy as np
import pytest

import simulator
from simulator.experiments.ranges import (
    MOST,
    Choice,
    DesignError,
    Range,
    amount,
    design_points,
    unit_cube,
    varied,
    written,
)
from simulator.experiments.sweep import sweep, variants
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import changed, load, parse

LEVEL = "network.sites.store.stock.part.level"
LEAD_TIME = "network.suppliers.maker.lead_time"
SHORT = ["run.horizon=12 weeks", "run.warm_up=2 weeks"]


@pytest.fixture(scope="module")
def shelf():
    return load("textbook/base_stock", SHORT)


@pytest.fixture(scope="module")
def grid(shelf):
    return sweep(shelf, {LEVEL: [12, 16], LEAD_TIME: ["2 days", "3 days"]}, replications=4, workers=1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a=1..7 days", Range(1, 7, "days")),
        ("a=1 day..7 days", Range(1, 7, "days")),
        ("a=12 h .. 3 days", Range(0.5, 3, "days")),
        ("a=24 per day..2 per hour", Range(1, 2, "per hour")),
        ("a=10..20 % per year", Range(10, 20, "% per year")),
        ("a=0.90..0.99", Range(0.9, 0.99)),
        ("a=2..6", Range(2, 6, whole=True)),
        ("a=2.0..6", Range(2, 6)),
        ("a=1, 2,3", Choice((1, 2, 3))),
        ("a=1 day,2 days", Choice(("1 day", "2 days"))),
        ("a={gamma: {mean: 1 day, cv: 1}}, 2 days", Choice(({"gamma": {"mean": "1 day", "cv": 1}}, "2 days"))),
        ("a=true,null", Choice((True, None))),
    ],
)
def test_what_a_planner_writes(text, found):
    assert written(text) == ("a", found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a", "path=a,b,c or path=low..high"),
        ("a=", "path=a,b,c or path=low..high"),
        ("a=7..1 days", "the low end of a range must be below"),
        ("a=1..1", "the low end of a range must be below"),
        ("a=1 day..7 %", "same unit"),
        ("a=1 per day..7 days", "same unit"),
        ("a=low..high", "from a number to a number"),
        ("a=[1,2", "a"),
        ("a=no,yes", "can be read as"),
    ],
)
def test_what_is_no_range_and_no_list(text, said):
    with pytest.raises(DesignError, match=said):
        written(text)


def test_whole_numbers_of_a_range_are_equally_likely():
    found = [Range(2, 5, whole=True).at((place + 0.5) / 400) for place in range(400)]
    assert {value: found.count(value) for value in (2, 3, 4, 5)} == dict.fromkeys((2, 3, 4, 5), 100)
    assert [Range(2, 5, whole=True).at(share) for share in (0.0, 1.0)] == [2, 5]


def test_a_grid_is_every_combination():
    found = design_points({"a": varied([1, 2]), "b": varied((0.0, 1.0)), "c": varied(["x"])}, "grid", 3, 1)
    assert found == [{"a": a, "b": b, "c": "x"} for a, b in product((1, 2), (0.0, 0.5, 1.0))]


def test_a_hypercube_has_one_point_in_every_row_and_column():
    cube = unit_cube("lhs", 3, 20, seed=5)
    assert (np.sort((cube * 20).astype(int), axis=0) == np.arange(20)[:, None]).all()


def test_a_sobol_sequence_fills_every_quarter_alike():
    """16 points in two dimensions: one in each of the 4 x 4 squares."""
    cube = unit_cube("sobol", 2, 16, seed=5)
    assert len({tuple(square) for square in (cube * 4).astype(int).tolist()}) == 16


@pytest.mark.parametrize("design", ["lhs", "sobol"])
def test_the_seed_decides_the_design(design):
    span = {"a": Range(0, 1)}
    one, again, other = (design_points(span, design, 8, seed) for seed in (1, 1, 2))
    assert one == again != other
    assert all(0 <= values["a"] <= 1 for values in one)


def test_points_that_are_the_same_are_played_once():
    assert len(design_points({"a": Choice(("x", "y"))}, "lhs", 16, 1)) == 2


@pytest.mark.parametrize(
    ("vary", "design", "count", "said"),
    [
        ({}, "grid", None, "nothing is varied"),
        ({"a": Range(0, 1)}, "lhs", None, "how many points"),
        ({"a": Range(0, 1)}, "sobol", 1, "2 to"),
        ({"a": Choice((1, 2))}, "grid", 4, "every combination"),
        ({name: Range(0, 1) for name in "abc"}, "grid", 50, f"at most {MOST:,}"),
    ],
)
def test_designs_that_make_no_sense(vary, design, count, said):
    with pytest.raises(DesignError, match=said):
        design_points(vary, design, count, 1)


def test_a_number_of_sobol_points_that_is_not_balanced_is_said(shelf):
    with pytest.warns(RuntimeWarning, match="power of two"):
        found = sweep(shelf, {LEVEL: (10, 20)}, design="sobol", points=3, replications=1, workers=1)
    assert len(found.notes) == 1


@pytest.mark.parametrize("name", ["quickstart", "what_if/lead_time_drift", "full_service"])
def test_a_changed_scenario_is_the_one_that_overrides_make(name):
    """From a file, through bases, with lists, quoted names and history files: data that are equal, hash included."""
    base = load(name)
    values = {"run.horizon": "30 weeks", "costs.holding": "33 % per year"}
    assert changed(base, values).source == load(name, [f"{path}={value}" for path, value in values.items()]).source
    assert changed(base, {}).hash == base.hash


def test_a_rule_with_another_tag_takes_the_place_of_the_old_one(shelf):
    shelf_path = LEVEL.removesuffix(".level")
    found = changed(shelf, {shelf_path: {"rule": "min_max", "minimum": 3, "maximum": 9}})
    assert found.source["network"]["sites"]["store"]["stock"]["part"] == {"rule": "min_max", "minimum": 3, "maximum": 9}
    assert changed(shelf, {LEVEL: 7}).source["network"]["sites"]["store"]["stock"]["part"]["level"] == 7
    assert shelf.source["network"]["sites"]["store"]["stock"]["part"]["level"] == 16  # the base stays as it is


def test_null_takes_a_key_away(shelf):
    found = changed(shelf, {"costs.backorder": None, "costs.holding": "1 % per year"})
    assert found.source["costs"] == {"holding": "1 % per year"}
    assert found.costs.backorder is None


def test_every_bad_point_is_told_at_once_and_nothing_is_played(shelf):
    told = []
    with pytest.raises(ScenarioError) as caught:
        sweep(
            shelf,
            {LEVEL: [16, -1, "many"], "run.warm_up": ["2 weeks", "90 weeks"]},
            replications=1,
            workers=1,
            progress=lambda done, total: told.append(total),
        )
    text = str(caught.value)
    assert not told
    for said in (f"{LEVEL}=-1", f"{LEVEL}=many", "run.warm_up=90 weeks", "warm_up must be shorter than horizon"):
        assert said in text
    assert f"{LEVEL}=16:" not in text


def test_another_seed_is_another_hypercube(shelf):
    settings = {"design": "lhs", "points": 4, "replications": 1, "workers": 1}
    one, other = (sweep(changed(shelf, {"run.seed": seed}), {LEVEL: (10, 60)}, **settings) for seed in (1, 2))
    assert [point.values for point in one.points] != [point.values for point in other.points]


def test_a_path_that_is_not_there_says_what_is(shelf):
    with pytest.raises(ScenarioError, match="did you mean 'run'"):
        variants(shelf, [{"rum.horizon": "3 weeks"}])


def test_luck_cannot_be_varied(shelf):
    with pytest.raises(DesignError, match="same random numbers"):
        sweep(shelf, {"run.seed": [1, 2]})


def test_a_point_is_the_scenario_run_alone(grid):
    """Replication by replication the same numbers, so that points can be paired."""
    point = grid.points[2]
    assert point.values == {LEVEL: 16, LEAD_TIME: "2 days"}
    alone = simulator.run(load("textbook/base_stock", [*SHORT, f"{LEAD_TIME}=2 days"]), 4, workers=1)
    assert (point.result.values("on_hand") == alone.values("on_hand")).all()


def test_a_curve_averages_over_the_other_paths(grid):
    low, high = grid.curve(LEVEL, "on_hand")
    assert (low.value, low.points, high.value, high.points) == (12, (1, 2), 16, (3, 4))
    runs = np.array([point.result.values("on_hand")[:, 0] for point in grid.points])
    paired = runs[2:].mean(axis=0)
    assert high.found.point == pytest.approx(paired.mean())
    assert high.found.high - high.found.low == pytest.approx(2 * 3.182446 * paired.std(ddof=1) / 2, rel=1e-6)  # t, 3


def test_slices_have_curves_and_rows_too(grid):
    assert grid.curve(LEVEL, "on_hand", "sku", "part")[0].found == grid.curve(LEVEL, "on_hand")[0].found
    table = grid.table(["on_hand", "total_cost"], ["sku"])
    assert list(table.columns[:4]) == ["point", LEVEL, LEAD_TIME, "kpi"]
    assert len(table) == 4 * 2 * 2
    for kpis, by, said in ((["declined_orders"], [], "has the KPI 'declined_orders'"), ([], ["colour"], "'colour'")):
        with pytest.raises(DesignError, match=said):
            grid.table(kpis, by)


def test_a_curve_through_a_hypercube_has_every_point_once_in_rising_order(shelf):
    found = sweep(
        shelf, {LEVEL: (8, 24), LEAD_TIME: ("1 day", "4 days")}, design="lhs", points=10, replications=2, workers=1
    )
    levels = found.curve(LEAD_TIME, "on_hand")
    assert len(levels) == 5
    assert sorted(number for level in levels for number in level.points) == list(range(1, 11))
    for part, level in enumerate(levels):  # 24 to 96 hours in five equal parts
        for number in level.points:
            at = amount(found.points[number - 1].values[LEAD_TIME])
            assert 24 + 14.4 * part - 0.1 <= at <= 24 + 14.4 * (part + 1) + 0.1
    on_hand = [level.found.point for level in found.curve(LEVEL, "on_hand")]
    assert on_hand[0] < on_hand[-1]


def test_an_interrupted_sweep_keeps_what_has_begun(shelf, tmp_path):
    def stop(done, total):
        if done >= 3:
            raise KeyboardInterrupt

    points = {LEVEL: [10, 14, 18]}
    found = sweep(shelf, points, replications=2, workers=1, store=tmp_path / "s", progress=stop)
    assert found.stopped == "interrupted"
    assert [point.values[LEVEL] for point in found.points] == [10, 14]
    told = []
    whole = sweep(
        shelf,
        points,
        replications=2,
        workers=1,
        store=tmp_path / "s",
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[0][0] >= 3
    assert told[-1] == (6, 6)
    assert not whole.stopped
    assert len(whole.points) == 3


def test_a_scenario_from_a_text_can_be_swept_too():
    text = """
name: Two
run: {start: 2026-01-05, horizon: 2 weeks, seed: 1}
market: {segments: {all: {demand: {rule: poisson, orders: 4 per day}, basket: {units: 1}}}}
products: {"a.b": {price: 1, cost: 1}}
network:
  suppliers: {maker: {lead_time: 1 day}}
  sites: {store: {stock: {"a.b": {rule: base_stock, level: 3}}}}
"""
    found = sweep(parse(text), {'network.sites.store.stock."a.b".level': [3, 30]}, replications=2, workers=1)
    assert found.points[0].result.estimate("on_hand").mean < found.points[1].result.estimate("on_hand").mean
