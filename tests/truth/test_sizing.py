"""A level from a target reaches it: against systems whose answers are known exactly, and in a long run of the engine.

A level is a whole number of units, and is found by a play of limited length: half a point of service is allowed.
"""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from simulator.checks.conflicts import conflicts
from simulator.planning.stock_levels import TargetError, sized_rule, sized_shelves
from simulator.replication.measure import measure
from simulator.replication.simulate import simulate
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import parse
from simulator.textbook.lumpy_demand import geometric_sizes, minimum_maximum, reorder_in_lots
from simulator.textbook.queues import erlang_b
from simulator.textbook.targets import LeadTime

NEAR = 0.005
SHELF = """
name: A shelf with a target
run: {{start: 2026-01-05, horizon: {horizon}, warm_up: 20 weeks, seed: {seed}}}
market:
  {rhythm}
  segments: {{all: {{demand: {demand}, basket: {{units: {units}}}{customers}}}}}
products: {{item: {{price: 2, cost: 1}}}}
network:
  suppliers: {{maker: {supplier}}}
  sites: {{store: {{stock: {{item: {rule}}}}}}}
service: {{stockout: {{rule: {stockout}}}}}
"""
BASE = "{rule: base_stock, target: {TARGET}}"


def shelf(rule, target, **changes):
    """A scenario of one shelf; what is not said is Poisson demand of four a day with a lead time of three days."""
    plain = {
        "horizon": "400 weeks",
        "seed": 1,
        "rhythm": "",
        "demand": "{rule: poisson, orders: 4 per day}",
        "units": "1",
        "customers": "",
        "supplier": "{lead_time: 3 days}",
        "stockout": "backorder",
    }
    return parse(SHELF.format(rule=rule.replace("TARGET", target), **{**plain, **changes}))


def sized(*arguments, **changes):
    return sized_shelves(shelf(*arguments, **changes), "store")["item"]


def level_of(found):
    return found.up_to if found.point is None or found.rule.review else found.point


def in_sequence(level):
    """Base stock with exponential lead times of three days that keep their order: M/M/infinity with resequencing.

    An order is out of it when it and all before it are: P(W <= t) = (1 - exp(-t/3)) exp(-12 exp(-t/3)). What is on
    order when a customer comes is the Poisson demand of such a time (distributional Little's law).
    """
    law = lambda t: (1 - math.exp(-t / 3)) * math.exp(-12 * math.exp(-t / 3))  # noqa: E731
    return integrate.quad(lambda t: law(t) * 4 * stats.poisson.pmf(level - 1, 4 * t), 0, 120, limit=400)[0]


GAMMA = "{lead_time: {gamma: {mean: 3 days, cv: 1}}}"
LUMPS = {"units": "{geometric: {mean: 3}}", "demand": "{rule: poisson, orders: 2 per day}"}
SIZES = geometric_sizes(3)
EXACT = {
    "on order is Poisson whatever the spread": (
        (BASE, "unit_fill_rate: 0.95"),
        {"supplier": GAMMA},
        lambda level: stats.poisson.cdf(level - 1, 12),
    ),
    "time with stock": ((BASE, "ready_rate: 0.9"), {"supplier": GAMMA}, lambda level: stats.poisson.cdf(level - 1, 12)),
    "orders in sequence": (
        (BASE, "unit_fill_rate: 0.95"),
        {"supplier": GAMMA.replace("{lead", "{crossing: false, lead", 1)},
        in_sequence,
    ),
    "sales are lost: Erlang": (
        (BASE, "line_fill_rate: 0.9"),
        {"stockout": "lost_sale", "supplier": GAMMA},
        lambda level: 1 - erlang_b(int(level), 12),
    ),
    "a supplier with a queue: M/M/1": (
        (BASE, "line_fill_rate: 0.9"),
        {"supplier": "{capacity: 1, lead_time: {exponential: {mean: 4 h}}}"},
        lambda level: 1 - (2 / 3) ** level,
    ),
    "periods that end in stock": (
        ("{rule: periodic, every: 1 week, target: {TARGET}}", "in_stock_probability: 0.95"),
        {"supplier": "{lead_time: 1 week}"},
        lambda level: stats.poisson.cdf(level, 4 * 14),
    ),
    "lots, lumps": (
        ("{rule: reorder_point, quantity: 20, target: {TARGET}}", "unit_fill_rate: 0.9"),
        LUMPS,
        lambda level: reorder_in_lots(2, SIZES, 3, int(level), 20).unit_fill_rate,
    ),
    "lots, lumps, whole lines": (
        ("{rule: reorder_point, quantity: 20, target: {TARGET}}", "line_fill_rate: 0.97"),
        LUMPS,
        lambda level: reorder_in_lots(2, SIZES, 3, int(level), 20).line_fill_rate,
    ),
    "min-max, lumps": (
        ("{rule: min_max, cover: 5 days, target: {TARGET}}", "ready_rate: 0.95"),
        LUMPS,
        lambda level: minimum_maximum(2, SIZES, 3, int(level), int(level) + 30).ready_rate,
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_the_level_reaches_its_target_where_the_answer_is_known(name):
    arguments, changes, service = EXACT[name]
    found = sized(*arguments, **changes)
    level, wanted = level_of(found), found.target.value
    assert service(level) >= wanted - NEAR, (level, service(level))
    assert service(level - 1) < wanted + NEAR, (level, service(level - 1))
    assert found.reached == pytest.approx(service(level), abs=NEAR)


def test_nineteen_are_enough_where_orders_may_cross():
    """Robinson, Bradley and Thomas: 12 units on order on average, Poisson: P(X <= 18) is the first above 95 %."""
    assert level_of(sized(BASE, "unit_fill_rate: 0.95", supplier=GAMMA)) == 19


def test_demand_that_is_certain_needs_no_safety_stock():
    """20 units at the start of every day, two days, a review a day before demand: three days' demand, 60."""
    rule = "{rule: periodic, every: 1 day, before_demand: true, target: {TARGET}}"
    certain = {
        "demand": "{rule: scheduled, every: 1 day, first: 0 h}",
        "units": "20",
        "supplier": "{lead_time: 2 days}",
    }
    for wanted in ("cycle_service_level: 0.95", "unit_fill_rate: 0.999", "in_stock_probability: 0.95"):
        found = sized(rule, wanted, **certain)
        assert (found.up_to, found.safety_stock) == (60, pytest.approx(0))


WEEKLY = "{rule: scheduled, every: 1 week, first: 0 h}"
PLAYED = {
    "weekly review": (
        ("{rule: periodic, every: 1 week, before_demand: true, target: {TARGET}}", "cycle_service_level: 0.98"),
        {"demand": WEEKLY, "units": "{normal: {mean: 40, sd: 20}}", "supplier": "{lead_time: 2 weeks}"},
        4000,
    ),
    "weekly lumps": (
        ("{rule: reorder_point, quantity: 250, target: {TARGET}}", "cycle_service_level: 0.98"),
        {"demand": WEEKLY, "units": "{normal: {mean: 250, sd: 64.55}}", "supplier": "{lead_time: 7 days}"},
        4000,
    ),
    "busy days, gamma lead times, cases": (
        ("{rule: reorder_point, cover: 2 weeks, lot_size: 6, target: {TARGET}}", "unit_fill_rate: 0.93"),
        {
            "rhythm": "rhythm: {weekdays: [2, 1, 1, 1, 3, 0, 0], day_to_day: 0.5}",
            "units": "6",
            "supplier": "{lead_time: {gamma: {mean: 4 days, cv: 0.5}}}",
        },
        1500,
    ),
    "some wait, not for ever": (
        ("{rule: reorder_point, quantity: 30, target: {TARGET}}", "cycle_service_level: 0.9"),
        {"customers": ", waits: 0.5, patience: 3 days", "supplier": "{lead_time: {gamma: {mean: 4 days, cv: 0.5}}}"},
        1500,
    ),
    "sales lost, a maximum given": (
        ("{rule: min_max, maximum: 50, target: {TARGET}}", "line_fill_rate: 0.95"),
        {"stockout": "lost_sale", "units": "2"},
        1500,
    ),
    "bursts, a point given": (
        ("{rule: periodic, every: 1 day, point: 6, target: {TARGET}}", "ready_rate: 0.93"),
        {"demand": "{rule: renewal, gap: {gamma: {mean: 6 h, cv: 2}}}"},
        1500,
    ),
}


QUICK = ("weekly review", "weekly lumps", "some wait, not for ever")
"""The others are played with the long tests, and the whole grid by benchmarks/sizing.py."""


@pytest.mark.parametrize(
    "name", [each if each in QUICK else pytest.param(each, marks=pytest.mark.long) for each in PLAYED]
)
def test_the_engine_reaches_what_was_computed(name):
    """Four runs; the sampling error of a share of so many cycles comes to the half point."""
    arguments, changes, weeks = PLAYED[name]
    played = [
        measure(simulate(shelf(*arguments, **changes, horizon=f"{weeks} weeks", seed=seed), 0)) for seed in range(1, 5)
    ]
    found = sized(*arguments, **changes)
    reached = [each.values[found.target.kind][""][0] for each in played]
    error = 3 * np.std(reached, ddof=1) / 2
    assert np.mean(reached) == pytest.approx(found.reached, abs=NEAR + error)
    assert found.reached >= found.target.value - 1e-6


def test_weekly_levels_are_the_textbooks():
    """Cachon and Terwiesch: three weeks of N(40, 20) and 98 % ask for 191; lumps for 300 (96.6 %) to 382 (99.8 %)."""
    assert level_of(sized(*PLAYED["weekly review"][0], **PLAYED["weekly review"][1])) == pytest.approx(191, abs=1)
    assert 300 < level_of(sized(*PLAYED["weekly lumps"][0], **PLAYED["weekly lumps"][1])) < 382


SEASON = "rhythm: {months: [0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 1, 1.2, 2, 4]}"


def test_a_season_is_kept_over_the_year_and_check_says_what_its_months_get():
    rule, target = "{rule: reorder_point, quantity: 100, target: {TARGET}}", "unit_fill_rate: 0.95"
    season = {"rhythm": SEASON, "demand": "{rule: poisson, orders: 10 per day}", "supplier": "{lead_time: 2 weeks}"}
    loaded = shelf(rule, target, **season, horizon="540 weeks")
    found = sized_shelves(loaded, "store")["item"]
    assert found.reached == pytest.approx(0.95, abs=NEAR)
    (warning,) = [each for each in conflicts(loaded) if "every month" in each.message]
    assert "Jun 100.0%" in warning.hint
    assert "Dec 8" in warning.hint
    assert not [each for each in conflicts(shelf(rule, target)) if "month" in each.message]


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        ("{rule: periodic, every: 1 day, level: 20, target: {TARGET}}", "level"),
        ("{rule: base_stock, level: 20, target: {TARGET}}", "level"),
        ("{rule: reorder_point, point: 20, quantity: 5, target: {TARGET}}", "point"),
        ("{rule: min_max, minimum: 20, maximum: 50, target: {TARGET}}", "minimum"),
    ],
)
def test_a_level_beside_a_target_is_an_error_that_names_both(rule, number):
    with pytest.raises(ScenarioError, match=f"{number} and target both say .*keep one of them"):
        shelf(rule, "unit_fill_rate: 0.95")


@pytest.mark.parametrize(
    ("rule", "changes", "why"),
    [
        (BASE, {"supplier": "{capacity: 1, lead_time: 8 h}"}, "1.33 times the work"),
        (
            "{rule: periodic, every: 1 day, point: 1, target: {TARGET}}",
            {"demand": WEEKLY, "units": "{normal: {mean: 50, sd: 10}}"},
            "no level up to",
        ),
    ],
)
def test_a_target_that_no_level_keeps_is_refused(rule, changes, why):
    """Whatever it orders up to, an order placed at one unit comes after the next fifty are wanted."""
    loaded = shelf(rule, "cycle_service_level: 0.95", **changes)
    with pytest.raises(TargetError, match=why):
        sized_shelves(loaded, "store")
    assert any(why in (each.hint or "") for each in conflicts(loaded))


def test_the_same_shelf_has_the_same_level_whatever_else_changes():
    """Other costs, another seed and a longer run are no reason for another level."""
    arguments, (once, again) = PLAYED["weekly lumps"][0], ({"seed": 1}, {"seed": 2, "horizon": "90 weeks"})
    assert level_of(sized(*arguments, **once)) == level_of(sized(*arguments, **again))


LEARNS = """
name: A lead time that is learned
run: {{start: 2026-01-05, horizon: 200 weeks, warm_up: 10 weeks, seed: 4}}
market: {{segments: {{all: {{demand: {{rule: poisson, orders: 12 per day}}, basket: {{units: 1}}}}}}}}
products: {{p: {{price: 10, cost: 5}}}}
network:
  suppliers: {{s: {{lead_time: {{gamma: {{mean: {days} days, cv: {cv}}}}}{refresh}}}}}
  sites: {{w: {{stock: {{p: {{rule: base_stock, {level}}}}}}}}}
service: {{stockout: {{rule: lost_sale}}}}
"""


@pytest.mark.parametrize(("planned", "days", "cv"), [(6, 3, 0.4), (6, 12, 0.4), (0.01, 5, 0.7)])
def test_a_level_for_a_lead_time_that_was_learned_reaches_its_target_too(planned, days, cv):
    """Planned with some days, and learned that it is half, double or 500 times that: sales are lost, so that no formula
    holds. The engine is played with the level and the lead time; 95 % is reached within one and a half points."""
    plan = LEARNS.format(days=planned, cv=0.4, refresh=", refresh: 1 week", level="target: {unit_fill_rate: 0.95}")
    rule = sized_rule(parse(plan), "w", "p", lead_time=LeadTime(days * 24.0, days * 24 * cv))
    real = parse(LEARNS.format(days=days, cv=cv, refresh="", level=f"level: {rule.highest:.0f}"))
    assert measure(simulate(real)).values["unit_fill_rate"][""][0] == pytest.approx(0.95, abs=0.015)
