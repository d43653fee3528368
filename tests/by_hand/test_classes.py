"""Classes of products and customers that a person worked out."""

import numpy as np
import pytest
from scenes import play

from simulator.engine.facts import Backordered, LineOrdered, Lost, Ordered, Replenished
from simulator.mechanisms.segmentation.facts import CustomerReclassified, SkuReclassified
from simulator.planning.stock_levels import customer_classes, product_classes
from simulator.replication.measure import measure
from simulator.reports.story import tell
from simulator.rules.classifying import Sold, turnover, variation, xyz
from simulator.scenario.reading.load import parse

TEN = """
name: Ten products
run: {start: 2026-01-05, horizon: 4 weeks}
market: {segments: {all: {demand: {rule: poisson, orders: 10 per day}, basket: {units: 1}}}}
products:
  a: {price: 50, cost: 49, popularity: 1}
  b: {price: 1, popularity: 20}
  c: {price: 10, popularity: 1}
  d: {price: 5, popularity: 1}
  e: {price: 5, popularity: 1}
  f: {price: 5, popularity: 1}
  g: {price: 2, popularity: 1}
  h: {price: 2, popularity: 1}
  i: {price: 1, popularity: 1}
  j: {price: 1000, popularity: 0}
network: {sites: {shop: {}}}
segmentation: {products: {rule: abc, by: BY}}
"""


@pytest.mark.parametrize(
    ("by", "classes"),
    [
        # value: a 50 and b 20 of 100, then c 10 begins at 70 and ends at 80: A; d, e, f are equal and begin at 80: B,
        # and stay together though two of them would do; g and h begin at 95: C; j, dear as it is, nobody wants
        ("value", "AAABBBCCCC"),
        # margin: b 20 of 51, c 10 at 30, d e f at 30/51 = 59 %: A up to 45/51 = 88 %; g, h begin there: B; i and a
        # bring 1 each and begin at 49/51 = 96 %: C
        ("margin", "CAAAAABBCC"),
        # units: b 20 of 28; all the others are equal and begin at 71 %: A
        ("volume", "AAAAAAAAAC"),
    ],
)
def test_ten_products(by, classes):
    assert "".join(product_classes(parse(TEN.replace("BY", by)))) == classes


def test_more_cuts_make_more_classes():
    """Of 100: a ends at 50, b at 70, c at 80, d to f at 95."""
    text = TEN.replace("by: BY", "cuts: [0.5, 0.7, 0.95]")
    assert "".join(product_classes(parse(text))) == "ABCCCCDDDD"


def test_variability_week_by_week():
    """Steady 4, 5, 6; every other week; once in a while; never. The mean of 0, 8, 0, 8 is 4, its deviation 4.62."""
    weeks = np.array([[4.0, 5, 6, 5], [0, 8, 0, 8], [3, 8, 3, 8], [0, 0, 0, 0]])
    cv = variation(weeks)
    assert cv[:3] == pytest.approx([0.8165 / 5, 4.6188 / 4, 2.8868 / 5.5], rel=1e-4)
    assert xyz(cv) == ["X", "Z", "Y", "Z"]


def test_a_look_back_counts_whole_weeks_from_its_end():
    """At 400 h, 200 h back: one week from 232 h on, in which the first item sold 3; what is before counts as value."""
    sold = Sold(np.array([0, 0, 0, 1]), np.array([100.0, 210, 399, 400]), *np.array([[9.0, 2, 3, 4]] * 3))
    found = turnover(sold, 2, 200, 400, 168, sold.units)
    assert found.value.tolist() == [5, 4]
    assert found.variation.tolist() == [0, 0]
    two = turnover(sold, 2, 64, 400, 168, sold.units)  # 9 + 2 and 3; nothing and 4
    assert two.variation == pytest.approx([5.6569 / 7, 2.8284 / 2], rel=1e-4)


SWITCH = """
name: Two products change places
run: {start: 2026-01-05, horizon: 16 weeks, seed: 1}
market:
  segments:
    old: {demand: {rule: scheduled, every: 4 h, first: 1 h}, basket: {orders: [{share: 1, lines: {old: 1}}]}}
    new: {demand: {rule: scheduled, every: 1 h, first: 5 weeks}, basket: {orders: [{share: 1, lines: {new: 1}}]}}
products: {old: {price: 10, cost: 6}, new: {price: 10, cost: 6}}
network:
  suppliers: {maker: {lead_time: 2 days}}
  sites:
    store: {stock: {default: {rule: reorder_point, quantity: 100, target: {line_fill_rate: 0.5}}}}
segmentation:
  products:
    rule: abc
    review: 4 weeks
    window: 4 weeks
    targets: {A: {line_fill_rate: 0.999}, default: {line_fill_rate: 0.9}}
"""


def test_a_review_finds_what_has_changed_and_stock_follows():
    """The new product is expected to sell four times the old: A, and the old, which begins at 80 %, B.

    4 weeks   only the old one was sold: it is A, the new one C
    8 weeks   168 old, 504 new in the window, so that the new one makes 75 %: it is A, and the old, from there, A too
    12 weeks  672 new make 80 %: the old one is B again
    """
    ledger = play(SWITCH)
    weeks = [(fact.at / 168, fact.sku, "ABC"[fact.became]) for fact in ledger.of(SkuReclassified)]
    assert weeks == [(4, 0, "A"), (4, 1, "C"), (8, 1, "A"), (12, 0, "B")]
    measures = measure(ledger)
    assert measures.values["sku_reclassification_rate"][""][0] == pytest.approx(4 / 6)
    assert "customer_reclassification_rate" not in measures.values


def test_the_numbers_of_the_shelf_follow_the_class():
    """By the class's target: position at each replenishment order of the old product = its reorder point then."""
    ledger = play(SWITCH)
    points = {}
    for turn in (0, 4, 12):
        orders = [f.at for f in ledger.of(Replenished) if f.shelf == 0 and turn * 168 < f.at <= (turn + 4) * 168]
        demand = [int((at - 1) // 4) + 1 for at in orders]  # units sold of it so far, that of the instant included
        placed = [sum(f.at < at and f.shelf == 0 for f in ledger.of(Replenished)) for at in orders]
        points[turn] = {ledger.opening[0] + 100 * n - sold for n, sold in zip(placed, demand, strict=True)}
    low, high = points[0], points[4]
    assert points[12] == low
    assert len(low) == 1
    assert min(high) > max(low) + 3


def test_lines_count_in_the_class_of_the_time_of_their_order():
    """Old: 42 a week, 8 weeks A and 8 B. New: from 5 weeks on 168 a week, C until 8 weeks, the order of that
    very instant included (505), then A (1,343)."""
    measures = measure(play(SWITCH))
    lines = measures.values["lines_per_week"]
    assert measures.labels("class") == ["A", "B", "C"]
    assert lines["class"] * 16 == pytest.approx([8 * 42 + 1343, 8 * 42, 505])
    assert lines["sku"] * 16 == pytest.approx([16 * 42, 1848])


def test_stock_counts_in_the_class_in_which_its_product_was_longest():
    """The old one was A and B for 8 weeks each, the new one A for 12 of 16: both count as A, the first of equals."""
    stock = measure(play(SWITCH)).values["on_hand"]
    assert stock["class"] == pytest.approx([stock[""][0], 0, 0])


def test_contracts_override_the_rule_at_the_start_and_at_reviews():
    bound = SWITCH.replace("rule: abc\n", "rule: abc\n    contracts: {old: C}\n")
    scenario = parse(bound)
    assert product_classes(scenario) == ["C", "A"]
    assert all(fact.sku == 1 for fact in play(bound).of(SkuReclassified))


CUSTOMERS = """
name: Three customers
run: {start: 2026-01-05, horizon: 12 weeks, seed: 1}
market:
  segments:
    firms:
      demand: {rule: poisson, orders: 10 per day}
      customers: {big: 82, middle: 15, small: 3}
      basket: {lines: 2, units: 3}
    fairs:
      demand: {rule: scheduled, every: 2 h, first: 6 weeks}
      customers: {fair: 1}
      customer_class: ignored
      basket: {orders: [{share: 1, lines: {mug: 20}}]}
products: {mug: {price: 5, cost: 2}}
network: {sites: {shop: {}}}
segmentation: {customers: {rule: abc, review: 4 weeks}}
"""


def test_customers_by_what_their_orders_are_worth():
    """Firms order 300 a day in all, the fair 1,200: it makes 80 %, the big firm 16 % from there, the middle 3 %."""
    assert customer_classes(parse(CUSTOMERS)) == {"big": "B", "middle": "C", "small": "C", "fair": "A"}
    ledger = play(CUSTOMERS)
    first = [(ledger.customers[f.customer], "ABC"[f.became]) for f in ledger.of(CustomerReclassified) if f.at == 672]
    assert first == [("big", "A"), ("middle", "B"), ("fair", "C")]  # before its time the fair bought nothing
    measures = measure(ledger)
    assert measures.labels("customer_class") == ["A", "B", "C"]
    orders = measures.values["orders_per_week"]
    assert orders["customer_class"].sum() == pytest.approx(orders[""][0])
    assert "(firms, class " in next(line for line in tell(ledger, 1) if "orders" in line)


def test_customers_by_contract_alone():
    rule = "{rule: contract, contracts: {small: gold}, other: plain}"
    classes = customer_classes(parse(CUSTOMERS.replace("{rule: abc, review: 4 weeks}", rule)))
    assert classes == {"big": "plain", "middle": "plain", "small": "gold", "fair": "plain"}


def test_customers_who_vary():
    """Seven orders a day of 30 each make a coefficient of variation of 1 / sqrt(70 x share) from week to week.

    big: 57 a week, 0.13; middle: 10.5, 0.31; small: 2.1, 0.69. The fair's come by the clock, but are counted as chance.
    """
    classes = customer_classes(parse(CUSTOMERS.replace("{rule: abc, review: 4 weeks}", "{rule: abc_xyz}")))
    assert classes == {"big": "BX", "middle": "CX", "small": "CY", "fair": "AX"}


def test_a_rule_for_a_class_of_customers_is_for_the_customers_in_it():
    """The fair is A: one day; all the others two."""
    day, two = "promise: {rule: fixed, time: 24 h}", "promise: {rule: fixed, time: 48 h}"
    rules = f"service: {{rules: [{{when: {{customer_class: A}}, {day}}}, {{{two}}}]}}"
    ledger = play(CUSTOMERS.replace(", review: 4 weeks", "") + rules)
    told = {(ledger.customers[fact.customer], round(fact.promised - fact.at)) for fact in ledger.of(Ordered)}
    assert told == {("big", 48), ("middle", 48), ("small", 48), ("fair", 24)}


def test_a_rule_for_a_class_of_products_follows_the_reviews():
    """Nothing on hand and nothing comes. Lines of A wait, others are lost: the old product is A from 4 to 12 weeks."""
    stock = "{rule: reorder_point, quantity: 1, point: 0, opening: 0}"
    text = SWITCH.replace("{rule: reorder_point, quantity: 100, target: {line_fill_rate: 0.5}}", stock)
    text = text.replace("lead_time: 2 days", "lead_time: 90 weeks")
    rules = "service: {rules: [{when: {sku_class: A}, stockout: {rule: backorder}}], stockout: {rule: lost_sale}}"
    ledger = play(text + rules)
    sku = ledger.columns(LineOrdered)["sku"]
    waits = [fact.at / 168 for fact in ledger.of(Backordered) if sku[fact.line - 1] == 0]
    lost = [fact.at / 168 for fact in ledger.of(Lost) if sku[fact.line - 1] == 0]
    assert all(4 < week < 12 for week in waits)
    assert all(week < 4 or week > 12 for week in lost)
    assert (len(waits), len(lost)) == (336, 336)


HISTORY = """
name: A history
run: {{start: 2026-01-05, horizon: 4 weeks}}
market:
  history: {{file: "{file}", columns: {{price: price, customer: customer}}}}
  segments:
    all: {{demand: {demand}{customers}}}
products: {{mug: {{price: 5, cost: 2}}}}
network: {{sites: {{shop: {{}}}}}}
segmentation: {{customers: {{rule: abc_xyz, cuts: [0.6], review: 2 weeks}}}}
"""


def history(tmp_path, demand: str, customers: str = "") -> str:
    """Four weeks. Ann 10 x 5 each week: 200. Ben 30 x 4 in the first: 120. A guest 1 x 5."""
    rows = [f"{n},2026-01-{5 + 7 * n:02} 10:00,mug,10,5,ann" for n in range(4)]
    rows += ["8,2026-01-06 09:00,mug,30,4,ben", "9,2026-01-07 09:00,mug,1,5,"]
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(["order,time,sku,units,price,customer", *rows]) + "\n")
    return HISTORY.format(file=file, demand=demand, customers=customers)


def test_customers_of_a_replayed_history_are_known_from_the_start(tmp_path):
    """Of 325, Ann makes 200 and ends A at 62 %. Ben and the guest bought once in four weeks.

    After two weeks of the run Ben has bought 120 and Ann 100 of 225: both are A.
    """
    text = history(tmp_path, "{rule: replayed}")
    assert customer_classes(parse(text)) == {"all 1": "BZ", "ann": "AX", "ben": "BZ", "all guest": "BZ"}
    ledger = play(text)
    moved = [(ledger.customers[fact.customer], fact.at) for fact in ledger.of(CustomerReclassified)]
    assert moved == [("ben", 336)]
    labels = measure(ledger).labels("customer_class")
    assert labels == ["AX", "AY", "AZ", "BX", "BY", "BZ"]


def test_customers_of_a_resampled_history_share_its_orders(tmp_path):
    """Six orders worth 325: 54 each; a customer who places 3 of 4 is A, and varies less than the other."""
    text = history(tmp_path, "{rule: resampled, orders: 6 per week}", ", customers: {big: 3, small: 1}")
    assert customer_classes(parse(text)) == {"big": "AY", "small": "BY"}
