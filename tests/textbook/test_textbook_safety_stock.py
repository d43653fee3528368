"""Safety stock, undershoot and fitted counts."""

import math

import numpy as np
import pytest

from simulator.textbook.claims import Count, undershoot, undershoot_continuous
from simulator.textbook.safety_stock import (
    LeadTimeDemand,
    fill_rate,
    lead_time_demand,
    reorder_point_for_cycle_service,
    reorder_point_for_fill_rate,
    safety_factor,
    safety_stock,
)

exactly = pytest.approx


def test_steadying_the_lead_time_beats_shortening_it():
    """100 a day, sd 20, 10 days, sd 3: halving the mean saves 1 %, halving the spread 47 %."""
    assert round(lead_time_demand(100, 20**2, 10, 3).sd, 1) == 306.6
    assert round(lead_time_demand(100, 20**2, 5, 3).sd, 1) == 303.3
    assert round(lead_time_demand(100, 20**2, 10, 1.5).sd, 1) == 162.8


def test_safety_stock_by_service_level():
    """Each further point is dearer: multiples of the stock that 95 % takes."""
    levels = (0.90, 0.95, 0.98, 0.99, 0.995, 0.999)
    assert [round(safety_stock(1, level) / safety_stock(1, 0.95), 2) for level in levels] == [
        *(0.78, 1.0, 1.25, 1.41, 1.57, 1.88)
    ]
    assert reorder_point_for_cycle_service(LeadTimeDemand(1000, 100), 0.5) == exactly(1000)


def test_cycle_service_is_not_fill():
    """A cycle service of 90 % fills 95.3, 97.6 and 98.8 % at lots of 1, 2 and 4 standard deviations."""
    rates = [fill_rate(safety_factor(0.90), sd=50, quantity=50 * lots) for lots in (1, 2, 4)]
    assert [round(rate, 3) for rate in rates] == [0.953, 0.976, 0.988]


@pytest.mark.parametrize("target", [0.2, 0.8, 0.95, 0.999])
def test_reorder_point_gives_back_its_fill_rate(target):
    demand = LeadTimeDemand(500, 120)
    factor = (reorder_point_for_fill_rate(demand, 300, target) - demand.mean) / demand.sd
    assert fill_rate(factor, demand.sd, 300) == exactly(target)
    assert reorder_point_for_fill_rate(LeadTimeDemand(500, 0), 300, target) == exactly(500 - 300 * (1 - target))


@pytest.mark.parametrize("lot", [1, 3, 12, 40, math.inf])
@pytest.mark.parametrize("sizes", ["single", "dozens", "geometric", "negative binomial"])
def test_undershoot_by_its_definition(sizes, lot):
    """A line of x units from a position j above r overshoots by x - j; j is 1 ... Q evenly."""
    from scipy import stats

    units = np.arange(1, 600)
    shares = {
        "single": stats.randint(1, 2),
        "dozens": stats.randint(12, 13),
        "geometric": stats.geom(0.2),
        "negative binomial": stats.nbinom(3, 0.25, loc=1),
    }[sizes].pmf(units)
    cumulative = np.concatenate(([0.0], np.cumsum(shares)))  # P(X <= 0, 1, ...)
    longest = len(units) if lot == math.inf else lot
    past = np.arange(len(units))
    weights = cumulative[np.minimum(past + longest, len(units))] - cumulative[past]
    weights /= weights.sum()
    mean, step = float(past @ weights), float(units @ shares)
    expected = mean, math.sqrt(float((past - mean) ** 2 @ weights))
    sd = math.sqrt(float((units - step) ** 2 @ shares))
    assert undershoot(step, sd, lot) == exactly(expected, abs=1e-5)


def test_undershoot_is_half_the_mean_square_over_the_mean():
    """Counted in whole units it is half a unit less than measured."""
    assert undershoot(mean=8, sd=6).mean == exactly((8**2 + 6**2) / (2 * 8) - 0.5)
    assert undershoot_continuous(mean=8, sd=6).mean == exactly((8**2 + 6**2) / (2 * 8))
    assert undershoot_continuous(mean=12, sd=0) == exactly((6, math.sqrt(12)))  # evenly over 0 ... 12


@pytest.mark.parametrize(
    ("mean", "variance"), [(4, 4), (4, 12), (0.3, 0.9), (300, 900), (6, 3), (0.5, 0.25), (7, 0), (0, 0)]
)
def test_fitted_counts_have_the_moments_asked_for(mean, variance):
    count, levels = Count.fit(mean, variance), np.arange(-1, 2000)
    above = np.array([float(count.exceeds(int(level))) for level in levels])
    shares = -np.diff(above)
    units = levels[1:]
    assert shares.min() > -1e-12
    assert float(units @ shares) == exactly(mean, abs=1e-9)
    assert float((units - mean) ** 2 @ shares) == exactly(variance, abs=1e-7)
    for level in (-2, 0, 1, 5, 40):
        over = np.maximum(units - level, 0.0)
        assert float(count.excess(level)) == exactly(float(over @ shares), abs=1e-9)
        assert float(count.loss(level, 1)) == exactly(float(count.excess(level)), abs=1e-9)
        assert float(count.loss(level, 2)) == exactly(float(over * (over - 1) / 2 @ shares), abs=1e-7)


def test_a_variance_too_small_for_whole_units_is_met_as_nearly_as_can_be():
    count = Count.fit(10.5, 0.01)
    assert float(count.exceeds(10)) > 0.5
    assert float(count.exceeds(11)) == 0


@pytest.mark.parametrize(("lots", "filled"), [(1, 0.953), (2, 0.976), (4, 0.988)])
def test_nine_cycles_in_ten_are_a_higher_fill_rate(lots, filled):
    """Cycle service of 90 % with orders of 1, 2 and 4 standard deviations of the demand over the lead time."""
    assert round(fill_rate(safety_factor(0.90), 1.0, lots), 3) == filled


def test_values_out_of_range_are_refused():
    with pytest.raises(ValueError, match="cycle service level"):
        safety_factor(1.0)
    with pytest.raises(ValueError, match="fill rate"):
        reorder_point_for_fill_rate(LeadTimeDemand(1, 1), 1, 0)
    with pytest.raises(ValueError, match="one unit or more"):
        undershoot(mean=0.5, sd=0)
    with pytest.raises(ValueError, match="not negative"):
        lead_time_demand(-1, 1, 1)
