"""Continuous review with backorders: base stock, (r,Q), (r,nQ), (s,S), whole orders.

Sources: Zipkin, Foundations of Inventory Management (2000), 6.2 and 7.2 (Palm's theorem); Snyder & Shen,
Fundamentals of Supply Chain Theory 2e (2019); stockpyl. In all of them the shelf opens at its highest
level with nothing on order, units are backordered first come first served, and what there is of a
line leaves at once.
"""

import pytest
from truth.agreement import expect, play
from truth.systems import poisson, shelf

DAY = 24.0


def test_i01_base_stock():
    """I01 (Palm): unit demands 4/day, base stock 16, lead time 3 days. A wait of up to a day is promised."""
    text = shelf(
        seed=2001,
        horizon="2050 days",
        warm_up="50 days",
        demand=poisson("4 per day"),
        promise="1 day",
        supplier="{lead_time: 3 days}",
        stock="{rule: base_stock, level: 16}",
    )
    expect(
        play(text, 20),
        {
            "unit_fill_rate": 0.8444156524501832,
            "on_hand": 4.246356051560397,
            "backorders": 0.24635605156039703,
            "on_order": 12.0,
            "wait_time": DAY * 0.06158901289009926,
            "on_time": 0.9917689890131551,
        },
        loose={"backorders": 0.04, "wait_time": 0.04},
    )


@pytest.mark.parametrize(
    ("demand", "lead_time", "stock", "promise", "costs", "exact"),
    [
        pytest.param(
            "1.5 per day",
            "2 days",
            "{point: 3, quantity: 5}",
            "0.5 days",
            (20, 150, 100),
            (
                0.8666328304219002,
                3.105432827253822,
                0.10543282725382214,
                0.3,
                0.07028855150254809,
                0.9386828972899961,
                107.92358063314975,
            ),
            id="I05",
        ),
        pytest.param(
            "12 per day",
            "0.5 days",
            "{point: 6, quantity: 7}",
            "0.1 days",
            (4, 28, 4),
            (
                0.8631508070308732,
                4.168255312032072,
                0.16825531203207178,
                1.7142857142857142,
                0.014021276002672648,
                0.9400975166390245,
                28.241312842169155,
            ),
            id="I06",
        ),
    ],
)
def test_reorder_point_with_costs(demand, lead_time, stock, promise, costs, exact):
    """I05 and I06 (Snyder & Shen example 5.8; stockpyl): (r,Q), unit demands, constant lead time, three cost rates.

    Costs of holding and of owing a unit for a day, and of an order; the waits of up to `promise` are on time.
    """
    holding, owing, order = costs
    fill, on_hand, backorders, orders, wait, prompt, cost = exact
    rate = float(demand.split()[0])
    text = shelf(
        seed=2005,
        horizon=f"{8000 / rate:g} days",
        warm_up="30 days",
        demand=poisson(demand),
        promise=promise,
        supplier=f"{{lead_time: {lead_time}}}",
        stock="{rule: reorder_point, " + stock[1:],
        costs=f"{{holding: {holding} per unit per day, backorder: {owing} per unit per day, "
        f"replenishment_order: {order}}}",
    )
    expect(
        play(text, 24),
        {
            "unit_fill_rate": fill,
            "on_hand": on_hand,
            "backorders": backorders,
            "replenishment_orders": orders,
            "wait_time": DAY * wait,
            "on_time": prompt,
            "total_cost": 7 * cost,
        },
        within=0.01,
        loose={"backorders": 0.04, "wait_time": 0.04},
    )


def test_i08_exact_where_the_normal_approximation_is_off():
    """I08: (85,60), unit demands 20/day, lead time 4 days. The fill rate differs from the normal formula's 0.9731."""
    text = shelf(
        seed=2008,
        horizon="530 days",
        warm_up="30 days",
        demand=poisson("20 per day"),
        supplier="{lead_time: 4 days}",
        stock="{rule: reorder_point, point: 85, quantity: 60}",
    )
    exact = {"unit_fill_rate": 0.9726671173928181, "on_hand": 35.619721253872484, "backorders": 0.11972125387249882}
    expect(play(text, 20), exact, loose={"backorders": 0.09})


LUMPY = {
    "I09": (
        "2 per day",
        "{1: 0.4, 2: 0.3, 3: 0.2, 4: 0.1}",
        "3 days",
        "{rule: min_max, minimum: 12, maximum: 30}",
        (1, 10, 25),
        {
            "on_hand": 10.252250349673146,
            "backorders": 0.39824984724961965,
            "ready_rate": 0.8841813008498406,
            "unit_fill_rate": 0.8631072315710208,
            "line_fill_rate": 0.8556968610962967,
            "replenishment_orders": 0.21333334460295728,
            "replenishment_quantity": 18.74999900950576,
            "wait_time": DAY * 0.09956246181240491,
            "total_cost": 7 * 19.568082437243273,
        },
    ),
    "I11": (
        "0.8 per day",
        "{1: 0.5, 5: 0.3, 12: 0.2}",
        "4 days",
        "{rule: min_max, minimum: 15, maximum: 45}",
        (0.5, 6, 60),
        {
            "on_hand": 19.049586036860596,
            "backorders": 0.9150389249792674,
            "ready_rate": 0.8858898510164126,
            "unit_fill_rate": 0.8289484279726234,
            "line_fill_rate": 0.8303506240488073,
            "replenishment_orders": 0.10479736984592046,
            "replenishment_quantity": 33.58862922967744,
            "wait_time": DAY * 0.2599542400509282,
            "total_cost": 7 * 21.30286875906113,
        },
    ),
    "I12": (
        "1.5 per day",
        "{1: 0.5, 3: 0.3, 6: 0.2}",
        "2 days",
        "{rule: reorder_point, point: 10, quantity: 12}",
        (0, 0, 0),
        {
            "on_hand": 9.105300540570905,
            "backorders": 0.4053005405709058,
            "ready_rate": 0.8883007604647939,
            "unit_fill_rate": 0.8413755645122675,
            "line_fill_rate": 0.8355191516122835,
            "replenishment_orders": 0.325,
            "replenishment_quantity": 12.0,
        },
    ),
}
"""By case: lines, units of a line, lead time, rule, costs of holding, owing and ordering, exact values."""


@pytest.mark.parametrize("case", LUMPY)
def test_lines_of_several_units(case):
    """I09 and I11, (s,S), I12, (r,nQ), with compound Poisson demand, reviewed after every line.

    An order of I12 is the smallest multiple of 12 that lifts the position above the point (lines of at most 6
    units never need two).
    """
    lines, units, lead_time, stock, (holding, owing, order), exact = LUMPY[case]
    horizon = 40 + 7000 / float(lines.split()[0])
    text = shelf(
        seed=2000 + int(case[1:]),
        horizon=f"{horizon:g} days",
        warm_up="40 days",
        demand=poisson(lines),
        basket=f"{{units: {{empirical: {{values: {units}}}}}}}",
        supplier=f"{{lead_time: {lead_time}}}",
        stock=stock,
        costs=f"{{holding: {holding} per unit per day, backorder: {owing} per unit per day, "
        f"replenishment_order: {order}}}",
    )
    lumpy = {"backorders": 0.04, "wait_time": 0.04, "replenishment_quantity": 0.01}
    expect(play(text, 24), exact, loose=lumpy)


def test_i13_base_stock_with_geometric_lines():
    """I13: lines 1.5/day of a geometric number of units, mean 2; base stock 12, lead time 2.5 days."""
    text = shelf(
        seed=2013,
        horizon="5040 days",
        warm_up="40 days",
        demand=poisson("1.5 per day"),
        basket="{units: {geometric: {mean: 2}}}",
        supplier="{lead_time: 2.5 days}",
        stock="{rule: base_stock, level: 12}",
    )
    expect(
        play(text, 24),
        {
            "on_hand": 5.080749202325342,
            "backorders": 0.5807492023253431,
            "ready_rate": 0.8149620017672626,
            "unit_fill_rate": 0.7569452484669876,
            "line_fill_rate": 0.7569452484669875,
            "wait_time": DAY * 0.19358306744178105,
        },
        loose={"backorders": 0.04, "wait_time": 0.04},
    )


TWO_ITEMS = """
name: Orders of one line and of two
run: {{start: 2026-01-05, horizon: 1540 days, warm_up: 40 days, seed: {seed}}}
market:
  segments:
{segments}
products: {{one: {{}}, two: {{}}}}
network:
  suppliers: {{maker: {{lead_time: 2 days}}}}
  sites:
    store:
      stock: {{one: {{rule: base_stock, level: 9}}, two: {{rule: base_stock, level: 8}}}}
"""
KINDS = {"one": (2.0, "{one: 1}"), "two": (1.5, "{two: 1}"), "both": (1.0, "{one: 1, two: 1}")}
LINES_MET = {("line_fill_rate", "sku", "one"): 0.8472374939845612, ("line_fill_rate", "sku", "two"): 0.8666283259299925}
ORDERS_MET = {"order_fill_rate": 0.8341006163164799}


def test_i14_kinds_of_order():
    """I14: orders for item 1, item 2 or both in the proportion 2 : 1.5 : 1, a unit each; base stocks 9 and 8.

    The available line of a two-line order leaves at once. Lines fail together: the orders for both are met more
    often than the product of the line fill rates says.
    """
    orders = ", ".join(f"{{share: {share}, lines: {lines}}}" for share, lines in KINDS.values())
    segments = f"    all: {{demand: {poisson('4.5 per day')}, basket: {{orders: [{orders}]}}}}"
    expect(play(TWO_ITEMS.format(seed=2014, segments=segments), 20), LINES_MET | ORDERS_MET, within=0.01)


def test_i14_three_streams():
    """I14 as three independent streams of orders, one for each kind: the fill rate of each kind."""
    segments = "\n".join(
        f"    {name}: {{demand: {poisson(f'{rate} per day')}, basket: {{orders: [{{share: 1, lines: {lines}}}]}}}}"
        for name, (rate, lines) in KINDS.items()
    )
    met = {"one": 0.8472374939845612, "two": 0.8666283259299928, "both": 0.7590352965600482}
    by_kind = {("order_fill_rate", "segment", kind): share for kind, share in met.items()}
    expect(play(TWO_ITEMS.format(seed=2114, segments=segments), 20), LINES_MET | ORDERS_MET | by_kind, within=0.01)
