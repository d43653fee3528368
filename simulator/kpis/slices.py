"""Ratios and percentiles over rows of facts, for the whole and by slice.

Rows are first added up by cell (segment x channel x SKU ...), then cells by dimension: every
slice of every KPI costs one pass over the rows together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Codes = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Rows:
    """The cell of each row, and for each dimension the label of each cell (-1: none)."""

    cell: np.ndarray
    cells: int
    codes: Codes
    sizes: Mapping[str, int]

    def sums(self, values: np.ndarray | float) -> np.ndarray:
        """Row values added up by cell."""
        if not isinstance(values, np.ndarray):
            return self.counts * values
        if self._only is None:
            return np.bincount(self.cell, values, self.cells)
        sums = np.zeros(self.cells)
        sums[self._only] = values.sum()
        return sums

    @cached_property
    def counts(self) -> np.ndarray:
        """Rows by cell."""
        return np.bincount(self.cell, minlength=self.cells)

    @cached_property
    def _only(self) -> int | None:
        """The one cell that all rows are in, if there is just one: then a plain sum will do."""
        if not len(self.cell) or self.cell.min() != self.cell.max():
            return None
        return int(self.cell[0])

    def by(self, dimension: str, cells: np.ndarray) -> np.ndarray:
        """Cell values added up by label."""
        code = self.codes[dimension]
        known = code >= 0
        return np.bincount(code[known], cells[known], self.sizes[dimension])

    def ratio(self, numerator: np.ndarray | float, denominator: "np.ndarray | float | Fixed") -> "Ratio":
        """Sum of the numerator / sum of the denominator, over rows."""
        return Ratio(
            self, self.sums(numerator), denominator if isinstance(denominator, Fixed) else self.sums(denominator)
        )


@dataclass(frozen=True)
class Fixed:
    """A denominator that is the same for the whole and every slice, such as a time."""

    value: float


@dataclass(frozen=True)
class Ratio:
    """A numerator and a denominator by cell; a slice without denominator is nan."""

    rows: Rows
    numerator: np.ndarray
    denominator: np.ndarray | Fixed

    def values(self) -> dict[str, np.ndarray]:
        """By dimension; "" is the whole."""
        whole = {"": self._divide(np.array([self.numerator.sum()]), None)}
        return whole | {
            dimension: self._divide(self.rows.by(dimension, self.numerator), dimension) for dimension in self.rows.codes
        }

    def _divide(self, numerator: np.ndarray, dimension: str | None) -> np.ndarray:
        if isinstance(self.denominator, Fixed):
            return numerator / self.denominator.value
        below = self.denominator.sum() if dimension is None else self.rows.by(dimension, self.denominator)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: np.ndarray = np.where(below > 0, numerator / below, np.nan)
        return found


@dataclass(frozen=True)
class PerWhole:
    """A ratio whose numerator has dimensions that its denominator lacks: their slices are parts of the whole.

    They add up to it: failures by cause, of all orders.
    """

    rows: Rows
    numerator: np.ndarray
    denominator: Ratio
    """Of which only the denominator counts."""

    def values(self) -> dict[str, np.ndarray]:
        """By dimension; "" is the whole."""
        below = self.denominator.rows.codes
        assert isinstance(self.denominator.denominator, np.ndarray)
        everything = self.denominator.denominator
        found = {"": np.array([self.numerator.sum()]) / _or_nan(everything.sum())}
        for dimension in self.rows.codes:
            of = self.denominator.rows.by(dimension, everything) if dimension in below else everything.sum()
            found[dimension] = self.rows.by(dimension, self.numerator) / _or_nan(of)
        return found


def _or_nan(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, np.nan)


@dataclass(frozen=True)
class Derived:
    """A measure computed from others, slice by slice."""

    found: dict[str, np.ndarray]

    def values(self) -> dict[str, np.ndarray]:
        """By dimension; "" is the whole."""
        return self.found


@dataclass(frozen=True)
class Spread:
    """The standard deviation of row values, for the whole and by slice; nan for fewer than two rows."""

    rows: Rows
    of: np.ndarray

    def values(self) -> dict[str, np.ndarray]:
        """By dimension; "" is the whole."""
        beside = self.of - (self.of.mean() if len(self.of) else 0.0)  # squares of small numbers stay exact
        cells = [self.rows.sums(np.ones(len(beside))), self.rows.sums(beside), self.rows.sums(beside**2)]
        whole = {"": _deviation(*(np.array([cell.sum()]) for cell in cells))}
        return whole | {name: _deviation(*(self.rows.by(name, cell) for cell in cells)) for name in self.rows.codes}


def _deviation(count: np.ndarray, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = np.sqrt(
            np.maximum(squares - total**2 / count, 0.0) / np.where(count > 1, count - 1, np.nan)
        )
    return found


@dataclass(frozen=True)
class Percentile:
    """A percentile of row values, for the whole and by slice."""

    rows: Rows
    of: np.ndarray
    share: float

    def values(self) -> dict[str, np.ndarray]:
        """By dimension; "" is the whole."""
        found = {"": np.array([_quantile(self.of, self.share)])}
        for dimension, code in self.rows.codes.items():
            label = code[self.rows.cell]
            if self.rows.sizes[dimension] == 1 and (label == 0).all():
                found[dimension] = found[""]  # one slice that is the whole: sorted once
                continue
            found[dimension] = np.array(
                [_quantile(self.of[label == place], self.share) for place in range(self.rows.sizes[dimension])]
            )
        return found


def _quantile(values: np.ndarray, share: float) -> float:
    return float(np.quantile(values, share)) if len(values) else np.nan
