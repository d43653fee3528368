"""When orders arrive: sampled, resampled from a history, or the history itself."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from simulator.model import Model
from simulator.rules.family import OneOf, Rule
from simulator.scenario.distributions import Duration
from simulator.units import Hours, PerHour, Weight

BLOCK = 512
"""Orders drawn at a time, about."""


class Rhythm(Model):
    """How the rate of orders moves with time. Weights are relative: the stated mean rate stays as it is."""

    weekdays: Annotated[tuple[Weight, ...], Field(min_length=7, max_length=7)] | None = None
    """Weights of Monday to Sunday."""
    hours: Annotated[tuple[Weight, ...], Field(min_length=24, max_length=24)] | None = None
    """Weights of the 24 hours of the day."""
    months: Annotated[tuple[Weight, ...], Field(min_length=12, max_length=12)] | None = None
    """Season: weights of January to December."""
    trend: Annotated[float, Field(gt=-1, le=10)] = 0.0
    """Growth of the rate per year, as a share: 0.05 is 5 % a year, counted from the start of the run."""
    day_to_day: Annotated[float, Field(ge=0, le=5)] = 0.0
    """Over-dispersion: coefficient of variation of a day's busyness, common to all segments (gamma, mean 1)."""

    @model_validator(mode="after")
    def _check(self) -> "Rhythm":
        for name in ("weekdays", "hours", "months"):
            weights = getattr(self, name)
            if weights is not None and sum(weights) <= 0:
                raise ValueError(f"{name}: at least one weight must be above 0")
        return self


class DemandRule(Rule):
    """When the orders of a segment arrive."""

    follows_rhythm: ClassVar[bool] = False
    """Whether orders come at random at the rate, moved by the rhythm of the market, so that `arrivals` is not asked."""

    @property
    def rate(self) -> float:
        """Orders per hour in the long run: what stock is sized for."""
        raise NotImplementedError

    def arrivals(self, rng: np.random.Generator, horizon: float) -> Iterator[np.ndarray]:
        """Blocks of times of orders, in hours from the start of the run, rising, at least up to the horizon.

        Every draw comes from `rng`, so that nothing else depends on it.
        """
        raise NotImplementedError


class Poisson(DemandRule):
    """Poisson arrivals; with a rhythm, non-stationary and over-dispersed.

    ```yaml
    rule: poisson
    orders: 24 per day
    ```

    >>> Poisson(orders="24 per day").orders
    1.0
    """

    rule: Literal["poisson"] = "poisson"
    follows_rhythm: ClassVar[bool] = True
    orders: PerHour
    """Mean rate of orders."""
    rhythm: Rhythm | None = None
    """Instead of the market's rhythm."""

    @property
    def rate(self) -> float:
        return self.orders


class Renewal(DemandRule):
    """Independent times between orders, all from one distribution.

    ```yaml
    rule: renewal
    gap: {gamma: {mean: 2 h, cv: 0.5}}
    ```

    >>> Renewal(gap={"gamma": {"mean": "2 h", "cv": 0.5}}).gap.expected
    2.0
    """

    rule: Literal["renewal"] = "renewal"
    gap: Duration
    """Time from one order to the next."""

    @model_validator(mode="after")
    def _check(self) -> "Renewal":
        if self.gap.expected <= 0:
            raise ValueError("gap: the mean time between orders must be above 0")
        return self

    @property
    def rate(self) -> float:
        return 1 / self.gap.expected

    def arrivals(self, rng: np.random.Generator, horizon: float) -> Iterator[np.ndarray]:
        now = 0.0
        while now < horizon:
            times = now + np.cumsum(self.gap.sample(rng, BLOCK))
            now = float(times[-1])
            yield times


class Scheduled(DemandRule):
    """An order at fixed times: every so often from a first time on.

    ```yaml
    rule: scheduled
    every: 1 day
    first: 0 h
    ```

    >>> Scheduled(every="1 day", first="1 day").every
    24.0
    """

    rule: Literal["scheduled"] = "scheduled"
    every: Annotated[Hours, Field(gt=0)]
    """Time from one order to the next."""
    first: Hours
    """Time of the first order, from the start of the run."""

    @property
    def rate(self) -> float:
        return 1 / self.every

    def arrivals(self, rng: np.random.Generator, horizon: float) -> Iterator[np.ndarray]:
        count = 0
        while self.first + count * self.every < horizon:
            times = self.first + np.arange(count, count + BLOCK) * self.every
            count += BLOCK
            yield times


class Resampled(DemandRule):
    """Poisson arrivals of whole orders drawn from the history, which keeps what is bought together.

    ```yaml
    rule: resampled
    orders: 24 per day
    ```

    >>> Resampled(orders="24 per day").orders
    1.0
    """

    rule: Literal["resampled"] = "resampled"
    follows_rhythm: ClassVar[bool] = True
    orders: PerHour
    """Mean rate of orders."""
    rhythm: Rhythm | None = None
    """Instead of the market's rhythm."""

    @property
    def rate(self) -> float:
        return self.orders


class Replayed(DemandRule):
    """The history itself, order by order, at its own times; its first day is the first day of the run.

    ```yaml
    rule: replayed
    ```

    >>> Replayed().rule
    'replayed'
    """

    rule: Literal["replayed"] = "replayed"


Demand = Annotated[DemandRule, OneOf()]
