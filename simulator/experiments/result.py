"""What a store holds of an experiment, KPI by KPI: a part at a time, so that memory does not grow with the runs."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from sys import maxsize
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.experiments.intervals import CONFIDENCE, Interval, Method, Sample, interval, percentile
from simulator.experiments.provenance import record
from simulator.experiments.samples import Column, Layout
from simulator.experiments.stability import never_settles, warned
from simulator.experiments.store import Store
from simulator.measures.slices import Kind
from simulator.replication.measure import catalogue
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


AT_ONCE = 4_000_000
"""Numbers that are in memory at the same time."""


class Readings:
    """The replications of an experiment that are numbered below `first`, or all of them."""

    def __init__(self, store: Store, experiment: int, first: int | None = None) -> None:
        self._store, self._experiment = store, experiment
        self._first = maxsize if first is None else first
        layout_of = {number: layout for number, layout in store.layout_of(experiment).items() if number < self._first}
        self.numbers = list(layout_of)
        """Which replications these are, in order; what another program adds in the meantime is none of them."""
        self._layout_of = np.array(list(layout_of.values()), dtype=int)
        known = store.layouts(experiment)
        self._layouts = {number: known[number] for number in dict.fromkeys(layout_of.values())}
        """In the order of their replications, whichever was written first."""
        self._matrix: tuple[tuple[int, str], np.ndarray] | None = None

    @cached_property
    def kpis(self) -> dict[str, Kind]:
        """Every KPI that was measured with its kind, in the order of the catalogue."""
        found = {kpi: kind for layout in self._layouts.values() for kpi, kind in layout.kpis.items()}
        return {kpi: found[kpi] for kpi in catalogue() if kpi in found}

    @cached_property
    def labels(self) -> dict[str, list[str]]:
        """The names of the slices, by dimension."""
        found: dict[str, dict[str, None]] = {}
        for layout in self._layouts.values():
            for dimension, labels in layout.names.items():
                if dimension:
                    found.setdefault(dimension, {}).update(dict.fromkeys(labels))
        return {dimension: list(labels) for dimension, labels in found.items()}

    def whole(self, kpi: str) -> Sample:
        """A KPI of the whole.

        Errors: KeyError if it was not measured.
        """
        column = self._column("", kpi)
        if column is None:
            raise KeyError(f"no {kpi}")
        found = self._store.wholes(self._experiment, kpi)
        parts = np.array([found.get(number, (None,) * 3) for number in self.numbers], dtype=float).reshape(-1, 3)
        return _sample(column, list(parts.T))

    def by(self, dimension: str, kpi: str = "") -> Iterator[tuple[str, str, Sample]]:
        """KPI, label and sample of every slice of a dimension, or of one KPI's.

        Errors: KeyError for a dimension that there is not, and for a KPI that is not measured by it.
        """
        if dimension not in self.labels:
            raise KeyError(f"no dimension {dimension!r}; there are {', '.join(self.labels)}")
        columns = [(name, self._column(dimension, name)) for name in ([kpi] if kpi else self.kpis)]
        if kpi and columns[0][1] is None:
            raise KeyError(f"no {kpi} by {dimension}")
        for name, column in columns:
            if column is not None:
                for labels, parts in self._pieces(dimension, column):
                    for place, label in enumerate(labels):
                        yield name, label, _sample(column, [part[:, place] for part in parts])

    def _column(self, dimension: str, kpi: str) -> Column | None:
        """A KPI's column in the first layout that has it."""
        for layout in self._layouts.values():
            for column in layout.columns.get(dimension, ()):
                if column.kpi == kpi:
                    return column
        return None

    def _pieces(self, dimension: str, column: Column) -> Iterator[tuple[list[str], list[np.ndarray]]]:
        """A KPI's slices, as many labels at a time as may be read at once: labels, and replications x labels."""
        labels = self.labels[dimension]
        step = max(1, AT_ONCE // max(1, len(self.numbers) * column.parts))
        for first in range(0, len(labels), step):
            some = labels[first : first + step]
            parts = [np.full((len(self.numbers), len(some)), np.nan) for _ in range(column.parts)]
            for number, layout in self._layouts.items():
                place = _place(layout, dimension, column.kpi)
                if place is not None:
                    self._fill(parts, some, dimension, number, place)
            yield some, parts

    def _fill(self, parts: list[np.ndarray], labels: list[str], dimension: str, number: int, place: int) -> None:
        """Read what the replications of one layout say of some labels."""
        theirs = self._layouts[number].names[dimension]
        there = {label: spot for spot, label in enumerate(theirs)}
        shared = [(to, there[label]) for to, label in enumerate(labels) if label in there]
        if not shared:
            return
        to, spots = (np.array(each) for each in zip(*shared, strict=True))
        low, many, rows = int(spots.min()), int(np.ptp(spots)) + 1, np.flatnonzero(self._layout_of == number)
        for part, found in enumerate(parts):
            read = self._read(number, dimension, place + part * len(theirs) + low, many)
            found[np.ix_(rows, to)] = read[:, spots - low]

    def _read(self, layout: int, dimension: str, first: int, many: int) -> np.ndarray:
        """Some numbers of every row of a dimension; of small ones the whole matrix is read once."""
        width = self._layouts[layout].width(dimension)
        if len(self.numbers) * width > AT_ONCE:
            return self._slices(layout, dimension, first, many)
        if self._matrix is None or self._matrix[0] != (layout, dimension):
            self._matrix = ((layout, dimension), self._slices(layout, dimension, 0, width))
        return self._matrix[1][:, first : first + many]

    def _slices(self, layout: int, dimension: str, first: int, many: int) -> np.ndarray:
        numbers, found = self._store.slices(self._experiment, layout, dimension, first, many, self._first)
        return found if numbers == self.numbers else found[np.isin(numbers, self.numbers)]


def _place(layout: Layout, dimension: str, kpi: str) -> int | None:
    """Where a KPI's numbers begin in the rows of a dimension; None if they are not there."""
    if dimension not in layout.columns:
        return None
    return next((place for column, place in layout.places(dimension) if column.kpi == kpi), None)


def _sample(column: Column, parts: list[np.ndarray]) -> Sample:
    weights, trials = (parts[place] if column.parts > place else None for place in (1, 2))
    return Sample(column.kind, parts[0], weights, trials, catalogue()[column.kpi].proportion)


COLUMNS = ["kpi", "by", "label", "unit", "mean", "half_width", "confidence", "replications", "low", "high", "interval"]
"""Of a table of estimates."""


@dataclass(frozen=True)
class Estimate:
    """One KPI, of the whole or of one slice, over all replications."""

    kpi: str
    dimension: str
    """What it is sliced by; "" for the whole."""
    label: str
    """Which slice; "" for the whole."""
    unit: str
    mean: float
    """The estimate: a mean, for ratios all numerators by all denominators, for percentiles a median."""
    low: float
    """Lower end of the confidence interval; nan for fewer than two replications."""
    high: float
    replications: int
    """How many replications have a value."""
    method: Method = "t"
    """How the interval was made."""
    confidence: float = CONFIDENCE

    @property
    def by(self) -> dict[str, str]:
        """The slice as {dimension: label}; empty for the whole."""
        return {self.dimension: self.label} if self.dimension else {}

    @property
    def half_width(self) -> float:
        """Half the width of the interval; nan for fewer than two replications."""
        return (self.high - self.low) / 2

    @property
    def relative(self) -> float:
        """Half width as a share of the mean; infinite where the mean is 0 and the width is not."""
        if not self.half_width:
            return 0.0
        return self.half_width / abs(self.mean) if self.mean else math.inf

    @property
    def row(self) -> tuple[str | float, ...]:
        """The cells of COLUMNS."""
        return (
            self.kpi,
            self.dimension,
            self.label,
            self.unit,
            self.mean,
            self.half_width,
            self.confidence,
            self.replications,
            self.low,
            self.high,
            self.method,
        )


class Result:
    """KPIs of a scenario over its replications, read from a store when asked for.

    `kpis` is the table of all estimates; `estimate` gives one of them.
    """

    def __init__(
        self, scenario: Scenario, store: Store, experiment: int, first: int | None = None, stopped: str = ""
    ) -> None:
        self.scenario = scenario
        self.stopped = stopped
        """Why there are fewer replications than were wanted; "" if there are not."""
        self.store, self.experiment = store, experiment
        """Where the replications are kept."""
        self._found = Readings(store, experiment, first)

    warnings = cached_property(warned)
    never_settles = cached_property(never_settles)

    @property
    def numbers(self) -> list[int]:
        """Which replications there are, in order."""
        return self._found.numbers

    @property
    def replications(self) -> int:
        """How many were done."""
        return len(self.numbers)

    @property
    def kpi_names(self) -> list[str]:
        """Every KPI that was measured, in the order of the catalogue."""
        return list(self._found.kpis)

    def dimensions(self) -> list[str]:
        """The dimensions that there are slices by."""
        return list(self._found.labels)

    def labels(self, dimension: str) -> list[str]:
        """The names of the slices of a dimension.

        Errors: KeyError for a dimension that there is not.
        """
        return self._found.labels[dimension]

    def values(self, kpi: str, by: str = "") -> np.ndarray:
        """The value of each replication: one row per replication, one column per slice.

        Errors: KeyError for a KPI or dimension that was not measured.
        """
        return np.stack([sample.values for _, sample in self._slices(kpi, by)], axis=1)

    def sample(self, kpi: str, by: str = "", label: str = "") -> Sample:
        """One KPI, of the whole or of one slice, replication by replication.

        Errors: KeyError for a KPI or slice that was not measured.
        """
        for found, sample in self._slices(kpi, by):
            if found == label:
                return sample
        raise KeyError(f"no {kpi} by {by} {label!r}")

    def samples(self, kpi: str, by: str = "") -> dict[str, Sample]:
        """One KPI by label; "" is the whole. Of many slices it is quicker than asking for one after the other.

        Errors: KeyError for a KPI or dimension that was not measured.
        """
        return dict(self._slices(kpi, by))

    def estimate(self, kpi: str, by: str = "", label: str = "", confidence: float = CONFIDENCE) -> Estimate:
        """One KPI, of the whole or of one slice.

        Errors: KeyError for a KPI or slice that was not measured.
        """
        return _estimate(kpi, by, label, interval(self.sample(kpi, by, label), confidence), confidence)

    def percentile(
        self, kpi: str, share: float, by: str = "", label: str = "", confidence: float = CONFIDENCE
    ) -> Estimate:
        """What a KPI stays below in so large a share of runs, such as 0.05 for the worst year of twenty.

        The interval holds for any distribution; an end that so few replications cannot tell is nan.

        Errors: KeyError for a KPI or slice that was not measured; ValueError for a share outside 0 to 1.
        """
        if not 0 < share < 1:
            raise ValueError(f"a share lies between 0 and 1; found {share}")
        values = self.sample(kpi, by, label).values
        return _estimate(kpi, by, label, percentile(values[np.isfinite(values)], share, confidence), confidence)

    def estimates(self, by: Collection[str] | None = None) -> Iterator[Estimate]:
        """Every KPI, of the whole and of every slice that has a value; `by` names the dimensions wanted."""
        found: dict[str, list[Estimate]] = {kpi: [] for kpi in self.kpi_names}
        for kpi in found:
            found[kpi].append(self.estimate(kpi))
        for dimension in self.dimensions() if by is None else [name for name in self.dimensions() if name in by]:
            for kpi, label, sample in self._found.by(dimension):
                found[kpi].append(_estimate(kpi, dimension, label, interval(sample), CONFIDENCE))
        for estimates in found.values():
            yield from (each for each in estimates if each.replications)

    def _slices(self, kpi: str, by: str) -> Iterator[tuple[str, Sample]]:
        """One KPI by label."""
        if not by:
            yield "", self._found.whole(kpi)
        else:
            yield from ((label, sample) for _, label, sample in self._found.by(by, kpi))

    @cached_property
    def kpis(self) -> "pd.DataFrame":
        """All estimates: one row for each KPI of the whole and of each slice."""
        return self.table()

    def table(self, by: Collection[str] | None = None) -> "pd.DataFrame":
        """The table of estimates, of the dimensions wanted."""
        import pandas as pd

        return pd.DataFrame([each.row for each in self.estimates(by)], columns=COLUMNS)

    def as_json(self, dimensions: Collection[str] | None = None) -> dict[str, Any]:
        """The result as plain data; `dimensions` names the slices wanted besides the whole, None all.

        `numbers` says which replications there are where an interrupt has left gaps.
        """
        from simulator import __version__

        gaps = {} if self.numbers == list(range(self.replications)) else {"numbers": self.numbers}
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "seed": self.scenario.run.seed,
            "replications": self.replications,
            "version": __version__,
            **gaps,
            "warnings": self.warnings,
            "kpis": [
                {
                    "kpi": e.kpi,
                    "by": e.by,
                    "unit": e.unit,
                    "mean": e.mean,
                    "half_width": _or_none(e.half_width),
                    "confidence": e.confidence,
                    "low": _or_none(e.low),
                    "high": _or_none(e.high),
                    "interval": e.method,
                }
                for e in self.estimates(dimensions)
            ],
            "provenance": record(self.scenario),
        }

    def percentiles_as_json(self, shares: Sequence[float]) -> dict[str, Any]:
        """What the KPIs of the whole stay below in these shares of runs, as plain data; {} where none is wanted."""
        found = [(share, self.percentile(kpi, share)) for share in shares for kpi in self.kpi_names]
        rows = [
            {
                "kpi": each.kpi,
                "unit": each.unit,
                "share": share,
                "value": each.mean,
                "low": _or_none(each.low),
                "high": _or_none(each.high),
                "confidence": each.confidence,
            }
            for share, each in found
            if each.replications
        ]
        return {"percentiles": rows} if shares else {}


def _or_none(value: float) -> float | None:
    """JSON has no nan."""
    return value if math.isfinite(value) else None


def _estimate(kpi: str, dimension: str, label: str, found: Interval, confidence: float) -> Estimate:
    return Estimate(
        kpi,
        dimension,
        label,
        catalogue()[kpi].unit,
        found.point,
        found.low,
        found.high,
        found.replications,
        found.method,
        confidence,
    )
