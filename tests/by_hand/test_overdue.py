"""Shortages by hand: what an overdue receipt is worth, and what a response sees that is the last before a lost sale."""

import pytest
from scenes import play

from simulator.engine.facts import Allocated, Backordered, Expedited, Lost, Received, Transshipped

SIBLINGS = """
name: A receipt that is late, and a sibling that has the goods
run: {{start: 2026-01-05, horizon: {horizon}}}
market:
  segments:
    all: {{site: a, demand: {{rule: scheduled, every: 12 h, first: 1 h}}, basket: {{units: 1}}}}
products: {{item: {{}}}}
network:
  suppliers: {{maker: {{lead_time: {lead_time}, planned: 1 day}}}}
  sites:
    a: {{stock: {{item: {{rule: base_stock, level: 1}}}}, siblings: {{b: {away}}}}}
    b: {{stock: {{item: {{rule: base_stock, level: 10}}}}}}
service:
  stockout: [{{rule: transship}}, {{rule: {last}}}]
"""


def siblings(last: str, *, away: str = "0 h", lead_time: str = "10 days", horizon: str = "4 days"):
    return play(SIBLINGS.format(last=last, away=away, lead_time=lead_time, horizon=horizon))


@pytest.mark.parametrize("last", ["lost_sale", "backorder", "cancel"])
def test_an_overdue_receipt_is_no_reason_to_leave_the_siblings_goods_there(last):
    """Order 1 takes the unit of a; its receipt is planned for 25 h and comes at 241 h. The other seven are fetched."""
    ledger = siblings(last)
    assert [fact.at for fact in ledger.of(Transshipped)] == [13.0 + 12 * turn for turn in range(7)]
    assert ledger.of(Lost) == []


def test_who_would_be_lost_is_fetched_for_although_the_receipt_is_due_sooner():
    """At 13 h the receipt is due in 12 h and the sibling 20 h away: who waits waits for the receipt, who would not is
    fetched for. From 25 h on it is known to be a day late or more, and what the sibling has is the sooner."""
    waits, lost = siblings("backorder", away="20 h"), siblings("lost_sale", away="20 h")
    assert [fact.at for fact in waits.of(Transshipped)] == [25.0 + 12 * turn for turn in range(6)]
    assert lost.of(Transshipped)[0].at == 13.0


def test_a_receipt_that_is_late_is_expected_by_the_law_of_its_lead_time():
    """A lead time is one day, or three: at 25 h the receipt of 1 h is late, so it comes at 73 h, in 48 h.
    A sibling 47 h away is the sooner then, one 49 h away is not."""
    for away, fetched in (("47 h", True), ("49 h", False)):
        ledger = siblings(
            "backorder", away=away, lead_time="{mixture: [{share: 0.5, of: 1 day}, {share: 0.5, of: 3 days}]}"
        )
        assert (1.0, 73.0) in [(fact.placed, fact.at) for fact in ledger.of(Received)]
        assert (25.0 in [fact.at for fact in ledger.of(Transshipped)]) is fetched


def test_two_responses_do_not_fetch_the_same_units():
    """Ten are wanted and six are there: both responses ask the same sibling, and six are all that it has."""
    ledger = play("""
name: Twice the same sibling
run: {start: 2026-01-05, horizon: 1 day}
market: {segments: {all: {site: a, demand: {rule: scheduled, every: 2 days, first: 1 h}, basket: {units: 10}}}}
products: {item: {}}
network:
  suppliers: {maker: {lead_time: 10 days}}
  sites:
    a: {stock: {item: {rule: base_stock, level: 0}}, siblings: {b: 1 h}}
    b: {stock: {item: {rule: base_stock, level: 6}}}
service: {stockout: [{rule: transship}, {rule: transship}, {rule: backorder}]}
""")
    assert sum(fact.units for fact in ledger.of(Transshipped)) == 6


EXPEDITED = """
name: A far promise, and customers who do not wait
run: {{start: 2026-01-05, horizon: 10 days}}
market:
  segments:
    all: {{demand: {{rule: scheduled, every: 12 h, first: 1 h}}, basket: {{units: 1}}}}
products: {{item: {{}}}}
network:
  suppliers: {{maker: {{lead_time: 2 days}}}}
  sites:
    a: {{stock: {{item: {{rule: base_stock, level: 1}}}}}}
service:
  stockout: [{{rule: expedite, time: 1 h}}, {{rule: {last}}}]
  rules: [{{promise: {{rule: fixed, time: 5 days}}}}]
"""


def test_emergency_supply_saves_a_sale_that_would_be_lost_however_far_its_promise():
    ledger = play(EXPEDITED.format(last="lost_sale"))
    assert ledger.of(Lost) == []
    assert ledger.of(Expedited)[0].at == 13.0
    waits = play(EXPEDITED.format(last="backorder"))
    assert waits.of(Expedited) == []
    assert len(waits.of(Backordered)) > 0
    assert len(waits.of(Allocated)) > 0
