"""Replications: the same numbers wherever and in whatever pieces they are played; precision; going on."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest
from experiments.scenes import same, shelf

import simulator
from simulator.experiments.executors import workforce
from simulator.experiments.replicate import Experiment, replicate
from simulator.experiments.store import Store


@pytest.fixture(scope="module")
def alone():
    return simulator.run(shelf(), 12, workers=1)


def test_every_executor_gives_the_same_digits(alone):
    assert same(simulator.run(shelf(), 12, workers=2), alone)
    with ThreadPoolExecutor(2) as threads:
        assert same(simulator.run(shelf(), 12, executor=threads), alone)
    with ProcessPoolExecutor(2, get_context("spawn")) as processes:
        assert same(simulator.run(shelf(), 12, executor=processes), alone)


@pytest.mark.parametrize("block", [0.0, 1e-9, 1000.0])
def test_the_size_of_blocks_does_not_matter(alone, block, monkeypatch):
    monkeypatch.setattr("simulator.experiments.replicate.BLOCK", block)
    with ThreadPoolExecutor(2) as threads:
        assert same(simulator.run(shelf(), 12, executor=threads), alone)


def test_blocks_take_about_a_second_and_shrink_towards_the_end():
    from simulator.experiments.replicate import _Queue

    experiment = Experiment(shelf(), Store())
    experiment._seconds, experiment._timed = 2.5, 50  # 50 ms a replication
    queue, sizes = _Queue(2, [(experiment, 100)]), []
    while (task := queue.next()) is not None:
        sizes.append(len(task.numbers))
    assert sum(sizes) == 100
    assert sizes[:3] == [20, 20, 15]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1


def test_what_the_store_holds_is_not_played_again(tmp_path, alone, monkeypatch):
    simulator.run(shelf(), 5, workers=1, store=tmp_path / "r.db")
    played = []

    def noted(scenario, number, **settings):
        played.append(number)
        return simulator.simulate(scenario, number, **settings)

    monkeypatch.setattr("simulator.experiments.samples.simulate", noted)
    assert same(simulator.run(shelf(), 12, workers=1, store=tmp_path / "r.db"), alone)
    assert played == list(range(5, 12))
    fewer = simulator.run(shelf(), 4, workers=1, store=tmp_path / "r.db")
    assert fewer.numbers == [0, 1, 2, 3]
    assert played == list(range(5, 12))


def test_gaps_are_filled(tmp_path, alone):
    """A run of two workers that was interrupted may have finished later replications before earlier ones."""
    with Store(tmp_path / "r.db") as store:
        experiment = Experiment(shelf(), store)
        for block in alone.store.blocks(alone.experiment):
            if block.numbers[0] in (1, 2, 7, 30):
                experiment.keep([block])
        assert experiment.missing(9) == [0, 3, 4, 5, 6, 8]
    assert same(simulator.run(shelf(), 12, workers=1, store=tmp_path / "r.db"), alone)


def test_several_scenarios_share_the_workers():
    scenarios = [shelf(level=level) for level in (15, 20, 25)]
    told = []
    with Store() as store, workforce(2) as crew:
        experiments = [Experiment(scenario, store) for scenario in scenarios]
        replicate(crew, [(each, 4) for each in experiments], lambda *at: told.append(at))
        for scenario, experiment in zip(scenarios, experiments, strict=True):
            assert same(experiment.result(), simulator.run(scenario, 4, workers=1))
    assert told[0] == (0, 12)
    assert told[-1] == (12, 12)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_several_precisions_hold_together():
    goals = {"unit_fill_rate": 0.06, "on_hand": 0.1}
    result = simulator.run(shelf(), precision=goals, absolute={"backorders": 0.15}, workers=1)
    assert all(result.estimate(kpi).relative <= goal for kpi, goal in goals.items())
    assert result.estimate("backorders").half_width <= 0.15
    loose = simulator.run(shelf(), precision={"unit_fill_rate": 0.06}, workers=1)
    assert loose.replications < result.replications


def test_a_precision_gives_the_same_number_of_replications_wherever_it_is_played(tmp_path):
    wanted = {"precision": {"unit_fill_rate": 0.08}}
    alone = simulator.run(shelf(), **wanted, workers=1)
    simulator.run(shelf(), alone.replications + 20, workers=1, store=tmp_path / "r.db")
    assert same(simulator.run(shelf(), **wanted, workers=2), alone)
    assert same(simulator.run(shelf(), **wanted, workers=1, store=tmp_path / "r.db"), alone)


def test_the_cap_ends_a_precision_that_is_out_of_reach():
    result = simulator.run(shelf(), precision={"unit_fill_rate": 1e-6}, workers=1, cap=11)
    assert result.replications == 11


def test_the_cap_holds_below_the_first_look_too():
    assert simulator.run(shelf(), precision={"unit_fill_rate": 1e-6}, workers=1, cap=3).replications == 3
    assert simulator.run(shelf(), 5, precision={"unit_fill_rate": 1e-6}, workers=1, cap=3).replications == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"replications": 0},
        {"replications": 0, "precision": {"on_hand": 0.1}},
        {"precision": {"on_hand": 0.1}, "cap": 0},
        {"precision": {"on_hand": 0.0}},
        {"absolute": {"on_hand": -1.0}},
        {"workers": 0},
        {"workers": 2, "scheduler": "tcp://127.0.0.1:1"},
    ],
)
def test_numbers_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=r"is expected|not several|half width that is wanted"):
        simulator.run(shelf(), **wrong)


def test_an_unknown_kpi_is_an_error():
    with pytest.raises(KeyError, match="no_such"):
        simulator.run(shelf(), precision={"no_such": 0.1}, workers=1)


def test_the_worst_year_of_twenty():
    result = simulator.run(shelf(), 60, workers=1)
    found = result.percentile("unit_fill_rate", 0.1)
    assert found.low <= found.mean <= found.high < result.estimate("unit_fill_rate").mean
    values = result.values("unit_fill_rate")[:, 0]
    assert 0.05 < (values < found.mean).mean() < 0.15
    with pytest.raises(ValueError, match="between 0 and 1"):
        result.percentile("unit_fill_rate", 5)
