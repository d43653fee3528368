"""Results that the reports are made of, each played once."""

import pytest
import scenes

import simulator
from simulator.experiments.result import Result
from simulator.scenario.reading.load import parse

SMALL = scenes.EVERYTHING.replace("horizon: 12 weeks", "horizon: 6 weeks").replace(
    "promise: {rule: fixed, time: 3 days}",
    "promise: {rule: fixed, time: 3 days}\n      target: {line_fill_rate: 0.99, on_time: 0.0001}",
)
ASSUMED = """
assumptions:
  service.rules[0].promise.time: The sales manual <2019> says so.
  network.suppliers.importer.lead_time: A guess.
  products.*.cost: Half the price, roughly.
  nothing.there[3]: Nobody wrote it.
"""
NASTY = """
name: '<b>Söhne</b> & "Co" $x_1$ 日本'
about: '</style><script src="http://evil.example/x.js"></script>'
run: {start: 2026-01-05, horizon: 3 weeks, seed: 1}
market:
  segments:
    'a <i>b</i> & c':
      demand: {rule: poisson, orders: 9 per day}
      customers: 4000
      basket: {units: 3}
    日本の顧客:
      demand: {rule: poisson, orders: 9 per day}
      basket: {units: 3}
products: {'x<y> "z"': {price: 2, cost: 1, class: 'A<1>'}, plain: {price: 2, cost: 1, class: 'B&2'}}
network:
  suppliers: {maker: {lead_time: {gamma: {mean: 5 days, cv: 0.5}}}}
  sites: {'w<1>': {stock: {default: {rule: min_max, minimum: 60, maximum: 200}}}}
service:
  rules: [{promise: {rule: fixed, time: 1 h}, target: {on_time: 0.5}}]
assumptions: {'products.plain.cost': 'R&D <says> so'}
costs: {order: 4}
"""
OFFICE = """
name: Office hours
run: {start: 2026-01-05, horizon: 4 weeks, warm_up: 1 week, seed: 1}
market:
  segments: {all: {demand: {rule: poisson, orders: 2 per hour}, basket: {units: 1}}}
products: {application: {}}
network:
  calendars: {office: {hours: "08:00-16:00"}}
  sites: {office: {stages: [{stage: entry, calendar: office, time: 3 h}]}}
"""
NOTHING = """
name: Nothing happens
run: {start: 2026-01-05, horizon: 2 h}
market: {segments: {a: {demand: {rule: scheduled, every: 1 day, first: 5 h}, basket: {units: 1}}}}
products: {x: {}}
network:
  suppliers: {s: {lead_time: 1 day}}
  sites: {w: {stages: [{stage: picking, staff: 1, time: 1 h}], stock: {x: {rule: base_stock, level: 3}}}}
"""


def play(text: str, replications: int) -> Result:
    return simulator.run(parse(text), replications, workers=1)


@pytest.fixture(scope="session")
def everything() -> Result:
    return play(SMALL + ASSUMED, 3)


@pytest.fixture(scope="session")
def one_run() -> Result:
    return play(SMALL, 1)


@pytest.fixture(scope="session")
def segmented() -> Result:
    return play(SMALL + "segmentation: {products: {rule: abc, review: 1 week}, customers: {rule: abc}}\n", 2)


@pytest.fixture(scope="session")
def nasty() -> Result:
    return play(NASTY, 2)


@pytest.fixture(scope="session")
def office() -> Result:
    return play(OFFICE, 2)


@pytest.fixture(scope="session")
def nothing() -> Result:
    return play(NOTHING, 1)
