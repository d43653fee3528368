"""What is wrong in one place hides nothing that is wrong elsewhere: all of it is told at once."""

from itertools import product

import pytest

from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import load, parse

TEXT = """\
name: Two errors
run: {start: 2026-01-05, horizon: 52 weeks, warm_up: 8 weeks, seed: 42}
market:
  channels: {web: {}, account: {}}
  segments:
    trade:
      demand: {rule: poisson, orders: 24 per day}
      channels: {web: 0.2, account: 0.8}
      basket: {lines: {geometric: {mean: 12}}, units: 10}
      patience: 14 days
products:
  mug: {price: 2.95, cost: 1.10, popularity: 40}
  lamp: {price: 8.50, cost: 3.20, popularity: 12}
network:
  calendars:
    office: {days: mon-fri, hours: "08:00-17:00"}
    late: {days: sat, hours: "12:00-17:00"}
  suppliers:
    importer: {lead_time: {gamma: {mean: 21 days, cv: 0.3}}}
  sites:
    warehouse:
      stages:
        - {stage: picking, staff: 2, calendar: office, time: 5 min}
        - {stage: transit, time: 2 days}
      stock:
        default: {rule: base_stock, level: 30}
service:
  rules:
    - when: {segment: trade}
      promise: {rule: fixed, time: 2 days}
costs: {holding: 25 % per year}
"""
VALUES = {
    "costs.holding": ("25 % per year", "25 %"),
    "network.sites.warehouse.stages[0].time": ("time: 5 min", "time: 5"),
    "network.sites.warehouse.stages[0].stage": ("stage: picking", "stage: piking"),
    "network.sites.warehouse.stock.default.levl": ("level: 30", "levl: 30"),
    "network.calendars.late": ('sat, hours: "12:00-17:00"', "sat"),
    "network.calendars.late.days": ("days: sat", "days: sa"),
    "network.suppliers.importer.lead_time": ("{gamma: {mean: 21 days, cv: 0.3}}", "soon"),
    "products.lamp.price": ("8.50", "-8.50"),
    "market.segments.trade.demand.rule": ("rule: poisson", "rule: posson"),
    "market.segments.trade.demand.orders": ("orders: 24 per day", "orders: 24"),
    "market.segments.trade.basket.units": ("units: 10", "units: ten"),
    "market.segments.trade.patience": ("patience: 14 days", "patience: -14 days"),
    "service.rules[0].promise.time": ("fixed, time: 2 days", "fixed, time: 2"),
    "run.warm_up": ("warm_up: 8 weeks", "warm_up: 80 weeks"),
    "run.horizon": ("horizon: 52 weeks", "horizon: 52000 weeks"),
    "run": ("horizon: 52 weeks, ", ""),
    "about": ("name: Two errors", "name: Two errors\nabout: [1]"),
    "colour": ("name: Two errors", "name: Two errors\ncolour: red"),
}
"""What is wrong by itself: the path that is told, what is written, and what instead of it."""
NAMES = {
    "there is no calendar 'ofice' (did you mean 'office'?)": ("calendar: office", "calendar: ofice"),
    "there is no segment 'tade' (did you mean 'trade'?)": ("segment: trade", "segment: tade"),
    "there is no channel 'wob' (did you mean 'web'?)": ("web: 0.2", "wob: 0.2"),
    "there is no SKU 'cup' (known are: mug, lamp)": (
        "default: {",
        "cup: {rule: base_stock, level: 3}\n        default: {",
    ),
}
"""What is wrong only beside another section."""


@pytest.mark.parametrize(("value", "name"), list(product(VALUES, NAMES)))
def test_a_wrong_value_and_a_wrong_name_are_told_together(value, name):
    text = TEXT
    for old, new in (VALUES[value], NAMES[name]):
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(ScenarioError) as error:
        parse(text)
    told = error.value.problems
    assert len(told) == 2, error.value
    assert any(each.path == value for each in told), error.value
    assert any(f"{each.message} ({each.hint})" == name for each in told), error.value


@pytest.mark.parametrize("value", VALUES)
def test_a_wrong_value_alone_is_told_alone(value):
    """Nothing is told of what only stands in for it."""
    assert parse(TEXT).name == "Two errors"
    with pytest.raises(ScenarioError) as error:
        parse(TEXT.replace(*VALUES[value], 1))
    (told,) = error.value.problems
    assert told.path == value


def test_all_of_them_at_once():
    text = TEXT
    alone = {"run", "run.warm_up", "network.calendars.late", "market.segments.trade.demand.orders"}
    several = VALUES.keys() - alone  # what needs sound values beside it is not among them
    for path in several:
        text = text.replace(*VALUES[path], 1)
    for old, new in NAMES.values():
        text = text.replace(old, new, 1)
    with pytest.raises(ScenarioError) as error:
        parse(text)
    told = str(error.value)
    for path in several:
        assert f" {path}: " in told, path
    for name in NAMES:
        assert name in told


def test_two_errors_in_one_stage_of_the_gallery():
    with pytest.raises(ScenarioError) as error:
        load(
            "full_service",
            ["network.sites.warehouse.stages[1].calendar=x", "network.sites.warehouse.stages[1].staff=-1"],
        )
    assert len(error.value.problems) == 2
