"""A point that never settles is named so, and is never better, best, cheapest or the winner."""

import json
import subprocess
import sys

import pytest

import simulator
from simulator.experiments.compare import ComparisonError, compare
from simulator.experiments.cost_of_service import CostOfService
from simulator.experiments.executors import workforce
from simulator.experiments.optimisation import optimise
from simulator.experiments.select import select
from simulator.experiments.sensitivity import sensitivity
from simulator.experiments.sweep import sweep
from simulator.experiments.warm_up import warm_up
from simulator.reports.comparison_tables import print_comparison
from simulator.reports.page import page
from simulator.reports.result_tables import load_lines, print_result
from simulator.reports.sensitivity_tables import print_sensitivity
from simulator.reports.sweep_tables import cost_of_service_json, print_sweep
from simulator.reports.warm_up_words import as_json, verdict
from simulator.scenario.reading.load import parse

PICKERS = """
name: {staff} pickers
run: {{horizon: 5 weeks, warm_up: 1 week, seed: 1}}
market: {{segments: {{all: {{demand: {{rule: poisson, orders: 40 per day}}, basket: {{units: 1}}}}}}}}
products: {{part: {{price: 10, cost: 6}}}}
network:
  sites: {{store: {{stages: [{{stage: picking, staff: {staff}, time: {{exponential: {{mean: 60 min}}}}}}]}}}}
service: {{rules: [{{promise: {{rule: fixed, time: 3 h}}}}]}}
costs: {{labour: 30}}
optimise:
  minimise: total_cost
  decisions: {{"network.sites.store.stages[0].staff": {{low: 1, high: 4, step: 1}}}}
  trials: 4
  replications: {{first: 2, most: 4, confirm: 4}}
"""
"""40 hours of work a day: one picker has 1.67 times what he can do; two are 83 % busy."""
STAFF = "network.sites.store.stages[0].staff"
WORDS = "picking at store has 1.67 times the work that its staff can do: the queue grows without end"


def pickers(staff: int):
    return parse(PICKERS.format(staff=staff))


def test_a_run_tells_it_in_the_table_the_page_and_the_json(capsys):
    """Utilisation and open orders stand among the headlines; revenue is that of what was shipped."""
    result = simulator.run(pickers(1), 2, workers=1)
    print_result(result)
    said = " ".join(capsys.readouterr().out.split())
    assert f"warning: {WORDS}" in said
    assert "Load utilisation, picking 100.0 %" in said
    assert "open_orders" in said
    plain = result.as_json()
    [only] = plain["warnings"]
    assert only["kind"] == "overload"
    assert only["message"].startswith(WORDS)
    assert only["load"] == pytest.approx(5 / 3)
    assert (only["site"], only["stage"], only["path"]) == ("store", "picking", STAFF)
    shown = page(result)
    assert "Too much work" in shown
    assert WORDS[0].upper() + WORDS[1:] in shown  # a sentence of its own
    assert "Utilisation, picking" in shown
    assert result.estimate("revenue").mean == pytest.approx(10 * 168, rel=0.05)  # an order an hour leaves
    calm = simulator.run(pickers(3), 2, workers=1)
    assert (calm.warnings, load_lines(calm), calm.never_settles) == ([], [], "")


def test_a_sweep_judges_only_the_points_that_settle(capsys):
    """One picker is cheapest, and holds nothing."""
    found = sweep(pickers(2), {STAFF: [1, 2, 3]}, replications=3, workers=1)
    assert [bool(point.unstable) for point in found.points] == [True, False, False]
    of = CostOfService(found, "on_time")
    assert of.verdict(found.points[0]) == ("unstable", None)
    assert of.optimum().best.number == 2
    assert found.points[0] not in [*of.frontier, *of.optimum().candidates]
    assert {row["point"]: row["verdict"] for row in cost_of_service_json(of, None)["points"]}[1] == "unstable"
    print_sweep(found, ["margin"], [])
    said = " ".join(capsys.readouterr().out.split())
    assert f"at point 1: {WORDS}" in said
    assert "1 point never settles" in said
    assert [point["unstable"] for point in found.as_json(["margin"])["points"]] == [True, False, False]


@pytest.mark.parametrize(("base", "other"), [(2, 1), (1, 2)])
def test_a_comparison_calls_it_neither_better_nor_the_other_worse(base, other, capsys):
    """Two pickers cost more than one and are in time; where one picker would look better it says unstable."""
    found = compare([pickers(base), pickers(other)], 3, kpis=["total_cost", "on_time"], workers=1)
    assert found.difference("total_cost").verdict == "unstable"
    assert found.difference("on_time").verdict == ("better" if base == 1 else "worse")
    print_comparison(found)
    said = " ".join(capsys.readouterr().out.split())
    assert f"1 pickers: {WORDS}" in said
    assert "Unstable: the one that would look better never settles" in said
    assert [each["scenario"] for each in found.as_json()["warnings"]] == ["1 pickers"]


@pytest.mark.parametrize("procedure", ["kn", "subset", "ocba"])
def test_a_selection_leaves_it_out(procedure):
    """One picker would be the cheapest."""
    zone = {"kn": {"indifference": 100.0}, "subset": {"replications": 3}, "ocba": {"budget": 9}}[procedure]
    found = select([pickers(n) for n in (1, 2, 3)], "total_cost", procedure=procedure, workers=1, first=3, **zone)
    assert found.best == "2 pickers"
    assert found.unstable == ("1 pickers",)
    assert any(note.startswith("1 pickers never settles") for note in found.notes)
    only = select([pickers(n) for n in (1, 2)], "total_cost", procedure=procedure, workers=1, first=3, **zone)
    assert only.best == "2 pickers"
    assert only.decided
    assert "only one that settles" in only.guarantee
    with pytest.raises(ComparisonError, match="none of the scenarios settles"):
        select([pickers(1), pickers(1)], "total_cost", procedure=procedure, workers=1, first=3, **zone)


def test_an_optimisation_finds_the_cheapest_that_settles():
    """Without any constraint one picker costs least."""
    pytest.importorskip("optuna")
    found = optimise(pickers(1), workers=1)
    assert found.point == {STAFF: "2"}
    assert {trial.point[STAFF]: trial.fate for trial in found.trials}["1"] == "unstable"
    assert "cannot be held against it" in found.verdict
    assert [(each["of"], each["message"][:24]) for each in found.as_json()["warnings"]] == [("base", WORDS[:24])]


@pytest.mark.parametrize(("mean", "lasting"), [("12 min", True), ("6 min", True), ("5.4 min", False)])
def test_a_warm_up_tells_a_long_transient_from_a_queue_that_never_settles(mean, lasting):
    """Ten orders an hour for one picker: 200 %, 100 % and 90 % of what he can do, over two weeks."""
    text = PICKERS.format(staff=1).replace("40 per day", "10 per hour").replace("60 min", mean)
    with workforce(1) as crew:
        found = warm_up(crew, parse(text.replace("5 weeks", "2 weeks").replace("1 week, seed", "0 h, seed")), 3)
    assert verdict(found).startswith("It never settles: picking at store has") is lasting
    plain = as_json(found)["warm_up"]
    assert plain["never_settles"] is lasting
    assert plain["recommended"] is None or not lasting


def test_what_only_the_replications_show_is_told_too():
    """Half of each order is short and follows by itself: the dock has two shipments for each, which no plan knows."""
    text = """
name: Two shipments for each order
run: {horizon: 8 weeks}
market:
  segments: {all: {demand: {rule: poisson, orders: 1 per hour}, basket: {orders: [{share: 1, lines: {a: 1, b: 1}}]}}}
products: {a: {}, b: {}}
network:
  suppliers: {maker: {lead_time: 1 day}}
  sites:
    w:
      stages: [{stage: picking, staff: 1, time: 40 min}]
      stock: {a: {rule: base_stock, level: 90}, b: {rule: base_stock, level: 1}}
"""
    result = simulator.run(parse(text), 2, workers=1)
    assert "busy" in result.never_settles
    assert result.warnings[-1]["message"] == result.never_settles


def test_the_command_writes_warnings_into_its_json(tmp_path):
    (tmp_path / "one.yaml").write_text(PICKERS.format(staff=1))
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "run", "one.yaml", "-n", "2", "--format", "json", "--workers", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["warnings"][0]["message"].startswith(WORDS)


def test_a_sensitivity_marks_the_ends_that_overload():
    """One and a half the time makes two pickers too few; half of it does not."""
    path = "network.sites.store.stages[0].time.exponential.mean"
    found = sensitivity(pickers(2), {path: ("30 min", "90 min")}, replications=2, workers=1)
    [only] = [note for note in found.notes if note.startswith("unstable")]
    assert f"{path}=90 min: picking at store has 1.25 times the work" in only


def test_the_ends_of_a_sensitivity_analysis_that_never_settle_are_marked(capsys):
    """Two pickers are 83 % busy; with one more order in four they have more than they can do."""
    orders = "market.segments.all.demand.orders"
    found = simulator.sensitivity(
        pickers(2), {orders: ("30 per day", "60 per day"), "costs.labour": (20, 40)}, replications=2, kpis="total_cost"
    )
    assert found.unstable == {orders: {"high", "swing"}}
    print_sensitivity(found)
    shown = capsys.readouterr().out
    row = next(line for line in shown.splitlines() if line.startswith("all demand orders"))
    assert row.count("!") == 2
    assert "!: rests on a point that never settles" in " ".join(shown.split())
    effects = found.as_json()["kpis"][0]["effects"]
    assert {each["input"]: each["unstable"] for each in effects} == {orders: ["high", "swing"], "costs.labour": []}
