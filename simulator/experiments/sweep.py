"""Many variants of one scenario, played in one pool under the same random numbers."""

import math
import warnings
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.drawing.plain_text import visible
from simulator.drawing.wording import counted
from simulator.experiments.answer import Answer
from simulator.experiments.arguments import (
    Given,
    UnknownName,
    confidence_of,
    kpis_of,
    no_such,
    scenario_of,
    several,
    whole,
)
from simulator.experiments.differences import common
from simulator.experiments.executors import ExecutorError, Workers, workforce
from simulator.experiments.intervals import CONFIDENCE, Interval, Sample, interval
from simulator.experiments.provenance import record
from simulator.experiments.ranges import (
    NAMES,
    Design,
    DesignError,
    Range,
    Values,
    Varied,
    amount,
    design_points,
    varied,
    warning,
)
from simulator.experiments.replicate import Experiment, Progress, replicate
from simulator.experiments.result import COLUMNS, Estimate, Result
from simulator.experiments.store import Store, StoreError
from simulator.scenario.errors import Problem
from simulator.scenario.reading.load import ScenarioError, changed
from simulator.scenario.reading.nodes import Plain
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


def variants(scenario: Scenario, points: Sequence[Values]) -> list[Scenario]:
    """The scenario at each point.

    Errors: ScenarioError with the problems of every point, before anything is played; DesignError for another seed.
    """
    if any(path.replace('"', "").strip() == "run.seed" for values in points for path in values):
        raise DesignError("run.seed cannot be varied: the points are compared under the same random numbers")
    found, problems = [], list[Problem]()
    for values in points:
        try:
            found.append(changed(scenario, values))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def play_all(
    scenarios: Sequence[Scenario],
    replications: int,
    *,
    workers: Workers = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    store: str | Path | Store = "",
    progress: Progress | None = None,
    yes: bool = False,
) -> tuple[list[Result | None], str]:
    """The results of scenarios, each played so many times, and why that is not all; "" if it is.

    Scenarios of the same content are played once. What is stopped early leaves None for those that have not begun.

    Errors: KeyboardInterrupt, ExecutorError, StoreError if nothing at all is finished.
    """
    kept = store if isinstance(store, Store) else Store(store)
    experiments = {scenario.hash: Experiment(scenario, kept) for scenario in scenarios}
    stopped = ""
    try:
        with workforce(workers, scheduler, executor, yes) as crew:
            replicate(crew, [(experiment, replications) for experiment in experiments.values()], progress)
    except (KeyboardInterrupt, ExecutorError, StoreError) as error:
        stopped = str(error) or "interrupted"
        if not any(experiment.has(replications) for experiment in experiments.values()):
            raise
    results = {
        each: experiment.result(replications, stopped) if experiment.has(replications) else None
        for each, experiment in experiments.items()
    }
    return [results[scenario.hash] for scenario in scenarios], stopped


HEADLINES = ("line_fill_rate", "on_time", "order_cycle_time", "on_hand", "total_cost", "margin")
"""What a sweep shows where nobody says."""
PARTS = 5
"""Equal parts of a range by which the points of a hypercube or a Sobol sequence are averaged."""


@dataclass(frozen=True)
class Point:
    """One point of a sweep: what was set, and what came out."""

    number: int
    """From 1, in the order of the design."""
    values: Values
    result: Result

    @property
    def unstable(self) -> str:
        """Why it never settles, in words; "" if nothing says so."""
        return self.result.never_settles


@dataclass(frozen=True)
class Level:
    """A KPI where one path has one value, or lies in one part of its range; over all points where it does."""

    value: Plain
    """Of a part of a range, the mean of its points."""
    points: tuple[int, ...]
    """The numbers of the points."""
    found: Interval


class Sweep(Answer):
    """The results of a sweep. `table` has them all; `curve` follows a KPI along one path."""

    def __init__(
        self,
        scenario: Scenario,
        vary: Mapping[str, Varied],
        design: Design,
        played: Sequence[Point],
        stopped: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        self.scenario, self.vary, self.design, self.points = scenario, dict(vary), design, list(played)
        self.stopped, self.notes = stopped, list(notes)
        """Why points or replications are missing, "" if none are; what is odd about the design."""

    def says(self) -> str:
        """What was varied, and how often it was played."""
        many = counted(self.replications, "replication")
        return f"{visible(self.scenario.name)}, {counted(len(self.points), 'point')} of {many}: {', '.join(self.paths)}"

    @property
    def paths(self) -> list[str]:
        """What was varied."""
        return list(self.vary)

    @property
    def replications(self) -> int:
        """How many were done of every point."""
        return min(point.result.replications for point in self.points)

    def kpis(self) -> list[str]:
        """The headlines that every point has."""
        return [kpi for kpi in HEADLINES if all(kpi in point.result.kpi_names for point in self.points)]

    def check(self, kpis: Collection[str], by: Collection[str]) -> None:
        """Errors: DesignError for KPIs and dimensions that not every point has."""
        kinds = {
            "KPI": (kpis, [set(point.result.kpi_names) for point in self.points]),
            "dimension": (by, [set(point.result.dimensions()) for point in self.points]),
        }
        for what, (asked, known) in kinds.items():
            there = sorted(set.intersection(*known))
            for name in asked:
                if name not in there:
                    raise DesignError(f"not every point has the {what} {name!r}; there are {', '.join(there)}")

    def estimates(self, kpis: Collection[str] | None = None, by: Collection[str] = ()) -> list[tuple[Point, Estimate]]:
        """Point by point the estimates of some KPIs, of the whole and of the slices by some dimensions.

        Errors: DesignError for a KPI or dimension that a point does not have.
        """
        wanted = list(self.kpis() if kpis is None else kpis)
        self.check(wanted, by)
        found = []
        for point in self.points:
            for kpi in wanted:
                slices = [("", "")] + [(name, label) for name in by for label in point.result.labels(name)]
                for dimension, label in slices:
                    try:
                        estimate = point.result.estimate(kpi, dimension, label)
                    except KeyError:  # a KPI that is not measured by this dimension
                        continue
                    if estimate.replications:
                        found.append((point, estimate))
        return found

    def table(self, kpis: str | Collection[str] | None = None, by: str | Collection[str] = ()) -> "pd.DataFrame":
        """One row for each point, KPI and slice: the point's number and values, then the estimate."""
        import pandas as pd

        kpis, by = None if kpis is None else kpis_of(kpis), several(by, "dimensions", "segment")
        rows = [
            (point.number, *map(point.values.get, self.paths), *found.row) for point, found in self.estimates(kpis, by)
        ]
        return pd.DataFrame(rows, columns=["point", *self.paths, *COLUMNS])

    def curve(self, path: str, kpi: str, by: str = "", label: str = "", confidence: float = CONFIDENCE) -> list[Level]:
        """How a KPI responds to one path, the others averaged over the points that share its value.

        The points of a hypercube or a Sobol sequence are averaged in five equal parts of a range. Intervals are of
        the averages, paired by replication: they say what more replications would change, not what lies between points.

        Errors: KeyError for a path that was not varied, and for an unknown KPI or slice.
        """
        if path not in self.vary:
            raise UnknownName(f"{no_such('path', path, self.paths)} (varied)")
        confidence = confidence_of(confidence)
        found = []
        for members in self._levels(path):
            samples = [point.result.sample(kpi, by, label) for point in members]
            numbers = [point.result.numbers for point in members]
            value = members[0].values[path]
            if self._in_parts(path):
                value = round(float(np.mean([amount(point.values[path]) or 0.0 for point in members])), 6)
            found.append(Level(value, tuple(point.number for point in members), average(samples, numbers, confidence)))
        return found

    def _in_parts(self, path: str) -> bool:
        return self.design != "grid" and isinstance(self.vary[path], Range)

    def _levels(self, path: str) -> list[list[Point]]:
        """The points by value of a path, numbers in rising order."""
        kind, found = self.vary[path], dict[Any, list[Point]]()
        for point in self.points:
            key: Any = repr(point.values[path])
            if self._in_parts(path):
                assert isinstance(kind, Range)
                ends = [amount(kind.at(share)) or 0.0 for share in (0.0, 1.0 - 1e-12)]
                share = ((amount(point.values[path]) or 0.0) - ends[0]) / (ends[1] - ends[0])
                key = min(int(PARTS * share), PARTS - 1)
            found.setdefault(key, []).append(point)
        sizes = {key: amount(members[0].values[path]) for key, members in found.items()}
        if any(size is None for size in sizes.values()):
            return list(found.values())
        return [found[key] for key in sorted(found, key=lambda key: sizes[key] or 0.0)]

    def as_json(self, kpis: Collection[str] | None = None, by: Collection[str] = ()) -> dict[str, Any]:
        """The sweep as plain data."""
        rows: dict[int, list[dict[str, Any]]] = {point.number: [] for point in self.points}
        for point, e in self.estimates(kpis, by):
            ends = {
                name: value if math.isfinite(value) else None
                for name, value in (("half_width", e.half_width), ("low", e.low), ("high", e.high))
            }
            rows[point.number].append(
                {
                    "kpi": e.kpi,
                    "by": e.by,
                    "unit": e.unit,
                    "mean": e.mean,
                    **ends,
                    "confidence": e.confidence,
                    "interval": e.method,
                }
            )
        return {
            "provenance": record(self.scenario),
            "design": self.design,
            "replications": self.replications,
            "points": [
                {
                    "point": point.number,
                    "values": point.values,
                    "hash": point.result.scenario.hash,
                    "replications": point.result.replications,
                    "unstable": bool(point.unstable),
                    "warnings": point.result.warnings,
                    "kpis": rows[point.number],
                }
                for point in self.points
            ],
        }


def average(samples: Sequence[Sample], numbers: Sequence[Sequence[int]], confidence: float = CONFIDENCE) -> Interval:
    """The average of estimates that share their random numbers, paired by the numbers of their replications."""
    if len(samples) == 1:
        return interval(samples[0], confidence)
    paired = np.mean([sample.linear() for sample in common(samples, numbers)], axis=0)
    return interval(Sample("mean", paired), confidence)


def sweep(
    scenario: Given,
    vary: Mapping[str, Varied | Sequence[Plain]],
    *,
    design: Design = "grid",
    points: int | None = None,
    replications: int = 20,
    workers: Workers = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    store: str | Path | Store = "",
    progress: Progress | None = None,
    yes: bool = False,
) -> Sweep:
    """Play a scenario at many points of its inputs, under common random numbers.

    `vary` gives for each path a list of values, or a tuple of two ends such as (0.9, 0.99) or ("1 day", "7 days").
    `design` is "grid" (every combination), "lhs" (Latin hypercube) or "sobol" with so many `points`. The rest
    is as for `run`: with a store, what is there already is not played again.

    Errors: DesignError for what cannot be varied so; ScenarioError with the problems of all points, before anything
    is played; StoreError; ExecutorError.
    """
    replications = whole("replications", replications, 1)
    points = None if points is None else whole("points", points, 2)
    if not isinstance(vary, Mapping):
        raise DesignError(f"vary: values by path, such as {{'costs.order': [1, 2, 4]}}; found {vary!r}")
    if design not in NAMES:
        raise DesignError(no_such("design", design, NAMES))
    base = scenario_of(scenario)
    kinds = {path: varied(given) for path, given in vary.items()}
    chosen = design_points(kinds, design, points, base.run.seed)
    scenarios = variants(base, chosen)
    notes = [note for note in (warning(design, points),) if note]
    for note in notes:
        warnings.warn(note, RuntimeWarning, stacklevel=2)
    results, stopped = play_all(
        scenarios,
        replications,
        workers=workers,
        scheduler=scheduler,
        executor=executor,
        store=store,
        progress=progress,
        yes=yes,
    )
    played = [
        Point(number, values, result)
        for number, (values, result) in enumerate(zip(chosen, results, strict=True), 1)
        if result is not None
    ]
    return Sweep(base, kinds, design, played, stopped, notes)
