"""Distributions of durations and quantities, by mean and spread or by their natural parameters.

A scenario writes a plain value ("2 days", 3) for a constant, or one name with its parameters:
`{gamma: {mean: 21 days, cv: 0.3}}`. The families themselves are in `probability.py`; users add theirs with
`distribution`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Generic, TypeVar

import numpy as np
from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    WrapSerializer,
    model_serializer,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema

from simulator.model import Model, must_add_to_1
from simulator.plugins import PluginError, added, taken
from simulator.scenario.probability import (
    Constant,
    Erlang,
    Exponential,
    Gamma,
    Geometric,
    Law,
    Lognormal,
    Masses,
    Moments,
    NegativeBinomial,
    Normal,
    Poisson,
    T,
    Triangular,
    Uniform,
    Weibull,
)
from simulator.units import Hours, Share, Units, Weight


def _pairs(value: Any) -> Any:
    """A mapping {value: weight} or a list of values, as pairs, so that the values are parsed with their units."""
    if isinstance(value, dict):
        return tuple((_key(key), weight) for key, weight in value.items())
    if isinstance(value, list):
        return tuple(each if isinstance(each, list) and len(each) == 2 else (each, 1.0) for each in value)
    return value


def _written_pairs(value: Any, write: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
    """Pairs as a scenario writes them: a list where all weigh 1, a mapping, or pairs where a value comes twice."""
    found = write(value)
    if info.mode != "json" or not isinstance(found, list):
        return found
    if not info.context and all(weight == 1.0 for _, weight in found):
        return [each for each, _ in found]
    if info.context:  # for the hash: the order of observed values changes no draw
        return sorted(found, key=str)
    return dict(found) if len({each for each, _ in found}) == len(found) else found


def _key(key: Any) -> Any:
    try:
        return float(key)
    except (TypeError, ValueError):
        return key


def _table(kind: str) -> dict[str, Any]:
    return {"anyOf": [{"type": "object"}, {"type": "array"}], "description": kind}


class Empirical(Model, Generic[T]):
    """What was observed: values with weights, a list of values, or a table of quantiles (linear between them)."""

    values: Annotated[tuple[tuple[T, Weight], ...] | None, BeforeValidator(_pairs), WrapSerializer(_written_pairs)] = (
        Field(None, json_schema_extra=_table("values, or {value: weight}"))
    )
    quantiles: Annotated[
        tuple[tuple[float, T], ...] | None, BeforeValidator(_pairs), WrapSerializer(_written_pairs)
    ] = Field(None, json_schema_extra=_table("{0: smallest, 0.5: median, 1: largest}"))

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
        points, weights = np.array(sorted(self.values), dtype=float).T  # in whatever order they were written
        return points, np.cumsum(weights / weights.sum())

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        chance = rng.random(size)
        if self.values is not None:
            points, levels = self._steps
            return points[np.minimum(np.searchsorted(levels, chance, side="right"), len(points) - 1)]
        levels, points = np.array(self.quantiles, dtype=float).T
        found: np.ndarray = np.interp(chance, levels, points)
        return found

    def masses(self) -> Masses | None:
        if self.values is None:
            return None
        points, levels = self._steps
        return points, np.diff(levels, prepend=0.0)

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


class Distribution(Model, Generic[T]):
    """A random duration or quantity: a plain value, or one of the laws by name."""

    constant: T | None = None
    exponential: Exponential[T] | None = None
    gamma: Gamma[T] | None = None
    lognormal: Lognormal[T] | None = None
    weibull: Weibull[T] | None = None
    normal: Normal[T] | None = None
    uniform: Uniform[T] | None = None
    triangular: Triangular[T] | None = None
    erlang: Erlang[T] | None = None
    poisson: Poisson[T] | None = None
    geometric: Geometric[T] | None = None
    negative_binomial: NegativeBinomial[T] | None = None
    empirical: Empirical[T] | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_value(cls, value: Any) -> Any:
        return value if isinstance(value, (dict, Distribution)) else {"constant": value}

    @model_validator(mode="after")
    def _one(self) -> "Distribution[T]":
        if len(self.model_fields_set) != 1 or getattr(self, next(iter(self.model_fields_set))) is None:
            raise ValueError(
                f"name exactly one distribution, or write a plain value: {', '.join(type(self).model_fields)}"
            )
        if self.constant is not None and self.constant < 0:
            raise ValueError(f"a value of 0 or more is expected; found {self.constant:g}")
        self._check()
        return self

    def _check(self) -> None:
        """What only the kind of value can judge."""

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
        """A constant is written as the plain value that it is."""
        found = write(self)
        alone = info.mode == "json" and isinstance(found, dict) and set(found) == {"constant"}
        return found["constant"] if alone else found

    @cached_property
    def law(self) -> Law:
        """The chosen law."""
        if self.constant is not None:
            return Constant(float(self.constant))
        found = getattr(self, next(iter(self.model_fields_set)))
        if isinstance(found, tuple):
            return Mixture(tuple(part.share for part in found), tuple(part.of.law for part in found))
        name = next(iter(self.model_fields_set))
        chosen: Law = OwnLaw(name, found) if name in _own else found
        return chosen

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """`size` independent draws, never negative."""
        return self.law.sample(rng, size)

    def masses(self) -> Masses | None:
        """Values and their probabilities, where the law knows them; None of a continuous law."""
        known = getattr(self.law, "masses", None)
        return known() if known is not None else None

    @property
    def expected(self) -> float:
        """The mean."""
        return self.law.moments()[0]

    @property
    def variance(self) -> float:
        """The variance."""
        return self.law.moments()[1]

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        written = handler.resolve_ref_schema(super().__get_pydantic_json_schema__(schema, handler))
        plain = dict(written["properties"]["constant"]["anyOf"][0])
        return {
            "title": written.get("title", cls.__name__),
            "anyOf": [plain, {**written, "minProperties": 1, "maxProperties": 1}],
        }


class Duration(Distribution[Hours]):
    """A random duration, in hours: "2 days", or `{gamma: {mean: 21 days, cv: 0.3}}`."""

    mixture: "tuple[DurationPart, ...] | None" = None

    def _check(self) -> None:
        _check_shares(self.mixture)
        for law in (self.poisson, self.geometric, self.negative_binomial):
            if law is not None and law.step is None:
                raise ValueError(
                    "a counting distribution of a duration needs the duration of one step, such as step: 1 day"
                )


class DurationPart(Model):
    """One part of a mixture of durations."""

    share: Share
    of: Duration


class Quantity(Distribution[Units]):
    """A random number of units or lines: 3, or `{geometric: {mean: 12}}`."""

    mixture: "tuple[QuantityPart, ...] | None" = None

    def _check(self) -> None:
        _check_shares(self.mixture)


class QuantityPart(Model):
    """One part of a mixture of quantities."""

    share: Share
    of: Quantity


def _check_shares(parts: tuple[DurationPart, ...] | tuple[QuantityPart, ...] | None) -> None:
    if parts is not None:
        must_add_to_1("the shares of a mixture", [part.share for part in parts])


Duration.model_rebuild()
Quantity.model_rebuild()


@dataclass(frozen=True)
class OwnLaw:
    """A distribution that a user has added, held to what all of them promise."""

    name: str
    law: Law

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """Draws of the law.

        Errors: PluginError if they are not `size` numbers of 0 or more.
        """
        draws = np.asarray(self.law.sample(rng, size), dtype=float)
        if draws.shape != (size,):
            raise PluginError(f"distribution {self.name!r}: {size} draws are expected; found {draws.shape}")
        if not np.all((draws >= 0) & (draws < np.inf)):
            raise PluginError(f"distribution {self.name!r}: draws are 0 or more; found {draws.min():g}")
        return draws

    def moments(self) -> Moments:
        return self.law.moments()


_own: dict[str, type[Model]] = {}
L = TypeVar("L", bound=type[Model])


def distribution(name: str) -> Callable[[L], L]:
    """Register a class as a distribution of durations and quantities; the class itself is given back unchanged.

    The class is a model of its parameters with `sample` and `moments`. Parameters that are durations or quantities
    are of the type `T`, for which the class is generic: `class Pert(Model, Generic[T])`.

    Errors: TypeError if the name is taken or is none, or if a method is missing.
    """

    def register(law: L) -> L:
        before = _own.get(name)
        if before is not None and (error := taken(f"a distribution {name!r}", before, law)):
            raise error
        if not name.isidentifier() or (before is None and (name in Duration.model_fields or hasattr(Duration, name))):
            raise TypeError(f"a distribution can't be called {name!r}: the name is taken, or is no word")
        if missing := [method for method in ("sample", "moments") if not hasattr(law, method)]:
            raise TypeError(f"the distribution {name!r} has no {' and no '.join(missing)}")
        generic = bool(getattr(law, "__parameters__", ()))
        for kind, value in ((Duration, Hours), (Quantity, Units)):
            of_kind: Any = law[value] if generic else law  # type: ignore[index]
            kind.model_fields[name] = FieldInfo(annotation=of_kind | None, default=None)
            setattr(kind, name, None)  # of what was made before
        _own[name] = law
        added(law, lambda: _forget(name))
        return law

    return register


def _forget(name: str) -> None:
    _own.pop(name, None)
    for kind in (Duration, Quantity):
        kind.model_fields.pop(name, None)
        delattr(kind, name)
