"""The audit holds on any scenario with everything on, and it notices every kind of crime."""

import json
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenes import EVERYTHING, play, played

from simulator.engine import facts
from simulator.mechanisms.planned_lead_times.facts import Replanned
from simulator.mechanisms.returns.facts import Restocked, Returned
from simulator.planning.kept_levels import SETTING
from simulator.replication.simulate import AuditError, audit
from simulator.scenario.reading.load import parse, read_value
from simulator.scenario.scenario import Scenario

STOCKOUTS = [{"rule": "lost_sale", "ship": ship} for ship in ("units", "lines")] + [
    {"rule": "backorder", "ship": ship} for ship in ("units", "lines", "order")
]
RULES = st.one_of(
    st.builds(
        lambda p, q, m: {"rule": "reorder_point", "point": p, "quantity": q, "multiples": m},
        st.integers(0, 60),
        st.integers(1, 80),
        st.booleans(),
    ),
    st.builds(lambda s, d: {"rule": "min_max", "minimum": s, "maximum": s + d}, st.integers(0, 60), st.integers(1, 80)),
    st.builds(lambda level: {"rule": "base_stock", "level": level}, st.integers(1, 90)),
    st.builds(
        lambda days, level, early: {
            "rule": "periodic",
            "every": f"{days} days",
            "level": level,
            "before_demand": early,
        },
        st.integers(1, 10),
        st.integers(1, 200),
        st.booleans(),
    ),
    st.builds(
        lambda cover, fill: {"rule": "min_max", "cover": f"{cover} days", "target": {"unit_fill_rate": fill}},
        st.integers(1, 20),
        st.sampled_from([0.3, 0.9]),
    ),
    st.builds(lambda csl: {"rule": "base_stock", "target": {"cycle_service_level": csl}}, st.sampled_from([0.3, 0.9])),
)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Variants of the scenario with everything on: rules, stockouts, patience, staff, seed."""
    source = json.loads(json.dumps(read_value(EVERYTHING, "text"), default=str))
    source["run"] |= {
        "start": parse(EVERYTHING).run.start,
        "horizon": "3 weeks",
        "warm_up": "2 days",
        "seed": draw(st.integers(0, 99)),
    }
    source["network"]["calendars"]["office"]["closed"] = []
    site = source["network"]["sites"]["warehouse"]
    for sku in ("s1", "s2", "s3", "s4", "default"):
        supplier = draw(st.sampled_from(["importer", "workshop"]))
        site["stock"][sku] = {
            **draw(RULES),
            "supplier": supplier,
            "opening": draw(st.integers(0, 90)),
            "lot_size": draw(st.sampled_from([1, 12])),
        }
    for name, supplier in source["network"]["suppliers"].items():
        sized = any(rule["supplier"] == name and "target" in rule for rule in site["stock"].values())
        for key in ("refresh", "record"):
            supplier.pop(key, None)
        if sized:
            supplier |= {"refresh": f"{draw(st.integers(1, 6))} days", "record": draw(st.integers(2, 20))}
    for rule in source["service"]["rules"]:
        rule["stockout"] = draw(st.sampled_from(STOCKOUTS))
    site["stages"][0]["staff"] = draw(st.integers(1, 3))
    for segment in source["market"]["segments"].values():
        segment["waits"] = draw(st.sampled_from([0.0, 0.5, 1.0]))
        segment["patience"] = draw(st.sampled_from(["1 h", "2 days", {"exponential": {"mean": "3 days"}}]))
    return Scenario.model_validate(source)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_the_laws_hold_whatever_the_rules(scenario):
    """Levels are looked for in short plays: the laws hold whatever they are."""
    short = {"ALL_SHORT": 10_000, "SHORT": 1_000, "LONG": 5_000, "ALL_ORDERS": 100, "FIRST": 1_000, "SURE": 1}
    with (
        mock.patch.multiple("simulator.planning.level_search", **short),
        mock.patch.dict("simulator.planning.stock_levels._known"),
        mock.patch.dict("os.environ", {SETTING: "off"}),
    ):
        play(scenario)


CRIMES = {
    "a unit too many taken": (facts.Allocated, "units", 5.0),
    "a unit that never came": (facts.Received, "units", 5.0),
    "a return of what was never sold": (Returned, "units", 500.0),
    "more restocked than came back": (Restocked, "units", 5.0),
    "a cancellation out of nothing": (facts.Cancelled, "units", 50.0),
    "a lost sale out of nothing": (facts.Lost, "units", 50.0),
    "a delivery before its time": (facts.Delivered, "at", -5000.0),
    "work done before it began": (facts.Served, "ended", -5000.0),
    "a stage before the order came": (facts.Served, "queued", -5000.0),
    "an order on the supplier's side that is lost": (facts.Replenished, "units", 7.0),
    "a receipt of what was not ordered": (facts.Received, "placed", -0.5),
    "a receipt before its order": (facts.Received, "placed", 5000.0),
    "a plan out of thin air": (Replanned, "mean", 5000.0),
    "a time between two milliseconds": (facts.Backordered, "at", 1e-8),
    "a delivery to somebody else": (facts.Delivered, "order", 1),
}


@pytest.mark.parametrize("crime", CRIMES)
def test_the_audit_notices(crime):
    kind, column, change = CRIMES[crime]
    ledger = played(EVERYTHING)
    values = ledger.columns(kind)[column]
    values[len(values) // 2] += np.array(change).astype(values.dtype)
    with pytest.raises(AuditError):
        audit(ledger)


def test_a_shipment_that_arrives_twice_is_noticed():
    ledger = played(EVERYTHING)
    shipments = ledger.columns(facts.Delivered)["shipment"]
    shipments[1] = shipments[0]
    with pytest.raises(AuditError, match=r"delivered twice|another order"):
        audit(ledger)
