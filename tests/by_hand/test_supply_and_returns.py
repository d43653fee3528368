"""Supply and returns on timetables that a person traced. Times are hours from the start."""

import pytest
from scenes import play

from simulator.engine.facts import Allocated, Recalled, Received, Replenished
from simulator.mechanisms.returns.facts import Restocked, Returned

STORE = """
name: Store
run: {{start: 2026-01-05, horizon: {horizon} h, seed: {seed}}}
market:
  segments:
    all: {{demand: {{rule: scheduled, every: 1 h, first: 1 h}}, basket: {{units: {units}}}{more}}}
products: {{a: {{}}}}
network:
  suppliers: {{maker: {supplier}}}
  sites: {{store: {{stock: {{a: {rule}}}}}}}
"""


def store(rule: str, supplier: str = "{lead_time: 10 h}", units: int = 1, horizon: float = 9.5, **kw: object):
    text = STORE.format(
        rule=rule, supplier=supplier, units=units, horizon=horizon, seed=kw.get("seed", 1), more=kw.get("more", "")
    )
    return play(text)


@pytest.mark.parametrize(
    ("rule", "orders"),
    [
        # from 5 on hand, one unit an hour; the position reaches 2 at 3 h
        ("{rule: reorder_point, point: 2, quantity: 4, opening: 5}", [(3, 4), (7, 4)]),
        # orders are rounded up to lots of 6, and are never below a minimum of 5
        ("{rule: min_max, minimum: 2, maximum: 5, opening: 5, lot_size: 6}", [(3, 6), (9, 6)]),
        ("{rule: min_max, minimum: 2, maximum: 5, opening: 5, minimum_order: 5}", [(3, 5), (8, 5)]),
        ("{rule: base_stock, level: 3}", [(h, 1) for h in range(1, 10)]),
        # a review every 4 h from 0 h on comes after the demand of the same instant, or before it
        ("{rule: periodic, every: 4 h, level: 9, opening: 9}", [(4, 4), (8, 4)]),
        ("{rule: periodic, every: 4 h, level: 9, opening: 9, before_demand: true}", [(4, 3), (8, 4)]),
        # with a reorder point the review at 4 h (position 5) orders nothing
        ("{rule: periodic, every: 4 h, level: 9, point: 4, opening: 9}", [(8, 8)]),
        # a shelf that opens below its point is filled up at once
        ("{rule: reorder_point, point: 8, quantity: 20, opening: 5}", [(0, 20)]),
    ],
)
def test_when_and_how_much_is_ordered(rule, orders):
    assert [(f.at, f.units) for f in store(rule).of(Replenished)] == orders


def test_several_lots_lift_the_position_above_the_point():
    """5 units an hour from 10 on hand, point 6, quantity 4.

    At 1, 2, 3, 4 h the position falls to 5, 4, 3, 2: one lot lifts it above the point, except at 4 h.
    """
    rule = "{{rule: reorder_point, point: 6, quantity: 4, multiples: {}, opening: 10}}"
    many = store(rule.format("true"), units=5, horizon=4.5).of(Replenished)
    assert [(f.at, f.units) for f in many] == [(1, 4), (2, 4), (3, 4), (4, 8)]
    single = store(rule.format("false"), units=5, horizon=4.5).of(Replenished)
    assert [(f.at, f.units) for f in single] == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_orders_may_cross_or_not():
    lead_time = "lead_time: {uniform: {low: 0 h, high: 20 h}}"
    crossed = store("{rule: base_stock, level: 30}", f"{{{lead_time}}}", horizon=60).of(Received)
    kept = store("{rule: base_stock, level: 30}", f"{{{lead_time}, crossing: false}}", horizon=60).of(Received)
    assert [f.at for f in kept] == sorted(f.at for f in kept)
    assert len(kept) <= len(crossed)
    assert len({round(f.at, 9) for f in kept}) < len(kept)  # those held back arrive together
    assert len({round(f.at, 9) for f in crossed}) == len(crossed)


def test_a_workshop_works_on_one_order_at_a_time():
    """Orders at 1, 2, 3 h, two hours of work each: done at 3, 5, 7 h."""
    received = store("{rule: base_stock, level: 9}", "{lead_time: 2 h, capacity: 1}").of(Received)
    assert [f.at for f in received] == [3, 5, 7, 9]


def test_a_workshop_takes_back_what_it_has_not_begun_when_the_customer_cancels():
    """Nothing on hand, one hour of patience, five hours of work. The order of 1 h is begun, those of 2 and 3 h wait.

    The customer of 1 h gives up at 2 h: one unit too many is on order, and the order of 2 h is taken back.
    """
    ledger = store(
        "{rule: base_stock, level: 0}",
        "{lead_time: 5 h, capacity: 1, cancellable: true}",
        horizon=3.9,
        more=", patience: 90 min",
    )
    assert [(f.at, f.units) for f in ledger.of(Recalled)] == [(2.5, 1), (3.5, 1)]


RETURNS = """
name: Returns
run: {{start: 2026-01-05, horizon: 200 h, seed: 1}}
market:
  segments:
    all: {{demand: {{rule: scheduled, every: 500 h, first: 1 h}}, basket: {{units: 7}}}}
products: {{a: {{}}}}
network:
  calendars: {{office: {{hours: "08:00-16:00"}}}}
  suppliers: {{maker: {{lead_time: 900 h}}}}
  sites:
    store:
      stages: [{{stage: transit, time: 2 h}}]
      stock: {{a: {{rule: base_stock, level: 10}}}}
      returns: {desk}
service: {{rules: [{{returns: {{rate: 1, lag: 20 h, part: {part}}}}}]}}
"""


@pytest.mark.parametrize(
    ("desk", "part", "back", "again"),
    [
        # delivered at 3 h, back at 23 h; without a desk sellable at once
        ("{}", 1, (23, 7), [(23, 7, 0)]),
        # half of 7 units, rounded up
        ("{}", 0.5, (23, 4), [(23, 4, 0)]),
        # the desk opens at 32 h and takes an hour
        ("{inspection: {time: 1 h, staff: 1, calendar: office}}", 1, (23, 7), [(33, 7, 0)]),
        ("{restock: 0, refurbish: 1, refurbish_time: 10 h}", 1, (23, 7), [(33, 7, 1)]),
        ("{restock: 0, dispose: 1}", 1, (23, 7), []),
    ],
)
def test_the_way_back(desk, part, back, again):
    ledger = play(RETURNS.format(desk=desk, part=part))
    assert [(f.at, f.units) for f in ledger.of(Returned)] == [back]
    assert [(f.at, f.units, f.refurbished) for f in ledger.of(Restocked)] == again


def test_what_comes_back_goes_to_those_who_wait():
    """Orders of 7 at 1, 5, 9 h; 10 on hand. The 7 that come back at 23 h go to those who wait since 5 and 9 h."""
    text = RETURNS.format(desk="{}", part=1).replace("every: 500 h, first: 1 h", "every: 4 h, first: 1 h")
    ledger = play(text.replace("horizon: 200 h", "horizon: 24 h"))
    assert [(f.at, f.line, f.units) for f in ledger.of(Allocated)] == [(1, 1, 7), (5, 2, 3), (23, 2, 4), (23, 3, 3)]
