"""Fitting: an order history becomes a commented scenario, and says how well and what was assumed."""

from simulator.fitting.findings import Finding, Goodness
from simulator.fitting.fit import Fit, fit
from simulator.fitting.options import FitError, Options
from simulator.fitting.rows import LeftOut

__all__ = ["Finding", "Fit", "FitError", "Goodness", "LeftOut", "Options", "fit"]
