"""What a user adds from a file, a script or a package is played, measured, explained and named as if it were ours."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from rules.additions import ALL, OURS


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True)


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return python(folder, "-m", "simulator", *words)


def refused(folder: Path, *words: str) -> str:
    """What is said by a command that ends with status 2 and without a traceback."""
    done = command(folder, *words)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "ours.py").write_text(OURS, encoding="utf-8")
    (tmp_path / "all.yaml").write_text(ALL, encoding="utf-8")
    return tmp_path


BY_HAND = {
    # KPI and slice: what the additions make of it
    ("orders_per_week", "first"): 3.5,
    ("orders_per_week", "other"): 7,
    ("orders_per_week", "north"): 0,
    ("orders_per_week", "south"): 10.5,
    ("units_per_line", "first"): 6,
    ("lines_of_six", ""): 1 / 3,
    ("unit_fill_rate", "first"): 1,
    ("unit_fill_rate", "other"): 0,
    ("lost_sales", "other"): 1,
    ("promise_length", ""): 1,
    ("order_cycle_time", ""): 4,
    ("on_time", ""): 0,
    ("supplier_lead_time", ""): 24,
}


def whole_and_slices(told: str) -> dict[tuple[str, str], float]:
    return {(row["kpi"], "".join(row["by"].values())): row["mean"] for row in json.loads(told)["kpis"]}


def test_one_of_everything_is_played_by_two_workers_and_named(folder):
    done = command(folder, "run", "all.yaml", "--plugin", "ours.py", "-n", "3", "--workers", "2", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = whole_and_slices(done.stdout)
    assert {key: found[key] for key in BY_HAND} == pytest.approx(BY_HAND)
    assert ("unit_fill_rate", "odd") in found
    named = json.loads(done.stdout)["provenance"]["packages"]
    assert len(named["plugin ours.py"]) == 12
    (folder / "result.json").write_text(done.stdout)
    again = command(folder, "reproduce", "result.json", "--plugin", "ours.py", "--workers", "1")
    assert "agree in all digits" in again.stdout, again.stderr


@pytest.mark.parametrize(
    ("change", "tag"),
    [
        ("market.segments.first.demand.rule=clockwrk", "clockwork"),
        ("market.channels.web.source.rule=the_lst", "the_last"),
        ("network.sites.south.stock.a.rule=every_fridy", "every_friday"),
        ("segmentation.products.rule=odd_and_evn", "odd_and_even"),
        ("service.allocation.rule=first_class_onl", "first_class_only"),
        ("service.stockout[0].rule=never_mnd", "never_mind"),
        ("service.rules[0].promise.rule=in_an_hr", "in_an_hour"),
        ("market.segments.first.basket.units={twic: {of: 3}}", "twice"),
    ],
)
def test_a_misspelt_name_is_told_which_was_meant(folder, change, tag):
    assert f"did you mean {tag!r}?" in refused(folder, "check", "all.yaml", "--plugin", "ours.py", "--set", change)


def test_it_is_in_the_catalogues_and_in_the_schema(folder):
    assert "every_friday" in command(folder, "rules", "--plugin", "ours.py").stdout
    assert "lines_of_six" in command(folder, "kpis", "--plugin", "ours.py").stdout
    schema = json.loads(command(folder, "schema", "--plugin", "ours.py").stdout)
    assert schema["$defs"]["EveryFriday"]["properties"]["level"]["description"] == "Order up to this."
    assert "twice" in json.dumps(schema["$defs"]["Duration"])


def test_a_kpi_of_ones_own_may_be_named_in_any_place_of_the_command(folder):
    words = ["select", "all.yaml", "all.yaml", "--kpi", "lines_of_six", "--plugin", "ours.py"]
    assert "there is no KPI" not in command(folder, *words, "--largest", "--workers", "1").stderr


WRONG = {
    "there is no such file": (None, "ours.py: there is no such file"),
    "syntax": ("x = 1\ndef broken(:\n", "ours.py:2:12: invalid syntax"),
    "it stops": ("import math\n\n\nmath.sqrt(-1)\n", "ours.py:4: ValueError: math domain error"),
    "it ends the program": ("raise SystemExit(0)\n", "ours.py:1: SystemExit: 0"),
    "a rule that there is": (
        OURS.replace('"every_friday"', '"min_max"'),
        "ours.py:21: a rule tagged 'min_max' is there already: MinMax in simulator.rules.replenishing",
    ),
    "a tag that is not a literal": (
        OURS.replace('Literal["every_friday"]', "str"),
        'ours.py:21: TypeError: EveryFriday states its tag as `rule: Literal["every_friday"] = "every_friday"`',
    ),
    "a KPI that there is": (OURS.replace("lines_of_six", "on_time"), "a KPI 'on_time' is there already: on_time in"),
    "a distribution that there is": (OURS.replace('"twice"', '"gamma"'), "can't be called 'gamma'"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_with_a_plugin_is_told_with_its_line(folder, what):
    text, said = WRONG[what]
    (folder / "ours.py").unlink()
    if text is not None:
        (folder / "ours.py").write_text(text)
    assert said in refused(folder, "check", "quickstart", "--plugin", "ours.py")


def test_two_plugins_that_define_the_same_are_an_error(folder):
    (folder / "theirs.py").write_text(OURS + "\n")
    said = refused(folder, "check", "all.yaml", "--plugin", "ours.py", "--plugin", "theirs.py")
    assert said == f"theirs.py:21: a rule tagged 'every_friday' is there already: EveryFriday in {folder / 'ours.py'}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2.0 * self.of)", "-1.0)", "distribution 'twice': draws are 0 or more; found -1"),
        ("np.full(size, ", "np.full(size + 1, ", "draws are expected; found"),
        ("first + 10) * self.every", "first + 10)[::-1]", "demand rule 'clockwork': the times of its orders must rise"),
    ],
)
def test_what_would_stop_the_clock_is_told_in_words(folder, old, new, said):
    assert old in OURS
    (folder / "ours.py").write_text(OURS.replace(old, new))
    assert said in refused(folder, "run", "all.yaml", "--plugin", "ours.py", "-n", "2", "--workers", "2")


def test_a_store_keeps_apart_what_another_text_of_a_plugin_has_played(folder):
    for text in (OURS, OURS + "# as before\n"):
        (folder / "ours.py").write_text(text)
        words = ["run", "all.yaml", "--plugin", "ours.py", "-n", "2", "--workers", "1", "--store", "r.db"]
        assert command(folder, *words).returncode == 0
    assert command(folder, "results", "r.db").stdout.count(" with ") == 2


SCRIPT = """
import simulator
from simulator.engine.facts import Replenished

simulator.load("quickstart")  # the models of a scenario are built before the plugin comes


def fridays(scenario):
    return {fact.at % 168 for fact in simulator.simulate(scenario).of(Replenished)}


if __name__ == "__main__":
    try:
        simulator.load("all.yaml")
    except simulator.ScenarioError as error:
        print("unknown at first:", "unknown rule 'clockwork'" in str(error))
    LOAD
    scenario = simulator.load("all.yaml")
    print("ordered on", fridays(scenario))
    result = simulator.run(scenario, 3, workers=2)
    print("six", result.estimate("lines_of_six").mean)
"""


@pytest.mark.parametrize("load", ['simulator.load_plugin("ours.py")', "import ours"])
def test_a_script_loads_or_imports_it_even_after_a_first_scenario(folder, load):
    (folder / "script.py").write_text(SCRIPT.replace("LOAD", load))
    done = python(folder, "script.py")
    assert done.stdout.splitlines() == [
        "unknown at first: True",
        "ordered on {96.0}",
        f"six {1 / 3}",
    ], done.stderr


def test_what_a_script_itself_defines_reaches_its_workers(folder):
    (folder / "script.py").write_text(OURS + SCRIPT.replace("LOAD", "pass").replace('simulator.load("quickstart")', ""))
    done = python(folder, "script.py")
    assert done.stdout.splitlines() == ["ordered on {96.0}", f"six {1 / 3}"], done.stderr


def test_a_changed_file_takes_its_own_place_and_can_be_taken_back(folder):
    text = """
import simulator
from pathlib import Path
from simulator.plugins import loaded, load_plugin, unload
from simulator.rules.family import rules_in
from simulator.rules.replenishing import ReplenishmentRule

file = Path("ours.py")
first = load_plugin(file)
assert load_plugin(file) == first and len(loaded()) == 1
file.write_text(file.read_text().replace("168.0", "336.0"))
second = load_plugin(file)
assert loaded() == (second,) and second.digest != first.digest
assert simulator.load("all.yaml").network.sites["south"].stock["a"].review == 336
unload(second)
assert "every_friday" not in rules_in(ReplenishmentRule)
"""
    (folder / "script.py").write_text(text)
    assert python(folder, "script.py").stderr == ""


def test_an_installed_package_adds_by_its_entry_point(folder):
    """A package is a folder on the path with its metadata; nothing has to name it."""
    (folder / "ours_1.dist-info").mkdir()
    (folder / "ours_1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 7.1\n")
    (folder / "ours_1.dist-info" / "entry_points.txt").write_text("[simulator.plugins]\nours = ours\n")
    done = command(folder, "run", "all.yaml", "-n", "2", "--workers", "2", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert whole_and_slices(done.stdout)["lines_of_six", ""] == pytest.approx(1 / 3)
    named = json.loads(done.stdout)["provenance"]["packages"]
    assert named["ours"] == "7.1"
    assert not any(name.startswith("plugin") for name in named)
