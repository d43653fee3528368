"""`simulator reproduce`: a result is played again, and what does not agree is told."""

import json
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import simulator
from simulator.cli.main import cli
from simulator.experiments import provenance, reproduce
from simulator.experiments.replicate import Experiment
from simulator.experiments.samples import play
from simulator.experiments.store import Store
from simulator.scenario.reading.load import load

PAGE = Path(__file__).parents[2] / "docs" / "provenance.md"
SHORT = ["run.horizon=6 weeks", "run.warm_up=1 week"]


def command(*words):
    done = CliRunner().invoke(cli, list(map(str, words)))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, done.stdout, done.stderr


def again(*words):
    return command("reproduce", *words, "--workers", "1")


@pytest.fixture(scope="module")
def result():
    return json.dumps(simulator.run(load("textbook/base_stock", SHORT), 3, workers=1).as_json(["sku"]))


@pytest.fixture
def written(result, tmp_path):
    """The result in a file, changed as wanted."""

    def write(change=lambda found: None):
        found = json.loads(result)
        change(found)
        file = tmp_path / "result.json"
        file.write_text(json.dumps(found))
        return file

    return write


def times(factor):
    """A change: the mean of the first KPI that is sliced."""

    def change(found):
        row = next(row for row in found["kpis"] if row["by"] and row["mean"])
        row["mean"] *= factor

    return change


def test_a_result_agrees_with_itself(written):
    status, said, _ = again(written())
    assert status == 0
    assert re.fullmatch(r"Base stock, one for one, 3 replications: all \d+ numbers agree in all digits\n", said)


def test_last_digits_may_differ_and_it_says_so(written):
    status, said, _ = again(written(times(1 + 1e-11)))
    assert status == 0
    assert "; 1 of them differ in their last digits" in said


def test_another_number_is_told_with_both_values(written):
    file = written(times(1.001))
    row = next(row for row in json.loads(file.read_text())["kpis"] if row["by"] and row["mean"])
    status, said, _ = again(file)
    assert status == 1
    assert re.search(r"1 of \d+ numbers differ:", said)
    found = re.search(rf"  {row['kpi']} \[sku=part\], mean: was (\S+), is (\S+)\n", said)
    assert float(found[1]) == row["mean"]
    assert float(found[2]) == pytest.approx(row["mean"] / 1.001, rel=1e-12)


def test_ten_of_many_differences_are_listed(written):
    def change(found):
        for row in found["kpis"]:
            row["mean"] += 1

    status, said, _ = again(written(change))
    assert (status, said.count("mean: was")) == (1, 10)
    assert "the first 10 of them" in said


def test_a_scenario_that_was_edited_is_no_result(written):
    def change(found):
        found["provenance"]["source"]["products"]["part"]["cost"] = 1

    status, _, said = again(written(change))
    assert status == 2
    assert "does not fit its hash" in said
    assert "Traceback" not in said


def test_a_result_of_another_version_is_played_and_that_is_told(written):
    def change(found):
        found["provenance"]["packages"] |= {"simulator": "0.0.9", "numpy": "1.0"}

    status, said, _ = again(written(change))
    assert status == 0
    assert f"  simulator was 0.0.9, is {simulator.__version__}\n" in said
    assert "  numpy was 1.0, is " in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found.pop("provenance"), "has no `provenance`"),
        (lambda found: found.pop("kpis"), "has no list of `kpis`"),
        (lambda found: found.update(replications="3"), "a number of `replications` is expected; found '3'"),
        (lambda found: found.update(numbers=[0, 1]), "must name its 3 replications"),
        (lambda found: found["kpis"].append({"mean": 1}), "needs `kpi` and `by`"),
        (lambda found: found["provenance"].update(source=None), "holds no scenario"),
        (
            lambda found: found["provenance"]["source"].update(luck=1),
            "in the record: luck: Extra inputs",
        ),
    ],
)
def test_what_is_no_result_is_told_in_words(written, change, said):
    status, _, error = again(written(change))
    assert status == 2
    assert said in error
    assert error.startswith(str(written()))


def test_other_files_are_told_in_words(tmp_path):
    (tmp_path / "text").write_text("hello")
    assert "is neither the JSON of a run nor a store" in again(tmp_path / "text")[2]
    with Store(tmp_path / "empty.db"):
        pass
    assert "there is nothing to compare" in again(tmp_path / "empty.db")[2]
    base = sqlite3.connect(tmp_path / "other.db")
    base.execute("CREATE TABLE theirs (number)")
    base.close()
    assert "another program" in again(tmp_path / "other.db")[2]
    assert again(tmp_path / "missing")[0] == 2


def test_choosing_is_for_stores(written):
    for option in ("--experiment", "--replications"):
        status, _, said = again(written(), option, 1)
        assert status == 2
        assert "are in stores" in said


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    file = tmp_path_factory.mktemp("stored") / "results.db"
    with Store(file) as store:
        for name in ("textbook/base_stock", "textbook/two_lines"):
            simulator.run(load(name, SHORT), 4, workers=1, store=store)
    return file


def test_all_of_a_store_or_one_experiment_or_the_first_replications(stored):
    status, said, _ = again(stored)
    assert status == 0
    assert re.findall(r"experiment (\d), .*, (\d) replications: all", said) == [("1", "4"), ("2", "4")]
    status, said, _ = again(stored, "--experiment", 2, "--replications", 1)
    assert status == 0
    assert re.findall(r"experiment (\d), .*, (\d) replication: all", said) == [("2", "1")]
    assert "there are experiments 1, 2" in again(stored, "--experiment", 3)[2]


def test_numbers_that_this_program_does_not_play_are_found_out(stored, tmp_path):
    """As if other code under the same version had played them: they bear no checksum of this one."""
    copy = tmp_path / "copy.db"
    with sqlite3.connect(stored) as base, sqlite3.connect(copy) as other:
        base.backup(other)
    with sqlite3.connect(copy) as base:
        base.execute(
            "UPDATE kpi_value SET value = value + 1 WHERE experiment = 1 AND kpi = 'on_hand' AND replication = 2"
        )
        base.execute("DELETE FROM seal")
    base.close()
    status, said, _ = again(copy)
    assert status == 1
    assert re.search(r"experiment 2, .*agree in all digits", said)
    assert re.search(r"experiment 1, .* numbers differ:\n  on_hand, mean: was", said)
    assert again(copy, "--experiment", 2)[0] == 0
    assert again(copy, "--replications", 2)[0] == 0, "replications 0 and 1 are as they were"
    assert again(copy, "--replications", 3)[0] == 1


def test_a_store_of_the_first_format_is_held_against_the_hashes_of_its_time(tmp_path):
    scenario = load("textbook/base_stock", SHORT)
    simulator.run(scenario, 2, workers=1, store=tmp_path / "old.db")
    first = provenance._first_hash(provenance.record(scenario)["source"], scenario)
    with sqlite3.connect(tmp_path / "old.db") as base:
        base.execute("PRAGMA user_version = 1")
    base.close()
    assert "does not fit its hash" in again(tmp_path / "old.db")[2], "a hash of format 2 is none of format 1"
    with sqlite3.connect(tmp_path / "old.db") as base:
        base.execute("UPDATE experiment SET hash = ?", (first,))
    base.close()
    status, said, _ = again(tmp_path / "old.db")
    assert status == 0
    assert "agree in all digits" in said


def test_an_interrupt_is_no_answer(written, monkeypatch):
    """`run` keeps what is finished of an interrupted run; to compare that with the whole would be wrong."""
    (found,) = reproduce.recorded(written())
    scenario = load("textbook/base_stock", SHORT)
    experiment = Experiment(scenario, Store())
    experiment.keep(play(experiment.pickled, [0]))
    monkeypatch.setattr(reproduce, "run", lambda *_, **__: experiment.result(3, "interrupted"))
    with pytest.raises(KeyboardInterrupt):
        reproduce.replay(found, scenario)


def test_an_interrupted_run_with_gaps_is_played_with_the_same_gaps(tmp_path):
    experiment = Experiment(load("textbook/base_stock", SHORT), Store())
    experiment.keep(play(experiment.pickled, [1, 3]))
    found = experiment.result().as_json([])
    assert found["numbers"] == [1, 3]
    (tmp_path / "gaps.json").write_text(json.dumps(found))
    assert again(tmp_path / "gaps.json")[0] == 0
    del found["numbers"]
    (tmp_path / "gaps.json").write_text(json.dumps(found))
    assert again(tmp_path / "gaps.json")[0] == 1


def test_an_order_history_that_has_moved(tmp_path):
    (tmp_path / "orders.csv").write_text("order,time,sku,units\n1,2026-01-05T09:00,a,2\n2,2026-01-07T09:00,a,1\n")
    (tmp_path / "replayed.yaml").write_text(
        "name: Replayed\nrun: {start: 2026-01-05, horizon: 1 week}\n"
        "market: {history: {file: orders.csv}, segments: {all: {demand: {rule: replayed}}}}\n"
        "products: {a: {price: 2}}\nnetwork: {sites: {shop: {}}}\n"
    )
    result = simulator.run(load(tmp_path / "replayed.yaml"), 1, workers=1)
    (tmp_path / "result.json").write_text(json.dumps(result.as_json()))
    assert again(tmp_path / "result.json")[0] == 0
    (tmp_path / "orders.csv").rename(tmp_path / "moved.csv")
    status, _, said = again(tmp_path / "result.json")
    assert status == 2
    assert "orders.csv is not there" in said
    assert again(tmp_path / "result.json", "--history", tmp_path / "moved.csv")[0] == 0


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_page_on_provenance_says_what_happens(tmp_path):
    """Its commands run and print what it says, up to how many numbers there are; the card holds the lines it shows."""
    for block in blocks("console"):
        for part in block.split("$ ")[1:]:
            line, *told = part.splitlines()
            name, rest = line.removeprefix("simulator ").split(" ", 1)
            here = shlex.join([sys.executable, "-m", "simulator", name])
            here += "" if name == "card" else " --workers 1"
            done = subprocess.run(f"{here} {rest}", shell=True, cwd=tmp_path, text=True, capture_output=True)
            assert done.returncode == 0, done.stderr
            said = [each.strip() for each in (done.stdout + done.stderr).splitlines() if each.strip()]
            assert [re.sub(r"all [\d,]+", "all", each) for each in said] == [
                re.sub(r"all [\d,]+", "all", each) for each in told
            ]
    (excerpt,) = blocks("markdown")
    written = (tmp_path / "CARD.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in excerpt.splitlines() if line not in written] == []


def test_a_card_is_printed_or_written(tmp_path):
    status, said, _ = command("card", "textbook/base_stock", "--set", "run.horizon=9 weeks", "--seed", 3)
    assert status == 0
    assert said.startswith("# Model card: Base stock")
    assert "simulator run textbook/base_stock --set 'run.horizon=9 weeks' --set run.seed=3" in said
    status, _, said = command("card", "textbook/base_stock", "-o", tmp_path / "nowhere" / "CARD.md")
    assert (status, "there is no folder" in said) == (2, True)
    status, _, said = command("card", "nothing")
    assert (status, "no gallery scenario 'nothing'" in said) == (2, True)
