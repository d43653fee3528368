"""What holds of satisfaction, whatever the numbers."""

import numpy as np
import pytest
from scenes import EVERYTHING

import simulator
from simulator.engine.facts import Delivered, Ordered
from simulator.mechanisms.satisfaction.facts import Felt, Replied, Surveyed
from simulator.replication.simulate import audit, audited
from simulator.scenario.reading.load import parse

SHORT = (
    EVERYTHING.replace("12 weeks", "3 weeks")
    .replace("warm_up: 2 weeks", "warm_up: 1 week")
    .replace("target: {unit_fill_rate: 0.7}", "level: 200")
    .replace("      refresh: 2 weeks\n      record: 8\n", "")
)


def play(section=""):
    ledger = simulator.simulate(parse(f"{SHORT}\n{section}"))
    audit(ledger)
    return ledger


@pytest.fixture(scope="module")
def felt():
    return play(
        "satisfaction: {adapts: 0.2, survey: {response_rate: 0.9, answers_after: {exponential: {mean: 1 day}}}}"
    )


def test_feelings_change_nothing(felt):
    """The same orders are delivered at the same times as if nobody looked."""
    plain = play()
    for kind in (Ordered, Delivered):
        assert all(np.array_equal(plain.columns(kind)[name], felt.columns(kind)[name], equal_nan=True)
                   for name in kind._fields)  # fmt: skip


def test_who_was_asked_about_a_measured_order_is_heard(felt):
    """The run goes on until the last one of them has answered."""
    after = felt.followed
    assert len(after.columns(Replied)["at"]) > len(felt.columns(Replied)["at"])
    share = len(after.columns(Replied)["at"]) / len(after.columns(Surveyed)["at"])
    assert share == pytest.approx(0.9, abs=0.05)


@pytest.mark.parametrize(
    ("kind", "field", "value", "said"),
    [
        (Felt, "score", 5.5, "beyond 1 to 5"),
        (Felt, "order", 7, "twice"),
        (Surveyed, "at", 9999.0, "before it was asked"),
        (Replied, "points", -1, "contradict"),
        (Replied, "stars", 6, "something else than he feels"),
    ],
)
def test_a_broken_law_is_told(felt, kind, field, value, said):
    column = felt.columns(kind)[field]
    before = column.copy()
    column[:] = np.where(np.arange(len(column)) < 2, value, column) if field != "points" else 4
    broken = audited(felt).broken
    column[:] = before
    assert any(said in each for each in broken)
