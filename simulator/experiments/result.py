"""The result of many replications: means with confidence intervals, for the whole and by slice."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.kpis import catalogue
from simulator.kpis.measure import Measures
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95


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
    half_width: float
    """Half the width of the t-interval on the replications' values; nan for fewer than two."""
    replications: int
    """How many replications have a value."""

    @property
    def by(self) -> dict[str, str]:
        """The slice as {dimension: label}; empty for the whole."""
        return {self.dimension: self.label} if self.dimension else {}

    @property
    def relative(self) -> float:
        """Half width as a share of the mean; infinite where the mean is 0 and the width is not."""
        if not self.half_width:
            return 0.0
        return self.half_width / abs(self.mean) if self.mean else math.inf


class Result:
    """KPIs of a scenario over replications 0, 1, 2, ...

    `kpis` is the table of all estimates; `estimate` gives one of them.
    """

    def __init__(self, scenario: Scenario, measures: Mapping[int, Measures], interrupted: bool = False) -> None:
        self.scenario = scenario
        self.measures = dict(sorted(measures.items()))
        self.interrupted = interrupted
        """Whether it was stopped before all replications were done."""

    @property
    def replications(self) -> int:
        """How many were done."""
        return len(self.measures)

    def values(self, kpi: str, by: str = "") -> np.ndarray:
        """The value of each replication: one row per replication, one column per slice."""
        return np.array([np.atleast_1d(each.values[kpi][by]) for each in self.measures.values()])

    def estimate(self, kpi: str, by: str = "", label: str = "") -> Estimate:
        """One KPI, of the whole or of one slice.

        Errors: KeyError for a KPI or slice that was not measured.
        """
        for found in self._slice(kpi, by):
            if found.label == label:
                return found
        raise KeyError(f"no {kpi} by {by} {label!r}")

    def estimates(self) -> Iterator[Estimate]:
        """Every KPI, of the whole and of every slice that has a value."""
        first = next(iter(self.measures.values()))
        for kpi, slices in first.values.items():
            for by in slices:
                yield from (found for found in self._slice(kpi, by) if found.replications)

    def _slice(self, kpi: str, by: str) -> Iterator[Estimate]:
        unit = catalogue()[kpi].unit
        labels = next(iter(self.measures.values())).labels(by) if by else [""]
        values = self.values(kpi, by)
        for place, label in enumerate(labels):
            column = values[:, place]
            mean, half_width, count = interval(column[np.isfinite(column)])
            yield Estimate(kpi, by, label, unit, mean, half_width, count)

    @cached_property
    def kpis(self) -> "pd.DataFrame":
        """All estimates: columns kpi, by, label, unit, mean, half_width, confidence, replications."""
        import pandas as pd

        rows = [
            (e.kpi, e.dimension, e.label, e.unit, e.mean, e.half_width, CONFIDENCE, e.replications)
            for e in self.estimates()
        ]
        columns = ["kpi", "by", "label", "unit", "mean", "half_width", "confidence", "replications"]
        return pd.DataFrame(rows, columns=columns)

    def as_json(self, dimensions: tuple[str, ...] | None = None) -> dict[str, Any]:
        """The result as plain data; `dimensions` names the slices wanted besides the whole, None all."""
        from simulator import __version__

        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "seed": self.scenario.run.seed,
            "replications": self.replications,
            "version": __version__,
            "kpis": [
                {
                    "kpi": e.kpi, "by": e.by, "unit": e.unit, "mean": e.mean,
                    "half_width": e.half_width if math.isfinite(e.half_width) else None, "confidence": CONFIDENCE,
                }
                for e in self.estimates()
                if not e.dimension or dimensions is None or e.dimension in dimensions
            ],
        }  # fmt: skip


def interval(values: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float, int]:
    """Mean, half width of the t-interval, and number of independent values; nan where there are too few.

    >>> mean, half_width, count = interval(np.array([1.0, 2.0, 3.0]))
    >>> mean, round(half_width, 3), count
    (2.0, 2.484, 3)
    """
    count = len(values)
    if count < 2:
        return (float(values[0]) if count else math.nan), math.nan, count
    from scipy.special import stdtrit

    spread = float(np.std(values, ddof=1)) / math.sqrt(count)
    return float(np.mean(values)), float(stdtrit(count - 1, 0.5 + confidence / 2)) * spread, count
