"""Every distribution draws what it says: mean and variance within sampling error, never below 0."""

import numpy as np
import pytest
from pydantic import ValidationError

from simulator.scenario.distributions import Duration, Quantity

DURATIONS = [
    "2 days",
    {"exponential": {"mean": "3 h"}},
    {"gamma": {"mean": "21 days", "cv": 0.3}},
    {"gamma": {"shape": 4, "scale": "30 min"}},
    {"gamma": {"mean": "2 h", "sd": "3 h"}},
    {"lognormal": {"mean": "2 h", "cv": 1.5}},
    {"lognormal": {"median": "2 h", "sigma": 0.5}},
    {"weibull": {"scale": "14 days", "shape": 1.3}},
    {"weibull": {"mean": "2 h", "cv": 0.5}},
    {"normal": {"mean": "8 h", "cv": 0.1}},
    {"uniform": {"low": "1 h", "high": "5 h"}},
    {"triangular": {"low": "1 h", "mode": "2 h", "high": "6 h"}},
    {"erlang": {"mean": "4 h", "phases": 3}},
    {"poisson": {"mean": "6 days", "step": "1 day"}},
    {"empirical": {"values": {"2 h": 0.5, "1 day": 0.5}}},
    {"empirical": {"values": ["1 h", "2 h", "6 h"]}},
    {"empirical": {"quantiles": {"0": "1 h", "0.5": "4 h", "1": "20 h"}}},
    {"mixture": [{"share": 0.9, "of": "1 h"}, {"share": 0.1, "of": {"exponential": {"mean": "30 h"}}}]},
]
QUANTITIES = [
    3,
    {"poisson": {"mean": 2, "minimum": 1}},
    {"geometric": {"mean": 12}},
    {"negative_binomial": {"mean": 10, "sd": 20, "minimum": 1}},
    {"empirical": {"values": {"1": 0.5, "6": 0.3, "12": 0.2}}},
]


@pytest.mark.parametrize(
    "law",
    [*(Duration.model_validate(d) for d in DURATIONS), *(Quantity.model_validate(q) for q in QUANTITIES)],
    ids=str,
)
def test_draws_have_the_stated_mean_and_variance(law):
    draws = law.sample(np.random.default_rng(7), 200_000)
    assert draws.min() >= 0
    error = 5 * np.sqrt(law.variance / len(draws)) + 1e-12
    assert abs(draws.mean() - law.expected) < error
    fourth = np.mean((draws - draws.mean()) ** 4)
    assert abs(draws.var() - law.variance) < 6 * np.sqrt(fourth / len(draws)) + 1e-12


def test_spread_reads_as_it_is_meant():
    assert Duration.model_validate({"gamma": {"mean": "10 h", "cv": 0.5}}).variance == pytest.approx(25)
    assert Duration.model_validate({"lognormal": {"mean": "10 h", "sd": "5 h"}}).variance == pytest.approx(25)
    assert Quantity.model_validate({"poisson": {"mean": 2, "minimum": 1}}).variance == pytest.approx(1)


def test_a_normal_below_zero_counts_as_zero():
    draws = Quantity.model_validate({"normal": {"mean": 1, "cv": 2}}).sample(np.random.default_rng(1), 10_000)
    assert 0.25 < (draws == 0).mean() < 0.36


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"gamma": {"mean": "2 h"}}, "give mean and cv, or mean and sd, or shape and scale"),
        ({"gamma": {"mean": "2 h", "cv": 1}, "exponential": {"mean": "2 h"}}, "exactly one"),
        ({}, "exactly one"),
        ("-2 h", "a duration must not be negative"),
        (2, "a duration with its unit"),
        ("2 fortnights", "a duration with its unit"),
        ({"uniform": {"low": "2 h", "high": "1 h"}}, "low must not be above high"),
        ({"triangular": {"low": "2 h", "mode": "1 h", "high": "3 h"}}, "in this order"),
        ({"poisson": {"mean": "6 days"}}, "step"),
        ({"empirical": {"values": {}}}, "at least one value"),
        ({"empirical": {"quantiles": {"0": "2 h", "1": "1 h"}}}, "both columns rising"),
        ({"mixture": [{"share": 0.5, "of": "1 h"}]}, "must add to 1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(written, said):
    with pytest.raises(ValidationError, match=said):
        Duration.model_validate(written)
