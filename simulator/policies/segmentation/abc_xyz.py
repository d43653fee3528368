"""Classes by rank and by variability: ABC and XYZ."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.policies.segmentation import Turnover
from simulator.policies.segmentation.abc import ByRank
from simulator.policies.segmentation.turnover import LETTERS, VARYING, XYZ_CUTS, xyz
from simulator.units import Hours


class AbcXyz(ByRank):
    """ABC by what it brings and XYZ by how it varies: AX is large and steady, CZ small and erratic.

    Variability is the coefficient of variation from week to week: below 0.5 X, below 1 Y, else Z. Of an item
    its units are looked at, of a customer the value of its orders.

    ```yaml
    rule: abc_xyz
    by: value
    cuts: [0.8, 0.95]
    xyz_cv: [0.5, 1.0]
    bucket: 1 week
    ```

    >>> import numpy as np
    >>> sales, cv = np.array([70.0, 20, 10]), np.array([0.2, 1.4, 0.7])
    >>> AbcXyz().classify(Turnover(value=sales, margin=sales, volume=sales, variation=cv))
    ['AX', 'AZ', 'BY']
    """

    rule: Literal["abc_xyz"] = "abc_xyz"
    xyz_cv: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1, max_length=2)] = XYZ_CUTS
    """Coefficients of variation at which X and Y end."""
    bucket: Annotated[Hours, Field(gt=0)] = 168.0
    """The periods whose demand is compared."""

    @model_validator(mode="after")
    def _vary(self) -> "AbcXyz":
        if list(self.xyz_cv) != sorted(set(self.xyz_cv)):
            raise ValueError("xyz_cv: coefficients of variation that rise, such as [0.5, 1.0]")
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        varying = VARYING[: len(self.xyz_cv) + 1]
        return tuple(letter + vary for letter in LETTERS[: len(self.cuts) + 1] for vary in varying)

    @property
    def period(self) -> float:
        return self.bucket

    def classify(self, turnover: Turnover) -> list[str]:
        pairs = zip(self.rank(turnover), xyz(turnover.variation, self.xyz_cv), strict=True)
        return [letter + vary for letter, vary in pairs]
