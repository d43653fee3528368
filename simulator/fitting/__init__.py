"""Fitting: an order history becomes a commented scenario, and says how well and what was assumed."""

from simulator.fitting.fit import Fit, fit
from simulator.fitting.goodness import Finding, Goodness
from simulator.fitting.rows import LeftOut
from simulator.fitting.table import FitError, Options

__all__ = ["Finding", "Fit", "FitError", "Goodness", "LeftOut", "Options", "fit"]
