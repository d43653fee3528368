"""Periodic review, with backorders and with lost sales.

Sources: stockpyl; Zheng & Federgruen (1991); Zipkin (2000, 2008); Law & Kelton, Simulation Modeling and
Analysis, 1.5; SimOpt's SSCONT. Where a case counts in periods, a period is a day whose events all happen at
its first instant, receipts, then the review, then the demand: a time average is then the average of the
levels at the ends of the days.
"""

import pytest
from truth.agreement import expect, play
from truth.systems import DAILY, poisson, shelf

DAY, WEEK, MONTH = 24.0, 168.0, 730.0
NORMAL = "{units: {normal: {mean: 50, sd: 8}}}"


def rates(holding: float, owing: float, order: float = 0.0) -> str:
    """Costs of a unit in stock and of a unit owed for a day, and of an order."""
    return f"{{holding: {holding} per unit per day, backorder: {owing} per unit per day, replenishment_order: {order}}}"


def daily(level: float, point: float | None = None, more: str = "") -> str:
    """A review every day before the demand."""
    least = "" if point is None else f", point: {point}"
    return f"{{rule: periodic, every: 1 day, before_demand: true, level: {level}{least}{more}}}"


@pytest.mark.parametrize(
    ("lead_time", "level", "cost", "within"),
    [
        pytest.param("0 days", 56.60395592743389, 1.9976051931766448, 0.01, id="P01 best"),
        pytest.param("0 days", 40, 7.356131552870386, 0.01, id="P01 too low"),
        pytest.param("0 days", 60, 2.156131552870387, 0.01, id="P01 too high"),
        pytest.param("4 days", 264.76689437415484, 4.466781004149578, 0.015, id="P02 best"),
        pytest.param("4 days", 180, 49.00016474803409, 0.015, id="P02 too low"),
        pytest.param("4 days", 280, 5.704379663812387, 0.015, id="P02 too high"),
    ],
)
def test_order_up_to_level_with_normal_demand(lead_time, level, cost, within):
    """P01 and P02 (stockpyl; the newsvendor and its form with a lead time): order up to the level every day.

    Normal(50, 8) demand, 0.18 for a unit left at the end of the day, 0.70 for one owed. (The case lets demand be
    negative, the product cuts it at 0: a matter of one day in two billion.)
    """
    text = shelf(
        seed=4001 + round(level) + len(lead_time),
        horizon="630 days",
        warm_up="30 days",
        demand=DAILY,
        basket=NORMAL,
        supplier=f"{{lead_time: {lead_time}}}",
        stock=daily(round(level, 3)),
        costs=rates(0.18, 0.70),
        step=0.001,
    )
    if lead_time == "4 days":
        text = text.replace("horizon: 630 days", "horizon: 1230 days")
    expect(play(text, 20), {"total_cost": 7 * cost}, within=within)


@pytest.mark.parametrize(
    ("case", "mean", "point", "level", "costs", "exact"),
    [
        ("P04", 6, 4, 10, (1, 4, 5), (8.034111561471642, 0.681966441658997, 3.141147176260717, 0.3707830442289851)),
        (
            "P05",
            4,
            2,
            7,
            (40, 125, 150),
            (223.57482956696876, 0.5758750671596349, 2.18717490559258, 0.39765258615456256),
        ),
        (
            "P06",
            10,
            6,
            40,
            (1, 9, 64),
            (35.02155527232042, 0.25639402523046856, 16.105859602036972, 0.27849756172593965),
        ),
    ],
)
def test_daily_review_at_or_below_a_point(case, mean, point, level, costs, exact):
    """P04, P05, P06 (Zheng & Federgruen): daily (s,S), Poisson demand of the day, no lead time, backorders."""
    text = shelf(
        seed=4000 + int(case[1:]),
        horizon="2040 days",
        warm_up="40 days",
        demand=DAILY,
        basket=f"{{units: {{poisson: {{mean: {mean}}}}}}}",
        supplier="{lead_time: 0 days}",
        stock=daily(level, point),
        costs=rates(*costs),
    )
    cost, orders, on_hand, backorders = exact
    expect(
        play(text, 24),
        {"total_cost": 7 * cost, "replenishment_orders": orders, "on_hand": on_hand, "backorders": backorders},
        within=0.01,
        loose={"backorders": 0.03},
    )


def test_p09_weekly_review_of_continuous_demand():
    """P09: unit demands 4/day at any time, a review every 7 days, order up to 52, lead time 3 days.

    A stockout is rare: what depends on it is known to a tenth of its value.
    """
    text = shelf(
        seed=4009,
        horizon="2835 days",
        warm_up="35 days",
        demand=poisson("4 per day"),
        supplier="{lead_time: 3 days}",
        stock="{rule: periodic, every: 7 days, level: 52}",
    )
    expect(
        play(text, 24),
        {
            "on_hand": 26.00663200145786,
            "backorders": 0.006632001457862104,
            "unit_fill_rate": 0.996763143938272,
            "line_fill_rate": 0.996763143938272,
            "replenishment_orders": 0.9999999999993088 / 7,
            "replenishment_quantity": 28.000000000019355,
            "wait_time": DAY * 0.001658000364465526,
        },
        within=0.005,
        loose={"backorders": 0.2, "wait_time": 0.2},
    )


def test_p12_review_every_five_days():
    """P12: Normal(100, 30) demand a day, a review every 5 days, order up to 760, lead time 2 days.

    The case lets demand be negative (once in 2300 days); cut at 0 its mean is 100.003, which moves no value here
    by a tenth of its standard error.
    """
    text = shelf(
        seed=4012,
        horizon="3040 days",
        warm_up="40 days",
        demand=DAILY,
        supplier="{lead_time: 2 days}",
        basket="{units: {normal: {mean: 100, sd: 30}}}",
        stock="{rule: periodic, every: 5 days, before_demand: true, level: 760}",
        step=0.001,
    )
    expect(
        play(text, 24),
        {
            "on_hand": 262.13772312067374,
            "backorders": 2.137723120673749,
            "stockout_rate": 0.04792544381959819,
            "unit_fill_rate": 0.9793903579614537,
        },
        loose={"backorders": 0.04, "stockout_rate": 0.04},
    )


@pytest.mark.parametrize(
    ("case", "lead_time", "level", "penalty", "cost", "on_hand", "lost"),
    [
        ("P13", "1 day", 12, 4, 4.1628027748479814, 2.7209342582826115, 0.07209342582826848),
        ("P14", "2 days", 16, 4, 4.638644112073011, 2.55941890517409, 0.10396126034494599),
        ("P16", "3 days", 26, 19, 8.604488631080502, 6.4529545445356575, 0.022647727226787838),
    ],
)
def test_daily_base_stock_with_lost_sales(case, lead_time, level, penalty, cost, on_hand, lost):
    """P13, P14, P16 (Zipkin 2008): Poisson(5) demand a day, on hand + on order up to a level, lost sales.

    A unit left at the end of the day costs 1, a unit lost 4 or 19.
    """
    text = shelf(
        seed=4000 + int(case[1:]),
        horizon="2540 days",
        warm_up="40 days",
        demand=DAILY,
        basket="{units: {poisson: {mean: 5}}}",
        supplier=f"{{lead_time: {lead_time}}}",
        stock=daily(level),
        stockout="{rule: lost_sale}",
        costs=f"{{holding: 1 per unit per day, lost_sale: {penalty} per unit}}",
    )
    expect(
        play(text, 24),
        {"total_cost": 7 * cost, "on_hand": on_hand, "lost_sales": lost},
        within=0.01,
        loose={"lost_sales": 0.04},
    )


LAW_KELTON = {
    (20, 40): (125.12380418613574, 97.68518513949878, 9.12316276343561, 18.315456283201353),
    (20, 60): (118.94297191970509, 88.50602001956428, 17.527198627954515, 12.909753272186292),
    (40, 60): (125.76944742955342, 98.36014151315327, 25.53425296162884, 1.8750529547713295),
    (60, 100): (144.1947839597313, 89.65041737318566, 54.49037830690031, 0.05398827964531872),
}
"""By (s, S): cost a month in all, of ordering, of holding, of shortage."""


@pytest.mark.parametrize("policy", LAW_KELTON, ids=str)
def test_p17_law_and_keltons_inventory_system(policy):
    """P17 (Law & Kelton 1.5): 120 months from 60 in stock; ten demands a month of 1-4 units; monthly review.

    Ordered when the level is strictly below s, so at or below s - 1 in whole units; 32 an order and 3 a unit;
    it comes after half a month to a month. A unit costs 1 a month in stock and 5 owed. Expectation over runs: not the
    book's single run.
    """
    s, level = policy
    text = shelf(
        seed=4100 + s + level,
        horizon="120 months",
        demand=poisson("10 per month"),
        basket="{units: {empirical: {values: {1: 1, 2: 2, 3: 2, 4: 1}}}}",
        supplier="{lead_time: {uniform: {low: 0.5 months, high: 1 month}}}",
        stock=f"{{rule: periodic, every: 1 month, point: {s - 1}, level: {level}, opening: 60}}",
        costs="{holding: 1 per unit per month, backorder: 5 per unit per month, replenishment_order: 32, "
        "replenishment_unit: 3}",
    )
    total, ordering, holding, shortage = (cost * WEEK / MONTH for cost in LAW_KELTON[policy])
    exact = {"total_cost": total} | {
        ("cost_to_serve", "activity", activity): cost
        for activity, cost in (("replenishment", ordering), ("holding", holding), ("backorder", shortage))
    }
    rare = {("cost_to_serve", "activity", "backorder"): 0.3 if policy == (60, 100) else 0.07}
    expect(play(text, 80), exact, within=0.015, loose=rare)


def test_p22_simopts_sscont():
    """P22 (SimOpt SSCONT): 120 days from 600 in stock; exponential demand of mean 100; (s,S) = (600, 1200).

    Demand at the start of a day; the review at its end (a ten-thousandth of an hour before the next day, so that
    the reviews of the days 20 to 119, which count, are theirs); the lead time is Poisson(6) days from there,
    and orders may cross. A unit newly owed costs 4, however long.
    """
    text = shelf(
        seed=4022,
        horizon="120 days",
        warm_up="20 days",
        demand=DAILY,
        basket="{units: {exponential: {mean: 100}}}",
        supplier="{lead_time: {poisson: {mean: 6 days, step: 1 day}}}",
        stock="{rule: periodic, every: 1 day, first: 23.9999 h, point: 600, level: 1200, opening: 600}",
        costs="{holding: 1 per unit per day, backorder: 4 per unit, replenishment_order: 36, replenishment_unit: 2}",
        step=0.001,
    )
    costs = {"backorder": 101.86172197085432, "replenishment": 205.13627677252325, "holding": 313.54436160049295}
    expect(
        play(text, 400),
        {("cost_to_serve", "activity", activity): 7 * cost for activity, cost in costs.items()}
        | {"stockout_rate": 0.25465430492714086, "total_cost": 7 * 620.5423603438704},
        within=0.03,
        loose={"total_cost": 0.01},
    )
