"""Comparing and selecting against exact answers: intervals, what common luck saves, how often the choice is right."""

from math import sqrt

import numpy as np
import pytest

from simulator.experiments import selection
from simulator.experiments.compare import compare
from simulator.experiments.differences import Contrast
from simulator.experiments.intervals import Sample
from simulator.scenario.reading.load import parse
from simulator.textbook.best_of_several import correct_selection, observations_needed

ONE = np.array([126.97, 124.31, 126.68, 122.66, 127.23])
TWO = np.array([118.21, 120.22, 122.45, 122.68, 119.40])


def test_t07_paired_and_welch_intervals_of_two_inventory_policies():
    """Law, Simulation Modeling and Analysis, the chapter on comparing two systems: five replications, 90 %."""
    pair = Sample("mean", TWO), Sample("mean", ONE)
    paired, apart = Contrast(*pair), Contrast(*pair, paired=False)
    assert paired.interval(0.9)[:3] == pytest.approx((4.978, 1.6491268748354875, 8.306873125164511), rel=1e-12)
    assert paired.error**2 == pytest.approx(2.438274, rel=1e-12)
    assert apart.interval(0.9)[:3] == pytest.approx((4.978, 2.6607856177283016, 7.295214382271698), rel=1e-12)
    assert apart.freedom == pytest.approx(7.992385930043246, rel=1e-12)


NEWSVENDOR = """
name: Newsvendor, {quantity} papers
run: {{horizon: 1 week, seed: 5}}
market:
  segments:
    readers:
      demand: {{rule: scheduled, every: 1 week, first: 0 h}}
      basket: {{units: {{exponential: {{mean: 100}}}}}}
products: {{paper: {{price: 5, cost: 2, step: 0.001}}}}
network:
  suppliers: {{printer: {{lead_time: 52 weeks}}}}
  sites: {{stand: {{stock: {{paper: {{rule: base_stock, level: {quantity}}}}}}}}}
service: {{stockout: {{rule: lost_sale}}}}
costs: {{holding: 2 per unit per week}}
"""
"""Profit 5 min(D, q) - 2 q: what is sold has its cost, what is left over costs as much to be kept for the week."""


@pytest.mark.long
def test_t08_what_common_luck_saves_a_newsvendor():
    """Stocks of 80 and 110 under the same exponential demand, by the margin; all within four standard errors."""
    found = compare([parse(NEWSVENDOR.format(quantity=q)) for q in (80, 110)], 400, kpis=["margin"], workers=1)
    small, large = (result.sample("margin").values for result in found.results)
    assert small.max() == pytest.approx(3 * 80)
    difference = found.difference("margin")
    assert abs(difference.mean - -1.7710597904289926) < 4 * sqrt(4907.668176929303 / 400)
    assert difference.high - difference.low == pytest.approx(2 * 1.966 * sqrt(4907.7 / 400), rel=0.1)
    assert abs(np.var(large - small, ddof=1) - 4907.668176929303) < 4 * spread_of_variance(large - small)
    apart = np.var(small, ddof=1) + np.var(large, ddof=1)
    assert abs(apart - 59014.39922992025) < 4 * (spread_of_variance(small) + spread_of_variance(large))
    correlation = 0.970950220338815
    assert abs(np.corrcoef(small, large)[0, 1] - correlation) < 4 * (1 - correlation**2) / sqrt(400)
    assert difference.saved == pytest.approx(59014.39922992025 / 4907.668176929303, rel=0.15)


def spread_of_variance(values: np.ndarray) -> float:
    """The standard error of a sample variance."""
    centred = values - values.mean()
    return sqrt((np.mean(centred**4) - np.mean(centred**2) ** 2) / len(values))


def normals(rng, means, spreads):
    """Where a procedure gets its values from: independent normal systems."""
    return lambda wanted: {
        system: rng.normal(means[system], spreads[system], count) for system, count in wanted.items()
    }


def test_t09_choosing_by_the_largest_mean_is_right_as_often_as_bechhofer_says():
    """Two systems, one better by a quarter of the deviation, 30 values of each."""
    exact, runs = 0.8335391959672174, 2000
    assert correct_selection(systems=2, lead=1, sd=4, observations=30) == pytest.approx(exact, rel=1e-9)
    assert observations_needed(systems=2, lead=1, sd=4, probability=0.95) == 87
    rng = np.random.default_rng(9)
    more = normals(rng, (0.0, 1.0), (4.0, 4.0))
    right = np.mean([selection.select_ocba(more, 2, budget=60, first=30).best == 1 for _ in range(runs)])
    assert abs(right - exact) < 4 * sqrt(exact * (1 - exact) / runs)


@pytest.mark.long
def test_t14_kn_selects_the_best_as_often_as_it_promises():
    """Five systems, the best ahead by just the indifference: the hardest case that the promise is for."""
    assert selection.eta(systems=5, risk=0.05, first=20) == pytest.approx(0.2372383155351937, rel=1e-12)
    rng, runs = np.random.default_rng(14), 2000
    more = normals(rng, (1.0, 0.0, 0.0, 0.0, 0.0), (3.0, 2.0, 4.0, 3.0, 5.0))
    choices = [selection.select_kn(more, 5, 1.0, confidence=0.95, first=20, block=20) for _ in range(runs)]
    right = np.mean([choice.best == 0 for choice in choices])
    assert 0.95 <= right < 0.985, "it promises 95 %, and is not so cautious that it wastes replications"
    assert all(choice.kept == (choice.best,) for choice in choices)
