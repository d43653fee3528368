"""Known outcomes of returns, with the same customers and the same random numbers on both sides."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import norm
from truth.agreement import Metric, Played

import simulator

RUNS = 1
"""Whoever is compared has the same customers and the same luck; where not, tolerances are three standard errors."""
PLENTY = "network.sites.warehouse.stock.default.opening=9000"
"""Stock enough for all: whatever comes back, every customer gets the same."""
OWN = ("changed_mind", "defective", "other")


@cache
def played(name: str = "", *changes: str) -> Played:
    return Played(simulator.run(simulator.load(f"what_if/returns{name}", list(changes)), RUNS, workers=1), [])


def found(metric: Metric, name: str = "", *changes: str) -> np.ndarray:
    """A value for each replication."""
    return played(name, *changes)[metric]


def lines_back(name: str, *changes: str) -> dict[str, np.ndarray]:
    """Share of the lines delivered that came back, by reason."""
    reasons = (*OWN, "late", "damaged", "wrong_item")
    return {reason: found(("return_rate", "return_reason", reason), name, *changes) for reason in reasons}


def test_sooner_in_stock_is_more_in_stock_though_nothing_was_bought():
    """14 to 3 days from dock to stock: what is on its way to the shelf is less by what comes back in 11 days (Little's
    law). So much more can be sold, once in the season, of what is short."""
    before, after = (found("dock_to_stock", name) for name in ("", "_quick"))
    assert before == pytest.approx(14 * 24, abs=6)  # refurbishing adds some hours
    assert after == pytest.approx(3 * 24, abs=6)
    assert (found("replenishment_orders", "_quick") <= found("replenishment_orders")).all()
    gain = found("line_fill_rate", "_quick") - found("line_fill_rate")
    assert (gain > 0).all()
    rate = found("return_rate") * found("circularity") * found("lines_per_order") * found("orders_per_week") / 7
    most = rate * 11 / (found("orders_per_week") * found("lines_per_order") * 26)
    assert gain.mean() == pytest.approx(most.mean(), rel=0.5)


def test_a_longer_window_brings_more_back_and_refuses_less():
    """30 to 60 days, of a lag with a median of 9.4 days: by the law of the lag 78 % and 89 % come in time."""
    short, long = (lines_back(name, PLENTY) for name in ("", "_long_window"))
    in_time = [norm.cdf(np.log(days / 9.4) / 1.5) for days in (30, 60)]
    before, after = (sum(parts[reason].mean() for reason in OWN) for parts in (short, long))
    assert after / before == pytest.approx(in_time[1] / in_time[0], rel=0.05)
    assert (found("refused_returns", "_long_window", PLENTY) < 0.6 * found("refused_returns", "", PLENTY)).all()
    assert (long["wrong_item"] <= short["wrong_item"]).all()  # some of them would now have come back anyway


def test_mending_errors_of_picking_cuts_one_reason_only():
    """One line in a hundred is picked wrongly; it comes back unless it would have done so anyway."""
    wrong, right = (lines_back(name, PLENTY) for name in ("", "_right_picking"))
    assert wrong["wrong_item"].mean() == pytest.approx(0.01 * 0.86, rel=0.4)  # of some 60
    assert (right["wrong_item"] == 0).all()
    for reason in (*OWN, "late", "damaged"):
        np.testing.assert_array_equal(wrong[reason], right[reason])


def test_what_is_small_stays_with_the_customer_at_less_work_and_without_the_goods():
    """Scarves of 20 are kept: a third of what is asked for on the web needs no freight and no handling."""
    names = [""], ["_keep_small"]
    freight = [found(("cost_to_serve", "activity", "return_freight"), *name, PLENTY).mean() for name in names]
    goods = [found("cost_of_goods", *name, PLENTY) for name in names]
    assert freight[1] / freight[0] == pytest.approx(1 - 0.8 / 3, abs=0.08)  # the store's have no choice
    assert (goods[1] > goods[0]).all()
    assert (found("refund_time", "_keep_small", PLENTY) < found("refund_time", "", PLENTY)).all()


def test_a_fault_only_refuses_the_rest():
    """Of what is asked for on the web, three in four are for no fault, or too late."""
    refused = found("refused_returns", "_own_fault", PLENTY)
    assert (refused > 0.6).all()
    assert (found("return_rate", "_own_fault", PLENTY) < 0.6 * found("return_rate", "", PLENTY)).all()
    for reason in ("late", "damaged", "defective"):
        same = found(("return_rate", "return_reason", reason), "", PLENTY)
        np.testing.assert_array_equal(found(("return_rate", "return_reason", reason), "_own_fault", PLENTY), same)


def test_where_it_is_worth_most_recovers_most():
    """No rule recovers more of the value, less its work; a supplier's whole credit is worth less than mended goods."""
    recovered = [found("recovery_value", name, PLENTY) for name in ("", "_most_value")]
    assert (recovered[1] > recovered[0] + 0.03).all()
    assert (found("cost_per_return", "_most_value", PLENTY) < found("cost_per_return", "", PLENTY)).all()


def test_money_for_frauds_is_less_where_more_of_them_are_found():
    """Found are 30 %, or 60 %; of the same frauds."""
    some, more = (
        found("fraud_refunds", "", PLENTY, *each) for each in ([], ["service.rules[0].returns.fraud.found=0.6"])
    )
    assert more.mean() / some.mean() == pytest.approx(0.4 / 0.7, abs=0.16)
