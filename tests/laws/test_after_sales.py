"""Whatever fails, whoever repairs it, wherever parts are: what must hold with any numbers."""

from copy import copy
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scenes import EVERYTHING, play

import simulator
from simulator.engine.ledger import Ledger
from simulator.mechanisms.after_sales import MECHANISM
from simulator.mechanisms.after_sales.facts import (
    Arrived,
    Failed,
    Joined,
    PartNeeded,
    PartsCounted,
    PartSupplied,
    Restored,
    Retired,
    UnitsCounted,
    Visited,
)
from simulator.replication.simulate import AuditError, audit
from simulator.scenario.reading.load import parse

OWN = set(MECHANISM.facts)
SECTION = """
after_sales:
  installed:
    s1:
      base: {base}
      ages: {{uniform: {{low: 0 h, high: 60 days}}}}
      failure: {{weibull: {{shape: 2, scale: 30 days}}}}
      after_repair: {after_repair}
      installation: {{exponential: {{mean: 1 day}}}}
      life: {{uniform: {{low: 61 days, high: 90 days}}}}
      warranty: 40 days
      contracts: {{gold: 0.3}}
      parts: {{p: 0.7, q: 0.4}}
      repair: {{gamma: {{mean: 1 h, cv: 1}}}}
    s5: {{failure: {{exponential: {{mean: 20 days}}}}, joins: 0.2, parts: {{q: 1}}, repair: 30 min}}
  contracts:
    gold: {{response: 8 h, uptime: 0.9, hour_down: 3, late_response: 5, period: 2 weeks, parts_from: {{rule: nearest}},
            repair_or_replace: {{rule: replace_old, age: 50 days}}}}
  response: 2 days
  technicians:
    one: {{number: 3, calendar: office, travel: {{exponential: {{mean: 30 min}}}}}}
    two: {{number: 9, places: [depot], products: s1}}
  diagnosis: {diagnosis}
  dispatch: {{rule: {dispatch}}}
  parts_from: {{rule: {source}, cannibalise: {cannibalise}}}
  places: {{van: {{van: true, supplied_from: depot, transport: 4 h}}, depot: {{supplied_from: centre, transport: 1 day,
            fetch: {{exponential: {{mean: 2 h}}}}}}, centre: {{fetch: 1 day}}}}
  parts:
    p: {{stock: {{van: 1, depot: 2, centre: 4}}, cost: 9, lead_time: 5 days,
         repair: {{time: {{exponential: {{mean: 6 h}}}}, shop: shop, transport: 2 h, condemned: 0.3, cost: 2}}}}
    q: {{stock: {{depot: 6}}, cost: 3, lead_time: {{gamma: {{mean: 4 days, cv: 0.5}}}}, last_buy: {last_buy}}}
  shops: {{shop: {{servers: 2, calendar: office}}}}
  forecast: {{period: 5 days, history: 2}}
"""
SHORT = EVERYTHING.replace("horizon: 12 weeks, warm_up: 2 weeks", "horizon: 2 weeks, warm_up: 2 days")


def section(**changed: object) -> str:
    plain = {
        "base": 60,
        "after_repair": "as_old",
        "diagnosis": "visit",
        "dispatch": "first_come",
        "source": "nearest",
        "cannibalise": "false",
        "last_buy": "null",
    }
    return SECTION.format(**(plain | changed))


def others(ledger: Ledger) -> dict[str, list[bytes]]:
    """All facts but those of after-sales."""
    kinds = [kind for kind in ledger.kinds if kind not in OWN]
    return {kind.__name__: [each.tobytes() for each in ledger.columns(kind).values()] for kind in kinds}


def test_nothing_else_changes_for_units_that_fail():
    """With the same random numbers orders go exactly the same way; and switched off it costs no event."""
    alone, failing = play(SHORT), play(SHORT + section())
    assert others(failing) == others(alone)
    assert failing.events > alone.events
    assert len(failing.of(Failed)) > 50
    assert not any(len(alone.of(kind)) for kind in OWN)
    assert "after_sales" not in [each.name for each in simulator.replication.simulate.lay_out(parse(SHORT), 0).active]


def test_whoever_repairs_the_first_failures_of_units_are_the_same():
    """Other rules, fewer technicians and no parts change when a unit runs again, not when it fails first."""
    few = section(dispatch="due_time", source="home", diagnosis="call").replace("number: 9", "number: 1")
    first = []
    for text in (section(), few):
        table = play(SHORT + text).columns(Failed)
        unit, place = np.unique(table["unit"], return_index=True)
        first.append(dict(zip(unit[unit <= 60].tolist(), table["at"][place[unit <= 60]].tolist(), strict=True)))
    assert first[0] == first[1]


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
          phases=[Phase.generate])  # fmt: skip
@given(
    st.sampled_from(["as_old", "as_new"]),
    st.sampled_from(["visit", "call"]),
    st.sampled_from(["first_come", "contract_tier", "due_time", "shortest_job"]),
    st.sampled_from(["nearest", "spare_the_van", "home"]),
    st.sampled_from(["true", "false"]),
    st.sampled_from(["null", "{at: 10 days, units: 20}"]),
)
def test_the_laws_hold_whatever_the_rules(after_repair, diagnosis, dispatch, source, cannibalise, last_buy):
    """The audit holds; every failure runs again, or is still open at the end; what joins leaves or is there."""
    text = section(
        after_repair=after_repair,
        diagnosis=diagnosis,
        dispatch=dispatch,
        source=source,
        cannibalise=cannibalise,
        last_buy=last_buy,
    )
    ledger = play(SHORT + text)
    counted = ledger.columns(UnitsCounted)
    assert len(ledger.of(Failed)) - len(ledger.of(Restored)) == counted["down"].sum()
    assert len(ledger.of(Joined)) - len(ledger.of(Retired)) == counted["in_service"].sum()
    assert len(ledger.of(Joined)) > 60
    assert len(ledger.of(Failed)) > 50


@cache
def _once() -> Ledger:
    return simulator.simulate(parse(SHORT + section()))


def played() -> Ledger:
    """A ledger that may be changed."""
    ledger = copy(_once())
    ledger._columns = dict(ledger._columns)
    return ledger


def set_column(kind, field, row, value):
    return lambda ledger: ledger.columns(kind)[field].__setitem__(row, value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (set_column(Restored, "at", 0, 0.0), "before it was reported"),
        (set_column(Restored, "case", 0, 2), "ended twice|twice in a row"),
        (set_column(Failed, "unit", 5, 1), "twice in a row|should be down"),
        (set_column(UnitsCounted, "in_service", 0, 7), "units should be in service, 7 are"),
        (set_column(UnitsCounted, "down", 0, 50), "units should be down, 50 are"),
        (set_column(Retired, "at", 0, -1.0), "left before it joined"),
        (set_column(Joined, "unit", 1, 1), "joined the installed base twice"),
        (set_column(PartsCounted, "on_hand", 0, 99), "should be on hand and moving"),
        (set_column(PartsCounted, "owed", 0, 99), "should be owed"),
        (set_column(PartsCounted, "in_repair", 0, 99), "should be in repair"),
        (set_column(PartsCounted, "on_order", 1, 99), "should be on order"),
        (set_column(PartNeeded, "at", 3, 0.0), "before it was reported"),
        (lambda ledger: ledger.columns(PartSupplied)["at"].__imul__(0.0), "more was supplied than was there"),
        (set_column(Arrived, "at", 3, 0.0), "before"),
        (lambda ledger: ledger.columns(Visited)["at"].__iadd__(500.0), "technicians are on the way"),
    ],
)
def test_a_broken_law_is_told(change, said):
    """What the audit is for: each of these was right, and is changed."""
    ledger = played()
    for kind in OWN:
        columns = ledger.columns(kind)
        ledger._columns[kind] = {name: column.copy() for name, column in columns.items()}
    change(ledger)
    with pytest.raises(AuditError, match=said):
        audit(ledger)


def test_units_that_come_back_are_in_service_no_more():
    """Of what customers send back nothing fails any more: fewer units are in service, by as many as came back and had
    been installed."""
    text = SHORT + section(base=0).replace("s5: {failure", "s4: {failure")
    ledger = play(text)
    back = [fact for fact in ledger.of(Retired) if fact.why == 1]
    returned = next(kind for kind in ledger.kinds if kind.__name__ == "Returned")
    lines = {fact.line for fact in ledger.of(returned)}
    assert len(back) > 5
    assert {fact.line for fact in back} <= lines
