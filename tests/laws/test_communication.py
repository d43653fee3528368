"""Whatever customers are told, and whoever answers: what must hold with any numbers."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scenes import EVERYTHING, FULL, play, played
from scenes import order_desk as five_weeks

import simulator
from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.lifecycle.world import World
from simulator.mechanisms.communication import MECHANISM
from simulator.mechanisms.communication.facts import Answered, Contacted, GaveUp, SelfServed, Told
from simulator.replication.simulate import AuditError, audit
from simulator.scenario.communication import CONTACT_REASONS
from simulator.scenario.reading.load import parse

SECTION = """
communication:
  asking: {base: 0.05 per day, silent: {1 day: 0.2 per day}, near: {1 day: 0.2 per day}, late: {0 h: 0.5 per day}}
  channels:
    phone: {handling: {exponential: {mean: 20 min}}, patience: {exponential: {mean: 5 min}}, redial: 0.5, open: office}
    chat: {handling: 30 min, at_once: 2, patience: {exponential: {mean: 30 min}}}
  agents: {desk: {number: 1, calendar: office}}
"""
NOTIFY = [
    "{rule: silence}",
    "{rule: milestones, estimates: true, estimate_error: 12 h}",
    "{rule: delay_alerts, ahead: 1 day, detects: 0.9, false_alarms: 0.05}",
    "{rule: delay_alerts, ahead: 2 days, detects: 0.5, false_alarms: 0.5, estimate_error: 1 day}",
    "{rule: updates, interval: 1 day, estimate_error: 6 h}",
]
OWN = set(MECHANISM.facts)


def order_desk() -> str:
    """Everything at once, for two weeks."""
    return five_weeks().replace("horizon: 5 weeks, warm_up: 2 weeks", "horizon: 2 weeks, warm_up: 2 days")


def notified(text: str, notify: str, section: str = SECTION) -> str:
    """A scene with communication, and with the same news for everybody."""
    assert "      promise: {rule: fixed" in text
    return (
        text.replace("      promise: {rule: fixed", f"      notify: {notify}\n      promise: {{rule: fixed") + section
    )


def others(ledger: Ledger) -> dict[str, list[bytes]]:
    """All facts but those of communication."""
    return {
        kind.__name__: [column.tobytes() for column in ledger.columns(kind).values()]
        for kind in ledger.kinds
        if kind not in OWN
    }


def test_what_customers_are_told_changes_nothing_but_contacts():
    """With the same random numbers exactly the same orders are late, whatever is told; and customers do ask."""
    text = order_desk()
    silent, *told = [played(notified(text, notify)) for notify in (NOTIFY[0], *NOTIFY[2:])]
    alone = others(play(text))
    for ledger in (silent, *told):
        assert others(ledger) == alone
        assert len(ledger.of(Contacted)) > 100
    assert len({len(ledger.of(Contacted)) for ledger in (silent, *told)}) == len(NOTIFY) - 1
    assert len(silent.of(Told)) == 0


def test_every_customer_has_his_own_luck():
    """Who asks first without news asks at the same moment whatever others are told, or how many agents there are."""
    text = order_desk()
    few, many = (played(notified(text, NOTIFY[0], SECTION.replace("number: 1", f"number: {n}"))) for n in (1, 9))
    first = [dict(reversed([(each.order, each.at) for each in ledger.of(Contacted)])) for ledger in (few, many)]
    assert first[0] == first[1]
    assert len(few.of(GaveUp)) > len(many.of(GaveUp))


def test_who_complains_turns_to_the_company():
    """Another mechanism raises contacts without knowing who answers them."""
    ledger = play(notified(order_desk(), "{rule: silence}", SECTION.replace(", open: office", "")))
    reasons = [CONTACT_REASONS[each.reason] for each in ledger.of(Contacted) if not each.again]
    made = len(ledger.columns(next(kind for kind in ledger.kinds if kind.__name__ == "Complained"))["at"])
    assert reasons.count("complaint") == made > 5


@st.composite
def sections(draw: st.DrawFn) -> str:
    """A section with everything in it, drawn by lot."""
    number, at_once = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    calendar = draw(st.sampled_from(["", ", calendar: office"]))
    breaks = draw(st.sampled_from(["", ", breaks: {every: 90 min, length: 20 min}"]))
    rule = draw(st.sampled_from(["longest_idle", "priority", "skill", "shortest_target"]))
    alone, upset = draw(st.sampled_from([0, 0.5])), draw(st.sampled_from([0, 0.5, 1]))
    return f"""
communication:
  asking: {{late: {{0 h: 1 per day, 1 day: 2 per day}}, upset: {upset}, self_service: {alone}}}
  other_contacts: 30 per day
  channels:
    phone: {{patience: {{exponential: {{mean: 5 min}}}}, redial: 0.7, redial_after: {{exponential: {{mean: 10 min}}}}}}
    mail: {{handling: {{exponential: {{mean: 20 min}}}}, answer_within: 1 day, open: office}}
    chat: {{handling: 30 min, at_once: {at_once}, patience: 20 min, answer_within: 1 min}}
  agents:
    all_round: {{number: {number}{calendar}{breaks}}}
    mailers: {{number: 1, channels: [mail, chat], reasons: where_is_my_order{calendar}}}
  routing: {{rule: {rule}}}
"""


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
          phases=[Phase.generate])  # fmt: skip
@given(sections(), st.sampled_from(NOTIFY), st.booleans())
def test_every_contact_ends_in_one_way(section, notify, full):
    """The audit holds; of all contacts those answered, given up, looked up and still waiting are the whole."""
    ledger = play(notified(FULL, notify, section) if full else notified(order_desk(), notify, section))
    made, ended = ledger.columns(Contacted), [ledger.columns(kind) for kind in (Answered, GaveUp, SelfServed)]
    waits = np.setdiff1d(made["contact"], np.concatenate([each["contact"] for each in ended]))
    assert len(waits) + sum(len(each["contact"]) for each in ended) == len(made["contact"]) > 100


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda ledger: ledger.columns(GaveUp)["contact"].__setitem__(0, ledger.columns(Answered)["contact"][0]),
            "more",
        ),
        (lambda ledger: ledger.columns(Answered)["at"].__setitem__(3, 0.0), "before it was made"),
        (lambda ledger: ledger.columns(Contacted)["contact"].__setitem__(0, 7), "not numbered"),
        (lambda ledger: ledger.columns(Contacted)["channel"].__setitem__(0, -1), "self-served"),
        (lambda ledger: ledger.columns(Told)["at"].__setitem__(0, -1.0), "before it was placed"),
        (lambda ledger: ledger.columns(Answered)["until"].__setitem__(slice(None), 1e4), "more contacts in hand"),
        (lambda ledger: ledger.columns(Answered)["team"].__setitem__(0, -1), "answered by nobody"),
        (lambda ledger: ledger.columns(Answered)["at"].__setitem__(0, 3 * 24 + 22.0), "when it does not work"),
        (
            lambda ledger: ledger.columns(Contacted)["reason"].__setitem__(ledger.columns(Answered)["contact"] - 1, 3),
            "answered other by phone, of which it does not know",
        ),
    ],
)
def test_a_broken_law_is_told(change, said):
    text = EVERYTHING.replace("horizon: 12 weeks, warm_up: 2 weeks", "horizon: 1 week, warm_up: 1 day")
    section = SECTION.replace(
        "{desk: {number: 1, calendar: office}}",
        "{desk: {number: 1, calendar: office, reasons: [where_is_my_order, complaint, return]}, "
        "others: {number: 1, reasons: other}}",
    )
    ledger = played(notified(text, NOTIFY[1], section))
    change(ledger)
    with pytest.raises(AuditError, match=said):
        audit(ledger)


COUNTER = """
name: Counter
run: {start: 2026-01-05, horizon: 8 weeks, seed: 1}
market:
  segments:
    all: {demand: {rule: poisson, orders: 20 per day}, basket: {units: {poisson: {mean: 2, minimum: 1}}}}
products: {item: {price: 2, cost: 1}}
network:
  suppliers: {maker: {lead_time: {gamma: {mean: 5 days, cv: 0.5}}}}
  sites: {store: {stock: {item: {rule: min_max, minimum: 200, maximum: 400}}}}
service: {rules: [{promise: {rule: fixed, time: 1 day}, notify: {rule: delay_alerts}}]}
communication: {asking: {}}
"""


def test_orders_sold_in_passing_need_no_news(monkeypatch):
    """Orders that are served at once are sold without being built: nobody would have heard or asked of them."""
    quick = play(COUNTER)
    build = World.start_mechanisms

    def slowly(world):
        build(world)
        world.hooks.sells_in_passing = False

    monkeypatch.setattr(World, "start_mechanisms", slowly)
    slow = play(COUNTER)
    for kind in quick.kinds:
        for one, other in zip(quick.columns(kind).values(), slow.columns(kind).values(), strict=True):
            assert np.array_equal(one, other, equal_nan=True), kind
    assert len(quick.of(Contacted)) > 0
    assert len(quick.of(facts.Delivered)) > 10 * len(quick.of(Contacted))


def test_what_is_switched_off_costs_no_event():
    """A section that says nothing of customers who ask: not an event more than without one."""
    silent = EVERYTHING.replace("horizon: 12 weeks, warm_up: 2 weeks", "horizon: 1 week, warm_up: 1 day")
    assert simulator.simulate(parse(silent + "communication: {}\n")).events == simulator.simulate(parse(silent)).events
