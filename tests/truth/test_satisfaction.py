"""Satisfaction where it is known exactly: shorter promises, answers of those who are readier to, drivers put in."""

import numpy as np
import pytest
from scipy.stats import lognorm
from truth.agreement import disagreement

import simulator
from simulator.mechanisms.satisfaction.kpis import regress
from simulator.replication.measure import measure
from simulator.replication.simulate import audit
from simulator.scenario.reading.load import parse
from simulator.scenario.satisfaction import OLIST

SCENE = """
name: A market place
run: {{horizon: {weeks} weeks, seed: 2}}
market: {{segments: {{all: {{demand: {{rule: poisson, orders: {orders} per week}}, basket: {{units: 1}}}}}}}}
products: {{mug: {{price: 10, cost: 6}}}}
network:
  sites:
    store: {{{quality} stages: [{{stage: transit, time: {{lognormal: {{mean: {mean} days, cv: {cv}}}}}}}]}}
service: {{rules: [{{promise: {{rule: fixed, time: {promise} days}}}}]}}
satisfaction: {{{section}}}
"""
SIGMA, MEDIAN = 0.68, 10.0
MEAN, CV = MEDIAN * np.exp(SIGMA**2 / 2), np.sqrt(np.exp(SIGMA**2) - 1)
"""Delivery times as at Olist: lognormal, 10 days at the median."""


def runs(text, kpis, replications=20):
    scenario, found = parse(text), []
    for number in range(replications):
        ledger = simulator.simulate(scenario, number)
        if not number:
            audit(ledger)
        found.append([measure(ledger, kpis).values[kpi][""][0] for kpi in kpis])
    return dict(zip(kpis, np.array(found).T, strict=True))


def exact(promise):
    """Mean stars, and share late, of a promise: each class of days late by its probability."""
    days, below, total = sorted(OLIST), 0.0, 0.0
    for day in [*days[:-1], None]:
        share = 1.0 if day is None else lognorm.cdf(promise + day, SIGMA, scale=MEDIAN)
        total += OLIST[days[-1] if day is None else day] * (share - below)
        below = share
    return total, 1 - lognorm.cdf(promise, SIGMA, scale=MEDIAN)


@pytest.mark.parametrize(("cut", "table"), [(0, 4.11), (20, 3.95), (50, 3.39)])
def test_cutting_promises_costs_stars(cut, table):
    """23.8 days were promised. The mean of the curve over lognormal times is met, and near what Olist's own orders give
    (4.11, 3.95, 3.39 for a cut of 0, 20, 50 %), which have no such tidy law."""
    promise = round(23.8 * (1 - cut / 100), 2)
    score, late = exact(promise)
    assert score == pytest.approx(table, abs=0.12)
    text = SCENE.format(weeks=10, orders=30, quality="", mean=MEAN, cv=CV, promise=promise, section="")
    found = runs(text, ["satisfaction", "on_time"])
    assert not disagreement(found["satisfaction"], score, 0.01)
    assert not disagreement(found["on_time"], 1 - late, 0.02)


def test_shorter_promises_never_score_higher():
    """Cut by cut, as in the table of the market place."""
    scores = [exact(23.8 * (1 - cut / 100))[0] for cut in (0, 10, 20, 30, 40, 50)]
    assert scores == sorted(scores, reverse=True)


def test_who_answers_more_readily_moves_the_score():
    """All on the day: of the reviews of that class 56 % give 5 stars, 22 % at most 3, who answer twice as readily.

    NPS of all: 56.0 - 22.0; surveyed: (56 - 44) / (56 + 44 + 22). CSAT likewise.
    """
    section = "timeliness: {0: 4.1258, 1: 4.1258}, survey: {response_rate: 0.4, response_bias: {detractor: 2}}"
    five, low = 0.5597, 0.0881 + 0.0377 + 0.0943
    total = 1 + low
    text = SCENE.format(weeks=10, orders=90, quality="", mean=2, cv=0.1, promise=9, section=section)
    found = runs(text, ["true_nps", "nps", "csat", "survey_response", "nps_sampling_error"])
    assert not disagreement(found["true_nps"], 100 * (five - low), 0.03)
    assert not disagreement(found["nps"], 100 * (five - 2 * low) / total, 0.2)
    assert not disagreement(found["csat"], (1 - low) / total, 0.02)
    assert not disagreement(found["survey_response"], 0.4 * total, 0.02)
    spread = found["nps"].std(ddof=1)  # what one survey says of its own error is what surveys differ by
    assert found["nps_sampling_error"].mean() == pytest.approx(spread, rel=0.5)


def test_a_regression_finds_the_weights_that_were_put_in():
    """Damage takes 1.1, errors 0.8, lateness the curve: over many surveys the mean of each weight is what was put in,
    and the standard errors that a survey states are those by which surveys differ."""
    quality = "quality: {damage: 0.1, document_error: 0.1},"
    section = "damaged: 1.1, wrong: 0.8, timeliness: {0: 4.3, 1: 3.8, 9: 3.1}, survey: {response_rate: 1}"
    text = SCENE.format(weeks=10, orders=100, quality=quality, mean=3, cv=0.4, promise=3.5, section=section)
    scenario, weights, errors = parse(text), [], []
    for number in range(20):
        found = measure(simulator.simulate(scenario, number), ["driver_weight", "driver_error"]).values
        weights.append(found["driver_weight"]["driver"])
        errors.append(found["driver_error"]["driver"])
    weights, errors = np.array(weights), np.array(errors)
    for place, put_in in ((0, 1.0), (2, -1.1), (3, -0.8)):
        assert not disagreement(weights[:, place], put_in, 0.06, str(place))
        assert errors[:, place].mean() == pytest.approx(weights[:, place].std(ddof=1), rel=0.5)
    assert np.isnan(weights[:, [1, 4, 5]]).all()  # nothing was missing, nobody called, nothing came in parts


def test_the_regression_is_least_squares():
    """Against numpy's own solution, on numbers drawn at random."""
    rng = np.random.default_rng(3)
    drivers, noise = rng.normal(size=(200, 3)), rng.normal(size=200)
    stars = 3 + drivers @ np.array([0.5, -1.0, 0.2]) + noise
    found = regress(stars, drivers)
    least = np.linalg.lstsq(np.column_stack([np.ones(200), drivers]), stars, rcond=None)[0][1:]
    assert found.weight == pytest.approx(least)
    assert np.isnan(regress(stars, np.column_stack([drivers[:, 0], 2 * drivers[:, 0] + 1])).weight[1])
