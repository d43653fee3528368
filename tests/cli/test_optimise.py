"""`simulator optimise`, as a user types it."""

import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command import command

PAGE = Path(__file__).parents[2] / "docs" / "optimise.md"
LEVEL = "network.sites.store.stock.part.level"
SECTION = f"""extends: textbook/base_stock
name: Shelf
run.horizon: 13 weeks
run.warm_up: 1 week
optimise:
  minimise: total_cost
  subject_to: [{{kpi: unit_fill_rate, at_least: 95 %}}]
  decisions: {{{LEVEL}: {{low: 4, high: 40, step: 1}}}}
  trials: 9
  replications: {{first: 3, most: 6}}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "shelf.yaml").write_text(SECTION)
    return tmp_path


def optimise(folder, *words: str) -> subprocess.CompletedProcess[str]:
    return command("optimise", "shelf.yaml", "--workers", "1", *words, cwd=folder)


def kept(store) -> list[tuple[int, int]]:
    """Which replications a store holds."""
    with sqlite3.connect(store) as base:
        return base.execute("SELECT experiment, replication FROM replication ORDER BY 1, 2").fetchall()


def test_from_question_to_what_if(folder):
    """The winner is found, written, drawn, and can be run like any scenario."""
    done = optimise(folder, "-o", "best.yaml", "--chart", "points.png", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {
        "scenario",
        "hash",
        "seed",
        "version",
        "objective",
        "verdict",
        "holds",
        "winner",
        "nearest",
        "certainty",
        "no_better_neighbour",
        "warnings",
        "replications",
        "confirmed",
        "trials",
        "refused",
    }
    assert found["holds"] is True
    assert found["nearest"] is None
    assert 0 < found["certainty"]["chance_best_of_those_shown_to_hold"] <= 1
    assert found["verdict"].startswith("the constraint holds with 95 % confidence, which is not shown of the base")
    assert 19 <= int(found["winner"]["point"][LEVEL]) <= 30
    cost, fill = found["confirmed"]
    assert cost["difference"]["high"] < 0
    assert fill["bound"] >= 0.95
    assert fill["winner"]["low"] <= fill["winner"]["mean"] <= fill["winner"]["high"]
    assert (folder / "points.png").read_bytes().startswith(b"\x89PNG")
    checked = command("check", "best.yaml", cwd=folder)
    assert checked.returncode == 0, checked.stderr
    assert 'extends: "shelf.yaml"' in (folder / "best.yaml").read_text()
    assert f"{LEVEL}: {found['winner']['point'][LEVEL]}\n" in (folder / "best.yaml").read_text()


def test_the_table_says_what_is_shown_and_csv_has_every_point(folder):
    done = optimise(folder, "--store", "kept.db")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    for words in (
        LEVEL[:20],
        "unit_fill_rate",
        "≥ 95.00 %",
        "The constraint holds with 95 % confidence",
        "12 replications that the search has not seen",
    ):
        assert words in said
    rows = optimise(folder, "--store", "kept.db", "--format", "csv").stdout.splitlines()
    assert rows[0] == f"trial,{LEVEL},total_cost,unit_fill_rate at least 0.95,replications,search,confirmed"
    assert f"{len(rows) - 1} points tried" in said


def test_what_is_set_is_in_the_what_if(folder):
    done = optimise(
        folder, "--set", "costs.holding=10 % per year", "--seed", "7", "--trials", "3", "-n", "3", "-o", "best.yaml"
    )
    assert done.returncode == 0, done.stderr
    text = (folder / "best.yaml").read_text()
    assert "costs.holding: 10 % per year\n" in text
    assert "run.seed: 7\n" in text
    assert command("run", "best.yaml", "-n", "1", "--workers", "1", cwd=folder).returncode == 0


def test_killed_at_any_moment_it_goes_on_where_it_was(folder):
    """The same command after kill -9 plays only what is missing, and says what it would have said."""
    undisturbed = optimise(folder, "--format", "json").stdout
    words = [sys.executable, "-m", "simulator", "optimise", "shelf.yaml", "--workers", "1", "--store", "kept.db"]
    running = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    store = folder / "kept.db"
    until = time.monotonic() + 60
    while time.monotonic() < until and running.poll() is None:
        time.sleep(0.02)
        try:
            if store.exists() and len(kept(store)) >= 20:
                break
        except sqlite3.OperationalError:
            continue  # its tables are not there yet
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    before = kept(store)
    again = optimise(folder, "--store", "kept.db", "--format", "json")
    assert again.stdout == undisturbed
    after = kept(store)
    assert 20 <= len(before) < len(after)
    assert set(before) <= set(after)
    assert optimise(folder, "--store", "kept.db", "--format", "json").stdout == undisturbed
    assert kept(store) == after


def test_an_interrupt_says_how_to_go_on(folder):
    words = [
        sys.executable,
        "-m",
        "simulator",
        "optimise",
        "shelf.yaml",
        "--workers",
        "1",
        "--store",
        "kept.db",
        "-n",
        "500",
    ]
    running = subprocess.Popen(
        words,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 60
    while time.monotonic() < until and not (folder / "kept.db").exists():
        time.sleep(0.02)
    time.sleep(0.3)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate()
    assert running.returncode == 130
    assert "run the same command again to go on" in err
    assert "Traceback" not in err + out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("optimise", "textbook/base_stock"), "no section `optimise`"),
        (("optimise", "shelf.yaml", "-o", "shelf.yaml"), "is the scenario itself"),
        (("optimise", "shelf.yaml", "-o", "best.txt"), "its name ends in .yaml"),
        (("optimise", "shelf.yaml", "--chart", "best.gif"), "ends in .png or .svg"),
        (("optimise", "shelf.yaml", "-o", "/no/such/folder/x.yaml"), "there is no folder"),
        (("optimise", "shelf.yaml", "-n", "1"), "1"),
        (("optimise", "shelf.yaml", "--set", "optimise.minimise=totl_cost"), "did you mean 'total_cost'"),
        (("check", "bad.yaml"), "bad.yaml:3:13: optimise.minimise: there is no KPI 'totl_cost'"),
        (("optimise", "bad.yaml"), "bad.yaml:3:13: optimise.minimise: there is no KPI 'totl_cost'"),
    ],
)
def test_bad_input_is_told_in_words_with_status_2(words, said, folder):
    (folder / "bad.yaml").write_text(
        f"extends: shelf.yaml\noptimise:\n  minimise: totl_cost\n  decisions: {{{LEVEL}: {{low: 9, high: 3}}}}\n"
    )
    done = command(*words, cwd=folder)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_without_optuna_it_says_what_to_install(folder):
    code = "import sys; sys.modules['optuna'] = None; from simulator.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "optimise", "shelf.yaml"], capture_output=True, text=True, cwd=folder
    )
    assert done.returncode == 2
    assert "pip install 'optuna>=5'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_examples_of_the_page_run(tmp_path, monkeypatch):
    """The scenario, the commands in order, and the Python example."""
    blocks = re.findall(r"```(yaml|console|python)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert [kind for kind, _ in blocks] == ["yaml", "console", "console", "python"]
    (tmp_path / "shelf.yaml").write_text(blocks[0][1])
    for kind, text in blocks[1:]:
        if kind == "console":
            done = command(*shlex.split(text)[2:], cwd=tmp_path)
            assert done.returncode == 0, done.stderr
    assert (tmp_path / "points.png").is_file()
    monkeypatch.chdir(tmp_path)
    found: dict = {}
    exec(blocks[3][1], found)
    assert found["optimum"].holds
    assert f"{LEVEL}: {found['optimum'].point[LEVEL]}" in (tmp_path / "best.yaml").read_text()
