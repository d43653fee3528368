"""The cut of the warm-up, Welch's curve and batch means by hand."""

import math

import numpy as np
import pytest

from simulator.experiments.steady_state import Series, batch_means, lag_1, mser, welch

WEEK = 168.0


def plain(values, step: float = 1.0, kpi: str = "on_hand") -> Series:
    values = np.atleast_2d(np.asarray(values, dtype=float))
    return Series(kpi, step, values, np.ones(values.shape))


def test_mser_by_hand():
    """Batches 9, 1, 2, 1, 2, ... of which only the first is off: leaving it out is best, leaving out more is not."""
    batches = np.array([9.0, *([1.0, 2.0] * 10)])
    found = mser(plain(np.repeat(batches, 5)))
    assert (found.steps, found.mean, found.settled) == (5, 1.5, True)
    assert found.statistic == pytest.approx(0.25 / 20)


def test_what_fills_no_batch_is_left_over_at_the_end():
    found = plain([[1, 2, 3, 4, 9], [5, 6, 7, 8, 9]]).batches(2)
    assert found.above.tolist() == [[3, 7], [11, 15]]
    assert found.each.tolist() == [[1.5, 3.5], [5.5, 7.5]]
    assert found.step == 2.0
    assert mser(plain([*np.repeat([9.0, *([1.0, 2.0] * 10)], 5), 99, 99])).mean == 1.5


def test_mser_tells_a_run_that_is_too_short():
    assert not mser(plain(np.arange(100.0))).settled  # it goes on rising
    assert not mser(plain(np.ones(49))).settled  # nine batches
    assert (mser(plain(np.ones(50))).steps, mser(plain(np.ones(50))).settled) == (0, True)


def test_mser_passes_over_batches_in_which_nothing_counts():
    """Ten days of 9, ten days without orders, then 1 and 2 in turn: the cut lies at the end of the gap."""
    values = np.concatenate([np.full(10, 9.0), np.zeros(10), np.repeat([1.0, 2.0] * 10, 5)])
    below = np.where((np.arange(len(values)) >= 10) & (np.arange(len(values)) < 20), 0.0, 1.0)
    found = mser(Series("on_time", 24.0, values[None], below[None]))
    assert (found.steps, found.mean) == (20, 1.5)


def test_mser_takes_the_mean_of_the_replications():
    batches = np.array([9.0, *([1.0, 2.0] * 10)])
    noise = np.repeat([0.0, *([5.0, -5.0, -5.0, 5.0] * 5)], 5)
    both = np.stack([np.repeat(batches, 5) + noise, np.repeat(batches, 5) - noise])
    assert mser(plain(both)) == mser(plain(np.repeat(batches, 5)))


def test_welchs_curve_by_hand():
    """Two runs, window 1: the first step by itself, then means of three steps, the last step not at all."""
    found = welch(plain([[0, 2, 4, 10], [2, 4, 6, 12]]), 1)
    assert found.tolist() == [1.0, 3.0, (3 + 5 + 11) / 3]
    wide = welch(plain([1, 2, 6, 3, 8, 100, 100]), 2)
    assert wide.tolist() == [1.0, 3.0, 4.0, (2 + 6 + 3 + 8 + 100) / 5, (6 + 3 + 8 + 200) / 5]


def test_welchs_curve_weighs_steps_by_what_counts_in_them():
    found = welch(Series("on_time", 24.0, np.array([[1.0, 0, 90, 0]]), np.array([[1.0, 0, 100, 0]])), 1)
    assert found.tolist() == [1.0, 91 / 101, 0.9]
    assert math.isnan(welch(Series("on_time", 24.0, np.zeros((1, 3)), np.zeros((1, 3))), 0)[0])


def test_batch_means_by_hand():
    """Seven steps in three batches of two: the first is left over. Means 2, 4, 9: 5 +- 4.303 x 3.606 / 1.732."""
    found = batch_means(plain([100, 1, 3, 4, 4, 8, 10]), batches=3)
    assert found.hours == 2.0
    assert found.interval.point == pytest.approx(5.0)
    half = 4.30265273 * math.sqrt(13 / 3)
    assert (found.interval.low, found.interval.high) == pytest.approx((5 - half, 5 + half))
    assert found.correlation == pytest.approx(1 - (4 + 25) / (2 * 26))


def test_batch_means_of_a_ratio_are_sums_divided_by_sums():
    """Batches 1/1, 2/4, 9/10 as sums: 12/15, and linearised residuals 0.2, -1.2, 1 over a mean of 5."""
    found = batch_means(Series("x", 1.0, np.array([[1.0, 2, 9]]), np.array([[1.0, 4, 10]])), batches=3).interval
    assert found.point == pytest.approx(0.8)
    half = 4.30265273 * math.sqrt((0.04 + 1.44 + 1.0) / 2 / 3) / 5
    assert (found.low, found.high) == pytest.approx((0.8 - half, 0.8 + half))


def test_batches_are_whole_weeks_of_days():
    week = [5, 5, 5, 5, 5, 0, 0]
    found = batch_means(plain(week * 60, step=24.0), period=7)
    assert found.hours % WEEK == 0
    assert found.interval.point == pytest.approx(25 / 7)
    assert found.interval.high - found.interval.low < 1e-9  # every week is the same
    assert (found.batches, found.independent) == (15, True)


def test_batches_stay_whole_weeks_where_short_ones_are_alike():
    """Levels that last four weeks: batches of eight weeks are the first of which the halves pass."""
    levels = np.repeat(np.random.default_rng(8).standard_normal(60), 28)
    found = batch_means(plain(levels, step=24.0), period=7)
    assert found.hours % WEEK == 0
    assert found.hours >= 8 * WEEK


def test_batches_that_are_alike_are_told():
    slow = np.repeat([1.0, 2.0, 3.0, 4.0], 30)
    assert not batch_means(plain(slow)).independent
    assert not batch_means(plain(slow), batches=12).independent
    assert batch_means(plain(np.random.default_rng(5).standard_normal(400))).independent


def test_neighbours_are_within_one_run_only():
    """The step from one run to the next is no pair: 1 2 | 8 9 has two pairs with differences of 1."""
    assert lag_1(np.array([[1.0, 2.0], [8.0, 9.0]])) == pytest.approx(1 - (2 / 2) / (2 * 50 / 3))


@pytest.mark.parametrize("batches", [1, 8])
def test_impossible_numbers_of_batches_are_refused(batches):
    with pytest.raises(ValueError, match="from 2 to 7"):
        batch_means(plain(np.arange(7.0)), batches=batches)
    with pytest.raises(ValueError, match="too short for 10 batches: it has 7"):
        batch_means(plain(np.arange(7.0)))
