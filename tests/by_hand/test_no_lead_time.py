"""Goods that take no time to come: whoever asks is met at once, whatever is on the shelf, and nobody waits."""

import pytest
from scenes import play

from simulator.engine.facts import Allocated, Backordered, Lost, Ordered, Promised, Received, Replenished, Transshipped
from simulator.engine.ledger import Ledger
from simulator.replication.measure import measure

SHOP = """
name: Made to order, in no time
run: {{start: 2026-01-05, horizon: 10 weeks, seed: 1}}
market:
  segments: {{all: {{{site}demand: {demand}, basket: {{units: {units}}}{more}}}}}
products: {{p: {{price: 10, cost: 5, step: {step}}}}}
network:
  suppliers: {{s: {{lead_time: {lead_time}}}}}
  sites: {sites}
service: {service}
costs: {{replenishment_order: 7, replenishment_unit: 2}}
"""
DAILY = "{rule: scheduled, every: 1 day, first: 0 h}"


def shop(stock: str, *, service: str = "{stockout: {rule: backorder}}", **kw: str) -> Ledger:
    given = {"demand": DAILY, "units": "3", "step": "1", "lead_time": "0 h", "site": "", "more": ""} | kw
    given.setdefault("sites", f"{{w: {{stock: {{p: {stock}}}}}}}")
    return play(SHOP.format(service=service, **given))


def whole(ledger: Ledger, kpi: str) -> float:
    return float(measure(ledger).values[kpi][""][0])


STOCKOUTS = ("backorder", "lost_sale", "cancel")


def met_at_once(ledger: Ledger) -> None:
    """Every order is allocated in full at the instant it comes, and no line is said to wait."""
    placed = [(fact.at, fact.order) for fact in ledger.of(Ordered)]
    assert [(fact.at, fact.line) for fact in ledger.of(Allocated)] == placed
    assert ledger.of(Backordered) == ledger.of(Lost) == []
    assert whole(ledger, "unit_fill_rate") == whole(ledger, "line_fill_rate") == 1
    assert whole(ledger, "backordered_lines") == whole(ledger, "lost_sales") == whole(ledger, "wait_time") == 0


@pytest.mark.parametrize("last", STOCKOUTS)
@pytest.mark.parametrize("ship", ["units", "lines"])
def test_level_0_and_lead_time_0(last, ship):
    """Make to order: 70 orders of 3 units, each ordered and received at its own instant; inbound costs 7 + 3 * 2."""
    ledger = shop("{rule: base_stock, level: 0}", service=f"{{stockout: {{rule: {last}, ship: {ship}}}}}")
    met_at_once(ledger)
    days = [24.0 * day for day in range(70)]
    assert [(fact.at, fact.units) for fact in ledger.of(Replenished)] == [(at, 3) for at in days]
    assert [(fact.at, fact.placed) for fact in ledger.of(Received)] == [(at, at) for at in days]
    assert whole(ledger, "on_hand") == 0
    assert whole(ledger, "total_cost") == pytest.approx(7 * 13)


@pytest.mark.parametrize("last", STOCKOUTS)
@pytest.mark.parametrize(
    ("stock", "ordered"),
    [
        # 2 | -1, ordered, 9 | 6 | 3 | 0, ordered, 10 | 7 | 4 | 1 | -2, ordered
        ("{rule: reorder_point, point: 0, quantity: 10, opening: 5}", [(24.0, 10), (96.0, 10), (192.0, 10)]),
        # 2, ordered, 12 | 9 | 6 | 3, ordered, 13 | 10 | 7 | 4, ordered
        ("{rule: reorder_point, point: 4, quantity: 10, opening: 5}", [(0.0, 10), (72.0, 10), (144.0, 10)]),
        # filled up to 1 | -2, three times the quantity lifts it above 0 | the same
        ("{rule: reorder_point, point: 0, quantity: 1, opening: 0}", [(0.0, 1), (0.0, 3), (24.0, 3)]),
        # -1, up to 7 | 4 | 1, up to 7 | 4 | 1
        ("{rule: min_max, minimum: 1, maximum: 7, opening: 2}", [(0.0, 8), (48.0, 6), (96.0, 6)]),
        # -1, one lot, 3 | 0, one lot, 4 | 1, one lot, 5 | 2, none
        ("{rule: base_stock, level: 2, lot_size: 4}", [(0.0, 4), (24.0, 4), (48.0, 4)]),
        # -3, the least, 2 | -1, the least, 4 | 1, none | -2, the least
        ("{rule: base_stock, level: 0, minimum_order: 5}", [(0.0, 5), (24.0, 5), (72.0, 5)]),
    ],
)
def test_reorder_points_and_lots_without_lead_time(last, stock, ordered):
    """What the rule orders for a line that is short is here before the line is told anything.

    Beside each rule its stock after each day's demand, and after what it orders then.
    """
    ledger = shop(stock, service=f"{{stockout: {{rule: {last}}}}}")
    met_at_once(ledger)
    assert [(fact.at, fact.units) for fact in ledger.of(Replenished)][:3] == ordered


def test_tenths_without_lead_time():
    ledger = shop("{rule: base_stock, level: 0.2}", units="0.3", step="0.1")
    met_at_once(ledger)
    assert {fact.units for fact in ledger.of(Replenished)} == {0.3}


def test_random_demand_of_several_lines_without_lead_time():
    ledger = shop(
        "{rule: reorder_point, point: 3, quantity: 2}",
        demand="{rule: poisson, orders: 30 per day}",
        units="{poisson: {mean: 4, minimum: 1}}, lines: {geometric: {mean: 2}}",
        more=", patience: 1 h, waits: 0.5",
    )
    assert ledger.of(Backordered) == ledger.of(Lost) == []
    assert whole(ledger, "order_fill_rate") == 1


def test_two_echelons_without_lead_time():
    """The store at distance 0 of a depot at distance 0 of its maker: the store's own maker takes a day, so that it
    fetches what it lacks, and the depot has ordered that anew at the same instant."""
    sites = """
    store: {stock: {p: {rule: base_stock, level: 0, supplier: far}}, siblings: {depot: 0 h}}
    depot: {stock: {p: {rule: base_stock, level: 3, supplier: s}}}
"""
    ledger = shop(
        "",
        sites=sites,
        site="site: store, ",
        lead_time="0 h}, far: {lead_time: 1 week",
        service="{stockout: [{rule: transship}, {rule: lost_sale}]}",
    )
    days = [24.0 * day for day in range(70)]
    assert [(fact.at, fact.units) for fact in ledger.of(Transshipped)] == [(at, 3) for at in days]
    assert [(fact.at, fact.units) for fact in ledger.of(Allocated)] == [(at, 3) for at in days]
    assert [(fact.at, fact.shelf) for fact in ledger.of(Received)] == [(at, 1) for at in days]
    assert ledger.of(Lost) == []
    assert whole(ledger, "wait_time") == 0


def test_what_is_kept_from_a_line_is_not_ordered_for_it_in_vain():
    """Five are kept from priority 2, the level is 4: what would come is kept too. The sale is lost, nothing ordered."""
    service = "{stockout: {rule: lost_sale}, allocation: {rule: critical_level, levels: {2: 5}}}"
    ledger = shop("{rule: base_stock, level: 4}", service=service, more=", priority: 2")
    assert ledger.of(Allocated) == ledger.of(Replenished) == []
    assert len(ledger.of(Lost)) == 70


def test_a_promise_without_lead_time_is_for_now():
    """Available to promise: with nothing on the shelf and nothing on order, what is ordered now is here now."""
    service = "{rules: [{promise: {rule: available_to_promise, cycle: 0 h}}]}"
    ledger = shop("{rule: base_stock, level: 0}", service=service)
    met_at_once(ledger)
    assert [(fact.at, fact.due) for fact in ledger.of(Promised)] == [(24.0 * day, 24.0 * day) for day in range(70)]
    assert whole(ledger, "on_time") == 1


def test_a_review_without_lead_time_still_waits_for_its_day():
    """Reviewed on Mondays before demand: what is short on other days waits for the review, and gets it there."""
    ledger = shop("{rule: periodic, every: 1 week, level: 9, before_demand: true}", units="3")
    waited = {(fact.at % 168) / 24 for fact in ledger.of(Backordered)}
    assert waited == {3.0, 4.0, 5.0, 6.0}
    assert [fact.at for fact in ledger.of(Received)] == [168.0 * week for week in range(1, 10)]
