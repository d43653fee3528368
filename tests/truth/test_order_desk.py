"""The order desk against queueing theory: priorities, limited places, patience, and how many clerks are enough."""

from collections.abc import Mapping

import numpy as np
import pytest
from truth.agreement import expect, play
from truth.systems import queue

from simulator.engine.facts import Abandoned, Ordered, Served
from simulator.engine.ledger import Ledger
from simulator.textbook.queues import markovian_queue

PRIORITIES = """
name: Two classes of orders, one clerk
run: {start: 2026-01-05, horizon: 1100 h, warm_up: 100 h, seed: 1010}
market:
  segments:
    urgent: {demand: {rule: poisson, orders: 2 per hour}, basket: {units: 1}, priority: 1}
    ordinary: {demand: {rule: poisson, orders: 5 per hour}, basket: {units: 1}, priority: 2}
products: {item: {}}
network: {sites: {office: {stages: [{stage: entry, staff: 1, time: {exponential: {mean: 6 min}}}]}}}
"""


def test_q10_the_urgent_first():
    """Q10 (Cobham; Gross et al. 3.4): urgent orders 2/h, ordinary ones 5/h, one clerk, exponential times of 6 minutes.

    Who is in work is not interrupted; priorities move waiting from one class to the other, not its mean.
    """
    expect(
        play(PRIORITIES, 30),
        {
            ("queue_time", "segment", "urgent"): 0.0875,
            ("queue_time", "segment", "ordinary"): 0.2916666666666666,
            "queue_time": 0.2333333333333333,
        },
        within=0.03,
    )


def test_q14_a_full_desk_turns_orders_away():
    """Q14, M/M/2/5 (Gross et al. 2.5): orders 9/h, two clerks, exponential times of 15 minutes, five places in all."""

    def facts(ledger: Ledger) -> Mapping[str, float]:
        served, run = ledger.columns(Served), ledger.scenario.run
        left = np.nan_to_num(served["ended"], nan=np.inf)
        inside = np.clip(left, run.warm_up, run.horizon) - np.clip(served["queued"], run.warm_up, run.horizon)
        came = served["queued"] >= run.warm_up
        span = run.horizon - run.warm_up
        return {"in_system": float(inside.sum()) / span, "accepted": float(came.sum()) / span}

    stages = "[{stage: entry, staff: 2, places: 5, time: {exponential: {mean: 15 min}}}]"
    text = queue(seed=1014, horizon="520 h", warm_up="20 h", orders="9 per hour", stages=stages)
    expect(
        play(text, 30, facts),
        {
            "abandoned_orders": 0.23347554297327539,
            ("abandoned_orders", "stage", "entry"): 0.23347554297327539,
            "accepted": 6.898720113240522,
            "in_system": 3.0246487922724414,
            "queue_time": 0.18843622333182025,
            "stage_time": 0.4384362233318202,
        },
    )


def test_q25_customers_who_do_not_wait_for_ever():
    """Q25, Erlang A (Garnett et al. 2002): calls 20/h, four agents, exponential times of 15, patience of 30 minutes."""

    def facts(ledger: Ledger) -> Mapping[str, float]:
        served, gone = ledger.columns(Served), ledger.columns(Abandoned)
        begun = ~np.isnan(served["started"])
        waits = np.concatenate([(served["started"] - served["queued"])[begun], gone["at"] - gone["queued"]])
        return {"wait of all": float(waits.mean()), "waited": float(np.mean(waits > 0))}

    stages = """[{stage: entry, staff: 4, time: {exponential: {mean: 15 min}},
                  patience: {exponential: {mean: 30 min}}}]"""
    text = queue(seed=1025, horizon="320 h", warm_up="20 h", orders="20 per hour", stages=stages)
    expect(
        play(text, 30, facts),
        {
            "abandoned_orders": 0.2590255020825108,
            "wait of all": 0.1295127510412554,
            "waited": 0.8209509191327435,
            "queue_length": 2.590255020825108,
            "utilisation": 3.7048724895874456 / 4,
        },
    )


@pytest.mark.parametrize(("clerks", "wait", "within"), [(9, 0.65, 0.06), (10, 0.20, 0.04), (12, 0.035, 0.04)])
def test_how_many_clerks_are_enough(clerks, wait, within):
    """Work for eight clerks, M/M/c: with 9, 10, 12 of them the mean wait is 0.65, 0.20, 0.035 service times."""
    exact = markovian_queue(arrival_rate=8, service_rate=1, servers=clerks).queue_time
    assert exact == pytest.approx(wait, rel=0.03)
    stages = f"[{{stage: entry, staff: {clerks}, time: {{exponential: {{mean: 1 h}}}}}}]"
    text = queue(seed=1100 + clerks, horizon="1300 h", warm_up="100 h", orders="8 per hour", stages=stages)
    expect(play(text, 30), {"queue_time": exact}, within=within)


def test_nobody_is_lost_between_the_queue_and_the_desk():
    """Every order of the run is served, waits, or has left: at a desk with both limits."""
    stages = """[{stage: entry, staff: 1, places: 3, time: {exponential: {mean: 15 min}},
                  patience: {exponential: {mean: 10 min}}}]"""

    def facts(ledger: Ledger) -> Mapping[str, float]:
        served, gone = ledger.columns(Served)["order"], ledger.columns(Abandoned)["order"]
        assert sorted([*served, *gone]) == list(ledger.columns(Ordered)["order"])
        return {"orders": float(len(served) + len(gone))}

    play(queue(seed=1, horizon="50 h", orders="8 per hour", stages=stages), 1, facts)
