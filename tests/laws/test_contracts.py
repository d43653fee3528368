"""Laws of service-level agreements: the run and the KPIs count alike, and what does not matter changes nothing."""

import numpy as np
import pytest
from scenes import EVERYTHING, play, played

from simulator.engine.facts import (
    Abandoned,
    Batched,
    Cancelled,
    Declined,
    Expedited,
    LineOrdered,
    Ordered,
    Promised,
    Substituted,
)
from simulator.engine.ledger import Ledger
from simulator.measures.registry import activities
from simulator.measures.view import View
from simulator.mechanisms.contracts.facts import Pushed, Settled
from simulator.mechanisms.contracts.scorecards import scorecards
from simulator.mechanisms.entry_errors.facts import Surfaced
from simulator.replication.measure import measure

CONTRACTS = """
    otif_key: {covers: {segment: key, channel: account}, metric: otif, target: 70 %, window: {early: 2 days, late: 6 h},
      period: 2 weeks, grace: 3, penalty: {below: target, rate: 3 %, of: cost}, alert: {before: 8 days, every: 2 days}}
    by_hour: {covers: {}, metric: on_time, target: 90 %, period: 9 days, alert: {before: 3 days, below: 99 %},
      penalty: [{rate: 2 per order per hour, cap: 50}, {below: 90 %, sum: 100}], exclude: {cancelled: true}}
    lines: {covers: {segment: [key, shop]}, metric: otif, basis: line, target: 90 %, clock: request, period: month,
      penalty: {rate: 1 per line}, exclude: {units_above: 9, notice_below: 1 day, due_on: [2026-01-20]}}
    units: {covers: {customer: [shop 1, shop 2, shop 3]}, metric: on_time, basis: unit, target: 90 %, period: 1 week}
    value: {covers: {}, metric: in_full, basis: value, target: 95 %, clock: latest_commit, period: 3 weeks,
      bonus: {above: 30 %, rate: 1 %}}
    filled: {covers: {channel: web}, metric: fill, basis: line, target: 95 %, period: 12 days, grace: 2}
    filled_units: {covers: {}, metric: fill, basis: unit, target: 95 %, period: 12 days}
    cycle: {covers: {segment: [key, standing]}, metric: cycle_time, within: 60 h, target: 95 %, period: 1 week}
"""


@pytest.fixture(scope="module")
def text() -> str:
    """Everything at once, under every kind of contract."""
    requests = {"key": "{gamma: {mean: 3 days, cv: 0.5}}", "shop": "2 days"}
    found = EVERYTHING
    for name, law in requests.items():
        found = found.replace(f"    {name}:\n", f"    {name}:\n      requested: {law}\n")
    return found.replace("\ncosts:\n", f"\n  contracts:{CONTRACTS}costs:\n")


@pytest.fixture(scope="module")
def ledger(text: str) -> Ledger:
    return play(text)


@pytest.fixture(scope="module")
def lively(text: str) -> Ledger:
    """The same where dates are agreed on and told anew, and shortages are answered in many ways."""
    for old, new in (
        (
            "promise: {rule: fixed, time: 3 days}\n      stockout: {rule: backorder, ship: order}",
            "promise: {rule: available_to_promise, cycle: 2 days}\n"
            "      stockout: [{rule: expedite, time: 1 day, at_risk_only: true}, {rule: substitute},"
            " {rule: backorder, ship: order}]",
        ),
        (
            "stockout: {rule: lost_sale}",
            "stockout: [{rule: substitute}, {rule: cancel, if_later_than: 6 days}, {rule: expedite, time: 1 day},"
            " {rule: backorder, ship: units}]",
        ),
        ("class: A}\n  s2", "class: A, substitutes: {s5: 0.7}}\n  s2"),
        ("class: B}\n  s5", "class: B, substitutes: {s1: 0.5, s5: 0.5}}\n  s5"),
        ("      priority: 1\n", "      priority: 1\n      longest_wait: {gamma: {mean: 8 days, cv: 0.5}}\n"),
        (
            'staff: 2, calendar: office, time: {exponential: {mean: 5 min}}, cut_off: "15:00"}',
            "staff: 1, calendar: office, time: {exponential: {mean: 8 min}}, patience: {exponential: {mean: 30 h}},"
            " places: 30}",
        ),
        ("{gamma: {mean: 2 min, cv: 0.5}}}", "{gamma: {mean: 2 min, cv: 0.5}}, batch: {orders: 3, within: 1 h}}"),
        ("  sites:\n    warehouse:", "  entry_modes: {any: {errors: {address: 0.05}}}\n  sites:\n    warehouse:"),
        ("{web: {}, account: {}}", "{web: {entry: any}, account: {}}"),
        (
            "  contracts:",
            "  repromise: {slack: 1 day}\n  allocation: {rule: critical_level, levels: {2: 10}}\n  contracts:",
        ),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    return play(text)


def test_everything_that_can_happen_to_an_order_happens(lively: Ledger):
    for kind in (Promised, Declined, Substituted, Expedited, Cancelled, Pushed, Abandoned, Batched, Surfaced):
        assert len(lively.of(kind)) > 5, kind
    assert {fact.full for fact in lively.of(Abandoned)} == {0.0, 1.0}
    assert {fact.by_company for fact in lively.of(Cancelled)} == {0.0, 1.0}


@pytest.mark.parametrize("which", ["ledger", "lively"])
def test_what_the_run_settles_is_what_the_facts_say(which: str, request: pytest.FixtureRequest):
    ledger = request.getfixturevalue(which)
    settled, some = ledger.of(Settled), set()
    for number, card in enumerate(scorecards(View(ledger))):
        mine = [fact for fact in settled if fact.contract == number]
        assert [fact.at for fact in mine] == card.ends.tolist()
        for name, by_order in (
            ("due", card.due),
            ("met", card.met),
            ("forgiven", card.forgiven),
            ("excluded", card.excluded),
        ):
            counted = card.by_period(np.asarray(by_order, dtype=float))
            assert [getattr(fact, name) for fact in mine] == pytest.approx(counted.tolist()), (number, name)
            some.add(name) if counted.any() else None
        assert 0 < np.nansum(card.met) < np.nansum(card.due), number
    assert some == {"due", "met", "forgiven", "excluded"}


def test_money_adds_up_in_every_dimension(ledger: Ledger):
    found = measure(ledger).values
    for kpi in ("sla_penalty", "sla_bonus"):
        for dimension, values in found[kpi].items():
            assert np.nansum(values) == pytest.approx(found[kpi][""][0]), (kpi, dimension)
        assert found[kpi][""][0] > 0
    by_activity = dict(zip(activities(), found["cost_to_serve"]["activity"], strict=True))
    assert by_activity["sla_penalty"] == pytest.approx(found["sla_penalty"][""][0])
    assert found["sla_staff_hours"][""][0] == pytest.approx(found["sla_staff_hours"]["stage"].sum())


def test_contracts_without_an_alert_change_nothing_in_the_run(text: str):
    """Nor do requests: they have luck of their own."""
    bare = played(EVERYTHING)
    quiet = text
    for alert in (", alert: {before: 8 days, every: 2 days}", " alert: {before: 3 days, below: 99 %},"):
        assert alert in quiet
        quiet = quiet.replace(alert, "")
    watched = play(quiet)
    for kind in bare._columns:
        for name, column in bare.columns(kind).items():
            if kind is not Settled and name != "requested":
                np.testing.assert_array_equal(column, watched.columns(kind)[name])


def test_pushing_changes_who_is_served_but_not_what_customers_want(ledger: Ledger, text: str):
    quiet = play(
        text.replace("alert: {before: 3 days, below: 99 %},", "").replace(
            ", alert: {before: 8 days, every: 2 days}", ""
        )
    )
    assert len(ledger.of(Pushed)) > 20
    for kind in (Ordered, LineOrdered):
        for name, column in quiet.columns(kind).items():
            np.testing.assert_array_equal(column, ledger.columns(kind)[name])


def test_the_settlement_of_one_contract_costs_one_event_a_period():
    text = EVERYTHING.replace(
        "\ncosts:\n", "\n  contracts: {a: {covers: {}, metric: fill, target: 1, period: 1 week}}\ncosts:\n"
    )
    assert play(text).events - played(EVERYTHING).events == 11  # the twelfth ends with the run
