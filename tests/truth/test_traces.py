"""Deterministic systems that a person traced: every value to rounding."""

import numpy as np
from truth.agreement import exactly, measured, whole
from truth.systems import shelf

from simulator.engine.facts import Backordered, Ordered, Replenished, Served

DAY, YEAR = 24.0, 8760.0
GAP = YEAR / 1300


def test_i26_a_reorder_point_for_thirty_days():
    """I26: 7 on hand, one unit wanted on each of the days 1 to 30, (2,5), lead time 4 days, receipts before demand.

    The averages are over [0, 30]; a second run goes on to see what happens on day 30 itself.
    """

    def run(horizon: str) -> str:
        return shelf(
            seed=1,
            horizon=horizon,
            demand="{rule: scheduled, every: 1 day, first: 1 day}",
            supplier="{lead_time: 4 days}",
            stock="{rule: reorder_point, point: 2, quantity: 5, opening: 7}",
        )

    measures, _ = measured(run("30 days"))
    exactly(whole(measures), {"on_hand": 1.8333333333333333, "backorders": 0.16666666666666666})
    measures, ledger = measured(run("30.1 days"))
    placed = ledger.columns(Replenished)["at"] / DAY
    assert (len(placed), placed[0], placed[-1], ledger.closing["on_hand"][0]) == (6, 5, 30, 2)
    exactly(whole(measures), {"unit_fill_rate": 0.8333333333333334})


def test_i27_the_economic_lot_unit_by_unit():
    """I27: a unit every 1/1300 year, 304 on hand at first; when the last is sold 304 more arrive at once.

    Four whole cycles count, from the middle of a gap on; an order costs 8, a unit in stock 0.225 a year. (The
    formula's own 304.05 and 68.41 are the theory's.)
    """
    cycles = 4 * 304
    text = shelf(
        seed=1,
        horizon=f"{(10.5 + cycles) * GAP!r} h",
        warm_up=f"{10.5 * GAP!r} h",
        demand=f"{{rule: scheduled, every: {GAP!r} h, first: {GAP!r} h}}",
        supplier="{lead_time: 0 h}",
        stock="{rule: reorder_point, point: 0, quantity: 304, opening: 304}",
        costs="{holding: 0.225 per unit per year, replenishment_order: 8}",
    )
    measures, ledger = measured(text)
    found = whole(measures)
    exactly(found, {"on_hand": 152.5, "unit_fill_rate": 1.0, "total_cost": 68.52302631578948 * 168 / YEAR})
    assert not len(ledger.columns(Backordered)["at"])


ONE_SERVER = """
name: Four orders
run: {{start: 2026-01-05, horizon: 10 h}}
market:
  history: {{file: {file}}}
  segments: {{all: {{demand: {{rule: replayed}}}}}}
products: {{item: {{}}}}
network:
  sites: {{office: {{stages: [{{stage: entry, staff: 1, line_time: 30 min}}]}}}}
"""


def test_t13_littles_law_on_a_fixed_path(tmp_path):
    """T13 (Little's law on a sample path): FCFS, one server, half an hour a line, observed for ten hours.

    order   comes   lines   leaves
      1       0       5       2.5
      2       1       3       4.0
      3       3       1       4.5
      4       7       4       9.0
    """
    rows = ["order,time,sku,units"]
    for order, (hour, lines) in enumerate([(0, 5), (1, 3), (3, 1), (7, 4)]):
        rows += [f"{order},2026-01-05T{hour:02}:00,item,1"] * lines
    (tmp_path / "orders.csv").write_text("\n".join(rows))
    measures, ledger = measured(ONE_SERVER.format(file=tmp_path / "orders.csv"))
    served = ledger.columns(Served)
    cycle = served["ended"] - ledger.columns(Ordered)["at"]
    moments = np.arange(0.25, 10, 0.5)
    inside = ((served["queued"][:, None] <= moments) & (moments < served["ended"][:, None])).sum(axis=0)
    rate = len(cycle) / 10
    found = {
        "in system": float(inside.mean()),
        "area": float(inside.sum() / 2),
        "most": float(inside.max()),
        "rate": rate,
        "variance": float(np.var(cycle, ddof=1)),
    }
    assert served["ended"].tolist() == [2.5, 4.0, 4.5, 9.0]
    exactly(found, {"in system": 0.9, "area": 9.0, "most": 2, "rate": 0.4, "variance": 0.4166666666666667})
    exactly(whole(measures), {"order_cycle_time": 2.25, "queue_time": 0.625, "utilisation": 0.65})
    exactly(whole(measures), {"queue_length": rate * 0.625, "order_cycle_time": found["in system"] / rate})
