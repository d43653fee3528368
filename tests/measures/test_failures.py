"""Failures counted once more: what adds up to what, with everything switched on."""

import numpy as np
import pytest
from scenes import EVERYTHING, play

from simulator.engine.facts import Allocated, LineOrdered, Ordered
from simulator.engine.ledger import Ledger
from simulator.measures.perfect_order import failures
from simulator.measures.view import View
from simulator.mechanisms.returns.facts import Returned
from simulator.replication.measure import Measures, measure


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return play(EVERYTHING.replace("damage: 0.02", "damage: {picking: 0.02, packing: 0.01, transit: 0.03}"))


@pytest.fixture(scope="module")
def found(ledger: Ledger) -> Measures:
    return measure(ledger)


@pytest.mark.parametrize("dimension", ["", "segment", "channel", "site"])
def test_imperfect_and_perfect_orders_are_all_orders(found, dimension):
    imperfect, perfect = found.values["imperfect_orders"][dimension], found.values["perfect_order_rate"][dimension]
    np.testing.assert_allclose(imperfect + perfect, 1)


@pytest.mark.parametrize("kpi", ["imperfect_orders", "failures_per_order"])
@pytest.mark.parametrize("dimension", ["cause", "component"])
def test_causes_and_components_add_up_to_the_whole(found, kpi, dimension):
    parts = found.values[kpi][dimension]
    assert parts.sum() == pytest.approx(found.values[kpi][""][0], rel=1e-12)
    assert (parts > 0).sum() >= 4


def test_the_components_are_those_of_the_accuracies(found):
    """Lateness is measured over the same orders: the share late is 1 - commit_date_achievement."""
    late = found.values["failures_per_order"]["component"][found.labels("component").index("time")]
    assert late == pytest.approx(1 - found.values["commit_date_achievement"][""][0])


def test_an_order_is_perfect_if_all_its_lines_are(ledger, found):
    """SCOR's definition, by the lines one at a time: the same orders as by the order's own failures."""
    from simulator.measures.perfect_order import _perfect_lines, due

    view = View(ledger)
    lines = ledger.columns(LineOrdered)
    wrong = np.bincount(lines["order"], ~_perfect_lines(view), len(view.measured_orders)) > 0
    number = view.orders.number[due(view)]
    np.testing.assert_array_equal(wrong[number], failures(view).on()[number])
    assert 0 < wrong[number].mean() < 1


def test_each_component_of_an_order_has_one_cause(ledger):
    rows = failures(View(ledger))
    pairs = set(zip(rows.order[rows.once].tolist(), rows.component[rows.once].tolist(), strict=True))
    assert len(pairs) == len(rows.once)
    assert len(rows.first) == rows.on().sum()
    for row in rows.first[:200].tolist():
        mine = rows.order == rows.order[row]
        assert rows.at[row] == rows.at[mine].min()


def test_damage_by_place_is_what_the_scenario_says():
    """Of 100, picking spoils 20, packing 10 % of the rest, transit 30 % of what is left."""
    ledger = play(EVERYTHING.replace("damage: 0.02", "damage: {picking: 0.2, packing: 0.1, transit: 0.3}"))
    damaged = ledger.columns(Ordered)["damaged"]
    shares = [float(np.mean(damaged == place)) for place in (1, 2, 3)]
    exact = [0.2, 0.8 * 0.1, 0.8 * 0.9 * 0.3]
    for share, right in zip(shares, exact, strict=True):
        assert abs(share - right) < 4 * np.sqrt(right / len(damaged))


def test_what_arrives_damaged_comes_back_more_often_and_nothing_else_does():
    """All lines of damaged orders come back, of the others those that came back before."""
    text = EVERYTHING.replace("lag: 3 days", "damaged: 1, lag: 3 days").replace("damage: 0.02", "damage: 0.1")
    before, after = (play(each) for each in (text.replace("damaged: 1, ", ""), text))
    order = np.concatenate([[0], after.columns(LineOrdered)["order"]])
    placed = after.columns(Ordered)
    mine = (placed["segment"] == 1) & (placed["damaged"] > 0) & (placed["at"] < 8 * 168)
    came_back = [np.isin(np.arange(len(order)), run.columns(Returned)["line"]) for run in (before, after)]
    delivered = np.isin(np.arange(len(order)), after.columns(Allocated)["line"])
    broken = np.concatenate([[False], mine])[order] & delivered
    assert came_back[1][broken].mean() > 0.9 > 0.3 > came_back[0][broken].mean()  # some are not there by the end
    whole = np.concatenate([[False], placed["damaged"] == 0])[order]
    np.testing.assert_array_equal(came_back[0][whole & delivered][:500], came_back[1][whole & delivered][:500])


def test_more_damage_in_transit_leaves_that_of_picking_as_it_was():
    def damaged(transit: float) -> np.ndarray:
        text = EVERYTHING.replace("damage: 0.02", f"damage: {{picking: 0.02, transit: {transit}}}")
        return play(text).columns(Ordered)["damaged"]

    before, after = damaged(0.01), damaged(0.2)
    np.testing.assert_array_equal(before == 1, after == 1)
    assert (after == 3).sum() > 5 * (before == 3).sum()
    assert (after[before == 3] == 3).all()
