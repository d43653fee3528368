"""Service-level agreements on timetables that a person traced. Times are hours."""

import pytest
from scenes import play

from simulator.engine.facts import Allocated, Ordered, Served
from simulator.mechanisms.contracts.facts import Alerted, Pushed, Settled
from simulator.replication.measure import measure

SHOP = """
name: Contract
run: {{start: 2026-01-05, horizon: 200 h, seed: 1}}
market:
  segments:
{segments}
products: {{a: {{price: 10, cost: 6}}, b: {{price: 30, cost: 20}}}}
network:
  suppliers: {{maker: {{lead_time: 40 h}}}}
  sites:
    store:
      stages: [{{stage: transit, time: 10 h}}]
      stock: {{a: {{rule: base_stock, level: 500}}, b: {{rule: base_stock, level: 3}}}}
service:
  stockout: {{rule: backorder, ship: units}}
  contracts: {{retailer: {{covers: {{segment: {covers}}}, {contract}}}}}
"""
TERMS = """metric: otif, target: 90 %, clock: request, window: {early: 6 h, late: 2 h}, period: 100 h, grace: 1,
    exclude: {cancelled: true, units_above: 50}, penalty: [
      {rate: 10 per order per hour, cap: 200}, {below: target, rate: 10 %, of: cost}, {below: 40 %, sum: 500}]"""
ORDERS = {  # placed, units of which SKU, wanted so long after entry
    "early": (1, "{a: 4}", 20),
    "punctual": (2, "{a: 4}", 10),
    "in_window": (3, "{a: 4}", 8.5),
    "late": (4, "{a: 4}", 5),
    "short": (5, "{b: 5}", 15),
    "large": (6, "{a: 60}", 1),
    "quitter": (50, "{b: 4}", 15),
    "open": (95, "{a: 4}", 2),
    "outsider": (7, "{a: 4}", 1),
}


def shop(contract: str) -> str:
    segments = "".join(
        f"    {name}: {{demand: {{rule: scheduled, every: 999 h, first: {placed} h}}, requested: {wanted} h, "
        f"basket: {{orders: [{{share: 1, lines: {lines}}}]}}{', patience: 5 h' if name == 'quitter' else ''}}}\n"
        for name, (placed, lines, wanted) in ORDERS.items()
    )
    covers = f"[{', '.join(name for name in ORDERS if name != 'outsider')}]"
    return SHOP.format(segments=segments, covers=covers, contract=contract)


def test_one_period_of_every_kind_of_order():
    """On time and in full, 6 h early to 2 h late of the requested time, transit 10 h; one failure is forgiven.

    order      placed  wanted  delivered                verdict                       late by the end of the window
    early          1      21        11                  failed: 4 h before the window     -
    punctual       2      12        12                  met
    in_window      3    11.5        13                  met
    late           4       9        14                  failed, the first: forgiven       3, not charged
    short          5      20   3 at 15, 2 at 55         failed                           33, charged up to the cap
    large          6       7        16                  excluded: 60 units
    quitter       50      65   3 at 60, 1 given up      excluded: cancelled
    open          95      97       105                  failed, still open at 100 h       1, and 5 in the next period
    Six count, two are met and one is forgiven: 50 %, below 90 but not below 40 %. Failed are 4 a, 5 b and 4 a: cost
    148. Charged in period 1: 200 + 10 by time, 14.8 of cost; in period 2, in which nothing falls due: 50 by time.
    """
    ledger = play(shop(TERMS))
    assert ledger.of(Settled) == [
        (100.0, 0, 0.0, 6.0, 3.0, 1.0, 2.0),
        (200.0, 0, 100.0, 0.0, 0.0, 0.0, 0.0),
    ]
    found = measure(ledger).values
    assert found["sla_attainment"][""][0] == pytest.approx(0.5)
    assert found["sla_breaches"]["contract"].tolist() == [1.0]
    assert found["sla_penalty"][""][0] == pytest.approx((200 + 10 + 14.8 + 50) * 168 / 200)
    by_segment = dict(zip(ORDERS, found["sla_penalty"]["segment"] * 200 / 168, strict=True))
    assert by_segment == pytest.approx(
        dict.fromkeys(ORDERS, 0.0) | {"early": 2.4, "short": 200 + 10, "open": 10 + 2.4 + 50}
    )
    assert found["cost_to_serve"][""][0] == pytest.approx(found["sla_penalty"][""][0])
    assert found["on_time_to_request"][""][0] == pytest.approx(3 / 9)  # early, punctual and, nothing owed, quitter


@pytest.mark.parametrize(
    ("terms", "due", "met", "penalty"),
    [
        # lines a 4, 4, 4, 4, 60, 4 and b 5, 4: late, large, short and open, and of early nothing comes in the window
        ("metric: otif, basis: unit, rate: 1 per unit", 4 * 5 + 60 + 9, 8 + 3 + 3, 4 + 4 + 60 + 2 + 1 + 4),
        ("metric: otif, basis: line, rate: 1 per line", 8, 2, 6),
        # what was given up is not owed: 3 of the quitter's 4
        ("metric: on_time, basis: unit, rate: 1 per unit", 4 * 5 + 60 + 8, 8 + 3 + 3, 4 + 4 + 60 + 2 + 4),
        ("metric: on_time, rate: 1 per order", 8, 3, 5),
        ("metric: on_time, rate: 10 %, on: everything", 8, 3, 1040),  # 0.1 x (80 a at 10 + 8 b at 30)
        # the time does not matter: the short and the quitter fail, and what has not come by 100 h
        ("metric: in_full, rate: 1 per order", 8, 5, 3),
        ("metric: in_full, basis: value, rate: 10 %", 800 + 270, 760 + 180, 13),
        # at once from stock: 3 of 5 and 3 of 4 b
        ("metric: fill, basis: unit, rate: 1 per unit", 4 * 5 + 60 + 9, 4 * 5 + 60 + 6, 3),
        ("metric: fill, rate: 1 per order", 8, 6, 2),
        # within 20 h of entry: the quitter's 3, the short one not; the open one only falls due in period 2
        ("metric: cycle_time, within: 20 h, rate: 1 per order", 7, 6, 1),
    ],
)
def test_metrics_and_what_they_count(terms, due, met, penalty):
    """The same orders, with all of them counting and nobody forgiven; the window as before where there is one."""
    metric, _, money = terms.partition(", rate")
    if not metric.startswith(("metric: fill", "metric: cycle")):
        metric += ", clock: request"
    if metric.startswith(("metric: otif", "metric: on_time")):
        metric += ", window: {early: 6 h, late: 2 h}"
    ledger = play(shop(f"{metric}, target: 90 %, period: 100 h, penalty: {{rate{money}}}"))
    first = ledger.of(Settled)[0]
    assert (first.due, first.met) == pytest.approx((due, met))
    found = measure(ledger).values
    if "within" not in terms:
        assert found["sla_penalty"][""][0] * 200 / 168 == pytest.approx(penalty if "everything" not in terms else 104)


def test_calendar_months():
    """January has 27 days from the 5th on, February 28: settled at 648 and 1320 h; March does not end in the run."""
    text = shop("metric: fill, target: 90 %, period: month").replace("horizon: 200 h", "horizon: 60 days")
    assert [fact.at for fact in play(text).of(Settled)] == [27 * 24, 55 * 24]


def test_a_bonus_is_earned_and_is_margin():
    """All filled lines of period 1 are worth 800 + 270; 86 of 89 units at once are 96.6 %."""
    found = measure(
        play(shop("metric: fill, basis: unit, target: 90 %, period: 100 h, bonus: {above: 95 %, rate: 1 %}"))
    )
    assert found.values["sla_bonus"][""][0] == pytest.approx(10.7 * 168 / 200)
    money = {name: found.values[name][""][0] for name in ("revenue", "cost_of_goods", "total_cost", "margin")}
    assert money["margin"] == pytest.approx(money["revenue"] - money["cost_of_goods"] + 10.7 * 168 / 200)


PACKER = """
name: One packer
run: {{start: 2026-01-05, horizon: 100 h, seed: 1}}
market:
  segments:
    bulk: {{demand: {{rule: scheduled, every: 1 h, first: 46 h}}, basket: {{units: 1}}}}
    key_1: {{demand: {{rule: scheduled, every: 999 h, first: 10 h}}, requested: 1 h, basket: {{units: 1}}}}
    key_2: {{demand: {{rule: scheduled, every: 999 h, first: 49 h}}, requested: 9 h, basket: {{units: 1}}}}
    key_3: {{demand: {{rule: scheduled, every: 999 h, first: 51 h}}, requested: 10 h, basket: {{units: 1}}}}
    key_4: {{demand: {{rule: scheduled, every: 999 h, first: 52.5 h}}, requested: 90 h, basket: {{units: 1}}}}
products: {{a: {{}}}}
network: {{sites: {{store: {{stages: [{{stage: packing, staff: 1, time: 4 h}}]}}}}}}
service:
  contracts:
    key:
      covers: {{segment: [key_1, key_2, key_3, key_4]}}
      metric: on_time
      clock: request
      target: 60 %
      period: 99 h
      {alert}
"""


@pytest.mark.parametrize(
    ("alert", "begun", "met"),
    [("", [10.0, 58.0], 0.0), ("alert: {before: 49 h}", [10.0, 54.0, 58.0], 1.0)],
)
def test_an_alert_pushes_the_orders_that_are_still_to_come(alert, begun, met):
    """Packing takes 4 h. The first key order, wanted after 1 h, is late, so that at 50 h nothing of one is met.

    The packer takes bulk orders from 46 h on, one comes every hour: 46-50, 50-54. At 50 h the alert pushes key 2,
    which waits since 49 h behind bulk: 54-58, just on time. Key 3 comes at 51 h, is pushed as it enters, and is packed
    58-62, an hour late. Key 4 is due after the period and waits its turn. Without an alert so do
    all: key 2 is packed 58-62, after the bulk orders of 47 and 48 h, and late.
    """
    ledger = play(PACKER.format(alert=alert))
    keys = {fact.order for fact in ledger.of(Ordered) if fact.segment > 0}
    assert sorted(fact.started for fact in ledger.of(Served) if fact.order in keys and fact.started < 70) == begun
    assert ledger.of(Settled) == [(99.0, 0, 0.0, 3.0, met, 0.0, 0.0)]
    assert ledger.of(Alerted) == ([(50.0, 0, 1.0, 0.0)] if alert else [])
    assert [fact.at for fact in ledger.of(Pushed)] == ([50.0, 51.0] if alert else [])


@pytest.mark.parametrize(
    ("alert", "begun", "met"), [("", [10, 58, 66], 0.0), ("alert: {before: 49 h}", [10, 50, 54], 2.0)]
)
def test_a_batch_is_as_urgent_as_the_most_urgent_of_its_orders(alert, begun, met):
    """As above, in batches of two, or of one after five minutes: everything five minutes later, key 2 due by 58.5 h.

    Key 2 is batched with bulk of 49 h, which waits behind bulk of 47 and 48 h, and key 3 with bulk of 51 h. At 50 h
    the alert pushes the batch of key 2: it is next when the packer is free five minutes later, and that of key 3
    follows; both are in time. Without an alert they are begun in turn, and late.
    """
    batch = "time: 4 h, batch: {orders: 2, within: 5 min}"
    ledger = play(PACKER.format(alert=alert).replace("time: 4 h", batch).replace("requested: 9 h", "requested: 9.5 h"))
    keys = {fact.order for fact in ledger.of(Ordered) if fact.segment > 0}
    started = sorted(fact.started for fact in ledger.of(Served) if fact.order in keys and fact.started < 70)
    assert started == pytest.approx([hour + 1 / 12 for hour in begun])
    assert ledger.of(Settled) == [(99.0, 0, 0.0, 3.0, met, 0.0, 0.0)]


@pytest.mark.parametrize(
    ("alert", "begun", "met"), [("", [10, 44, 60], 0.0), ("alert: {before: 49 h}", [10, 44, 52, 56], 2.0)]
)
def test_goods_that_follow_are_as_urgent_as_their_order(alert, begun, met):
    """Key 2 comes at 44 h for two units of a, due by 56.5 h; one is there and packed 44-48, one comes at 48.5 h.

    The packer is at bulk of 46 h until 52 h, and bulk of 47 and 48 h is before the second unit, which is packed 60-64.
    The alert at 50 h puts it before them, 52-56, and then key 3, 56-60, which is due by 61 h.
    """
    text = PACKER.format(alert=alert).replace("products: {a: {}}", "products: {a: {}, b: {}}")
    text = text.replace("first: 49 h", "first: 44 h").replace("requested: 9 h", "requested: 12.5 h")
    text = text.replace("basket: {units: 1}", "basket: {orders: [{share: 1, lines: {b: 1}}]}")
    text = text.replace(
        "12.5 h, basket: {orders: [{share: 1, lines: {b: 1}}]}", "12.5 h, basket: {orders: [{share: 1, lines: {a: 2}}]}"
    )
    text = text.replace(
        "network: {sites: {store: {",
        "network: {suppliers: {maker: {lead_time: 4.5 h}}, sites: {store: {"
        "stock: {a: {rule: base_stock, level: 1}, b: {rule: base_stock, level: 99}}, ",
    )
    ledger = play(text)
    keys = {fact.order for fact in ledger.of(Ordered) if fact.segment > 0}
    assert sorted(fact.started for fact in ledger.of(Served) if fact.order in keys and fact.started < 70) == begun
    assert ledger.of(Settled) == [(99.0, 0, 0.0, 3.0, met, 0.0, 0.0)]


SHELF = """
name: One shelf
run: {{start: 2026-01-05, horizon: 100 h, seed: 1}}
market:
  segments:
    bulk: {{demand: {{rule: scheduled, every: 1 h, first: 1 h}}, basket: {{units: 1}}}}
    key_1: {{demand: {{rule: scheduled, every: 999 h, first: 0.5 h}}, requested: 0.5 h, basket: {{units: 1}}}}
    key_2: {{demand: {{rule: scheduled, every: 999 h, first: 4.2 h}}, requested: 57.3 h, basket: {{units: 1}}}}
    key_3: {{demand: {{rule: scheduled, every: 999 h, first: 55.2 h}}, requested: 6.8 h, basket: {{units: 1}}}}
products: {{a: {{}}}}
network:
  suppliers: {{maker: {{lead_time: 60 h}}}}
  sites: {{store: {{stages: [{{stage: transit, time: 1 h}}], stock: {{a: {{rule: base_stock, level: 3}}}}}}}}
service:
  contracts:
    key:
      covers: {{segment: [key_1, key_2, key_3]}}
      metric: on_time
      clock: request
      target: 90 %
      period: 99 h
      {alert}
"""


@pytest.mark.parametrize(
    ("alert", "taken", "met"), [("", [0.5, 62.0], 0.0), ("alert: {before: 49 h}", [0.5, 60.5, 61.0], 2)]
)
def test_pushed_orders_come_first_at_the_shelf(alert, taken, met):
    """Every order is for one unit; what is taken comes back 60 h later. Transit takes 1 h, half an hour too much for
    the first key order.

    The three units go at 0.5, 1 and 2 h; whoever comes later waits: bulk of 3 and 4 h, key 2 of 4.2 h, bulk of 5 h and
    so on. In turn, units of 60.5, 61 and 62 h go to bulk of 3 h, of 4 h and to key 2, which is late.
    The alert at 50 h puts key 2 first, and key 3, which comes at 55.2 h, next: delivered at 61.5 and 62 h, as wanted.
    """
    ledger = play(SHELF.format(alert=alert))
    keys = {fact.order for fact in ledger.of(Ordered) if fact.segment > 0}
    assert [
        fact.at for fact in ledger.of(Allocated) if fact.line in keys
    ] == taken  # orders of one line: the same number
    assert ledger.of(Settled) == [(99.0, 0, 0.0, 3.0, met, 0.0, 0.0)]


REPLACED = """
name: A contract met with substitutes
run: {start: 2026-01-05, horizon: 100 h}
market:
  segments: {retailer: {demand: {rule: scheduled, first: 1 h, every: 10 h}, basket: {items: {a: 1}, units: 2}}}
products:
  a: {price: 10, cost: 5, substitutes: {b: 100 %}}
  b: {price: 10, cost: 5}
network:
  suppliers: {maker: {lead_time: 1000 h}}
  sites:
    store:
      stages: [{stage: picking, time: 1 h}]
      stock: {a: {rule: base_stock, level: 0}, b: {rule: base_stock, level: 500}}
service:
  stockout: [{rule: substitute}, {rule: lost_sale}]
  rules: [{promise: {rule: fixed, time: 5 h}}]
  contracts: {retailer: {covers: {segment: retailer}, metric: on_time, target: 95 %, period: 50 h}}
"""


def test_an_order_of_which_everything_was_replaced_is_delivered_under_its_contract():
    """Orders of 1, 11, 21 ... 91 h get b for all of their a, an hour later: five fall due in each period, on time."""
    ledger = play(REPLACED)
    assert ledger.of(Settled) == [(50.0, 0, 0.0, 5.0, 5.0, 0.0, 0.0), (100.0, 0, 50.0, 5.0, 5.0, 0.0, 0.0)]
    assert measure(ledger).values["sla_attainment"][""][0] == 1.0
