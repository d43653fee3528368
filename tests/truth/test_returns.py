"""Goods that come back."""

from collections.abc import Mapping

import numpy as np
import pytest
from truth.agreement import expect, play
from truth.systems import poisson, queue, shelf

from simulator.engine.facts import LineOrdered, Ordered
from simulator.engine.ledger import Ledger
from simulator.mechanisms.returns.facts import Returned

DAY = 24.0


def test_r01_returns_go_back_to_the_shelf():
    """R01 (Fleischmann, Kuik & Dekker 2002): demands 4/day, independent Poisson returns 1/day, base stock 9, 2 days.

    Returns in the product come from sales: a quarter of the units, 60 to 120 days after delivery. Thinned and
    displaced by a time spread over many lead times, deliveries become Poisson again; and what comes back now was sold
    60 days ago or more, long before the demand and the stock that it meets: independent of them. Two hundred days
    fill the pipe. The position may exceed the base stock; nothing is ordered then.
    """
    text = shelf(
        seed=5001,
        horizon="2200 days",
        warm_up="200 days",
        demand=poisson("4 per day"),
        supplier="{lead_time: 2 days}",
        stock="{rule: base_stock, level: 9}",
        returns="{rate: 0.25, lag: {uniform: {low: 60 days, high: 120 days}}}",
    )
    expect(
        play(text, 20),
        {
            "on_hand": 3.6014446594801495,
            "backorders": 0.2681113261468222,
            "unit_fill_rate": 0.8136893653622577,
            "replenishment_orders": 3.0,
            "wait_time": DAY * 0.06702783153670555,
        },
        within=0.01,
        loose={"backorders": 0.04, "wait_time": 0.04},
    )


@pytest.mark.long
def test_r04_returns_after_a_launch():
    """R04 (thinned Poisson counts): sales 6/day from day 0 on; a quarter comes back after 5 to 25 days.

    Counted up to a day, and what is still to come of the sales of 30 days; the variance of a Poisson count is its
    mean.
    """

    def facts(ledger: Ledger) -> Mapping[str, float]:
        back, placed = ledger.columns(Returned), ledger.columns(Ordered)["at"]
        sold = placed[ledger.columns(LineOrdered)["order"][back["line"] - 1] - 1]
        by = {day: int(np.sum(back["at"] <= day * DAY)) for day in (10, 15, 30)}
        return {
            "by day 30": by[30],
            "by day 15": by[15],
            "none by day 10": by[10] == 0,
            "squared": (by[30] - 22.5) ** 2,
            "still to come": np.sum((sold <= 30 * DAY) & (back["at"] > 30 * DAY)),
        }

    terms = "{returns: {rate: 0.25, lag: {uniform: {low: 5 days, high: 25 days}}}}"
    text = queue(seed=5004, horizon="56 days", orders="6 per day", stages="[]")
    text = text.replace("{promise: {rule: fixed, time: 1 h}}", terms)
    expect(
        play(text, 600, facts),
        {
            "by day 30": 22.5,
            "by day 15": 3.75,
            "none by day 10": 0.391605626676799,
            "squared": 22.5,
            "still to come": 22.5,
        },
        loose={"by day 15": 0.03, "none by day 10": 0.08, "squared": 0.09},
    )
