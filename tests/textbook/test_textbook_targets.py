"""Stock levels for a service target: exact where theory is exact, and close on demand as it comes."""

import heapq
from itertools import pairwise

import numpy as np
import pytest

from simulator.textbook.lumpy_demand import geometric_sizes, reorder_in_lots
from simulator.textbook.safety_stock import lead_time_demand, reorder_point_for_fill_rate
from simulator.textbook.stock_models import base_stock, order_up_to, reorder_point
from simulator.textbook.targets import Demand, LeadTime, order_up_to_level, reorder_level, service

KINDS = ("cycle_service_level", "unit_fill_rate", "line_fill_rate")
VALUES = (0.8, 0.9, 0.95, 0.98, 0.999)


def geometric(lines: float, mean: float) -> Demand:
    """Poisson lines of geometric size."""
    return Demand.poisson(lines, mean, (mean * (mean - 1)) ** 0.5)


def first(reaches) -> int:
    """The first whole number that reaches."""
    return next(level for level in range(100_000) if reaches(level))


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(("rate", "lead_time", "lot"), [(1.5, 2, 5), (12, 0.5, 7), (0.01, 48, 1), (20, 48, 400)])
def test_single_units_and_poisson_demand_give_the_exact_reorder_point(rate, lead_time, lot, value):
    from scipy import special

    demand, supply = Demand.poisson(rate), LeadTime(lead_time)
    filled = first(lambda level: reorder_point(rate, lead_time, level, lot).unit_fill_rate >= value)
    assert reorder_level(demand, supply, lot, "unit_fill_rate", value) == filled
    assert reorder_level(demand, supply, lot, "line_fill_rate", value) == filled
    lasting = first(lambda level: special.pdtr(level, rate * lead_time) >= value)
    assert reorder_level(demand, supply, lot, "cycle_service_level", value) == lasting


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(("rate", "lead_time"), [(4, 3), (0.01, 24), (3, 100)])
def test_single_units_and_poisson_demand_give_the_exact_base_stock(rate, lead_time, value):
    demand, supply = Demand.poisson(rate), LeadTime(lead_time)
    level = first(lambda level: base_stock(rate, lead_time, level).unit_fill_rate >= value)
    for kind in KINDS:  # with a replacement for every unit the three are one
        assert order_up_to_level(demand, supply, 0, kind, value) == level
        assert reorder_level(demand, supply, None, kind, value) == level - 1


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(("rate", "review", "lead_time"), [(4, 7, 3), (0.05, 168, 48), (2, 24, 200)])
def test_single_units_and_poisson_demand_give_the_exact_order_up_to_level(rate, review, lead_time, value):
    from scipy import special

    demand, supply = Demand.poisson(rate), LeadTime(lead_time)
    filled = first(lambda level: order_up_to(rate, review, lead_time, level).unit_fill_rate >= value)
    assert order_up_to_level(demand, supply, review, "unit_fill_rate", value) == filled
    if rate * review > 20:  # every review orders
        lasting = first(lambda level: special.pdtr(level, rate * (lead_time + review)) >= value)
        assert order_up_to_level(demand, supply, review, "cycle_service_level", value) == lasting


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("lot", [1, 7, 12, 60])
@pytest.mark.parametrize(("lines", "size"), [(0.004, 12), (0.1, 6), (0.5, 2)])
def test_lines_of_equal_size_give_the_exact_reorder_point(lines, size, lot, value):
    demand, supply = Demand.poisson(lines, size), LeadTime(48)
    for kind in ("unit_fill_rate", "line_fill_rate"):
        level = reorder_level(demand, supply, lot, kind, value)
        exact, below = (getattr(reorder_in_lots(lines, {size: 1.0}, 48, r, lot), kind) for r in (level, level - 1))
        assert exact >= value - 1e-9
        assert level == 0 or below < value


def test_cycle_service_of_lines_of_equal_size_by_hand():
    """Dozens, 0.5 in a lead time, lots of 12 or 3, against a reorder point of 12.

    The undershoot is evenly 0 ... 11, or 9 ... 11 as lots of 3 put the position at 13 ... 15. Without
    another line the shelf lasts; one more takes 12 and lasts only where nothing was undershot.
    """
    demand, supply = Demand.poisson(0.05, 12), LeadTime(10)
    none, one = np.exp(-0.5), 0.5 * np.exp(-0.5)
    assert service(demand, supply, 12, 12, "cycle_service_level") == pytest.approx(none + one / 12)
    assert service(demand, supply, 12, 3, "cycle_service_level") == pytest.approx(none)
    assert service(demand, supply, 11, None, "cycle_service_level") == pytest.approx(none)
    assert service(demand, supply, 23, None, "cycle_service_level") == pytest.approx(none + one)


@pytest.mark.parametrize("value", [0.9, 0.95, 0.98])
@pytest.mark.parametrize("lot", [1, 10, 60])
@pytest.mark.parametrize(("lines", "mean"), [(0.02, 3), (0.1, 8), (0.5, 4)])
def test_lumpy_demand_and_constant_lead_time_come_within_a_point(lines, mean, lot, value):
    """Against the exact (r, nQ): at the level found the target is met within a point, and one step less is below it."""
    demand, supply, sizes = geometric(lines, mean), LeadTime(48), geometric_sizes(mean)
    for kind in ("unit_fill_rate", "line_fill_rate"):
        level = reorder_level(demand, supply, lot, kind, value)
        exact, below = (getattr(reorder_in_lots(lines, sizes, 48, r, lot), kind) for r in (level, level - 1))
        assert exact >= value - 0.01
        assert level == 0 or below <= value + 0.01


@pytest.mark.parametrize("value", [0.9, 0.95, 0.98])
@pytest.mark.parametrize("lot", [1, 8, 40])
def test_units_and_lines_are_told_apart(lot, value):
    """One unit and a Poisson number more: the lines met in full are fewer than the units."""
    from scipy import stats

    lines, mean = 0.05, 8.0
    demand, supply = Demand.poisson(lines, mean, (mean - 1) ** 0.5), LeadTime(48)
    units = range(1, 60)
    shares = stats.poisson(mean - 1, loc=1).pmf(units)
    sizes = dict(zip(units, (shares / shares.sum()).tolist(), strict=True))
    levels = [reorder_level(demand, supply, lot, kind, value) for kind in ("unit_fill_rate", "line_fill_rate")]
    found = [reorder_in_lots(lines, sizes, 48, level, lot) for level in levels]
    assert found[0].unit_fill_rate == pytest.approx(value, abs=0.015)
    assert found[1].line_fill_rate == pytest.approx(value, abs=0.015)
    assert levels[1] > levels[0]


def play(
    demand: Demand, supply: LeadTime, level: int, lot: int, lines: int = 60_000, together: float = 1.0
) -> tuple[float, float, float]:
    """Unit fill, line fill and cycle service of (r, nQ), line by line; orders arrive in the order placed.

    `together` lines come at once on average, a geometric number of them.
    """
    rng = np.random.default_rng(2026)
    gaps = (rng.exponential(together / demand.lines, lines) * (rng.random(lines) < 1 / together)).tolist()
    sizes = rng.geometric(1 / demand.units, lines).tolist()
    shape = (supply.mean / supply.sd) ** 2
    times = iter(rng.gamma(shape, supply.mean / shape, lines).tolist())
    now, latest, net, position = 0.0, 0.0, level + lot, level + lot
    due: list[tuple[float, int]] = []
    units = full = cycles = kept = 0
    for gap, size in zip(gaps, sizes, strict=True):
        now += gap
        while due and due[0][0] <= now:
            cycles, kept = cycles + 1, kept + (net >= 0)
            net += heapq.heappop(due)[1]
        units, full = units + min(size, max(net, 0)), full + (net >= size)
        net, position = net - size, position - size
        if position <= level:
            ordered = lot * ((level - position) // lot + 1)
            latest = max(latest, now + next(times))
            heapq.heappush(due, (latest, ordered))
            position += ordered
    return units / sum(sizes), full / lines, kept / cycles


CASES = [
    (geometric(0.05, 8), LeadTime(48, 16), 40),
    (geometric(0.1, 5), LeadTime(100, 30), 60),
    (geometric(0.02, 12), LeadTime(100, 40), 30),
    (geometric(0.01, 3), LeadTime(48, 10), 6),
]


@pytest.mark.parametrize(("demand", "supply", "lot"), CASES)
def test_lumpy_demand_and_late_supply_reach_the_target_in_play(demand, supply, lot):
    """Simulated line by line: geometric line sizes and gamma lead times, within 1.5 points of 95 %."""
    for kind, measure in (("unit_fill_rate", 0), ("line_fill_rate", 1), ("cycle_service_level", 2)):
        level = reorder_level(demand, supply, lot, kind, 0.95)
        assert play(demand, supply, level, lot)[measure] == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(("plain", "supply", "lot"), CASES)
def test_lines_that_come_in_bursts_reach_the_target_in_play(plain, supply, lot):
    """Three lines at once on average, a geometric number: five times the Poisson's ratio of variance to mean."""
    variance = plain.lines * (plain.units_sd**2 + 5 * plain.units**2)
    demand = Demand(plain.lines, plain.units, plain.units_sd, variance)
    for kind, measure in (("unit_fill_rate", 0), ("line_fill_rate", 1), ("cycle_service_level", 2)):
        level = reorder_level(demand, supply, lot, kind, 0.95)
        assert play(demand, supply, level, lot, together=3)[measure] == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(("demand", "supply", "lot"), CASES)
def test_the_textbook_misses_what_the_undershoot_takes(demand, supply, lot):
    """The normal formula promises 95 % of units and gives at least two points less."""
    over = lead_time_demand(demand.mean, demand.variance, supply.mean, supply.sd)
    textbook = round(reorder_point_for_fill_rate(over, lot, 0.95))
    assert play(demand, supply, textbook, lot)[0] < 0.93


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("review", [0, 24, 168])
@pytest.mark.parametrize("lot", [None, 1, 30])
def test_more_service_never_takes_less_stock(kind, review, lot):
    demand, supply = Demand(0.2, 4, 3, 9), LeadTime(72, 24)
    levels = [reorder_level(demand, supply, lot, kind, value, review) for value in np.linspace(0.05, 0.995, 40)]
    assert all(lower <= higher for lower, higher in pairwise(levels))
    assert levels[0] < levels[-1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("review", [0, 24])
@pytest.mark.parametrize("lot", [None, 1, 30])
def test_the_level_found_is_the_first_that_serves(kind, review, lot):
    demand, supply = Demand(0.2, 4, 3, 9), LeadTime(72, 24)
    for value in (0.8, 0.95, 0.999):
        level = reorder_level(demand, supply, lot, kind, value, review)
        assert service(demand, supply, level - 1, lot, kind, review) < value
        assert service(demand, supply, level, lot, kind, review) >= value - 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_what_makes_supply_harder_takes_more_stock(kind):
    def level(lines=0.2, spread=3.0, variance=9.0, time=72.0, late=24.0, review=0.0):
        return reorder_level(Demand(lines, 4, spread, variance), LeadTime(time, late), 30, kind, 0.95, review)

    plain = level()
    assert level(time=96) > plain
    assert level(late=48) > plain
    assert level(variance=18) > plain
    assert level(spread=6, variance=9 + 0.2 * (6**2 - 3**2)) > plain
    assert level(review=24) > plain
    assert level(lines=0.3) > plain


@pytest.mark.parametrize("kind", KINDS)
def test_no_demand_needs_no_stock_and_rare_demand_a_line(kind):
    idle, rare = Demand(0, 0, 0, 0), Demand.poisson(1e-6)
    assert reorder_level(idle, LeadTime(48), 10, kind, 0.95) == 0
    assert reorder_level(idle, LeadTime(48), None, kind, 0.95) == 0
    assert order_up_to_level(idle, LeadTime(48), 168, kind, 0.95) == 0
    assert service(idle, LeadTime(48), 0, 10, kind) == 1
    assert order_up_to_level(rare, LeadTime(48), 0, kind, 0.95) == 1
    assert reorder_level(rare, LeadTime(48), 10, kind, 0.95) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_steady_demand_and_supply_need_no_safety_stock(kind):
    """One unit an hour like clockwork and a lead time of ten hours: reorder at ten; each lot may lack its share."""
    steady, supply = Demand(1, 1, 0, 0), LeadTime(10)
    assert reorder_level(steady, supply, 20, kind, 0.95) == (10 if kind == "cycle_service_level" else 9)
    assert reorder_level(steady, supply, 20, kind, 0.9999) == 10


@pytest.mark.parametrize("kind", KINDS)
def test_supply_without_a_wait_needs_only_the_line_itself(kind):
    """Lead time 0, dozens: twelve on the shelf after every order meet any line."""
    assert order_up_to_level(Demand.poisson(0.1, 12), LeadTime(0), 0, kind, 0.999) == 12


@pytest.mark.parametrize("value", [0, 1, 1.2, -0.5, 95, float("nan")])
def test_targets_that_are_no_shares_are_refused(value):
    with pytest.raises(ValueError, match="unit_fill_rate lies above 0 and below 1"):
        reorder_level(Demand.poisson(1), LeadTime(1), 5, "unit_fill_rate", value)


def test_what_no_shop_has_is_refused():
    demand, supply = Demand.poisson(1), LeadTime(1)
    with pytest.raises(ValueError, match="one of cycle_service_level, unit_fill_rate, line_fill_rate"):
        reorder_level(demand, supply, 5, "fill", 0.9)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a lot is more than nothing"):
        reorder_level(demand, supply, 0, "unit_fill_rate", 0.9)
    with pytest.raises(ValueError, match="not negative"):
        reorder_level(demand, LeadTime(1, -1), 5, "unit_fill_rate", 0.9)
    with pytest.raises(ValueError, match="not negative"):
        order_up_to_level(demand, supply, -7, "unit_fill_rate", 0.9)
    with pytest.raises(ValueError, match="one unit or more"):
        reorder_level(Demand(1, 0.5, 0, 1), supply, 5, "unit_fill_rate", 0.9)
    with pytest.raises(ValueError, match="not negative"):
        service(demand, supply, -1, 5, "unit_fill_rate")
