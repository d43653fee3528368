"""The families of distributions: each knows how to draw itself and its first two moments."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Generic, Protocol, TypeVar

import numpy as np
from pydantic import Field, model_validator

from simulator.model import Model

T = TypeVar("T", bound=float)
Positive = Annotated[float, Field(gt=0)]
Moments = tuple[float, float]
Masses = tuple[np.ndarray, np.ndarray]
"""Values, and the probability of each."""


class Law(Protocol):
    """Anything that can be drawn and knows its mean and variance."""

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray: ...

    def moments(self) -> Moments: ...


@dataclass(frozen=True)
class Constant:
    """Always the same value."""

    value: float

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        return np.full(size, self.value)

    def moments(self) -> Moments:
        return self.value, 0.0

    def masses(self) -> Masses:
        return np.array([self.value]), np.ones(1)


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
        """Mean number of steps above the minimum; of numbers as they are written, so that 1.1 less 0.1 is 10 tenths."""
        mean, floor, step = (Fraction(repr(float(each))) for each in (self.mean, self._floor, self._step))
        return float((mean - floor) / step)

    @model_validator(mode="after")
    def _check(self) -> "_Count[T]":
        if self._excess < 0:
            raise ValueError("the mean must not be below the minimum")
        return self

    def _scaled(self, counts: np.ndarray) -> np.ndarray:
        return self._floor + self._step * counts

    def _masses(self, first: float, ratios: Callable[[np.ndarray], np.ndarray]) -> Masses:
        """From the logarithm of the chance of no step, and how many times the chance of the one before each has.

        Counts beyond 25 standard deviations are left out.
        """
        mean, variance = self.moments()  # type: ignore[attr-defined]
        steps = np.arange(1.0, 25 + (mean + 25 * variance**0.5) / self._step)
        weights = np.exp(first + np.concatenate([[0.0], np.cumsum(np.log(ratios(steps)))]))
        return self._scaled(np.concatenate([[0.0], steps])), weights / weights.sum()


class Poisson(_Count[T], Generic[T]):
    """Poisson, by its mean; with `minimum: 1` it is 1 plus a Poisson count."""

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        return self._scaled(rng.poisson(self._excess, size))

    def moments(self) -> Moments:
        return self.mean, self._excess * self._step**2

    def masses(self) -> Masses:
        if not self._excess:
            return np.array([self._floor]), np.ones(1)
        return self._masses(-self._excess, lambda steps: self._excess / steps)


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

    def masses(self) -> Masses:
        if self._excess == 1:
            return np.array([self._step]), np.ones(1)
        values, weights = self._masses(0.0, lambda steps: np.full(len(steps), 1 - 1 / self._excess))
        return values[:-1] + self._step, weights[:-1] / weights[:-1].sum()


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

    def masses(self) -> Masses:
        mean, variance = self._excess, (self.sd / self._step) ** 2
        if not mean:
            return np.array([self._floor]), np.ones(1)
        shape, chance = mean**2 / (variance - mean), mean / variance
        return self._masses(shape * math.log(chance), lambda steps: (steps - 1 + shape) / steps * (1 - chance))


class Exponential(Model, Generic[T]):
    """Exponential, by its mean."""

    mean: T

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        return rng.exponential(self.mean, size)

    def moments(self) -> Moments:
        return self.mean, self.mean**2


class _Spread(Model, Generic[T]):
    """A mean with a spread, as coefficient of variation or as standard deviation."""

    mean: T | None = None
    cv: Positive | None = None
    """Standard deviation divided by the mean."""
    sd: T | None = None
    """Standard deviation."""

    def _given(self, *natural: str) -> bool:
        """Whether the law is given by mean and spread; an error if it is neither that nor natural."""
        names = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if names in ({"mean", "cv"}, {"mean", "sd"}):
            if not self.mean:
                raise ValueError("the mean must be above 0")
            return True
        if natural and names == set(natural):
            return False
        either = "mean and cv, or mean and sd" + (f", or {' and '.join(natural)}" if natural else "")
        raise ValueError(f"give {either}; found {', '.join(sorted(names)) or 'nothing'}")

    def _mean_cv(self) -> tuple[float, float]:
        assert self.mean is not None
        return self.mean, self.cv if self.cv is not None else (self.sd or 0.0) / self.mean


class Gamma(_Spread[T], Generic[T]):
    """Gamma, by mean and spread, or by shape and scale."""

    shape: Positive | None = None
    scale: T | None = None

    @model_validator(mode="after")
    def _check(self) -> "Gamma[T]":
        self._given("shape", "scale")
        return self

    @cached_property
    def _natural(self) -> tuple[float, float]:
        if self.shape is not None and self.scale is not None:
            return self.shape, self.scale
        mean, cv = self._mean_cv()
        return (1 / cv**2, mean * cv**2) if cv else (math.inf, mean)

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        shape, scale = self._natural
        return rng.gamma(shape, scale, size) if shape < math.inf else np.full(size, scale)

    def moments(self) -> Moments:
        shape, scale = self._natural
        return (shape * scale, shape * scale**2) if shape < math.inf else (scale, 0.0)


class Lognormal(_Spread[T], Generic[T]):
    """Lognormal, by mean and spread, or by median and sigma of the logarithm."""

    median: T | None = None
    sigma: Positive | None = None
    """Standard deviation of the logarithm."""

    @model_validator(mode="after")
    def _check(self) -> "Lognormal[T]":
        self._given("median", "sigma")
        return self

    @cached_property
    def _natural(self) -> tuple[float, float]:
        if self.median is not None and self.sigma is not None:
            return math.log(self.median), self.sigma
        mean, cv = self._mean_cv()
        sigma = math.sqrt(math.log1p(cv**2))
        return math.log(mean) - sigma**2 / 2, sigma

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        return rng.lognormal(*self._natural, size)

    def moments(self) -> Moments:
        mu, sigma = self._natural
        mean = math.exp(mu + sigma**2 / 2)
        return mean, mean**2 * math.expm1(sigma**2)


def _weibull_shape(cv: float) -> float:
    """The shape whose coefficient of variation is `cv`, by bisection on its logarithm."""
    low, high = math.log(0.1), math.log(1000.0)
    for _ in range(80):
        shape = math.exp((low + high) / 2)
        ratio = math.exp(math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape)) - 1
        low, high = (math.log(shape), high) if ratio > cv**2 else (low, math.log(shape))
    return math.exp((low + high) / 2)


class Weibull(_Spread[T], Generic[T]):
    """Weibull, by scale and shape, or by mean and spread."""

    scale: T | None = None
    shape: Positive | None = None

    @model_validator(mode="after")
    def _check(self) -> "Weibull[T]":
        self._given("scale", "shape")
        return self

    @cached_property
    def shape_and_scale(self) -> tuple[float, float]:
        """Its natural parameters."""
        if self.scale is not None and self.shape is not None:
            return self.shape, self.scale
        mean, cv = self._mean_cv()
        shape = _weibull_shape(cv)
        return shape, mean / math.gamma(1 + 1 / shape)

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        shape, scale = self.shape_and_scale
        return scale * rng.weibull(shape, size)

    def moments(self) -> Moments:
        shape, scale = self.shape_and_scale
        mean = scale * math.gamma(1 + 1 / shape)
        return mean, scale**2 * math.gamma(1 + 2 / shape) - mean**2


class Normal(_Spread[T], Generic[T]):
    """Normal, by mean and spread, cut at 0: a draw below 0 counts as 0.

    Mean and variance are those of the uncut law, as in the textbooks.
    """

    @model_validator(mode="after")
    def _check(self) -> "Normal[T]":
        self._given()
        return self

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        mean, cv = self._mean_cv()
        return np.maximum(rng.normal(mean, mean * cv, size), 0.0)

    def moments(self) -> Moments:
        mean, cv = self._mean_cv()
        return mean, (mean * cv) ** 2


class Uniform(Model, Generic[T]):
    """Uniform between low and high."""

    low: T
    high: T

    @model_validator(mode="after")
    def _check(self) -> "Uniform[T]":
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        return rng.uniform(self.low, self.high, size)

    def moments(self) -> Moments:
        return (self.low + self.high) / 2, (self.high - self.low) ** 2 / 12


class Triangular(Model, Generic[T]):
    """Triangular: smallest, most likely, largest."""

    low: T
    mode: T
    high: T

    @model_validator(mode="after")
    def _check(self) -> "Triangular[T]":
        if not self.low <= self.mode <= self.high or self.low == self.high:
            raise ValueError("low, mode and high must be in this order, low below high")
        return self

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        return rng.triangular(self.low, self.mode, self.high, size)

    def moments(self) -> Moments:
        a, m, b = self.low, self.mode, self.high
        return (a + m + b) / 3, (a * a + m * m + b * b - a * m - a * b - m * b) / 18


class Erlang(Model, Generic[T]):
    """Erlang: the sum of `phases` equal exponential times, by the mean of the whole."""

    mean: T
    phases: Annotated[int, Field(ge=1)]

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        return rng.gamma(self.phases, self.mean / self.phases, size)

    def moments(self) -> Moments:
        return self.mean, self.mean**2 / self.phases
