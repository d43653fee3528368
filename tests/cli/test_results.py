"""`simulator run --store` and `simulator results`, as a user types them."""

import json
import re

import pytest
from command import command

RUN = ("run", "textbook/base_stock", "--set", "run.horizon=20 weeks", "--workers", "1", "--store", "r.db")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("results")
    assert command(*RUN, "-n", "2", cwd=found).returncode == 0
    assert command(*RUN, "-n", "3", "--seed", "9", cwd=found).returncode == 0
    return found


def test_a_store_is_listed(folder):
    done = command("results", "r.db", cwd=folder)
    assert done.returncode == 0
    first, second = (row for row in done.stdout.splitlines() if "0.1.0" in row)
    assert first.split()[:2] == ["1", "2"]
    assert second.split()[:2] == ["2", "3"]
    assert "Base" in first


def test_a_store_is_written_as_a_table(folder):
    done = command("results", "r.db", "-o", "r.csv", "--by", "sku", "--experiment", "2", cwd=folder)
    assert done.returncode == 0, done.stderr
    header, *rows = (folder / "r.csv").read_text().splitlines()
    assert header.startswith("experiment,scenario,hash,seed")
    assert f"{len(rows)} rows" in done.stderr.replace(",", "")
    assert {row.split(",")[0] for row in rows} == {"2"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("results", "none.db"), "none.db"),
        (("results", "r.db", "--experiment", "7"), "no experiment 7; there are 1, 2"),
        (("results", "r.db", "-o", "r.csv", "--by", "colour"), "no dimension 'colour'"),
        (("results", "r.db", "-o", "r.pdf"), "the ending says the format"),
        (("results", "r.db", "-o", "no/r.csv"), "there is no folder"),
        (("run", "textbook/base_stock", "--store", "no/r.db"), "there is no folder"),
        (("run", "textbook/base_stock", "--scheduler", "tcp://127.0.0.1:1"), "no Dask scheduler answers"),
        (("run", "textbook/base_stock", "--precision", "on_hand=±0"), "such as on_hand=±2"),
        (("run", "textbook/base_stock", "--precision", "on_hand=2"), "between 0 and 1"),
    ],
)
def test_bad_input_is_told_in_words_with_status_2(words, said, folder, monkeypatch):
    monkeypatch.setattr("simulator.experiments.executors.FINDING", 1)
    done = command(*words, cwd=folder)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_store_is_refused(folder):
    (folder / "text.db").write_text("this is a text and no database, however long it may be" * 40)
    done = command(*RUN[:-1], "text.db", cwd=folder)
    assert done.returncode == 2
    assert "text.db: is not a store of results; name another file" in done.stderr
    assert "Traceback" not in done.stderr


def test_precisions_relative_and_in_the_unit_of_the_kpi(folder):
    words = ("--precision", "unit_fill_rate=0.02", "--precision", "on_hand=+-0.01", "--cap", "9", "--format", "csv")
    done = command(*RUN, *words, cwd=folder)
    assert done.returncode == 0
    assert "on_hand: ±0.01: not reached with 9 replications (it is ±" in done.stderr


def test_what_one_year_in_ten_stays_below(folder):
    done = command(*RUN, "-n", "40", "--percentile", "10", "--percentile", "90", cwd=folder)
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("unit_fill_rate") and "to" in line]
    low, high = (float(part) for part in re.findall(r"([\d.]+) % \(", " ".join(rows)))
    assert 60 < low < high < 100
    found = json.loads(command(*RUN, "-n", "40", "--percentile", "10", "--format", "json", cwd=folder).stdout)
    (fill,) = [each for each in found["percentiles"] if each["kpi"] == "unit_fill_rate"]
    assert fill["share"] == 0.1
    assert round(100 * fill["value"], 1) == low
    assert fill["low"] <= fill["value"] <= fill["high"]
