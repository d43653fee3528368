"""The laws of chance: each knows how to draw itself and its first two moments."""

from simulator.scenario.laws.continuous import (
    Erlang,
    Exponential,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
    Weibull,
)
from simulator.scenario.laws.counts import Geometric, NegativeBinomial, Poisson
from simulator.scenario.laws.law import Constant, Law
from simulator.scenario.laws.observed import Empirical, Mixture

__all__ = [
    "Constant", "Empirical", "Erlang", "Exponential", "Gamma", "Geometric", "Law", "Lognormal", "Mixture",
    "NegativeBinomial", "Normal", "Poisson", "Triangular", "Uniform", "Weibull",
]  # fmt: skip
