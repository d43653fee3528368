"""The store: what goes in comes out, digit for digit; what is not ours is refused; two do not hurt each other."""

import sqlite3
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from experiments.scenes import block, same, shelf

import simulator
from simulator.experiments.readings import Readings
from simulator.experiments.replicate import Experiment
from simulator.experiments.samples import Block, Column, Layout, blocks_of
from simulator.experiments.store import Store, StoreError
from simulator.replication.measure import measure


def test_what_goes_in_comes_out(tmp_path):
    scenario = shelf(level=18)
    measured = [measure(simulator.simulate(scenario, number)) for number in (0, 1, 2)]
    with Store(tmp_path / "r.db") as store:
        Experiment(scenario, store).keep(blocks_of([(n, 0.5, each) for n, each in enumerate(measured)]))
    with Store(tmp_path / "r.db") as again:
        result = Experiment(scenario, again).result()
        assert result.numbers == [0, 1, 2]
        assert set(result.kpi_names) == set(measured[0].values)
        for kpi, slices in measured[0].values.items():
            for by in slices:
                expected = np.array([each.values[kpi][by] for each in measured])
                np.testing.assert_array_equal(result.values(kpi, by), expected)
        sample = result.sample("line_fill_rate", "sku", "part")
        np.testing.assert_array_equal(sample.weights, [each.weights["line_fill_rate"]["sku"][0] for each in measured])


def test_labels_that_differ_between_replications_are_laid_side_by_side():
    columns = {"": [Column("on_hand", "mean", 1)], "customer": [Column("on_hand", "mean", 1)]}

    def seen(number, labels, values):
        rows = {"": np.array([[1.0]]), "customer": np.array([values], dtype=float)}
        return Block(Layout({"": [""], "customer": labels}, columns), [number], [0.1], rows)

    with Store() as store:
        number = store.experiment(shelf())
        store.add(number, [seen(0, ["ann", "bob"], [1, 2]), seen(1, ["bob", "cy", "ann"], [5, 6, 4])])
        found = {label: sample.values for _, label, sample in Readings(store, number).by("customer", "on_hand")}
    np.testing.assert_array_equal(found["ann"], [1, 4])
    np.testing.assert_array_equal(found["bob"], [2, 5])
    np.testing.assert_array_equal(found["cy"], [np.nan, 6])


def test_labels_come_in_the_order_of_replications_whichever_was_written_first():
    columns = {"": [Column("on_hand", "mean", 1)], "customer": [Column("on_hand", "mean", 1)]}

    def seen(number, label):
        rows = {"": np.array([[1.0]]), "customer": np.array([[2.0]])}
        return Block(Layout({"": [""], "customer": [label]}, columns), [number], [0.1], rows)

    with Store() as store:
        number = store.experiment(shelf())
        store.add(number, [seen(1, "bob"), seen(0, "ann")])
        assert Readings(store, number).labels == {"customer": ["ann", "bob"]}


def test_a_result_stays_as_it_is_while_another_program_adds_replications(tmp_path):
    """It was begun with gaps, which the other one fills in the meantime."""
    scenario = shelf()
    measured = [measure(simulator.simulate(scenario, number)) for number in range(4)]
    with Store(tmp_path / "r.db") as store, Store(tmp_path / "r.db") as other:
        experiment = Experiment(scenario, store)
        experiment.keep(blocks_of([(number, 0.5, measured[number]) for number in (0, 2)]))
        result = experiment.result(4)
        Experiment(scenario, other).keep(blocks_of([(number, 0.5, measured[number]) for number in (1, 3)]))
        assert result.numbers == [0, 2]
        found = result.values("line_fill_rate", "sku").ravel()
        expected = [measured[number].values["line_fill_rate"]["sku"][0] for number in (0, 2)]
        assert found.tolist() == expected


def test_reading_in_pieces_gives_the_same(monkeypatch):
    result = simulator.run(shelf(), 6, workers=1)
    whole = list(result.estimates())
    monkeypatch.setattr("simulator.experiments.readings.AT_ONCE", 5)
    in_pieces = simulator.Result(result.scenario, result.store, result.experiment)
    assert repr(list(in_pieces.estimates())) == repr(whole)


def test_scenarios_of_one_name_are_never_mixed(tmp_path):
    one, other, luck = shelf(level=18), shelf(level=25), shelf(level=18, seed=2)
    results = [simulator.run(each, 3, workers=1, store=tmp_path / "r.db") for each in (one, other, luck)]
    assert len({result.estimate("on_hand").mean for result in results}) == 3
    with Store(tmp_path / "r.db") as store:
        assert [kept.replications for kept in store.experiments()] == [3, 3, 3]
        assert [kept.hash for kept in store.others("One shelf", {one.hash})] == [other.hash, luck.hash]


def test_another_version_of_the_simulator_is_another_experiment(tmp_path, monkeypatch):
    simulator.run(shelf(), 2, workers=1, store=tmp_path / "r.db")
    monkeypatch.setattr(simulator, "__version__", "9.9")
    assert simulator.run(shelf(), 1, workers=1, store=tmp_path / "r.db").replications == 1
    with Store(tmp_path / "r.db") as store:
        assert [(kept.version, kept.replications) for kept in store.experiments()] == [("0.1.0", 2), ("9.9", 1)]


def test_files_that_are_no_stores_are_refused(tmp_path):
    (tmp_path / "text.db").write_text("results, but as a text that is long enough to be no header of a database" * 9)
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE mine (x)")
    with Store(tmp_path / "newer.db"):
        pass
    with sqlite3.connect(tmp_path / "newer.db") as newer:
        newer.execute("PRAGMA user_version = 99")
    for name, said in {
        "text.db": "not a store",
        "other.db": "another program",
        "newer.db": "newer simulator",
        "no/such.db": "no folder",
        ".": "cannot be opened",
    }.items():
        with pytest.raises(StoreError, match=said):
            Store(tmp_path / name)


def test_a_store_of_the_first_format_is_read_and_not_added_to(tmp_path):
    """Its hashes are of something else: what is in it would never be recognised."""
    simulator.run(shelf(), 2, workers=1, store=tmp_path / "r.db")
    with sqlite3.connect(tmp_path / "r.db") as older:
        older.execute("PRAGMA user_version = 1")
    older.close()
    with Store(tmp_path / "r.db") as store:
        assert [(kept.scenario, kept.replications) for kept in store.experiments()] == [("One shelf", 2)]
        assert store.format == 1
    with pytest.raises(StoreError, match=r"older simulator \(format 1, this one writes 2\).*name another file"):
        simulator.run(shelf(), 2, workers=1, store=tmp_path / "r.db")


def test_a_block_is_written_whole_or_not_at_all(tmp_path):
    with Store(tmp_path / "r.db") as store:
        number = store.experiment(shelf())
        good = block([0, 1], on_hand=3.0)
        bad = Block(good.layout, [2], [object()], {"": np.array([[1.0]])})
        with pytest.raises(StoreError, match="object"):
            store.add(number, [good, bad])
        assert store.numbers(number) == []
        store.add(number, [good])
        assert store.numbers(number) == [0, 1]


@pytest.mark.parametrize("file", ["", "r.db"])
@pytest.mark.parametrize("before", [0, 2])
def test_an_interrupt_amid_writing_leaves_nothing_half_done(tmp_path, monkeypatch, file, before):
    """Its block is held, and written with the next one: also where it was the first of its experiment."""
    with Store(tmp_path / file if file else "") as store:
        experiment = Experiment(shelf(), store)
        if before:
            experiment.keep([block(range(before), on_hand=1.0)])
        with monkeypatch.context() as patched:
            patched.setattr(Layout, "places", interrupted)
            with pytest.raises(KeyboardInterrupt):
                experiment.keep([block([before, before + 1], on_hand=2.0)])
        assert store.numbers(experiment.key) == list(range(before))
        experiment.keep([block([before + 2], on_hand=3.0)])
        assert experiment.result().values("on_hand").ravel().tolist() == [1.0] * before + [2.0, 2.0, 3.0]


def interrupted(*_):
    raise KeyboardInterrupt


def test_a_store_that_another_program_makes_in_the_same_moment_is_ours(tmp_path, monkeypatch):
    """The other one is done after this one has looked at the file for the first time."""
    real, made = sqlite3.connect, []

    class Slow(sqlite3.Connection):
        def execute(self, statement, *values):
            found = super().execute(statement, *values)
            if made:
                return found
            row = found.fetchone()
            made.append(True)
            Store(tmp_path / "r.db").close()
            return SimpleNamespace(fetchone=lambda: row)

    monkeypatch.setattr(sqlite3, "connect", lambda *args, **rest: real(*args, **rest, factory=Slow))
    with Store(tmp_path / "r.db") as store:
        assert store.experiments() == []


def test_what_is_there_is_not_written_twice():
    with Store() as store:
        number = store.experiment(shelf())
        store.add(number, [block([0, 1], on_hand=3.0)])
        store.add(number, [block([1, 2], on_hand=4.0)])
        assert store.numbers(number) == [0, 1, 2]
        assert store.parts(number, "on_hand", [0, 1, 2], np.ones(3, bool))[:, 0].tolist() == [3.0, 3.0, 4.0]


WRITER = """
import sys
from experiments.scenes import shelf
import simulator
level, file = int(sys.argv[1]), sys.argv[2]
print(simulator.run(shelf(level=level), 30, workers=1, store=file).replications)
"""


def test_two_programs_write_to_one_store_at_the_same_time(tmp_path):
    """Two of the same scenario and one of another, all beginning with no file there."""
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, level, str(tmp_path / "r.db")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=_with_tests_on_the_path(),
        )
        for level in ("18", "18", "25")
    ]
    for start in starts:
        said, wrong = start.communicate(timeout=120)
        assert (said.strip(), wrong) == ("30", "")
    for level in (18, 25):
        stored = simulator.run(shelf(level=level), 30, workers=1, store=tmp_path / "r.db")
        assert same(stored, simulator.run(shelf(level=level), 30, workers=1))


def _with_tests_on_the_path() -> dict[str, str]:
    import os
    from pathlib import Path

    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
