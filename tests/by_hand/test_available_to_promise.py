"""Available to promise, by the exercises of textbooks and some more: weeks count from 1, stock comes on their Mondays.

What is booked is wanted on the Thursday of its week; whoever asks does so on Monday of week 1, at one in the morning.
"""

import datetime as dt
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scenes import play

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.replication.simulate import AuditError, audit
from simulator.reports.story import tell

WEEK = 168.0
MONDAY = dt.datetime(2026, 1, 5)
SCENE = """
name: Exercise
run: {{start: 2026-01-05, horizon: 40 weeks, seed: 1}}
market:
  history: {{file: {file}, columns: {{segment: segment, requested: requested}}}}
  segments:
    booked: {{demand: {{rule: replayed}}}}
    asks: {{demand: {{rule: replayed}}{asks}}}
products: {{p: {{price: 10, cost: 5}}}}
network:
  suppliers: {{plant: {{lead_time: 20 weeks}}}}
  sites: {{w: {{stock: {{p: {{rule: master_schedule, opening: {opening}, receipts: [{receipts}]}}}}}}}}
service:
  rules: [{{promise: {{rule: available_to_promise, cycle: 0 h, commitment: {commitment}}}{offers}}}]
  reservation: {{allocate: soft, release: 0 h}}
"""


def exercise(
    folder: Path,
    opening: float,
    receipts: dict[int, float],
    booked: dict[int, float],
    asked: float,
    asks: str = "",
    offers: str = "",
    commitment: str = "hard",
) -> Ledger:
    """The audited run: receipts and bookings by week, and the units that somebody asks for."""
    rows = ["order,time,segment,sku,units,requested"]
    for week, units in booked.items():
        rows.append(f"booked {week},2026-01-05 00:00,booked,p,{units},{_date((week - 1) * WEEK + 72)}")
    rows.append(f"asks,2026-01-05 01:00,asks,p,{asked},")
    file = folder / "orders.csv"
    file.write_text("\n".join(rows) + "\n")
    scheduled = ", ".join(f"{{at: {(week - 1) * 7} days, units: {units}}}" for week, units in receipts.items())
    return play(
        SCENE.format(file=file, opening=opening, receipts=scheduled, asks=asks, offers=offers, commitment=commitment)
    )


def _date(hours: float) -> str:
    return (MONDAY + dt.timedelta(hours=hours)).isoformat(sep=" ")


def asker(ledger: Ledger) -> int:
    return next(fact.order for fact in ledger.of(facts.Ordered) if fact.segment == 1)


def promised_and_delivered(ledger: Ledger) -> tuple[list[float], list[float]]:
    """When the one who asks is promised the goods, and when they come."""
    mine = asker(ledger)
    return (
        [fact.due for fact in ledger.of(facts.Promised) if fact.order == mine],
        [fact.at for fact in ledger.of(facts.Delivered) if fact.order == mine],
    )


def lateness(ledger: Ledger) -> list[float]:
    """By booked order: hours after the date that it was promised."""
    due = {fact.order: fact.due for fact in ledger.of(facts.Promised)}
    last = {fact.order: fact.at for fact in ledger.of(facts.Delivered)}
    return [last[order] - due[order] for order in sorted(due) if order != asker(ledger)]


PUMPS = (64, {3: 70, 5: 70, 7: 70, 8: 70}, {1: 33, 2: 20, 3: 10, 4: 4, 5: 2})
ORACLE = (6, {2: 4, 3: 2, 4: 4, 5: 8, 6: 4, 7: 4, 8: 4}, {1: 6, 2: 2, 3: 3, 4: 6, 5: 6, 6: 1, 7: 2, 8: 2})
LOTS = (75, {2: 75, 3: 75}, {1: 52, 2: 35, 3: 20, 4: 12})
BACK = (20, {3: 30, 6: 40}, {2: 5, 4: 35})


@pytest.mark.parametrize(
    ("case", "asked", "week"),
    [
        pytest.param(PUMPS, 11, 1, id="pumps: 11 are left in week 1"),
        pytest.param(PUMPS, 12, 3, id="pumps: 12 are there with the lot of week 3"),
        pytest.param(PUMPS, 30, 3, id="pumps: 30 in week 3, and they ship in week 3"),
        pytest.param(PUMPS, 68, 5, id="pumps: 67 are left with the lot of week 3"),
        pytest.param(ORACLE, 3, 6, id="oracle: from period 6 on there are always 3"),
        pytest.param(ORACLE, 1, 2, id="oracle: 1 from period 2 on, for the 6 of period 4 are promised for period 5"),
        pytest.param(ORACLE, 8, 8, id="oracle: 8 in the last period"),
        pytest.param(LOTS, 23, 1, id="lots of 75: 23 are left in week 1"),
        pytest.param(LOTS, 24, 2, id="lots of 75: 24 in week 2"),
        pytest.param(LOTS, 106, 3, id="lots of 75: all that is left"),
        pytest.param(BACK, 10, 1, id="carried back: week 4 needs 5 more than week 3 brings"),
        pytest.param(BACK, 11, 6, id="carried back: 11 only with the lot of week 6"),
    ],
)
def test_exercises(tmp_path, case, asked, week):
    ledger = exercise(tmp_path, *case, asked)
    at = 1.0 if week == 1 else (week - 1) * WEEK
    assert promised_and_delivered(ledger) == ([at], [at])
    assert max(lateness(ledger)) == 0


def test_what_no_known_receipt_covers_is_not_promised(tmp_path):
    """All is spoken for but 106, and nothing is scheduled: a customer in no hurry waits, without a date, and gets what
    is free when it is."""
    ledger = exercise(tmp_path, *LOTS, 107)
    assert promised_and_delivered(ledger) == ([], [1, WEEK, 2 * WEEK])
    assert max(lateness(ledger)) == 0
    hasty = exercise(tmp_path, *LOTS, 107, asks=", longest_wait: 9 weeks")
    assert len(hasty.of(facts.Declined)) == 1


@pytest.mark.parametrize(
    ("opening", "receipts", "booked", "asked", "parts"),
    [
        (135, {2: 100}, {1: 50}, 100, [(1.0, 85), (WEEK, 15)]),
        (*PUMPS, 30, [(1.0, 11), (2 * WEEK, 19)]),
        (*PUMPS, 130, [(1.0, 11), (2 * WEEK, 56), (4 * WEEK, 63)]),
        (*LOTS, 50, [(1.0, 23), (WEEK, 27)]),
    ],
)
def test_a_line_is_split_over_receipts_where_the_customer_accepts_it(tmp_path, opening, receipts, booked, asked, parts):
    """The customer would wait a day; a part is there at once, the others are promised, each for a date of its own."""
    terms = {"asks": ", longest_wait: 1 day", "offers": ", alternatives: {partial: 100 %}"}
    ledger = exercise(tmp_path, opening, receipts, booked, asked, **terms)
    line = next(fact.line for fact in ledger.of(facts.LineOrdered) if fact.order == asker(ledger))
    assert [(fact.due, fact.units) for fact in ledger.of(facts.Committed) if fact.line == line] == parts
    assert [(fact.at, fact.units) for fact in ledger.of(facts.Allocated) if fact.line == line] == parts
    assert promised_and_delivered(ledger)[0] == [parts[-1][0]]
    told = "\n".join(tell(ledger, asker(ledger)))
    assert f"{parts[0][1]:g} x p promised from stock" in told
    assert f"{parts[1][1]:g} x p promised from goods expected by" in told
    assert max(lateness(ledger)) == 0


def test_soft_commitments_hold_nothing(tmp_path):
    """30 are promised for week 3, but taken at once: who is booked for week 2 is short, and late by five days."""
    ledger = exercise(tmp_path, *PUMPS, 30, commitment="soft")
    assert promised_and_delivered(ledger) == ([2 * WEEK], [1.0])
    assert lateness(ledger) == [0, 2 * WEEK - (WEEK + 72), 0, 0, 0]
    assert not ledger.of(facts.Committed)


def test_the_audit_notices_who_takes_what_was_promised_to_another(tmp_path):
    """The crime: the 30 of week 3 leave in week 1, where 20 of them are those of week 2."""
    ledger = exercise(tmp_path, *PUMPS, 30)
    line = next(fact.line for fact in ledger.of(facts.LineOrdered) if fact.order == asker(ledger))
    taken = ledger.columns(facts.Allocated)
    for kind in (facts.Allocated, facts.Delivered):
        table = ledger.columns(kind)
        mine = table["line"] == line if kind is facts.Allocated else table["order"] == asker(ledger)
        table["at"][mine] = 2.0
    begun = ledger.columns(facts.Backordered)
    begun["units"][begun["line"] == line] = 1e-9
    assert taken["units"][taken["line"] == line].tolist() == [30]
    with pytest.raises(AuditError, match="took what was promised to line"):
        audit(ledger)


THIEVES = """
name: Thieves
run: {{start: 2026-01-05, horizon: 12 weeks, seed: 1}}
market:
  channels: {{web: {{}}, counter: {{collect: {{after: 1 day, hold: 2 days}}}}}}
  history: {{file: {file}, columns: {{segment: segment, requested: requested, channel: channel}}}}
  segments:
    planner: {{demand: {{rule: replayed}}, site: w, priority: 2, channels: {{web: 1}}}}
    thief: {{demand: {{rule: replayed}}, site: {site}, priority: 1, channels: {{web: 0.5, counter: 0.5}}}}
products: {{p: {{price: 10, cost: 5}}, q: {{price: 90, cost: 5, substitutes: {{p: 1}}}}}}
network:
  suppliers: {{plant: {{lead_time: 4 weeks}}}}
  sites:
    w:
      stock:
        p: {{rule: reorder_point, point: 0, quantity: 10, opening: {opening}}}
        q: {{rule: base_stock, level: 0}}
    v: {{siblings: {{w: 1 h}}, stock: {{default: {{rule: base_stock, level: 0}}}}}}
service:
  rules:
    - {{when: {{segment: planner}}, promise: {{rule: available_to_promise, cycle: 0 h}}}}
    {promise}
  stockout: {stockout}
  allocation: {{rule: {allocation}}}
  reservation: {{allocate: {allocate}, release: 1 h}}
"""


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"promise": "- {when: {segment: thief}, promise: {rule: fixed, time: 1 h}}"},
        {"promise": "- {when: {segment: thief}, promise: {rule: available_to_promise, cycle: 0 h}}"},
        {"promise": "- {when: {segment: thief}, promise: {rule: capable_to_promise, cycle: 0 h}}"},
        {"allocation": "priority"},
        {"allocation": "fair_share"},
        {"allocation": "smallest_first"},
        {"allocation": "due_date"},
        {"allocation": "margin"},
        {"sku": "q", "stockout": "[{rule: substitute}, {rule: backorder}]"},
        {"sku": "q", "stockout": "{rule: customer_choice, substitute: 1.0}"},
        {"site": "v", "stockout": "[{rule: transship}, {rule: backorder}]"},
        {"channel": "counter"},
        {"requested": "2026-01-14"},
        {"requested": "2026-01-14", "allocate": "hard"},
        {"stockout": "{rule: lost_sale}"},
        {"stockout": "{rule: backorder, ship: lines}"},
        {"stockout": "{rule: backorder, ship: order}"},
    ],
    ids=str,
)
@pytest.mark.parametrize("opening", [10, 14])
def test_nobody_steals_what_is_promised(tmp_path, how, opening):
    """Ten are promised for week 4, and are on the shelf: whoever comes in week 1 for six, before the next order could
    be here, gets none of them, in whatever way."""
    default = {
        "promise": "",
        "stockout": "{rule: backorder}",
        "allocation": "first_come",
        "allocate": "soft",
        "site": "w",
    }
    how = {**default, **how}
    file = tmp_path / "orders.csv"
    row = f"2,2026-01-06,thief,{how.pop('sku', 'p')},6,{how.pop('requested', '')},{how.pop('channel', 'web')}"
    file.write_text(
        f"order,time,segment,sku,units,requested,channel\n1,2026-01-05 01:00,planner,p,10,2026-01-29,web\n{row}\n"
    )
    ledger = play(THIEVES.format(file=file, opening=opening, **how))
    assert [(fact.at, fact.units) for fact in ledger.of(facts.Allocated) if fact.line == 1] == [(24 * 24 - 1, 10)]
    kinds = (facts.Transshipped,) if how["site"] == "v" else (facts.Allocated, facts.Substituted)
    taken = [fact for kind in kinds for fact in ledger.of(kind) if fact.line == 2]
    assert sum(fact.units for fact in taken if fact.at < 24 * 24) <= opening - 10


RANDOM = """
name: Random supply
run: {{start: 2026-01-05, horizon: 30 weeks, seed: {seed}}}
market:
  segments:
    now:
      demand: {{rule: poisson, orders: 3 per day}}
      basket: {{units: {{geometric: {{mean: 3}}}}}}
      longest_wait: 6 days
    later:
      demand: {{rule: poisson, orders: 3 per day}}
      basket: {{units: {{geometric: {{mean: 3}}}}}}
      requested: {{uniform: {{low: 0 h, high: 20 days}}}}
    plain: {{demand: {{rule: poisson, orders: 1 per day}}, basket: {{units: 4}}}}
products: {{p: {{price: 10, cost: 5}}}}
network:
  suppliers: {{plant: {{lead_time: {{gamma: {{mean: 5 days, cv: 0.8}}}}{supplier}}}}}
  sites: {{w: {{stock: {{p: {rule}}}}}}}
service:
  rules:
    - {{when: {{segment: plain}}, promise: {{rule: fixed, time: 2 days}}}}
    - {{promise: {{rule: available_to_promise, cycle: 0 h}}, alternatives: {{partial: 50 %, date: 50 %}}}}
  stockout: {{rule: backorder, ship: {ship}}}
  reservation: {{allocate: {allocate}, release: 4 h, cancelled: 10 %}}
"""


@pytest.mark.parametrize(
    ("rule", "supplier", "ship", "allocate"),
    [
        ("{rule: base_stock, level: 140}", "", "units", "soft"),
        ("{rule: reorder_point, point: 90, quantity: 60}", ", crossing: false", "lines", "hard"),
        ("{rule: periodic, every: 1 week, level: 220}", "", "order", "soft"),
        ("{rule: min_max, minimum: 60, maximum: 140}", ", capacity: 8", "units", "hard"),
    ],
)
def test_the_law_holds_with_random_supply(rule, supplier, ship, allocate):
    """The audit is silent, and something was promised, held and late."""
    ledger = play(RANDOM.format(seed=3, rule=rule, supplier=supplier, ship=ship, allocate=allocate))
    held = ledger.columns(facts.Committed)
    assert len(held["at"]) > 500
    assert (held["due"] > held["at"]).any()


def test_no_promise_changes_when_the_future_is_swapped():
    """Until the first receipt nothing that was drawn of supply can be seen: other lead times give the same promises."""
    text = RANDOM.format(seed=3, rule="{rule: base_stock, level: 60}", supplier="", ship="units", allocate="soft")
    text = text.replace("30 weeks", "6 weeks")
    spread = text.replace("cv: 0.8", "cv: 0.81")
    runs = [play(each) for each in (text, spread)]
    until = min(fact.at for ledger in runs for fact in ledger.of(facts.Received))
    seen = [[fact for fact in ledger.of(facts.Promised) if fact.at < until] for ledger in runs]
    assert seen[0] == seen[1]
    assert len(seen[0]) > 5
    assert runs[0].of(facts.Received)[:5] != runs[1].of(facts.Received)[:5]


def test_commitments_due_in_weeks_are_not_taken_off_todays_stock():
    """Ten orders a day at once, ten a day wanted in four weeks; stock covers the five days of supply twice over."""
    ledger = play(
        """
name: Orders for later
run: {start: 2026-01-05, horizon: 8 weeks, seed: 1}
market:
  segments:
    now: {demand: {rule: poisson, orders: 10 per day}, basket: {units: 1}, longest_wait: 2 days}
    later: {demand: {rule: poisson, orders: 10 per day}, basket: {units: 1}, requested: 28 days}
products: {p: {price: 10, cost: 5}}
network:
  suppliers: {s: {lead_time: 5 days}}
  sites: {w: {stock: {p: {rule: base_stock, level: 150}}}}
service:
  rules: [{promise: {rule: available_to_promise, cycle: 1 h}}]
  reservation: {allocate: soft, release: 0 h}
"""
    )
    assert not ledger.of(facts.Declined)
    due = {fact.order: fact.due for fact in ledger.of(facts.Promised)}
    assert all(fact.at <= due[fact.order] for fact in ledger.of(facts.Delivered))


def simple(
    folder: Path, orders: list[tuple[float, float]], rule: str, supplier: str, more: str = "", one_order: bool = False
) -> Ledger:
    """Orders of p at hours, for units; or the lines of one order."""
    rows = ["order,time,sku,units"]
    for place, (at, units) in enumerate(orders, 1):
        rows.append(f"{1 if one_order else place},{_date(at)},p,{units}")
    file = folder / "orders.csv"
    file.write_text("\n".join(rows) + "\n")
    return play(
        f"""
name: Next chance
run: {{start: 2026-01-05, horizon: 20 weeks, seed: 1}}
market: {{history: {{file: {file}}}, segments: {{all: {{demand: {{rule: replayed}}}}}}}}
products: {{p: {{price: 10, cost: 5}}}}
network:
  suppliers: {{s: {supplier}}}
  sites: {{w: {{stock: {{p: {rule}}}}}}}
service: {{rules: [{{promise: {{rule: available_to_promise, cycle: 0 h}}}}], stockout: {{rule: backorder}}{more}}}
"""
    )


DAY = 24.0


@pytest.mark.parametrize(
    ("rule", "supplier", "orders", "due"),
    [
        pytest.param(
            "{rule: periodic, every: 4 weeks, level: 10}",
            "{lead_time: 1 week}",
            [(12, 10), (24, 5)],
            [12, 5 * WEEK],
            id="the next review counts",
        ),
        pytest.param(
            "{rule: periodic, every: 1 day, first: 1 day, level: 10, before_demand: true}",
            "{lead_time: 1 day}",
            [(12, 10), (24, 5), (24, 9)],
            [12, 48, 72],
            id="a review before the demand of its instant does not see it",
        ),
        pytest.param(
            "{rule: periodic, every: 1 week, first: 1 week, level: 20, point: 9, opening: 20}",
            "{lead_time: 2 days}",
            [(12, 10), (13, 11)],
            [12, WEEK + 48],
            id="a review above its point would not order: the demand itself brings it below",
        ),
        pytest.param(
            "{rule: reorder_point, point: 2, quantity: 10, opening: 5}",
            "{lead_time: 3 days}",
            [(12, 2), (24, 4)],
            [12, 24 + 72],
            id="what is ordered on its account",
        ),
        pytest.param(
            "{rule: base_stock, level: 0}",
            "{lead_time: 2 days, capacity: 1}",
            [(9, 1)] * 5,
            [9 + 48 * turn for turn in (1, 2, 3, 4, 5)],
            id="a plant makes one order at a time",
        ),
        pytest.param(
            "{rule: base_stock, level: 0}",
            "{lead_time: 2 days, capacity: 2}",
            [(9, 1)] * 5,
            [9 + 48 * turn for turn in (1, 1, 2, 2, 3)],
            id="a plant makes two at a time",
        ),
        pytest.param(
            "{rule: base_stock, level: 0}",
            "{lead_time: 2 days, capacity: 1}",
            [(9, 1), (19, 1), (100, 1)],
            [57, 105, 153],
            id="work in progress at the plant counts for what is left of it",
        ),
    ],
)
def test_what_is_not_ordered_yet_comes_by_the_next_chance(tmp_path, rule, supplier, orders, due):
    ledger = simple(tmp_path, orders, rule, supplier)
    assert [fact.due for fact in ledger.of(facts.Promised)] == due
    assert sorted(fact.at for fact in ledger.of(facts.Delivered)) == sorted(due)


def test_scheduled_receipts_are_on_order_from_the_start(tmp_path):
    """Four on hand and 16 on order make the level of 20, so that nothing is ordered before the first demand."""
    rule = "{rule: base_stock, level: 20, opening: 4, receipts: [{at: 2026-01-12, units: 10}, {at: 2 weeks, units: 6}]}"
    ledger = simple(tmp_path, [(1, 4), (2, 8), (3, 9)], rule, "{lead_time: 5 weeks}")
    assert [fact.due for fact in ledger.of(facts.Promised)] == [1, WEEK, 1 + 5 * WEEK]  # 2 and 6 and 4 are left
    assert [(fact.at, fact.units) for fact in ledger.of(facts.Received)][:2] == [(WEEK, 10), (2 * WEEK, 6)]
    assert [(fact.at, fact.units) for fact in ledger.of(facts.Replenished)] == [(1, 4), (2, 8), (3, 9)]
    assert np.isnan([fact.placed for fact in ledger.of(facts.Received)][:2]).all()
    assert all(before <= after for before, after in pairwise(fact.at for fact in ledger.of(facts.Received)))


RATIONED = """
name: Rationing does not take back what was promised
run: {start: 2026-01-05, horizon: 6 weeks, seed: 1}
market:
  segments:
    plain: {demand: {rule: scheduled, every: 100 weeks, first: 9 h}, basket: {units: 4}, priority: 2}
    gold: {demand: {rule: scheduled, every: 100 weeks, first: 10 h}, basket: {units: 6}, priority: 1}
products: {p: {price: 10, cost: 5}}
network:
  suppliers: {s: {lead_time: 20 weeks}}
  sites:
    w: {stock: {p: {rule: master_schedule, opening: 8, receipts: [{at: 1 week, units: 6}, {at: 2 weeks, units: 20}]}}}
service:
  allocation: {rule: critical_level, levels: {2: 6}}
  rules: [{promise: {rule: available_to_promise, cycle: 0 h}}]
"""


def test_what_is_kept_from_an_order_is_not_kept_from_it_on_the_date_of_its_promise():
    """8 on hand, of which plain may touch 2: its other 2 are promised for the 6 that come in a week, beyond 6 kept.
    Gold takes the 6 on the shelf; of the 6 that come then plain gets its 2, though no more than 6 are there."""
    ledger = play(RATIONED)
    assert [(fact.at, fact.units) for fact in ledger.of(facts.Allocated)] == [(9.0, 2.0), (10.0, 6.0), (168.0, 2.0)]
    audit(ledger)


NO_RECEIPT = """
name: No receipt is known
run: {start: 2026-01-05, horizon: 4 weeks, seed: 1}
market: {segments: {a: {site: w, demand: {rule: scheduled, every: 100 weeks, first: 9 h}, basket: {units: 5}}}}
products: {p: {price: 10, cost: 5}}
network:
  suppliers: {s: {lead_time: 1 day}}
  sites:
    w: {stages: [{stage: packing, time: 1 h, staff: 1, waves: 4 h}], stock: {p: {rule: master_schedule, opening: 3}}}
    idle: {stages: [{stage: packing, staff: 1, time: 10 min, batch: {orders: 3, within: 2 h}}]}
service: {rules: [{promise: {rule: capable_to_promise, cycle: 2 h}}]}
"""


def test_capacity_is_not_asked_where_no_receipt_is_known():
    """Nothing covers the order, so that no date is promised; a site that nobody orders from is no error."""
    ledger = play(NO_RECEIPT)
    assert not np.isfinite(ledger.columns(facts.Ordered)["promised"]).any()
    assert len(ledger.of(facts.Promised)) == 0


def test_two_lines_of_one_sku_are_promised_as_they_will_be_replenished(tmp_path):
    """2 on hand, lots of 8 from a plant that makes one lot at a time in 5 h. The lines of 5 and 6 trigger a lot each:
    the first is covered after 5 h and the second after 10; as one demand of 11 they would have shared one order."""
    rule = "{rule: reorder_point, point: 1, quantity: 8, opening: 2}"
    ledger = simple(tmp_path, [(1, 5), (1, 6)], rule, "{lead_time: 5 h, capacity: 1}", one_order=True)
    assert [(fact.due, fact.units) for fact in ledger.of(facts.Committed)] == [(6, 5), (11, 6)]
    assert [fact.due for fact in ledger.of(facts.Promised)] == [11]
    assert max(fact.at for fact in ledger.of(facts.Delivered)) == 11
    assert [(fact.at, fact.units) for fact in ledger.of(facts.Replenished)][:2] == [(1, 8), (1, 8)]


def test_receipts_are_scheduled_to_the_hour(tmp_path):
    """4 come on the second Monday at 14:30, no earlier; the order of 6 waits for the other 2 on the day after."""
    receipts = "[{at: 2026-01-12 14:30, units: 4}, {at: '2026-01-13 08:00', units: 2}]"
    rule = f"{{rule: master_schedule, opening: 0, receipts: {receipts}}}"
    ledger = simple(tmp_path, [(1, 4), (2, 2)], rule, "{lead_time: 5 weeks}")
    assert [fact.due for fact in ledger.of(facts.Promised)] == [WEEK + 14.5, WEEK + 32]
    assert [fact.at for fact in ledger.of(facts.Delivered)] == [WEEK + 14.5, WEEK + 32]
