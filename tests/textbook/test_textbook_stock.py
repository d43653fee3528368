"""Continuous-review stocking rules against systems whose answers are known."""

import numpy as np
import pytest

from simulator.textbook.lumpy_demand import compound_poisson, geometric_sizes, minimum_maximum, reorder_in_lots
from simulator.textbook.stock_models import (
    base_stock,
    base_stock_lost_sales,
    base_stock_served_within,
    reorder_point,
    reorder_point_normal,
    reorder_point_served_within,
)

exactly = pytest.approx


def test_base_stock_with_backorders():
    """I01: 4 units a day, lead time 3 days, S = 16."""
    shelf = base_stock(rate=4, lead_time=3, level=16)
    assert shelf.unit_fill_rate == exactly(0.8444156524501832)
    assert shelf.on_hand == exactly(4.246356051560397)
    assert shelf.backorders == exactly(0.24635605156039703)
    assert shelf.mean_wait == exactly(0.06158901289009926)
    assert base_stock_served_within(1, 4, 3, 16) == exactly(0.9917689890131551)
    assert base_stock_served_within(3, 4, 3, 16) == 1


def test_base_stock_of_nothing_keeps_everybody_waiting():
    assert base_stock(rate=4, lead_time=3, level=0) == exactly((0, 0, 0, 0, 12, 4, 3))


def test_base_stock_with_lost_sales():
    """I03: 3 units a day, mean lead time 2 days, S = 8."""
    shelf = base_stock_lost_sales(rate=3, lead_time=2, level=8)
    assert shelf == exactly((0.12187578366630444, 2.731254701997827, 5.268745298002173))


def test_spare_parts():
    """Four units in repair on average: fill rate and backorders by stock, to three figures."""
    shelves = [base_stock(rate=4, lead_time=1, level=level) for level in (6, 7, 8, 9, 10)]
    assert [round(shelf.unit_fill_rate, 3) for shelf in shelves] == [0.785, 0.889, 0.949, 0.979, 0.992]
    assert [round(shelf.backorders, 3) for shelf in shelves] == [0.195, 0.085, 0.034, 0.012, 0.004]


def test_reorder_point_and_lot():
    """I05: Snyder & Shen, example 5.8."""
    shelf = reorder_point(rate=1.5, lead_time=2, level=3, quantity=5)
    assert shelf.unit_fill_rate == exactly(0.8666328304219002)
    assert shelf.on_hand == exactly(3.105432827253822)
    assert shelf.backorders == exactly(0.10543282725382214)
    assert shelf.order_rate == exactly(0.3)
    assert shelf.mean_wait == exactly(0.07028855150254809)
    assert shelf.cost(holding=20, backorder=150, order=100) == exactly(107.92358063314975)
    assert reorder_point_served_within(0.5, 1.5, 2, 3, 5) == exactly(0.9386828972899961)


def test_reorder_point_and_lot_of_a_faster_mover():
    """I06: Snyder & Shen, problem 5.2."""
    shelf = reorder_point(rate=12, lead_time=0.5, level=6, quantity=7)
    assert shelf.unit_fill_rate == exactly(0.8631508070308732)
    assert shelf.on_hand == exactly(4.168255312032072)
    assert shelf.backorders == exactly(0.16825531203207178)
    assert shelf.order_rate == exactly(1.7142857142857142)
    assert shelf.mean_wait == exactly(0.014021276002672648)
    assert shelf.cost(holding=4, backorder=28, order=4) == exactly(28.241312842169155)
    assert reorder_point_served_within(0.1, 12, 0.5, 6, 7) == exactly(0.9400975166390245)


def test_normal_approximation_beside_the_exact_values():
    """I08: 20 units a day, lead time 4 days, r = 85, Q = 60."""
    shelf = reorder_point(rate=20, lead_time=4, level=85, quantity=60)
    assert shelf.unit_fill_rate == exactly(0.9726671173928181)
    assert shelf.backorders == exactly(0.11972125387249882)
    assert shelf.on_hand == exactly(35.619721253872484)
    rough = reorder_point_normal(mean=80, sd=80**0.5, level=85, quantity=60)
    assert rough == exactly((0.9731381808816858, 35.12489549288106, 0.12489549288106086))


def test_a_lot_of_one_is_base_stock():
    assert reorder_point(rate=2, lead_time=3, level=8, quantity=1) == exactly(base_stock(2, 3, 9))


def test_a_negative_reorder_point_plans_for_backorders():
    """By hand: without a lead time the position -1 ... 2 is the stock, so half the units find some."""
    shelf = reorder_point(rate=1, lead_time=0, level=-2, quantity=4)
    assert (shelf.unit_fill_rate, shelf.on_hand, shelf.backorders) == exactly((0.5, 0.75, 0.25))
    with pytest.raises(ValueError, match="beyond the lead time"):
        reorder_point_served_within(1, 1, 0, -2, 4)


def test_minimum_and_maximum_with_small_lines():
    """I09: 2 lines a day of 1 to 4 units, lead time 3 days, s = 12, S = 30."""
    shelf = minimum_maximum(2.0, {1: 0.4, 2: 0.3, 3: 0.2, 4: 0.1}, lead_time=3, minimum=12, maximum=30)
    assert shelf.on_hand == exactly(10.252250349673146, rel=1e-7)
    assert shelf.backorders == exactly(0.39824984724961965)
    assert shelf.ready_rate == exactly(0.8841813008498406)
    assert shelf.unit_fill_rate == exactly(0.8631072315710208)
    assert shelf.line_fill_rate == exactly(0.8556968610962967)
    assert shelf.order_rate == exactly(0.21333334460295728)
    assert shelf.mean_wait == exactly(0.09956246181240491)
    assert shelf.cost(holding=1, backorder=10, order=25) == exactly(19.568082437243273)


def test_minimum_and_maximum_with_large_lines():
    """I11: 0.8 lines a day of 1, 5 or 12 units, lead time 4 days, s = 15, S = 45."""
    shelf = minimum_maximum(0.8, {1: 0.5, 5: 0.3, 12: 0.2}, lead_time=4, minimum=15, maximum=45)
    assert shelf.on_hand == exactly(19.049586036860596)
    assert shelf.backorders == exactly(0.9150389249792674)
    assert shelf.ready_rate == exactly(0.8858898510164126)
    assert shelf.unit_fill_rate == exactly(0.8289484279726234)
    assert shelf.line_fill_rate == exactly(0.8303506240488073)
    assert shelf.order_rate == exactly(0.10479736984592046)
    assert shelf.mean_wait == exactly(0.2599542400509282)
    assert shelf.cost(holding=0.5, backorder=6, order=60) == exactly(21.30286875906113)


def test_three_fill_rates_differ():
    """I12: 1.5 lines a day of 1, 3 or 6 units, lead time 2 days, r = 10, lots of 12."""
    shelf = reorder_in_lots(1.5, {1: 0.5, 3: 0.3, 6: 0.2}, lead_time=2, level=10, quantity=12)
    assert shelf.on_hand == exactly(9.105300540570905)
    assert shelf.backorders == exactly(0.4053005405709058)
    assert shelf.ready_rate == exactly(0.8883007604647939)
    assert shelf.unit_fill_rate == exactly(0.8413755645122675)
    assert shelf.line_fill_rate == exactly(0.8355191516122835)
    assert shelf.order_rate == exactly(0.325)


def test_a_line_larger_than_the_lot_is_one_order_of_several():
    """By hand: dozens against lots of 5, so that every line orders, two lots or three."""
    assert reorder_in_lots(0.5, {12: 1.0}, lead_time=2, level=10, quantity=5).order_rate == exactly(0.5)


def test_base_stock_with_stuttering_demand():
    """I13: 1.5 lines a day of geometric size, mean 2, lead time 2.5 days, S = 12."""
    shelf = reorder_in_lots(1.5, geometric_sizes(mean=2), lead_time=2.5, level=11, quantity=1)
    assert shelf.on_hand == exactly(5.080749202325342)
    assert shelf.backorders == exactly(0.5807492023253431)
    assert shelf.ready_rate == exactly(0.8149620017672626)
    assert shelf.unit_fill_rate == exactly(0.7569452484669876)
    assert shelf.line_fill_rate == exactly(0.7569452484669875)
    assert shelf.mean_wait == exactly(0.19358306744178105)


@pytest.mark.parametrize(("level", "quantity"), [(3, 5), (0, 1), (-2, 4), (30, 50)])
def test_lumpy_stock_with_single_units_is_plain_stock(level, quantity):
    assert reorder_in_lots(1.5, {1: 1.0}, 2, level, quantity) == exactly(reorder_point(1.5, 2, level, quantity))
    assert minimum_maximum(1.5, {1: 1.0}, 2, level, level + quantity) == exactly(reorder_point(1.5, 2, level, quantity))


@pytest.mark.parametrize("lines", [0.0, 2.5, 299.0, 900.0, 2000.0])
def test_lumpy_demand_has_the_right_moments(lines):
    """900 and 2,000 lines are beyond what a probability of no line at all could be written as."""
    demand = compound_poisson(lines, {1: 0.5, 4: 0.5})
    units = np.arange(len(demand))
    mean = float(units @ demand)
    assert demand.sum() == exactly(1)
    assert mean == exactly(lines * 2.5)
    assert float((units - mean) ** 2 @ demand) == exactly(lines * 8.5)


def test_stock_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="demand is positive"):
        base_stock(rate=0, lead_time=1, level=1)
    with pytest.raises(ValueError, match="lot"):
        reorder_point(rate=1, lead_time=1, level=1, quantity=0)
    with pytest.raises(ValueError, match="above the minimum"):
        minimum_maximum(1, {1: 1.0}, 1, minimum=5, maximum=5)
    with pytest.raises(ValueError, match="sum to 1"):
        reorder_in_lots(1, {1: 0.5, 2: 0.4}, 1, 5, 5)
    with pytest.raises(ValueError, match="one unit or more"):
        compound_poisson(1, {0: 1.0})
