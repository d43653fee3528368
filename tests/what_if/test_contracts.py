"""What is known of service-level agreements, with the same random numbers."""

import numpy as np
import pytest

import simulator
from simulator.experiments.result import Result

REPLICATIONS = 5


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    names = ("contract", "early_window", "target_98", "weekly", "busy", "alert")
    return {
        name: simulator.run(simulator.load(f"what_if/retailer_{name}"), replications=REPLICATIONS, workers=1)
        for name in names
    }


def whole(result: Result, kpi: str) -> np.ndarray:
    return result.values(kpi)[:, 0]


def surely_above(difference: np.ndarray) -> bool:
    """Whether a paired difference is above 0 by more than two standard errors."""
    return bool(difference.mean() > 2 * difference.std(ddof=1) / np.sqrt(len(difference)))


def test_an_early_window_turns_shipping_at_once_into_fines(results):
    """The same deliveries: nothing changes but what the retailer takes."""
    base, early = results["contract"], results["early_window"]
    np.testing.assert_array_equal(whole(base, "order_cycle_time"), whole(early, "order_cycle_time"))
    assert whole(base, "sla_attainment").min() > 0.95
    assert whole(early, "sla_attainment").max() < 0.35
    assert (whole(early, "sla_breaches") == 1).all()
    assert whole(early, "sla_penalty").mean() > 20 * whole(base, "sla_penalty").mean()


def test_98_instead_of_95_per_cent_costs_several_fold(results):
    base, hard = results["contract"], results["target_98"]
    np.testing.assert_array_equal(whole(base, "sla_attainment"), whole(hard, "sla_attainment"))
    assert (whole(hard, "sla_penalty") > whole(base, "sla_penalty")).all()
    assert 2 < whole(hard, "sla_penalty").mean() / whole(base, "sla_penalty").mean() < 12


def test_small_periods_are_missed_more_often_at_the_same_service(results):
    base, weekly = results["contract"], results["weekly"]
    assert whole(weekly, "sla_attainment").mean() == pytest.approx(whole(base, "sla_attainment").mean(), abs=0.003)
    assert surely_above(whole(weekly, "sla_breaches") - 1.3 * whole(base, "sla_breaches"))


def test_an_alert_helps_the_contract_and_the_others_wait(results):
    """Pushed are a few per cent of the retailer's orders; the work is the same, and so is the mean over all."""
    base, alert = results["busy"], results["alert"]
    assert surely_above(whole(alert, "sla_attainment") - whole(base, "sla_attainment"))
    assert surely_above(whole(base, "sla_penalty") - whole(alert, "sla_penalty"))
    late = base.values("on_time", "segment") - alert.values("on_time", "segment")
    assert surely_above(-late[:, 0])
    assert surely_above(late[:, 1])
    assert whole(alert, "sla_attaining_cost").mean() > 0
    assert 0.01 < whole(alert, "sla_pushed").mean() < 0.3
    assert whole(alert, "sla_staff_hours").mean() == pytest.approx(whole(base, "sla_staff_hours").mean(), rel=0.01)
