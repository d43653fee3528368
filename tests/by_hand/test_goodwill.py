"""The goodwill of one customer, order by order, against paths that a person traced."""

import pytest

import simulator
from simulator.engine.facts import Ordered
from simulator.mechanisms.goodwill.facts import CustomerLeft, Experienced, MetElsewhere, NeedMet
from simulator.replication.measure import measure
from simulator.replication.simulate import audit
from simulator.reports.story import tell
from simulator.rules.judging import FAULTS
from simulator.scenario.reading.load import parse

EVERY_SECOND_DAY = """
name: One customer
run: {{horizon: {days} days}}
market:
  segments:
    all: {{demand: {{rule: scheduled, every: 2 days, first: 2 days}}, waits: 0, basket: {{units: 1}}}}
products: {{mug: {{price: 10, cost: 6}}}}
network:
  suppliers: {{maker: {{lead_time: 3 days}}}}
  sites: {{store: {{{stages} stock: {{default: {{rule: reorder_point, point: 0, quantity: 2, opening: 2}}}}}}}}
service: {{rules: [{rules}]}}
goodwill: {{all: {{start: 0.8, leaves_below: 0.35, {terms}}}}}
"""
"""Two units last for two orders; new ones come three days after the second is gone: good, good, refused, good ..."""


def path(days=14, terms="", rules="", stages=""):
    """The audited run."""
    ledger = simulator.simulate(parse(EVERY_SECOND_DAY.format(days=days, terms=terms, rules=rules, stages=stages)))
    audit(ledger)
    return ledger


def goodwill(ledger):
    return [(fact.at / 24, fact.goodwill) for fact in ledger.of(Experienced)]


STEPS = "half_life: null, experience: {rule: asymmetric_steps, good: 0.1, refused: 0.3}"


def test_steps_up_and_down_until_he_leaves():
    """From 0.8: 0.9 on day 2, 1.0 on day 4 (empty, more comes on day 7); nothing on day 6; then in turn as before.

    day   2    4    6     8    10   12
          0.9  1.0  0.7   0.8  0.9  0.6
    """
    ledger = path(14, f"elasticity: 0, {STEPS}")
    assert goodwill(ledger) == [(2, 0.9), (4, 1.0), (6, 0.7), (8, 0.8), (10, 0.9), (12, 0.6)]
    assert not ledger.of(CustomerLeft)


def test_who_falls_below_the_floor_leaves_and_buys_elsewhere():
    """With 0.5 for an empty shelf: 0.9, 1.0, 0.5, 0.6, 0.7, and 0.2 on day 12, below 0.35.

    The needs of days 14 and 16 are met elsewhere, for 10 each; there are six orders.
    """
    ledger = path(18, "elasticity: 0, " + STEPS.replace("0.3", "0.5"))
    assert goodwill(ledger)[-1] == (12, 0.2)
    (left,) = ledger.of(CustomerLeft)
    assert (left.at, left.order, left.customer, left.kind) == (12 * 24, 6, 1, 1 + FAULTS.index("refused"))
    assert [(fact.at / 24, fact.worth, fact.left) for fact in ledger.of(MetElsewhere)] == [(14, 10, 1), (16, 10, 1)]
    assert len(ledger.columns(Ordered)["at"]) == len(ledger.of(NeedMet)) == 6
    assert "the customer leaves for good" in "\n".join(tell(ledger, 6))


def test_a_floor_is_no_floor_to_fall_below():
    """Steps of 0.1 and 0.35 from 0.8: 0.9, 1.0, 0.65, 0.75, 0.85, 0.5, 0.6, 0.7, 0.35: he is just still there."""
    ledger = path(20, "elasticity: 0, " + STEPS.replace("0.3", "0.35"))
    assert goodwill(ledger)[-1] == (18, 0.35)
    assert not ledger.of(CustomerLeft)


def test_time_heals():
    """Half of the way back to 0.5 in two days: 0.8 -> 0.65 + 0.1 = 0.75; 0.625 + 0.1; 0.6125 - 0.2; 0.45625 + 0.1."""
    terms = STEPS.replace("half_life: null", "level: 0.5, half_life: 2 days").replace("0.3}", "0.2}")
    ledger = path(10, f"elasticity: 0, {terms}").of(Experienced)
    assert [fact.before for fact in ledger] == pytest.approx([0.65, 0.625, 0.6125, 0.45625], abs=1e-9)
    assert [fact.goodwill for fact in ledger] == pytest.approx([0.75, 0.725, 0.4125, 0.55625], abs=1e-9)


def test_the_peak_and_the_end():
    """Delivered after 30 h for a promise of 24: late by 0.2, twice. Nothing for a third: 0.3 is peak and end."""
    rule = "{rule: peak_end, late: 0.2, refused: 0.3}"
    late = "stages: [{stage: transit, time: 30 h}],"
    ledger = path(
        8, f"elasticity: 0, half_life: null, experience: {rule}", "{promise: {rule: fixed, time: 24 h}}", late
    )
    assert goodwill(ledger) == [(3.25, 0.6), (5.25, 0.4), (6, 0.1)]


def test_what_counts_is_what_was_expected():
    """He expects 0.5 and follows by 0.2 of the gap. Good: +0.1 x 0.5, expects 0.6; +0.04, expects 0.68; then nothing
    comes: -0.1 x 2 x 0.68, expects 0.544."""
    rule = "{rule: disconfirmation, gain: 0.1, losses_weigh: 2, expected: 0.5, adapts: 0.2}"
    ledger = path(10, f"elasticity: 0, half_life: null, experience: {rule}")
    steps = [fact.goodwill - fact.before for fact in ledger.of(Experienced)]
    assert steps == pytest.approx([0.05, 0.04, -0.136, 0.0456])


def test_a_rule_of_the_policy_says_how_its_customers_judge():
    """The rule for the segment decides, not what stands with goodwill."""
    rules = "{when: {segment: all}, experience: {rule: asymmetric_steps, good: 0.2, refused: 0.4}}"
    assert goodwill(path(8, f"elasticity: 0, {STEPS}", rules)) == [(2, 1.0), (4, 1.0), (6, 0.6)]


def test_money_by_hand():
    """Five orders in 12 days, one of them empty: 4 x 10 of revenue, and no need goes elsewhere.

    In 20 days of the one who leaves on day 12: one of one is gone; he was there for 12 of 20 days.
    """
    found = measure(
        path(12, f"elasticity: 0, {STEPS}"), ["revenue", "retention", "share_of_wallet", "repeat_rate"]
    ).values
    assert found["revenue"][""][0] == pytest.approx(40 * 7 / 12)
    assert [found[kpi][""][0] for kpi in ("retention", "share_of_wallet", "repeat_rate")] == [1.0, 1.0, 1.0]
    names = ["retention", "active_customers", "customers_lost", "sales_elsewhere"]
    found = measure(path(20, "elasticity: 0, " + STEPS.replace("0.3", "0.5")), names).values
    assert found["retention"]["segment"].tolist() == [0.0]
    assert found["active_customers"][""][0] == pytest.approx(12 / 20)
    assert found["customers_lost"]["experience"] == pytest.approx([0, 7 / 20, 0, 0, 0, 0])
    assert found["sales_elsewhere"][""][0] == pytest.approx(30 * 7 / 20)
