"""Distributions of durations and quantities, by mean and spread or by their natural parameters.

A scenario writes a plain value ("2 days", 3) for a constant, or one name with its parameters:
`{gamma: {mean: 21 days, cv: 0.3}}`. The laws themselves are in `laws.py`.
"""

from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from pydantic import GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from simulator.model import Model
from simulator.scenario import laws
from simulator.units import Hours, Share, Units

T = TypeVar("T", bound=float)


class Distribution(Model, Generic[T]):
    """A random duration or quantity: a plain value, or one of the laws by name."""

    constant: T | None = None
    exponential: laws.Exponential[T] | None = None
    gamma: laws.Gamma[T] | None = None
    lognormal: laws.Lognormal[T] | None = None
    weibull: laws.Weibull[T] | None = None
    normal: laws.Normal[T] | None = None
    uniform: laws.Uniform[T] | None = None
    triangular: laws.Triangular[T] | None = None
    erlang: laws.Erlang[T] | None = None
    poisson: laws.Poisson[T] | None = None
    geometric: laws.Geometric[T] | None = None
    negative_binomial: laws.NegativeBinomial[T] | None = None
    empirical: laws.Empirical[T] | None = None

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

    @cached_property
    def law(self) -> laws.Law:
        """The chosen law."""
        if self.constant is not None:
            return laws.Constant(float(self.constant))
        found = getattr(self, next(iter(self.model_fields_set)))
        if isinstance(found, tuple):
            return laws.Mixture(tuple(part.share for part in found), tuple(part.of.law for part in found))
        chosen: laws.Law = found
        return chosen

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """`size` independent draws, never negative."""
        return self.law.sample(rng, size)

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
        written = handler.resolve_ref_schema(handler(schema))
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
    if parts is not None and abs(sum(part.share for part in parts) - 1) > 1e-6:
        total = sum(part.share for part in parts)
        raise ValueError(f"the shares of a mixture must add to 1; they add to {total:g}")


Duration.model_rebuild()
Quantity.model_rebuild()
