"""What a section on communication may say: every fault with its place, and what is odd though it can be played."""

import pickle

import pytest

from simulator.checks.conflicts import conflicts
from simulator.planning.effort import effort
from simulator.scenario.communication import CONTACT_REASONS, add_reason
from simulator.scenario.errors import ScenarioError, dotted
from simulator.scenario.reading.load import parse

BASE = """
name: Shop
run: {start: 2026-01-05, horizon: 2 weeks}
market:
  segments:
    all: {demand: {rule: poisson, orders: 1 per day}, basket: {units: 1}}
    key: {demand: {rule: poisson, orders: 1 per day}, basket: {units: 1}}
products: {parcel: {}}
network: {calendars: {office: {hours: "08:00-20:00"}}, sites: {office: {}}}
"""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("communication: {channels: {phone: {open: ofice}}}", "channels.phone.open: there is no calendar 'ofice'"),
        ("communication: {agents: {a: {number: 1, calendar: nights}}}", "agents.a.calendar: there is no calendar"),
        ("communication: {agents: {a: {number: 1, channels: fax}}}", "agents.a.channels: there is no contact channel"),
        ("communication: {agents: {a: {number: 1, reasons: complaints}}}", "did you mean 'complaint'"),
        (
            "communication: {agents: {a: {number: 1, reasons: other}}}",
            "by phone who knows about where_is_my_order, com",
        ),
        ("communication: {agents: {a: {number: 0}}}", "agents.a.number: must be 1 or more"),
        (
            "communication: {agents: {a: {number: 1, breaks: {every: 1 h, length: 2 h}}}}",
            "agents.a.breaks.length: a break must be shorter",
        ),
        ("communication: {channels: {phone: {share: 0}}}", "channels: one channel at least needs a share"),
        ("communication: {channels: {}}", "channels: must have 1 or more entries"),
        ("communication: {asking: {silent: {3: 1 per day}}}", "asking.silent"),
        (
            "communication: {asking: {silent: {24 h: 1 per day, 1 day: 2 per day}}}",
            "asking.silent: 24 h and 1 day are the same time, with a rate each: one of them is expected",
        ),
        (
            "communication: {channels: {phone: {patience: 0 h, redial: 1, redial_after: 0 h}}}",
            "channels.phone.redial: who gives up at once and tries again at once, for ever,",
        ),
        ("communication: {other_contacts: 5}", "other_contacts: a rate with its unit"),
        ("communication: {routing: {rule: random}}", "known: longest_idle, priority, shortest_target, skill"),
        ("communication: {}\ncosts: {contact: {fone: 5}}", "costs.contact.fone: there is no contact channel 'fone'"),
        ("service: {rules: [{answered_by: desk}]}", "rules[0].answered_by: there is no team of agents 'desk'"),
        (
            "communication: {agents: {a: {number: 1}, b: {number: 1, reasons: other}}}\n"
            "service: {rules: [{answered_by: b}]}",
            "service.rules[0].answered_by: nobody answers by phone who knows about where_is_my_order",
        ),
        (
            "service: {rules: [{notify: {rule: milestones, tell: [sent]}}]}",
            "known: confirmed, shipped, out_for_delivery",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(more, said):
    with pytest.raises(ScenarioError) as raised:
        parse(BASE + more)
    assert said in str(raised.value)


ALERTS = "notify: {rule: delay_alerts}"
PROMISE = "promise: {rule: fixed, time: 1 day}"


@pytest.mark.parametrize(
    ("more", "place", "said"),
    [
        (f"service: {{rules: [{{{PROMISE}, {ALERTS}}}]}}", "service.rules[0].notify", "nothing is told"),
        (
            f"communication: {{}}\nservice: {{rules: [{{when: {{segment: key}}, {PROMISE}}}, {{{ALERTS}}}]}}",
            "service.rules[1].notify",
            "no delay is seen of orders that nothing is promised to (all)",
        ),
        (
            "communication: {other_contacts: 24 per hour, agents: {team: {number: 2}},"
            " channels: {phone: {handling: 4 min}}}",
            "communication.agents",
            "",
        ),
        (
            "communication: {other_contacts: 24 per hour, agents: {team: {number: 2, calendar: office}},"
            " channels: {phone: {handling: 6 min}}}",
            "communication.agents",
            "2.4 times the work that agents can do by phone",
        ),
        (
            "communication: {other_contacts: 24 per hour,"
            " agents: {all: {number: 9}, mail: {number: 1, channels: mail}},"
            " channels: {phone: {patience: 3 min}, mail: {handling: 60 min}}}",
            "communication.agents",
            "1.2 times the work that agents can do by mail",
        ),
        (
            "communication: {other_contacts: 24 per hour, channels: {phone: {handling: 6 min, patience: 1 min}},"
            " agents: {team: {number: 1}}}",
            "communication.agents",
            "",
        ),
        ("costs: {contact: {fone: 5}}", "costs.contact", "this costs nothing"),
        ("communication: {asking: {}}\ncosts: {self_service: 1}", "costs.self_service", "asking.self_service"),
        ("communication: {asking: {}}\ncosts: {message: 1}", "costs.message", "`notify` in a rule"),
        ("communication: {asking: {}}\ncosts: {agent: 1}", "costs.agent", "it needs `communication.agents`"),
        ("communication: {asking: {}}\ncosts: {contact: 1}", "costs.contact", ""),
        (
            f"communication: {{asking: {{}}}}\nservice: {{rules: [{{{PROMISE}, {ALERTS}}}]}}",
            "market.segments.all",
            "all orders are those of one customer",
        ),
        (
            f"communication: {{asking: {{trust_lost: 0}}}}\nservice: {{rules: [{{{PROMISE}, {ALERTS}}}]}}",
            "market.segments.all",
            "",
        ),
    ],
)
def test_what_is_odd_is_told(more, place, said):
    """Twelve of 24 hours are worked: 24 contacts an hour of 6 minutes are 2.4 agents' work, and 1 works in the mean.

    Of mail come twelve hours an hour, and ten agents answer it. Who gives up makes no queue without end.
    """
    found = [(dotted(each.path), f"{each.message} ({each.hint})") for each in conflicts(parse(BASE + more))]
    told = [message for where, message in found if where == place]
    assert (said in told[0] and len(told) == 1) if said else not told


def test_many_channels_are_looked_at_in_no_time():
    """Not in every combination of thirty, of which there are a thousand million."""
    ways = ", ".join(f"way {number}: {{handling: 5 min}}" for number in range(30))
    more = f"communication: {{other_contacts: 24 per hour, channels: {{{ways}}}, agents: {{team: {{number: 1}}}}}}"
    assert any("2.0 times the work" in each.message for each in conflicts(parse(BASE + more)))


@pytest.mark.parametrize(
    "more",
    [
        "communication: {other_contacts: 1000000 per hour}",
        "communication: {asking: {base: 1000000000 per hour, self_service: 0.1}}",
        "communication: {asking: {}}\nservice: {rules: [{notify: {rule: updates, interval: 1 s}}]}",
        "communication: {agents: {team: {number: 10000, breaks: {every: 2 s, length: 1 s}}}}",
    ],
)
def test_a_flood_is_told_beforehand(more):
    text = BASE.replace("1 per day", "100 per hour").replace(
        "sites: {office: {}}", "sites: {office: {stages: [{stage: transit, time: 2 days}]}}"
    )
    assert effort(parse(text)).flood() == ""
    assert "events" in effort(parse(text + more)).flood()


def test_it_is_a_value():
    """The order of the steps, and defaults that are stated, change no hash; a pickle is the same scenario."""
    texts = [
        "communication: {asking: {late: {0 h: 1 per day, 2 days: 2 per day}}}",
        "communication: {asking: {late: {48 h: 2 per day, 0 h: 1 per day}, upset: 10 %}, other_contacts: 0}",
    ]
    first, second = (parse(BASE + text) for text in texts)
    assert first.hash == second.hash
    assert first.hash != parse(BASE + texts[0].replace("2 per day", "3 per day")).hash
    assert pickle.loads(pickle.dumps(first)) == first


def test_a_reason_of_ones_own():
    """A plugin makes a reason known before scenarios are read that name it."""
    add_reason("repair")
    try:
        add_reason("repair")
        scenario = parse(BASE + "communication: {agents: {a: {number: 1}, b: {number: 1, reasons: repair}}}")
        assert scenario.communication.agents["b"].answers("phone", "repair")
    finally:
        CONTACT_REASONS.remove("repair")
