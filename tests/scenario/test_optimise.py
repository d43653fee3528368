"""What a scenario may not say under `optimise`, and where it is told; and that asking changes no number."""

import pytest

import simulator
from simulator.experiments.search_space import faults
from simulator.replication.measure import measure
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import load

LEVEL = "network.sites.store.stock.part.level"
GOOD = f"{{minimise: total_cost, decisions: {{{LEVEL}: {{low: 5, high: 40, step: 1}}}}}}"


def asked(section: str):
    return load("textbook/base_stock", [f"optimise={section}"], faults)


def told(section: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        asked(section)
    return str(caught.value)


def test_all_faults_are_told_at_once_with_line_and_column(tmp_path):
    (tmp_path / "bad.yaml").write_text(f"""
extends: textbook/base_stock
optimise:
  minimise: totl_cost
  subject_to:
    - {{kpi: unit_fill_rate, by: {{sku: prat}}, at_least: 95 %}}
    - {{kpi: unit_fill_rate}}
  decisions:
    {LEVEL}: {{low: 40, high: 5}}
    network.sites.shop.stock: {{low: 1, high: 2}}
""")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "bad.yaml", further=faults)
    places = {(problem.line, problem.path): problem for problem in caught.value.problems}
    assert set(places) == {
        (4, "optimise.minimise"),
        (6, "optimise.subject_to[0].by.sku"),
        (7, "optimise.subject_to[1]"),
        (9, f'optimise.decisions."{LEVEL}"'),
        (10, 'optimise.decisions."network.sites.shop.stock"'),
    }
    assert all(problem.file.endswith("bad.yaml") and problem.column for problem in places.values())
    assert places[4, "optimise.minimise"].hint == "did you mean 'total_cost'?"
    assert "did you mean 'part'?" in places[6, "optimise.subject_to[0].by.sku"].hint


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{decisions: {costs.order: {low: 1, high: 2}}}", "one objective is expected"),
        ("{minimise: margin, maximise: margin, decisions: {costs.order: {low: 1, high: 2}}}", "one objective"),
        ("{minimise: margin, decisions: {}}", "decisions"),
        ("{minimise: margin, decisions: {costs.order: {low: 2, high: 2}}}", "low must be below high"),
        ("{minimise: margin, decisions: {costs.order: {low: 2}}}", "a range or choices are expected"),
        ("{minimise: margin, decisions: {costs.order: {low: 1, high: 2, step: 2}}}", "no longer than the range"),
        ("{minimise: margin, decisions: {costs.order: {low: 1, high: 2, step: 0}}}", "above 0"),
        ("{minimise: margin, decisions: {costs.order: {low: 0, high: 2, log: true}}}", "begins above 0"),
        ("{minimise: margin, decisions: {costs.order: {low: 1, high: 2, log: true, step: 1}}}", "step, or log"),
        ("{minimise: margin, decisions: {costs.order: {low: 1, high: 2, choices: [1, 2]}}}", "not both"),
        ("{minimise: margin, decisions: {costs.order: {choices: [1]}}}", "choices"),
        ("{minimise: margin, decisions: {network.suppliers.maker.lead_time: {low: 1 day, high: 9 h}}}", "two units"),
        ("{minimise: margin, decisions: {run.horizon: {low: 1 day, high: 9 days}}}", "run is no decision"),
        ("{minimise: margin, decisions: {'costs..order': {low: 1, high: 2}}}", "is no path"),
        ("{minimise: margin, decisions: {'network.sites[0].stock': {low: 1, high: 2}}}", "has no entry [0]"),
        ("{minimise: margin, decisions: {costs.order.x: {low: 1, high: 2}}}", "has no 'order'"),
        ("{minimise: margin, decisions: {costs.ordr: {low: 1, high: 2}}}", "did you mean 'order'"),
        (f"{{minimise: margin, decisions: {{{LEVEL}: {{low: -5, high: 2, step: 1}}}}}}", "cannot be -5"),
        ("{minimise: margin, decisions: {costs.order: {low: cheap, high: 2}}}", "a number is expected"),
        (
            "{minimise: {kpi: unit_fill_rate, by: {colour: red}}, decisions: {costs.order: {low: 1, high: 2}}}",
            "there is no dimension 'colour'",
        ),
        ("{minimise: {kpi: revenue, by: {stage: part}}, decisions: {costs.order: {low: 1, high: 2}}}", "stage"),
        (
            "{minimise: margin, subject_to: [{kpi: margin, at_least: many}], "
            "decisions: {costs.order: {low: 1, high: 2}}}",
            "a number in the KPI's unit",
        ),
        (
            "{minimise: margin, subject_to: [{kpi: margin, at_least: 1, confidence: 0.3}], "
            "decisions: {costs.order: {low: 1, high: 2}}}",
            "confidence",
        ),
        (
            "{minimise: margin, replications: {first: 9, most: 5}, decisions: {costs.order: {low: 1, high: 2}}}",
            "first is 9",
        ),
    ],
)
def test_a_fault_is_told(section, said):
    assert said in told(section)


def test_a_value_may_be_left_to_its_default():
    """costs.order is not written in the base: the path leads to a key that could be."""
    assert asked("{minimise: total_cost, decisions: {costs.order: {low: 1, high: 2}}}").optimise.objective.kpi


def test_bounds_are_in_the_unit_of_the_kpi():
    constraints = "[{kpi: on_time, at_least: 97 %}, {kpi: queue_time, at_most: 90 min}, {kpi: margin, at_least: -3}]"
    found = asked(GOOD.replace("total_cost", f"total_cost, subject_to: {constraints}")).optimise.subject_to
    assert [each.at_least if each.at_most is None else each.at_most for each in found] == [0.97, 1.5, -3.0]


def test_the_question_changes_neither_luck_nor_fingerprint():
    plain = load("textbook/base_stock", ["run.horizon=12 weeks"])
    other = load("textbook/base_stock", ["run.horizon=12 weeks", f"optimise={GOOD}"])
    assert plain.optimise is None
    assert other.optimise is not None
    assert plain.hash == other.hash
    assert plain.hash != load("textbook/base_stock", ["run.horizon=12 weeks", f"{LEVEL}=17"]).hash
    one, two = (measure(simulator.simulate(scenario)).values for scenario in (plain, other))
    assert one.keys() == two.keys()
    assert all(one[kpi][""].tolist() == pytest.approx(two[kpi][""].tolist(), nan_ok=True, abs=0) for kpi in one)
