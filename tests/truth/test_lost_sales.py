"""Shelves whose customers do not all wait: lost sales, partial backordering, impatience.

Sources: Zipkin, Foundations of Inventory Management (2000), 7.2.4; the Erlang loss formula; birth-death chains.
"""

from truth.agreement import expect, play
from truth.systems import poisson, shelf

DAY = 24.0
LOST = "{rule: lost_sale}"


def test_i03_base_stock_with_lost_sales():
    """I03 (Erlang B): demands 3/day, base stock 8, exponential lead time of 2 days; a sold unit is ordered again."""
    text = shelf(
        seed=3003,
        horizon="2540 days",
        warm_up="40 days",
        demand=poisson("3 per day"),
        stockout=LOST,
        supplier="{lead_time: {exponential: {mean: 2 days}}}",
        stock="{rule: base_stock, level: 8}",
    )
    expect(
        play(text, 20),
        {
            "lost_sales": 0.12187578366630444,
            "on_hand": 2.731254701997827,
            "on_order": 5.268745298002173,
            "ready_rate": 0.8781242163336955,
        },
        within=0.01,
        loose={"lost_sales": 0.03},
    )


def test_i18_reorder_point_with_lost_sales():
    """I18 (renewal-reward): demands 5/day, (7,20), at most one order open, lead time 1.5 days."""
    text = shelf(
        seed=3018,
        horizon="1540 days",
        warm_up="40 days",
        demand=poisson("5 per day"),
        stockout=LOST,
        supplier="{lead_time: 1.5 days}",
        stock="{rule: reorder_point, point: 7, quantity: 20}",
    )
    expect(
        play(text, 20),
        {
            "lost_sales": 0.06263076936364723,
            "on_hand": 10.626307693636473,
            "replenishment_orders": 0.23434230765908817,
            "ready_rate": 0.9373692306363528,
        },
        within=0.01,
        loose={"lost_sales": 0.03},
    )


def test_i22_some_customers_wait_and_some_do_not():
    """I22 (birth-death): demands 3/day, base stock 5, exponential lead time of 2 days.

    Of the customers who find no stock 60 % wait. The mean wait is over all who get their unit, at once or later.
    """
    text = shelf(
        seed=3022,
        horizon="2540 days",
        warm_up="40 days",
        demand=poisson("3 per day"),
        waits=0.6,
        supplier="{lead_time: {exponential: {mean: 2 days}}}",
        stock="{rule: base_stock, level: 5}",
    )
    expect(
        play(text, 20),
        {
            "unit_fill_rate": 0.4542463428231575,
            "lost_sales": 0.21830146287073698,
            "on_hand": 0.825543353478608,
            "backorders": 0.5157345762541854,
            "wait_time": DAY * 0.21992049012832451,
        },
        within=0.03,
    )


def test_i24_customers_who_cancel_while_they_wait():
    """I24 (birth-death): demands 9/day, one production line at 8/day, base stock 6, exponential patience of 2 days.

    The line runs while the net inventory is below 6; a unit whose customer has cancelled is not made: the
    supplier works on one order at a time and takes back those it has not begun.
    """
    text = shelf(
        seed=3024,
        horizon="640 days",
        warm_up="40 days",
        demand=poisson("9 per day"),
        customers="patience: {exponential: {mean: 2 days}}",
        supplier="{lead_time: {exponential: {mean: 3 h}}, capacity: 1, cancellable: true}",
        stock="{rule: base_stock, level: 6}",
    )
    expect(
        play(text, 20),
        {
            "unit_fill_rate": 0.33437560341352823,
            "backorders": 2.650988003440335,
            "on_hand": 1.0564164204007491,
            "cancelled_units": 0.14727711130224083,
            ("utilisation", "stage", "maker"): 0.959313249784979,
        },
        within=0.04,
    )
