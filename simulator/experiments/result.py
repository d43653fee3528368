"""What came out of an experiment: its KPIs with intervals, read from a store when they are asked for."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.drawing.plain_text import visible
from simulator.drawing.wording import counted, figure, with_interval
from simulator.experiments.answer import Answer
from simulator.experiments.arguments import UnknownName, between, confidence_of, no_such, several
from simulator.experiments.intervals import CONFIDENCE, Interval, Method, Sample, interval, percentile
from simulator.experiments.provenance import record
from simulator.experiments.readings import Readings, Unfinished, not_there
from simulator.experiments.samples import Block
from simulator.experiments.stability import never_settles, warned
from simulator.experiments.store import Store
from simulator.measures.labels import DIMENSIONS
from simulator.replication.measure import catalogue
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


HEADLINES = ("line_fill_rate", "on_time", "total_cost", "order_cycle_time", "utilisation", "on_hand")
"""What a result says of itself in a line: the first three that there are."""
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
    unfinished: float = 0.0
    """The share of what it is a time of that had not come to its end when it was followed no longer: these count with
    their age so far, so that the mean is at least what is shown. 0 where the time is known."""

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

    def __str__(self) -> str:
        """Such as `on_time by segment shops 94.0 % (70.6 to 99.0 %)`."""
        of = f" by {self.dimension} {visible(self.label)}" if self.dimension else ""
        unit = "" if self.unit.startswith("share") else f" {self.unit}"
        return f"{self.kpi}{of} {with_interval(figure(self.mean, self.unit), self)}{unit}"

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


class Result(Answer):
    """KPIs of a scenario over its replications, read from a store when asked for.

    `kpis` is the table of all estimates; `estimate` gives one of them. A pickled result has its numbers with it.
    """

    def __init__(
        self,
        scenario: Scenario,
        store: Store,
        experiment: int,
        first: int | None = None,
        stopped: str = "",
        caution: str = "",
    ) -> None:
        self.scenario = scenario
        self.stopped = stopped
        """Why there are fewer replications than were wanted; "" if there are not."""
        self.caution = caution
        """What is to be known of the intervals of all KPIs, in words; "" for nothing."""
        self.store, self.experiment = store, experiment
        """Where the replications are kept."""
        self._found = Readings(store, experiment, first)

    warnings = cached_property(warned)
    never_settles = cached_property(never_settles)

    def __reduce__(self) -> tuple[Any, ...]:
        """A pickle has the replications in it; the store stays where it is."""
        there = set(self.numbers)
        blocks = [block for block in self.store.blocks(self.experiment) if there.issuperset(block.numbers)]
        return _unpickled, (self.scenario, blocks, self.stopped, self.caution)

    def says(self) -> str:
        """The replications, and the first headlines."""
        named = [kpi for kpi in HEADLINES if kpi in self.kpi_names] or self.kpi_names
        found = ", ".join(str(each) for each in map(self.estimate, named[:3]) if each.replications)
        return (
            f"{visible(self.scenario.name)}, {counted(self.replications, 'replication')}, "
            f"seed {self.scenario.run.seed}; {found}"
        )

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
        if dimension not in self._found.labels:
            raise UnknownName(not_there("dimension", dimension, self._found.labels, DIMENSIONS))
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
        several(kpi, "KPIs", "total_cost")
        for found, sample in self._slices(kpi, by):
            if found == label:
                return sample
        raise UnknownName(
            no_such(by, label, self.labels(by)) if by else f"of the whole there is no {label!r}: say `by`"
        )

    def samples(self, kpi: str, by: str = "") -> dict[str, Sample]:
        """One KPI by label; "" is the whole. Of many slices it is quicker than asking for one after the other.

        Errors: KeyError for a KPI or dimension that was not measured.
        """
        return dict(self._slices(kpi, by))

    def estimate(self, kpi: str, by: str = "", label: str = "", confidence: float = CONFIDENCE) -> Estimate:
        """One KPI, of the whole or of one slice.

        Errors: KeyError for a KPI or slice that was not measured; ArgumentError for a confidence such as 95.
        """
        confidence = confidence_of(confidence)
        found = interval(self.sample(kpi, by, label), confidence)
        return _estimate(kpi, by, label, found, confidence, self.unfinished(kpi, by, label))

    def unfinished(self, kpi: str, by: str = "", label: str = "") -> float:
        """The share of what a KPI is a time of that had not come to its end when it was followed no longer; 0 for
        what is no such time."""
        return self._unfinished.share(kpi, by, label)

    @cached_property
    def _unfinished(self) -> Unfinished:
        return Unfinished(self._found)

    def percentile(
        self, kpi: str, share: float, by: str = "", label: str = "", confidence: float = CONFIDENCE
    ) -> Estimate:
        """What a KPI stays below in so large a share of runs, such as 0.05 for the worst year of twenty.

        The interval holds for any distribution; an end that so few replications cannot tell is nan.

        Errors: KeyError for a KPI or slice that was not measured; ArgumentError for a share outside 0 to 1.
        """
        share, confidence = between("share", share, 0, 1, "0.05"), confidence_of(confidence)
        values = self.sample(kpi, by, label).values
        return _estimate(kpi, by, label, percentile(values[np.isfinite(values)], share, confidence), confidence)

    def estimates(self, by: Collection[str] | None = None) -> Iterator[Estimate]:
        """Every KPI, of the whole and of every slice that has a value; `by` names the dimensions wanted."""
        by = None if by is None else several(by, "dimensions", "segment")
        found: dict[str, list[Estimate]] = {kpi: [] for kpi in self.kpi_names}
        for kpi in found:
            found[kpi].append(self.estimate(kpi))
        for dimension in self.dimensions() if by is None else [name for name in self.dimensions() if name in by]:
            for kpi, label, sample in self._found.by(dimension):
                still = self.unfinished(kpi, dimension, label)
                found[kpi].append(_estimate(kpi, dimension, label, interval(sample), CONFIDENCE, still))
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

    def as_json(self, dimensions: Collection[str] | None = None, kpis: Collection[str] | None = None) -> dict[str, Any]:
        """The result as plain data; `dimensions` names the slices wanted besides the whole, `kpis` the KPIs, None all.

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
            **({} if kpis is None else {"only": list(kpis)}),
            **({"caution": self.caution} if self.caution else {}),
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
                    **({"bound": "at least", "unfinished": e.unfinished} if e.unfinished else {}),
                }
                for e in self.estimates(dimensions)
                if kpis is None or e.kpi in kpis
            ],
            "provenance": record(self.scenario),
        }

    def percentiles_as_json(self, shares: Sequence[float], kpis: Collection[str] | None = None) -> dict[str, Any]:
        """What the KPIs of the whole stay below in these shares of runs, as plain data; {} where none is wanted."""
        found = [
            (share, self.percentile(kpi, share))
            for share in shares
            for kpi in self.kpi_names
            if kpis is None or kpi in kpis
        ]
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


def _unpickled(scenario: Scenario, blocks: Sequence[Block], stopped: str, caution: str) -> Result:
    """A result with the replications that were pickled with it, in a private store."""
    store = Store(":memory:")
    experiment = store.experiment(scenario)
    store.add(experiment, blocks)
    return Result(scenario, store, experiment, None, stopped, caution)


def _or_none(value: float) -> float | None:
    """JSON has no nan."""
    return value if math.isfinite(value) else None


def _estimate(
    kpi: str, dimension: str, label: str, found: Interval, confidence: float, unfinished: float = 0.0
) -> Estimate:
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
        unfinished,
    )
