"""Allocation and recovery from shortages: what the gallery's pairs show, with the same random numbers."""

import math
from functools import cache

import numpy as np
import pytest

import simulator
from simulator.experiments.result import Result

RUNS = 8


@cache
def played(name: str) -> Result:
    return simulator.run(simulator.load(f"what_if/{name}"), RUNS, workers=1)


def change(before: str, after: str, kpi: str, by: str = "", label: str = "") -> np.ndarray:
    """By replication: how much a KPI changes."""
    column = played(before).labels(by).index(label) if by else 0
    one, other = (played(name).values(kpi, by)[:, column] for name in (before, after))
    return np.asarray(other - one)


def sure(differences: np.ndarray) -> float:
    """The mean of paired differences, if it is more than four standard errors from 0."""
    error = differences.std(ddof=1) / math.sqrt(len(differences))
    assert abs(differences.mean()) > 4 * error, (differences.mean(), error)
    return float(differences.mean())


def test_rationing_helps_key_accounts_and_costs_the_others_and_the_total_more():
    """Exact: 0.878 for both becomes 0.964 and 0.667, in all 0.815 (birth-death chain)."""
    pair = ("same_shelf_for_all", "rationing", "unit_fill_rate")
    assert sure(change(*pair, "segment", "key accounts")) == pytest.approx(0.964 - 0.878, abs=0.01)
    assert sure(change(*pair, "segment", "small customers")) == pytest.approx(0.667 - 0.878, abs=0.015)
    assert sure(change(*pair)) == pytest.approx(0.815 - 0.878, abs=0.01)


@pytest.mark.long
def test_expediting_costs_least_between_always_and_never():
    """Hurrying what is hardly late, and hurrying nothing: both cost more than what lies between, and so do steps."""
    assert sure(change("expediting", "expediting_always", "total_cost")) > 0
    assert sure(change("expediting", "expediting_never", "total_cost")) > 0
    costs = [
        simulator.run(
            simulator.load("what_if/expediting", [f"service.stockout[0].if_late_by={days} days"]), RUNS, workers=1
        )
        .estimate("total_cost")
        .mean
        for days in (0, 1.5, 3, 5, 7)
    ]
    lowest = costs.index(min(costs))
    assert 0 < lowest < len(costs) - 1
    assert costs[: lowest + 1] == sorted(costs[: lowest + 1], reverse=True)
    assert costs[lowest:] == sorted(costs[lowest:])
    assert sure(change("expediting_always", "expediting", "expedited_lines")) < 0
    assert change("expediting", "expediting_never", "expedited_lines").max() < 0


def test_a_substitute_saves_less_than_the_share_who_accept_it_and_spills_the_stockouts_over():
    """Half of the customers accept; of the sales lost before, a tenth to a third are saved."""
    saved = (
        -sure(change("no_substitute", "substitute", "lost_sales")) / played("no_substitute").estimate("lost_sales").mean
    )
    assert 0.1 < saved < 0.35
    assert sure(change("no_substitute", "substitute", "unit_fill_rate", "sku", "candle")) < -0.03
    assert sure(change("no_substitute", "substitute", "stockout_rate", "sku", "candle")) > 0.02


def test_smallest_first_clears_more_lines_and_has_a_longer_tail():
    pair = ("queue_first_come", "queue_smallest_first")
    assert sure(change(*pair, "order_cycle_time")) < 0
    assert sure(change(*pair, "line_fill_rate")) > 0.05
    assert sure(change(*pair, "backorder_age_p95")) > 0
    assert abs(change(*pair, "on_hand").mean()) < 0.01 * played(pair[0]).estimate("on_hand").mean


OLIST = {0.0: 0.080, 0.1: 0.109, 0.2: 0.146, 0.3: 0.207, 0.4: 0.299, 0.5: 0.416}
"""Share late where all promises of the web shop are cut so, on its own deliveries."""


def test_a_cut_of_the_promise_makes_more_orders_late_the_more_the_deeper_it_is():
    """A lognormal of the same mean and median: within 6 points of the web shop, within 1 of the formula."""
    late = {
        cut: 1
        - simulator.run(
            simulator.load("what_if/honest_promise", [f"service.rules[0].promise.cut={cut}"]), 3, workers=1
        ).values("on_time")[:, 0]
        for cut in OLIST
    }
    found = [late[cut].mean() for cut in OLIST]
    assert (np.diff([late[cut] for cut in OLIST], axis=0) > 0).all()
    assert found == pytest.approx(list(OLIST.values()), abs=0.06)
    assert found == pytest.approx([lognormal_tail(25.6 * (1 - cut)) for cut in OLIST], abs=0.01)
    assert np.diff(found).tolist() == sorted(np.diff(found))  # each tenth costs more than the last
    cut = 1 - played("promise_cut").estimate("on_time").mean
    assert cut > 2 * (1 - played("honest_promise").estimate("on_time").mean)


def lognormal_tail(days: float) -> float:
    """P(transit > days) with a median of 10 days and a sigma of 0.668."""
    return 0.5 * math.erfc(math.log(days / 10) / 0.668 / math.sqrt(2))
