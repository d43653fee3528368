"""What every allocation, stockout and promise rule keeps, whoever wrote it."""

import math
import pickle

import pytest
from rules.test_contract import sample

from simulator.rules.allocating import AllocationRule
from simulator.rules.family import rules_in
from simulator.rules.promising import PromiseRule
from simulator.rules.stockout import StockoutRule
from simulator.rules.views import LineView, Offer, Outlook, Shortage, Sibling


def of(family):
    return [pytest.param(rule.model_validate(sample(rule)), id=tag) for tag, rule in rules_in(family).items()]


LINES = [
    LineView(units, priority, due, margin)
    for units in (1.0, 40.0)
    for priority in (1, 3)
    for due in (5.0, math.inf)
    for margin in (-1.0, 4.0)
]
SHORTAGES = [
    Shortage(
        units=units,
        value=value,
        chance=chance,
        at_risk=at_risk,
        due=due,
        ready=ready,
        work=12.0,
        rush_cost=rush_cost,
        offers=offers,
        siblings=siblings,
    )
    for units, value in ((1.0, 3.0), (24.0, 500.0))
    for chance in (0.0, 0.5, 0.99)
    for at_risk in (False, True)
    for due, ready in ((math.inf, 100.0), (24.0, 20.0), (24.0, 400.0), (-10.0, math.inf))
    for rush_cost in (2.0, math.inf)
    for offers in ((), (Offer("a", 3.0, True), Offer("b", 30.0, False)))
    for siblings in ((), (Sibling("near", 7.0, 10.0), Sibling("far", 70.0, 90.0)))
]
OUTLOOKS = [
    Outlook(planned, available, queued, cycles)
    for planned in (0.0, 50.0)
    for available in (0.0, 30.0)
    for queued in (0.0, 9.0)
    for cycles in ((), (10.0, 20.0, 90.0))
]


@pytest.mark.parametrize("rule", of(AllocationRule))
def test_an_allocation_rule_is_pure_and_can_be_sorted_by(rule):
    before = pickle.dumps(rule.model_dump())
    ranks = [rule.rank(line) for line in LINES]
    assert ranks == [rule.rank(line) for line in LINES]
    assert all(isinstance(rank, float) and not math.isnan(rank) for rank in ranks)
    assert pickle.dumps(rule.model_dump()) == before


@pytest.mark.parametrize("rule", of(AllocationRule))
def test_nothing_is_kept_from_the_first_and_never_less_from_a_later_priority(rule):
    kept = [rule.keeps(priority, daily_demand=6.0) for priority in range(1, 6)]
    assert kept[0] == 0
    assert kept == sorted(kept)


@pytest.mark.parametrize("rule", [each for each in of(AllocationRule) if each.values[0].shares_out])
@pytest.mark.parametrize("wanted", [[1.0], [10.0, 4.0, 1.0], [3.0] * 7])
@pytest.mark.parametrize("units", [1.0, 5.0, 100.0])
def test_shares_are_no_more_than_wanted_and_no_more_than_there_is(rule, wanted, units):
    given = rule.shares(units, wanted)
    assert all(0 <= share <= each for share, each in zip(given, wanted, strict=True))
    assert sum(given) == min(units, sum(wanted))


@pytest.mark.parametrize("rule", of(StockoutRule))
def test_a_response_answers_for_no_more_than_is_short_and_for_all_where_it_ends(rule):
    for short in SHORTAGES:
        actions = list(rule.respond(short))
        assert actions == list(rule.respond(short))
        assert all(action.units > 0 for action in actions)
        answered = sum(action.units for action in actions)
        assert answered <= short.units
        assert answered == short.units or not rule.ends


@pytest.mark.parametrize("rule", of(PromiseRule))
def test_a_promise_lies_ahead_and_a_cut_shortens_it_down_to_the_floor(rule):
    settings = rule.model_dump() | {"floor": "5 h"}
    settings = {name: f"{value} h" if name in ("time", "cycle", "start") else value for name, value in settings.items()}
    cut = type(rule).model_validate(settings | {"cut": 0.4})
    for outlook in OUTLOOKS:
        honest = rule.honest_time(outlook)
        assert honest >= 0
        assert rule.promised_time(outlook) == honest
        assert cut.promised_time(outlook) == max(5.0, 0.6 * honest)
    assert (rule.standing_time is None) == (not rule.standing)
