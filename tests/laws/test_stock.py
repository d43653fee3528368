"""Laws of stock with the same random numbers."""

import numpy as np
import pytest
from scenes import play

from simulator.engine.facts import Allocated, Backordered, LineOrdered, Lost

BASE_STOCK = """
name: Base stock
run: {{start: 2026-01-05, horizon: 40 weeks, seed: 3}}
market:
  segments:
    all:
      demand: {{rule: poisson, orders: 8 per day}}
      basket: {{lines: {{geometric: {{mean: 2}}}}, units: {{geometric: {{mean: 2}}}}}}
products: {{a: {{}}, b: {{}}, c: {{}}}}
network:
  suppliers: {{maker: {{lead_time: {{lognormal: {{mean: 4 days, cv: 0.6}}}}}}}}
  sites: {{store: {{stock: {{default: {{rule: base_stock, level: {level}}}}}}}}}
service: {{stockout: {stockout}}}
"""


def met_at_once(level: int, stockout: str, replication: int) -> float:
    """Share of units met at once."""
    ledger = play(BASE_STOCK.format(level=level, stockout=stockout), replication)
    wanted = ledger.columns(LineOrdered)["units"].sum()
    short = ledger.columns(Backordered)["units"].sum() + ledger.columns(Lost)["units"].sum()
    return float(1 - short / wanted)


@pytest.mark.parametrize("replication", range(3))
@pytest.mark.parametrize(
    "stockout", ["{rule: backorder}", "{rule: backorder, ship: lines}", "{rule: backorder, ship: order}"]
)
def test_more_base_stock_never_lowers_fill(stockout, replication):
    fills = [met_at_once(level, stockout, replication) for level in (20, 35, 50, 65, 80)]
    assert fills == sorted(fills)
    assert fills[0] < 0.5 < 0.9 < fills[-1]


def test_nobody_jumps_the_queue():
    """Under first come first served, lines of one SKU that wait are served in the order in which they asked."""
    ledger = play(BASE_STOCK.format(level=20, stockout="{rule: backorder, ship: lines}"))
    sku_of_line = np.concatenate([[0], ledger.columns(LineOrdered)["sku"]])
    asked = {int(line): at for line, at in zip(*(ledger.columns(Backordered)[c] for c in ("line", "at")), strict=True)}
    for sku in range(3):
        served = [f for f in ledger.of(Allocated) if f.line in asked and sku_of_line[f.line] == sku]
        turns = [asked[f.line] for f in served]
        assert len(turns) > 100
        assert turns == sorted(turns)
