"""The order desk on timetables that a person traced. Times are hours from Monday 5 January 2026, midnight."""

import pytest
from scenes import play

from simulator.engine.facts import Abandoned, Batched, Delivered, Held, Ordered, Promised, Served
from simulator.engine.ledger import Ledger
from simulator.mechanisms.entry_errors.facts import ERROR_KINDS, Complained, Erred, ShortPaid, Surfaced
from simulator.mechanisms.returns.facts import Restocked, Returned
from simulator.replication.measure import measure

DESK = """
name: Desk
run: {{start: 2026-01-05, horizon: {horizon}, seed: 1}}
market:
  segments:
{segments}
products: {{a: {{}}, b: {{}}}}
network:
  calendars: {{office: {{hours: "08:00-17:00"}}}}
  sites: {{store: {{stages: {stages}}}}}
"""


def segment(name: str, every: str, first: str, more: str = "", basket: str = "{units: 1}") -> str:
    demand = f"demand: {{rule: scheduled, every: {every}, first: {first}}}"
    return f"    {name}: {{{demand}, basket: {basket}{more}}}\n"


def desk(stages: str, segments: str, horizon: str = "40 h") -> Ledger:
    return play(DESK.format(stages=stages, segments=segments, horizon=horizon))


def timetable(ledger: Ledger, stage: int = 0) -> list[tuple[float, float, float]]:
    return [
        (round(f.queued, 6), round(f.started, 6), round(f.ended, 6))
        for f in sorted(ledger.of(Served), key=lambda f: f.order)
        if f.stage == stage
    ]


def test_orders_are_released_in_waves():
    """Waves at 0, 2, 4 h; two clerks; an hour an order; an order every 50 minutes from 0 h on.

    order   comes   released   begins   done
      1      0.00      0         0        1     it goes with the wave of its own instant
      2      0.83      2         2        3
      3      1.67      2         2        3
      4      2.50      4         4        5
      5      3.33      4         4        5
    """
    ledger = desk("[{stage: entry, staff: 2, time: 1 h, waves: 2 h}]", segment("all", "50 min", "0 h"), "4.1 h")
    assert [row[1:] for row in timetable(ledger)] == [(0, 1), (2, 3), (2, 3), (4, 5), (4, 5)]


def test_in_a_wave_the_urgent_come_first():
    """Both wait for the wave at 2 h, the ordinary one came first; one clerk, an hour an order."""
    segments = segment("ordinary", "99 h", "0.5 h", ", priority: 2") + segment("urgent", "99 h", "1 h", ", priority: 1")
    ledger = desk("[{stage: entry, staff: 1, time: 1 h, waves: 2 h}]", segments)
    assert timetable(ledger) == [(0.5, 3, 4), (1, 2, 3)]


def test_waves_of_a_stage_without_limit_of_staff():
    """What is ready at 0.5 h is begun at 2 h and done at 5 h, whoever else is there."""
    segments = segment("one", "99 h", "0.5 h") + segment("other", "99 h", "1.5 h")
    assert timetable(desk("[{stage: picking, time: 3 h, waves: 2 h}]", segments)) == [(0.5, 2, 5), (1.5, 2, 5)]


def test_orders_are_picked_in_batches():
    """Batches of 3, or what there is after 2.5 h; one picker; an hour a batch and 30 minutes for each of two lines.

    order   comes   its batch is complete    begins   done
      1       0       2 h, with the third       2      6      1 h + 6 lines x 0.5 h
      2       1                                 2      6
      3       2                                 2      6
      4       3       5 h, with the sixth       6     10      the picker is free at 6 h
      5       4                                 6     10
      6       5                                 6     10

    An order that comes at 6 h and stays alone is begun at 8.5 h and done at 10.5 h: 1 h + 2 lines x 0.5 h.
    """
    two_lines = "{orders: [{share: 1, lines: {a: 1, b: 1}}]}"
    stages = "[{stage: picking, staff: 1, time: 1 h, line_time: 30 min, batch: {orders: 3, within: 150 min}}]"
    segments = segment("all", "1 h", "0 h", basket=two_lines)
    rows = timetable(desk(stages, segments, "40 h"))
    assert rows[:6] == [(0, 2, 6), (1, 2, 6), (2, 2, 6), (3, 6, 10), (4, 6, 10), (5, 6, 10)]
    alone = desk(stages, segment("all", "99 h", "6 h", basket=two_lines))
    assert timetable(alone) == [(6, 8.5, 10.5)]
    assert [f.batch for f in alone.of(Batched)] == [1]


def test_a_batch_takes_the_longest_time_of_its_orders():
    """Two orders by different modes at entry, 1 h and 3 h: together they take 3 h, and both are done then."""
    ledger = play("""
name: Batch
run: {start: 2026-01-05, horizon: 40 h, seed: 1}
market:
  channels: {quick: {entry: quick}, slow: {entry: slow}}
  segments:
    one: {demand: {rule: scheduled, every: 99 h, first: 0 h}, basket: {units: 1}, channels: {quick: 1}}
    other: {demand: {rule: scheduled, every: 99 h, first: 1 h}, basket: {units: 1}, channels: {slow: 1}}
products: {a: {}}
network:
  entry_modes: {quick: {time: 1 h}, slow: {time: 3 h}}
  sites: {store: {stages: [{stage: entry, staff: 1, batch: {orders: 2, within: 9 h}}]}}
""")
    assert timetable(ledger) == [(0, 1, 4), (1, 1, 4)]
    assert measure(ledger).values["utilisation"][""][0] == pytest.approx(3 / 40)  # the clerk works once


def test_work_on_a_batch_is_counted_once():
    """One batch of two orders, 4 hours of work in 40: the picker is busy a tenth of the time, 2 hours an order."""
    segments = segment("one", "99 h", "0 h") + segment("other", "99 h", "1 h")
    ledger = desk("[{stage: picking, staff: 1, time: 4 h, batch: {orders: 2, within: 9 h}}]", segments)
    values = measure(ledger).values
    assert values["utilisation"][""][0] == pytest.approx(0.1)
    assert values["touch_time"][""][0] == pytest.approx(2)


def test_a_held_order_waits_without_occupying_the_clerk():
    """One credit clerk, an hour an order; every order is held for 10 hours after its check, which delays no other.

    order   comes   check   held until
      1       0      0-1       11
      2       1      1-2       12
    """
    stages = "[{stage: credit, staff: 1, time: 1 h, hold: {rate: 1, time: 10 h}}, {stage: picking, time: 1 h}]"
    ledger = desk(stages, segment("all", "1 h", "0 h"), "40 h")
    assert timetable(ledger)[:2] == [(0, 0, 1), (1, 1, 2)]
    assert timetable(ledger, 1)[:2] == [(11, 11, 12), (12, 12, 13)]
    assert [(f.at, f.order, f.until) for f in ledger.of(Held)][:2] == [(1, 1, 11), (2, 2, 12)]


@pytest.mark.parametrize("staff", ["", "staff: 1, "])
def test_who_is_not_held_costs_no_event(staff):
    """40 orders, one event each for credit and for picking: a hold that befalls nobody adds none."""
    stages = "[{{stage: credit, {}time: 30 min{}}}, {{stage: picking, staff: 5, time: 1 h}}]"
    segments = segment("all", "1 h", "0 h")
    plain = desk(stages.format(staff, ""), segments)
    hold = desk(stages.format(staff, ", hold: {rate: 0, time: 1 h}"), segments)
    assert hold.events == plain.events
    assert len(hold.of(Held)) == 0


def test_a_full_desk_turns_orders_away():
    """One clerk, 90 minutes an order, two places: one in work and one that waits. An order every half hour.

    order   comes   at the desk   begins   done
      1      0.0         0         0.0      1.5
      2      0.5         1         1.5      3.0
      3      1.0         2       turned away
      4      1.5         1         3.0      4.5     the first has just left
      5      2.0         2       turned away
    """
    ledger = desk("[{stage: entry, staff: 1, time: 90 min, places: 2}]", segment("all", "30 min", "0 h"), "2.2 h")
    assert [(f.at, f.order, f.queued) for f in ledger.of(Abandoned)] == [(1, 3, 1), (2, 5, 2)]
    assert timetable(ledger)[:2] == [(0, 0, 1.5), (0.5, 1.5, 3)]
    values = measure(ledger).values
    assert values["abandoned_orders"][""][0] == pytest.approx(2 / 5)
    assert values["abandoned_orders"]["stage"][0] == pytest.approx(2 / 5)  # the fourth is followed


def test_who_waits_too_long_leaves():
    """One clerk, 2 hours an order, patience of 1.5 hours, an order an hour.

    order   comes   begins   leaves
      1       0       0
      2       1       2               after one hour of waiting
      3       2       -        3.5
      4       3       4
    """
    ledger = desk("[{stage: entry, staff: 1, time: 2 h, patience: 1.5 h}]", segment("all", "1 h", "0 h"), "4.5 h")
    assert [(f.at, f.order, f.queued) for f in ledger.of(Abandoned)] == [(3.5, 3, 2)]
    assert [row[:2] for row in timetable(ledger)][:3] == [(0, 0), (1, 2), (3, 4)]
    assert measure(ledger).values["queue_length"][""][0] == pytest.approx((1 + 1.5 + 1 + 0.5) / 4.5)


def test_the_patient_are_served_past_those_who_left():
    """The office opens at 8; of three orders that come at 5, 6 and 7 h the first has left at 7.5."""
    stages = "[{stage: entry, staff: 1, calendar: office, time: 1 h, patience: 2.5 h, places: 3}]"
    ledger = desk(stages, segment("all", "1 h", "5 h"), "7.9 h")
    assert [(f.at, f.order) for f in ledger.of(Abandoned)] == [(7.5, 1)]
    longer = desk(stages, segment("all", "1 h", "5 h"), "9.9 h")
    assert timetable(longer)[:2] == [(6, 8, 9), (7, 9, 10)]


ENTRY = """
name: Entry
run: {{start: 2026-01-05, horizon: 400 h, seed: 1}}
market:
  channels: {{phone: {{entry: keyed}}}}
  segments:
    all:
      demand: {{rule: scheduled, every: 999 h, first: 1 h}}
      basket: {{orders: [{{share: 1, lines: {{a: 4, b: 2}}}}]}}
products: {{a: {{price: 10}}, b: {{price: 5}}}}
network:
  suppliers: {{maker: {{lead_time: 20 h}}}}
  entry_modes: {{keyed: {{time: 2 h, line_time: 1 h, errors: {errors}}}}}
  sites:
    store:
      stages:
        - {{stage: entry, staff: 1, time: 7 h}}
        - {{stage: verification, staff: 1, time: 1 h, catches: {catches}, rework: 3 h}}
        - {{stage: transit, time: 10 h}}
      stock: {{a: {{rule: base_stock, level: 4}}, b: {{rule: base_stock, level: {level}}}}}
service:
  mistakes: {{complaint: 1, wrong_item_lag: 50 h, redelivery: 30 h, short_payment: 0.2}}
costs: {{error: 50}}
"""


def entered(errors: str, catches: float = 0.0, level: int = 2) -> Ledger:
    return play(ENTRY.format(errors=errors, catches=catches, level=level))


def said(ledger: Ledger) -> list[tuple[str, int, float]]:
    return [(ERROR_KINDS[f.kind], f.line, f.at) for f in ledger.of(Surfaced)]


def test_the_entry_mode_sets_the_time():
    """2 h and 1 h for each of two lines instead of the stage's 7 h; then an hour of verification."""
    ledger = entered("{}")
    assert timetable(ledger) == [(1, 1, 5)]
    assert timetable(ledger, 1) == [(5, 5, 6)]
    assert [f.at for f in ledger.of(Delivered)] == [16]


def test_a_mode_with_a_time_by_line_alone_has_no_other():
    """1 h for each of two lines, and nothing of the stage's 7 h."""
    ledger = play(ENTRY.replace("time: 2 h, line_time", "line_time").format(errors="{}", catches=0, level=2))
    assert timetable(ledger) == [(1, 1, 3)]


def test_what_is_caught_costs_rework_and_does_no_harm():
    """Everything is wrong and everything is caught: 3 hours more of verification, delivery at 19, nobody complains."""
    ledger = entered("{item: 1, quantity: 1, address: 1, price: 1, document: 1}", catches=1)
    assert timetable(ledger, 1) == [(5, 5, 9)]
    assert [f.at for f in ledger.of(Delivered)] == [19]
    assert sorted((ERROR_KINDS[f.kind], f.line) for f in ledger.of(Erred) if f.caught) == [
        ("address", 0),
        ("document", 0),
        ("item", 1),
        ("item", 2),
        ("price", 0),
        ("quantity", 1),
        ("quantity", 2),
    ]
    assert not ledger.of(Surfaced)
    assert not ledger.of(Complained)
    assert not ledger.of(Returned)
    values = measure(ledger).values
    assert values["caught_errors"][""][0] == 1
    assert values["first_pass_yield"][""][0] == 0
    assert values["entry_errors"][""][0] == pytest.approx(7 / 2 * 1000)


def test_a_wrong_item_comes_back_and_is_sellable_again():
    """Delivered at 16 h, both lines come back 50 hours later, and are on their shelves again."""
    ledger = entered("{item: 1}")
    assert said(ledger) == [("item", 1, 16), ("item", 2, 16)]
    assert [(f.at, f.line, f.units) for f in ledger.of(Returned)] == [(66, 1, 4), (66, 2, 2)]
    assert [(f.at, f.line) for f in ledger.of(Restocked)] == [(66, 1), (66, 2)]
    assert [(f.at, ERROR_KINDS[f.reason]) for f in ledger.of(Complained)] == [(16, "item")] * 2
    costs = measure(ledger).values["cost_to_serve"]["activity"]
    assert max(costs) == pytest.approx(100 * 168 / 400)  # two errors of 50, by week


def test_a_wrong_address_costs_a_second_delivery():
    """At the wrong door at 16 h, at the right one 30 hours later."""
    ledger = entered("{address: 1}")
    assert said(ledger) == [("address", 0, 16)]
    assert [f.at for f in ledger.of(Delivered)] == [46]


def test_the_second_shipment_knows_the_address():
    """b is short by one: it follows 20 hours after stock was asked at 6 h, and comes right at 36 h."""
    ledger = entered("{address: 1}", level=1)
    assert said(ledger) == [("address", 0, 16)]
    assert [f.at for f in ledger.of(Delivered)] == [36, 46]


def test_a_line_that_is_wrong_shows_when_it_comes():
    """b waits for stock as a whole line: its wrong quantity shows with its own shipment at 36 h, that of a at 16 h."""
    ledger = entered("{quantity: 1}", level=0)
    assert said(ledger) == [("quantity", 1, 16), ("quantity", 2, 36)]


def test_a_wrong_price_is_paid_short():
    """4 x 10 and 2 x 5: a fifth of 50 is not paid."""
    ledger = entered("{price: 1}")
    assert [(f.at, f.share) for f in ledger.of(ShortPaid)] == [(16, 0.2)]
    values = measure(ledger).values
    assert values["short_payment"][""][0] == pytest.approx(10 * 168 / 400)
    assert values["complaints_per_order"][""][0] == 1
    assert values["complaints_per_order"]["error"][ERROR_KINDS.index("price")] == 1


def test_wrong_documents_are_those_of_the_order():
    ledger = entered("{document: 1}")
    assert [f.misdocumented for f in ledger.of(Ordered)] == [1]
    assert said(ledger) == [("document", 0, 16)]
    assert measure(ledger).values["documentation_accuracy"][""][0] == 0


PROMISES = """
name: Promises
run: {start: 2026-01-05, horizon: 30 h, seed: 1}
market:
  segments:
    first: {demand: {rule: scheduled, every: 99 h, first: 0 h}, basket: {units: 1}}
    second: {demand: {rule: scheduled, every: 99 h, first: 1 h}, basket: {units: 8}}
    third: {demand: {rule: scheduled, every: 99 h, first: 3 h}, basket: {units: 8}}
products: {a: {}}
network:
  suppliers: {maker: {lead_time: 200 h}}
  sites:
    store:
      stages: [{stage: entry, staff: 1, time: 10 h, patience: 1 h}, {stage: transit, time: 5 h}]
      stock: {a: {rule: base_stock, level: 10}}
service: {rules: [{promise: {rule: available_to_promise, cycle: 15 h}}]}
"""


def test_who_leaves_frees_what_was_promised_to_him():
    """Ten in stock. The clerk is busy until 10 h. The second order is promised eight and leaves at 2 h.

    At 3 h the third can have the same eight: it is promised from stock, not from the delivery of next week.
    """
    ledger = play(PROMISES)
    assert [(f.at, f.order) for f in ledger.of(Abandoned)] == [(2, 2), (4, 3)]
    assert [(f.order, f.due - f.at) for f in ledger.of(Promised)] == [(1, 15), (2, 15), (3, 15)]
