"""Classes by rank: ABC."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from simulator.policies.segmentation import SegmentationRule, Turnover
from simulator.policies.segmentation.turnover import ABC_CUTS, LETTERS, abc
from simulator.units import Share


class ByRank(SegmentationRule):
    """Ranks items or customers by what they bring."""

    by: Literal["value", "margin", "volume"] = "value"
    """What is ranked: sales at selling price, sales less cost of goods, or units."""
    cuts: Annotated[tuple[Share, ...], Field(min_length=1, max_length=5)] = ABC_CUTS
    """Shares of the total at which A, B, ... end."""

    @model_validator(mode="after")
    def _rise(self) -> "ByRank":
        if not all(low < high for low, high in zip((0.0, *self.cuts), (*self.cuts, 1.0), strict=True)):
            raise ValueError("cuts: shares that rise, between 0 and 1, both left out, such as [0.8, 0.95]")
        return self

    def rank(self, turnover: Turnover) -> list[str]:
        """A, B, C ... of each."""
        amounts: np.ndarray = getattr(turnover, self.by)
        return abc(amounts, self.cuts)


class Abc(ByRank):
    """ABC: the few that bring 80 % are A, the next up to 95 % are B, the many others are C.

    An item is A while those that bring more than it make less than the first cut together; equal items
    are in one class, and what brings nothing is in the last.

    ```yaml
    rule: abc
    by: margin
    cuts: [0.8, 0.95]
    ```

    >>> sales = np.array([70.0, 20, 6, 4, 0])
    >>> Abc().classify(Turnover(value=sales, margin=sales / 2, volume=sales, variation=sales))
    ['A', 'A', 'B', 'C', 'C']
    """

    rule: Literal["abc"] = "abc"

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(LETTERS[: len(self.cuts) + 1])

    def classify(self, turnover: Turnover) -> list[str]:
        return self.rank(turnover)
