"""Customers who remember, against Markov chains whose answers are known exactly.

Goods arrive at once, and each order is damaged with a known probability, independently of all others: what a customer
lives through is a coin that is tossed at each order.
"""

import numpy as np
import pytest
from scipy.linalg import expm
from truth.agreement import disagreement, exactly

import simulator
from simulator.replication.measure import measure
from simulator.replication.simulate import audit
from simulator.scenario.reading.load import parse

SCENE = """
name: Customers who remember
run: {{horizon: {weeks} weeks, seed: 1}}
market:
  segments:
    all:
      demand: {{rule: poisson, orders: {orders} per week}}
      customers: {customers}
      basket: {{units: 1}}
products: {{mug: {{price: 10, cost: 6}}}}
network: {{sites: {{store: {{quality: {{damage: {damage}}}}}}}}}
goodwill: {{all: {{half_life: null, {terms}}}}}
"""


def scene(weeks=10, orders=200, customers=200, damage=0.3, terms=""):
    return SCENE.format(weeks=weeks, orders=orders, customers=customers, damage=damage, terms=terms)


def expect(text, exact, within=0.03, replications=20):
    """Every exact value lies within four standard errors of the mean; what was found, by KPI."""
    scenario, found = parse(text), []
    for number in range(replications):
        ledger = simulator.simulate(scenario, number)
        if not number:
            audit(ledger)
        values = measure(ledger, list(exact)).values
        found.append([values[kpi][""][0] for kpi in exact])
    columns = dict(zip(exact, np.array(found).T, strict=True))
    if replications == 1:
        exactly({kpi: column[0] for kpi, column in columns.items()}, exact)
        return
    faults = [disagreement(columns[kpi], value, within, kpi) for kpi, value in exact.items()]
    assert not any(faults), "\n".join(fault for fault in faults if fault)


LADDER = "leaves_below: 0.35, experience: {rule: asymmetric_steps, good: 0.1, damaged: 0.25}"
"""Goodwill on steps of 0.05 from 0.35 up to 1."""


def chain(bad, elasticity):
    """The rates of one customer with one need a week: states are goodwill 0.35, 0.4 ... 1, and gone."""
    levels = np.arange(7, 21) / 20
    rates = np.zeros((len(levels) + 1, len(levels) + 1))
    for place, level in enumerate(levels):
        comes = level**elasticity
        up, down = min(place + 2, len(levels) - 1), place - 5 if place >= 5 else len(levels)
        rates[place, up] += comes * (1 - bad)
        rates[place, down] += comes * bad
        rates[place, place] -= comes
    return levels, rates


def exact(bad, elasticity, weeks):
    """Share of customers who stay, their number over time on average, and the needs that come to us."""
    levels, rates = chain(bad, elasticity)
    size = len(rates)
    both = np.zeros((2 * size, 2 * size))  # expm of this holds the integral over time as well
    both[:size, :size], both[:size, size:] = rates, np.eye(size)
    found = expm(both * weeks)[size - 2]
    at_end, hours = found[:size], found[size:]
    return at_end[:-1].sum(), hours[:-1].sum() / weeks, hours[:-1] @ levels**elasticity


@pytest.mark.parametrize(
    ("elasticity", "terms", "customers"),
    [(0, "", 120), (1.5, "", 120), (1.5, "population: 360, cohorts: 120,", 1)],
    ids=["all come", "share of wallet", "cohorts"],
)
def test_who_stays_is_a_markov_chain(elasticity, terms, customers):
    """A tenth up for a good order, a quarter down for a bad one: retention, customers and orders by matrix exponential.

    Customers one by one, and three times as many in cohorts of three, meet the same answer.
    """
    number, weeks, bad = 360 if "population" in terms else 120, 10, 0.45
    stay, over_time, orders = exact(bad, elasticity, weeks)
    assert 0.2 < stay < 0.8
    expect(
        scene(weeks, number, customers, bad, f"elasticity: {elasticity}, {terms} {LADDER}"),
        {
            "retention": stay,
            "active_customers": number * over_time,
            "orders_per_week": number * orders / weeks,
            "share_of_wallet": orders / (over_time * weeks),
            "bad_experiences": bad,
        },
    )


@pytest.mark.parametrize(("met", "orders"), [(0.98, 84.746), (0.9, 52.632)])
def test_orders_in_the_life_of_a_customer(met, orders):
    """He leaves with 1 % after an order that is met, with 10 % after one that is missed: 1 / (f b + (1 - f) a) orders.

    Few live to their end within the run: of all orders, one in so many is the last. Lifetime value: a margin of 4 at
    one order a week, discounted at 10 % a year.
    """
    rule = "experience: {rule: defection, after_good: 0.01, after_bad: 0.1}"
    week = 365 / 7
    worth = 4.0 * week / (week / orders + 0.1)
    text = scene(20, 100, 100, round(1 - met, 2), rule)
    lives, worths = [], []
    for number in range(20):
        values = measure(
            simulator.simulate(parse(text), number), ["orders_per_week", "customers_lost", "lifetime_value"]
        )
        placed, lost, value = (each[""][0] for each in values.values.values())
        lives.append(lost / placed)
        worths.append(1 / value)  # of rates, the mean is that of the inverse
    assert not disagreement(np.array(lives), 1 / orders, 0.06, "leaves at an order")
    assert not disagreement(np.array(worths), 1 / worth, 0.06, "lifetime value")


def test_new_customers_come_and_order():
    """100 in a year without a loss, each with 1 order in 4 weeks: on average there are 50 of them."""
    text = scene(52, 12.5, 50, 0, "acquisition: {rate: 100 per year, room: 150}").replace("52 weeks", "1 year")
    exact = {"customers_gained": 700 / 365, "active_customers": 100, "orders_per_week": 100 / 4}
    expect(text, exact)


@pytest.mark.parametrize(("damage", "factor"), [(0.0, 1.5), (1.0, 0.5), (0.25, 1.1)], ids=["good", "bad", "both"])
def test_word_of_mouth_moves_the_rate_of_new_customers(damage, factor):
    """Only good is said: half as many more come; only bad: half as many; where a quarter is bad, 5 x 0.75 hear good and
    10 x 0.25 bad, a balance of 0.2."""
    word = "word_of_mouth: {half_life: 1000 weeks}"
    terms = f"leaves_below: 0, elasticity: 0, acquisition: {{rate: 8 per week, room: 2000, {word}}}"
    expect(scene(20, 20, 1000, damage, terms), {"customers_gained": 8 * factor})


def test_what_is_bought_elsewhere_at_the_start():
    """Of their needs customers bring us 60 %: demand is as stated, and two thirds as much again goes to others."""
    exact = {"orders_per_week": 100, "share_of_wallet": 0.6, "sales_elsewhere": 2000 / 3}
    expect(scene(5, 100, 100, 0, "share: 0.6"), exact)
