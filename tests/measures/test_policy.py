"""KPIs of the service policy: slices by rule, overrides, target gaps, the spread between like customers."""

import numpy as np
import pytest
from scenes import EVERYTHING, play

from simulator.engine.facts import Allocated, Cancelled, Delivered, LineOrdered, Lost, Ordered, Sourced
from simulator.engine.ledger import Ledger
from simulator.replication.measure import Measures, measure

RULES = """
    - {name: key accounts, when: {segment: key}, promise: {rule: fixed, time: 3 days}, stockout: {rule: backorder, ship: order}, target: {on_time: 0.9, line_fill_rate: 0.5}}
    - {name: large, when: {order_value: {at_least: 60}}, stockout: {rule: lost_sale}}
    - {name: web, when: {channel: web}, promise: {rule: fixed, time: 5 days}, target: {on_time: 0.8}}
  overrides: [{rate: 0.2, when: {segment: shop}, treated_as: key accounts}]
"""  # noqa: E501
TEXT = (
    EVERYTHING[: EVERYTHING.index("service:")]
    + f"""
service:
  rules:{RULES}
"""
    + EVERYTHING[EVERYTHING.index("costs:") :]
    + "  override: 3\n"
)
LABELS = ["key accounts", "large", "web", "none"]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return play(TEXT)


@pytest.fixture(scope="module")
def measures(ledger) -> Measures:
    return measure(ledger)


@pytest.fixture(scope="module")
def counted(ledger) -> dict[str, np.ndarray]:
    """The measured orders as columns."""
    table = ledger.columns(Ordered)
    return {name: column[table["at"] >= ledger.scenario.run.warm_up] for name, column in table.items()}


def test_orders_by_rule(measures, counted):
    assert measures.labels("rule") == LABELS
    share = [np.mean(counted["rule"] == rule) for rule in (0, 1, 2, -1)]
    assert measures.values["rule_share"]["rule"] == pytest.approx(share)
    assert measures.values["rule_share"][""] == pytest.approx(1 - share[3])
    assert min(share) > 0.01


@pytest.mark.parametrize("kpi", ["revenue", "cost_to_serve", "margin", "orders_per_week", "lines_per_week"])
@pytest.mark.parametrize("dimension", ["rule", "segment", "site"])
def test_slices_add_up(measures, kpi, dimension):
    values = measures.values[kpi]
    assert values[dimension].sum() == pytest.approx(values[""][0])
    assert len(values[dimension]) == len(measures.labels(dimension))


def test_overrides_and_their_cost(measures, counted):
    over, weeks = counted["overridden"] == 1, 10
    assert measures.values["override_rate"][""] == pytest.approx(over.mean())
    by_rule = [over[counted["rule"] == rule].mean() for rule in (0, 1, 2, -1)]
    assert measures.values["override_rate"]["rule"] == pytest.approx(by_rule)
    assert by_rule[0] > 0
    assert by_rule[1:] == [0, 0, 0]
    place = measures.labels("activity").index("overrides")
    assert measures.values["cost_to_serve"]["activity"][place] == pytest.approx(3 * over.sum() / weeks)


def test_a_target_is_held_against_the_orders_whose_target_it_is(measures, counted):
    """The rule for large orders states none: those of shop through the web have the target of the rule for web."""
    assert measures.labels("target") == LABELS[:3]
    assert ((counted["rule"] == 1) & (counted["target"] == 2)).any()
    on_time, fill = measures.values["on_time"]["target"], measures.values["line_fill_rate"]["target"]
    gap = measures.values["target_gap"]["rule"]
    assert gap[0] == pytest.approx(min(on_time[0] - 0.9, fill[0] - 0.5))
    assert gap[2] == pytest.approx(on_time[2] - 0.8)
    assert np.isnan(gap[[1, 3]]).all()
    assert measures.values["target_gap"][""] == pytest.approx(min(gap[0], gap[2]))
    assert on_time[2] != pytest.approx(measures.values["on_time"]["rule"][2], abs=1e-3)


def test_the_spread_between_like_customers(measures, ledger):
    """Only shop has several customers: each one's share on time, worked out order by order from the facts."""
    ledger, begin = ledger.followed, ledger.scenario.run.warm_up
    delivered, wanted, got, last = ledger.columns(Delivered), *np.zeros((3, len(ledger.columns(Ordered)["at"]) + 1))
    last[delivered["order"]] = delivered["at"]
    lines = ledger.columns(LineOrdered)
    np.add.at(wanted, lines["order"], lines["units"])
    arrived = dict(zip(delivered["shipment"].tolist(), delivered["at"].tolist(), strict=True))
    for fact in ledger.of(Allocated):
        got[lines["order"][fact.line - 1]] += fact.units * (fact.shipment in arrived)
    for kind in (Lost, Cancelled):
        np.add.at(wanted, lines["order"][ledger.columns(kind)["line"] - 1], -ledger.columns(kind)["units"])
    tried: dict[int, list[bool]] = {}
    for order in ledger.of(Ordered):
        if order.segment == 1 and order.at >= begin:
            number = order.order
            kept = got[number] > wanted[number] - 1e-9 and 0 < last[number] <= order.promised + 1e-6
            tried.setdefault(order.customer, []).append(kept)
    everyone = np.concatenate([*tried.values()])
    squares = sum(len(each) * (np.mean(each) - everyone.mean()) ** 2 for each in tried.values())
    spread = np.sqrt(squares / len(everyone))
    assert len(tried) == 50
    assert measures.values["on_time_spread"]["segment"] == pytest.approx([np.nan, spread, np.nan], nan_ok=True)
    assert measures.values["on_time_spread"][""] == pytest.approx(spread)
    assert 0 < measures.values["fill_spread"][""][0] < 0.5


def test_without_rules_there_are_no_slices_by_rule_and_no_such_kpis():
    text = EVERYTHING[: EVERYTHING.index("service:")] + EVERYTHING[EVERYTHING.index("costs:") :]
    found = measure(play(text))
    assert found.labels("rule") == found.labels("target") == []
    assert not {"rule_share", "override_rate", "target_gap"} & set(found.values)


TWO_SITES = """
name: Two sites
run: {start: 2026-01-05, horizon: 200 days, seed: 1}
market:
  segments:
    all:
      demand: {rule: poisson, orders: 10 per day}
      basket: {units: 1}
      site: near
      longest_wait: 2 days
products: {mug: {price: 10, cost: 5}}
network:
  suppliers: {maker: {lead_time: 10 days}}
  sites:
    near: {stock: {mug: {rule: base_stock, level: 60}}, siblings: {far: 1 day}}
    far: {stock: {mug: {rule: base_stock, level: 60}}}
service:
  rules:
    - promise: {rule: available_to_promise, cycle: 1 day}
      alternatives: {site: 1.0}
costs: {order: 5}
"""


def test_an_order_that_another_site_serves_counts_there():
    ledger = play(TWO_SITES)
    found, moved = measure(ledger), len(ledger.of(Sourced))
    assert moved > 50
    weeks = 200 / 7
    whole = found.values["orders_per_week"][""][0]
    assert found.values["orders_per_week"]["site"] == pytest.approx([whole - moved / weeks, moved / weeks])
    assert found.values["cost_to_serve"]["site"].sum() == pytest.approx(found.values["cost_to_serve"][""][0])
    assert found.values["cost_to_serve"]["site"][1] == pytest.approx(5 * moved / weeks)


def test_many_rules_and_sites_make_no_more_cells_than_occur(ledger):
    from simulator.measures.view import View

    view = View(ledger)
    table = ledger.columns(Ordered)
    kinds = {tuple(row) for row in np.column_stack([table[name] for name in ("segment", "channel", "rule", "target")])}
    assert view.labels.sources == len(kinds) + 1
