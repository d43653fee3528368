"""Products that are sold by fractions of a unit, by hand; and quantities that are no whole number of the smallest."""

import re

import numpy as np
import pytest
from scenes import play

from simulator.engine import facts
from simulator.engine.facts import Allocated, Backordered, LineOrdered, Lost, Replenished
from simulator.engine.ledger import Ledger
from simulator.replication.measure import measure
from simulator.replication.simulate import AuditError, audit, simulate
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import parse

SHOP = """
name: By weight
run: {{start: 2026-01-05, horizon: {horizon}, seed: 1}}
market: {{segments: {{all: {{demand: {{rule: scheduled, every: 1 h, first: 1 h}}, basket: {{units: {units}}}}}}}}}
products: {{p: {{price: 10, cost: 5, step: {step}}}}}
network:
  suppliers: {{s: {{lead_time: {lead_time}}}}}
  sites: {{w: {{stock: {{p: {stock}}}}}}}
service: {{stockout: {{rule: {stockout}}}}}
"""


def shop(**kw: str) -> Ledger:
    given = {"horizon": "100 h", "lead_time": "2000 h", "stockout": "lost_sale"} | kw
    return play(SHOP.format(**given))


def whole(ledger: Ledger, kpi: str) -> float:
    return float(measure(ledger).values[kpi][""][0])


@pytest.mark.parametrize(
    ("step", "units", "level", "lines"),
    [("0.1", "0.1", "1", 10), ("0.001", "0.007", "0.07", 10), ("0.125", "0.375", "3", 8), ("0.3", "0.3", "2.1", 7)],
)
def test_the_shelf_is_empty_when_the_last_of_it_is_sold(step, units, level, lines):
    """One unit, a tenth each hour from 1 h on: the tenth takes the last at 10 h, and the eleventh finds nothing."""
    ledger = shop(step=step, units=units, stock=f"{{rule: base_stock, level: {level}}}")
    sold = [(fact.at, fact.units) for fact in ledger.of(Allocated)]
    assert sold == [(float(hour), float(units)) for hour in range(1, lines + 1)]
    assert [fact.units for fact in ledger.of(Lost)] == [float(units)] * (99 - lines)
    assert len(ledger.of(facts.Delivered)) == lines
    assert whole(ledger, "ready_rate") == lines / 100
    assert whole(ledger, "line_fill_rate") == pytest.approx(lines / 99)


@pytest.mark.parametrize(
    ("step", "opening", "point", "quantity"),
    [
        ("0.1", "10", "9", "1"),
        ("0.001", "0.1", "0.09", "0.01"),
        ("0.25", "25", "22.5", "2.5"),
        ("0.07", "7", "6.3", "0.7"),
    ],
)
def test_the_order_is_placed_when_the_point_is_reached(step, opening, point, quantity):
    """Opening 100 of the smallest quantity, point 90, order 10, one sold an hour: an order after every tenth sale."""
    stock = f"{{rule: reorder_point, point: {point}, quantity: {quantity}, opening: {opening}}}"
    ledger = shop(step=step, units=step, stock=stock, horizon="20 days", lead_time="30 min")
    assert [(fact.at, fact.units) for fact in ledger.of(Replenished)] == [
        (10.0 * turn, float(quantity)) for turn in range(1, 48)
    ]
    # 100 for the first hour; then 99 to 91 and 90 for half an hour, 100 for the other half, and so on
    in_steps = (100 + 47 * (sum(range(91, 100)) + 90 / 2 + 100 / 2) + sum(range(91, 100))) / 480
    assert whole(ledger, "on_hand") / float(step) == pytest.approx(in_steps, rel=1e-12)


def test_backorders_in_tenths_are_given_to_the_last_tenth():
    """Three tenths an hour, seven on the shelf; four are ordered at 1 h, 3 h, 4 h and 5 h, and come 4.5 h later.

    hour             1     2     3     4     5   5.5     6     7   7.5
    on the shelf     4     1     0     0     0     0     0     0     0
    owed to line                3: 2  4: 3  5: 3  4: 1  6: 3  7: 3  none to 4 and 5
    """
    ledger = shop(
        step="0.1",
        units="0.3",
        stock="{rule: reorder_point, point: 0.4, quantity: 0.4, opening: 0.7, multiples: false}",
        stockout="backorder",
        lead_time="4.5 h",
        horizon="8 h",
    )
    assert [fact.at for fact in ledger.of(Replenished)][:4] == [1.0, 3.0, 4.0, 5.0]
    owed = [(fact.at, fact.units) for fact in ledger.of(Backordered)]
    assert owed == [(3.0, 0.2), (4.0, 0.3), (5.0, 0.3), (6.0, 0.3), (7.0, 0.3)]
    given = [(fact.at, fact.line, fact.units) for fact in ledger.of(Allocated)]
    assert given[:5] == [(1.0, 1, 0.3), (2.0, 2, 0.3), (3.0, 3, 0.1), (5.5, 3, 0.2), (5.5, 4, 0.2)]
    assert given[5:] == [(7.5, 4, 0.1), (7.5, 5, 0.3)]
    assert ledger.closing["on_hand"].tolist() == [0.0]


REFUSED = """
name: Fractions without a step
run: {horizon: 1 week}
market:
  channels: {web: {protected: {units: 1.5}}}
  segments:
    one: {demand: {rule: poisson, orders: 1 per day}, basket: {units: 0.25}}
    two: {demand: {rule: poisson, orders: 1 per day}, basket: {units: {empirical: {values: [1, 2.5]}}, lines: 1.5}}
    three: {demand: {rule: poisson, orders: 1 per day}, basket: {orders: [{share: 1, lines: {oil: 0.05, nut: 1.5}}]}}
    four: {demand: {rule: poisson, orders: 1 per day}, basket: {units: {exponential: {mean: 0.3}}}}
    five: {demand: {rule: poisson, orders: 1 per day}, basket: {units: {poisson: {mean: 3, step: 0.5}}}}
products:
  nut: {price: 1, substitutes: {oil: 0.5}}
  oil: {price: 1, step: 0.1, popularity: 0}
network:
  suppliers: {s: {lead_time: 1 day}}
  sites:
    w:
      stock:
        nut: {rule: reorder_point, point: 2.5, quantity: 7.5, minimum_order: 0.5, lot_size: 2.5, opening: 9.5}
        oil: {rule: base_stock, level: 3.14}
service:
  allocation: {rule: critical_level, levels: {2: 0.5}}
  stockout: [{rule: transship, keep: 0.5}, {rule: backorder}]
"""


def test_every_quantity_that_is_no_whole_number_is_told_with_what_would_be_right():
    with pytest.raises(ScenarioError) as error:
        parse(REFUSED)
    told = {problem.path: (problem.line, f"{problem.message}; {problem.hint}") for problem in error.value.problems}
    site, shop = "network.sites.w.stock", "market.segments"
    assert set(told) == {
        "market.channels.web.protected.units",
        f"{shop}.one.basket.units",
        f"{shop}.two.basket.units.empirical.values",
        f"{shop}.two.basket.lines",
        f"{shop}.three.basket.orders[0].lines.oil",
        f"{shop}.three.basket.orders[0].lines.nut",
        f"{shop}.four.basket.units",
        f"{shop}.five.basket.units.poisson.step",
        "products.nut.substitutes.oil",
        *(f"{site}.nut.{name}" for name in ("point", "quantity", "minimum_order", "lot_size", "opening")),
        f"{site}.oil.level",
        "service.allocation.levels.2",
        "service.stockout[0].keep",
    }
    assert told[f"{site}.nut.point"] == (
        20,
        "'nut' is counted in whole units; found 2.5; write 2 or 3, or give the product its smallest quantity, such as "
        "products.nut.step: 0.1",
    )
    assert told[f"{site}.oil.level"][1] == (
        "'oil' is counted in steps of 0.1; found 3.14; write 3.1 or 3.2, or give the product a smaller step, such as "
        "products.oil.step: 0.01"
    )
    assert "products.nut.step: 0.01" in told[f"{shop}.one.basket.units"][1]
    drawn = told[f"{shop}.four.basket.units"][1]
    assert re.match(r"drawn quantities are rounded to whole numbers: their mean is then 0\.19\d*, not 0\.\d+;", drawn)
    assert "products.nut.step: 0.001" in drawn


@pytest.mark.parametrize(
    ("step", "said"),
    [("0", "more than 0"), ("-0.1", "more than 0"), ("0.0000001", "at most 6 decimals"), ("1e15", "")],
)
def test_a_step_is_a_plain_quantity(step, said):
    text = SHOP.format(
        step=step,
        units="1e15",
        stock="{rule: base_stock, level: 1e15}",
        horizon="3 h",
        lead_time="1 h",
        stockout="cancel",
    )
    if not said:
        assert play(text).closing["on_hand"].tolist() == [0.0]
        return
    with pytest.raises(ScenarioError, match=f"products.p.step: .*{said}"):
        parse(text)


def test_more_than_can_be_counted_is_refused():
    with pytest.raises(ScenarioError, match=r"level: 1e\+15 is too much to be counted in steps of 0\.001"):
        shop(step="0.001", units="1", stock="{rule: base_stock, level: 1e15}")


@pytest.mark.parametrize(("step", "law"), [("1", "gamma"), ("0.25", "normal"), ("0.001", "lognormal"), ("5", "gamma")])
def test_drawn_quantities_are_rounded_to_the_nearest_smallest_one(step, law):
    """The mean stays what it is, and every draw is as near as the smallest quantity allows."""
    units = f"{{{law}: {{mean: 40, cv: 0.4}}}}"
    stock = "{rule: base_stock, level: 10000}"
    wanted = shop(step=step, units=units, stock=stock, horizon="2000 h").columns(LineOrdered)["units"]
    as_drawn = shop(step="0.000001", units=units, stock=stock, horizon="2000 h").columns(LineOrdered)["units"]
    assert np.array_equal(wanted, np.rint(as_drawn / float(step)) * float(step)) or float(step) < 0.01
    assert np.abs(wanted - as_drawn).max() <= float(step) / 2 + 1e-6
    assert abs((wanted - as_drawn).mean()) < 4 * float(step) / np.sqrt(12 * len(wanted))


def test_the_audit_notices_a_quantity_between_two():
    ledger = simulate(
        parse(
            SHOP.format(
                step="0.1",
                units="0.1",
                stock="{rule: base_stock, level: 1}",
                horizon="9 h",
                lead_time="1 h",
                stockout="backorder",
            )
        )
    )
    audit(ledger)
    ledger.columns(Allocated)["units"][3] = 0.3 - 0.2
    with pytest.raises(AuditError, match=r"Allocated of 0\.0999\d* units is no whole number of 0\.1"):
        audit(ledger)
