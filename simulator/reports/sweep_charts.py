"""What the chart of a sweep shows: KPIs along each path, and service against cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.drawing.sheet import Drawing, shortened, write_picture
from simulator.drawing.study_charts import (
    CURVES,
    FRONTIERS,
    LINES,
    CurvePanel,
    CurvePoint,
    FrontierPanel,
    FrontierPoint,
    KeyPanel,
    curves,
    frontiers,
    rows_of,
)
from simulator.drawing.wording import title
from simulator.experiments.cost_of_service import CostOfService, critical_ratios, service_of
from simulator.experiments.intervals import Interval
from simulator.experiments.ranges import amount
from simulator.experiments.sweep import Level, Sweep
from simulator.replication.measure import catalogue
from simulator.reports.sweep_tables import point_said, short_paths, value_said
from simulator.scenario.reading.nodes import Plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


WIDE = 3
"""Panels side by side."""
LABELLED = 10
"""Where there are more points, only those of the frontier are."""


@dataclass(frozen=True)
class Along:
    """A KPI along a path, of the whole or of the slices by a dimension; without a KPI, the key to the slices."""

    path: str
    kpi: str
    dimension: str = ""


def write_sweep_chart(
    sweep: Sweep, costs: Sequence[CostOfService], kpis: Sequence[str], by: Sequence[str], path: Path
) -> None:
    """Write the chart as a picture; the ending of the name says of which kind.

    Errors: OSError if it cannot be written.
    """
    write_picture(path, *sweep_drawing(sweep, costs, kpis, by))


def whole_sweep_drawing(sweep: Sweep) -> Drawing:
    """The chart of the headlines, and of what service costs where the points differ in it."""
    kpis = sweep.kpis()
    judged = service_of(sweep, kpis)
    return sweep_drawing(sweep, [CostOfService(sweep, judged)] if judged else [], kpis, ())


def sweep_drawing(sweep: Sweep, costs: Sequence[CostOfService], kpis: Sequence[str], by: Sequence[str]) -> Drawing:
    """The curves of KPIs along each path, and below them service against cost."""
    rows = [[_panel(sweep, each) for each in row] for row in panels_of(sweep, kpis, by)]
    service = [_frontier(each) for each in costs]
    heights = [CURVES * len(rows), FRONTIERS * rows_of(len(costs))]

    def draw(sheet: "Figure") -> None:
        if not costs:
            curves(sheet, rows)
            return
        parts: Any = sheet.subfigures(2, 1, height_ratios=heights)
        curves(parts[0], rows)
        frontiers(parts[1], service)

    return draw, sum(heights) + 0.1


def panels_of(sweep: Sweep, kpis: Sequence[str], by: Sequence[str]) -> list[list[Along]]:
    """The panels row by row; each path begins a row."""
    found = [list(_along(sweep, path, kpis, by)) for path in sweep.paths]
    wide = min(WIDE, max(map(len, found)))
    return [panels[first : first + wide] for panels in found for first in range(0, len(panels), wide)]


def _along(sweep: Sweep, path: str, kpis: Sequence[str], by: Sequence[str]) -> Iterator[Along]:
    """The panels of the whole, then those of each dimension and the key to its slices."""
    for dimension in ("", *by):
        found = [panel for kpi in kpis if _series(sweep, panel := Along(path, kpi, dimension))]
        yield from found
        if found and dimension:
            yield Along(path, "", dimension)


def _series(sweep: Sweep, panel: Along) -> dict[str, list[Level]]:
    """The curve of the whole, or of each slice, as far as there are values."""
    labels = sweep.points[0].result.labels(panel.dimension)[:LINES] if panel.dimension else [""]
    found = {}
    for label in labels:
        try:
            levels = sweep.curve(panel.path, panel.kpi, panel.dimension, label)
        except KeyError:
            continue
        if levels := [level for level in levels if np.isfinite(level.found.point)]:
            found[label] = levels
    return found


def _panel(sweep: Sweep, panel: Along) -> CurvePanel | KeyPanel:
    if not panel.kpi:
        return KeyPanel(panel.dimension, sweep.points[0].result.labels(panel.dimension))
    unit = catalogue()[panel.kpi].unit
    scale = 100.0 if unit.startswith("share") else 1.0
    axis = PathAxis([point.values[panel.path] for point in sweep.points])
    more = f" by {panel.dimension}" if panel.dimension else f" ({unit.removeprefix('money ')})" if scale == 1 else ""
    single = not panel.dimension and (len(sweep.paths) > 1 or sweep.design != "grid")
    return CurvePanel(
        heading=title(panel.kpi) + more,
        below=axis.name(short_paths(sweep.paths)[panel.path]),
        curves=[
            [_curve_point(axis.place(level.value), level.found, scale) for level in levels]
            for levels in _series(sweep, panel).values()
        ],
        scatter=[
            (axis.place(point.values[panel.path]), scale * point.result.estimate(panel.kpi).mean)
            for point in (sweep.points if single else ())
        ],
        ticks=None if axis.numbers else axis.labels,
        per_cent=scale > 1,
    )


def _curve_point(at: float, found: Interval, scale: float) -> CurvePoint:
    known = np.isfinite(found.low) and np.isfinite(found.high)
    low, high = (found.low, found.high) if known else (found.point, found.point)
    return CurvePoint(at, scale * found.point, scale * low, scale * high)


class PathAxis:
    """Where the values of a path lie: numbers at their size, values that are none side by side."""

    def __init__(self, values: Sequence[Plain]) -> None:
        self.values = values
        self.labels = list(dict.fromkeys(map(value_said, values)))
        sizes = [amount(value) for value in values]
        self.numbers = all(size is not None for size in sizes)
        self.unit = 1.0
        """Of the axis: what a scenario writes as 2 days is drawn at 2, not at 48 hours."""
        first = next((value for value in values if isinstance(value, str)), None)
        if self.numbers and first is not None:
            self.unit = (amount(first) or 1.0) / float(first.split()[0].rstrip("%")) if (amount(first) or 0) else 1.0

    def place(self, value: Plain) -> float:
        if not self.numbers:
            return float(self.labels.index(value_said(value)))
        if isinstance(value, float):  # the mean of a part of a range, in hours already
            return value / self.unit
        return (amount(value) or 0.0) / self.unit

    def name(self, path: str) -> str:
        """A path with the unit in which its values are written."""
        first = self.values[0]
        unit = first.split(maxsplit=1)[1] if isinstance(first, str) and self.numbers and " " in first else ""
        return f"{path} ({unit})" if unit else path


def _frontier(of: CostOfService) -> FrontierPanel:
    scale = 100.0 if catalogue()[of.service].unit.startswith("share") else 1.0
    best = of.optimum().best
    verdicts = {point.number: of.verdict(point)[0] for point in of.points}
    service = {point.number: _scaled(of.estimate(point, of.service), scale) for point in of.points}
    cost = {point.number: _scaled(of.estimate(point, of.cost), 1.0) for point in of.points}
    labelled = of.points if len(of.points) <= LABELLED else of.frontier
    first = sorted(labelled, key=lambda point: (point is not best, verdicts[point.number] == "dominated"))
    return FrontierPanel(
        heading=of.label or "All",
        service=title(of.service),
        cost=f"{title(of.cost)} ({catalogue()[of.cost].unit.removeprefix('money ')})",
        points=[
            FrontierPoint(service[point.number], cost[point.number], verdicts[point.number], point is best)
            for point in of.points
        ],
        frontier=[(service[point.number][0], cost[point.number][0]) for point in of.frontier],
        labels=[(service[p.number][0], cost[p.number][0], shortened(point_said(p), 14)) for p in first],
        right=cost[labelled[-1].number][0] < cost[labelled[0].number][0],
        per_cent=scale > 1,
        critical=_critical(of),
    )


def _scaled(found: Interval, scale: float) -> tuple[float, float, float]:
    return scale * found.point, scale * found.low, scale * found.high


def _critical(of: CostOfService) -> float | None:
    """The critical ratio in per cent, where service is the time without backorders, which it is compared with."""
    ratios = critical_ratios(of.optimum().best.result.scenario)
    compared = of.service == "time_without_backorders" and not of.dimension and ratios and ratios[0] == ratios[1]
    return 100 * ratios[0] if ratios and compared else None
