"""What is refused of a section `after_sales`, with its place, and what `check` tells of it."""

import pytest

from simulator.checks.conflicts import conflicts
from simulator.experiments.inputs import assumed_inputs
from simulator.scenario.assumed_defaults import assumed_defaults
from simulator.scenario.errors import ScenarioError, dotted
from simulator.scenario.reading.load import load, parse

TEXT = """
name: after-sales
run: {horizon: 52 weeks}
market: {segments: {all: {demand: {rule: poisson, orders: 1 per day}, basket: {units: 1}}}}
products: {pump: {substitutes: {tube: 0.5}}, tube: {}, cable: {step: 0.1}}
network: {calendars: {office: {days: mon-fri, hours: "08:00-16:00"}}, sites: {store: {}}}
after_sales:
"""
PUMP = "  installed: {pump: {base: 100, failure: {exponential: {mean: 100 days}}%s}}\n"


@pytest.mark.parametrize(
    ("section", "place", "said"),
    [
        ("  installed: {bump: {failure: {exponential: {mean: 1 day}}}}", "installed.bump", "no SKU 'bump'"),
        ("  installed: {cable: {failure: {exponential: {mean: 1 day}}}}", "installed.cable", "fractions of 0.1"),
        ("  installed: {pump: {failure: 3 days}}", "installed.pump.failure", "weibull: {shape"),
        ("  installed: {pump: {failure: {gamma: {mean: 3 days, cv: 1}}}}", "installed.pump.failure", "weibull: {shape"),
        (PUMP % ", contracts: {gold: 0.5}", "installed.pump.contracts.gold", "no contract 'gold'"),
        (PUMP % ", parts: {seal: 0.5}", "installed.pump.parts.seal", "no part 'seal'"),
        (PUMP % ", life: 1 year, ages: 2 years", "installed.pump.life", "older than they get"),
        (PUMP % "" + "  technicians: {one: {number: 1, calendar: offices}}", "one.calendar", "no calendar 'offices'"),
        (PUMP % "" + "  technicians: {one: {number: 1, products: tube}}", "technicians", "nobody can repair 'pump'"),
        (PUMP % "" + "  technicians: {one: {number: 1, places: den}}", "one.places", "no place 'den'"),
        (PUMP % "" + "  technicians: {one: {number: 1, places: []}}", "one.places", "from no place"),
        (PUMP % "" + "  forecast: {period: 1 s}", "forecast.period", "at least 1 h"),
        (PUMP % "" + "  contracts: {gold: {uptime: 0.9, period: 0.001 s}}", "gold.period", "at least 1 h"),
        (
            PUMP % "" + "  parts: {seal: {stock: {}, lead_time: 1 h, last_buy: {at: 1 h, units: 100000000}}}",
            "last_buy.units",
            "1000000 or less",
        ),
        (PUMP % "" + "  parts: {seal: {stock: {den: 1}, lead_time: 1 day}}", "seal.stock.den", "no place 'den'"),
        (PUMP % "" + "  parts: {seal: {stock: {}}}", "seal.lead_time", "after which time"),
        (PUMP % "" + "  parts: {seal: {stock: {}, repair: {time: 1 h, shop: den}}}", "repair.shop", "no repair shop"),
        (PUMP % "" + "  places: {a: {supplied_from: b}, b: {supplied_from: a}}", "places.a", "in a circle"),
        (PUMP % "" + "  places: {a: {van: true, supplied_from: b}, b: {}}", "places", "those of technicians"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(section, place, said):
    with pytest.raises(ScenarioError) as error:
        parse(TEXT + section)
    assert place in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("section", "place", "said"),
    [
        (
            PUMP % ", repair: 20 h" + "  technicians: {one: {number: 1, calendar: office}}",
            "technicians",
            "times the work",
        ),
        (
            PUMP % ", joins: 0, parts: {seal: 1}"
            + "  parts: {seal: {stock: {}, repair: {time: 29 h, shop: den}}}\n  shops: {den: {}}",
            "shops.den",
            "1.2 times the work",
        ),
        (PUMP % "" + "  parts: {seal: {stock: {}, lead_time: 1 day}}", "parts.seal", "no failure needs"),
        (PUMP % "" + "  contracts: {gold: {}}", "contracts.gold", "no unit has"),
        ("  installed: {tube: {failure: {exponential: {mean: 1 year}}}}", "installed.tube", "substitute for 'pump'"),
    ],
)
def test_what_is_odd_is_told(section, place, said):
    found = [(dotted(each.path), each.message) for each in conflicts(parse(TEXT + section))]
    assert any(path.endswith(place) and said in message for path, message in found), found


def test_rates_without_anything_to_repair_are_told():
    text = TEXT.replace(
        "after_sales:\n", "costs: {travel: 5}\nservice: {rules: [{repair_or_replace: {rule: repair}}]}\n"
    )
    assert [dotted(each.path) for each in conflicts(parse(text))] == [
        "costs.travel",
        "service.rules[0].repair_or_replace",
    ]


def test_defaults_that_are_assumptions_say_so_and_are_varied():
    """What nobody has measured is told as such, and a sensitivity analysis takes what is a number of it."""
    scenario = parse(TEXT + PUMP % "" + "  technicians: {one: {number: 1}}\n  forecast: {}\n")
    told = {dotted(each.path) for each in assumed_defaults(scenario)}
    assert told == {
        "after_sales.installed.pump.after_repair",
        "after_sales.installed.pump.repair",
        "after_sales.installed.pump.replacement",
        "after_sales.technicians.one.travel",
        "after_sales.diagnosis",
        "after_sales.first_time_fix",
        "after_sales.forecast.period",
        "after_sales.forecast.history",
    }
    inputs, _ = assumed_inputs(load("what_if/sales_steady"))
    found = {each.name: each for each in inputs}
    assert found["after_sales.first_time_fix"].at(0.0) == {"after_sales.first_time_fix": pytest.approx(0.68)}
    assert "after_sales.installed.pump.replacement" in found
