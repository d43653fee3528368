"""What replications send back and what is kept of them: plain rows of numbers, and a layout that says what they are."""

import json
import pickle
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from simulator.measures.slices import Kind
from simulator.planning.stock_levels import tell_levels
from simulator.replication.measure import Measures, measure
from simulator.replication.simulate import simulate
from simulator.scenario.scenario import Scenario


@dataclass(frozen=True)
class Column:
    """One KPI in the row of a dimension: its values, then, for a ratio, its denominators and trials."""

    kpi: str
    kind: Kind
    parts: int
    """1: values; 2: and denominators; 3: and trials. Each has one number per label."""


@dataclass(frozen=True)
class Layout:
    """What the numbers of a replication mean: for each dimension its labels and its columns; "" is the whole."""

    names: dict[str, list[str]]
    columns: dict[str, list[Column]]

    def width(self, dimension: str) -> int:
        """Numbers in a row of a dimension."""
        return len(self.names[dimension]) * sum(column.parts for column in self.columns[dimension])

    def places(self, dimension: str) -> Iterator[tuple[Column, int]]:
        """The columns of a dimension, each with the place of its first number."""
        place = 0
        for column in self.columns[dimension]:
            yield column, place
            place += column.parts * len(self.names[dimension])

    @cached_property
    def kpis(self) -> dict[str, Kind]:
        """Every KPI with its kind."""
        return {column.kpi: column.kind for column in self.columns.get("", [])}

    def text(self) -> str:
        """The layout as JSON."""
        columns = {name: [[each.kpi, each.kind, each.parts] for each in row] for name, row in self.columns.items()}
        return json.dumps({"names": self.names, "columns": columns})

    @staticmethod
    def read(text: str) -> "Layout":
        """The layout that `text` wrote."""
        found = json.loads(text)
        return Layout(found["names"], {name: [Column(*each) for each in row] for name, row in found["columns"].items()})


def layout_of(measures: Measures) -> Layout:
    """The layout of the measures of one replication."""
    names = {"": [""], **{name: list(labels) for name, labels in measures.names.items() if labels}}
    columns: dict[str, list[Column]] = {name: [] for name in names}
    for kpi, slices in measures.values.items():
        parts = 1 + (kpi in measures.weights) + (kpi in measures.trials)
        for dimension in slices:
            if dimension in columns:
                columns[dimension].append(Column(kpi, measures.kinds[kpi], parts))
    return Layout(names, {name: row for name, row in columns.items() if row})


def _shape(measures: Measures) -> tuple[object, ...]:
    """What the layout follows from, quick to compare: most replications of a scenario have one."""
    kinds, names = list(measures.kinds.items()), measures.names
    dimensions = [list(slices) for slices in measures.values.values()]
    return kinds, names, dimensions, list(measures.weights), list(measures.trials)


@dataclass(frozen=True)
class Block:
    """Some replications of one layout."""

    layout: Layout
    numbers: list[int]
    seconds: list[float]
    """What each took."""
    rows: dict[str, np.ndarray] = field(repr=False)
    """By dimension: one row of numbers for each replication."""


def blocks_of(played: Iterable[tuple[int, float, Measures]]) -> list[Block]:
    """Replications (number, seconds, measures) as blocks: as a rule one, since their layouts are alike.

    Each is laid out as it comes: the measures of many are thousands of small arrays.
    """
    found: list[Block] = []
    rows: dict[str, list[np.ndarray]] = {}
    shape: tuple[object, ...] = ()
    for number, seconds, measures in played:
        if _shape(measures) != shape:
            _fill(found, rows)
            shape, layout = _shape(measures), layout_of(measures)
            found.append(Block(layout, [], [], {}))
            rows = {dimension: [] for dimension in layout.columns}
        found[-1].numbers.append(number)
        found[-1].seconds.append(seconds)
        for dimension, own in rows.items():
            own.append(_row(found[-1].layout, dimension, measures))
    _fill(found, rows)
    return found


def _fill(found: list[Block], rows: dict[str, list[np.ndarray]]) -> None:
    """Give the last block its numbers."""
    if found:
        found[-1].rows.update({dimension: np.array(own) for dimension, own in rows.items()})


def _row(layout: Layout, dimension: str, measures: Measures) -> np.ndarray:
    """The numbers of a dimension in one replication."""
    parts = (measures.values, measures.weights, measures.trials)
    pieces = [part[column.kpi][dimension] for column in layout.columns[dimension] for part in parts[: column.parts]]
    return np.concatenate(pieces, dtype=float)


def play(pickled: bytes, numbers: Sequence[int]) -> list[Block]:
    """Simulate and measure some replications of a pickled scenario: what a worker does.

    Errors: RuntimeError where this is another version of the simulator than the one that asks.
    """
    from simulator.experiments.provenance import player

    version, scenario = _unpickled(pickled)
    if version != player():
        raise RuntimeError(f"a worker has version {player()} of the simulator, version {version} is wanted")
    return blocks_of(_played(scenario, numbers))


def _played(scenario: Scenario, numbers: Sequence[int]) -> Iterator[tuple[int, float, Measures]]:
    """Number, seconds taken and measures of some replications, one after the other."""
    for number in numbers:
        begun = time.perf_counter()
        measures = measure(simulate(scenario, number, yes=True))
        yield number, time.perf_counter() - begun, measures


@lru_cache(maxsize=8)
def _unpickled(pickled: bytes) -> tuple[str, Scenario]:
    """Scenarios that this worker has met lately: reading one may take longer than playing it."""
    version, scenario, levels = pickle.loads(pickled)
    tell_levels(levels)
    return version, scenario
