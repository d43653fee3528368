"""A mechanism that the program does not know: one file, through what is offered to everybody, touching nothing else."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import simulator
from simulator.engine.facts import Delivered, Ordered
from simulator.engine.ledger import Ledger
from simulator.plugins import Plugin, load_plugin, unload
from simulator.replication.measure import catalogue, measure
from simulator.replication.simulate import AuditError, audit, simulate
from simulator.reports.page import page
from simulator.reports.story import tell
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import parse
from simulator.scenario.scenario import Scenario

FILE = Path(__file__).parent / "packing_slip_survey" / "survey.py"
SHOP = """
name: A shop that is late every other time
run: {start: 2026-01-05, horizon: 30 days, seed: 1}
market: {segments: {all: {demand: {rule: scheduled, first: 1 h, every: 12 h}, basket: {units: 1}}}}
products: {item: {price: 2, cost: 1}}
network:
  suppliers: {maker: {lead_time: 1 day}}
  sites:
    store:
      stages: [{stage: picking, staff: 1, calendar: days, time: 1 h}]
      stock: {item: {rule: base_stock, level: 50}}
  calendars: {days: {days: daily, hours: "00:00-12:00"}}
service: {rules: [{promise: {rule: fixed, time: 6 h}}]}
"""
SURVEY = "packing_slip_survey: {answered: 100 %, after: 2 days}\n"


@pytest.fixture
def survey() -> Iterator[Plugin]:
    """The mechanism is loaded for one test."""
    plugin = load_plugin(FILE)
    yield plugin
    unload(plugin)


def notes(ledger: Ledger) -> list[tuple[float, int, float]]:
    """The facts of the mechanism."""
    kind = next(kind for kind in ledger.kinds if kind.__name__ == "NoteWritten")
    return [tuple(fact) for fact in ledger.of(kind)]


@pytest.mark.usefixtures("survey")
def test_who_is_late_writes_two_days_afterwards():
    """An order comes at 1 h and at 13 h of every day, and an hour of picking can be done until noon.

    order   placed   promised   begun   delivered      late      note
        1      1 h        7 h     1 h         2 h
        2     13 h       19 h    24 h        25 h   0.25 days     73 h
        3     25 h       31 h    25 h        26 h
        4     37 h       43 h    48 h        49 h   0.25 days     97 h
    """
    ledger = simulate(parse(SHOP + SURVEY))
    audit(ledger)
    assert notes(ledger)[:2] == [(73.0, 2, 0.25), (97.0, 4, 0.25)]
    assert [fact.at for fact in ledger.of(Delivered)[:4]] == [2.0, 25.0, 26.0, 49.0]


@pytest.mark.usefixtures("survey")
def test_its_kpi_its_section_and_its_words_are_told():
    scenario = parse(SHOP + SURVEY)
    ledger = simulate(scenario)
    orders, written = len(ledger.columns(Ordered)["at"]), len(notes(ledger))
    assert (orders, written) == (60, 27)  # the notes on the last three late orders come after the end
    assert measure(ledger).values["notes_per_order"][""][0] == pytest.approx(27 / 60)
    assert "the customer writes that it came 0.2 days late" in "\n".join(tell(ledger, 2))
    assert "Notes of customers" in page(simulator.run(scenario, replications=2, workers=1))


@pytest.mark.usefixtures("survey")
def test_its_law_is_asked():
    ledger = simulate(parse(SHOP + SURVEY))
    kind = next(kind for kind in ledger.kinds if kind.__name__ == "NoteWritten")
    table = ledger._columns[kind]
    ledger._columns[kind] = {name: np.concatenate([column, column[:1]]) for name, column in table.items()}
    with pytest.raises(AuditError, match="a customer wrote twice"):
        audit(ledger)


@pytest.mark.usefixtures("survey")
def test_left_out_of_a_scenario_it_is_not_built():
    ledger = simulate(parse(SHOP))
    assert notes(ledger) == []
    assert "notes_per_order" not in measure(ledger).values


@pytest.mark.usefixtures("survey")
def test_its_section_is_checked_with_line_and_path():
    with pytest.raises(ScenarioError) as told:
        parse(SHOP + "packing_slip_survey: {answered: 120 %, after: 2}\n")
    assert {problem.path for problem in told.value.problems} == {
        "packing_slip_survey.answered",
        "packing_slip_survey.after",
    }


def test_unloaded_it_leaves_nothing_behind():
    plugin = load_plugin(FILE)
    assert "packing_slip_survey" in Scenario.model_fields
    unload(plugin)
    assert "packing_slip_survey" not in Scenario.model_fields
    assert "notes_per_order" not in catalogue()
    with pytest.raises(ScenarioError, match="packing_slip_survey"):
        parse(SHOP + SURVEY)


@pytest.mark.usefixtures("survey")
@pytest.mark.parametrize("late", [True, False])
def test_orders_that_a_mechanism_listens_to_are_not_sold_in_passing(late: bool):
    """A shop without stages sells from the shelf in one loop; who listens to deliveries hears of them all the same."""
    text = SHOP.replace("stages: [{stage: picking, staff: 1, calendar: days, time: 1 h}]", "stages: []")
    scenario = parse(text.replace("time: 6 h", "time: 0 h" if late else "time: 1 h") + SURVEY)
    assert notes(simulate(scenario)) == []  # delivered at once, nobody is late


def test_it_is_played_by_workers_from_the_command_line(tmp_path: Path):
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP + SURVEY)
    words = ["run", str(file), "-n", "4", "--workers", "2", "--plugin", str(FILE), "--format", "json"]
    done = subprocess.run([sys.executable, "-m", "simulator", *words], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert [row["mean"] for row in found["kpis"] if row["kpi"] == "notes_per_order" and row["by"] == {}] == [0.45]
    assert any("survey.py" in name for name in found["provenance"]["packages"])
