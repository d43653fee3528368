"""Intervals that suit the KPI, against values by hand and against coverage that is known."""

import math

import numpy as np
import pytest
from experiments.scenes import block, shelf, two

import simulator
from simulator.experiments.intervals import Sample, interval, percentile, student, wilson
from simulator.experiments.replicate import Experiment
from simulator.experiments.store import Store

RNG = np.random.default_rng(20261126)


def within(found: float, share: float, trials: int) -> bool:
    """Whether a share of so many trials is within four standard errors of the true one."""
    return abs(found - share) <= 4 * math.sqrt(share * (1 - share) / trials)


def test_a_ratio_weighs_replications_by_their_size():
    """Fill rates 0.9 of 10 and 0.5 of 30 units: 24 of 40 were filled.

    Deviations from 0.6 are 10 x 0.3 = 3 and 30 x -0.1 = -3; mean denominator 20, so the linearised values
    are 0.75 and 0.45, their standard error 0.15, and t with one degree of freedom is 12.706.
    """
    sample = Sample("ratio", np.array([0.9, 0.5]), np.array([10.0, 30.0]))
    assert sample.linear() == pytest.approx([0.75, 0.45])
    found = interval(sample)
    assert found.point == pytest.approx(0.6)
    assert found.high - found.point == pytest.approx(12.7062 * 0.15, rel=1e-4)
    assert found.method == "ratio"


def test_a_replication_without_a_denominator_has_no_say_in_the_ratio():
    sample = Sample("ratio", np.array([0.9, math.nan, 0.5]), np.array([10.0, 0.0, 30.0]))
    found = interval(sample)
    assert found.point == pytest.approx(0.6)
    assert found.replications == 2


def test_a_mean_has_students_interval():
    """2, 4, 9: mean 5, standard error sqrt(13 / 3), t with two degrees of freedom 4.3027."""
    found = interval(Sample("mean", np.array([2.0, 4.0, 9.0])))
    assert found[:3] == pytest.approx((5.0, 5 - 4.30265 * math.sqrt(13 / 3), 5 + 4.30265 * math.sqrt(13 / 3)), rel=1e-5)
    assert found.method == "t"


@pytest.mark.parametrize("kind", ["mean", "ratio", "percentile"])
def test_too_few_replications_have_no_interval(kind):
    weights = np.array([3.0]) if kind == "ratio" else None
    one = interval(Sample(kind, np.array([0.5]), weights))
    assert one.point == 0.5
    assert math.isnan(one.low)
    assert math.isnan(one.high)
    none = interval(Sample(kind, np.array([math.nan]), None if weights is None else np.array([0.0])))
    assert math.isnan(none.point)
    assert none.replications == 0


def test_a_share_that_never_failed_is_not_certain():
    """No late order among 400: Wilson with z = 1.96 reaches from z^2 / (n + z^2) below 1."""
    sample = Sample("ratio", np.ones(4), np.full(4, 100.0), np.full(4, 100.0), share=True)
    found = interval(sample)
    assert found.method == "Wilson"
    assert found.point == found.high == 1
    z2 = student(0.95, math.inf) ** 2
    assert found.low == pytest.approx(1 - z2 / (400 + z2))


def test_a_share_without_trials_that_never_varied_is_taken_as_it_is():
    assert interval(Sample("mean", np.ones(4), share=True))[1:3] == (1.0, 1.0)


def test_an_interval_of_a_share_stays_between_0_and_1():
    sample = Sample("ratio", np.array([0.99, 1.0, 1.0, 0.97]), np.full(4, 50.0), np.full(4, 50.0), share=True)
    found = interval(sample)
    assert found.method == "Wilson"
    assert 0.9 < found.low < found.point < found.high < 1
    money = interval(Sample("ratio", sample.values, sample.weights))
    assert money.method == "ratio"
    assert money.high > 1


def test_wilson_for_a_textbook_case():
    """20 successes of 50 at 95 %: 0.2760 to 0.5382 (score interval, by hand)."""
    assert wilson(0.4, 50, 1.959964) == pytest.approx((0.2761, 0.5382), abs=1e-4)


@pytest.mark.parametrize(("count", "share"), [(20, 0.5), (30, 0.9), (9, 0.5), (60, 0.05)])
def test_percentiles_cover_whatever_the_distribution(count, share):
    """Exact or a little more on a skewed distribution whose percentile is known: -ln(1 - share)."""
    trials, true = 4000, -math.log(1 - share)
    found = [percentile(RNG.exponential(size=count), share) for _ in range(trials)]
    covered = np.mean([not (each.low > true) and not (each.high < true) for each in found])
    assert within(covered, 0.955, trials) or within(covered, 0.95, trials) or within(covered, 0.965, trials)


def test_an_end_that_so_few_values_cannot_tell_is_nan():
    found = percentile(np.arange(10.0), 0.95)
    assert math.isfinite(found.low)
    assert math.isnan(found.high)
    assert math.isnan(percentile(np.arange(5.0), 0.5).low)


def test_percentiles_of_few_replications_fall_back_on_t():
    assert interval(Sample("percentile", np.array([1.0, 2.0, 3.0]))).method == "t"
    assert interval(Sample("percentile", np.arange(6.0))).method == "order statistics"


def test_percentiles_turned_round_are_the_same_turned_round():
    values = RNG.gamma(2.0, size=25)
    up, down = percentile(values, 0.3), percentile(-values, 0.7)
    assert (up.low, up.high) == pytest.approx((-down.high, -down.low))


def test_ratios_cover_where_the_mean_of_ratios_is_biased():
    """Numerator and denominator go together: E N / E D = 2, but the mean of N / D is another number."""
    trials, count, hits, naive = 2000, 20, 0, 0
    for _ in range(trials):
        below = RNG.gamma(0.8, size=count) + 0.05
        above = 2 * below + RNG.normal(0, 0.4, count) * np.sqrt(below) + 0.3 * (below - 0.85)
        sample = Sample("ratio", above / below, below)
        found, plain = interval(sample), interval(Sample("mean", above / below))
        hits += found.low <= 2 <= found.high
        naive += plain.low <= 2 <= plain.high
    assert 0.92 < hits / trials < 0.97
    assert naive / trials < 0.8


def test_parts_of_a_whole_add_up_over_replications_too():
    """Failures by cause are of all orders: pooled, they add up to the orders that are not perfect."""
    result = simulator.run(two(), 6, workers=1)
    causes = [result.estimate("imperfect_orders", "cause", cause).mean for cause in result.labels("cause")]
    assert sum(causes) == pytest.approx(result.estimate("imperfect_orders").mean)
    assert sum(causes) == pytest.approx(1 - result.estimate("perfect_order_rate").mean)
    assert max(causes) > 0.05


def test_the_trials_of_a_share_are_what_it_was_decided_on():
    """Orders that had a promise, all of which are followed until it is due, and lines: not their units."""
    result = simulator.run(two(), 3, workers=1)
    on_time, fill = (result.sample(kpi, "segment", "shops") for kpi in ("on_time", "unit_fill_rate"))
    np.testing.assert_array_equal(on_time.trials, on_time.weights)
    placed = result.values("orders_per_week", "segment")[:, 0] * 4
    assert on_time.trials == pytest.approx(placed)
    assert (fill.trials < fill.weights).all()
    lines = result.sample("line_fill_rate", "segment", "shops").weights
    np.testing.assert_array_equal(fill.trials, lines)
    assert result.sample("order_cycle_time").trials is None


@pytest.mark.parametrize("kpi", ["target_gap", "cycle_variance_share"])
def test_a_difference_of_shares_may_be_below_0(kpi):
    """A gap to a target is no proportion, though in points of one: its interval goes through 0 where it has to."""
    values = [0.03, -0.02, 0.01, 0.0, 0.02, -0.01]
    with Store() as store:
        experiment = Experiment(shelf(), store)
        experiment.keep([block([number], **{kpi: value}) for number, value in enumerate(values)])
        found = experiment.result().estimate(kpi)
    t_interval = interval(Sample("mean", np.array(values)))
    assert (found.low, found.high) == (t_interval.low, t_interval.high)
    assert found.low < 0 < found.high
