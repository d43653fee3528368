"""The contact centre and what customers ask, against exact values.

Sources: Garnett, Mandelbaum & Reiman (2002), Designing a Call Center with Impatient Customers, for Erlang A; Gross,
Shortle, Thompson & Harris, Fundamentals of Queueing Theory, for Erlang C; the rest is a matter of counting.
"""

from collections.abc import Mapping

import numpy as np
import pytest
from truth.agreement import expect, play

from simulator.engine.facts import Ordered
from simulator.engine.ledger import Ledger
from simulator.measures.view import View
from simulator.mechanisms.communication.facts import Contacted, Told
from simulator.mechanisms.communication.kpis import contacts

SCENE = """
name: Truth
run: {{start: 2026-01-05, horizon: {horizon}, warm_up: {warm_up}, seed: {seed}}}
market: {{segments: {{all: {{demand: {{rule: poisson, orders: {orders}}}, basket: {{units: 1}}}}}}}}
products: {{parcel: {{}}}}
network: {{sites: {{office: {{stages: [{{stage: transit, time: {transit}}}]}}}}}}
service: {{rules: [{{promise: {{rule: fixed, time: 24 h}}{notify}}}]}}
communication: {communication}
"""


def scene(communication: str, **kw: object) -> str:
    """Contacts with hardly an order, or what else is wanted."""
    given = {"horizon": "32 h", "warm_up": "2 h", "orders": "1 per day", "transit": "1 h", "notify": ""} | kw
    return SCENE.format(communication=communication, **given)


def waits(ledger: Ledger) -> Mapping[str, float]:
    """Mean hours until contacts of the measured time were answered or given up."""
    found, run = contacts(View(ledger)), ledger.scenario.run
    return {"wait": float(np.nanmean(found.waited[found.at >= run.warm_up]))}


def test_n04_impatient_callers():
    """N04, Erlang A: 100 calls an hour, 10 agents who serve 12 each, patience of 2 minutes, all exponential."""
    text = scene(
        """
  other_contacts: 100 per hour
  channels: {phone: {handling: {exponential: {mean: 5 min}}, patience: {exponential: {mean: 2 min}}}}
  agents: {team: {number: 10}}""",
        seed=1204,
    )
    exact = {"delayed_contacts": 0.269577, "abandonment": 0.085105, "wait": 0.002837}
    served = 100 * (1 - 0.085105) / 12 / 10
    expect(play(text, 24, waits), exact | {"occupancy": served}, within=0.04)


def test_callers_who_wait_for_ever():
    """Erlang C: 24 calls an hour, three agents who serve 10 each: load 2.4; patience without end."""
    text = scene(
        """
  other_contacts: 24 per hour
  channels: {phone: {handling: {exponential: {mean: 6 min}}}}
  agents: {team: {number: 3}}""",
        seed=1205,
        horizon="110 h",
        warm_up="10 h",
    )
    hours = 0.10786516853932583
    exact = {"delayed_contacts": 0.6471910112359549, "average_speed_of_answer": hours * 3600, "occupancy": 0.8}
    expect(play(text, 24, waits), exact | {"wait": hours}, within=0.06)


@pytest.mark.long
def test_two_teams_with_two_channels_are_two_queues():
    """Mail and calls apart: one agent each at a load of 0.5 (M/M/1: waits of 3 and 6 minutes)."""
    text = scene(
        """
  other_contacts: 15 per hour
  channels: {phone: {share: 2, handling: {exponential: {mean: 3 min}}}, mail: {handling: {exponential: {mean: 6 min}}}}
  agents: {callers: {number: 1, channels: phone}, writers: {number: 1, channels: mail}}""",
        seed=1206,
        horizon="130 h",
        warm_up="10 h",
    )
    exact = {
        ("average_speed_of_answer", "contact_channel", name): wait for name, wait in (("phone", 180), ("mail", 360))
    }
    expect(play(text, 24), exact | {"occupancy": 0.5}, within=0.06)


@pytest.mark.long
def test_questions_at_a_constant_rate():
    """Orders are open for 50 h; at 0.012 an hour 0.6 questions come from each, a Poisson number: 54.9 % ask never."""
    asking = "{base: 0.012 per hour, silent: {}, near: {}, late: {}, upset: 0}"
    text = scene(
        f"{{asking: {asking}, channels: {{phone: {{handling: 0 h}}}}}}",
        seed=1207,
        horizon="300 h",
        warm_up="60 h",
        orders="2 per hour",
        transit="50 h",
    )

    def facts(ledger: Ledger) -> Mapping[str, float]:
        at = ledger.columns(Ordered)["at"]
        times = np.bincount(ledger.columns(Contacted)["order"], minlength=len(at) + 1)[1:][at < 250]
        return {"times": float(times.mean()), "never": float((times == 0).mean())}

    exact = {"times": 0.6, "never": 0.5488116360940264, "contacts_per_order": 0.6}
    expect(play(text, 20, facts), exact, within=0.03)


@pytest.mark.long
def test_who_tries_again_asks_the_same_question():
    """Half of the questions are looked up, however often the others try in vain to get through at night."""
    text = scene(
        """
  asking: {base: 0, silent: {}, near: {}, late: {0 h: 60 per hour}, upset: 0, self_service: 0.5}
  channels: {phone: {handling: 0 h, patience: 1 min, redial: 1, redial_after: 10 min}}
  agents: {team: {number: 1, calendar: office}}""",
        seed=1210,
        horizon="200 h",
        warm_up="0 h",
        orders="2 per hour",
        transit="25 h",
    ).replace("network: {", 'network: {calendars: {office: {hours: "08:00-16:00"}}, ')
    expect(play(text, 20), {"self_service_share": 0.5}, within=0.03)


@pytest.mark.long
def test_alerts_are_as_good_as_they_are_said_to_be():
    """One order in five takes 40 h, the others 20 h; promised are 24 h, and 6 h before it is known where they are.

    Of the late ones 80 % are told, of the others 10 %: of those told 2/3 were late.
    """
    transit = "{empirical: {values: {20 h: 4, 40 h: 1}}}"
    notify = ", notify: {rule: delay_alerts, ahead: 6 h, detects: 0.8, false_alarms: 0.1}"
    text = scene("{}", seed=1208, horizon="200 h", warm_up="0 h", orders="3 per hour", transit=transit, notify=notify)
    expect(play(text, 20), {"alert_recall": 0.8, "alert_precision": 2 / 3, "on_time": 0.8}, within=0.03)


@pytest.mark.long
def test_dates_are_wrong_by_as_much_as_they_are_said_to_be():
    """Goods are shipped at once and take 50 h; the date that is told has a normal error with 10 h as its deviation."""
    notify = ", notify: {rule: milestones, tell: [shipped], estimates: true, estimate_error: 10 h}"
    text = scene("{}", seed=1209, horizon="400 h", warm_up="0 h", orders="5 per hour", transit="50 h", notify=notify)

    def facts(ledger: Ledger) -> Mapping[str, float]:
        told = ledger.columns(Told)
        error = told["date"] - told["at"] - 50
        return {"mean square": float(np.mean(error**2)), "beyond": float(np.mean(np.abs(error) > 10))}

    expect(play(text, 20, facts), {"mean square": 100.0, "beyond": 0.31731050786291415}, within=0.02)
