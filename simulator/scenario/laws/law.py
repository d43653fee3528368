"""What every law of chance can do."""

from dataclasses import dataclass
from typing import Annotated, Protocol, TypeVar

import numpy as np
from pydantic import Field

T = TypeVar("T", bound=float)
Positive = Annotated[float, Field(gt=0)]
Moments = tuple[float, float]


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
