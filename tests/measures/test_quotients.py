"""A quotient without a basis is blank; a share that never varied has the interval that its cases allow."""

import math

import numpy as np
import pytest

import simulator
from simulator.experiments.intervals import Sample, interval, student, wilson
from simulator.measures.slices import Fixed, Ratio, Rows
from simulator.replication.measure import measure
from simulator.scenario.reading.load import parse

SHELF = """
name: Shelf
run: {{start: 2026-01-05, horizon: {horizon}, seed: 1}}
market: {{segments: {{all: {{demand: {demand}, basket: {{units: 1}}}}}}}}
products: {{a: {{price: 2, cost: 1}}}}
network:
  suppliers: {{maker: {{lead_time: {lead_time}}}}}
  sites: {{store: {{stock: {{a: {rule}}}}}}}
service: {{stockout: {{rule: backorder}}}}
"""


def whole(text: str, kpi: str) -> float:
    return float(measure(simulator.simulate(parse(text))).values[kpi][""][0])


@pytest.mark.parametrize(
    ("demand", "rule", "lead_time"),
    [
        ("{rule: scheduled, every: 1 day, first: 20 min}", "{rule: base_stock, level: 1}", "30 days"),
        ("{rule: scheduled, every: 4 h, first: 20 min}", "{rule: base_stock, level: 1}", "30 days"),
        ("{rule: poisson, orders: 3 per day}", "{rule: base_stock, level: 0}", "3 days"),
    ],
)
def test_a_shelf_that_is_all_but_always_empty_has_no_turns(demand, rule, lead_time):
    """A unit on the shelf for 20 minutes in 4 years: millions of turns a year are no number to tell."""
    text = SHELF.format(horizon="4 years", demand=demand, rule=rule, lead_time=lead_time)
    assert math.isnan(whole(text, "turns"))
    assert whole(text, "days_of_supply") == pytest.approx(0, abs=1e-4)


def test_stock_that_would_last_for_ever_has_no_days_of_supply():
    """A thousand on the shelf, one of which is sold in a year."""
    demand = "{rule: scheduled, every: 400 days, first: 1 day}"
    text = SHELF.format(horizon="52 weeks", demand=demand, rule="{rule: base_stock, level: 1000}", lead_time="1 day")
    assert math.isnan(whole(text, "days_of_supply"))
    assert whole(text, "turns") == pytest.approx(365 / 364 / 1000, rel=0.01)


def test_turns_by_hand():
    """Eleven ordered up to, one a day, one of them always under way for a day: 10 on hand, 36.5 turns, 10 days."""
    demand = "{rule: scheduled, every: 1 day, first: 12 h}"
    text = SHELF.format(horizon="52 weeks", demand=demand, rule="{rule: base_stock, level: 11}", lead_time="1 day")
    assert whole(text, "turns") == pytest.approx(36.5, rel=0.01)
    assert whole(text, "days_of_supply") == pytest.approx(10, rel=0.01)


def test_a_replication_without_a_basis_has_no_say():
    rows = Rows(np.array([0, 1]), 2, {"sku": np.array([0, 1])}, {"sku": 2})
    found = Ratio(rows, np.array([5.0, 5.0]), np.array([1.0, 1e-9]), most=100.0)
    np.testing.assert_array_equal(found.values()["sku"], [5.0, np.nan])
    np.testing.assert_array_equal(found.weights()["sku"], [1.0, 0.0])
    assert found.values()[""] == pytest.approx(10 / (1 + 1e-9))
    assert Ratio(rows, np.ones(2), Fixed(4.0)).weights() == {}


ALWAYS = SHELF.format(
    horizon="1800 days",
    demand="{rule: poisson, orders: 10 per day}",
    rule="{rule: periodic, every: 1 day, level: 60}",
    lead_time="4 h",
)


def test_what_never_failed_uses_every_case():
    """Two runs of 1,800 receipts without a stockout: 100 % of 3,598 cycles, not of two shelves.

    Lines of one lead time (4 h) fare together: of 18,000 lines in each run, 1,800 x 6 + 1 count.
    """
    result = simulator.run(parse(ALWAYS), 2, workers=1)
    cycles, z = result.estimate("cycle_service_level"), student(0.95, math.inf)
    assert (cycles.mean, cycles.high) == (1.0, 1.0)
    assert result.sample("cycle_service_level").trials.tolist() == [1799, 1799]
    assert cycles.low == pytest.approx(wilson(1.0, 2 * 1799, z)[0])
    assert cycles.low > 0.998
    ready = result.estimate("ready_rate")
    assert ready.low == pytest.approx(wilson(1.0, 2 * 1800, z)[0])
    fill = result.estimate("line_fill_rate")
    assert fill.low == pytest.approx(wilson(1.0, 2 * 10801, z)[0])
    assert 0.999 < fill.low < cycles.high


@pytest.mark.parametrize("fails", [0.02, 0.005, 0.001])
def test_shares_that_fail_in_clusters_are_covered(fails):
    """Five runs of 40 lead times with 25 lines each, all of which fail together, in one lead time of 50, 200 or 1,000.

    Most experiments of the rare cases agree in every run. As many cases as there are lead times cover the truth in 95
    of 100 experiments, or more; if every line were a case of its own they would not where a whole experiment may agree.
    """
    rng, runs, spans, lines, experiments = np.random.default_rng(7), 5, 40, 25, 3000
    failed = rng.binomial(spans, fails, (experiments, runs))
    whole = np.full(runs, float(spans * lines))
    covered = {spans: 0, spans * lines: 0}
    for values in 1 - failed / spans:
        for cases in covered:
            agree = values.min() == 1.0  # else the variance decides
            found = interval(Sample("ratio", values, whole, np.full(runs, cases if agree else whole[0]), share=True))
            covered[cases] += found.low <= 1 - fails <= found.high
    assert covered[spans] / experiments > 0.94
    if fails < 0.01:
        assert covered[spans * lines] / experiments < 0.8
