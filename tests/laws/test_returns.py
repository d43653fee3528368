"""What must hold of returns whatever the numbers, and what one cause of returns leaves as it was."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scenes import FULL, order_desk, play

from simulator.engine.facts import Allocated, Delivered, LineOrdered, Ordered
from simulator.engine.ledger import Ledger
from simulator.mechanisms.returns.facts import (
    OF_RETURNS,
    ClaimSettled,
    Disposed,
    Exchanged,
    Inspected,
    Mispicked,
    Refunded,
    Restocked,
    ReturnAnswered,
    Returned,
    ReturnRequested,
)
from simulator.replication.measure import measure
from simulator.replication.simulate import AuditError, audit
from simulator.rules.disposing import WAYS
from simulator.scenario.reading.load import parse
from simulator.scenario.returns import REASONS
from simulator.scenario.scenario import Scenario

DESK = parse(order_desk(seed=3).replace("dispose: 0.2\n        refurbish_time: 2 days", "dispose: 0.2"))
SITES = parse(FULL)
MIX = st.tuples(*[st.integers(0, 4)] * 4).filter(any)
EXPONENTIAL = {"exponential": {"mean": "2 days"}}


@st.composite
def terms(draw: st.DrawFn) -> dict[str, object]:
    """Return terms with everything in them."""
    mix = draw(MIX)
    grades = {name: share / sum(mix) for name, share in zip(("as_new", "opened", "worn", "broken"), mix, strict=True)}
    return {
        "rate": draw(st.sampled_from([0.1, 0.4])),
        "damaged": 0.9,
        "late": draw(st.sampled_from([0, 0.5])),
        "reasons": {"changed_mind": 0.5, "defective": 0.5},
        "lag": EXPONENTIAL,
        "part": draw(st.sampled_from([0.3, 1])),
        "accept": draw(
            st.sampled_from([{"rule": "any_time"}, {"rule": "own_fault"}, {"rule": "keep_small", "below": 12}])
        ),
        "authorisation": {"time": EXPONENTIAL, "refused": 0.1},
        "transport": EXPONENTIAL,
        "refund": draw(st.sampled_from(["authorisation", "shipment", "receipt", "inspection"])),
        "exchange": 0.3,
        "fraud": {"share": 0.2},
        "grades": {"default": grades, "damaged": {"broken": 1}},
        "disposition": draw(
            st.sampled_from(
                [
                    {"rule": "by_grade", "defective": "supplier"},
                    {"rule": "if_needed", "cover": "1 week"},
                    {"rule": "most_value"},
                ]
            )
        ),
    }


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """An order desk with one site, or two sites that help each other, with returns in full."""
    source = json.loads(json.dumps(draw(st.sampled_from([DESK, SITES])).source, default=str))
    source["run"] |= {"horizon": "9 days", "warm_up": "2 days", "seed": draw(st.integers(0, 99))}
    for supplier in source["network"]["suppliers"].values():
        supplier["claims"] = {"accepted": 0.6, "credit": 0.8, "time": "1 day"}
        for sized in ("refresh", "record"):  # levels from a target take their time, and are not what this is about
            supplier.pop(sized, None)
    for site in source["network"]["sites"].values():
        site["stock"] = {sku: rule for sku, rule in site["stock"].items() if "target" not in rule}
        site["returns"] = {
            "inspection": {"time": {"exponential": {"mean": "30 min"}}, "staff": 1, "calendar": "office"},
            "refurbishing": {"time": EXPONENTIAL, "staff": 2, "yields": 0.8},
            "restock": 0.3,
            "refurbish": 0.2,
            "liquidate": 0.2,
            "supplier": 0.2,
            "dispose": 0.1,
            "independent": {"rate": "2 per day", "units": {"geometric": {"mean": 2}}},
        }
        site["quality"] = {"damage": 0.1, "picking_error": 0.1}
    for rule in source["service"]["rules"]:
        rule["returns"] = draw(terms())
    source["costs"] |= {"return_request": 1, "return_shipment": 4, "refurbished_unit": 1, "recovery": {"recycle": 0.05}}
    return Scenario.model_validate(source)


KINDS = (*OF_RETURNS, Exchanged, Mispicked)
SEEN = dict.fromkeys(KINDS, 0)


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
          phases=[Phase.generate])  # fmt: skip
@given(scenarios())
def _whatever_the_terms(scenario):
    ledger = play(scenario)
    for kind in KINDS:
        SEEN[kind] += len(ledger.columns(kind)["at"])
    ends_once(ledger)
    parts_add_up(ledger)


def test_the_laws_hold_whatever_the_terms():
    _whatever_the_terms()
    assert [kind.__name__ for kind, count in SEEN.items() if not count] == []


def ends_once(ledger: Ledger) -> None:
    """Every return that was asked for or came has one end, or is open: refused, kept, restocked, disposed of."""
    ends = [fact.rma for fact in ledger.of(ReturnAnswered) if fact.answer]
    ends += [fact.rma for kind in (Restocked, Disposed) for fact in ledger.of(kind)]
    begun = {fact.rma for kind in (ReturnRequested, Returned) for fact in ledger.of(kind)}
    assert len(ends) == len(set(ends))
    assert set(ends) <= begun
    assert begun == set(range(1, len(begun) + 1))


def parts_add_up(ledger: Ledger) -> None:
    """Reasons and dispositions add up to the whole, and the costs of returns to their activities."""
    measures = measure(ledger)
    for kpi, dimension in (
        ("return_rate", "return_reason"),
        ("returned_units", "return_reason"),
        ("returned_value", "return_reason"),
        ("refused_returns", "return_reason"),
        ("circularity", "disposition"),
        ("recovery_value", "disposition"),
    ):
        whole, parts = measures.values[kpi][""][0], measures.values[kpi][dimension]
        assert parts.sum() == pytest.approx(whole, abs=1e-12), kpi
    names, weeks = measures.labels("activity"), 1
    spent = dict(zip(names, (measures.values["cost_to_serve"]["activity"] * weeks).tolist(), strict=True))
    of_returns = ("return_requests", "return_freight", "returns_handling", "refurbishing", "write_off")
    came = measures.weights["cost_per_return"][""][0]
    assert measures.values["cost_per_return"][""][0] * came == pytest.approx(sum(spent[name] for name in of_returns))
    for kpi in ("revenue", "cost_of_goods", "total_cost", "margin"):
        by_sku = measures.values[kpi]["sku"].sum()
        assert by_sku == pytest.approx(measures.values[kpi][""][0], rel=1e-9, abs=1e-9), kpi


def test_the_margin_is_what_the_facts_say_to_the_cent(played):
    """Fact by fact: what was paid, what the goods cost that are gone for good, what they brought, and the work."""
    products, found = list(played.scenario.products.values()), 0.0
    frauds = {fact.rma for fact in played.of(Inspected) if fact.fraud}
    line = {fact.line: (fact.price, products[fact.sku].cost) for fact in played.of(LineOrdered)}
    found += sum((line[fact.line][0] - line[fact.line][1]) * fact.units for fact in played.of(Allocated))
    found -= sum(line[fact.line][0] * fact.units for fact in played.of(Refunded))
    found += sum((line[fact.line][1] - 2 * fact.refurbished) * fact.units for fact in played.of(Restocked))
    brings = {"liquidate": 0.12, "scrap": 0.1}
    for fact in played.of(Disposed):
        share = 0 if fact.rma in frauds else brings.get(WAYS[fact.way], 0)
        found += (share * line[fact.line][1] - 2 * fact.refurbished) * fact.units
    found += sum(fact.credit * line[fact.line][1] * fact.units for fact in played.of(ClaimSettled))
    found -= len(played.of(ReturnRequested)) + 4 * len(played.of(Returned))
    measures = measure(played).values
    assert measures["margin"][""][0] * 3 == pytest.approx(found, abs=0.005)
    assert sum(fact.refurbished for fact in played.of(Disposed))
    assert {fact.fraud for fact in played.of(Inspected)} == {0, 1, 2}


CRIMES = {
    "restocked twice": (Restocked, "rma", None),
    "refunded before the answer": (Refunded, "at", -500.0),
    "units that shrink on the way": (Returned, "units", 1.0),
    "an answer before the question": (ReturnAnswered, "at", -500.0),
    "a claim for what was not sent back": (ClaimSettled, "rma", 1),
    "inspected before it came": (Inspected, "at", -500.0),
    "on another shelf": (Restocked, "shelf", 1),
    "an exchange for something else": (Exchanged, "rma", 1),
}


@pytest.fixture(scope="module")
def text() -> str:
    return """
name: All of it
run: {start: 2026-01-05, horizon: 6 weeks, seed: 4}
market:
  segments:
    all: {demand: {rule: poisson, orders: 40 per day}, basket: {lines: 2, units: {geometric: {mean: 2}}}}
products: {a: {price: 10, cost: 4}, b: {price: 8, cost: 3}, c: {price: 30, cost: 9}}
network:
  suppliers: {maker: {lead_time: 3 days, claims: {accepted: 0.5, time: 1 day}}}
  sites:
    store:
      stages: [{stage: transit, time: {exponential: {mean: 1 day}}}]
      stock: {default: {rule: base_stock, level: 300}}
      quality: {damage: 0.05, picking_error: PICKING}
      returns:
        inspection: {time: {exponential: {mean: 20 min}}, staff: 1}
        refurbishing: {time: {exponential: {mean: 3 h}}, yields: 0.6}
service:
  rules:
    - promise: {rule: fixed, time: 2 days}
      returns:
        rate: 0.1
        damaged: 0.6
        late: 0.3
        reasons: {changed_mind: 0.7, defective: 0.3}
        lag: {exponential: {mean: 3 days}}
        authorisation: {time: 5 h, refused: 0.1}
        transport: {exponential: {mean: 1 day}}
        refund: inspection
        exchange: EXCHANGE
        fraud: {share: 0.1, found: 0.5}
        grades: {default: {as_new: 0.5, opened: 0.2, worn: 0.1, broken: 0.2}}
        disposition: {rule: by_grade, defective: supplier}
costs: {return_request: 1, return_shipment: 4, refurbished_unit: 2, write_off: 0.9}
"""


@pytest.fixture(scope="module")
def played(text) -> Ledger:
    return play(text.replace("PICKING", "0").replace("EXCHANGE", "0.3").replace("6 weeks", "3 weeks"))


@pytest.mark.parametrize("crime", CRIMES)
def test_the_audit_notices(crime, played):
    kind, column, change = CRIMES[crime]
    values = played.columns(kind)[column]
    place, before = len(values) // 2, values.copy()
    values[place] = values[place - 1] if change is None else values[place] + np.array(change).astype(values.dtype)
    with pytest.raises(AuditError):
        audit(played)
    values[:] = before


def histories(ledger: Ledger, without: str = "") -> set[tuple[object, ...]]:
    """What became of every return, by the line that was ordered, but for those of one reason."""
    ends = {fact.rma: "restock" for fact in ledger.of(Restocked)}
    ends |= {fact.rma: WAYS[fact.way] for fact in ledger.of(Disposed)}
    answers = {fact.rma: (fact.at, fact.answer) for fact in ledger.of(ReturnAnswered)}
    return {
        (f.line, f.at, f.units, f.reason, *answers[f.rma], ends.get(f.rma, "open"))
        for f in ledger.of(ReturnRequested)
        if f.rma in answers and REASONS[f.reason] != without
    }


def test_fixing_errors_of_picking_cuts_one_reason_and_leaves_every_other_return_as_it_was(text):
    """Where the desk has no queue; a queue is one that all wait in."""
    text = text.replace("EXCHANGE", "0").replace(", staff: 1}", "}")
    often, never = (play(text.replace("PICKING", rate)) for rate in ("0.08", "0"))
    assert sum(REASONS[fact.reason] == "wrong_item" for fact in often.of(Returned)) > 100
    assert not any(REASONS[fact.reason] == "wrong_item" for fact in never.of(Returned))
    assert histories(often, "wrong_item") == histories(never)


def test_an_exchange_leaves_the_other_customers_as_they_were(text):
    text = text.replace("PICKING", "0")
    some, none = (play(text.replace("EXCHANGE", share)) for share in ("0.5", "0"))
    again = {fact.order for fact in some.of(Exchanged)}
    assert len(again) > 20
    orders = some.columns(Ordered)
    own = ~np.isin(orders["order"], list(again))
    for name in ("at", "customer", "damaged"):
        np.testing.assert_array_equal(orders[name][own], none.columns(Ordered)[name])
    came = dict(zip(*(some.columns(Delivered)[name].tolist() for name in ("order", "at")), strict=True))
    numbers = orders["order"][own].tolist()
    before = dict(zip(*(none.columns(Delivered)[name].tolist() for name in ("order", "at")), strict=True))
    assert [came.get(number) for number in numbers] == [before.get(place) for place in range(1, len(numbers) + 1)]
