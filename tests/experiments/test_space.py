"""What decisions may be, as it is written into a scenario."""

import pytest

from simulator.experiments.search_space import Space, at
from simulator.scenario.optimise import Optimise
from simulator.scenario.reading.load import read_value


def space(**decisions) -> Space:
    return Space(Optimise(minimise="total_cost", decisions=decisions))


def values(decision) -> list[str]:
    axis = space(x=decision).axes[0]
    return [axis.text(place) for place in range(axis.count)]


@pytest.mark.parametrize(
    ("decision", "written"),
    [
        ({"low": 1, "high": 3, "step": 1}, ["1", "2", "3"]),
        ({"low": 0.9, "high": 0.95, "step": 0.02}, ["0.9", "0.92", "0.94"]),
        ({"low": "1 day", "high": "3 days", "step": "12 hours"}, None),
        ({"low": "1 day", "high": "2 days", "step": "0.5 days"}, ["1 day", "1.5 days", "2 days"]),
        ({"low": "80 %", "high": "100 %", "step": "10 %"}, ["80 %", "90 %", "100 %"]),
        ({"low": 10, "high": 30, "step": 10}, ["10", "20", "30"]),
        (
            {"choices": [2, "3 days", {"rule": "fixed", "time": "2 days"}, [1, None], True]},
            ["2", '"3 days"', '{"rule": "fixed", "time": "2 days"}', "[1, null]", "true"],
        ),
    ],
)
def test_values_are_written_as_a_planner_would(decision, written):
    if written is not None:
        assert values(decision) == written


def test_choices_come_back_as_they_were():
    choices = [2, "3 days", "no", {"rule": "fixed", "o'clock": "12:30"}, [1.5, None], False, "ü: #"]
    assert [read_value(text, "x") for text in values({"choices": choices})] == choices


def test_a_range_without_step_is_parted_finely_by_a_power_of_ten():
    found = values({"low": 0.9, "high": 0.99})
    assert (found[0], found[1], found[-1], len(found)) == ("0.9", "0.9001", "0.99", 901)


def test_by_ratio_values_have_three_figures_and_stay_inside():
    axis = space(x={"low": 0.0123456, "high": 1000, "log": True}).axes[0]
    assert [axis.text(place) for place in (0, 100, 200)] == ["0.0123456", "3.51", "1000"]  # the middle is a mean


def test_how_many_points_there_are_and_all_of_them():
    two = space(x={"low": 1, "high": 3, "step": 1}, y={"choices": ["a", "b"]})
    assert two.size == 6
    assert len({tuple(point.values()) for point in two.every()}) == 6


@pytest.mark.parametrize(
    ("own", "place"),
    [
        ({"x": 2, "y": "b"}, {"x": 1, "y": 1}),
        ({"x": 2.5, "y": "b"}, None),
        ({"x": 4, "y": "b"}, None),
        ({"x": 2, "y": "c"}, None),
        ({"y": "b"}, None),
        ({"x": "2 days", "y": "b"}, None),
    ],
)
def test_where_a_scenario_stands_in_the_space(own, place):
    assert space(x={"low": 1, "high": 3, "step": 1}, y={"choices": ["a", "b"]}).own(own) == place


def test_a_value_is_found_by_its_path():
    source = {"a": [{"b.c": 1}], "d": 2}
    assert [at(source, path) for path in ('a[0]."b.c"', "a[1].x", "d.e", "z")] == [1, None, None, None]
