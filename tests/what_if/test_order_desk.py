"""Known outcomes of the order desk, with the same customers and the same random numbers on both sides."""

from functools import cache

import numpy as np
import pytest
from truth.agreement import Metric, Played

import simulator
from simulator.mechanisms.entry_errors.facts import Erred
from simulator.scenario.scenario import Scenario

REPLICATIONS = 3
ERRORS = {"edi": (0.002, 0.0025), "manual": (0.03, 0.025)}
"""By entry mode: errors of a line, and of an order, in the scenario."""
LINES = 3
"""Lines of an order, in the mean."""


@cache
def scenario(name: str, *changes: str) -> Scenario:
    return simulator.load(f"what_if/order_desk{name}", list(changes))


@cache
def played(name: str, *changes: str) -> Played:
    return Played(simulator.run(scenario(name, *changes), REPLICATIONS, workers=1), [])


def found(metric: Metric, name: str, *changes: str) -> np.ndarray:
    """A value for each replication."""
    return played(name, *changes)[metric]


HALF = ("", "market.segments.trade.channels={edi: 0.5, phone: 0.5}")


def test_errors_fall_in_proportion_to_what_is_keyed():
    """20, 50 and 80 % by EDI: errors per 1,000 lines lie on the straight line of their rates."""
    shares = {0.2: ("",), 0.5: HALF, 0.8: ("_edi",)}
    measured = {}
    for share, case in shares.items():
        by_order = sum(
            part * (LINES * ERRORS[mode][0] + ERRORS[mode][1]) for mode, part in (("edi", share), ("manual", 1 - share))
        )
        measured[share] = found("entry_errors", *case).mean()
        assert measured[share] == pytest.approx(1000 * by_order / LINES, rel=0.08)
    assert measured[0.5] == pytest.approx((measured[0.2] + measured[0.8]) / 2, rel=0.06)


def test_waiting_falls_far_more_than_in_proportion():
    """The desk's work falls to a third, as errors do; the waiting of the keyed orders all but vanishes."""
    entry = ("touch_time", "stage", "entry")
    work = found(entry, "_edi") / found(entry, "")
    errors = found("entry_errors", "_edi") / found("entry_errors", "")
    waits = [found(("queue_time", "stage", "entry"), *case).mean() for case in (("",), HALF, ("_edi",))]
    assert (errors < 0.36).all()
    assert work == pytest.approx(2.8 / 9.7, rel=0.05)  # minutes of an order in the mean
    assert waits[2] < 0.01 * waits[0]
    assert waits[1] < 0.1 * waits[0]  # bent: a straight line would leave half


def test_orders_that_stay_keyed_keep_their_luck():
    """Common random numbers: every error under EDI was one before, and errors of the same orders are caught."""
    before, after = (simulator.simulate(scenario(name)).of(Erred) for name in ("", "_edi"))
    assert set(after) < set(before)


def test_automation_without_a_check_moves_errors_downstream():
    """A third of the errors and no check leaves customers about where they were; with the check it is a third."""
    at_customers = [found("errors_at_customers", name).mean() for name in ("", "_edi", "_unchecked")]
    assert at_customers[1] < 0.4 * at_customers[0]
    assert at_customers[2] == pytest.approx(at_customers[1] / 0.3, rel=0.1)
    assert at_customers[2] == pytest.approx(at_customers[0], rel=0.15)
    assert (found("complaints_per_order", "_unchecked") > 2 * found("complaints_per_order", "_edi")).all()
    assert (found("cost_to_serve", "_unchecked") > 1.05 * found("cost_to_serve", "_edi")).all()
