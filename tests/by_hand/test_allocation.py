"""Who gets the next unit: timetables that a person traced. Times are hours from the start."""

import pytest
from by_hand.timetable import by_receipt, given, shop
from scenes import play

from simulator.engine.facts import Delivered, Served

FIVE = {
    "small": [(1, "a", 5, "web", 10)],
    "bulk": [(2, "a", 8, "web", 30)],
    "trade": [(3, "a", 2, "web", 20)],
    "key": [(4, "a", 4, "web", 40)],
    "late": [(5, "a", 3, "web", 20)],
}
POLICY = """
  allocation: {allocation}
  stockout: {{rule: backorder, ship: {ship}}}
  rules:
    - {{when: {{segment: small}}, priority: 3, promise: {{rule: fixed, time: 89 h}}}}
    - {{when: {{segment: bulk}}, priority: 2, promise: {{rule: fixed, time: 58 h}}}}
    - {{when: {{segment: trade}}, priority: 2, promise: {{rule: fixed, time: 77 h}}}}
    - {{when: {{segment: key}}, priority: 1}}
    - {{when: {{segment: late}}, priority: 3, promise: {{rule: fixed, time: 65 h}}}}
"""


@pytest.mark.parametrize(
    ("allocation", "ship", "first", "second", "third"),
    [
        ("first_come", "units", [5, 3, 0, 0, 0], [0, 5, 2, 1, 0], [0, 0, 0, 3, 3]),
        # 3 are left for the 8 of the second line, which nobody overtakes
        ("first_come", "lines", [5, 0, 0, 0, 0], [0, 8, 2, 0, 0], [0, 0, 0, 4, 3]),
        ("priority", "units", [0, 4, 0, 4, 0], [2, 4, 2, 0, 0], [3, 0, 0, 0, 3]),
        ("priority", "lines", [0, 0, 0, 4, 0], [0, 8, 2, 0, 0], [5, 0, 0, 0, 3]),
        # priority 2 leaves 2 on the shelf, priority 3 leaves 4
        ("critical_level, levels: {2: 2, 3: 4}", "units", [0, 2, 0, 4, 0], [0, 6, 2, 0, 0], [5, 0, 0, 0, 1]),
        ("critical_level, levels: {2: 2, 3: 4}", "lines", [0, 0, 0, 4, 0], [0, 8, 2, 0, 0], [5, 0, 0, 0, 0]),
        # the level of 2 holds for 3 too
        ("critical_level, levels: {2: 4}", "units", [0, 0, 0, 4, 0], [0, 8, 0, 0, 0], [5, 0, 2, 0, 1]),
        # 8 of 22, 8 of 14, 6 of 6: rounded down, and the rest to the largest remainders
        ("fair_share", "units", [2, 3, 1, 1, 1], [2, 3, 0, 2, 1], [1, 2, 1, 1, 1]),
        ("fair_share", "lines", [5, 0, 0, 0, 0], [0, 8, 2, 0, 0], [0, 0, 0, 4, 3]),
        # due at 90, 60, 80, never, 70
        ("due_date", "units", [0, 8, 0, 0, 0], [3, 0, 2, 0, 3], [2, 0, 0, 4, 0]),
        ("due_date", "lines", [0, 8, 0, 0, 0], [0, 0, 2, 0, 3], [5, 0, 0, 4, 0]),
        # prices 10, 30, 20, 40, 20 at the same cost
        ("margin", "units", [0, 4, 0, 4, 0], [0, 4, 2, 0, 2], [5, 0, 0, 0, 1]),
        ("margin", "lines", [0, 0, 0, 4, 0], [0, 8, 2, 0, 0], [5, 0, 0, 0, 3]),
        ("smallest_first", "units", [0, 0, 2, 3, 3], [5, 2, 0, 1, 0], [0, 6, 0, 0, 0]),
        ("smallest_first", "lines", [0, 0, 2, 0, 3], [5, 0, 0, 4, 0], [0, 8, 0, 0, 0]),
    ],
)
def test_five_lines_wait_for_three_receipts(tmp_path, allocation, ship, first, second, third):
    """An empty shelf, reordering 8 when its position is 0 or less: at 0, 2 and 4 h; they come at 20, 22 and 24 h.

    line  placed  units  priority  due  price
      1      1 h      5         3   90     10
      2      2 h      8         2   60     30
      3      3 h      2         2   80     20
      4      4 h      4         1    -     40
      5      5 h      3         3   70     20
    """
    ledger = shop(tmp_path, FIVE, POLICY.format(allocation=f"{{rule: {allocation}}}", ship=ship))
    assert by_receipt(ledger, 5) == {20: first, 22: second, 24: third}


def test_cover_is_a_time_of_mean_demand(tmp_path):
    """Twelve units a day; priority 2 leaves 11 h of it, 5.5 units and so 6, priority 3 the level of 7.

    10 on hand. At 1 h priority 3 wants 4 and gets 3; at 2 h priority 2 wants 4 and gets 1; at 3 h priority 1 wants
    and gets 4.
    """
    demand = "demand: {{rule: scheduled, every: 24 h, first: {} h}}, basket: {{units: 4}}"
    text = f"""
name: Cover
run: {{start: 2026-01-05, horizon: 10 h}}
market:
  segments:
    third: {{{demand.format(1)}, priority: 3}}
    second: {{{demand.format(2)}, priority: 2}}
    first: {{{demand.format(3)}, priority: 1}}
products: {{a: {{}}}}
network:
  suppliers: {{maker: {{lead_time: 900 h}}}}
  sites: {{shop: {{stock: {{a: {{rule: base_stock, level: 10}}}}}}}}
service:
  stockout: {{rule: lost_sale}}
  allocation: {{rule: critical_level, levels: {{3: 7}}, cover: {{2: 11 h}}}}
"""
    assert given(play(text)) == [(1, 1, 3), (2, 2, 1), (3, 3, 4)]


@pytest.mark.parametrize(
    ("allocation", "got"),
    [
        # nobody overtakes those who wait for a whole line
        ("first_come", [(9, 1, 6)]),
        # the key customer at 10 h does, and so does the second at 11 h; the small line of 12 h comes last
        ("priority", [(9, 1, 6), (10, 3, 1), (11, 4, 2)]),
        # at 11 h 4 are left, of which priority 2 leaves 3
        ("critical_level, levels: {2: 3, 3: 4}", [(9, 1, 6), (10, 3, 1)]),
        ("fair_share", [(9, 1, 6)]),
        # the line of 9 h is due at 98 h, the waiting one at 29 h
        ("due_date", [(9, 1, 6), (12, 5, 1)]),
        ("margin", [(9, 1, 6), (10, 3, 1), (11, 4, 2)]),
        # 1, 2 and 1 units before 8
        ("smallest_first", [(9, 1, 6), (10, 3, 1), (11, 4, 2), (12, 5, 1)]),
    ],
)
def test_new_demand_and_those_who_wait(tmp_path, allocation, got):
    """11 on hand, nothing comes. Lines ship whole; the first takes 6, the second waits for 8.

    line  placed  units  priority   due  price
      1      9 h      6         3  98 h     10
      2    9.5 h      8         3  30 h     10
      3     10 h      1         1     -     40
      4     11 h      2         2     -     30
      5     12 h      1         3  15 h      5
    """
    orders = {
        "small": [(9, "a", 6, "web", 10)],
        "bulk": [(9.5, "a", 8, "web", 10)],
        "key": [(10, "a", 1, "web", 40)],
        "trade": [(11, "a", 2, "web", 30)],
        "late": [(12, "a", 1, "web", 5)],
    }
    policy = f"""
  allocation: {{rule: {allocation}}}
  stockout: {{rule: backorder, ship: lines}}
  rules:
    - {{when: {{segment: small}}, priority: 3, promise: {{rule: fixed, time: 89 h}}}}
    - {{when: {{segment: bulk}}, priority: 3, promise: {{rule: fixed, time: 20.5 h}}}}
    - {{when: {{segment: key}}, priority: 1}}
    - {{when: {{segment: trade}}, priority: 2}}
    - {{when: {{segment: late}}, priority: 3, promise: {{rule: fixed, time: 3 h}}}}
"""
    stock = "{a: {rule: base_stock, level: 0, opening: 11}}"
    ledger = shop(tmp_path, orders, policy, stock=stock, supplier="{lead_time: 900 h}", horizon=40)
    assert given(ledger) == got


def test_smallest_first_looks_at_what_a_line_still_waits_for(tmp_path):
    """9 on hand; the second line finds 2 of its 3 and waits for 1, the third waits for 2: two units come at 22 h."""
    orders = {"all": [(1, "a", 7), (2, "a", 3), (3, "a", 2)]}
    stock = "{a: {rule: reorder_point, point: 0, quantity: 2, opening: 9}}"
    ledger = shop(tmp_path, orders, "{allocation: {rule: smallest_first}}", stock=stock)
    assert given(ledger)[:4] == [(1, 1, 7), (2, 2, 2), (22, 2, 1), (22, 3, 1)]


def test_a_cancelled_line_in_the_middle_of_the_queue(tmp_path):
    """Nothing on hand; 8 come at 20, 22 and 24 h. The second of three lines gives up at 12 h, ten hours after it came.

    line  placed  units      20 h   22 h
      1      1 h      6         6
      2      2 h      8         -      -   given up at 12 h
      3      3 h     10         2      8
    """
    orders = {"one": [(1, "a", 6)], "two": [(2, "a", 8)], "three": [(3, "a", 10)]}
    ledger = shop(tmp_path, orders, "{}", two=", patience: 10 h")
    assert given(ledger) == [(20, 1, 6), (20, 3, 2), (22, 3, 8)]


@pytest.mark.parametrize(
    ("ship", "got", "delivered"),
    [
        ("units", [(1, 1, 2), (1, 2, 3), (20, 1, 3)], {1: [1, 20], 2: [2]}),
        ("lines", [(1, 2, 3), (2, 3, 1), (20, 1, 5)], {1: [1, 20], 2: [2]}),
        ("order", [(1, 2, 3), (2, 3, 1), (20, 1, 5)], {1: [20], 2: [2]}),
    ],
)
def test_what_may_leave_before_the_rest(tmp_path, ship, got, delivered):
    """2 of a and 4 of b on hand; 8 of a come at 20 h. The first order wants 5 of a and 3 of b, the second 1 of b."""
    orders = {"all": [(1, "a", 5), (1, "b", 3), (2, "b", 1)]}
    stock = """{a: {rule: reorder_point, point: 0, quantity: 8, opening: 2}, b: {rule: base_stock, level: 4}}"""
    policy = f"{{stockout: {{rule: backorder, ship: {ship}}}}}"
    ledger = shop(tmp_path, orders, policy, stock=stock, supplier="{lead_time: 19 h}")
    if ship == "units":
        got = [*got[:2], (2, 3, 1), got[2]]
    assert [each for each in given(ledger) if each[0] < 21] == got
    assert {n: [f.at for f in ledger.of(Delivered) if f.order == n] for n in (1, 2)} == delivered


def test_a_rule_says_who_comes_first_at_the_stages_too(tmp_path):
    """One clerk, 2 h an order; orders at 1, 1.5 and 2 h. The third has priority 1 by its rule, the others 2."""
    orders = {"all": [(1, "a", 1), (1.5, "a", 1)], "key": [(2, "a", 1)]}
    policy = "{rules: [{when: {segment: key}, priority: 1}, {priority: 2}]}"
    ledger = shop(
        tmp_path,
        orders,
        policy,
        stages="stages: [{stage: entry, staff: 1, time: 2 h}], ",
        stock="{a: {rule: base_stock, level: 9}}",
    )
    assert [(f.order, f.started) for f in ledger.of(Served)] == [(1, 1), (3, 3), (2, 5)]


def test_a_rule_for_a_class_of_products(tmp_path):
    """Trade comes before key where class A is concerned; 8 of each product come at 20 h, wanted twice."""
    orders = {"key": [(1, "a", 8), (1, "b", 8)], "trade": [(2, "a", 8), (2, "b", 8)]}
    policy = """
  allocation: {rule: priority}
  rules: [{when: {segment: trade, sku_class: A}, priority: 1}, {when: {segment: key}, priority: 2}, {priority: 3}]"""
    stock = "{default: {rule: reorder_point, point: 0, quantity: 8, opening: 0}}"
    ledger = shop(tmp_path, orders, policy, stock=stock, products="{a: {class: A}, b: {class: B}}")
    assert [row for row in given(ledger) if row[0] == 20] == [(20, 2, 8), (20, 3, 8)]
