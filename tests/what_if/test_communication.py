"""Known outcomes of what customers are told, with the same orders and the same random numbers on both sides."""

from functools import cache

import numpy as np
import pytest
from truth.agreement import Metric, Played

import simulator
from simulator.engine.facts import Delivered
from simulator.scenario.scenario import Scenario

REPLICATIONS = 2
ALERTS, FALSE = "_delay_alerts", "_false_alarms"


@cache
def scenario(name: str, *changes: str) -> Scenario:
    return simulator.load(f"what_if/contacts{name}", ["run.horizon=10 weeks", *changes])


@cache
def played(name: str, *changes: str) -> Played:
    return Played(simulator.run(scenario(name, *changes), REPLICATIONS, workers=1), [])


def found(metric: Metric, name: str, *changes: str) -> np.ndarray:
    """A value for each replication."""
    return played(name, *changes)[metric]


def test_alerts_leave_lateness_as_it_is():
    """Exactly the same goods arrive at the same moments, whatever is told."""
    arrived = [
        simulator.simulate(scenario(name, "run.horizon=3 weeks", "run.warm_up=1 week")).columns(Delivered)["at"]
        for name in ("", ALERTS, FALSE)
    ]
    assert len(arrived[0]) > 500
    assert np.array_equal(arrived[0], arrived[1])
    assert np.array_equal(arrived[0], arrived[2])
    assert (found("on_time", "") == found("on_time", ALERTS)).all()
    assert ((found("on_time", "") > 0.8) & (found("on_time", "") < 0.95)).all()


def test_alerts_cut_contacts():
    """Each step helps: milestones by about a fifth, alerts by some 5 to 15 % more; and money falls with contacts."""
    silent, milestones, alerts = (found("contacts_per_order", name) for name in ("", "_milestones", ALERTS))
    assert milestones == pytest.approx(0.8 * silent, rel=0.12)
    assert ((0.8 * milestones < alerts) & (alerts < 0.97 * milestones)).all()
    assert (found("wismo_share", ALERTS) < found("wismo_share", "")).all()


@pytest.mark.long
def test_the_share_of_where_is_my_order_is_as_the_trade_tells():
    """18 % to 50 % of contacts ask where an order is, as vendors tell."""
    assert ((found("wismo_share", "") > 0.18) & (found("wismo_share", "") < 0.5)).all()


@pytest.mark.long
def test_false_alarms_undo_it():
    """Of those told of a delay fewer than half had one: contacts are more than with milestones alone; cost rises."""
    assert (found("alert_precision", ALERTS) > 0.85).all()
    assert (found("alert_precision", FALSE) < 0.5).all()
    assert found("alert_recall", FALSE) == pytest.approx(found("alert_recall", ALERTS), abs=0.02)
    assert (found("contacts_per_order", FALSE) > found("contacts_per_order", "_milestones")).all()
    cost = ("cost_to_serve", "activity", "contacts")
    assert (found(cost, FALSE) > found(cost, ALERTS)).all()


@pytest.mark.long
def test_late_news_helps_more_than_early_news():
    """One message for each order: "shipped" spares more questions than "confirmed", which comes before the silence."""
    early, late = (
        found("contacts_per_order", "_milestones", f"service.rules[0].notify.tell=[{told}]")
        for told in ("confirmed", "shipped")
    )
    assert (late < 0.92 * early).all()


@pytest.mark.long
def test_who_looks_it_up_does_not_call():
    """Half of the questions are answered by a page: the other half comes to the agents, at least."""
    some = found("contacts_per_order", "", "communication.asking.self_service=0.5")
    assert some == pytest.approx(0.5 * found("contacts_per_order", ""), rel=0.12)
    assert found("self_service_share", "", "communication.asking.self_service=0.5") == pytest.approx(0.5, abs=0.06)


@pytest.mark.long
def test_fewer_agents_make_more_contacts():
    """Who does not get through tries again: repeats and abandonment rise together, and answers come later."""
    busy = "communication.other_contacts=60 per day"
    for kpi in ("abandonment", "repeat_contacts", "average_speed_of_answer"):
        assert (found(kpi, "", busy, "communication.agents.desk.number=1") > found(kpi, "", busy)).all()


@pytest.mark.long
def test_calls_before_mail():
    """By the time within which a channel is to be answered, fewer callers give up than first come, first served, and
    mail waits longer. (The mean wait of calls that are answered says little: who would have waited longest gave up.)"""
    busy = ("communication.other_contacts=60 per day", "communication.agents.desk.number=1")
    first_come = (*busy, "communication.routing={rule: longest_idle}")
    gave_up, wait = (
        ("abandonment", "contact_channel", "phone"),
        ("average_speed_of_answer", "contact_channel", "mail"),
    )
    assert (found(gave_up, "", *busy) < 0.8 * found(gave_up, "", *first_come)).all()
    assert (found(wait, "", *busy) > found(wait, "", *first_come)).all()
