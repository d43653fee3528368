"""What is promised and offered: timetables that a person traced. Times are hours from the start."""

import math

import numpy as np
import pytest
from by_hand.timetable import shop
from scenes import play

from simulator.engine.facts import (
    OFFERS,
    Allocated,
    Declined,
    Delivered,
    Offered,
    Ordered,
    Promised,
    Sourced,
    Substituted,
)
from simulator.engine.ledger import Ledger


def promises(ledger: Ledger) -> list[tuple[int, float, float]]:
    """Order, when it was promised, for when."""
    return [(fact.order, fact.at, fact.due) for fact in ledger.of(Promised)]


def dues(ledger: Ledger) -> list[float]:
    """By order: the date first promised, be it at entry or beforehand."""
    first = {fact.order: fact.promised for fact in ledger.of(Ordered)}
    for order, _, due in reversed(promises(ledger)):
        if math.isnan(ledger.columns(Ordered)["promised"][order - 1]):
            first[order] = due
    return [first[order] for order in sorted(first)]


@pytest.mark.parametrize(
    ("promise", "due"),
    [
        ("{rule: fixed, time: 40 h}", 41),
        ("{rule: fixed, time: 40 h, cut: 0.25}", 31),
        ("{rule: fixed, time: 40 h, cut: 0.25, floor: 36 h}", 37),
        ("{rule: fixed, time: 40 h, floor: 50 h}", 51),
        # as planned: entry 2 h, then picking 1 h and half an hour for each of two lines, then 10 h on the way
        ("{rule: padded, factor: 1}", 15),
        ("{rule: padded, factor: 1.5}", 22),
        ("{rule: padded, factor: 1.5, cut: 0.5, floor: 12 h}", 13),
    ],
)
def test_fixed_and_padded(tmp_path, promise, due):
    """An order of two lines at 1 h."""
    stages = """stages: [{stage: entry, time: {exponential: {mean: 2 h}}},
      {stage: picking, time: 1 h, line_time: 30 min}, {stage: transit, time: 10 h}], """
    ledger = shop(tmp_path, {"all": [(1, "a", 1), (1, "b", 1)]}, f"{{rules: [{{promise: {promise}}}]}}", stages=stages)
    assert dues(ledger) == [pytest.approx(due)]


def test_the_record_calibrates_the_promise():
    """An order every 5 h, each takes 10 h; 50 h are promised until a tenth of 200 orders is in the record.

    The order of 5 n h finds n - 1 delivered, that of the same instant included, since work ends before demand comes:
    the 22nd, of 105 h, is the first that finds 20.
    """
    text = """
name: Record
run: {start: 2026-01-05, horizon: 150 h}
market: {segments: {all: {demand: {rule: scheduled, every: 5 h, first: 0 h}, basket: {units: 1}}}}
products: {a: {}}
network: {sites: {shop: {stages: [{stage: transit, time: 10 h}]}}}
service: {rules: [{promise: {rule: quantile, start: 50 h}}]}
"""
    times = [due - at for _, at, due in promises(play(text))]
    assert times == [50.0] * 21 + [10.0] * 9


def test_a_quantile_is_kept_by_its_share_though_orders_wait_in_one_queue():
    """M/M/1 at 80 %: times of orders that follow each other are alike, so that of a plain quantile of the last 200 only
    90 % would be kept."""
    ledger = play(
        """
name: Queue
run: {start: 2026-01-05, horizon: 12 weeks, seed: 1}
market: {segments: {all: {demand: {rule: poisson, orders: 4 per hour}, basket: {units: 1}}}}
products: {a: {}}
network: {sites: {shop: {stages: [{stage: picking, staff: 1, time: {exponential: {mean: 12 min}}}]}}}
service: {rules: [{promise: {rule: quantile, share: 0.95, start: 5 h}}]}
"""
    )
    due, last = ledger.columns(Promised), ledger.columns(Delivered)
    promised_for = np.full(len(ledger.columns(Ordered)["at"]) + 1, np.nan)
    promised_for[due["order"]] = due["due"]
    kept = last["at"] <= promised_for[last["order"]]
    assert len(kept) > 7000
    assert kept.mean() == pytest.approx(0.95, abs=0.01)  # what it is off is the level's own course, over 1 % of orders


def test_each_channel_has_its_own_record(tmp_path):
    """Web orders have nothing to wait for, phone orders wait for stock: 10 h and 20 + 10 h.

    Two of twenty are needed. Each order of b waits for its own unit. The first two of each channel are promised
    50 h, later ones what the channel's two first orders took, whatever the other channel's did.
    """
    orders = {"all": [(1, "a", 1, "web", 1), (2, "a", 1, "web", 1), (3, "b", 1, "phone", 1), (4, "b", 1, "phone", 1)]}
    orders["all"] += [(60, "a", 1, "web", 1), (61, "b", 1, "phone", 1)]
    stock = "{a: {rule: base_stock, level: 9}, b: {rule: base_stock, level: 0}}"
    stages = "stages: [{stage: transit, time: 10 h}], "
    for by, expected in (("[channel]", [10, 30]), ("[]", [30, 30]), ("[segment, site]", [30, 30])):
        policy = f"{{rules: [{{promise: {{rule: quantile, orders: 20, share: 0.99, start: 50 h, by: {by}}}}}]}}"
        ledger = shop(tmp_path / str(len(by)), orders, policy, stock=stock, stages=stages)
        times = [due - at for _, at, due in promises(ledger)]
        assert times[:4] == [50] * 4
        assert times[4:] == pytest.approx(expected, abs=0.7)


def test_what_is_given_up_is_no_delivery(tmp_path):
    """Two orders get a part at once and give the rest up after 5 h: no record of orders delivered completely yet."""
    orders = {"all": [(1, "a", 2), (2, "b", 2), (20, "c", 1)]}
    policy = "{rules: [{promise: {rule: quantile, orders: 20, start: 50 h}}]}"
    stock = "{c: {rule: base_stock, level: 5}, default: {rule: base_stock, level: 0, opening: 1}}"
    ledger = shop(tmp_path, orders, policy, stock=stock, all=", patience: 5 h")
    assert [due - at for _, at, due in promises(ledger)] == [50, 50, 50]


ATP = "{rules: [{promise: {rule: available_to_promise, cycle: 2 h}}]}"


def test_available_to_promise(tmp_path):
    """An empty shelf, 8 ordered at 0 h (here at 20 h), again 8 whenever its position is 0 or less.

    order  placed  units  owed before  covered by                              due
      1      1 h      5             0  the 8 of 20 h                           22
      2      2 h      2             5  the 8 of 20 h                           22
      3      3 h      4             7  nothing on order: 20 h from now         25   8 are ordered, here at 23 h
      4      4 h      5            11  the 8 of 23 h: 16 in all                25   position 0: 8 more, here at 24 h
      5      5 h      6            16  the 8 of 24 h                           26
      6     25 h      1            14  16 were received, 8 are on hand less 6  27
    """
    orders = {"all": [(1, "a", 5), (2, "a", 2), (3, "a", 4), (4, "a", 5), (5, "a", 6), (25, "a", 1)]}
    assert dues(shop(tmp_path, orders, ATP)) == [22, 22, 25, 25, 26, 27]


def test_available_counts_all_lines_of_an_order_together(tmp_path):
    """Six on hand; an order wants 4 and again 4 of them: the second four come in 20 h."""
    stock = "{a: {rule: base_stock, level: 6}}"
    assert dues(shop(tmp_path, {"all": [(1, "a", 4), (1, "a", 4)]}, ATP, stock=stock)) == [23]


def test_available_less_what_orders_at_the_desk_were_promised(tmp_path):
    """Ten on hand. Orders of 6 by a customer with a fixed promise, then 6 and 3, pass a desk that takes 5 h.

    At 2 h 6 of the 10 are spoken for: 6 more come in 20 h. At 3 h 4 are left that nobody needs before then: 3 are
    there at once.
    """
    orders = {"fix": [(1, "a", 6)], "all": [(2, "a", 6), (3, "a", 3)]}
    policy = """
  rules:
    - {when: {segment: fix}, promise: {rule: fixed, time: 9 h}}
    - {promise: {rule: available_to_promise, cycle: 2 h}}"""
    ledger = shop(
        tmp_path,
        orders,
        policy,
        stages="stages: [{stage: entry, time: 5 h}], ",
        stock="{a: {rule: base_stock, level: 10}}",
    )
    assert dues(ledger) == [10, 24, 5]


def test_available_less_what_is_kept_for_others(tmp_path):
    """Five on hand, 3 of them kept from priority 2: it can have 2 at once, but 3 only in 20 h."""
    orders = {"second": [(1, "a", 3)], "first": [(2, "a", 5)]}
    policy = """
  allocation: {rule: critical_level, levels: {2: 3}}
  rules: [{promise: {rule: available_to_promise, cycle: 2 h}}]"""
    ledger = shop(
        tmp_path,
        orders,
        policy,
        second=", priority: 2",
        stages="stages: [{stage: entry, time: 5 h}], ",
        stock="{a: {rule: base_stock, level: 5}}",
    )
    assert dues(ledger)[0] == 23


def test_capable_to_promise_looks_at_the_work_ahead(tmp_path):
    """One clerk, 4 h an order, all in stock. At 1 h nobody is there; at 2 h the clerk is free at 5 h; at 3 h, when one
    waits, at 9 h; at 3.5 h at 13 h. Five hours are allowed for an order's own work."""
    orders = {"all": [(1, "a", 1), (2, "a", 1), (3, "a", 1), (3.5, "a", 1)]}
    policy = "{rules: [{promise: {rule: capable_to_promise, cycle: 5 h}}]}"
    ledger = shop(
        tmp_path,
        orders,
        policy,
        stages="stages: [{stage: entry, staff: 1, time: 4 h}], ",
        stock="{a: {rule: base_stock, level: 9}}",
    )
    assert dues(ledger) == [6, 10, 14, 18]


def offers(ledger: Ledger) -> list[tuple[int, str, bool]]:
    """Order, what was offered, whether it was accepted."""
    return [(fact.order, OFFERS[fact.kind], bool(fact.accepted)) for fact in ledger.of(Offered)]


TWO = """
  stockout: {{rule: backorder, ship: order}}
  rules: [{{promise: {{rule: available_to_promise, cycle: 2 h}}, alternatives: {alternatives}}}]"""
PRODUCTS = "{a: {price: 10, substitutes: {c: 0.1}}, b: {}, c: {}}"
SIBLING = "    near: {{stock: {{default: {{rule: base_stock, level: {level}}}}}}}"


@pytest.mark.parametrize(
    ("alternatives", "made", "due", "delivered", "near"),
    [
        ("{}", [], [], {}, 9),
        ("{date: 1}", [("date", True)], [23], {1: [21]}, 9),
        ("{date: 0}", [("date", False)], [], {}, 9),
        # b is there: it comes at once, 5 of a at 21 h; the promise is the later date
        ("{partial: 1, date: 1}", [("partial", True)], [23], {1: [1, 21]}, 9),
        ("{partial: 0, date: 1}", [("partial", False), ("date", True)], [23], {1: [21]}, 9),
        # c stands in for a
        ("{item: 1}", [("item", True)], [3], {1: [1]}, 9),
        ("{item: 0, site: 1}", [("item", False), ("site", True)], [3], {1: [1]}, 9),
        # the sibling has too little of a
        ("{site: 1, date: 1}", [("date", True)], [23], {1: [21]}, 4),
    ],
)
def test_alternatives(tmp_path, alternatives, made, due, delivered, near):
    """At 1 h an order wants 5 of a, of which there is nothing here before 21 h, and 2 of b, of which there is.

    The customer would wait 10 h; the promise would be 22 h. Whoever accepts nothing goes away.
    """
    ledger = shop(
        tmp_path,
        {"all": [(1, "a", 5), (1, "b", 2)]},
        TWO.format(alternatives=alternatives),
        products=PRODUCTS,
        stock="{a: {rule: base_stock, level: 0}, default: {rule: base_stock, level: 9}}",
        site=", siblings: {near: 3 h}",
        sites=SIBLING.format(level=near),
        all=", site: shop, longest_wait: 10 h",
    )
    assert [(kind, accepted) for _, kind, accepted in offers(ledger)] == made
    assert dues(ledger) == due or (not due and math.isnan(dues(ledger)[0]))
    assert len(ledger.of(Declined)) == (not due)
    assert {1: [fact.at for fact in ledger.of(Delivered)]} == (delivered or {1: []})
    assert bool(ledger.of(Sourced)) == (("site", True) in made)
    assert bool(ledger.of(Substituted)) == (("item", True) in made)


@pytest.mark.parametrize("commitment", ["soft", "hard"])
def test_what_was_agreed_to_instead_may_be_gone_when_the_order_comes_for_it(tmp_path, commitment):
    """9 of c. At 1.5 h an order agrees to 6 of c instead of a, and waits for the one clerk, who takes 4 h an order.

    The order of 2 h wants 9 of c: with 6 of them spoken for it is promised a later date. The urgent order of 3 h
    overtakes both at the desk and comes for 8 at 9 h. If what is promised is not held it takes them: at 13 h only 1 is
    left, and the line waits for a, as it first would. If it is held, the line gets its 6 of c; the urgent one waits.
    """
    policy = f"""
  rules:
    - {{when: {{segment: urgent}}, priority: 1}}
    - priority: 2
      promise: {{rule: available_to_promise, cycle: 9 h, commitment: {commitment}}}
      alternatives: {{item: 1, date: 1}}"""
    orders = {"all": [(1, "b", 1), (1.5, "a", 6), (2, "c", 9)], "urgent": [(3, "c", 8)]}
    ledger = shop(
        tmp_path,
        orders,
        policy,
        products=PRODUCTS,
        all=", longest_wait: 15 h",
        horizon=24,
        stages="stages: [{stage: entry, staff: 1, time: 4 h}], ",
        stock="{a: {rule: base_stock, level: 0}, default: {rule: base_stock, level: 9}}",
    )
    assert offers(ledger) == [(2, "item", True), (3, "date", True)]
    if commitment == "hard":
        assert [(fact.at, fact.line, fact.units) for fact in ledger.of(Substituted)] == [(13, 2, 6)]
        assert [(fact.at, fact.line, fact.units) for fact in ledger.of(Allocated)] == [(5, 1, 1)]  # by 24 h
        return
    assert ledger.of(Substituted) == []
    assert [(fact.at, fact.line, fact.units) for fact in ledger.of(Allocated)][:3] == [(5, 1, 1), (9, 4, 8), (17, 3, 1)]


def test_every_line_may_be_swapped_where_promises_go_by_class(tmp_path):
    """One line of class A, promised by what is available, and c in stock for it."""
    policy = """
  rules:
    - {when: {sku_class: A}, promise: {rule: available_to_promise, cycle: 2 h}}
    - {alternatives: {item: 1}}"""
    products = "{a: {class: A, substitutes: {c: 1}}, c: {}}"
    ledger = shop(
        tmp_path,
        {"all": [(1, "a", 5)]},
        policy,
        products=products,
        all=", longest_wait: 10 h",
        stock="{a: {rule: base_stock, level: 0}, c: {rule: base_stock, level: 9}}",
    )
    assert offers(ledger) == [(1, "item", True)]
    assert dues(ledger) == [3]


def test_promises_by_class_of_product(tmp_path):
    """A line of class A is promised in 10 h, of class B in 30 h, of class C nothing: an order for its slowest line."""
    policy = """
  rules:
    - {when: {sku_class: A}, promise: {rule: fixed, time: 10 h}}
    - {when: {sku_class: B}, promise: {rule: fixed, time: 30 h}}"""
    orders = {"all": [(1, "a", 1), (2, "b", 1), (3, "a", 1), (3, "b", 1), (4, "a", 1), (4, "c", 1), (5, "c", 1)]}
    products = "{a: {class: A}, b: {class: B}, c: {class: C}}"
    ledger = shop(tmp_path, orders, policy, products=products, stock="{default: {rule: base_stock, level: 9}}")
    assert dues(ledger) == pytest.approx([11, 32, 33, 14, math.nan], nan_ok=True)


REPROMISE = """
  repromise: {slack: 1 h}
  stockout: {stockout}
  rules: [{promise: {rule: fixed, time: 12 h}}]"""


@pytest.mark.parametrize(
    ("supplier", "stockout", "told"),
    [
        # planned for 21 h and there by then: told at once, never again
        ("{lead_time: 20 h}", "{rule: backorder}", [(1, 22)]),
        # planned for 11 h and there by then, in time for 13 h
        ("{lead_time: 10 h}", "{rule: backorder}", []),
        # an emergency supply is here at 6 h: nothing to tell; or at 15 h
        ("{lead_time: 20 h}", "[{rule: expedite, time: 5 h}, {rule: backorder}]", []),
        ("{lead_time: 20 h}", "[{rule: expedite, time: 14 h}, {rule: backorder}]", [(1, 16)]),
    ],
)
def test_a_new_date_with_notice(tmp_path, supplier, stockout, told):
    """A line of 1 h, promised for 13 h, finds nothing. The original promise stays."""
    stock = "{a: {rule: base_stock, level: 0}}"
    policy = REPROMISE.replace("{stockout}", stockout)
    ledger = shop(tmp_path, {"all": [(1, "a", 3)]}, policy, stock=stock, supplier=supplier, horizon=90)
    assert [(at, due) for _, at, due in promises(ledger)] == told
    assert [fact.promised for fact in ledger.of(Ordered)] == [13]


def test_the_queue_of_a_supplier_is_asked(tmp_path):
    """Orders at a workshop that takes 10 h for each, one at a time, with an hour of slack.

    line  placed  promised  ready   told
      1      1 h     13 h     11 h  nothing
      2      2 h     14 h     21 h  at once 22 h
      3      3 h     15 h     31 h  at once 32 h
      4      4 h     16 h     41 h  at once 42 h
    """
    stock = "{a: {rule: base_stock, level: 0}}"
    orders = {"all": [(1, "a", 3), (2, "a", 4), (3, "a", 1), (4, "a", 1)]}
    ledger = shop(
        tmp_path,
        orders,
        REPROMISE.replace("{stockout}", "{rule: backorder}"),
        stock=stock,
        supplier="{lead_time: 10 h, capacity: 1}",
        horizon=90,
    )
    assert promises(ledger) == [(2, 2, 22), (3, 3, 32), (4, 4, 42)]


def test_a_supply_that_slips_is_told_when_the_promise_has_come(tmp_path):
    """Goods are planned for 11 h and come at 61 h. Promised is 13 h: then they are overdue, and those that late come
    after 60 h. The new date of 62 h holds, since an hour of slack is allowed."""
    stock = "{a: {rule: base_stock, level: 0}}"
    policy = REPROMISE.replace("{stockout}", "{rule: backorder}")
    supplier = "{lead_time: 60 h, planned: 10 h}"
    ledger = shop(tmp_path, {"all": [(1, "a", 3)]}, policy, stock=stock, supplier=supplier, horizon=90)
    assert promises(ledger) == [(1, 13, 62)]


def test_each_line_of_an_order_is_looked_at_until_it_is_served(tmp_path):
    """An order of 1 h, promised for 13 h, waits for a and b. b is planned for 21 h, and comes then.

    a is planned for 11 h, and comes at 61 h. At 1 h the customer is told 22 h, for b; at 13 h there is no news; at 22 h
    b has come and a has not: it is overdue, and those that late come after 60 h, as the customer is told.
    """
    stock = "{a: {rule: base_stock, level: 0, supplier: slow}, b: {rule: base_stock, level: 0, supplier: maker}}"
    orders = {"all": [(1, "a", 3), (1, "b", 3)]}
    policy = REPROMISE.replace("{stockout}", "{rule: backorder}")
    ledger = shop(
        tmp_path,
        orders,
        policy,
        stock=stock,
        horizon=80,
        supplier="{lead_time: 20 h}, slow: {lead_time: 60 h, planned: 10 h}",
    )
    assert [(at, due) for _, at, due in promises(ledger)] == [(1, 22), (22, 62)]


def test_where_nothing_was_promised_nothing_is_promised_anew(tmp_path):
    ledger = shop(tmp_path, {"all": [(1, "a", 3)]}, "{repromise: {}}")
    assert promises(ledger) == []
