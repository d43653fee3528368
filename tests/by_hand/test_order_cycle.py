"""The order cycle on timetables that a person traced. Times are hours from Monday 5 January 2026, midnight."""

import pytest
from scenes import play

from simulator.engine.facts import Allocated, Delivered, Served

DESK = """
name: Desk
run: {{start: 2026-01-05, horizon: {horizon}, seed: 1}}
market:
  segments:
{segments}
products: {{a: {{}}}}
network:
  calendars: {{office: {{days: mon-fri, hours: "08:00-17:00", closed: [2026-01-06]}}}}
  sites: {{store: {{stages: {stages}}}}}
"""


def segment(name: str, every: str, first: str, more: str = "") -> str:
    demand = f"demand: {{rule: scheduled, every: {every}, first: {first}}}"
    return f"    {name}: {{{demand}, basket: {{units: 1}}{more}}}\n"


def served(stages: str, segments: str, horizon: str = "40 h") -> list[tuple[float, float, float]]:
    ledger = play(DESK.format(stages=stages, segments=segments, horizon=horizon))
    return [(round(f.queued, 6), round(f.started, 6), round(f.ended, 6)) for f in ledger.of(Served)]


def test_one_clerk_two_orders_an_hour():
    """One clerk, 45 minutes an order, an order every half hour from 0 h on.

    order   comes   begins    done
      1      0.0     0.00     0.75
      2      0.5     0.75     1.50
      3      1.0     1.50     2.25
    """
    rows = served("[{stage: entry, staff: 1, time: 45 min}]", segment("all", "30 min", "0 h"), "2 h")
    assert rows[:3] == [(0.0, 0.0, 0.75), (0.5, 0.75, 1.5), (1.0, 1.5, 2.25)]


def test_an_order_that_still_waits_at_the_end_is_told_as_waiting():
    rows = served("[{stage: entry, staff: 1, time: 45 min}]", segment("all", "30 min", "0 h"), "2 h")
    assert len(rows) == 4
    assert rows[3][0] == 1.5
    assert rows[3][1] != rows[3][1]


def test_work_stops_at_closing_and_goes_on_at_opening():
    """The office is open 8 to 17 on Monday and, Tuesday being a holiday, again on Wednesday (56 h).

    order   comes   begins    done
      1     15.0    15.0     16.5
      2     16.0    16.5     57.0     half an hour on Monday, one on Wednesday
    """
    rows = served("[{stage: entry, staff: 1, calendar: office, time: 90 min}]", segment("all", "1 h", "15 h"), "16.9 h")
    assert rows == [(15.0, 15.0, 16.5), (16.0, 16.5, 57.0)]


@pytest.mark.parametrize("staff", ["", "staff: 1, "])
def test_after_the_cut_off_work_begins_on_the_next_working_day(staff):
    """Cut-off at 15: what comes at 14.5 is begun at once, what comes at 15.5 on Wednesday at 8."""
    stages = f"[{{stage: entry, {staff}calendar: office, time: 6 min, cut_off: '15:00'}}]"
    rows = served(stages, segment("all", "1 h", "14.5 h"), "58 h")
    assert rows[0] == (14.5, 14.5, 14.6)
    assert (15.5, 56.0, 56.1) in rows


def test_the_urgent_are_begun_first_at_opening():
    """Two orders come at night, the ordinary one first; at 8 h the urgent one is begun first."""
    segments = segment("ordinary", "99 h", "1 h", ", priority: 2") + segment("urgent", "99 h", "5 h", ", priority: 1")
    rows = served("[{stage: entry, staff: 1, calendar: office, time: 1 h}]", segments, "20 h")
    assert rows == [(5.0, 8.0, 9.0), (1.0, 9.0, 10.0)]


def test_trucks_leave_at_fixed_times():
    """Trucks at 11 and 16: who is ready at 11 catches the truck, at 11.5 the next, at 17 tomorrow's."""
    stages = "[{stage: shipping, departures: {at: ['16:00', '11:00']}}]"
    segments = segment("a", "99 h", "11 h") + segment("b", "99 h", "11.5 h") + segment("c", "99 h", "17 h")
    assert served(stages, segments) == [(11.0, 11.0, 11.0), (11.5, 11.5, 16.0), (17.0, 17.0, 35.0)]


SHOP = """
name: Shop
run: {{start: 2026-01-05, horizon: 100 h, seed: 1}}
market:
  segments:
    all:
      demand: {{rule: scheduled, every: 99 h, first: 1 h}}
      basket: {{orders: [{{share: 1, lines: {{a: 5, b: 5}}}}]}}
{more}
products: {{a: {{}}, b: {{}}}}
network:
  suppliers: {{maker: {{lead_time: 10 h}}}}
  sites:
    store:
      stages: [{{stage: transit, time: 2 h}}]
      stock: {{default: {{rule: base_stock, level: 9, opening: 9}}, b: {{rule: base_stock, level: 3, opening: 3}}}}
service: {{stockout: {stockout}}}
"""


@pytest.mark.parametrize(
    ("stockout", "allocated", "delivered"),
    [
        # 5 of a and 3 of b leave at once; the other 2 of b come at 11 h with the replenishment placed at 1 h
        ("{rule: backorder, ship: units}", [(1, 1, 5), (1, 2, 3), (11, 2, 2)], [3, 13]),
        # b waits as a whole line: a leaves at 1 h, b at 11 h
        ("{rule: backorder, ship: lines}", [(1, 1, 5), (11, 2, 5)], [3, 13]),
        # the order is held until both lines are there
        ("{rule: backorder, ship: order}", [(1, 1, 5), (11, 2, 5)], [13]),
        # 2 of b are lost, or the whole line is
        ("{rule: lost_sale}", [(1, 1, 5), (1, 2, 3)], [3]),
        ("{rule: lost_sale, ship: lines}", [(1, 1, 5)], [3]),
    ],
)
def test_what_leaves_of_a_short_order(stockout, allocated, delivered):
    """An order for 5 of a and 5 of b at 1 h; 9 of a and 3 of b are there; 10 h lead time; 2 h transit."""
    ledger = play(SHOP.format(stockout=stockout, more=""))
    assert [(f.at, f.line, f.units) for f in ledger.of(Allocated) if f.at < 50] == allocated
    assert [f.at for f in ledger.of(Delivered) if f.at < 50] == delivered


def test_a_customer_who_loses_patience_takes_what_is_there():
    """Held until complete, but the customer gives b up after 4 h: at 5 h the order leaves with a alone."""
    ledger = play(SHOP.format(stockout="{rule: backorder, ship: order}", more="      patience: 4 h"))
    assert [(f.at, f.line, f.units) for f in ledger.of(Allocated) if f.at < 50] == [(1, 1, 5)]
    assert [f.at for f in ledger.of(Delivered) if f.at < 50] == [7]
