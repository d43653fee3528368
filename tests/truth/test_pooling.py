"""Pooled stock: base stock with Poisson demand and backorders fills P(N < S), N Poisson with the mean over a lead time.

Two stocks of 7, each with 5 on order in the mean, fill 0.762; one of 14 for both 0.864; one of 28 for four 0.948. The
gain is that of demand which does not go up and down together: with the very same orders everywhere there is none.
"""

import csv
import datetime as dt

import numpy as np
import pytest
from scipy.stats import poisson
from truth.agreement import expect, play

from simulator.replication.measure import measure
from simulator.replication.simulate import audit, simulate
from simulator.scenario.reading.load import load, parse

DEMAND, LEVEL = 5, 7
"""Mean demand of a channel over a lead time of one day, and its base stock."""


def channels(number: int, pooled: bool, demand: str, top: str = "") -> str:
    """So many channels, with a stock each or one for all of them."""
    names = [f"c{place}" for place in range(number)]
    sites = ["all"] if pooled else names
    level = LEVEL * (number if pooled else 1)
    stock = f"{{stages: [], stock: {{item: {{rule: base_stock, level: {level}}}}}}}"
    lines = [
        "name: Pooling",
        top or "run: {start: 2026-01-05, horizon: 330 days, warm_up: 10 days, seed: 11}",
        "products: {item: {}}",
        "market:",
        *([] if "basket" in demand else ["  history: {file: orders.csv}"]),
        "  channels:",
        *(f"    {name}: {{source: {{rule: dedicated, site: {'all' if pooled else name}}}}}" for name in names),
        "  segments:",
        *(f"    {name}: {{{demand}, channels: {{{name}: 1.0}}}}" for name in names),
        "network:",
        "  suppliers: {maker: {lead_time: 1 day}}",
        "  sites:",
        *(f"    {site}: {stock}" for site in sites),
    ]
    return "\n".join(lines)


POISSON = f"demand: {{rule: poisson, orders: {DEMAND} per day}}, basket: {{units: 1}}"


@pytest.mark.parametrize(
    ("number", "pooled", "known"), [(2, False, 0.762), (2, True, 0.864), (4, False, 0.762), (4, True, 0.948)]
)
def test_fill_by_number_of_channels_that_share_a_stock(number, pooled, known):
    share = number if pooled else 1
    exact = float(poisson.cdf(LEVEL * share - 1, DEMAND * share))
    assert exact == pytest.approx(known, abs=0.0005)
    expect(play(channels(number, pooled, POISSON), 20), {"unit_fill_rate": exact}, within=0.01)


def test_the_same_orders_everywhere_leave_nothing_to_pool(tmp_path):
    """Both channels replay one history: each order comes twice, and what one stock lacks the other lacks too."""
    rng = np.random.default_rng(5)
    at = np.cumsum(rng.exponential(1 / DEMAND, 1500))
    with open(tmp_path / "orders.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["order", "time", "sku", "units"])
        start = dt.datetime(2026, 1, 5)
        for number, day in enumerate(at):
            rows.writerow([number, (start + dt.timedelta(days=float(day))).isoformat(sep=" "), "item", 1])
    fills = []
    for pooled in (False, True):
        path = tmp_path / f"pooled_{pooled}.yaml"
        path.write_text(channels(2, pooled, "demand: {rule: replayed}", "run: {start: 2026-01-05, horizon: 280 days}"))
        ledger = simulate(load(path))
        audit(ledger)
        fills.append(float(measure(ledger).values["unit_fill_rate"][""][0]))
    assert fills[0] == pytest.approx(fills[1], abs=1e-12)
    assert 0.7 < fills[0] < 0.8


def test_the_gain_shrinks_as_good_days_are_good_for_all():
    """A common factor from day to day, up to a day of twice or no demand, takes the gain away bit by bit."""
    gains = []
    for spread in (0.0, 0.5, 1.0):
        fills = []
        for pooled in (False, True):
            text = channels(2, pooled, POISSON).replace("market:", f"market:\n  rhythm: {{day_to_day: {spread}}}")
            ledgers = [simulate(parse(text), replication) for replication in range(4)]
            fills.append(np.mean([measure(ledger).values["unit_fill_rate"][""][0] for ledger in ledgers]))
        gains.append(fills[1] - fills[0])
    assert gains == sorted(gains, reverse=True)
    assert gains[0] == pytest.approx(0.102, abs=0.02)
    assert gains[2] < 0.6 * gains[0]
