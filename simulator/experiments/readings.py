"""The replications of an experiment as they lie in a store, read a part at a time: memory does not grow with them."""

from collections.abc import Collection, Iterator
from functools import cached_property
from sys import maxsize

import numpy as np

from simulator.experiments.arguments import UnknownName, no_such
from simulator.experiments.intervals import Sample, interval
from simulator.experiments.samples import Column, Layout
from simulator.experiments.store import Store
from simulator.measures.labels import DIMENSIONS
from simulator.measures.slices import Kind
from simulator.replication.measure import catalogue

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
            raise UnknownName(not_there("KPI", kpi, self.kpis, catalogue()))
        having = [number for number, layout in self._layouts.items() if kpi in layout.kpis]
        expected = np.isin(self._layout_of, having)
        return _sample(column, list(self._store.parts(self._experiment, kpi, self.numbers, expected).T))

    def by(self, dimension: str, kpi: str = "") -> Iterator[tuple[str, str, Sample]]:
        """KPI, label and sample of every slice of a dimension, or of one KPI's.

        Errors: KeyError for a dimension that there is not, and for a KPI that is not measured by it.
        """
        if dimension not in self.labels:
            raise UnknownName(not_there("dimension", dimension, self.labels, DIMENSIONS))
        columns = [(name, self._column(dimension, name)) for name in ([kpi] if kpi else self.kpis)]
        if kpi and columns[0][1] is None:
            if kpi not in self.kpis:
                raise UnknownName(not_there("KPI", kpi, self.kpis, catalogue()))
            raise UnknownName(f"{kpi} is not measured by {dimension}")
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


def not_there(what: str, name: str, measured: Collection[str], known: Collection[str]) -> str:
    """What is said of a name that a result does not have: it is unknown, or there was nothing to measure for it."""
    if name in known:
        return f"this scenario has nothing to measure for the {what} {name!r}"
    return no_such(what, name, measured)


def _place(layout: Layout, dimension: str, kpi: str) -> int | None:
    """Where a KPI's numbers begin in the rows of a dimension; None if they are not there."""
    if dimension not in layout.columns:
        return None
    return next((place for column, place in layout.places(dimension) if column.kpi == kpi), None)


def _sample(column: Column, parts: list[np.ndarray]) -> Sample:
    weights, trials = (parts[place] if column.parts > place else None for place in (1, 2))
    return Sample(column.kind, parts[0], weights, trials, catalogue()[column.kpi].proportion)


class Unfinished:
    """How much of what KPIs are times of had not come to its end when it was followed no longer."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._by: dict[tuple[str, str], dict[str, float]] = {}

    def share(self, kpi: str, by: str, label: str) -> float:
        """Of a KPI's own slice; of the whole, where it is not told by slice; 0 for what is no time."""
        open_share = catalogue()[kpi].unfinished
        if open_share not in self._readings.kpis:
            return 0.0
        whole = self._shares(open_share, "").get("", 0.0)
        return self._shares(open_share, by).get(label, whole) if by and whole else whole

    def _shares(self, open_share: str, by: str) -> dict[str, float]:
        if (open_share, by) not in self._by:
            try:
                samples = self._readings.by(by, open_share) if by else [("", "", self._readings.whole(open_share))]
                shares = {label: interval(sample).point for _, label, sample in samples}
            except KeyError:
                shares = {}  # it is not told by this
            self._by[open_share, by] = {label: share for label, share in shares.items() if share == share}
        return self._by[open_share, by]
