"""The laws hold on the wholesaler's 200 SKUs with every mechanism at work at once, whatever rules and numbers."""

import json

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scenes import play

import simulator
from simulator.engine import facts
from simulator.mechanisms.communication.facts import Contacted, GaveUp
from simulator.mechanisms.contracts.facts import Pushed, Settled
from simulator.mechanisms.entry_errors.facts import Erred
from simulator.mechanisms.goodwill.facts import CustomerLeft, MetElsewhere
from simulator.mechanisms.reservations.facts import Withdrawn
from simulator.mechanisms.returns.facts import Returned
from simulator.mechanisms.satisfaction.facts import Replied
from simulator.mechanisms.segmentation.facts import SkuReclassified
from simulator.scenario.scenario import Scenario

WHOLE = simulator.load("full_service")
ALLOCATION = st.sampled_from(
    [
        {"rule": "first_come"},
        {"rule": "priority"},
        {"rule": "due_date"},
        {"rule": "margin"},
        {"rule": "smallest_first"},
        {"rule": "fair_share"},
        {"rule": "critical_level", "cover": {2: "12 h", 3: "2 days"}},
        {"rule": "critical_level", "levels": {2: 20, 3: 60}},
    ]
)
PROMISES = st.sampled_from(
    [
        {"rule": "fixed", "time": "3 days"},
        {"rule": "padded", "factor": 1.5, "cut": 0.2},
        {"rule": "quantile", "share": 0.8, "orders": 60, "by": ["channel"], "start": "4 days"},
        {"rule": "available_to_promise", "cycle": "3 days"},
        {"rule": "capable_to_promise", "cycle": "2 days"},
    ]
)
STEPS = [
    {"rule": "substitute", "part": True},
    {"rule": "transship", "keep": 1},
    {"rule": "expedite", "time": "2 days", "if_late_by": "1 day"},
    {"rule": "cancel", "if_later_than": "3 weeks"},
]
ENDS = [
    {"rule": "backorder", "ship": "units"},
    {"rule": "backorder", "ship": "lines"},
    {"rule": "backorder", "ship": "order"},
    {"rule": "lost_sale"},
    {"rule": "customer_choice", "elsewhere": 0.2, "substitute": 0.4, "wait": 0.4},
]
CHAINS = st.builds(
    lambda steps, end: [*steps, end], st.lists(st.sampled_from(STEPS), max_size=3), st.sampled_from(ENDS)
)


COMMUNICATION = {
    "asking": {},
    "other_contacts": "10 per day",
    "channels": {"phone": {"patience": "3 min", "redial": 0.5}, "mail": {}},
    "agents": {"desk": {"number": 1, "calendar": "office"}},
}


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """The full service with stock that is too short, and a policy drawn by lot."""
    source = json.loads(json.dumps(WHOLE.source, default=str))
    source["run"] = {
        "start": WHOLE.run.start,
        "horizon": "26 days",
        "warm_up": "5 days",
        "seed": draw(st.integers(0, 99)),
    }
    warehouse, service = source["network"]["sites"]["warehouse"], source["service"]
    warehouse["stock"]["default"] = {"rule": "reorder_point", "point": draw(st.integers(40, 200)), "quantity": 150}
    source["network"]["suppliers"]["supplier"] = {"lead_time": {"gamma": {"mean": "4 days", "cv": 0.5}}}
    source["segmentation"]["products"]["review"] = source["segmentation"]["customers"]["review"] = "2 weeks"
    for rule in service["rules"]:
        if "promise" in rule:
            rule["promise"] = draw(PROMISES)
        if "stockout" in rule:
            rule["stockout"] = draw(CHAINS)
    service["allocation"] = draw(ALLOCATION)
    service["reservation"] = {
        "allocate": draw(st.sampled_from(["hard", "soft"])),
        "release": "3 days",
        "cancelled": 0.2,
    }
    service["overrides"][0]["rate"] = draw(st.sampled_from([0, 0.3]))
    contract = next(iter(service["contracts"].values()))
    contract |= {
        "period": "1 week",
        "alert": {"before": "3 days"},
        "metric": draw(st.sampled_from(["otif", "on_time"])),
    }
    source["communication"] = COMMUNICATION
    source["goodwill"] = {"default": {"share": 0.9, "leaves_below": 0.85, "elasticity": 2}}
    source["satisfaction"] = {"adapts": 0.1, "survey": {}}
    told = ("silence", "milestones", "delay_alerts")[source["run"]["seed"] % 3]
    service["rules"][-1]["notify"] = {"rule": told}
    record = source["market"]["channels"]["web_guest"]["record"]
    record["oversold"] = draw(st.sampled_from(["cancel", "recover"]))
    return Scenario.model_validate(source)


SEEN = dict.fromkeys(
    (
        facts.Promised,
        facts.Backordered,
        facts.Substituted,
        facts.Transshipped,
        facts.Expedited,
        Erred,
        facts.Held,
        Settled,
        Pushed,
        SkuReclassified,
        Withdrawn,
        Returned,
        Contacted,
        GaveUp,
        MetElsewhere,
        CustomerLeft,
        Replied,
        facts.Cancelled,
        facts.Lost,
    ),
    0,
)


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
          phases=[Phase.generate])  # fmt: skip  # a case of this size is not made smaller in any useful time
@given(scenarios())
def _whatever_the_policy(scenario):
    ledger = play(scenario)
    for kind in SEEN:
        SEEN[kind] += len(next(iter(ledger.columns(kind).values())))
    assert np.isfinite(ledger.closing["on_hand"]).all()


def test_the_laws_hold_with_every_mechanism_at_work():
    _whatever_the_policy()
    assert [kind.__name__ for kind, count in SEEN.items() if not count] == []  # each of them did happen
