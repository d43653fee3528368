"""Return terms that contradict themselves, or that others cannot keep, are refused with their place."""

import pytest

import simulator
from simulator.replication.measure import series
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import load, parse

TEXT = """
name: Returns
run: {horizon: 1 week}
market: {segments: {all: {demand: {rule: poisson, orders: 5 per day}, basket: {units: 1}}}}
products: {a: {}}
network:
  calendars: {office: {hours: "08:00-16:00"}}
  suppliers: {maker: {lead_time: 1 day}}
  sites: {store: {stock: {a: {rule: base_stock, level: 10}}, returns: DESK, quality: {picking_error: PICKING}}}
service: {rules: [{returns: {rate: 0.1, lag: 1 day, TERMS}}]}
"""


@pytest.mark.parametrize(
    ("terms", "desk", "said"),
    [
        ("reasons: {changed_mind: 0.5}", "{}", "must add to 1; they add to 0.5"),
        ("window: 1 day, accept: {rule: any_time}", "{}", "any_time looks at no window"),
        ("accept: {rule: no_such}", "{}", "any_time"),
        ("refund: authorisation", "{}", "nobody asks"),
        ("refund: shipment", "{}", "goods are sent and here at one moment"),
        ("fraud: {share: 0.1, found: 0.5}", "{}", "what inspection finds comes after the refund"),
        ("grades: {default: {as_new: 0.5}}", "{}", "must add to 1; they add to 0.5"),
        ("grades: {damaged: {broken: 1}}", "{}", "default is missing"),
        ("grades: {default: {as_new: 1}, dmaged: {broken: 1}}", "{}", "there is no reason 'dmaged'"),
        ("disposition: {rule: most_value}", "{}", "there are no grades"),
        (
            "grades: {default: {as_new: 1}}, disposition: {rule: by_grade, defective: supplier}",
            "{}",
            "supplier 'maker' takes nothing back",
        ),
        ("exchange: 1, damaged: 1", "{}", "again and again for ever"),
        ("late: 0.1", "{}", "nothing is promised: no order is ever late"),
        ("part: 1", "{restock: 0.5, supplier: 0.5}", "supplier 'maker' takes nothing back"),
        ("part: 1", "{restock: 0.5, recycle: 0.4}", "must add to 1; they add to 0.9"),
        ("part: 1", "{refurbish_time: 1 h, refurbishing: {time: 1 h}}", "not both"),
        ("part: 1", "{refurbishing: {time: 1 h, calendar: ofice}}", "there is no calendar 'ofice'"),
        ("part: 1", "{independent: {rate: 1 per day, items: {b: 1}}}", "there is no SKU 'b'"),
        ("part: 1", "{independent: {rate: 1 per day, items: {a: 0}}}", "nothing can come back"),
        ("part: 1", "{independent: {rate: 0 per day}}", "must be more than 0"),
    ],
)
def test_what_is_wrong_is_told(terms, desk, said):
    with pytest.raises(ScenarioError) as told:
        parse(TEXT.replace("TERMS", terms).replace("DESK", desk).replace("PICKING", "0"))
    assert said in str(told.value)


def test_an_exchange_of_wrong_items_that_are_always_wrong_never_ends():
    text = TEXT.replace("DESK", "{}")
    with pytest.raises(ScenarioError, match="again and again for ever"):
        parse(text.replace("TERMS", "exchange: 1").replace("PICKING", "1"))
    assert parse(text.replace("TERMS", "exchange: 1").replace("PICKING", "0.9"))


def test_most_value_asks_for_no_claims_of_suppliers():
    """It sends goods back to those only who take them."""
    terms = "grades: {default: {as_new: 1}}, disposition: {rule: most_value}"
    text = TEXT.replace("DESK", "{}").replace("PICKING", "0")
    assert parse(text.replace("TERMS", terms)).service.rules[0].returns is not None


def test_a_share_by_reason_is_taken_apart_by_time():
    """Numerators and denominators by week add up to those of the run."""
    scenario = load("what_if/returns", ["run.horizon=10 weeks"])
    ledger = simulator.simulate(scenario)
    found = series(ledger, ["return_rate", "cost_per_return", "refund_time"], 168.0)
    assert found["return_rate"].shape == (2, 10)
    measured = simulator.run(scenario, 1, workers=1)
    for kpi, (above, below) in ((name, numbers.sum(axis=1)) for name, numbers in found.items()):
        assert above / below == pytest.approx(measured.values(kpi)[0, 0], rel=1e-6), kpi
