"""`simulator sweep` and `simulator sensitivity`, as a user types them."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli.main import cli
from simulator.experiments.sweep import sweep
from simulator.reports.sweep_charts import panels_of

GOOD = "textbook/base_stock"
SHORT = ("--set", "run.horizon=12 weeks", "--set", "run.warm_up=2 weeks", "--workers", "1")
LEVEL = "network.sites.store.stock.part.level"


def command(*words: object):
    return CliRunner(env={"COLUMNS": "120"}).invoke(cli, [str(word) for word in words])


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("sweep") / "results.sqlite"


def swept(store, *words):
    return command("sweep", GOOD, *SHORT, "--vary", f"{LEVEL}=10,13,16,20", "-n", 4, "--store", store, *words)


def test_the_table_shows_points_and_what_service_costs(store):
    done = swept(store, "--by", "sku", "--reach", "90%")
    assert done.exit_code == 0, done.output
    for said in (
        "4 points, 4 replications each",
        f"level: {LEVEL}",
        "line fill rate",
        "line_fill_rate by sku",
        "What line_fill_rate costs in total_cost",
        "Cheapest: point",
        "Critical ratio",
        "would cost",
        "In money per week: total_cost, margin.",
    ):
        assert said in done.output
    assert "Traceback" not in done.output


def test_json_is_one_object_and_agrees_with_csv(store):
    done = swept(
        store, "--kpi", "unit_fill_rate", "--kpi", "total_cost", "--by", "sku", "--format", "json", "--reach", "0.9"
    )
    found = json.loads(done.stdout)
    assert [point["values"] for point in found["points"]] == [{LEVEL: level} for level in (10, 13, 16, 20)]
    whole = found["points"][2]["kpis"][0]
    assert (whole["kpi"], whole["by"]) == ("unit_fill_rate", {})
    assert whole["low"] < whole["mean"] < whole["high"]
    of = found["cost_of_service"][0]
    assert (of["service"], len(of["steps"]), of["reach"]["service"]) == ("unit_fill_rate", 3, 0.9)
    assert found["cost_of_service"][1]["by"] == {"sku": "part"}
    assert of["optimum"]["critical_ratio"][0] == pytest.approx(2 / (2 + 0.2 * 25 / 365))
    csv = swept(store, "--kpi", "unit_fill_rate", "--format", "csv").stdout.splitlines()
    assert csv[0].startswith(f"point,{LEVEL},kpi,by,label,unit,mean")
    assert float(csv[3].split(",")[6]) == pytest.approx(whole["mean"])


def test_what_the_store_holds_is_not_played_again(store, monkeypatch):
    first = swept(store, "--format", "json")

    def refuse(*_):
        raise AssertionError("something was played")

    monkeypatch.setattr("simulator.experiments.replicate.play", refuse)
    again = swept(store, "--format", "json")
    assert again.exit_code == 0
    assert again.stdout == first.stdout
    more = command("sweep", GOOD, *SHORT, "--vary", f"{LEVEL}=10,11", "-n", 4, "--store", store)
    assert isinstance(more.exception, AssertionError)


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_a_chart_is_written(store, tmp_path, ending):
    done = swept(store, "--by", "sku", "--chart", tmp_path / f"chart{ending}")
    assert done.exit_code == 0, done.output
    begun = (tmp_path / f"chart{ending}").read_bytes()[:9]
    assert begun.startswith({".png": b"\x89PNG", ".svg": b"<?xml"}[ending])


def test_each_path_begins_a_row_of_panels():
    """Two KPIs along two paths are two rows of two, not one of three and one of one."""
    found = sweep(
        GOOD,
        {LEVEL: [10, 13], "costs.backorder": ["1 per unit per day", "2 per unit per day"]},
        replications=2,
        workers=1,
    )
    for kpis, lengths in (
        (["on_hand", "total_cost"], [2, 2]),
        (["on_hand", "total_cost", "margin", "turns"], [3, 1] * 2),
    ):
        rows = panels_of(found, kpis, ())
        assert [len(row) for row in rows] == lengths
        assert all(len({panel.path for panel in row}) == 1 for row in rows)


def test_values_that_are_no_numbers_and_two_paths(tmp_path):
    rules = "service={stockout: {rule: backorder}},{stockout: {rule: cancel}}"
    done = command(
        "sweep",
        GOOD,
        *SHORT,
        "-n",
        2,
        "--vary",
        rules,
        "--vary",
        "network.suppliers.maker.lead_time=1..3 days",
        "--points",
        2,
        "--chart",
        tmp_path / "c.svg",
    )
    assert done.exit_code == 0, done.output
    assert "rule: cancel" in done.output


def test_a_design_that_is_not_balanced_is_warned_of():
    done = command("sweep", GOOD, *SHORT, "-n", 2, "--vary", f"{LEVEL}=10..20", "--design", "sobol", "--points", 3)
    assert done.exit_code == 0
    assert "warning: 3 points of a Sobol sequence are not balanced" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--vary", "level"), "path=a,b,c or path=low..high"),
        (("--vary", f"{LEVEL}=5..1", "--vary", "x"), "path=a,b,c"),
        (("--vary", f"{LEVEL}=5..1", "--vary", "x"), "must be below its high end"),
        (("--vary", f"{LEVEL}=1,2", "--vary", f"{LEVEL}=3"), "named twice"),
        (("--vary", f"{LEVEL}=16,-3,x"), f"{LEVEL}=-3"),
        (("--vary", f"{LEVEL}=16,-3,x"), f"{LEVEL}=x"),
        (("--vary", "run.sed=1,2"), "did you mean 'seed'"),
        (("--vary", "run.seed=1,2"), "same random numbers"),
        (("--vary", f"{LEVEL}=1..9", "--design", "lhs"), "how many points"),
        (("--vary", f"{LEVEL}=1..9", "--points", "1"), "1"),
        (("--vary", f"{LEVEL}=1,9", "--kpi", "fill"), "there is no KPI 'fill'"),
        (("--vary", f"{LEVEL}=1,9", "--frontier", "fill"), "there is no KPI 'fill'"),
        (("--vary", f"{LEVEL}=1,9", "-n", "2", "--frontier", "on_hand"), "neither more nor less"),
        (("--vary", f"{LEVEL}=1,9", "-n", "1", "--by", "colour"), "'colour'"),
        (("--vary", f"{LEVEL}=1,9", "-n", "1", "--kpi", "sla_penalty"), "'sla_penalty'"),
        (("--vary", f"{LEVEL}=1,9", "--reach", "high"), "a level of service is expected"),
        (("--vary", "costs.holding=1 % per year,2 % per year", "-n", "2", "--reach", "90%"), "--frontier"),
        (("--vary", f"{LEVEL}=1,9", "--chart", "c.gif"), ".png or .svg"),
        (("--vary", f"{LEVEL}=1,9", "--chart", "/no/such/folder/c.png"), "there is no folder"),
        ((), "--vary"),
    ],
)
def test_bad_input_of_a_sweep_is_told_in_words(words, said):
    done = command("sweep", GOOD, *SHORT, *words)
    told(done, said)


def told(done, said):
    assert done.exit_code == 2, done.output
    assert said in " ".join(done.output.replace("│", " ").split())
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--input", "costs.order"), "path=low..high"),
        (("--input", "costs.order=1,2"), "a range is expected"),
        (("--input", "costs.odrer=1..2"), "costs.odrer"),
        (("--points", "8"), "two for each input"),
        (("--method", "guess"), "guess"),
        (("--kpi", "fill"), "there is no KPI 'fill'"),
        (("-n", "1"), "1"),
    ],
)
def test_bad_input_of_a_sensitivity_analysis_is_told_in_words(words, said):
    told(command("sensitivity", GOOD, *SHORT, *words), said)


@pytest.mark.parametrize("method", ["tornado", "morris", "sobol"])
def test_a_sensitivity_analysis_as_table_json_and_chart(method, tmp_path):
    words = (
        "sensitivity",
        GOOD,
        *SHORT,
        "--method",
        method,
        "--input",
        "network.suppliers.maker.lead_time=2..4 days",
        "--input",
        "costs.backorder=1..3 per unit per day",
        *(() if method == "tornado" else ("--points", 4)),
        "--kpi",
        "total_cost",
        "--kpi",
        "unit_fill_rate",
        "-n",
        2,
        "--store",
        tmp_path / "s",
    )
    done = command(*words, "--chart", tmp_path / "chart.png")
    assert done.exit_code == 0, done.output
    assert "suppliers maker lead time" in " ".join(done.output.split())
    assert (tmp_path / "chart.png").stat().st_size > 5000
    assert "Unit fill rate (" + ("share of its variance" if method == "sobol" else "points") in done.output
    found = json.loads(command(*words, "--format", "json").stdout)
    value = list(found["kpis"][1]["effects"][0].values())[-1]["value"]  # the swing, the spread, the total index
    shown = value if method == "sobol" else 100 * value
    assert f"{shown:.3g}".replace("-", "−") in done.output
    assert [each["kpi"] for each in found["kpis"]] == ["total_cost", "unit_fill_rate"]
    assert found["kpis"][1]["effects"][0]["input"] == "network.suppliers.maker.lead_time"
    assert command(*words, "--format", "csv").stdout.startswith("kpi,input,range,measure,value,low,high")


def test_without_inputs_what_the_scenario_leaves_open_is_moved(tmp_path):
    done = command("sensitivity", GOOD, *SHORT, "-n", 2, "--format", "csv")
    assert done.exit_code == 0, done.output
    for name in ("costs.holding,16..24 % per year", "market.segments.all.demand.orders,3.2..4.8 per day"):
        assert f"total_cost,{name}" in done.stdout


@pytest.mark.parametrize("page", ["sweep.md", "sensitivity.md"])
def test_the_examples_of_the_pages_run(page):
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    assert len(lines) >= 2
    for line in lines:
        done = command(*shlex.split(line[2:])[1:], "--workers", "1")
        assert done.exit_code == 0, f"{line}\n{done.output}"


def test_what_service_costs_is_no_service():
    done = command(
        "sweep",
        "textbook/base_stock",
        "--vary",
        "network.sites.store.stock.part.level=12,14",
        "--frontier",
        "total_cost",
    )
    assert done.exit_code == 2
    assert "total_cost is what service costs (--cost): name a service KPI" in " ".join(done.output.split())
