"""Returns on timetables that a person traced. Times are hours from the start, Monday 2026-01-05 at midnight."""

import pytest
from scenes import play

from simulator.engine.facts import Allocated, Ordered, Served
from simulator.engine.ledger import Ledger
from simulator.mechanisms.returns.facts import (
    ACCEPTED,
    KEPT,
    REFUSED,
    ClaimSettled,
    Disposed,
    Exchanged,
    Inspected,
    Mispicked,
    Refunded,
    Restocked,
    ReturnAnswered,
    Returned,
    ReturnRequested,
)
from simulator.replication.measure import measure
from simulator.rules.disposing import WAYS
from simulator.scenario.returns import REASONS

TEXT = """
name: Returns
run: {{start: 2026-01-05, horizon: {horizon} h, seed: 1}}
market:
  segments:
    all: {{demand: {{rule: scheduled, every: 500 h, first: 1 h}}, basket: {{units: 7}}}}
products: {{a: {{price: 10, cost: 4}}}}
network:
  calendars: {{office: {{hours: "08:00-16:00"}}}}
  suppliers: {{maker: {{lead_time: 900 h, claims: {claims}}}}}
  sites:
    store:
      stages: [{{stage: transit, time: 2 h}}]
      stock: {{a: {{rule: base_stock, level: 10}}}}
      returns: {desk}
      quality: {quality}
service: {{rules: [{{promise: {{rule: fixed, time: {promise}}}, returns: {{{terms}}}}}]}}
costs: {costs}
"""
DESK = "{inspection: {time: 1 h, staff: 1, calendar: office}}"
ASKS = "rate: 1, lag: 20 h, authorisation: {time: 5 h}, transport: 10 h"
"""Delivered at 3 h, asked for at 23, answered at 28, back at 38 (Tuesday, 14:00), inspected by 39."""


def traced(
    terms: str = ASKS,
    desk: str = DESK,
    quality: str = "{}",
    promise: str = "9 h",
    claims: str = "{}",
    horizon: float = 200,
    costs: str = "{}",
) -> Ledger:
    return play(TEXT.format(**locals()))


def when(ledger: Ledger, kind: type) -> list[float]:
    return [fact.at for fact in ledger.of(kind)]


@pytest.mark.parametrize(
    ("refund", "at"), [("authorisation", 28), ("shipment", 28), ("receipt", 38), ("inspection", 39)]
)
def test_a_return_step_by_step(refund, at):
    ledger = traced(f"{ASKS}, refund: {refund}")
    assert [when(ledger, kind) for kind in (ReturnRequested, ReturnAnswered, Returned)] == [[23], [28], [38]]
    assert [(f.at, f.units) for f in ledger.of(Restocked)] == [(39, 7)]
    assert [(f.at, f.units) for f in ledger.of(Refunded)] == [(at, 7)]
    measures = measure(ledger).values
    assert measures["refund_time"][""][0] == at - 23
    assert measures["dock_to_stock"][""][0] == 1
    assert measures["refused_returns"][""][0] == 0


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ("", ACCEPTED),
        ("window: 20 h", ACCEPTED),  # the last moment
        ("window: 19 h", REFUSED),
        ("window: 19 h, accept: {rule: in_window}", REFUSED),
        ("accept: {rule: any_time}", ACCEPTED),
        ("accept: {rule: keep_small, below: 70}", ACCEPTED),  # 7 at 10 are not below 70
        ("accept: {rule: keep_small, below: 71}", KEPT),
        ("accept: {rule: own_fault}, reasons: {changed_mind: 1}", REFUSED),
        ("accept: {rule: own_fault}, reasons: {defective: 1}", ACCEPTED),
        ("accept: {rule: own_fault}, reasons: {defective: 1}, window: 1 h", REFUSED),
    ],
)
def test_who_asks_is_answered_by_the_rule(more, answer):
    ledger = traced(f"{ASKS}{more and ', ' + more}")
    assert [(f.at, f.answer) for f in ledger.of(ReturnAnswered)] == [(28, answer)]
    assert when(ledger, Returned) == ([38] if answer == ACCEPTED else [])
    assert when(ledger, Refunded) == {ACCEPTED: [38], KEPT: [28], REFUSED: []}[answer]


def test_a_share_is_refused_though_the_rule_lets_it_pass():
    ledger = traced(ASKS.replace("{time: 5 h}", "{time: 5 h, refused: 1}"))
    assert [(f.at, f.answer) for f in ledger.of(ReturnAnswered)] == [(28, REFUSED)]
    assert measure(ledger).values["refused_returns"][""][0] == 1


def test_nobody_who_need_not_ask_tries_outside_the_window():
    ledger = traced("rate: 1, lag: 20 h, window: 19 h")
    assert not ledger.of(ReturnRequested)
    assert not ledger.of(Returned)


@pytest.mark.parametrize(
    ("terms", "promise", "reason"),
    [
        ("rate: 0, late: 1, lag: 20 h", "1 h", "late"),  # due at 2 h, delivered at 3 h
        ("rate: 0, late: 1, lag: 20 h", "2 h", None),  # just in time
        ("rate: 1, late: 1, lag: 20 h, reasons: {other: 1}", "1 h", "other"),  # it would have come back anyway
        ("rate: 1, late: 1, lag: 20 h", "1 h", "unstated"),
        ("rate: 0, late: 1, lag: 20 h, window: 19 h", "1 h", None),
    ],
)
def test_what_comes_late_comes_back(terms, promise, reason):
    ledger = traced(terms, "{}", promise=promise)
    assert [(f.at, REASONS[f.reason]) for f in ledger.of(Returned)] == ([(23, reason)] if reason else [])


def test_who_comes_late_to_collect_what_was_ready_in_time_does_not_send_it_back_for_that():
    """Ordered at 1 h, ready at 2 h, collected at 12 h: a promise of 2 h was kept, one of half an hour was not."""
    text = TEXT.format(
        terms="rate: 0, late: 1, lag: 20 h",
        desk="{}",
        quality="{}",
        promise="PROMISE",
        claims="{}",
        horizon=60,
        costs="{}",
    )
    text = text.replace("  segments:", "  channels: {counter: {collect: {after: 10 h, hold: 1 day}}}\n  segments:")
    text = text.replace("      stages: [{stage: transit, time: 2 h}]", "      stages: [{stage: picking, time: 1 h}]")
    assert not play(text.replace("PROMISE", "2 h")).of(Returned)
    assert [(f.at, REASONS[f.reason]) for f in play(text.replace("PROMISE", "30 min")).of(Returned)] == [(32, "late")]


def test_another_item_is_picked_and_comes_back_after_five_days():
    """The customer finds it at 3 h; what would come back anyway comes back in its own time, for its own reason."""
    ledger = traced("rate: 0, lag: 20 h, part: 0.5", "{}", "{picking_error: 1}")
    assert when(ledger, Mispicked) == [3]
    assert [(f.at, f.units, REASONS[f.reason]) for f in ledger.of(Returned)] == [(123, 7, "wrong_item")]
    values = measure(ledger).values
    assert values["item_accuracy"][""][0] == values["perfect_order_rate"][""][0] == 0
    ledger = traced("rate: 1, lag: 20 h, part: 0.5", "{}", "{picking_error: 1}")
    assert when(ledger, Mispicked) == [3]
    assert [(f.at, f.units, REASONS[f.reason]) for f in ledger.of(Returned)] == [(23, 4, "unstated")]


GRADED = "rate: 1, lag: 20 h, grades: {{default: {{{grade}: 1}}}}"


@pytest.mark.parametrize(
    ("terms", "way", "at"),
    [
        (GRADED.format(grade="as_new"), "restock", 33),
        (GRADED.format(grade="opened"), "refurbish", 43),
        (GRADED.format(grade="worn"), "liquidate", 33),
        (GRADED.format(grade="broken"), "scrap", 33),
        (GRADED.format(grade="worn") + ", disposition: {rule: by_grade, worn: recycle}", "recycle", 33),
        # 3 on hand, and 7 wanted every 500 h: they last 214 h
        (GRADED.format(grade="opened") + ", disposition: {rule: if_needed, cover: 214 h}", "liquidate", 33),
        (GRADED.format(grade="opened") + ", disposition: {rule: if_needed, cover: 215 h}", "refurbish", 43),
        # 4 to buy new, 1.50 to put right, 4 x 12 % when sold off
        (GRADED.format(grade="worn") + ", disposition: {rule: most_value}", "refurbish", 43),
        (GRADED.format(grade="broken") + ", disposition: {rule: most_value}", "recycle", 33),
    ],
)
def test_what_becomes_of_each_grade(terms, way, at):
    """Back at 23 h; the desk opens at 32 h and takes an hour, the workshop ten more."""
    desk = DESK[:-1] + ", refurbishing: {time: 10 h, staff: 1}}"
    costs = "{refurbished_unit: 1.5, recovery: {recycle: 0.1}}"
    ledger = traced(terms, desk, costs=costs)
    found = [(f.at, ("restock", "refurbish")[int(f.refurbished)]) for f in ledger.of(Restocked)]
    found += [(f.at, WAYS[f.way]) for f in ledger.of(Disposed)]
    assert found == [(at, way)]
    values = measure(ledger).values
    assert values["circularity"]["disposition"].tolist() == [float(each == way != "scrap") for each in WAYS]


def test_if_needed_refurbishes_while_customers_wait():
    """Orders of 7 at 1 and at 5 h, 10 on hand: 4 units are owed when the first 7 come back at 23 h."""
    terms = GRADED.format(grade="opened") + ", disposition: {rule: if_needed, cover: 0 h}"
    text = TEXT.format(
        terms=terms, desk="{}", quality="{}", promise="9 h", claims="{}", horizon=24, costs="{}"
    ).replace("every: 500 h", "every: 4 h")
    ledger = play(text)
    assert [(f.at, f.refurbished) for f in ledger.of(Restocked)] == [(23, 1)]


def test_the_workshop_works_on_one_at_a_time_and_not_all_is_as_good_as_new():
    """Lines of 7 come back at 23 and at 24 h; the workshop takes ten hours for each."""
    desk = "{restock: 0, refurbish: 1, refurbishing: {time: 10 h, staff: 1, yields: YIELD}}"
    text = TEXT.format(
        terms="rate: 1, lag: 20 h",
        desk=desk,
        quality="{}",
        promise="9 h",
        claims="{}",
        horizon=60,
        costs="{refurbished_unit: 2}",
    ).replace("base_stock, level: 10", "base_stock, level: 20")
    two = text.replace("every: 500 h, first: 1 h", "every: 1 h, first: 1 h").replace("horizon: 60", "horizon: 43.5")
    ledger = play(two.replace("YIELD", "1"))
    assert [f.at for f in ledger.of(Restocked)] == [33, 43]
    stage = ledger.stages.index(("store", "refurbishing"))
    assert [(f.queued, f.started, f.ended) for f in ledger.of(Served) if f.stage == stage][:2] == [
        (23, 23, 33),
        (24, 33, 43),
    ]
    broken = play(text.replace("YIELD", "0"))
    assert not broken.of(Restocked)
    assert [(f.at, WAYS[f.way]) for f in broken.of(Disposed)] == [(33, "scrap")]
    spent = measure(broken).values  # 7 at 2 worked on in vain, and 7 at 4 lost
    assert spent["cost_per_return"][""][0] == pytest.approx(14 + 28)
    assert spent["total_cost"][""][0] * 60 / 168 == pytest.approx(14 + 28)


@pytest.mark.parametrize(("claims", "credit"), [("{credit: 0.9, time: 24 h}", 0.9), ("{accepted: 0, time: 24 h}", 0)])
def test_the_supplier_answers_for_what_was_defective(claims, credit):
    """Sent back at 39 h, answered at 63 h; 7 units at a cost of 4 are lost, less what is credited."""
    terms = f"{ASKS}, reasons: {{defective: 1}}, grades: {{default: {{worn: 1}}}}"
    ledger = traced(f"{terms}, disposition: {{rule: by_grade, defective: supplier}}", claims=claims)
    assert [(f.at, WAYS[f.way]) for f in ledger.of(Disposed)] == [(39, "supplier")]
    assert [(f.at, f.units, f.credit) for f in ledger.of(ClaimSettled)] == [(63, 7, credit)]
    values = measure(ledger).values
    assert values["claims_credited"][""][0] == values["recovery_value"][""][0] == pytest.approx(credit)
    assert values["total_cost"][""][0] * 200 / 168 == pytest.approx(28 * (1 - credit))


def test_an_exchange_is_a_new_order_for_the_same():
    """7 of 10 units go at 1 h. The money is back at 38 h and 7 are ordered again: 3 are there, and 4 of those that are
    restocked at 39 h."""
    ledger = traced(f"{ASKS.replace('rate: 1', 'rate: 0.99')}, exchange: 1", horizon=60)
    assert [(f.at, f.order, f.line) for f in ledger.of(Exchanged)] == [(38, 2, 1)]
    assert [f.at for f in ledger.of(Ordered)] == [1, 38]
    assert [(f.at, f.line, f.units) for f in ledger.of(Allocated)] == [(1, 1, 7), (38, 2, 3), (39, 2, 4)]
    assert measure(ledger).values["exchanged_returns"][""][0] == 1


def test_of_no_part_of_a_line_nothing_comes_back_and_nothing_is_ordered_again():
    ledger = traced("rate: 0.9, lag: 20 h, part: 0, exchange: 1")
    assert not any(ledger.of(kind) for kind in (Returned, Refunded, Exchanged))
    assert len(ledger.of(Ordered)) == 1


@pytest.mark.parametrize(("found", "refunds"), [(1, []), (0, [39])])
def test_a_fraud_is_found_at_inspection_or_never(found, refunds):
    ledger = traced(f"{ASKS}, refund: inspection, fraud: {{share: 1, found: {found}}}", costs="{write_off: 0.9}")
    assert [f.fraud for f in ledger.of(Inspected)] == [1 if found else 2]
    assert when(ledger, Refunded) == refunds
    assert [(f.at, WAYS[f.way]) for f in ledger.of(Disposed)] == [(39, "scrap")]
    values = measure(ledger).values
    assert values["fraud_refunds"][""][0] * 200 / 168 == pytest.approx(70 if refunds else 0)
    # who was found out has paid for what was sold; what is not found is lost, goods and all, whatever scrap brings
    money = {name: values[name][""][0] * 200 / 168 for name in ("revenue", "cost_of_goods", "total_cost")}
    assert money == pytest.approx(
        {"revenue": 0, "cost_of_goods": 0, "total_cost": 28}
        if refunds
        else {"revenue": 70, "cost_of_goods": 28, "total_cost": 0}
    )
    assert values["recovery_value"][""][0] == 0


COSTS = "{return_request: 3, return_shipment: 5, returned_line: 4, refurbished_unit: 1}"


@pytest.mark.parametrize(
    ("terms", "revenue", "goods", "cost"),
    [
        # sold 7 at 10; refunded; sellable again: 3 + 5 + 4 of work
        (f"{ASKS}, grades: {{default: {{as_new: 1}}}}", 0, 0, 12),
        # ... and 7 to put right
        (f"{ASKS}, grades: {{default: {{opened: 1}}}}", 0, 0, 19),
        # sold off for 12 % of 28: 24.64 lost
        (f"{ASKS}, grades: {{default: {{worn: 1}}}}", 0, 0, 12 + 24.64),
        (f"{ASKS}, grades: {{default: {{broken: 1}}}}", 0, 0, 12 + 28),
        # the money is given back, and the customer keeps the goods
        (f"{ASKS}, accept: {{rule: keep_small, below: 99}}", 0, 28, 3),
        (f"{ASKS}, window: 1 h", 70, 28, 3),
    ],
)
def test_money_adds_up(terms, revenue, goods, cost):
    ledger = traced(terms, horizon=168, costs=COSTS)
    values = measure(ledger).values
    assert values["revenue"][""][0] == pytest.approx(revenue)
    assert values["cost_of_goods"][""][0] == pytest.approx(goods)
    assert values["total_cost"][""][0] == pytest.approx(cost)
    assert values["margin"][""][0] == pytest.approx(revenue - goods - cost)
    if ledger.of(Returned):
        assert values["cost_per_return"][""][0] == pytest.approx(cost)
        assert values["cost_per_return"]["return_reason"][0] == pytest.approx(cost)
        assert values["return_rate"]["return_reason"].sum() == values["return_rate"][""][0] == 1
