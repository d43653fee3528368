"""`simulator compare` and `simulator select`, as a user types them."""

import csv
import doctest
import io
import json
import re
import shlex
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from command import command

from simulator.cli.main import main

OWN, POOLED, PROTECTED = (f"what_if/channels_{name}" for name in ("own_stock", "pooled", "protected"))
BASE = "textbook/base_stock"
SHORT = ("--set", "run.horizon=20 weeks", "--workers", "1")


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def inside(tmp_path, monkeypatch, capsys):
    """The command in this process, which spares the time to start another; in a folder of its own."""

    def call(*words: str) -> Done:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["simulator", *words])
        status = 0
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        return Done(status, *capsys.readouterr())

    return call


def test_compare_tells_what_differs_by_how_much_and_what_that_means(tmp_path):
    done = command(
        "compare",
        OWN,
        POOLED,
        PROTECTED,
        "-n",
        "5",
        "--workers",
        "1",
        "--by",
        "channel",
        "--kpi",
        "margin",
        "--kpi",
        "line_fill_rate",
        "--kpi",
        "order_cycle_time",
        "--chart",
        "c.png",
        "--report",
        "r.html",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "base  Own stock by channel",
        "   1  Stock pooled over channels",
        "   2  Pooled stock, protected for the web",
    ]
    assert "5 replications" in lines[3]
    assert "the same random numbers (seed 1)" in " ".join(" ".join(lines[3:5]).split())
    row = lines[next(place for place, line in enumerate(lines) if line.startswith("line_fill_rate")) + 1].split()
    assert (row[0], row[1].endswith("%"), row[-3], row[-2]) == ("1", False, "better", "x")
    assert "by channel" in done.stdout
    assert "same in every replication: order_cycle_time" in done.stdout
    assert "hold together with 95 % confidence" in " ".join(done.stdout.split())
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    page = (tmp_path / "r.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    for said in ("Line fill rate by channel", "<svg", "Pooled stock, protected for the web", ">better<", ">worse<"):
        assert said in page
    assert "http" not in page


def test_json_is_one_object_and_csv_one_row_for_each_difference(inside, tmp_path):
    words = (
        "compare",
        OWN,
        POOLED,
        "-n",
        "3",
        "--workers",
        "1",
        "--kpi",
        "margin",
        "--by",
        "channel",
        "--worth",
        "margin=1000",
        "--seed",
        "7",
        "--store",
        "s.sqlite",
    )
    done = inside(*words, "--format", "json", "--chart", "c.svg")
    found = json.loads(done.stdout)
    assert (tmp_path / "c.svg").read_text().count("<svg") == 1
    assert (found["base"]["seed"], found["replications"], found["paired"]) == (7, 3, True)
    assert [each["by"] for each in found["differences"]] == [
        {},
        *({"channel": name} for name in ("web", "marketplace", "phone")),
    ]
    whole = found["differences"][0]
    assert whole["worth"] == 1000
    assert whole["verdict"] == "no difference"
    assert whole["low"] < whole["difference"] < whole["high"]
    assert whole["difference"] == pytest.approx(whole["value"] - whole["base"])
    again = inside(*words, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(again.stdout)))
    assert [float(row["difference"]) for row in rows] == pytest.approx([e["difference"] for e in found["differences"]])


def test_a_pair_that_never_differs_has_no_nan_in_json(inside):
    done = inside("compare", BASE, BASE, *SHORT, "-n", "2", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert "NaN" not in done.stdout
    assert "Infinity" not in done.stdout
    assert {each["verdict"] for each in json.loads(done.stdout)["differences"]} == {"no difference"}


def test_another_time_is_a_warning_and_independent_luck_is_told(inside, tmp_path):
    (tmp_path / "longer.yaml").write_text(f"extends: {BASE}\nname: Longer\nrun.warm_up: 9 weeks\n")
    done = inside("compare", BASE, "longer.yaml", *SHORT, "-n", "2", "--independent")
    assert done.returncode == 0, done.stderr
    assert "warning: Longer has warm_up" in done.stderr
    assert "random numbers of their own (seeds 1 and 2)" in " ".join(done.stdout.split())
    assert "saved" not in done.stdout


def test_select_names_the_best_and_what_is_guaranteed():
    done = command("select", OWN, POOLED, PROTECTED, "--kpi", "margin", "--indifference", "3", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Best: Pooled stock, protected for the web\n")
    assert "with a probability of at least 95 %" in " ".join(done.stdout.replace("\n", " ").split())
    assert done.stdout.index("367") < done.stdout.index("Own stock by channel"), "the best comes first"


def test_select_as_json_the_smallest_or_a_subset(inside):
    done = inside(
        "select",
        OWN,
        POOLED,
        *SHORT,
        "--kpi",
        "on_hand",
        "--smallest",
        "--procedure",
        "subset",
        "-n",
        "4",
        "--format",
        "json",
    )
    found = json.loads(done.stdout)
    assert (found["best"], found["best_is"], found["decided"]) == ("Stock pooled over channels", "smallest", True)
    assert [each["replications"] for each in found["scenarios"]] == [4, 4]
    assert "among those kept" in found["guarantee"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compare", BASE), "Missing argument 'ALT...'"),
        (("compare", BASE, "no_such", "nor_this"), "nor_this"),
        (("compare", "no_such", BASE), "no_such"),
        (("compare", BASE, BASE, "-n", "1"), "1"),
        (("compare", BASE, BASE, "--kpi", "fill"), "there is no KPI 'fill'"),
        (("compare", BASE, BASE, "--kpi", "sla_penalty", *SHORT, "-n", "2"), "nothing to measure for the KPI"),
        (("compare", BASE, BASE, "--by", "colour", *SHORT, "-n", "2"), "dimension 'colour'; there are"),
        (("compare", BASE, BASE, "--worth", "on_time"), "such as on_time=0.005"),
        (("compare", BASE, BASE, "--worth", "on_time=-1"), "0 or more"),
        (("compare", BASE, BASE, "--worth", "on_time=nan"), "0 or more"),
        (("compare", BASE, BASE, "--worth", "ontime=1"), "there is no KPI 'ontime'"),
        (("compare", BASE, BASE, "--confidence", "95"), "0.5<=x<1"),
        (("compare", BASE, BASE, "--set", "run.sed=1"), "did you mean 'seed'"),
        (("compare", BASE, BASE, "--chart", "c.gif"), "ends in .png or .svg"),
        (("compare", BASE, BASE, "--report", "/no/such/folder/r.html"), "there is no folder"),
        (("compare", BASE, "other.yaml"), "Other has seed 77"),
        (("select", BASE, "--kpi", "margin", "--indifference", "1"), "two scenarios at least"),
        (("select", BASE, BASE), "Missing option '--kpi'"),
        (("select", BASE, BASE, "--kpi", "margin"), "kn wants an indifference"),
        (("select", BASE, BASE, "--kpi", "on_hand", "--indifference", "1"), "largest or the smallest"),
        (("select", BASE, BASE, "--kpi", "margin", "--procedure", "ocba", "--budget", "5"), "first stage of 10"),
        (("select", BASE, BASE, "--kpi", "fill", "--indifference", "1"), "there is no KPI 'fill'"),
        (("select", BASE, "other.yaml", "--kpi", "margin", "--indifference", "1"), "Other has seed 77"),
    ],
)
def test_bad_input_is_told_in_words_with_status_2(words, said, inside, tmp_path):
    (tmp_path / "other.yaml").write_text(f"extends: {BASE}\nname: Other\nrun.seed: 77\n")
    done = inside(*words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_bad_input_leaves_no_traceback():
    done = command("compare", BASE, "no_such", "nor_this")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no_such" in done.stderr
    assert "nor_this" in done.stderr
    assert "Traceback" not in done.stderr


PAGE = Path(__file__).parents[2] / "docs" / "compare.md"


def test_the_examples_of_the_page_run(inside, tmp_path):
    text = PAGE.read_text(encoding="utf-8")
    commands = re.findall(r"^\$ (simulator .*)$", text, re.MULTILINE)
    assert len(commands) == 3
    for line in commands:
        words = [*shlex.split(line)[1:], "--workers", "1"]
        words += ["-n", "4"] if words[0] == "compare" else []
        done = inside(*words)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert (tmp_path / "differences.png").is_file()
    assert (tmp_path / "comparison.html").is_file()
    assert doctest.testfile(str(PAGE), module_relative=False).failed == 0
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block.replace("replications=10", "replications=2, workers=1"), {})


def test_an_interrupt_before_there_is_anything_to_compare_says_how_to_go_on(inside, monkeypatch):
    def interrupted(*_args, **_settings):
        raise KeyboardInterrupt

    monkeypatch.setattr("simulator.experiments.compare.replicate", interrupted)
    done = inside("compare", OWN, POOLED, *SHORT, "--store", "kept.db")
    assert (done.returncode, done.stdout) == (130, "")
    assert "run the same command again to go on" in done.stderr
    assert "with --store FILE" in inside("compare", OWN, POOLED, *SHORT).stderr


def test_a_name_in_brackets_is_printed_as_it_is(inside, tmp_path):
    (tmp_path / "odd.yaml").write_text(f"extends: {BASE}\nname: Stock [/old] [bold]new\n")
    done = inside("compare", BASE, "odd.yaml", "--set", "run.horizon=20 weeks", "--workers", "1", "-n", "2")
    assert done.returncode == 0, done.stderr
    assert "Stock [/old] [bold]new" in done.stdout
