"""Who hears what when, who asks when, and who answers, against timetables that a person traced.

Rates of a million an hour make a customer ask at once when they begin: the times are right to a second.
"""

from math import inf, nan

import pytest
from by_hand.timetable import shop

import simulator
from simulator.mechanisms.communication import informed, play
from simulator.mechanisms.communication.centre import Contact
from simulator.mechanisms.communication.facts import MESSAGES, Answered, Contacted, GaveUp, Rested, SelfServed, Told
from simulator.replication.measure import measure
from simulator.replication.simulate import audit, begin
from simulator.scenario.reading.load import parse

AT_ONCE = "1000000 per hour"
PROMISE = "{{rules: [{{promise: {{rule: fixed, time: 20 h}}{more}}}]}}"
SECOND = 1 / 3600


def story(folder, asking, notify="", transit="30 h", stages="", **kw):
    """The audited run of one order at 1 o'clock, promised for 21 o'clock: what is told, and when is asked."""
    more = f", notify: {notify}" if notify else ""
    stages = stages or f"stages: [{{stage: transit, time: {transit}}}], "
    rates = {"base": "0", "silent": "{}", "near": "{}", "late": "{}", "upset": "0"} | asking
    section = f"communication: {{asking: {{{', '.join(f'{key}: {value}' for key, value in rates.items())}}}}}"
    return shop(
        folder,
        {"all": kw.pop("orders", [(1, "mug", 1)])},
        PROMISE.format(more=more),
        stages=stages,
        stock="{default: {rule: reorder_point, point: 0, quantity: 8, opening: 8}}",
        more=f"{section}\n{kw.pop('costs', '')}",
        **kw,
    )


def after(hours):
    """From so many hours on (or before) the customer asks at once."""
    return f"{{{hours} h: {AT_ONCE}}}"


def asked(ledger):
    return [fact.at for fact in ledger.of(Contacted)]


def told(ledger):
    return [(fact.at, MESSAGES[fact.message], fact.date) for fact in ledger.of(Told)]


def near(times):
    return pytest.approx(times, abs=SECOND)


def test_who_hears_nothing_asks_and_asks_again(tmp_path):
    """Ordered at 1, here at 31. Nothing heard for 10 h: he asks at 11, and is told at 11:05; again at 21:05."""
    ledger = story(tmp_path, {"silent": after(10)})
    assert asked(ledger) == near([11.0, 21 + 5 / 60])
    assert [fact.until - fact.at for fact in ledger.of(Answered)] == pytest.approx([5 / 60] * 2)


def test_news_ends_silence(tmp_path):
    """News at 1 (confirmed, shipped) and at 23 (out for delivery, 8 h before 31): silence of 25 h never comes.

    With silence of 15 h: 16 and 16:05, told at 16:05, then out for delivery at 23, and here at 31.
    """
    ledger = story(tmp_path, {"silent": after(25)}, "{rule: milestones}")
    assert asked(ledger) == []
    assert [each[:2] for each in told(ledger)] == [(1, "confirmed"), (1, "shipped"), (23, "out_for_delivery")]
    ledger = story(tmp_path, {"silent": after(15)}, "{rule: milestones}")
    assert asked(ledger) == near([16.0])


def test_who_waits_in_vain_asks_once_and_knows_then(tmp_path):
    """Promised for 21, here at 31: he asks at 21, is told of 31 at 21:05, and waits."""
    assert asked(story(tmp_path, {"late": after(0)})) == near([21.0])
    assert asked(story(tmp_path, {"late": after(9)})) == near([30.0])
    assert asked(story(tmp_path, {"late": after(9)}, transit="19 h")) == []


def test_the_promised_date_draws_near(tmp_path):
    """Promised for 21, here at 31: he asks at 17 and is told of 31; as that draws near, at 27, he asks again.

    Where it will be here at 21, news at 17 keeps him from asking, news at 16:30 does not.
    """
    assert asked(story(tmp_path, {"near": after(4)})) == near([17.0, 27.0])
    for before, times in (("4 h", []), ("270 min", [17.0])):
        notify = f"{{rule: milestones, tell: [out_for_delivery], out_before: {before}}}"
        assert asked(story(tmp_path, {"near": after(4)}, notify, transit="20 h")) == near(times)


def test_a_delay_that_is_told_in_time_is_not_asked_about(tmp_path):
    """Promised for 21, here at 31, looked at 5 h before: at 16 he is told of 31, and does not ask at 21."""
    alerts = "{rule: delay_alerts, tell: [], ahead: 5 h, detects: 1, false_alarms: 0}"
    ledger = story(tmp_path, {"late": after(0)}, alerts)
    assert (asked(ledger), told(ledger)) == ([], [(16, "delayed", 31)])
    ledger = story(tmp_path, {"late": after(0)}, alerts.replace("detects: 1", "detects: 0"))
    assert (asked(ledger), told(ledger)) == (near([21.0]), [])


def test_a_false_alarm_makes_work(tmp_path):
    """Promised for 21, here at 11, looked at 15 h before: at 6 he is told of a day later, is upset and asks at once."""
    alerts = "{rule: delay_alerts, tell: [], ahead: 15 h, detects: 1, false_alarms: 1}"
    ledger = story(tmp_path, {"upset": "1"}, alerts, transit="10 h")
    assert (asked(ledger), told(ledger)) == ([6.0], [(6, "delayed", 45)])


TWICE = """
name: Twice
run: {{start: 2026-01-05, horizon: 80 h}}
market:
  segments: {{all: {{demand: {{rule: scheduled, every: 40 h, first: 1 h}}, basket: {{units: 1}}, customers: 1}}}}
products: {{mug: {{}}}}
network: {{sites: {{shop: {{stages: [{{stage: transit, time: 10 h}}]}}}}}}
service:
  rules:
    - promise: {{rule: fixed, time: 20 h}}
      notify: {{rule: delay_alerts, tell: [], ahead: 15 h, detects: 1, false_alarms: 1}}
communication: {{asking: {{trust_lost: {lost}}}}}
"""


def test_who_was_told_wrongly_does_not_believe_the_next_alert():
    """The same customer orders at 1 and 41, promised for 21 and 61, here at 11 and 51; both alerts are false, at 6 and
    46. Having lost all trust he does not believe the second, or keeps it and does."""
    for lost, believed in ((1, [1, 0]), (0, [1, 1])):
        ledger = simulator.simulate(parse(TWICE.format(lost=lost)))
        audit(ledger)
        assert [(fact.at, fact.date) for fact in ledger.of(Told)] == [(6, 45), (46, 85)]
        assert [fact.believed for fact in ledger.of(Told)] == believed


def test_contacts_are_those_of_the_measured_time():
    """Orders at 1 and 41, promised for 21 and 61, here at 51 and 91; measured is from 10 to 80. He asks about the first
    at 21 and about the second at 61: two contacts, and one order was placed in that time. Not one contact: those about
    orders placed before stand for those that the last orders have yet to bring."""
    text = TWICE.replace("horizon: 80 h", "horizon: 80 h, warm_up: 10 h").replace("time: 10 h", "time: 50 h")
    rates = "{{base: 0, silent: {{}}, near: {{}}, late: " + f"{{{after(0)}}}, upset: 0}}}}"
    text = text.replace("rule: delay_alerts, tell: [], ahead: 15 h, detects: 1, false_alarms: 1", "rule: silence")
    ledger = simulator.simulate(parse(text.replace("{{trust_lost: {lost}}}", rates).format()))
    assert asked(ledger) == near([21, 61])
    assert measure(ledger).values["contacts_per_order"][""][0] == 2


def test_who_orders_without_a_name_remembers_nothing(tmp_path):
    """The same two orders in a history without customers: nobody knows whether it is the same guest, who believes."""
    alerts = "{rule: delay_alerts, tell: [], ahead: 15 h, detects: 1, false_alarms: 1}"
    ledger = story(tmp_path, {"trust_lost": "1"}, alerts, transit="10 h", orders=[(1, "mug", 1), (41, "mug", 1)])
    assert [fact.believed for fact in ledger.of(Told)] == [1, 1]


def test_who_is_told_of_a_delay_and_of_no_date_is_upset(tmp_path, monkeypatch):
    """Nobody knows when the goods will be here: at 16 he is told of a delay without a date, is upset, and asks."""
    for module in (play, informed):
        monkeypatch.setattr(module, "expected", lambda world, state: inf)
    alerts = "{rule: delay_alerts, tell: [], ahead: 5 h, detects: 1, false_alarms: 0}"
    ledger = story(tmp_path, {"upset": "1"}, alerts)
    assert told(ledger)[0] == (16, "delayed", pytest.approx(nan, nan_ok=True))
    assert asked(ledger)[0] == 16


def test_a_later_date_in_any_news_tells_of_the_delay(tmp_path):
    """Promised for 21, here at 31; out for delivery at 19 says 31. The look at 16 sees nothing, and there is no alert:
    he knows of the delay all the same, in time. Where it is out for delivery at 23, he does not."""
    for before, known in (("12 h", 1.0), ("8 h", 0.0)):
        alerts = f"{{rule: delay_alerts, tell: [out_for_delivery], out_before: {before}, ahead: 5 h, detects: 0}}"
        found = measure(story(tmp_path, {}, alerts)).values
        assert found["alert_recall"][""][0] == known
        assert found["alert_precision"][""][0] != found["alert_precision"][""][0]  # of no alert


def test_answers_that_take_no_time_do_not_stop_the_clock(tmp_path):
    """He asks as often as he can for the second that the goods are under way: once in a millisecond at most."""
    more = {"base": "1000000000 per hour", "self_service": "1"}
    assert 900 < len(story(tmp_path, more, transit="1 s").of(SelfServed)) <= 1000


def test_updates_come_whatever_happens(tmp_path):
    """Every 10 h from order entry at 1 until it is here at 31: at 11 and 21, both times with 31 as the date."""
    updates = "{rule: updates, tell: [], interval: 10 h}"
    ledger = story(tmp_path, {"late": after(0), "silent": after(12)}, updates)
    assert (asked(ledger), told(ledger)) == ([], [(11, "update", 31), (21, "update", 31)])


def test_who_looks_it_up_needs_no_agent(tmp_path):
    """He would ask at 11 and 21: the answer is found at once, so that the second silence ends at 21."""
    ledger = story(tmp_path, {"silent": after(10), "self_service": "1"})
    assert asked(ledger) == near([11.0, 21.0])
    assert len(ledger.of(SelfServed)) == 2
    assert len(ledger.of(Answered)) == 0
    found = {name: values[""][0] for name, values in measure(ledger).values.items()}
    assert (found["self_service_share"], found["contacts_per_order"]) == (1.0, 0.0)


def centre(folder, calls, section, **kw):
    """The audited run of orders so many minutes after 1 o'clock by segment; all come at 41 o'clock or later, and each
    is asked about when it was promised for: so many minutes after 21 o'clock."""
    orders = {
        segment: [(1 + minute / 60, "mug", 1) for minute in several]
        for segment, several in (calls.items() if isinstance(calls, dict) else [("all", calls)])
    }
    asking = f"asking: {{base: 0, silent: {{}}, near: {{}}, late: {after(0)}, upset: 0}}"
    return shop(
        folder,
        orders,
        kw.pop("policy", PROMISE).format(more=""),
        stages="stages: [{stage: transit, time: 40 h}], ",
        stock="{default: {rule: reorder_point, point: 0, quantity: 8, opening: 8}}",
        **{"more": f"communication: {{{asking}, {section}}}\n{kw.pop('costs', '')}"} | kw,
    )


def happened(ledger, kind, field="at"):
    """Minutes after 21 o'clock at which something happened, by contact."""
    return [(getattr(fact, field) - 21) * 60 for fact in ledger.of(kind)]


def minutes(times):
    """Right to a second."""
    return pytest.approx(times, abs=1 / 60)


PHONE = "channels: {phone: {handling: 4 min, patience: 3 min, redial: 1, redial_after: 6 min, answer_within: 1 min}}"
ONE_AGENT = "agents: {team: {number: 1}}"


def test_one_agent_and_three_who_call(tmp_path):
    """Calls at 0, 2 and 4 minutes, each of 4 minutes; the third gives up at 7, and gets through at 13."""
    ledger = centre(tmp_path, [0, 2, 4], f"{PHONE}, {ONE_AGENT}")
    assert happened(ledger, Contacted) == minutes([0, 2, 4, 13])
    assert happened(ledger, Answered) == minutes([0, 4, 13])
    assert happened(ledger, Answered, "until") == minutes([4, 8, 17])
    assert happened(ledger, GaveUp) == minutes([7])
    assert [(fact.contact, fact.order) for fact in ledger.of(Answered)] == [(1, 1), (2, 2), (4, 3)]


def test_what_is_measured_of_them(tmp_path):
    """Four calls about three orders: two of four in time, waits of 0, 2 and 0 minutes, one given up, one a repeat.

    The agent is busy for 12 minutes of 100 hours. Each answered call costs 5, an hour of the agent 20.
    """
    ledger = centre(tmp_path, [0, 2, 4], f"{PHONE}, {ONE_AGENT}", costs="costs: {contact: {phone: 5}, agent: 20}")
    found = measure(ledger)
    exact = {
        "contacts_per_order": 4 / 3,
        "wismo_share": 1.0,
        "repeat_contacts": 0.25,
        "self_service_share": 0.0,
        "contact_service_level": 0.5,
        "average_speed_of_answer": 40.0,
        "abandonment": 0.25,
        "delayed_contacts": 0.5,
        "occupancy": 0.002,
    }
    assert {name: found.values[name][""][0] for name in exact} == pytest.approx(exact, rel=1e-3)
    assert found.values["contacts_per_order"]["contact_channel"] == pytest.approx([4 / 3])
    assert found.values["contacts_per_order"]["contact_reason"] == pytest.approx([4 / 3, 0, 0, 0, 0])
    week = 100 / 168
    by_activity = dict(zip(found.labels("activity"), found.values["cost_to_serve"]["activity"], strict=True))
    assert by_activity["contacts"] * week == pytest.approx(15)
    assert by_activity["contact_staff"] * week == pytest.approx(2000)
    assert found.values["cost_to_serve"]["segment"] * week == pytest.approx([2015])


def test_the_most_urgent_customer_is_answered_first(tmp_path):
    """The agent is busy from 0 to 5; of those who call at 1 and 2, the key customer at 2 comes first by priority."""
    for rule, answered in (("longest_idle", [1, 2, 3]), ("priority", [1, 3, 2])):
        section = f"channels: {{phone: {{handling: 5 min}}}}, {ONE_AGENT}, routing: {{rule: {rule}}}"
        calls = {"all": [0, 1], "key": [2]}
        ledger = centre(tmp_path, calls, section, all=", priority: 2", key=", priority: 1")
        assert [fact.contact for fact in ledger.of(Answered)] == answered


def test_all_rounders_stay_free_for_what_others_cannot(tmp_path):
    """Both agents can answer the first call; the specialist takes it where skill decides, else the first in the list,
    who has been idle as long."""
    teams = "agents: {all_round: {number: 1}, specialist: {number: 1, reasons: [where_is_my_order]}}"
    for rule, team in (("longest_idle", 0), ("skill", 1)):
        ledger = centre(tmp_path, [0], f"{teams}, routing: {{rule: {rule}}}")
        assert [fact.team for fact in ledger.of(Answered)] == [team]


def test_an_agent_handles_two_chats_at_once(tmp_path):
    """Chats at 0, 1, 2 and 3, of 5 minutes each, two at once: the others begin at 5 and 6.

    It is 10 minutes' work."""
    ledger = centre(tmp_path, [0, 1, 2, 3], f"channels: {{chat: {{handling: 5 min, at_once: 2}}}}, {ONE_AGENT}")
    assert happened(ledger, Answered) == minutes([0, 1, 5, 6])
    assert measure(ledger).values["occupancy"][""][0] == pytest.approx(10 / 6000)


MIXED = """
name: Mixed
run: {start: 2026-01-05, horizon: 24 h}
market: {segments: {all: {demand: {rule: scheduled, every: 1 day, first: 23 h}, basket: {units: 1}}}}
products: {mug: {}}
network: {calendars: {office: {hours: "01:00-20:00"}}, sites: {shop: {}}}
communication: {channels: {chat: {at_once: 2}, phone: {}}, agents: {team: {number: 1, calendar: office}}}
"""


def contacts_at(times, agents=1):
    """Contacts of 5 minutes, by channel (0 is chat) and minutes after 1 o'clock: what agents have in hand then, and
    minutes after which each is answered."""
    world = begin(parse(MIXED.replace("number: 1", f"number: {agents}")))
    centre = world.mechanisms["communication"].switchboard.centre
    for number, (channel, minute) in enumerate(times, 1):
        contact = Contact(None, (channel, 0, 0), False, lambda contact, answered: None)
        contact.number, contact.handling = number, 5 / 60
        world.clock.call(1 + minute / 60, lambda event: centre.take(event.value), contact)
    world.clock.run(until=1 + 1e-6)
    busy = [agent.busy for agent in centre.teams[0].agents]
    world.clock.run(until=24)
    world.finish()
    world.ledger.close(0, world.ledger.rows())
    return busy, [(fact.contact, round((fact.at - 1) * 60, 1)) for fact in world.ledger.of(Answered)]


def test_a_call_does_not_wait_for_as_long_as_there_are_chats():
    """Chats at 0, 1, 3 and 7, two at once, and a call at 2. The agent could take the chat of 3 at 5, but the call came
    first: it is answered at 6, when both chats are over, and the chats after it at 11."""
    _, answered = contacts_at([(0, 0), (0, 1), (1, 2), (0, 3), (0, 7)])
    assert answered == [(1, 0), (2, 1), (3, 6), (4, 11), (5, 11)]


def test_agents_share_what_waits_in_the_morning():
    """Two chats wait when the office opens at 1: each of two agents takes one, though one could handle both."""
    busy, answered = contacts_at([(0, -30), (0, -20)], agents=2)
    assert (busy, answered) == ([1, 1], [(1, 0), (2, 0)])


def test_who_still_waits_counts(tmp_path):
    """The agent takes the call of 21:00 and has not ended it by 100 o'clock; the call of 22:00 waits for 78 hours."""
    found = measure(centre(tmp_path, [0, 60], f"channels: {{phone: {{handling: 200 h}}}}, {ONE_AGENT}")).values
    assert found["unanswered_contacts"][""][0] == 0.5
    assert found["average_speed_of_answer"][""][0] == pytest.approx(39 * 3600, abs=1)


OFFICE = '{lead_time: 20 h}}\n  calendars: {office: {hours: "08:00-21:03"}'


def test_what_comes_out_of_hours_waits_for_the_morning(tmp_path):
    """The office closes at 21:03. The call of 21:00 is finished at 21:05; mail of 21:04 is answered at 8. A caller with
    patience gives up every three minutes, and is among those who wait when it opens."""
    team = "agents: {team: {number: 1, calendar: office}}"
    morning = 11 * 60
    for channel in ("mail: {handling: 5 min}", "phone: {handling: 5 min, patience: 3 min}"):
        ledger = centre(tmp_path, [0, 4], f"channels: {{{channel}}}, {team}", supplier=OFFICE)
        assert happened(ledger, Contacted)[:2] == minutes([0, 4])
        assert happened(ledger, Answered) == minutes([0, morning])
    assert len(ledger.of(GaveUp)) == pytest.approx((morning - 4) / 3, abs=1)


def test_who_cannot_call_today_calls_at_some_time_tomorrow(tmp_path):
    """The lines close at 21:03 and open at 8: whoever would have called at 21:04 calls in between, and gets through,
    unless the goods have come meanwhile."""
    phone = "channels: {phone: {patience: 3 min, open: office}}, agents: {team: {number: 1, calendar: office}}"
    ledger = centre(tmp_path, [0, 4], phone, supplier=OFFICE)
    first, *later = happened(ledger, Contacted)
    assert first == minutes(0)
    assert all(11 * 60 < at < 24 * 60 for at in later)
    assert len(ledger.of(Answered)) == len(ledger.of(Contacted)) <= 2


BREAKS = """
name: Breaks
run: {start: 2026-01-05, horizon: 24 h}
market: {segments: {all: {demand: {rule: scheduled, every: 1 day, first: 23 h}, basket: {units: 1}}}}
products: {mug: {}}
network: {calendars: {office: {hours: "08:00-14:05"}}, sites: {shop: {}}}
communication: {agents: {team: {number: 2, calendar: office, breaks: {every: 2 h, length: 15 min}}}}
"""


def test_agents_take_their_breaks_in_turn():
    """Two agents from 8 to 14:05: one rests at 9, 11 and 13, the other at 10, 12 and 14, until it is closed."""
    ledger = simulator.simulate(parse(BREAKS))
    audit(ledger)
    assert [(fact.at, fact.until) for fact in ledger.of(Rested)] == [(at, at + 0.25) for at in (9, 10, 11, 12, 13)] + [
        (14, pytest.approx(14 + 5 / 60))
    ]


def test_a_desk_for_key_accounts(tmp_path):
    """Contacts of two segments at once: those of key accounts go to their own desk by the rules of the service policy,
    though the other one is free; a second one of theirs waits there."""
    teams = "channels: {phone: {handling: 5 min}}, agents: {everybody: {number: 1}, key_desk: {number: 1}}"
    rule = "{{rules: [{{when: {{segment: key}}, answered_by: key_desk}}, {{promise: {{rule: fixed, time: 20 h}}}}]}}"
    ledger = centre(tmp_path, {"key": [0, 1]}, teams, policy=rule)
    assert [fact.team for fact in ledger.of(Answered)] == [1, 1]
    assert happened(ledger, Answered) == minutes([0, 5])


def test_a_break_waits_until_a_contact_is_over(tmp_path):
    """A break is due at 21:01, and the call of 21:00 lasts until 21:05: the agent rests until 21:20, and only then
    answers the call of 21:02."""
    team = (
        "channels: {phone: {handling: 5 min}}, agents: {team: {number: 1, breaks: {every: 1261 min, length: 15 min}}}"
    )
    ledger = centre(tmp_path, [0, 2], team)
    assert happened(ledger, Rested)[:1] == minutes([5])
    assert happened(ledger, Answered) == minutes([0, 20])
