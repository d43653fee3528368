"""The laws hold whatever the service policy, and the audit notices crimes against them."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenes import FULL, play, played

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.replication.simulate import AuditError, audit
from simulator.scenario.reading.load import parse, read_value
from simulator.scenario.scenario import Scenario

ALLOCATIONS = st.one_of(
    st.sampled_from(
        [{"rule": name} for name in ("first_come", "priority", "fair_share", "due_date", "margin", "smallest_first")]
    ),
    st.builds(
        lambda two, more: {"rule": "critical_level", "levels": {2: two, 3: two + more}},
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    st.builds(
        lambda days: {"rule": "critical_level", "levels": {2: 1}, "cover": {3: f"{days} days"}}, st.integers(0, 3)
    ),
)
HOURS = st.integers(0, 60).map(lambda hours: f"{hours} h")
SHARES = st.sampled_from([0.0, 0.2, 0.5, 1.0])
MIDDLE = st.one_of(
    st.builds(lambda part: {"rule": "substitute", "part": part}, st.booleans()),
    st.builds(
        lambda time, late, most: {"rule": "expedite", "time": time, "if_late_by": late, **most},
        HOURS,
        HOURS,
        st.sampled_from([{}, {"at_most": 0.2}]),
    ),
    st.builds(lambda keep, late: {"rule": "transship", "keep": keep, "if_late_by": late}, st.integers(0, 9), HOURS),
    st.builds(lambda days: {"rule": "cancel", "if_later_than": f"{days} days"}, st.integers(1, 5)),
)
LAST = st.one_of(
    st.sampled_from(
        [{"rule": rule, "ship": ship} for rule in ("backorder", "lost_sale", "cancel") for ship in ("units", "lines")]
    ),
    st.just({"rule": "backorder", "ship": "order"}),
    st.builds(
        lambda ship: {"rule": "customer_choice", "ship": ship, "elsewhere": 0.2, "substitute": 0.4, "wait": 0.4},
        st.sampled_from(["units", "lines"]),
    ),
)
CHAINS = st.builds(lambda middle, last: [*middle, last], st.lists(MIDDLE, max_size=3), LAST)
PROMISES = st.one_of(
    st.builds(lambda hours: {"rule": "fixed", "time": hours}, HOURS),
    st.just({"rule": "padded", "factor": 1.2}),
    st.builds(
        lambda by: {"rule": "quantile", "share": 0.9, "orders": 30, "start": "3 days", "by": by},
        st.sampled_from([[], ["channel"], ["segment", "site"]]),
    ),
    st.builds(
        lambda rule, hours: {"rule": rule, "cycle": hours},
        st.sampled_from(["available_to_promise", "capable_to_promise"]),
        HOURS,
    ),
)
ALTERNATIVES = st.fixed_dictionaries({}, optional=dict.fromkeys(["partial", "item", "site", "date"], SHARES))
STOCK = st.one_of(
    st.builds(
        lambda point, lot: {"rule": "reorder_point", "point": point, "quantity": lot},
        st.integers(0, 40),
        st.integers(1, 40),
    ),
    st.builds(lambda level: {"rule": "base_stock", "level": level}, st.integers(0, 60)),
    st.builds(
        lambda days, level: {"rule": "periodic", "every": f"{days} days", "level": level},
        st.integers(1, 6),
        st.integers(1, 90),
    ),
)
CONDITIONS = st.sampled_from(
    [
        {},
        {"segment": "key"},
        {"channel": "web"},
        {"sku_class": "A"},
        {"segment": "shop", "sku_class": ["B", "C"]},
        {"segment": "key", "sku_class": "A"},
        {"order_value": {"at_least": 60}},
        {"customer": "key 2"},
        {"segment": ["key", "standing"]},
    ]
)


def optional(**choices: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these, or not."""
    return st.fixed_dictionaries({}, optional=choices)


RESERVATIONS = st.builds(
    lambda allocate, hours, share: {"allocate": allocate, "release": hours, "cancelled": share},
    st.sampled_from(["hard", "soft"]),
    HOURS,
    st.sampled_from([0.0, 0.3]),
)
RULE = st.fixed_dictionaries(
    {"when": CONDITIONS},
    optional={
        "promise": PROMISES,
        "stockout": CHAINS,
        "priority": st.integers(1, 3),
        "expedite_limit": SHARES,
        "express": st.builds(lambda time, late: {"time": time, "if_late_by": late}, HOURS, HOURS),
        "alternatives": ALTERNATIVES,
        "returns": st.just({"rate": 0.2, "lag": "2 days", "part": 0.5}),
    },
)


@st.composite
def policies(draw: st.DrawFn) -> Scenario:
    """Any policy for the two sites: rules, responses in turn, promises, offers, overrides, allocation, reviews."""
    source = json.loads(json.dumps(read_value(FULL, "text"), default=str))
    source["run"] |= {"start": parse(FULL).run.start, "horizon": "2 weeks", "seed": draw(st.integers(0, 99))}
    for site in source["network"]["sites"].values():
        for sku in ("s1", "s2", "default"):
            supplier = draw(st.sampled_from(["importer", "workshop"]))
            site["stock"][sku] = {**draw(STOCK), "supplier": supplier, "opening": draw(st.integers(0, 60))}
    if draw(st.booleans()):
        source["network"]["sites"]["warehouse"]["stages"] = []  # a counter, where orders take no time
    if draw(st.booleans()):
        source["market"]["channels"]["account"] = {"protected": {"units": draw(st.integers(1, 9))}}
    for segment in source["market"]["segments"].values():
        segment |= draw(
            optional(
                waits=SHARES,
                patience=st.sampled_from(["1 h", "2 days"]),
                longest_wait=st.just({"exponential": {"mean": "3 days"}}),
                requested=st.just({"exponential": {"mean": "4 days"}}),
            )
        )
    drawn = draw(st.lists(RULE, max_size=3))
    rules = [{"name": f"rule {place}", **rule} for place, rule in enumerate(drawn)] + source["service"]["rules"]
    source["service"] = {
        "rules": rules,
        "allocation": draw(ALLOCATIONS),
        "stockout": draw(CHAINS),
        "overrides": draw(st.sampled_from([[], [{"rate": 0.2, "when": {"segment": "shop"}, "treated_as": "key"}]])),
        **draw(optional(repromise=st.builds(lambda slack: {"slack": slack}, HOURS), reservation=RESERVATIONS)),
    }
    if draw(st.booleans()):
        source["segmentation"] = {"products": {"rule": "abc", "by": "value", "review": "1 week"}}
    return Scenario.model_validate(source)


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(policies())
def test_the_laws_hold_whatever_the_policy(scenario):
    play(scenario)


HAPPENS = (
    facts.Substituted,
    facts.Expedited,
    facts.Transshipped,
    facts.TransferReceived,
    facts.ShippedExpress,
    facts.Offered,
    facts.Declined,
    facts.Sourced,
    facts.Promised,
    facts.Cancelled,
    facts.Lost,
)


@pytest.mark.parametrize("rule", ["first_come", "priority", "due_date", "smallest_first", "critical_level"])
def test_the_scene_has_everything(rule):
    """What the laws are about happens, or they would hold for nothing."""
    ledger = played(policy(rule))
    for kind in HAPPENS:
        assert len(next(iter(ledger.columns(kind).values()))) > 0, kind


def policy(rule: str) -> str:
    """The full scene with an allocation rule."""
    more = ", levels: {2: 4, 3: 8}" if rule == "critical_level" else ""
    return FULL.replace("allocation: {rule: priority}", f"allocation: {{rule: {rule}{more}}}")


def _swap_who_was_served(ledger: Ledger) -> None:
    """Whoever got the last unit of a receipt had to stand back for the last in the queue."""
    given, short = ledger.columns(facts.Allocated), ledger.columns(facts.Backordered)
    lines, orders = ledger.columns(facts.LineOrdered), ledger.columns(facts.Ordered)
    shelf = np.concatenate([[0], orders["site"][lines["order"] - 1] * 5 + lines["sku"]])
    began = np.full(len(shelf), np.inf)
    began[short["line"]] = short["at"]
    for row, (at, line) in enumerate(zip(given["at"].tolist(), given["line"].tolist(), strict=True)):
        later = (began > began[line]) & (began < at) & (shelf == shelf[line])
        served = np.isin(np.arange(len(shelf)), given["line"][given["at"] <= at])
        if began[line] < at and (later & ~served).any():
            given["line"][row] = int(np.flatnonzero(later & ~served)[-1])
            return
    raise AssertionError("nobody waits behind anybody")


def _send_back(ledger: Ledger) -> None:
    columns = ledger.columns(facts.TransferReceived)
    columns["at"][0] += 1


def _another_item(ledger: Ledger) -> None:
    ledger.columns(facts.Substituted)["shelf"][0] = (ledger.columns(facts.Substituted)["shelf"][0] + 5) % 10


def _earlier_promise(ledger: Ledger) -> None:
    promised = ledger.columns(facts.Promised)
    orders, counts = np.unique(promised["order"], return_counts=True)
    last = np.flatnonzero(promised["order"] == orders[counts > 1][0])[-1]
    promised["due"][last] = promised["at"][last]


def _promise_the_past(ledger: Ledger) -> None:
    ledger.columns(facts.Promised)["due"][0] = -1


def _accept_everything(ledger: Ledger) -> None:
    ledger.columns(facts.Offered)["accepted"][:] = 1


def _hurry_for_free(ledger: Ledger) -> None:
    ledger.columns(facts.Expedited)["units"][0] += 1


def _touch_what_is_kept(ledger: Ledger) -> None:
    """The run kept 4 units from the second class, the policy says that it is 7."""
    ledger.scenario = parse(policy("critical_level").replace("{2: 4", "{2: 7"))


CRIMES = {
    "another in the queue was served": ("first_come", _swap_who_was_served, "was served before line"),
    "a transfer that takes longer": ("priority", _send_back, "sent or received, but not both"),
    "another site's item": ("priority", _another_item, "no substitute"),
    "a promise taken back": ("priority", _earlier_promise, "earlier than before"),
    "a promise for the past": ("priority", _promise_the_past, "promised for the past"),
    "two offers accepted": ("priority", _accept_everything, "accepted more than one"),
    "an emergency supply that nobody ordered": ("priority", _hurry_for_free, "nothing was ordered"),
    "stock that was kept for others": ("critical_level", _touch_what_is_kept, "what is kept from it"),
}


@pytest.mark.parametrize("crime", CRIMES)
def test_the_audit_notices(crime):
    rule, commit, said = CRIMES[crime]
    ledger = played(policy(rule))
    commit(ledger)
    with pytest.raises(AuditError, match=said):
        audit(ledger)
