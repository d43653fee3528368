"""What holds of customers who remember, whatever the numbers."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scenes import EVERYTHING

import simulator
from simulator.engine import facts
from simulator.engine.facts import Delivered, LineOrdered, Ordered
from simulator.mechanisms.goodwill.facts import CustomerJoined, CustomerLeft, Experienced, MetElsewhere, NeedMet
from simulator.replication.measure import NoSeriesError, measure, series
from simulator.replication.simulate import audit, audited
from simulator.scenario.reading.load import parse

SHORT = (
    EVERYTHING.replace("12 weeks", "3 weeks")
    .replace("warm_up: 2 weeks", "warm_up: 1 week")
    .replace("target: {unit_fill_rate: 0.7}", "level: 200")
    .replace("      refresh: 2 weeks\n      record: 8\n", "")
    .replace("priority: 1\n", "priority: 1\n      customers: 40\n")
)


def play(goodwill: str = "", text: str = SHORT):
    ledger = simulator.simulate(parse(f"{text}\n{goodwill}"))
    audit(ledger)
    return ledger


def same(one, other, kind, *fields):
    mine, others = one.columns(kind), other.columns(kind)
    return all(np.array_equal(mine[name], others[name], equal_nan=True) for name in fields or kind._fields)


def test_customers_who_never_mind_order_what_they_would_have_ordered():
    """An elasticity of 0 and nobody who leaves: every order, and all that becomes of it, bit for bit as without."""
    plain = play()
    minded = play("goodwill: {default: {elasticity: 0, leaves_below: 0}}")
    for kind in (Ordered, LineOrdered, Delivered, facts.Allocated, facts.Backordered, facts.Cancelled, facts.Served):
        assert same(plain, minded, kind), kind
    assert len(minded.of(NeedMet)) == len(plain.columns(Ordered)["at"])


def test_a_segment_without_terms_is_as_it_was():
    """Where no other segment competes for anything, its orders fare as ever; and it has no customers to count."""
    ledger = play("goodwill: {shop: {leaves_below: 0.9}}")
    assert same(play(), ledger, Ordered) is False
    key = [ledger.columns(Ordered)["at"][ledger.columns(Ordered)["segment"] == 0] for ledger in (play(), ledger)]
    assert np.array_equal(*key)
    assert set(ledger.columns(NeedMet)["segment"].tolist()) == {1}


def needs(ledger):
    """When and by which segment anything was needed, whoever met it."""
    parts = [ledger.columns(kind) for kind in (NeedMet, MetElsewhere)]
    at, segment = (np.concatenate([part[name] for part in parts]) for name in ("at", "segment"))
    return np.array(sorted(zip(at.tolist(), segment.tolist(), strict=True)))


def test_another_service_shifts_no_need():
    """With less stock other customers come, and the same needs at the same times are met here or elsewhere."""
    terms = "goodwill: {default: {elasticity: 3, leaves_below: 0.7}}"
    much, little = play(terms), play(terms, SHORT.replace("point: 140, quantity: 160", "point: 1, quantity: 20"))
    assert len(much.of(NeedMet)) != len(little.of(NeedMet))
    assert np.array_equal(needs(much), needs(little))


@given(
    seed=st.integers(0, 99),
    share=st.sampled_from([1.0, 0.7]),
    floor=st.sampled_from([0.0, 0.6, 0.9]),
    rule=st.sampled_from(["asymmetric_steps", "peak_end", "disconfirmation", "defection"]),
    many=st.sampled_from(["", "population: 900, cohorts: 90,"]),
    won=st.sampled_from(["", "acquisition: {rate: 3 per day, room: 20, word_of_mouth: {}},"]),
)
@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
          phases=[Phase.generate])  # fmt: skip
def _whatever_the_terms(seed, share, floor, rule, many, won):
    text = SHORT.replace("seed: 1", f"seed: {seed}")
    more = f"share: {share}, {won}"
    terms = f"start: 0.95, leaves_below: {floor}, {many} experience: {{rule: {rule}}}"
    ledger = play(f"goodwill: {{key: {{{more} {terms}}}, default: {{{terms}}}}}", text)
    goodwill = ledger.columns(Experienced)["goodwill"]
    assert ((goodwill >= 0) & (goodwill <= 1)).all()
    values = measure(ledger, ["margin", "active_customers", "retention"]).values
    assert values["margin"]["customer"].sum() == pytest.approx(values["margin"][""][0], abs=0.005)
    assert values["margin"]["segment"].sum() == pytest.approx(values["margin"][""][0], abs=0.005)
    assert 0 <= values["retention"][""][0] <= 1


def test_the_laws_hold_whatever_the_terms():
    _whatever_the_terms()


@pytest.fixture(scope="module")
def ledger_of_many():
    terms = "{leaves_below: 0.96, acquisition: {rate: 3 per day, room: 40}}"
    return play(f"goodwill: {{key: {terms}}}")


@pytest.mark.parametrize(
    ("kind", "field", "value", "said"),
    [
        (Experienced, "goodwill", 1.5, "beyond its bounds"),
        (Experienced, "goodwill", 0.1, "stays with less goodwill"),
        (CustomerLeft, "customers", 7.0, "customers at the end"),
        (CustomerJoined, "customers", 7.0, "customers at the end"),
        (CustomerLeft, "customer", 1, "leaves twice"),
        (NeedMet, "at", 0.5, "another time"),
    ],
)
def test_a_broken_law_is_told(ledger_of_many, kind, field, value, said):
    """Each law fails on facts that break it."""
    column = ledger_of_many.columns(kind)[field]
    assert len(column) > 2
    before = column[:2].copy()
    column[:2] = value
    broken = audited(ledger_of_many).broken
    column[:2] = before
    assert any(said in each for each in broken)


def test_what_acquisition_costs_is_borne_and_adds_up():
    """Each new customer costs 50: the activity is their number times that, and customers and segments add up to it."""
    terms = "{key: {acquisition: {rate: 3 per day, room: 40}}}"
    ledger = play(f"goodwill: {terms}\ncosts: {{new_customer: 50, write_off: 0}}", SHORT.split("costs:")[0])
    values = measure(ledger, ["cost_to_serve", "customers_gained", "lifetime_value"]).values
    weekly = 50 * values["customers_gained"][""][0]
    assert weekly > 0
    for dimension in ("", "segment", "customer"):
        assert values["cost_to_serve"][dimension].sum() == pytest.approx(weekly)


def test_what_is_of_the_whole_time_is_not_taken_apart():
    """Customers by week add up to those of the run; who stayed in each week says nothing of who stayed in all of it."""
    ledger = play("goodwill: {default: {leaves_below: 0.9}}")
    weeks = series(ledger, ["active_customers", "customers_lost", "share_of_wallet"], 168.0)
    whole = measure(ledger, ["active_customers", "customers_lost"]).values
    lost = weeks["customers_lost"][0][1:].sum() / (2 * 168)
    assert lost > 0
    assert lost == pytest.approx(whole["customers_lost"][""][0])
    assert weeks["active_customers"][0][1:].sum() / (2 * 168) == pytest.approx(whole["active_customers"][""][0])
    for kpi in ("retention", "repeat_rate", "lifetime_value"):
        with pytest.raises(NoSeriesError):
            series(ledger, [kpi], 168.0)
