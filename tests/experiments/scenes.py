"""Small scenarios for experiments: quick to play, with an exact answer."""

import time

import numpy as np

import simulator
from simulator.experiments.samples import blocks_of
from simulator.replication.measure import Measures
from simulator.scenario.reading.load import parse

TWO = """
name: Two items
run: {start: 2026-01-05, horizon: 5 weeks, warm_up: 1 week, seed: 3}
market:
  segments:
    shops: {demand: {rule: poisson, orders: 9 per day}, basket: {lines: 2, units: {poisson: {mean: 3}}}}
    guests: {demand: {rule: poisson, orders: 4 per day}, basket: {units: 1}}
products: {mug: {price: 3, cost: 1, popularity: 2}, lamp: {price: 9, cost: 4, popularity: 1}}
network:
  suppliers: {maker: {lead_time: {exponential: {mean: 2 days}}}}
  sites:
    store:
      stages: [{stage: transit, time: {exponential: {mean: 1 day}}}]
      stock: {default: {rule: base_stock, level: 90}}
service: {stockout: {rule: backorder, ship: units}, rules: [{promise: {rule: fixed, time: 2 days}}]}
"""
SHELF = """
name: One shelf
run: {{start: 2026-01-05, horizon: {weeks} weeks, warm_up: 1 week, seed: {seed}}}
market:
  segments:
    all:
      demand: {{rule: poisson, orders: 20 per day}}
      basket: {{units: 1}}
products: {{part: {{price: 2, cost: 1}}}}
network:
  suppliers: {{maker: {{lead_time: {{exponential: {{mean: 1 day}}}}}}}}
  sites: {{store: {{stock: {{part: {{rule: base_stock, level: {level}}}}}}}}}
service: {{stockout: {{rule: backorder, ship: units}}}}
"""


def shelf(weeks: int = 3, level: int = 20, seed: int = 1) -> simulator.Scenario:
    """Poisson demand with mean 20 in a lead time, against a base stock: 10 ms a replication of three weeks."""
    return parse(SHELF.format(weeks=weeks, level=level, seed=seed))


def two() -> simulator.Scenario:
    """Two segments and two items, so that slices have several labels; some orders are late, some wait for stock."""
    return parse(TWO)


def measures(**values: float) -> Measures:
    """Measures of the whole, all means: for stores that are filled by hand."""
    found = {kpi: {"": np.array([value])} for kpi, value in values.items()}
    return Measures(found, {}, {}, dict.fromkeys(found, "mean"), {})


def block(numbers, **values):
    """One block of replications with given KPIs."""
    (found,) = blocks_of([(number, 0.1, measures(**values)) for number in numbers])
    return found


def same(one: simulator.Result, other: simulator.Result) -> bool:
    """Whether two results have the same numbers, digit for digit."""
    return one.numbers == other.numbers and repr(list(one.estimates())) == repr(list(other.estimates()))


def slow(pickled: bytes, numbers):
    """What a worker does, but slowly enough to be killed."""
    from simulator.experiments.samples import play

    time.sleep(0.3)
    return play(pickled, numbers)
