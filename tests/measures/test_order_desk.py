"""The KPIs of the order desk, counted again one fact after the other."""

from collections import Counter

import pytest
from scenes import order_desk, play

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.mechanisms.entry_errors.facts import ERROR_KINDS, Complained, Erred, ShortPaid, Surfaced
from simulator.replication.measure import Measures, measure


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return play(order_desk(picking=", batch: {orders: 3, within: 2 h}"))


@pytest.fixture(scope="module")
def measures(ledger) -> Measures:
    return measure(ledger)


def whole(measures: Measures, kpi: str) -> float:
    return float(measures.values[kpi][""][0])


def measured(ledger: Ledger) -> set[int]:
    return {f.order for f in ledger.of(facts.Ordered) if f.at >= ledger.scenario.run.warm_up}


def passed(ledger: Ledger) -> dict[int, int]:
    """Lines of the measured orders that have asked for stock with every line."""
    asked = {f.line for kind in (facts.Allocated, facts.Backordered, facts.Lost) for f in ledger.of(kind)}
    lines: dict[int, list[int]] = {}
    for line in ledger.of(facts.LineOrdered):
        lines.setdefault(line.order, []).append(line.line)
    kept = measured(ledger)
    return {order: len(mine) for order, mine in lines.items() if order in kept and asked.issuperset(mine)}


def test_errors_of_the_desk(ledger, measures):
    ledger = ledger.followed
    orders = passed(ledger)
    errors = [f for f in ledger.of(Erred) if f.order in orders]
    assert len(errors) > 100
    assert whole(measures, "entry_errors") == pytest.approx(1000 * len(errors) / sum(orders.values()))
    assert whole(measures, "caught_errors") == pytest.approx(sum(f.caught for f in errors) / len(errors))
    for kind, name in enumerate(ERROR_KINDS):
        mine = [f for f in errors if f.kind == kind]
        place = measures.labels("error").index(name)
        expected = 1000 * len(mine) / sum(orders.values())
        assert measures.values["entry_errors"]["error"][place] == pytest.approx(expected)
        share = sum(f.caught for f in mine) / len(mine)
        assert measures.values["caught_errors"]["error"][place] == pytest.approx(share)
    held = {f.order for f in ledger.of(facts.Held)} & measured(ledger)
    wrong = ({f.order for f in errors} | held) & set(orders)
    assert whole(measures, "first_pass_yield") == pytest.approx(1 - len(wrong) / len(orders))
    assert whole(measures, "held_orders") == pytest.approx(len(held) / len(held | set(orders)))


def test_who_left_the_desk(ledger, measures):
    ledger, end = ledger.followed, ledger.scenario.run.horizon
    gone = Counter(f.stage for f in ledger.of(facts.Abandoned) if f.order in measured(ledger))
    assert whole(measures, "abandoned_orders") == pytest.approx(sum(gone.values()) / len(measured(ledger)))
    begin = ledger.scenario.run.warm_up
    left = Counter(f.stage for f in ledger.of(facts.Abandoned) if begin <= f.queued < end)
    begun = Counter(f.stage for f in ledger.of(facts.Served) if begin <= f.queued < end and f.started == f.started)
    assert left[0] > 20
    for stage in (0, 1):
        share = left[stage] / (left[stage] + begun[stage])
        assert measures.values["abandoned_orders"]["stage"][stage] == pytest.approx(share)


def test_what_customers_say_and_pay(ledger, measures):
    kept, run = measured(ledger), ledger.scenario.run
    weeks = (run.horizon - run.warm_up) / 168
    arrived = {f.order for f in ledger.followed.of(facts.Delivered)} & kept
    complaints = Counter(f.reason for f in ledger.followed.of(Complained) if f.order in kept)
    assert whole(measures, "complaints_per_order") == pytest.approx(sum(complaints.values()) / len(arrived))
    for kind in range(len(ERROR_KINDS)):
        found = measures.values["complaints_per_order"]["error"][kind]
        assert found == pytest.approx(complaints[kind] / len(arrived))
    met = Counter(f.kind for f in ledger.of(Surfaced) if f.at >= run.warm_up)
    assert whole(measures, "errors_at_customers") == pytest.approx(sum(met.values()) / weeks)
    assert measures.values["errors_at_customers"]["error"] * weeks == pytest.approx([met[n] for n in range(5)])
    order_of = {f.line: (f.order, f.price) for f in ledger.of(facts.LineOrdered)}
    short = {f.order: f.share for f in ledger.of(ShortPaid) if f.at >= run.warm_up}
    unpaid = sum(f.units * order_of[f.line][1] * short.get(order_of[f.line][0], 0) for f in ledger.of(facts.Allocated))
    assert unpaid > 0
    assert whole(measures, "short_payment") == pytest.approx(unpaid / weeks)
    activity = dict(zip(measures.labels("activity"), measures.values["cost_to_serve"]["activity"], strict=True))
    assert activity["short_payment"] == pytest.approx(unpaid / weeks)


def test_desks_that_never_err_have_no_such_kpis():
    found = measure(
        play(order_desk().replace("{web: {entry: web}, account: {entry: manual}}", "{web: {}, account: {}}"))
    )
    assert not {"entry_errors", "caught_errors", "complaints_per_order", "short_payment"} & set(found.values)
    assert {"held_orders", "abandoned_orders", "touch_time"} <= set(found.values)
