"""Goods that come back."""

from collections.abc import Mapping

import numpy as np
import pytest
from truth.agreement import expect, play
from truth.systems import poisson, queue, shelf

from simulator.engine.facts import Delivered, LineOrdered, Ordered
from simulator.engine.ledger import Ledger
from simulator.mechanisms.returns.facts import Disposed, Restocked, Returned

DAY = 24.0


R01 = {
    "on_hand": 3.6014446594801495,
    "backorders": 0.2681113261468222,
    "unit_fill_rate": 0.8136893653622577,
    "replenishment_orders": 3.0,
    "wait_time": DAY * 0.06702783153670555,
}


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
        R01,
        within=0.01,
        loose={"backorders": 0.04, "wait_time": 0.04},
    )


@pytest.mark.long
def test_r01_returns_that_belong_to_nobodys_order():
    """The same with returns that are independent as they stand: 1/day at random, whatever is sold."""
    text = shelf(
        seed=5002,
        horizon="420 days",
        warm_up="20 days",
        demand=poisson("4 per day"),
        supplier="{lead_time: 2 days}",
        stock="{rule: base_stock, level: 9}",
    ).replace("    store:\n", "    store:\n      returns: {independent: {rate: 1 per day}}\n")
    expect(
        play(text, 20),
        R01,
        loose={"backorders": 0.08, "wait_time": 0.08},
    )


LOOP = """{rate: 0.3, lag: {exponential: {mean: 10 days}}}"""
LOOP_DESK = """
      returns:
        inspection: {time: 2 days}
        restock: 0.6
        refurbish: 0.25
        dispose: 0.15
        refurbishing: {time: {exponential: {mean: 5 days}}}
"""


def test_r03_the_loop_of_returns():
    """R03 (thinning, Little's law, flow balance): demand 5/day, base stock 20, lead time 3 days; 30 % come back after a
    mean of 10 days, are inspected for 2 days, and restocked (60 %), refurbished (25 %, a mean of 5 days) or disposed
    of. Rates a day; mean numbers of units at customers that will come back, in inspection and in refurbishing."""

    def facts(ledger: Ledger) -> Mapping[str, float]:
        begin, end = 80 * DAY, 380 * DAY
        back, again, gone = (ledger.columns(kind) for kind in (Returned, Restocked, Disposed))
        delivered, lines = ledger.columns(Delivered), ledger.columns(LineOrdered)
        came = np.full(len(lines["line"]) + 1, np.nan)
        came[delivered["order"]] = delivered["at"]  # an order is a line of one unit
        looked_at = back["at"] + 48
        done = np.full(len(came), end)
        done[again["line"]] = again["at"]
        mended = np.zeros(len(came), dtype=bool)
        mended[again["line"][again["refurbished"] > 0]] = True

        def units(since: np.ndarray, until: np.ndarray) -> float:
            return float(np.sum(np.clip(until, begin, end) - np.clip(since, begin, end))) / (end - begin)

        def per_day(at: np.ndarray) -> float:
            return float(np.sum((at >= begin) & (at < end))) / 300

        works = mended[back["line"]]
        return {
            "returned": per_day(back["at"]),
            "restocked": per_day(again["at"][again["refurbished"] == 0]),
            "refurbished": per_day(again["at"][again["refurbished"] > 0]),
            "disposed": per_day(gone["at"]),
            "at customers": units(came[back["line"]], back["at"]),
            "in inspection": units(back["at"], looked_at),
            "in refurbishing": units(looked_at[works], done[back["line"][works]]),
        }

    text = shelf(
        seed=5003,
        horizon="450 days",
        warm_up="80 days",
        demand=poisson("5 per day"),
        supplier="{lead_time: 3 days}",
        stock="{rule: base_stock, level: 20}",
        returns=LOOP,
    ).replace("    store:\n", f"    store:{LOOP_DESK}")
    expect(
        play(text, 20, facts),
        {
            "returned": 1.5,
            "restocked": 0.9,
            "refurbished": 0.375,
            "disposed": 0.225,
            "at customers": 15.0,
            "in inspection": 3.0,
            "in refurbishing": 1.875,
            "replenishment_orders": 3.725,
            "dock_to_stock": DAY * (0.6 * 2 + 0.25 * 7) / 0.85,
            "circularity": 0.85,
            "recovery_value": 0.85,
        },
        loose={"disposed": 0.04, "refurbished": 0.04, "in refurbishing": 0.04, "at customers": 0.03},
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
