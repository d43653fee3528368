"""A shelf is played in two ways, and as the engine plays it: one answer, ties of a millisecond among them."""

import math
from itertools import product

import pytest

from simulator.planning.expected_demand import expected_demand
from simulator.planning.shelf_case import course_of, draw, lead_times, plan, shelf_case
from simulator.planning.shelf_demand import named_rng
from simulator.planning.shelf_play import period_ends
from simulator.planning.shelf_player import play_through, script_of
from simulator.planning.stock_levels import sized_shelves, stated_rule
from simulator.replication.measure import measure
from simulator.replication.simulate import simulate
from simulator.rules.service_target import ServiceTarget
from simulator.scenario.reading.load import parse

SHELF = """
name: One shelf
run: {{start: 2026-01-05, horizon: {horizon}, warm_up: {warm_up}, seed: 1}}
market: {{segments: {{all: {{demand: {demand}, basket: {{units: {units}}}}}}}}}
products: {{item: {{price: 2, cost: 1}}}}
network:
  suppliers: {{maker: {supplier}}}
  sites: {{store: {{stock: {{item: {rule}}}}}}}
service: {{stockout: {{rule: backorder, ship: {ship}}}}}
"""
DEMANDS = {
    "lumps": ("{rule: poisson, orders: 2 per day}", "{geometric: {mean: 5}}"),
    "on the dot": ("{rule: scheduled, every: 20 min, first: 0 h}", "{poisson: {mean: 2}}"),
}
SUPPLIES = {
    "fixed": "{lead_time: 2 h}",
    "crossing": "{lead_time: {gamma: {mean: 3 days, cv: 0.8}}}",
    "in sequence": "{crossing: false, lead_time: {gamma: {mean: 3 days, cv: 0.8}}}",
    "queue": "{capacity: 2, lead_time: {empirical: {values: {20 min: 3, 40 min: 1}}}}",
}
RULES = {
    "(r, nQ)": "{rule: reorder_point, quantity: 20, TARGET}",
    "(r, Q)": "{rule: reorder_point, quantity: 30, multiples: false, TARGET}",
    "(s, S), lots": "{rule: min_max, cover: 6 days, lot_size: 4, TARGET}",
    "(R, S)": "{rule: periodic, every: 1 day, TARGET}",
    "(R, S), review first": "{rule: periodic, every: 40 min, first: 20 min, before_demand: true, TARGET}",
    "base stock": "{rule: base_stock, TARGET}",
}
KINDS = list(ServiceTarget.model_fields)


def one_shelf(demand, supplier, rule, target="unit_fill_rate: 0.9", ship="units", **run):
    orders, units = demand
    stated = {"demand": orders, "units": units, "supplier": supplier, "ship": ship}
    stated["rule"] = rule.replace("TARGET", f"target: {{{target}}}")
    return parse(SHELF.format(**{"horizon": "1 week", "warm_up": "0 h", **run, **stated}))


def case_of(scenario):
    supplier, rule = stated_rule(scenario, "store", "item")
    demand = expected_demand(scenario, "store")["item"]
    return shelf_case(scenario, "store", "item", rule, rule.target, supplier, demand, None)


@pytest.mark.parametrize(("demand", "supply"), list(product(DEMANDS, SUPPLIES)))
def test_one_play_for_all_levels_is_the_play_line_by_line_at_each(demand, supply):
    """All wait: whatever the rule, at three levels every kind of service is the same to the last line."""
    for place, rule in enumerate(RULES.values()):
        ship = ("units", "lines")[place % 2]
        case = case_of(one_shelf(DEMANDS[demand], SUPPLIES[supply], rule, ship=ship))
        play = draw(case, plan(case, 800, 800)._replace(bundle=1, warm_up=100.0), 0).until(400)
        course = course_of(case, play, 0.0)
        drawn, ends = lead_times(case, 0, len(course.received)), period_ends(case.rule, play.window[1])
        script = script_of(play.lines, case.answers, named_rng("nobody gives up"), drawn, play.window, ends)
        mean = case.demand.mean * (case.lead_time.mean + case.rule.review)
        for level in (round(0.7 * mean), round(mean), round(1.3 * mean)):
            found = play_through(case.at_level(level), case.supply, script)
            for kind in KINDS if ship == "units" else KINDS[:-2]:  # a whole line may wait beside stock
                assert found[kind] == pytest.approx(course.service(kind, level), abs=1e-9, nan_ok=True), (rule, level)


@pytest.mark.parametrize("hours", ["1 h", "2 h 20 min", "8 h 10 min"])
def test_a_receipt_in_the_instant_of_demand_comes_first(hours):
    """One unit every 10 minutes, ordered again at once: as many as are asked for in a lead time are enough.

    The unit that is asked for when the first one comes back is that one. Three times 20 minutes is an hour.
    """
    minutes = {"1 h": 60, "2 h 20 min": 140, "8 h 10 min": 490}[hours]
    demand = ("{rule: scheduled, every: 10 min, first: 10 min}", "1")
    scenario = one_shelf(demand, f"{{lead_time: {minutes} min}}", "{rule: base_stock, TARGET}", "unit_fill_rate: 0.99")
    shelf = sized_shelves(scenario, "store")["item"]
    assert (shelf.up_to, shelf.reached) == (minutes / 10, 1)
    assert measure(simulate(scenario, 0)).values["unit_fill_rate"][""][0] == 1


def test_periods_of_20_minutes_end_before_what_comes_in_their_last_instant():
    """Four units every hour on the hour, reviewed every 20 minutes, each review's order 50 minutes on its way.

    The level is 6, hour after hour the same: what was asked for at h + 00 is ordered then and received at h + 50.
    at h + 00  6 on hand, 4 are given        2 left
    at h + 20, h + 40                        2 left, nobody waits: two periods end well
    at h + 60  the period ends before demand of its instant, after the receipt of h + 50: well
    With level 3 one unit waits from h + 00 to h + 50: of the three periods of an hour those that end at h + 20 and
    h + 40 end badly.
    """
    demand = ("{rule: scheduled, every: 1 h, first: 1 h}", "4")
    for level, well in ((6, 1.0), (3, 1 / 3)):
        rule = f"{{rule: periodic, every: 20 min, level: {level}}}"
        scenario = one_shelf(demand, "{lead_time: 50 min}", rule, horizon="100 h", warm_up="10 h")
        values = measure(simulate(scenario, 0)).values
        assert values["in_stock_probability"][""][0] == pytest.approx(well, abs=1e-12)
    scenario = one_shelf(
        demand, "{lead_time: 50 min}", "{rule: periodic, every: 20 min, TARGET}", "in_stock_probability: 0.5"
    )
    shelf = sized_shelves(scenario, "store")["item"]
    assert (shelf.up_to, math.isclose(shelf.reached, 1)) == (4, True)
