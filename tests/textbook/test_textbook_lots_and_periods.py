"""Lot sizes, newsvendors and periodic review against systems whose answers are known."""

import math

import pytest

from simulator.textbook.lumpy_demand import minimum_maximum_by_period
from simulator.textbook.newsvendor import critical_ratio, normal_cost, normal_optimum, poisson_cost, poisson_optimum
from simulator.textbook.safety_stock import economic_order_quantity, economic_order_quantity_with_backorders, lot_cost
from simulator.textbook.stock_models import order_up_to, order_up_to_normal

exactly = pytest.approx


def test_economic_order_quantity():
    """I27: Snyder & Shen, example 3.1."""
    assert economic_order_quantity(1300, 8, 0.225) == exactly((304.0467800264368, 68.41052550594829, 0))
    assert lot_cost(304, 1300, 8, 0.225, unit=1) == exactly(68.52302631578948)
    assert economic_order_quantity(0, 8, 0.225) == (0, 0, 0)


def test_backorders_make_the_lot_cheaper_and_vanish_when_dear():
    plain, patient = economic_order_quantity(1300, 8, 0.225), economic_order_quantity_with_backorders(1300, 8, 0.225, 5)
    assert patient.cost < plain.cost
    assert patient.quantity > plain.quantity
    assert economic_order_quantity_with_backorders(1300, 8, 0.225, 1e12) == exactly(plain, abs=1e-6)


def test_planned_backorders_are_the_cheapest():
    """Cost written out: ordering, holding while there is stock, waiting while there is none."""

    def cost(quantity, backorders):
        held, owed = (quantity - backorders) ** 2, backorders**2
        return 8 * 1300 / quantity + (0.225 * held + 5 * owed) / (2 * quantity)

    best = economic_order_quantity_with_backorders(1300, 8, 0.225, 5)
    assert cost(best.quantity, best.backorders) == exactly(best.cost)
    for quantity, backorders in ((1.01, 1), (0.99, 1), (1, 1.05), (1, 0.95)):
        assert cost(best.quantity * quantity, best.backorders * backorders) > best.cost


def test_newsvendor_with_normal_demand():
    """P01: mean 50, sd 8, 0.18 a unit over and 0.70 a unit short."""
    assert normal_optimum(50, 8, 0.18, 0.7) == exactly((56.60395592743389, 1.9976051931766448))
    assert normal_cost(40, 50, 8, 0.18, 0.7) == exactly(7.356131552870386)
    assert normal_cost(60, 50, 8, 0.18, 0.7) == exactly(2.156131552870387)
    assert normal_cost(60, 50, 0, 0.18, 0.7) == exactly(1.8)


def test_base_stock_by_the_period_is_a_newsvendor_over_the_lead_time():
    """P02: five periods of demand when the lead time is four."""
    mean, sd = 5 * 50, math.sqrt(5) * 8
    assert normal_optimum(mean, sd, 0.18, 0.7) == exactly((264.76689437415484, 4.466781004149578))
    assert normal_cost(180, mean, sd, 0.18, 0.7) == exactly(49.00016474803409)
    assert normal_cost(280, mean, sd, 0.18, 0.7) == exactly(5.704379663812387)
    shelf = order_up_to_normal(50, 8, review=1, lead_time=4, level=280)
    assert shelf.cost(holding=0.18, backorder=0.7) == exactly(5.704379663812387)


def test_what_each_service_level_costs():
    """The cost curve is lowest at the critical ratio: one a unit over, nine a unit short, sd 30."""
    safety = {0.80: 58.7, 0.85: 54.4, 0.90: 52.7, 0.95: 55.6, 0.98: 63.8, 0.99: 70.8, 0.999: 92.8}
    from scipy import special

    for level, cost in safety.items():
        assert normal_cost(30 * float(special.ndtri(level)), 0, 30, 1, 9) == exactly(cost, abs=0.051)
    assert critical_ratio(1, 9) == 0.9


@pytest.mark.parametrize(
    ("mean", "overage", "underage"), [(6, 1, 4), (0.2, 1, 3), (0.2, 1, 9), (80, 3, 1), (500, 1, 99)]
)
def test_newsvendor_with_poisson_demand_is_the_cheapest(mean, overage, underage):
    best = poisson_optimum(mean, overage, underage)
    costs = [poisson_cost(quantity, mean, overage, underage) for quantity in range(1000)]
    assert best.quantity == costs.index(min(costs))


def test_poisson_optimum_is_the_quantile_for_every_ratio():
    """The search starts at the normal's quantile less two, which must not be above the Poisson's."""
    from scipy import stats

    for mean in (0.01, 0.3, 1, 2.5, 7, 40, 333, 5000):
        for ratio in (0.001, 0.02, 0.1, 0.3, 0.5, 0.6, 0.75, 0.84, 0.9, 0.99, 0.9999):
            assert poisson_optimum(mean, 1 - ratio, ratio).quantity == stats.poisson(mean).ppf(ratio - 1e-12)


def test_order_up_to_every_week():
    """P09: 4 units a day, a look every 7 days, lead time 3 days, S = 52."""
    shelf = order_up_to(rate=4, review=7, lead_time=3, level=52)
    assert shelf.unit_fill_rate == exactly(0.996763143938272)
    assert shelf.on_hand == exactly(26.00663200145786)
    assert shelf.backorders == exactly(0.006632001457862104)
    assert shelf.order_rate * 7 == exactly(0.9999999999993088)
    assert shelf.mean_wait == exactly(0.001658000364465526)


def test_order_up_to_with_normal_demand():
    """P12: daily demand of mean 100 and sd 30, a review every 5 days, lead time 2 days, S = 760."""
    shelf = order_up_to_normal(100, 30, review=5, lead_time=2, level=760)
    assert shelf.on_hand == exactly(262.13772312067374)
    assert shelf.backorders == exactly(2.137723120673749)
    assert 1 - shelf.ready_rate == exactly(0.04792544381959819)
    assert shelf.unit_fill_rate == exactly(0.9793903579614537)


def test_order_up_to_with_nothing_ever_on_the_shelf():
    """So low a level that every unit waits, most of them since before the last receipt."""
    shelf = order_up_to_normal(100, 30, review=5, lead_time=2, level=-2000)
    assert shelf.unit_fill_rate == exactly(0, abs=1e-9)
    assert shelf.on_hand == exactly(0, abs=1e-9)


@pytest.mark.parametrize(
    ("mean", "minimum", "maximum", "expected"),
    [
        (6, 4, 10, (0.681966441658997, 3.141147176260717, 0.3707830442289851)),  # P04
        (4, 2, 7, (0.5758750671596349, 2.18717490559258, 0.39765258615456256)),  # P05
        (10, 6, 40, (0.25639402523046856, 16.105859602036972, 0.27849756172593965)),  # P06
    ],
)
def test_minimum_and_maximum_by_the_period(mean, minimum, maximum, expected):
    """Snyder & Shen, example 4.7 and two like it: orders, units held and owed per period."""
    assert minimum_maximum_by_period(mean, minimum, maximum) == exactly(expected)


def test_costs_that_leave_no_best_answer_are_refused():
    with pytest.raises(ValueError, match="holding a unit"):
        economic_order_quantity(100, 10, 0)
    with pytest.raises(ValueError, match="no quantity is best"):
        normal_optimum(50, 8, 0, 1)
    with pytest.raises(ValueError, match="not negative"):
        critical_ratio(-1, 2)
