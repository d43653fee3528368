"""Ratios and percentiles over rows of facts, for the whole and by slice.

Rows are first added up by cell (segment x channel x SKU ...), then cells by dimension: every
slice of every KPI costs one pass over the rows together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, NamedTuple

import numpy as np

Codes = Mapping[str, np.ndarray]
Kind = Literal["mean", "ratio", "percentile"]
"""How replications of a measure are put together: their mean, their sums divided, or their median."""


class Taken(NamedTuple):
    """What is kept of a measure, without the rows that it was made from: these are as many as the orders."""

    kind: Kind
    values: dict[str, np.ndarray]
    weights: dict[str, np.ndarray]
    trials: dict[str, np.ndarray]


class Sliced:
    """A measure of the whole that can be taken apart by dimension."""

    kind: ClassVar[Kind] = "mean"

    def values(self) -> dict[str, np.ndarray]:
        """One array per dimension, one value per label; "" is the whole."""
        raise NotImplementedError

    def weights(self) -> dict[str, np.ndarray]:
        """The denominators of a ratio, laid out like its values; empty for what is none."""
        return {}

    def trials(self) -> dict[str, np.ndarray]:
        """How many things a ratio was decided on: orders, lines, jobs; at most its denominator."""
        return {}

    def taken(self, decided: bool) -> Taken:
        """Its numbers; the trials only where they are wanted."""
        return Taken(self.kind, self.values(), self.weights(), self.trials() if decided else {})


@dataclass(frozen=True)
class Rows:
    """The cell of each row, and for each dimension the label of each cell (-1: none)."""

    cell: np.ndarray
    cells: int
    codes: Codes
    sizes: Mapping[str, int]
    independent: np.ndarray | None = None
    """By cell: how many rows at most are independent of each other. What fails, fails together: the lines of one
    stockout, the orders of one queue."""

    def sums(self, values: np.ndarray | float) -> np.ndarray:
        """Row values added up by cell."""
        if not isinstance(values, np.ndarray):
            return self.counts if values == 1 else self.counts * values
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

    def sliced(self, cells: np.ndarray) -> dict[str, np.ndarray]:
        """Cell values added up by dimension; "" is the whole. Those of the counts are wanted often and kept."""
        return self._counted if cells is self.counts else self._add_up(cells)

    @cached_property
    def _counted(self) -> dict[str, np.ndarray]:
        return self._add_up(self.counts)

    def _add_up(self, cells: np.ndarray) -> dict[str, np.ndarray]:
        return {"": np.array([cells.sum()])} | {name: self.by(name, cells) for name in self.codes}

    def by(self, dimension: str, cells: np.ndarray) -> np.ndarray:
        """Cell values added up by label."""
        code = self.codes[dimension]
        known = code >= 0
        return np.bincount(code[known], cells[known], self.sizes[dimension])

    def ratio(self, numerator: np.ndarray | float, denominator: "np.ndarray | float | Fixed") -> "Ratio":
        """Sum of the numerator / sum of the denominator, over rows."""
        if isinstance(denominator, Fixed):
            return Ratio(self, self.sums(numerator), denominator)
        by_row = denominator if isinstance(denominator, np.ndarray) else None
        return Ratio(self, self.sums(numerator), self.sums(denominator), by_row)


@dataclass(frozen=True)
class Fixed:
    """A denominator that is the same for the whole and every slice, such as a time."""

    value: float


@dataclass(frozen=True)
class Ratio(Sliced):
    """A numerator and a denominator by cell; a slice without denominator is nan."""

    rows: Rows
    numerator: np.ndarray
    denominator: np.ndarray | Fixed
    by_row: np.ndarray | None = None
    """The denominator of each row; None where all rows count alike, or it is not known."""
    cases: np.ndarray | None = None
    """By cell, how many things it was decided on, where these are not the rows."""
    most: float = np.inf
    """A value above this has too small a denominator to be one: it is blank."""

    @property
    def kind(self) -> Kind:  # type: ignore[override]
        """A mean where the denominator is fixed, such as money per week."""
        return "mean" if isinstance(self.denominator, Fixed) else "ratio"

    def values(self) -> dict[str, np.ndarray]:
        """By dimension; "" is the whole."""
        if isinstance(self.denominator, Fixed):
            return {dimension: sums / self.denominator.value for dimension, sums in self._above.items()}
        below = self.weights()
        return {dimension: sums / _or_nan(below[dimension]) for dimension, sums in self._above.items()}

    def weights(self) -> dict[str, np.ndarray]:
        """The denominators by dimension; 0 where they are no basis for a quotient."""
        if isinstance(self.denominator, Fixed):
            return {}
        if not np.isfinite(self.most):
            return self._below
        return {
            name: np.where(self._above[name] > self.most * below, 0.0, below) for name, below in self._below.items()
        }

    def trials(self) -> dict[str, np.ndarray]:
        """The rows that count by dimension; the denominator where that is less."""
        if isinstance(self.denominator, Fixed):
            return {}
        if self.cases is not None:
            return self.rows.sliced(self.cases)
        rows = self.rows.sliced(self._counting)
        found = {dimension: np.minimum(rows[dimension], below) for dimension, below in self._below.items()}
        return found if self.rows.independent is None else self._independent(found, self.rows.independent)

    def _independent(self, found: dict[str, np.ndarray], most: np.ndarray) -> dict[str, np.ndarray]:
        """Where all agree nothing says how they go together: only as many count as are independent in any case."""
        agree = {name: (self._above[name] <= 0) | (self._above[name] >= below) for name, below in self._below.items()}
        if any(each.any() for each in agree.values()):
            cases = self.rows.sliced(np.minimum(self._counting, most))
            for name, which in agree.items():
                found[name] = np.where(which, np.minimum(found[name], cases[name]), found[name])
        return found

    @property
    def _counting(self) -> np.ndarray:
        """The rows by cell, without those of no denominator; of denominators up to 1 their sum is no more anyway."""
        if self.by_row is None or not len(self.by_row) or self.by_row.max() <= 1:
            return self.rows.counts
        return self.rows.sums((self.by_row > 0).astype(float))

    @cached_property
    def _above(self) -> dict[str, np.ndarray]:
        return self.rows.sliced(self.numerator)

    @cached_property
    def _below(self) -> dict[str, np.ndarray]:
        assert isinstance(self.denominator, np.ndarray)
        return self.rows.sliced(self.denominator)


@dataclass(frozen=True)
class OfSpan(Ratio):
    """A ratio of the measured time as a whole: those of its parts do not add up to it, such as who has stayed."""


@dataclass(frozen=True)
class PerWhole(Sliced):
    """A ratio whose numerator has dimensions that its denominator lacks: their slices are parts of the whole.

    They add up to it: failures by cause, of all orders.
    """

    rows: Rows
    numerator: np.ndarray
    denominator: Ratio
    """Of which only the denominator counts."""
    kind: ClassVar[Kind] = "ratio"

    def values(self) -> dict[str, np.ndarray]:
        """By dimension; "" is the whole."""
        above, below = self.rows.sliced(self.numerator), self.weights()
        return {dimension: sums / _or_nan(below[dimension]) for dimension, sums in above.items()}

    def weights(self) -> dict[str, np.ndarray]:
        """The denominators by dimension; that of the whole for the dimensions that the denominator lacks."""
        return self._of_whole(self.denominator.weights())

    def trials(self) -> dict[str, np.ndarray]:
        """What the denominator was decided on."""
        return self._of_whole(self.denominator.trials())

    def _of_whole(self, found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        missing = {name: np.repeat(found[""], self.rows.sizes[name]) for name in self.rows.codes if name not in found}
        return found | missing


@dataclass(frozen=True)
class Parted(Sliced):
    """A ratio, and beside its own slices those of one dimension more, that its rows do not have."""

    of: Ratio
    dimension: str
    parts: np.ndarray
    """Parts of the numerator, one for each label."""
    below: np.ndarray | None = None
    """Their denominators; where left out that of the whole, so that the parts add up to it."""

    @property
    def kind(self) -> Kind:  # type: ignore[override]
        """That of the ratio."""
        return self.of.kind

    def values(self) -> dict[str, np.ndarray]:
        """By dimension; "" is the whole."""
        if isinstance(self.of.denominator, Fixed):
            return self.of.values() | {self.dimension: self.parts / self.of.denominator.value}
        return self.of.values() | {self.dimension: self.parts / _or_nan(self.weights()[self.dimension])}

    def weights(self) -> dict[str, np.ndarray]:
        """The denominators by dimension; that of the whole for every part."""
        found = self._with_whole(self.of.weights())
        return found | {self.dimension: self.below} if found and self.below is not None else found

    def trials(self) -> dict[str, np.ndarray]:
        """What the ratio was decided on."""
        return self._with_whole(self.of.trials())

    def _with_whole(self, found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return found | {self.dimension: np.repeat(found[""], len(self.parts))} if found else found


def _or_nan(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, np.nan)


@dataclass(frozen=True)
class Derived(Sliced):
    """A measure computed from others, slice by slice."""

    found: dict[str, np.ndarray]

    def values(self) -> dict[str, np.ndarray]:
        """By dimension; "" is the whole."""
        return self.found


@dataclass(frozen=True)
class Spread(Sliced):
    """The standard deviation of row values, for the whole and by slice; nan for fewer than two rows."""

    rows: Rows
    of: np.ndarray

    def values(self) -> dict[str, np.ndarray]:
        """By dimension; "" is the whole."""
        beside = self.of - (self.of.mean() if len(self.of) else 0.0)  # squares of small numbers stay exact
        cells = [self.rows.sums(np.ones(len(beside))), self.rows.sums(beside), self.rows.sums(beside**2)]
        found = [self.rows.sliced(cell) for cell in cells]
        return {name: _deviation(*(each[name] for each in found)) for name in found[0]}


def _deviation(count: np.ndarray, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = np.sqrt(
            np.maximum(squares - total**2 / count, 0.0) / np.where(count > 1, count - 1, np.nan)
        )
    return found


@dataclass(frozen=True)
class Percentile(Sliced):
    """A percentile of row values, for the whole and by slice."""

    rows: Rows
    of: np.ndarray
    share: float
    kind: ClassVar[Kind] = "percentile"

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
