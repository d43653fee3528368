"""Laws of a count."""

from typing import Generic

import numpy as np
from pydantic import model_validator

from simulator.model import Model
from simulator.scenario.laws.law import Moments, T


class _Count(Model, Generic[T]):
    """A count of steps above a minimum."""

    mean: T
    minimum: T | None = None
    """Smallest value; the mean counts from 0, not from here."""
    step: T | None = None
    """Size of one step: 1 for units, and to be given for durations."""

    @property
    def _floor(self) -> float:
        return float(self.minimum or 0.0)

    @property
    def _step(self) -> float:
        return float(self.step or 1.0)

    @property
    def _excess(self) -> float:
        """Mean number of steps above the minimum."""
        return (self.mean - self._floor) / self._step

    @model_validator(mode="after")
    def _check(self) -> "_Count[T]":
        if self._excess < 0:
            raise ValueError("the mean must not be below the minimum")
        return self

    def _scaled(self, counts: np.ndarray) -> np.ndarray:
        return self._floor + self._step * counts


class Poisson(_Count[T], Generic[T]):
    """Poisson, by its mean; with `minimum: 1` it is 1 plus a Poisson count."""

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        return self._scaled(rng.poisson(self._excess, size))

    def moments(self) -> Moments:
        return self.mean, self._excess * self._step**2


class Geometric(_Count[T], Generic[T]):
    """Geometric on 1, 2, 3, ... steps, by its mean."""

    @model_validator(mode="after")
    def _check_mean(self) -> "Geometric[T]":
        if self.minimum is not None or self._excess < 1:
            raise ValueError("a geometric count starts at 1: its mean must be 1 step or more, and it takes no minimum")
        return self

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        return self._scaled(rng.geometric(1 / self._excess, size))

    def moments(self) -> Moments:
        return self.mean, self._excess * (self._excess - 1) * self._step**2


class NegativeBinomial(_Count[T], Generic[T]):
    """Negative binomial, by mean and standard deviation: counts more spread than Poisson."""

    sd: T

    @model_validator(mode="after")
    def _check_sd(self) -> "NegativeBinomial[T]":
        if (self.sd / self._step) ** 2 <= self._excess:
            raise ValueError("the variance must be above the mean (above the minimum); for less spread use poisson")
        return self

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        mean, variance = self._excess, (self.sd / self._step) ** 2
        if not mean:
            return np.full(size, self._floor)
        return self._scaled(rng.negative_binomial(mean**2 / (variance - mean), mean / variance, size))

    def moments(self) -> Moments:
        return self.mean, float(self.sd) ** 2
