"""What is done about a shortage: timetables that a person traced. Times are hours from the start."""

import numpy as np
import pytest
from by_hand.timetable import given, shop, told
from scenes import play

from simulator.engine.facts import (
    Allocated,
    Backordered,
    Cancelled,
    Delivered,
    Expedited,
    LineOrdered,
    Lost,
    Replenished,
    ShippedExpress,
    Substituted,
    TransferReceived,
    Transshipped,
)
from simulator.replication.simulate import audit

ANSWERS = (Allocated, Substituted, Expedited, Transshipped, Cancelled, Lost)
A_AND_B = "{a: {price: 10, cost: 4, substitutes: {b: 1}}, b: {price: 12}}"
STOCK = "{{a: {{rule: base_stock, level: 0, opening: {a}}}, b: {{rule: base_stock, level: 0, opening: {b}}}}}"


@pytest.mark.parametrize(
    ("chain", "b", "happens"),
    [
        ("[{rule: substitute}, {rule: lost_sale}]", 9, [("Substituted", 3)]),
        ("[{rule: substitute}, {rule: lost_sale}]", 2, [("Lost", 3)]),
        ("[{rule: substitute, part: true}, {rule: lost_sale}]", 2, [("Substituted", 2), ("Lost", 1)]),
        ("[{rule: substitute}, {rule: cancel}]", 2, [("Cancelled", 3)]),
        (
            "[{rule: substitute, part: true}, {rule: expedite, time: 4 h}, {rule: backorder}]",
            2,
            [("Substituted", 2), ("Expedited", 1), ("Allocated", 1, 5)],
        ),
        # stock that comes at 21 h, 20 h from the shortage, is not so far away
        ("[{rule: cancel, if_later_than: 20 h}, {rule: backorder}]", 0, [("Allocated", 3, 21)]),
        ("[{rule: cancel, if_later_than: 19 h}, {rule: backorder}]", 0, [("Cancelled", 3)]),
        # an emergency supply must be faster, the lateness (20 h from now, nothing being promised) more than said
        ("[{rule: expedite, time: 20 h}, {rule: backorder}]", 0, [("Allocated", 3, 21)]),
        (
            "[{rule: expedite, time: 19 h, if_late_by: 19 h}, {rule: backorder}]",
            0,
            [("Expedited", 3), ("Allocated", 3, 20)],
        ),
        ("[{rule: expedite, time: 19 h, if_late_by: 20 h}, {rule: backorder}]", 0, [("Allocated", 3, 21)]),
        # 3 units cost 2 each more, 6 of 30: a fifth of their value
        ("[{rule: expedite, time: 5 h, at_most: 0.2}, {rule: backorder}]", 0, [("Expedited", 3), ("Allocated", 3, 6)]),
        ("[{rule: expedite, time: 5 h, at_most: 0.19}, {rule: backorder}]", 0, [("Allocated", 3, 21)]),
    ],
)
def test_responses_in_turn(tmp_path, chain, b, happens):
    """2 of a on hand; at 1 h a line wants 5: 3 are short. What is ordered for them comes at 21 h."""
    ledger = shop(
        tmp_path,
        {"all": [(1, "a", 5)]},
        f"{{stockout: {chain}}}",
        products=A_AND_B,
        stock=STOCK.format(a=2, b=b),
        more="costs: {expedited_unit: 2}",
    )
    expected = [("Allocated", 1, 2)] + [(kind, rest[0] if rest else 1, units) for kind, units, *rest in happens]
    found = [(kind, at, units) for kind, at, _, units in told(ledger, *ANSWERS)]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize(("limit", "expedited"), [(0.2, True), (0.19, False)])
def test_the_policy_limits_what_emergency_supply_may_cost(tmp_path, limit, expedited):
    """Three units cost 6 more, a fifth of their value."""
    policy = f"{{rules: [{{expedite_limit: {limit}, stockout: [{{rule: expedite, time: 5 h}}, {{rule: backorder}}]}}]}}"
    ledger = shop(tmp_path, {"all": [(1, "a", 3)]}, policy, more="costs: {expedited_unit: 2}")
    assert (len(ledger.of(Expedited)) == 1) == expedited


SIBLINGS = ", siblings: {near: 3 h, far: 6 h}"
SITES = """    near: {{stock: {{a: {{rule: base_stock, level: 0, opening: {near}}}}}}}
    far: {{stock: {{a: {{rule: base_stock, level: 0, opening: {far}}}}}}}"""


@pytest.mark.parametrize(
    ("chain", "moved", "got"),
    [
        ("[{rule: transship}, {rule: backorder}]", [("near", 4), ("far", 1)], [(4, 4), (7, 1)]),
        # each keeps 2: 2 of near's 4, 3 of far's 5, and the rest waits until 21 h
        ("[{rule: transship, keep: 2}, {rule: backorder}]", [("near", 2), ("far", 3)], [(4, 2), (7, 3)]),
        ("[{rule: transship, keep: 3}, {rule: backorder}]", [("near", 1), ("far", 2)], [(4, 1), (7, 2), (21, 2)]),
        (
            "[{rule: transship, keep: 3}, {rule: expedite, time: 5 h}, {rule: backorder}]",
            [("near", 1), ("far", 2)],
            [(4, 1), (6, 2), (7, 2)],
        ),
        # 20 h late, as it would be, is not more than 20 h
        ("[{rule: transship, if_late_by: 20 h}, {rule: backorder}]", [], [(21, 5)]),
    ],
)
def test_help_from_siblings_the_nearest_first(tmp_path, chain, moved, got):
    """Nothing of a here, 4 three hours away, 5 six hours away. At 1 h a line wants 5."""
    ledger = shop(
        tmp_path,
        {"all": [(1, "a", 5)]},
        f"{{stockout: {chain}}}",
        site=SIBLINGS,
        all=", site: shop",
        sites=SITES.format(near=4, far=5),
        stock="{a: {rule: base_stock, level: 0}}",
    )
    names = ["shop", "near", "far"]
    assert [(names[fact.origin], fact.units) for fact in ledger.of(Transshipped)] == moved
    assert [(fact.at, fact.units) for fact in ledger.of(Allocated)] == got
    assert sum(fact.units for fact in ledger.of(TransferReceived)) == sum(units for _, units in moved)


def test_a_sibling_keeps_for_its_first_customers_what_the_policy_keeps(tmp_path):
    """The line of priority 2 may not touch the last 3 of 4 units there either: 1 is fetched."""
    policy = """
  allocation: {rule: critical_level, levels: {2: 3}}
  stockout: [{rule: transship}, {rule: backorder}]"""
    ledger = shop(
        tmp_path,
        {"all": [(1, "a", 5)]},
        policy,
        site=SIBLINGS,
        all=", site: shop, priority: 2",
        sites=SITES.format(near=4, far=0),
        stock="{a: {rule: base_stock, level: 0}}",
    )
    assert [fact.units for fact in ledger.of(Transshipped)] == [1]


def test_what_is_kept_from_a_line_does_not_make_it_ready(tmp_path):
    """3 on hand are kept from priority 2, which therefore would be 20 h late: the emergency supply of 5 h is used.

    At 6 h the goods go to the line that they came for, though the level of 3 is not passed.
    """
    policy = """
  allocation: {rule: critical_level, levels: {2: 3}}
  stockout: [{rule: expedite, time: 5 h, if_late_by: 10 h}, {rule: backorder}]"""
    ledger = shop(
        tmp_path, {"all": [(1, "a", 2)]}, policy, all=", priority: 2", stock="{a: {rule: base_stock, level: 3}}"
    )
    assert told(ledger, Expedited, Allocated) == [("Expedited", 1, 1, 2), ("Allocated", 6, 1, 2)]


def test_a_line_that_comes_before_others_is_ready_before_them(tmp_path):
    """8 come at 20 h. Emergency supply is for those who would be more than 18 h late.

    line  placed  units  priority  comes before it  ready in
      1      2 h      6         2                -      18 h
      2      3 h      5         2                6      20 h   as planned for what is not on order: hurried
      3      3 h      5         1                -      17 h
    """
    policy = """
  allocation: {rule: priority}
  stockout: [{rule: expedite, time: 1 h, if_late_by: 18 h}, {rule: backorder}]
  rules: [{when: {segment: key}, priority: 1}, {priority: 2}]"""
    orders = {"all": [(2, "a", 6), (3, "a", 5)], "key": [(3, "a", 5)]}
    ledger = shop(tmp_path, orders, policy)
    assert [fact.line for fact in ledger.of(Expedited)] == [2]


def test_pegged_goods_when_the_line_was_served_meanwhile(tmp_path):
    """At 1 h the line wants 4, for which an emergency supply comes at 11 h; but 3 returned units serve it before.

    A first order took 3 at 0.5 h and brings them back at 8.5 h: they go to the line. Of the 4 units of 11 h it
    gets the one it still wants, the next line of 10.5 h the other three.
    """
    policy = """
  stockout: [{rule: expedite, time: 10 h, if_late_by: 12 h}, {rule: backorder}]
  rules: [{when: {segment: first}, returns: {rate: 1, lag: 8 h}}]"""
    orders = {"first": [(0.5, "a", 3)], "all": [(1, "a", 4), (10.5, "a", 5)]}
    ledger = shop(tmp_path, orders, policy, stock="{a: {rule: base_stock, level: 0, opening: 3}}", horizon=12)
    assert given(ledger) == [(0.5, 1, 3), (8.5, 2, 3), (11, 2, 1), (11, 3, 3)]


@pytest.mark.parametrize(("patience", "got"), [("12 h", [(11, 1, 4)]), ("6 h", [(11, 2, 4)])])
def test_pegged_goods_when_the_line_was_cancelled_meanwhile(tmp_path, patience, got):
    """At 1 h a line wants 4, for which goods come at 11 h. If it is given up at 7 h, they go to the line of 2 h."""
    policy = """
  stockout: {rule: backorder}
  rules: [{when: {segment: one}, stockout: [{rule: expedite, time: 10 h}, {rule: backorder}]}]"""
    orders = {"one": [(1, "a", 4)], "two": [(2, "a", 6)]}
    ledger = shop(tmp_path, orders, policy, one=f", patience: {patience}", supplier="{lead_time: 30 h}", horizon=12)
    assert given(ledger) == got


def test_pegged_goods_overtake_those_who_wait(tmp_path):
    """Two lines wait for 6 each; for the second one 6 come at 7 h. Those that ship whole may do so too."""
    policy = """
  stockout: {rule: backorder, ship: lines}
  rules: [{when: {segment: two}, stockout: [{rule: expedite, time: 5 h}, {rule: backorder, ship: lines}]}]"""
    ledger = shop(tmp_path, {"one": [(1, "a", 6)], "two": [(2, "a", 6)]}, policy, horizon=21)
    assert given(ledger) == [(7, 2, 6), (20, 1, 6)]


MANY = """
name: Empty shelf
run: {{start: 2026-01-05, horizon: 4000 h, seed: 3}}
market:
  segments:
    all: {{demand: {{rule: scheduled, every: 1 h, first: 1 h}}, basket: {{items: {{a: 1}}, units: 1}}{more}}}
products: {{a: {{price: 5, substitutes: {{b: 0.4}}}}, b: {{}}}}
network:
  suppliers: {{maker: {{lead_time: 900 weeks}}}}
  sites:
    shop: {{stock: {{a: {{rule: base_stock, level: 0}}, b: {{rule: base_stock, level: 0, opening: 9999}}}}}}
service: {{stockout: {chain}}}
"""
CHOICE = "{rule: customer_choice, elsewhere: 0.31, substitute: 0.45, wait: 0.15, nothing: 0.09}"


def shares(chain: str, more: str = "") -> list[float]:
    """Of the lines: substituted, waiting, lost."""
    ledger = play(MANY.format(chain=chain, more=more))
    lines = len(ledger.columns(LineOrdered)["line"])
    return [len(ledger.columns(kind)["line"]) / lines for kind in (Substituted, Backordered, Lost)]


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (f"[{CHOICE}]", [0.45, 0.15, 0.40]),
        # four of ten take what is offered; the shares are of the other six
        (f"[{{rule: substitute}}, {CHOICE}]", [0.4 + 0.6 * 0.45, 0.6 * 0.15, 0.6 * 0.40]),
    ],
)
def test_customers_choose_by_their_shares(chain, expected):
    """3999 lines; a share of 0.45 is off by less than 0.03 in all but one of 10,000 runs."""
    np.testing.assert_allclose(shares(chain), expected, atol=0.03)


def test_a_customer_who_does_not_wait_may_take_another_item():
    """Half would wait. Of the others, too, four of ten take what is offered instead."""
    np.testing.assert_allclose(
        shares("[{rule: substitute}, {rule: backorder}]", ", waits: 0.5"), [0.4, 0.3, 0.3], atol=0.03
    )


@pytest.mark.parametrize(
    ("if_late_by", "lead", "express", "delivered"),
    [
        # picked at 1 h, 30 h on the way: due at 26 h
        ("0 h", 0, True, 7.0),
        ("5 h", 0, False, 31.0),
        ("4.9 h", 0, True, 7.0),
        # what had to wait until 9 h leaves express too
        ("12 h", 8, True, 15.0),
    ],
)
def test_express_for_what_would_be_late(tmp_path, if_late_by, lead, express, delivered):
    """An order of 1 h is promised for 26 h; transit takes 30 h, the faster way 6 h."""
    policy = f"""
  rules:
    - {{promise: {{rule: fixed, time: 25 h}}, express: {{time: 6 h, if_late_by: {if_late_by}}}}}"""
    opening = 0 if lead else 5
    ledger = shop(
        tmp_path,
        {"all": [(1, "a", 5)]},
        policy,
        stages="stages: [{stage: transit, time: 30 h}], ",
        supplier=f"{{lead_time: {lead or 900} h}}",
        stock=f"{{a: {{rule: base_stock, level: 0, opening: {opening}}}}}",
    )
    assert [fact.at for fact in ledger.of(Delivered)] == [delivered]
    assert bool(ledger.of(ShippedExpress)) == express


def test_nobody_knows_beforehand_how_long_the_slow_way_takes():
    """All orders would be late as planned; all go express, also those that would have been lucky."""
    text = """
name: Luck
run: {start: 2026-01-05, horizon: 400 h, seed: 1}
market: {segments: {all: {demand: {rule: scheduled, every: 1 h, first: 0 h}, basket: {units: 1}}}}
products: {a: {}}
network: {sites: {shop: {stages: [{stage: transit, time: {exponential: {mean: 30 h}}}]}}}
service: {rules: [{promise: {rule: fixed, time: 10 h}, express: {time: 20 h}}]}
"""
    assert len(play(text).of(ShippedExpress)) == 400


def test_a_shelf_reviewed_by_the_period_waits_for_its_review(tmp_path):
    """5 on hand are sold at 2 h; 3 more are given up at 11 h. Nothing is ordered before the review of 24 h."""
    orders = {"one": [(1, "a", 3)], "two": [(2, "a", 2)]}
    stock = "{a: {rule: periodic, every: 24 h, level: 5, opening: 5, first: 24 h}}"
    ledger = shop(tmp_path, {**orders, "three": [(3, "a", 3)]}, "{}", stock=stock, three=", patience: 8 h", horizon=30)
    assert [(fact.at, fact.units) for fact in ledger.of(Replenished)] == [(24, 5)]


NO_TIME = """
name: A supplier who needs no time
run: {{start: 2026-01-05, horizon: 8 weeks, seed: 1}}
market:
  segments: {{a: {{demand: {{rule: poisson, orders: 6 per day}}, basket: {{units: {{poisson: {{mean: 3}}}}}}}}}}
products: {{p: {{price: 10, cost: 5}}}}
network:
  suppliers: {{plant: {{lead_time: {lead_time}, capacity: {capacity}}}}}
  sites: {{w: {{stock: {{p: {{rule: base_stock, level: 1}}}}}}}}
"""


def test_limited_capacity_limits_nothing_that_takes_no_time():
    """Every line is met at once, whatever its size."""
    ledger = play(NO_TIME.format(lead_time="0 h", capacity=1))
    assert len(ledger.of(Allocated)) > 200
    assert not ledger.of(Backordered)
    audit(ledger)


def test_the_audit_lets_goods_come_at_the_instant_at_which_a_line_began_to_wait():
    """Half of all replenishment orders need no time: their goods are given to lines that began to wait just then."""
    lead_time = "{empirical: {values: {0 h: 0.5, 5 h: 0.5}}}"
    ledger = play(NO_TIME.format(lead_time=lead_time, capacity=1000))
    began = {fact.line: fact.at for fact in ledger.of(Backordered)}
    assert sum(began.get(fact.line) == fact.at for fact in ledger.of(Allocated)) > 20
    audit(ledger)
