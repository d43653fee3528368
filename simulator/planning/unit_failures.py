"""How often units in service are expected to fail, from the scenario alone."""

import numpy as np

from simulator.scenario.after_sales import Installed, shape_and_scale

SAMPLE = 2_000
"""Ages that are looked at, of units in service at the start."""


def failures_per_hour(terms: Installed, hours: float) -> float:
    """Failures of the units in service at the start, in the mean over a time if all of them run; without those that
    join later.

    Where a repair makes a unit as new, the long-run rate counts if it is less.

    >>> terms = Installed.model_validate({"failure": {"exponential": {"mean": "50 h"}}, "base": 100})
    >>> failures_per_hour(terms, 1000.0)
    2.0
    """
    if not terms.base:
        return 0.0
    shape, scale = shape_and_scale(terms.failure)
    ages = terms.ages.sample(np.random.default_rng(0), SAMPLE)
    with np.errstate(over="ignore", invalid="ignore"):  # a shape that is as good as a fixed running time
        each = (((ages + hours) / scale) ** shape - (ages / scale) ** shape) / hours
    hazard = float(np.where(np.isnan(each), np.inf, each).mean())
    if terms.after_repair == "as_new" and shape != 1 and not hazard <= 1 / terms.failure.expected:
        hazard = 1 / terms.failure.expected
    return terms.base * hazard
