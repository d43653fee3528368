"""The hash is of the content: equal content has one hash, and one hash is one play."""

import json
import random

import numpy as np
import pytest
from scenario.test_copies import TWO, facts

from simulator.scenario.distributions import Duration
from simulator.scenario.reading.load import load, parse
from simulator.scenario.scenario import Scenario

SHORT = ["run.horizon=2 weeks", "run.warm_up=1 day"]
IN_ORDER = (
    ("products",),
    ("market", "channels"),
    ("market", "segments"),
    ("market", "segments", "*", "channels"),
    ("market", "segments", "*", "customers"),
    ("*", "items"),
    ("*", "orders", "*", "lines"),
    ("network", "suppliers"),
    ("network", "sites"),
    ("network", "entry_modes"),
    ("service", "contracts"),
    ("segmentation", "*", "contracts"),
)
"""The mappings whose order the numbers follow, as `docs/provenance.md` lists them."""


def counts(way):
    """Whether the order of the keys at a place counts."""
    return any(_fits(way, each) for each in IN_ORDER)


def _fits(way, pattern):
    if pattern[0] == "*" and len(pattern) <= len(way):  # anywhere: the end decides
        way, pattern = way[len(way) - len(pattern) + 1 :], pattern[1:]
    return len(way) == len(pattern) and all(two in ("*", one) for one, two in zip(way, pattern, strict=True))


def mappings(data, way=()):
    """Every place with a mapping of several keys."""
    if isinstance(data, dict) and len(data) > 1:
        yield way
    for step, each in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from mappings(each, (*way, step))


def turned(data, chosen, turn, way=()):
    """The data with the keys of some mappings in another order."""
    if isinstance(data, dict):
        keys = turn(list(data)) if chosen(way) else list(data)
        return {key: turned(data[key], chosen, turn, (*way, key)) for key in keys}
    if isinstance(data, list):
        return [turned(each, chosen, turn, (*way, place)) for place, each in enumerate(data)]
    return data


def backwards(keys):
    return keys[::-1]


SITE = """\
      stages:
        - {stage: entry, staff: 1, calendar: day}
        - {stage: picking, time: {empirical: {values: [20 min, 5 min, 10 min]}}, staff: 1, calendar: night}
        - {stage: transit, time: {exponential: {mean: 1 day}}}
      stock:
        default: {rule: base_stock, level: 60, supplier: far}
        mug: {rule: base_stock, supplier: near, target: {line_fill_rate: 90 %}}
        vase: {rule: reorder_point, supplier: near, point: 30, quantity: 60}
"""
WHOLE = """
name: Everything with names
run: {start: 2026-01-05, horizon: 5 weeks, warm_up: 1 week}
market:
  channels:
    web: {entry: form, price: 1.1}
    desk: {entry: phone}
  segments:
    trade:
      customers: {ann: 3, bob: 1, cleo: 2}
      channels: {web: 0.5, desk: 0.5}
      site: north
      demand: {rule: poisson, orders: 9 per day}
      basket: {lines: 2, units_by_group: {small: {poisson: {mean: 3}}, big: 1}, items: {mug: 4, lamp: 2, vase: 1}}
    public:
      channels: {desk: 0.25, web: 0.75}
      site: south
      waits: 0.5
      demand: {rule: poisson, orders: 9 per day}
      basket:
        orders:
          - {share: 1, lines: {vase: {poisson: {mean: 2}}, mug: {poisson: {mean: 4}}}}
          - {share: 1, lines: {lamp: 1}}
products:
  mug: {price: 3, cost: 1, group: small, substitutes: {vase: 0.5, lamp: 0.5}}
  lamp: {price: 9, cost: 4, group: big}
  vase: {price: 7, cost: 2, group: small}
network:
  calendars: {day: {hours: "08:00-16:00", days: mon-fri}, night: {hours: "20:00-04:00"}}
  suppliers:
    near: {lead_time: {exponential: {mean: 3 days}}}
    far: {lead_time: {empirical: {values: {3 days: 2, 1 day: 1, 9 days: 1}}}}
  entry_modes:
    phone: {time: {exponential: {mean: 7 min}}, errors: {item: 5 %, address: 5 %}}
    form: {time: {exponential: {mean: 3 min}}, errors: {quantity: 5 %}}
  sites:
    north:
SITE      siblings: {south: 6 h, west: 6 h}
    south:
SITE      siblings: {west: 5 h, north: 6 h}
    west:
SITEsegmentation:
  products:
    rule: abc
    review: 2 weeks
    targets: {B: {line_fill_rate: 92 %}, A: {line_fill_rate: 97 %}, default: {line_fill_rate: 80 %}}
  customers: {rule: contract, other: bronze, contracts: {bob: gold, cleo: silver}}
service:
  allocation: {rule: critical_level, levels: {3: 9, 2: 4}, cover: {3: 2 days, 2: 1 day}}
  rules:
    - when: {segment: trade}
      promise: {rule: fixed, time: 2 days}
      stockout: [{rule: substitute}, {rule: transship}, {rule: backorder}]
    - {priority: 2, stockout: [{rule: substitute}, {rule: transship}, {rule: lost_sale}]}
  contracts:
    yearly: {covers: {segment: trade}, metric: on_time, target: 95 %, period: 2 weeks}
    monthly: {covers: {customer: ann}, metric: fill, target: 90 %, period: 1 week}
costs: {labour: {picking: 20, entry: 15}, holding: 20 % per year, lost_sale: 2 per unit}
assumptions: {market.segments: guessed, costs: made up}
"""


@pytest.fixture(scope="module", params=["quickstart", "full_service", "whole"])
def scenario(request):
    if request.param != "whole":
        return load(request.param, SHORT)
    return parse(WHOLE.replace("SITE", SITE))


def plain(scenario):
    return json.loads(json.dumps(scenario.written()))


def test_mappings_whose_order_does_not_count_change_neither_hash_nor_numbers(scenario):
    data, wanted = plain(scenario), facts(scenario)
    free = {way for way in mappings(data) if not counts(way)}
    assert len(free) > 20
    draw = random.Random(5)
    for turn in (backwards, lambda keys: draw.sample(keys, len(keys))):
        other = Scenario.model_validate(turned(data, free.__contains__, turn))
        assert json.dumps(other.written()) != json.dumps(scenario.written())
        assert other.hash == scenario.hash
        assert facts(other) == wanted


def test_mappings_whose_order_counts_make_another_hash(scenario):
    data = plain(scenario)
    places = [way for way in mappings(data) if counts(way)]
    assert places
    for place in places:
        other = Scenario.model_validate(turned(data, lambda way, place=place: way == place, backwards))
        assert other.hash != scenario.hash, place


def test_every_mapping_whose_order_counts_is_tried():
    """Else the tests above prove less than they say."""
    places = [way for way in mappings(plain(parse(WHOLE.replace("SITE", SITE)))) if counts(way)]
    assert all(any(_fits(way, each) for way in places) for each in IN_ORDER)


def test_a_default_that_is_stated_is_the_same_content():
    assert parse(TWO).hash == parse(TWO.replace("horizon: 8 weeks", "horizon: 8 weeks, warm_up: 0, seed: 1")).hash
    assert parse(TWO).hash == parse(TWO + "service: {}\ncosts: {order: 0}\n").hash


@pytest.mark.parametrize(
    ("written", "alike"),
    [
        ("horizon: 8 weeks", "horizon: 56 days"),
        ("orders: 6 per day", "orders: 42 per week"),
        ("lead_time: 2 days", "lead_time: {constant: 48 h}"),
        ("line_fill_rate: 95 %", "line_fill_rate: 0.95"),
        ("price: 3,", "price: 3.0,"),
        ("{values: {1: 3, 2: 5, 12: 1}}", "{values: {12: 1, 2: 5.0, 1.0: 3}}"),
    ],
)
def test_equal_content_has_one_hash_however_it_is_written(written, alike):
    assert written in TWO
    one, other = parse(TWO), parse(TWO.replace(written, alike))
    assert one.hash == other.hash
    assert facts(one) == facts(other)


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("horizon: 8 weeks", "horizon: 8.001 weeks"),
        ("ann: 3", "ann: 2"),
        ("rule: base_stock", "rule: periodic, every: 1 week"),
        ("{products: {rule: abc},", "{products: {rule: abc, by: margin},"),
        ("name: Two", "name: Three"),
        ("12: 1}", "12: 2}"),
    ],
)
def test_another_content_has_another_hash(written, other):
    assert written in TWO
    assert parse(TWO).hash != parse(TWO.replace(written, other)).hash


def test_what_is_to_be_optimised_does_not_count():
    scenario = load("what_if/cheapest_97")
    assert scenario.optimise is not None
    assert scenario.model_copy(update={"optimise": None}).hash == scenario.hash


def test_observed_values_are_drawn_alike_in_whatever_order_they_stand():
    laws = [
        Duration.model_validate({"empirical": {"values": values}})
        for values in ({"3 days": 2, "1 day": 0.7, "9 days": 0.1}, {"9 days": 0.1, "3 days": 2, "1 day": 0.7})
    ]
    one, other = (law.sample(np.random.default_rng(1), 1000).tolist() for law in laws)
    assert one == other
    assert laws[0].expected == laws[1].expected
