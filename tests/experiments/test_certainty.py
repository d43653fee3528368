"""How sure the choice of an optimisation is, on values made up for the purpose."""

import numpy as np
import pytest
from experiments.scenes import block, shelf

from simulator.experiments.certainty import certainty
from simulator.experiments.replicate import Experiment
from simulator.experiments.search import Trial
from simulator.experiments.store import Store
from simulator.scenario.optimise import Optimise

RUNS = 40


def section(**more) -> Optimise:
    return Optimise(minimise="total_cost", decisions={"a": {"low": 1, "high": 9, "step": 1}}, **more)


def trial(number: int, costs: np.ndarray, fate: str = "holds", on_time: float = 0.9) -> Trial:
    """A point whose cost is known in every replication."""
    store = Store()
    experiment = Experiment(shelf(level=number + 10), store)
    experiment.keep(
        [
            block([run], total_cost=float(cost), on_time=on_time)
            for run, cost in enumerate(np.asarray(costs, dtype=float))
        ]
    )
    return Trial(number, {}, {"a": str(number)}, experiment, len(costs), float(np.mean(costs)), fate=fate)


@pytest.fixture
def luck() -> np.ndarray:
    """What all points share."""
    return np.random.default_rng(1).normal(100, 20, RUNS)


def test_points_that_are_alike_share_the_chance(luck):
    """Five points with the same cost in every replication: each is the best with the chance of one in five."""
    points = [trial(number, luck) for number in range(1, 6)]
    found = certainty(points[2], points, section())
    assert found.chance == pytest.approx(0.2)
    assert [each.number for each in found.alike] == [1, 2, 4, 5]
    assert found.same == found.alike
    assert found.rivals == 4


def test_a_point_that_is_better_in_every_replication_is_sure(luck):
    """The luck of 20 is shared: a difference of 1 in every replication is told apart nevertheless."""
    points = [trial(1, luck), trial(2, luck + 1), trial(3, luck + 5, "worse")]
    found = certainty(points[0], points, section())
    assert (found.chance, found.alike, found.rivals) == (1.0, (), 1)


def test_the_chance_is_that_of_the_difference(luck):
    """A rival dearer by one standard error on average: P(mean difference of a resample > 0) is about Phi(1) = 84 %."""
    apart = np.random.default_rng(2).normal(0, 1, RUNS)
    apart = (apart - apart.mean()) / apart.std() + 1 / np.sqrt(RUNS)
    points = [trial(1, luck), trial(2, luck + apart)]
    found = certainty(points[0], points, section())
    assert found.chance == pytest.approx(0.841, abs=0.03)
    assert [each.number for each in found.alike] == [2]
    assert found.same == ()


def test_a_point_that_is_cheaper_but_not_shown_to_hold_is_named_and_takes_no_chance(luck):
    asked = section(subject_to=[{"kpi": "on_time", "at_least": 0.85, "confidence": 0.95}])
    points = [trial(1, luck), trial(2, luck - 10, "not shown"), trial(3, luck + 10, "not shown")]
    found = certainty(points[0], points, asked)
    assert (found.chance, found.rivals) == (1.0, 0)
    assert [each.number for each in found.doubtful] == [2]  # the third is surely worse


def test_what_failed_to_be_confirmed_is_no_rival_nor_what_keeps_no_further_off(luck):
    points = [trial(1, luck), trial(2, luck - 10), trial(3, luck - 5), trial(4, luck + 1)]
    for each, missed in zip(points, (-0.05, -0.01, -0.005, -0.06), strict=True):
        each.missed = (missed,)
    found = certainty(points[0], points, section(), failed=[points[1]])
    assert (found.chance, found.rivals, found.alike) == (1.0, 1, ())
    assert [each.number for each in found.doubtful] == [2, 3]


def test_one_replication_says_nothing():
    alone = trial(1, np.array([3.0]))
    assert certainty(alone, [alone], section()) is None
