"""Service-level agreements with known odds and known penalties."""

import numpy as np
import pytest
from scipy.stats import binom
from truth.agreement import Played, disagreement, expect, play
from truth.systems import queue

from simulator.engine.ledger import Ledger
from simulator.mechanisms.contracts.facts import Settled

CONTRACTS = """
  contracts:
    uncapped:
      {covers: {segment: all}, metric: on_time, target: 85 %, period: 100 h, penalty: {rate: 30 per order per hour}}
    capped:
      {covers: {segment: all}, metric: cycle_time, within: 1 h, target: 85 %, period: 100 h,
       penalty: {rate: 30 per order per hour, cap: 40}}
"""


@pytest.mark.long
def test_penalty_by_the_hour_on_the_time_at_a_desk():
    """8 orders an hour, one clerk, 10 an hour: time at the desk is exponential with mean 0.5 h. Due after 1 h.

    Per order: late with probability exp(-2), then 0.5 h on average: 30 x exp(-2) x 0.5; with a cap of 40 at 4/3 h
    beyond, 15 x (exp(-2) - exp(-2 x 7/3)). Per hour 8 orders.
    """
    text = (
        queue(
            seed=11,
            horizon="2600 h",
            warm_up="200 h",
            orders="8 per hour",
            stages="[{stage: entry, staff: 1, time: {exponential: {mean: 6 min}}}]",
        )
        + CONTRACTS
    )
    played = play(text, 20)
    late = np.exp(-2)
    assert 15 * late == pytest.approx(2.0300292485491904)
    capped = 15 * (late - np.exp(-2 * (1 + 4 / 3)))
    assert capped == pytest.approx(1.8889758102767624)
    week = 168 * 8
    expect(
        played,
        {
            ("sla_penalty", "contract", "uncapped"): 2.0300292485491904 * week,
            ("sla_penalty", "contract", "capped"): capped * week,
            ("sla_attainment", "contract", "capped"): 1 - late,
        },
        within=0.08,
    )
    left = played["sla_penalty", "contract", "capped"] / played["sla_penalty", "contract", "uncapped"]
    assert disagreement(left, 1 - float(np.exp(-8 / 3)), within=0.02) == ""
    assert 2.0300292485491904 * week == pytest.approx(16.240233988393523 * 168)


ODDS = """
name: Odds of a breach
run: {{start: 2026-01-05, horizon: {weeks} weeks, seed: {seed}}}
market:
  segments:
    all: {{demand: {{rule: scheduled, every: {every} h, first: 1 min}}, basket: {{units: 1}}}}
products: {{item: {{}}}}
network:
  sites:
    store:
      stages:
        - stage: transit
          time: {{empirical: {{values: {{1 min: 0.96, 4 min: 0.04}}}}}}
service:
  rules: [{{promise: {{rule: fixed, time: 2 min}}}}]
  contracts: {{retailer: {{covers: {{segment: all}}, metric: otif, target: 95 %, period: {period} weeks}}}}
"""


def breaches(orders: int, period: int, periods: int, seed: int, facts=None) -> Played:
    """So many orders in each period, each on time with 96 %, whatever becomes of the others."""
    text = ODDS.format(weeks=periods * period, every=period * 168 / orders, period=period, seed=seed)
    return play(text, 25, facts)


def missed_in_four(ledger: Ledger) -> dict[str, float]:
    missed = np.array([fact.met / fact.due < 0.95 for fact in ledger.of(Settled)]).reshape(-1, 4)
    return {"missed in four": float(missed.any(axis=1).mean())}


@pytest.mark.parametrize(
    ("orders", "period", "odds", "periods"),
    [(100, 4, 0.212, 40), pytest.param(1000, 4, 0.049, 10, marks=pytest.mark.long)],
)
def test_odds_of_missing_95_with_96_per_cent(orders, period, odds, periods):
    """The more orders a period has, the less luck decides: binomial."""
    exact = binom.cdf(np.ceil(0.95 * orders - 1e-9) - 1, orders, 0.96)
    assert exact == pytest.approx(odds, abs=0.0005)
    expect(breaches(orders, period, periods, seed=orders), {"sla_breaches": float(exact)}, within=0.35)


def test_odds_by_the_week():
    """25 orders a week: one week in four is missed, and 7 in 10 months of four weeks have such a week."""
    exact = binom.cdf(23, 25, 0.96)
    assert (exact, 1 - (1 - exact) ** 4) == pytest.approx((0.264, 0.707), abs=0.0005)
    played = breaches(25, 1, 120, seed=25, facts=missed_in_four)
    expect(played, {"sla_breaches": float(exact), "missed in four": float(1 - (1 - exact) ** 4)}, within=0.05)
