"""The report on the service policy: which rule decided, and targets of rules that others contest."""

import re

import pytest

import simulator
from simulator.experiments.result import Result
from simulator.reports.findings import Findings, goals
from simulator.reports.page import page
from simulator.reports.policy_sections import policy
from simulator.scenario.reading.load import parse

TEXT = """
name: Policy
run: {start: 2026-01-05, horizon: 30 weeks, seed: 1}
market:
  segments:
    key: {demand: {rule: poisson, orders: 5 per day}, basket: {units: 2}}
    shop: {demand: {rule: poisson, orders: 9 per day}, basket: {units: {geometric: {mean: 2}}}, customers: 5}
products: {mug: {price: 10, cost: 5, class: X}}
network:
  suppliers: {maker: {lead_time: 10 days}}
  sites: {store: {stock: {mug: {rule: reorder_point, point: 260, quantity: 200}}}}
service:
  rules:
    - {name: KEY, when: {segment: key}, promise: {rule: fixed, time: 1 day}, target: {on_time: 0.9}}
    - {name: BIG, when: {order_value: {at_least: 50}}, priority: 2}
    - {when: {segment: shop}, promise: {rule: fixed, time: 2 days}, target: {on_time: 0.8, in_full: 0.7}}
    - {when: {sku_class: X}, target: {line_fill_rate: 0.5}}
  overrides: [{rate: 0.25, when: {segment: shop}, treated_as: KEY}]
costs: {override: 4}
"""


@pytest.fixture(scope="module")
def result() -> Result:
    return simulator.run(parse(TEXT.replace("KEY", "key <accounts>")), 3, workers=1)


def test_each_rule_that_decided_has_a_row(result):
    html = str(policy(Findings(result)))
    rows = [re.sub("<[^>]+>", "|", row) for row in re.findall("<tr>.*?</tr>", html)][1:]
    assert len(rows) == 3
    assert "key &lt;accounts&gt;" in rows[0]
    assert "24 h" in rows[0]
    assert "shop, orders of 50 and more" in rows[1]
    assert "shop, orders below 50" in rows[2]
    assert "2 days" in rows[2]
    share = result.estimate("rule_share", "rule", "BIG").mean
    assert f"{100 * share:.1f} %" in rows[1]
    cost = result.estimate("cost_to_serve", "activity", "overrides").mean
    assert f"costs {cost:.3g} a week" in html
    assert "points in line fill rate" in html
    assert html in page(result)


def test_targets_that_others_contest_are_held_against_the_orders_that_have_them(result):
    """A quarter of the orders of shop have the target of key accounts; nobody takes any from key."""
    found = {(goal.whom, goal.kpi): goal for goal in goals(Findings(result))}
    assert {key: (goal.dimension, goal.label) for key, goal in found.items()} == {
        ("key", "on_time"): ("segment", "key"),
        ("shop", "on_time"): ("target", "rule 3"),
        ("shop", "in_full"): ("segment", "shop"),
        ("class X of products", "line_fill_rate"): ("class", "X"),
    }
    assert found["key", "on_time"].reached == result.estimate("on_time", "segment", "key")
    assert found["shop", "on_time"].reached == result.estimate("on_time", "target", "rule 3")
    assert found["class X of products", "line_fill_rate"].reached == result.estimate("line_fill_rate", "class", "X")


def test_rules_without_names_and_overrides_need_no_section():
    text = TEXT[: TEXT.index("  overrides")].replace("name: KEY, ", "").replace("name: BIG, ", "")
    assert not policy(Findings(simulator.run(parse(text), 1, workers=1)))
