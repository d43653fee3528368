"""What a mechanism brings is found where it is looked for: facts, laws, KPIs and costs, with no line elsewhere."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pytest
from scenes import ONE_ITEM

from simulator.engine import facts
from simulator.engine.facts import KINDS, ON_HAND, in_order
from simulator.engine.ledger import Ledger
from simulator.engine.movements import ended_orders, on_hand_changes
from simulator.lifecycle.mechanism import Mechanism
from simulator.measures import activity_costs, registry
from simulator.measures.registry import activities, kpi
from simulator.mechanisms import known
from simulator.mechanisms.channels.facts import Oversold
from simulator.mechanisms.entry_errors.facts import Erred
from simulator.mechanisms.known import kinds, mechanisms, register
from simulator.plugins import TakenError
from simulator.replication.measure import catalogue
from simulator.replication.simulate import AuditError, audit, simulate
from simulator.scenario.reading.load import parse


class Stolen(NamedTuple):
    """Units were taken from a shelf by a thief."""

    at: float
    shelf: int
    units: float


def nothing_is_stolen(ledger: Ledger) -> Iterator[str]:
    """A law that any theft breaks."""
    if len(ledger.columns(Stolen)["at"]):
        yield "something was stolen"


THEFT = Mechanism(
    name="theft",
    active=lambda scenario: False,
    start=lambda world: None,
    facts=(Stolen,),
    laws=nothing_is_stolen,
    kpis=("kpis_of_theft",),
)


@pytest.fixture
def theft(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mechanism is known for one test."""
    monkeypatch.setattr(known, "_REGISTERED", {})
    monkeypatch.setattr(facts, "ON_HAND", {**ON_HAND})
    monkeypatch.setattr(registry, "_found", {**registry.registered()})
    monkeypatch.setitem(facts.ON_HAND, Stolen, facts.Movement(-1, "shelf", 1))
    module = ModuleType("kpis_of_theft")
    monkeypatch.setitem(sys.modules, "kpis_of_theft", module)
    register(THEFT)


def ledger_with_a_theft() -> Ledger:
    """A run at whose end two units are gone that nobody asked for."""
    ledger = simulate(parse(ONE_ITEM), 0)
    ledger.columns(Stolen)
    ledger._columns[Stolen] = {"at": np.array([1.0]), "shelf": np.array([0]), "units": np.array([2.0])}
    return ledger


@pytest.mark.usefixtures("theft")
def test_its_facts_are_kept_and_move_stock_and_its_law_is_asked():
    assert Stolen in kinds()
    ledger = ledger_with_a_theft()
    assert any(shelf.tolist() == [0] and units.tolist() == [-2.0] for shelf, _, units in on_hand_changes(ledger))
    with pytest.raises(AuditError, match=r"shelf 0: the facts leave .*something was stolen"):
        audit(ledger)


@pytest.mark.usefixtures("theft")
def test_a_kpi_defined_later_is_in_the_catalogue():
    assert "stolen_units" not in catalogue()

    @kpi(unit="units", better="lower", of="measured time")
    def stolen_units(view: object) -> None:
        """Units stolen."""

    assert catalogue()["stolen_units"].definition == "Units stolen."
    assert list(catalogue())[-1] == "stolen_units"


def test_a_built_in_mechanism_keeps_its_name():
    with pytest.raises(TakenError, match="a mechanism 'returns' is there already"):
        register(Mechanism(name="returns", active=lambda scenario: True, start=lambda world: None))
    assert [each.name for each in mechanisms()][:2] == ["segmentation", "planned_lead_times"]


def test_a_ledger_has_nothing_of_a_kind_that_it_does_not_keep():
    columns = simulate(parse(ONE_ITEM), 0).columns(Stolen)
    assert {name: (len(column), column.dtype.kind) for name, column in columns.items()} == {
        "at": (0, "f"),
        "shelf": (0, "i"),
        "units": (0, "f"),
    }


def test_what_is_said_to_be_told_before_another_is():
    order = in_order((*KINDS, Oversold, Stolen, Erred))
    assert order.index(Erred) < order.index(facts.Allocated)
    assert order.index(Oversold) < order.index(facts.Allocated)
    assert order[-1] is Stolen


def test_nothing_is_owed_to_who_went_away():
    ledger = simulate(parse(ONE_ITEM), 0)
    assert not len(ended_orders(ledger))
    ledger._columns[facts.Declined] = {"at": np.array([1.0, 2.0]), "order": np.array([4, 7])}
    assert ended_orders(ledger).tolist() == [4, 7]
    assert not len(ended_orders(ledger, voids_promise=True))


def test_money_is_refused_where_an_activity_has_no_cost(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(activity_costs, "_costs", {**activity_costs.activity_costs()})
    del activity_costs._costs["sla_penalty"]
    with pytest.raises(RuntimeError, match="nothing says what sla_penalty costs"):
        activity_costs.activity_costs()


def test_activities_keep_their_order():
    assert list(activity_costs.activity_costs()) == activities()
    own = ["service_travel", "service_labour", "spare_parts", "service_penalties", "acquisition"]
    assert activities()[-8:] == ["sla_penalty", "contacts", "contact_staff", *own]
