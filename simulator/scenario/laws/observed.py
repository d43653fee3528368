"""What was observed, and mixtures of laws."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Generic

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from simulator.model import Model
from simulator.scenario.laws.law import Law, Moments, T
from simulator.units import Weight


def _pairs(value: Any) -> Any:
    """A mapping {value: weight} or a list of values, as pairs, so that the values are parsed with their units."""
    if isinstance(value, dict):
        return tuple((_key(key), weight) for key, weight in value.items())
    if isinstance(value, list):
        return tuple((each, 1.0) for each in value)
    return value


def _key(key: Any) -> Any:
    try:
        return float(key)
    except (TypeError, ValueError):
        return key


def _table(kind: str) -> dict[str, Any]:
    return {"anyOf": [{"type": "object"}, {"type": "array"}], "description": kind}


class Empirical(Model, Generic[T]):
    """What was observed: values with weights, a list of values, or a table of quantiles (linear between them)."""

    values: Annotated[tuple[tuple[T, Weight], ...] | None, BeforeValidator(_pairs)] = Field(
        None, json_schema_extra=_table("values, or {value: weight}")
    )
    quantiles: Annotated[tuple[tuple[float, T], ...] | None, BeforeValidator(_pairs)] = Field(
        None, json_schema_extra=_table("{0: smallest, 0.5: median, 1: largest}")
    )

    @model_validator(mode="after")
    def _check(self) -> "Empirical[T]":
        if (self.values is None) == (self.quantiles is None):
            raise ValueError("give values or quantiles")
        if self.values is not None:
            if not self.values or sum(weight for _, weight in self.values) <= 0:
                raise ValueError("give at least one value with a weight above 0")
            if min(value for value, _ in self.values) < 0:
                raise ValueError("values must be 0 or more")
        if self.quantiles is not None:
            levels, points = zip(*self.quantiles, strict=True) if self.quantiles else ((), ())
            if len(levels) < 2 or levels[0] != 0 or levels[-1] != 1 or not _rises(levels) or not _rises(points):
                raise ValueError("quantiles run from 0 to 1, both columns rising: {0: 1 h, 0.5: 4 h, 1: 20 h}")
        return self

    @cached_property
    def _steps(self) -> tuple[np.ndarray, np.ndarray]:
        assert self.values is not None
        points, weights = np.array(self.values, dtype=float).T
        return points, np.cumsum(weights / weights.sum())

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        chance = rng.random(size)
        if self.values is not None:
            points, levels = self._steps
            return points[np.minimum(np.searchsorted(levels, chance, side="right"), len(points) - 1)]
        levels, points = np.array(self.quantiles, dtype=float).T
        found: np.ndarray = np.interp(chance, levels, points)
        return found

    def moments(self) -> Moments:
        if self.values is not None:
            points, levels = self._steps
            weights = np.diff(levels, prepend=0.0)
            mean = float(points @ weights)
            return mean, float(weights @ (points - mean) ** 2)
        levels, points = np.array(self.quantiles, dtype=float).T
        width, low, high = np.diff(levels), points[:-1], points[1:]
        mean = float(width @ (low + high) / 2)
        return mean, float(width @ (low**2 + low * high + high**2) / 3) - mean**2


def _rises(numbers: Sequence[float]) -> bool:
    return all(a <= b for a, b in pairwise(numbers))


@dataclass(frozen=True)
class Mixture:
    """One of several laws, each with its share."""

    shares: tuple[float, ...]
    parts: tuple[Law, ...]

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        which = np.searchsorted(np.cumsum(self.shares), rng.random(size) * sum(self.shares), side="right")
        draws = np.stack([part.sample(rng, size) for part in self.parts])
        chosen: np.ndarray = draws[np.minimum(which, len(self.parts) - 1), np.arange(size)]
        return chosen

    def moments(self) -> Moments:
        pairs = [part.moments() for part in self.parts]
        mean = sum(p * m for p, (m, _) in zip(self.shares, pairs, strict=True))
        second = sum(p * (v + m * m) for p, (m, v) in zip(self.shares, pairs, strict=True))
        return mean, second - mean**2
