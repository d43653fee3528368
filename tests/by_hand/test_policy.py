"""The service policy by hand: which rule decides what, for which orders, and what overrides do to it."""

from typing import Any

import numpy as np
import pytest
from scenes import play

from simulator.engine.facts import Backordered, LineOrdered, Lost, Ordered, Promised, Served
from simulator.engine.ledger import Ledger
from simulator.measures.labels import of_customers, of_products
from simulator.mechanisms.segmentation.facts import CustomerReclassified
from simulator.reports.story import tell

SHOP = """
name: Policy by hand
run: {start: 2026-01-05, horizon: 20 days, seed: 1}
market:
  channels: {web: {}, edi: {}}
  segments:
    key:
      demand: {rule: scheduled, every: 1 day, first: 1 h}
      channels: {edi: 1.0}
      customers: {anna: 1, bert: 1}
      customer_class: A
      basket: {orders: [{share: 1, lines: {mug: 2}}]}
    shop:
      demand: {rule: scheduled, every: 1 day, first: 2 h}
      channels: {web: 0.5, edi: 0.5}
      customers: {carl: 1, dora: 1}
      customer_class: C
      basket: {orders: [{share: 1, lines: {mug: 2, cup: 1}}, {share: 1, lines: {cup: 3}}]}
products:
  mug: {price: 10, cost: 5, class: X}
  cup: {price: 4, cost: 2, class: Y}
network:
  suppliers: {maker: {lead_time: 300 days}}
  sites: {store: {stock: {default: {rule: reorder_point, point: 0, quantity: 1, opening: 0}}}}
"""
"""Orders of key are worth 20, those of shop 24 (mug and cup) or 12 (cups alone); nothing is ever in stock."""


def policy(rules: str, **more: str) -> Ledger:
    service = "".join(f"  {name}: {value}\n" for name, value in more.items())
    return play(SHOP + f"service:\n  rules:\n{rules}{service}")


def orders(ledger: Ledger) -> list[dict[str, Any]]:
    """Orders as a person would list them: who, through what, worth what, promised how long, by which rule."""
    table, lines = ledger.columns(Ordered), ledger.columns(LineOrdered)
    worth = np.bincount(lines["order"], lines["units"] * lines["price"])
    listed = []
    for row, order in enumerate(table["order"].tolist()):
        mine = {name: column[row].item() for name, column in table.items()}
        mine["customer"] = ledger.customers[mine["customer"]]
        mine["segment"] = ["key", "shop"][mine["segment"]]
        mine["channel"] = ["web", "edi"][mine["channel"]]
        del mine["requested"]
        listed.append(mine | {"worth": worth[order], "hours": round(mine["promised"] - mine["at"], 6)})
    return listed


def test_each_commitment_is_decided_by_the_first_rule_that_matches_and_states_it():
    """Rule 1 (edi) states the response, rule 2 (shop) the promise, rule 3 both, for all.

    order             promise    response        rule    target
    key through edi   rule 3     rule 1: lost    1       3
    shop through edi  rule 2     rule 1: lost    1       2
    shop through web  rule 2     rule 3: waits   2       2
    """
    ledger = policy("""
    - {when: {channel: edi}, stockout: {rule: lost_sale}}
    - {when: {segment: shop}, promise: {rule: fixed, time: 2 days}, target: {on_time: 0.9}}
    - {promise: {rule: fixed, time: 5 days}, stockout: {rule: backorder}, target: {on_time: 0.8}}
""")
    order_of = ledger.columns(LineOrdered)["order"]
    lost = set(order_of[ledger.columns(Lost)["line"] - 1].tolist())
    waits = set(order_of[ledger.columns(Backordered)["line"] - 1].tolist())
    assert not lost & waits
    found = {
        (o["segment"], o["channel"], o["hours"], o["order"] in lost, o["rule"], o["target"]) for o in orders(ledger)
    }
    assert found == {("key", "edi", 120, True, 0, 2), ("shop", "edi", 48, True, 0, 1), ("shop", "web", 48, False, 1, 1)}


@pytest.mark.parametrize(
    ("when", "meant"),
    [
        ("{segment: key}", lambda o: o["segment"] == "key"),
        ("{segment: [key, shop], channel: web}", lambda o: o["channel"] == "web"),
        ("{customer: [anna, dora]}", lambda o: o["customer"] in ("anna", "dora")),
        ("{customer: carl, channel: edi}", lambda o: o["customer"] == "carl" and o["channel"] == "edi"),
        ("{customer_class: C}", lambda o: o["segment"] == "shop"),
        ("{order_value: {at_least: 20}}", lambda o: o["worth"] >= 20),
        ("{order_value: {at_least: 20, below: 24}}", lambda o: o["worth"] == 20),
        ("{order_value: {below: 20}, channel: edi}", lambda o: o["worth"] == 12 and o["channel"] == "edi"),
    ],
)
def test_a_rule_is_for_the_orders_that_meet_all_its_conditions(when, meant):
    ledger = policy(f"""
    - {{when: {when}, promise: {{rule: fixed, time: 1 day}}}}
    - {{promise: {{rule: fixed, time: 3 days}}}}
""")
    found = orders(ledger)
    assert {meant(order) for order in found} == {True, False}
    for order in found:
        assert (order["hours"], order["rule"]) == ((24, 0) if meant(order) else (72, 1))


def test_what_no_rule_states_is_not_promised_and_belongs_to_no_rule():
    for order in orders(policy("    - {when: {segment: key}, promise: {rule: fixed, time: 1 day}}\n")):
        assert (order["rule"] == -1) == np.isnan(order["promised"]) == (order["segment"] == "shop")


def test_lines_by_class_of_product_and_an_order_is_promised_for_its_slowest_line():
    """Mugs (X) in 1 day and never waited for; all else in 3 days, cups from shop in 2 and waited for."""
    ledger = policy("""
    - {when: {sku_class: X}, promise: {rule: fixed, time: 1 day}, stockout: {rule: lost_sale}}
    - {name: shops, when: {segment: shop}, promise: {rule: fixed, time: 2 days}, stockout: {rule: backorder}}
    - {promise: {rule: fixed, time: 3 days}, stockout: {rule: lost_sale}}
""")
    for order in orders(ledger):
        assert order["hours"] == {20: 24, 24: 48, 12: 48}[order["worth"]]
        assert order["rule"] == (1 if order["segment"] == "shop" else 2)  # a rule for lines is not the order's
    sku = ledger.columns(LineOrdered)["sku"]
    assert set(sku[ledger.columns(Lost)["line"] - 1].tolist()) == {0}
    assert set(sku[ledger.columns(Backordered)["line"] - 1].tolist()) == {1}


def test_the_slowest_line_where_promises_are_made_at_order_entry():
    """The same with a promise that looks at stock: nothing is there, so 300 days' lead time and a day for the cycle."""
    ledger = policy("""
    - {when: {sku_class: X}, promise: {rule: fixed, time: 1 day}}
    - {promise: {rule: available_to_promise, cycle: 1 day}}
""")
    made = ledger.columns(Promised)
    hours = dict(zip(made["order"].tolist(), (made["due"] - made["at"]).tolist(), strict=True))
    for order in orders(ledger):
        assert hours[order["order"]] == 24 if order["worth"] == 20 else hours[order["order"]] > 200 * 24


def test_a_priority_that_a_rule_gives_counts_at_the_stages():
    """One person has 2 h of work on each order, and one comes every hour: the queue grows. Who comes first is begun
    when the order under way is done, 2 h later at most; without the rule it waits for all before it.
    """
    text = """
name: Who is first
run: {start: 2026-01-05, horizon: 2 days}
market:
  segments:
    many: {demand: {rule: scheduled, every: 1 h, first: 1 h}, basket: {units: 1}}
    dear: {demand: {rule: scheduled, every: 6 h, first: 5.5 h}, basket: {units: 1}}
products: {mug: {price: 1}}
network: {sites: {store: {stages: [{stage: picking, staff: 1, time: 2 h}]}}}
"""
    rule = "service: {rules: [{when: {segment: dear}, priority: 1}, {priority: 2}]}\n"
    longest = []
    for service in ("", rule):
        ledger = play(text + service)
        served, dear = ledger.columns(Served), ledger.columns(Ordered)["segment"] == 1
        longest.append(np.nanmax((served["started"] - served["queued"])[dear[served["order"] - 1]]))
    assert longest[0] > 10
    assert longest[1] <= 2


RULES = """
    - {name: key accounts, when: {segment: key}, promise: {rule: fixed, time: 1 day}, target: {on_time: 0.9}}
    - {name: shops, when: {segment: shop}, stockout: {rule: lost_sale}}
    - {name: all, promise: {rule: fixed, time: 3 days}, stockout: {rule: backorder}, target: {on_time: 0.8}}
"""


def busy(overrides: str) -> Ledger:
    """The shop with 40 orders a day."""
    text = SHOP.replace("every: 1 day", "every: 1 h").replace("20 days", "100 days")
    return play(text + f"service:\n  rules:\n{RULES}" + (f"  overrides: {overrides}\n" if overrides else ""))


def test_an_override_lets_the_named_rule_decide_what_it_states_and_the_rest_falls_through():
    """Of shop's orders through the web, 30 % are promised like key accounts' and are still lost if short."""
    plain, ledger = busy(""), busy("[{rate: 0.3, when: {segment: shop, channel: web}, treated_as: key accounts}]")
    before, after = orders(plain), orders(ledger)
    web = [order for order in after if order["segment"] == "shop" and order["channel"] == "web"]
    assert np.mean([order["overridden"] for order in web]) == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / len(web)))
    for old, new in zip(before, after, strict=True):
        if new["overridden"]:
            assert (new["segment"], new["channel"], new["hours"]) == ("shop", "web", 24)
            assert (new["rule"], new["target"]) == (0, 0)
        else:
            assert new == old
    assert (ledger.columns(Lost)["line"] == plain.columns(Lost)["line"]).all()
    wants = [each.columns(LineOrdered) for each in (plain, ledger)]
    assert all((wants[0][name] == wants[1][name]).all() for name in wants[0])
    first = next(order["order"] for order in web if order["overridden"])
    assert "treated as key accounts by override" in "\n".join(tell(ledger, first))


def test_an_override_that_never_happens_leaves_everything_as_it_was():
    plain, never = busy(""), busy("[{rate: 0, when: {segment: shop}, treated_as: key accounts}]")
    for kind in (Ordered, LineOrdered, Lost, Backordered):
        for name, column in plain.columns(kind).items():
            np.testing.assert_array_equal(column, never.columns(kind)[name])


def test_each_override_has_its_own_share():
    """20 % as key accounts and 50 % as all, of the same orders: no order has both."""
    rates = "[{rate: 0.2, when: {segment: shop}, treated_as: key accounts}, {rate: 0.5, treated_as: all}]"
    mine = [order for order in orders(busy(rates)) if order["segment"] == "shop"]
    share = {rule: np.mean([order["rule"] == rule for order in mine]) for rule in (0, 1, 2)}
    assert share == pytest.approx({0: 0.2, 1: 0.3, 2: 0.5}, abs=4 * np.sqrt(0.25 / len(mine)))


def test_treating_an_order_by_its_own_rule_is_no_override():
    for order in orders(busy("[{rate: 1, treated_as: key accounts}]")):
        assert order["overridden"] == (order["segment"] == "shop")
        assert order["hours"] == 24


REVIEWED = """
name: Reviewed
run: {start: 2026-01-05, horizon: 60 days, seed: 3}
market:
  segments:
    all: {demand: {rule: poisson, orders: 12 per day}, customers: 8, basket: {lines: 2, units: {geometric: {mean: 3}}}}
products:
  a: {price: 10, popularity: 1}
  b: {price: 10, popularity: 1}
  c: {price: 10, popularity: 1}
network: {sites: {store: {}}}
"""


def test_rules_for_a_class_of_customers_follow_every_review_at_once():
    """Classes change every 5 days, and with them what is promised to the very next order."""
    ledger = play(
        REVIEWED
        + """
segmentation: {customers: {rule: abc, cuts: [0.4, 0.8], review: 5 days, window: 5 days}}
service:
  rules: [{when: {customer_class: A}, promise: {rule: fixed, time: 1 day}}, {promise: {rule: fixed, time: 2 days}}]
"""
    )
    assert len(ledger.of(CustomerReclassified)) > 10
    table, tiers = ledger.columns(Ordered), of_customers(ledger)
    assert tiers is not None
    first = tiers.at(table["customer"], table["at"]) == tiers.labels.index("A")
    assert 0 < first.mean() < 1
    np.testing.assert_array_equal(np.round(table["promised"] - table["at"], 6), np.where(first, 24, 48))
    np.testing.assert_array_equal(table["rule"], np.where(first, 0, 1))


def test_rules_for_a_class_of_products_follow_every_review_at_once():
    ledger = play(
        REVIEWED
        + """
segmentation: {products: {rule: abc, cuts: [0.34, 0.67], review: 5 days, window: 5 days}}
service:
  rules: [{when: {sku_class: A}, promise: {rule: fixed, time: 1 day}}, {promise: {rule: fixed, time: 2 days}}]
"""
    )
    table, lines, classes = ledger.columns(Ordered), ledger.columns(LineOrdered), of_products(ledger)
    code = classes.at(lines["sku"], table["at"][lines["order"] - 1])
    slow = np.bincount(lines["order"], code != classes.labels.index("A"))[1:] > 0
    assert 0 < slow.mean() < 1
    np.testing.assert_array_equal(np.round(table["promised"] - table["at"], 6), np.where(slow, 48, 24))
