"""What the documentation says is so: made pages are current, examples run, every gallery scenario plays."""

import doctest
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from command import command as typed
from scenes import play

import simulator
from simulator.reports.catalogues import pages
from simulator.scenario.reading.load import gallery_folder, gallery_names, load

ROOT = Path(__file__).parents[2]
TEXTS = [ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHORT = ["--workers", "1", "--set", "run.horizon=4 weeks", "--set", "run.warm_up=1 week", "-n", "2"]


def blocks(kind: str, file: Path) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("name", pages())
def test_made_pages_are_current(name):
    said = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert said == pages()[name], "run: python docs/generate.py"


def test_the_readme_examples_run(tmp_path):
    readme = ROOT / "README.md"
    (tmp_path / "quick_promise.yaml").write_text(blocks("yaml", readme)[0])
    commands = [line[2:] for block in blocks("console", readme) for line in block.splitlines() if line[:2] == "$ "]
    assert len(commands) >= 4
    for command in commands:
        words = shlex.split(command)[1:]
        words += SHORT if words[0] in ("run", "compare") else []
        done = typed(*words, cwd=tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    assert (tmp_path / "quickstart.html").is_file()


def test_the_what_if_of_the_readme_changes_the_promise():
    scenario = load("quickstart")
    changed = load("quickstart", ["service.rules[0].promise.time=2 days"])
    assert blocks("yaml", ROOT / "README.md")[0].strip().endswith("service.rules[0].promise.time: 2 days")
    assert scenario.service.first("promise", "key_accounts", "account").time == 72
    assert changed.service.first("promise", "key_accounts", "account").time == 48


def test_the_python_example_of_the_readme_runs_as_a_file(tmp_path):
    """A script without a main guard, as somebody would save it; shorter, so that it is soon done."""
    (example,) = blocks("python", ROOT / "README.md")
    shorter = example.replace("20 weeks", "10 weeks").replace("replications=4", "replications=2")
    assert shorter.count("replications=2") == 2
    (tmp_path / "example.py").write_text(shorter, encoding="utf-8")
    done = subprocess.run([sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "line_fill_rate" in done.stdout


def test_the_examples_of_the_page_on_experiments_run(tmp_path):
    page = ROOT / "docs" / "experiments.md"
    for block in blocks("console", page):
        for line in block.splitlines():
            words = shlex.split(line[2:])[1:]
            words += SHORT[:6] if words[0] == "run" else []
            words += ["--cap", "8"] if "--cap" in words else []
            done = typed(*words, cwd=tmp_path)
            assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert (tmp_path / "results.csv").stat().st_size > 1000
    (query,) = blocks("sql", page)
    with sqlite3.connect(tmp_path / "results.db") as store:
        assert len(store.execute(query).fetchall()) > 20
    (python,) = blocks("python", page)
    assert doctest.testfile(str(page), module_relative=False).failed == 0, python


def files_of(page: Path) -> dict[str, str]:
    """The blocks of a page that name their file in the first line."""
    found = (block for kind in ("python", "yaml") for block in blocks(kind, page))
    return {name[1]: block for block in found if (name := re.match(r"# (\w+\.(?:py|yaml))\n", block))}


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("add_a_*.md")), ids=lambda page: page.stem)
def test_the_examples_of_the_pages_on_adding_run(page, tmp_path):
    files = files_of(page)
    assert len(files) == len(blocks("python", page)) + len(blocks("yaml", page)), "every example names its file"
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for line in (line for block in blocks("console", page) for line in block.splitlines()):
        program, *words = shlex.split(line.removeprefix("$ "))
        words += SHORT[:2] if program == "simulator" and words[0] == "run" else []
        started = [sys.executable, *(["-m", "simulator"] if program == "simulator" else []), *words]
        done = subprocess.run(started, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    for name in (name for name, text in files.items() if ">>>" in text):
        done = subprocess.run([sys.executable, "-m", "doctest", name], cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, ""), name


@pytest.mark.parametrize("block", blocks("yaml", ROOT / "docs" / "service_policy.md"))
def test_every_block_of_the_policy_page_can_be_tried(block, tmp_path):
    (tmp_path / "what_if.yaml").write_text(f"extends: full_service\n{block}")
    play(load(tmp_path / "what_if.yaml", ["run.horizon=9 days", "run.warm_up=2 days"]))


def test_links_lead_somewhere():
    for text in TEXTS:
        prose = re.sub(r"```.*?```", "", text.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose):
            if not target.startswith("http"):
                assert (text.parent / target).exists(), f"{text.name}: {target}"


@pytest.mark.parametrize("name", gallery_names())
def test_a_gallery_scenario_says_what_it_shows_and_plays(name):
    text = (gallery_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    play(load(name, ["run.horizon=4 weeks", "run.warm_up=1 week"]))


@pytest.mark.parametrize("name", [name for name in gallery_names() if "/" in name])
def test_the_changes_that_a_header_proposes_are_accepted(name):
    header = [line for line in (gallery_folder() / f"{name}.yaml").read_text().splitlines() if line.startswith("#")]
    for line in header:
        words = shlex.split(line[1:].partition("--set")[2])
        changes = [word for word in words if "=" in word]
        if changes:
            load(name, changes)


TEXTBOOK = {
    # scenario: {kpi: (exact value, its source)}
    "picking_team": {"wait_probability": 0.6472, "queue_time": 0.21573, "utilisation": 0.8},
    "base_stock": {"unit_fill_rate": 0.84442, "on_hand": 4.24636},
    "lost_sales": {"lost_sales": 0.12188, "ready_rate": 0.87812},
    "reorder_point": {"unit_fill_rate": 0.84138, "line_fill_rate": 0.83552, "ready_rate": 0.88830},
    "two_lines": {"order_fill_rate": 0.83410},
    "truck_departure": {"order_cycle_time": 45.0, "on_time": 0.62531},
    "office_hours": {"order_cycle_time": 10.33333},
    "contact_centre": {"delayed_contacts": 0.269577, "abandonment": 0.085105},
    "weekly_review": {"on_hand": 26.00663, "unit_fill_rate": 0.99676},
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_a_textbook_scenario_agrees_with_the_textbook(name):
    """The exact values that its header names lie within four standard errors of the simulated means."""
    result = simulator.run(load(f"textbook/{name}"), 10, workers=1)
    for kpi, exact in TEXTBOOK[name].items():
        values = result.values(kpi)[:, 0]
        error = values.std(ddof=1) / len(values) ** 0.5
        assert abs(values.mean() - exact) < 4 * error + 1e-9, f"{kpi}: {values.mean()} +- {error}, exact {exact}"
        assert error < 0.03 * exact
