"""Orders that customers want later: set aside or not, released in time, cancelled before, traced by hand."""

import numpy as np
import pytest
from scenes import play

from simulator.engine import facts
from simulator.mechanisms.reservations.facts import Released, SetAside, Withdrawn
from simulator.replication.measure import measure

SCENE = """
name: Orders for later
run: {{start: 2026-01-05, horizon: 400 h, seed: 1}}
market:
  segments:
    planner: {{demand: {{rule: scheduled, every: 300 h, first: 10 h}}, basket: {{units: 8}}, requested: 100 h}}
    walk_in: {{demand: {{rule: scheduled, every: 300 h, first: 50 h}}, basket: {{units: 5}}}}
products: {{part: {{price: 10, cost: 4}}}}
network:
  suppliers: {{maker: {{lead_time: 48 h}}}}
  sites:
    store:
      stages: [{{stage: transit, time: 24 h}}]
      stock: {{part: {{rule: reorder_point, point: 1, quantity: 20, opening: 10}}}}
service:
  rules: [{{promise: {{rule: fixed, time: 30 h}}}}]
  stockout: {{rule: backorder, ship: units}}
  reservation: {{allocate: {allocate}, release: 24 h, cancelled: {cancelled}}}
"""


def moments(ledger, kind):
    return [(fact.at, fact.line, fact.units) for fact in ledger.of(kind)]


def test_soft_allocation_takes_stock_when_the_order_is_released():
    """The planner orders 8 at 10 h for 110 h, and is released at 86 h; the walk-in takes 5 of 10 at 50 h.

    hour  what happens                                                    free stock
      10  the planner's order is promised for 110 h, not for 40 h                10
      50  the walk-in takes 5                                                     5
      86  the planner is released: 5 at once, 3 are backordered, 20 ordered       0
     110  the 5 arrive, as asked for
     134  20 received: 3 follow, and arrive at 158 h                             17
     310  the planner's second order, for 410 h: released at 386 h
     350  the walk-in takes 5                                                    12
     386  the planner's 8 are there                                               4
     410  they arrive as asked for, after the end of the run
    """
    ledger = play(SCENE.format(allocate="soft", cancelled=0))
    assert moments(ledger, facts.Allocated) == [(50, 2, 5), (86, 1, 5), (134, 1, 3), (350, 4, 5), (386, 3, 8)]
    assert moments(ledger, facts.Backordered) == [(86, 1, 3)]
    assert [fact.at for fact in ledger.of(Released)] == [86, 386]
    assert [fact.promised for fact in ledger.of(facts.Ordered)] == [110, 80, 410, 380]
    assert measure(ledger).values["on_time"]["segment"].tolist() == [0.5, 1]


def test_hard_allocation_sets_goods_aside_at_order_entry():
    """The planner's 8 are set aside at 10 h: the walk-in finds 2 of its 5 at 50 h, the planner is served in time.

    hour  what happens                                                 free  set aside
      10  8 set aside                                                     2          8
      50  the walk-in takes 2; 3 are backordered, 20 ordered              0          8
      86  the planner is released: the 8 leave                            0          0
      98  20 received: 3 for the walk-in                                 17          0
     310  8 set aside                                                     9          8
     350  the walk-in takes 5                                             4          8
     386  the planner is released: the 8 leave                            4          0
    """
    ledger = play(SCENE.format(allocate="hard", cancelled=0))
    assert moments(ledger, SetAside) == [(10, 1, 8), (310, 3, 8)]
    assert moments(ledger, facts.Allocated) == [(50, 2, 2), (86, 1, 8), (98, 2, 3), (350, 4, 5), (386, 3, 8)]
    assert moments(ledger, facts.Backordered) == [(50, 2, 3)]
    assert measure(ledger).values["on_time"]["segment"].tolist() == [1, 0.5]
    assert ledger.closing["on_hand"].tolist() == [4]


def test_what_was_set_aside_is_free_for_those_who_wait_when_its_customer_cancels():
    """Every planner cancels before release: the walk-in's 3 come as soon as the first order is withdrawn."""
    ledger = play(SCENE.format(allocate="hard", cancelled=1))
    withdrawn = ledger.of(Withdrawn)
    assert [fact.order for fact in withdrawn] == [1, 3]
    assert all(10 < fact.at - 300 * place < 86 for place, fact in enumerate(withdrawn))
    first = withdrawn[0].at
    given = moments(ledger, facts.Allocated)
    if first < 50:
        assert given[0] == (50, 2, 5)
    else:
        assert given[:2] == [(50, 2, 2), (first, 2, 3)]
    assert not any(line in (1, 3) for _, line, _ in given)
    kept = measure(ledger).values["on_time"]["segment"]
    assert np.isnan(kept[0])  # who withdrew has no promise that could be broken
    found = measure(ledger).values
    assert found["open_orders"][""][0] == 0
    assert (found["withdrawn_orders"][""][0], found["orders_for_later"][""][0]) == (0.5, 0)


def test_goods_set_aside_are_on_hand_until_they_leave():
    ledger = play(SCENE.replace("400 h", "60 h").format(allocate="hard", cancelled=0))
    assert ledger.closing["on_hand"].tolist() == [8]
    assert measure(ledger).values["on_hand"][""][0] == pytest.approx((50 * 10 + 10 * 8) / 60)


@pytest.mark.parametrize(("allocate", "here"), [("hard", 50 + 48), ("soft", 86 + 48)])
def test_available_to_promise_counts_what_is_reserved(allocate, here):
    """The walk-in asks for 5 at 50 h; 8 of the 10 are the planner's: 5 are there only with the next delivery.

    If they are set aside, the walk-in's 5 lower the position to -3, and 20 are ordered at once. Else it is 5, above the
    point of 1: the next order is placed when the planner comes for its 8, at 86 h. It takes 48 h, the cycle 24 h.
    """
    text = SCENE.format(allocate=allocate, cancelled=0)
    ledger = play(text.replace("{rule: fixed, time: 30 h}", "{rule: available_to_promise, cycle: 24 h}"))
    promised = {fact.order: fact.due for fact in ledger.of(facts.Promised)}
    assert promised[1] == 110
    assert promised[2] == here + 24
    arrived = {fact.order: fact.at for fact in ledger.of(facts.Delivered)}
    assert (arrived[1], arrived[2]) == (110, here + 24)
