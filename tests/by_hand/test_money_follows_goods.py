"""By hand: revenue, cost of goods and freight are booked when goods leave the site, or when they are delivered."""

import pytest
from scenes import play

from simulator.engine import facts
from simulator.replication.measure import measure

ONE_PICKER = """
name: One picker
run: {{horizon: 48 h, warm_up: {warm_up}}}
market:
  channels: {channels}
  segments:
    all: {{demand: {{rule: scheduled, every: 6 h, first: 1 h}}, basket: {{units: 2}}, {patience}}}
products: {{p: {{price: 10, cost: 4}}, q: {{price: 7, cost: 3}}}}
network:
  suppliers: {{maker: {{lead_time: 100 h}}}}
  sites:
    w:
      stages: [{stages}]
      {stock}
service: {service}
costs: {{shipment: 3, revenue: {revenue}}}
"""
USUAL = {
    "warm_up": "0 h",
    "channels": "{}",
    "patience": "",
    "stages": "{stage: picking, staff: 1, time: 10 h}, {stage: transit, time: 20 h}",
    "stock": "",
    "service": "{}",
    "revenue": "shipment",
}


def booked(**changes):
    """Ledger, and units of p that revenue, cost of goods and freight were booked for, less what came back."""
    text = ONE_PICKER.format(**{**USUAL, **changes}).replace("units: 2}", "units: 2, items: {p: 1}}")
    ledger = play(text)
    weeks = (48 - float({**USUAL, **changes}["warm_up"].split()[0])) / 168
    values = {kpi: found[""][0] for kpi, found in measure(ledger).values.items() if "" in found}
    money = (values["revenue"] / 10, values["cost_of_goods"] / 4, values["total_cost"] / 3)
    assert values["margin"] == pytest.approx(values["revenue"] - values["cost_of_goods"] - values["total_cost"])
    return ledger, tuple(pytest.approx(weeks * each) for each in money)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (8, 8, 4)),  # 4 have left
        ({"revenue": "delivery"}, (4, 4, 4)),  # 2 are delivered; freight was paid for 4
        ({"warm_up": "15 h"}, (6, 6, 3)),  # what left at 11 h is not measured
        ({"warm_up": "35 h", "revenue": "delivery"}, (2, 2, 1)),
        # All comes back 5 h after delivery, at 36 and 46 h, and is on the shelf again at once.
        ({"service": "{rules: [{returns: {rate: 1, lag: 5 h}}]}"}, (4, 4, 4)),
        ({"service": "{rules: [{returns: {rate: 1, lag: 5 h}}]}", "revenue": "delivery"}, (0, 0, 4)),
        # Without transit they are delivered where they leave; without stages they leave when they are allocated.
        ({"stages": "{stage: picking, staff: 1, time: 10 h}"}, (8, 8, 4)),
        ({"stages": ""}, (16, 16, 8)),
        ({"stages": "{stage: entry, time: 24 h}"}, (8, 8, 4)),
        ({"stages": "{stage: transit, time: 20 h}"}, (16, 16, 8)),
        ({"stages": "{stage: transit, time: 20 h}", "revenue": "delivery"}, (10, 10, 8)),
        # One van: the goods leave when the picker is done, and wait for a van on the way.
        ({"stages": USUAL["stages"].replace("transit, ", "transit, staff: 1, ")}, (8, 8, 4)),
        ({"stages": USUAL["stages"].replace("transit, ", "transit, staff: 1, "), "revenue": "delivery"}, (2, 2, 4)),
        # 5 units at the start: the first two orders, and 1 unit of the third, whose other unit is given up.
        (
            {"stock": "stock: {default: {rule: min_max, minimum: 0, maximum: 5}}", "patience": "patience: 9 h"},
            (5, 5, 3),
        ),
    ],
)
def test_money_follows_the_goods(changes, expected):
    """Orders of 2 units at 1, 7, ... 43 h, one picker who takes 10 h, and 20 h on the way; the run ends at 48 h.

    order   placed   picked, leaves   delivered   back
      1        1           11             31       36
      2        7           21             41       46
      3       13           31              -
      4       19           41              -
    5 to 8 wait for the picker, or are with him
    """
    _, found = booked(**changes)
    assert expected == found


def test_a_shipment_leaves_between_its_allocation_and_its_delivery():
    """The same orders: when they leave, whichever way the dock is laid out; what would leave later has not left."""
    for stages in (USUAL["stages"], USUAL["stages"].replace("staff: 1, ", ""), USUAL["stages"].replace("20 h", "0 h")):
        ledger, _ = booked(stages=stages)
        staffed = "staff" in stages
        expected = [11.0, 21.0, 31.0, 41.0] if staffed else [11.0, 17.0, 23.0, 29.0, 35.0, 41.0, 47.0]
        assert [fact.at for fact in ledger.of(facts.Shipped)] == expected


def test_what_is_collected_is_sold_when_the_customer_comes():
    """Picked at 11, 21, 31 and 41 h, and collected 12 h after: at 23, 33 and 43 h; no freight."""
    collect = "{shop: {collect: {after: 12 h, hold: 20 h}}}"
    for revenue in ("shipment", "delivery"):
        assert booked(channels=collect, revenue=revenue)[1] == (6, 6, 0)
    assert booked(channels=collect.replace("12 h", "21 h"))[1] == (0, 0, 0)  # nobody comes in time


def test_what_is_given_instead_is_sold_when_it_leaves():
    """No p is there, 5 q are: two orders of 2 take q, and its price is booked when they leave, with their freight."""
    stock = "stock: {p: {rule: base_stock, level: 0}, q: {rule: base_stock, level: 9, opening: 5}}"
    service = "{stockout: [{rule: substitute}, {rule: lost_sale}]}"
    text = ONE_PICKER.format(**{**USUAL, "stock": stock, "service": service})
    text = text.replace("units: 2}", "units: 2, items: {p: 1}}").replace(
        "p: {price: 10, cost: 4}", "p: {price: 10, cost: 4, substitutes: {q: 1}}"
    )
    for revenue, sold in (("shipment", 4), ("delivery", 4)):
        values = measure(play(text.replace("revenue: shipment", f"revenue: {revenue}"))).values
        assert values["revenue"][""][0] == pytest.approx(sold * 7 * 168 / 48)
        assert values["cost_of_goods"][""][0] == pytest.approx(sold * 3 * 168 / 48)
        assert values["total_cost"][""][0] == pytest.approx(2 * 3 * 168 / 48)
