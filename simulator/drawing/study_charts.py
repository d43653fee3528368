"""The charts of a comparison and of a sweep."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.drawing.files import write_picture
from simulator.drawing.html import DARK, LIGHT, MIDDLE, bare, names, room, shortened
from simulator.drawing.wording import alike, figure, short, title
from simulator.experiments.comparison import Comparison
from simulator.experiments.cost_of_service import CostOfService
from simulator.experiments.differences import Difference
from simulator.experiments.intervals import Interval
from simulator.experiments.ranges import amount
from simulator.experiments.sweep import Level, Sweep
from simulator.replication.measure import catalogue
from simulator.reports.frontier import frontiers, rows_of
from simulator.reports.sweep_tables import short_paths, value_said
from simulator.scenario.reading.nodes import Plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


ROW, HEAD, FOOT, TOP, BOTTOM = 0.24, 0.3, 0.24, 0.05, 0.34
"""Inches: a row, what is above and below the rows of a panel, the edges of the sheet."""


MOST = 40
"""Rows of a panel at the most."""


VERDICTS = 0.22
"""Of the sheet's width."""


LETTERS = 38
"""Of a row's name."""


KEY = (
    "Alternative less base, with intervals that hold together: full where decided, empty where not.\n"
    "Shaded: not worth mentioning."
)


DIRECTION = {"higher": "more is better", "lower": "less is better", "neither": "neither is better"}


@dataclass(frozen=True)
class DifferencePanel:
    """The differences of one KPI."""

    heading: str
    rows: Sequence[str]
    differences: Sequence[Difference]

    @property
    def height(self) -> float:
        """In inches."""
        return HEAD + ROW * len(self.rows) + FOOT


def differences(sheet: "Figure", shown: Sequence[DifferencePanel]) -> None:
    """One panel for each KPI, one row for each alternative: the difference from the base with its interval.

    The shaded zone is what is not worth mentioning. Dots are full where it is decided, empty where it is not.
    """
    whole, at = sheet.get_figheight(), TOP
    left = room([row for panel in shown for row in panel.rows], LETTERS)
    for panel in shown:
        low = 1 - (at + HEAD + ROW * len(panel.rows)) / whole
        axes = sheet.add_axes((left, low, 1 - VERDICTS - left, ROW * len(panel.rows) / whole))
        _draw_differences(axes, panel)
        at += panel.height
    sheet.text(0.0, 0.02 / whole, KEY, fontsize=7.5, color=MIDDLE)


def panels(comparison: Comparison) -> list[DifferencePanel]:
    """One panel for each KPI and dimension in which anything differs."""
    found = []
    for dimension, table in groupby(comparison.differences, key=lambda each: each.dimension):
        differences = list(table)
        same = alike(differences)
        for kpi, group in groupby((each for each in differences if each.kpi not in same), key=lambda each: each.kpi):
            found.append(_panel(comparison, kpi, dimension, list(group)))
    return found


def _panel(comparison: Comparison, kpi: str, dimension: str, rows: Sequence[Difference]) -> DifferencePanel:
    unit = "points" if rows[0].unit.startswith("share") else rows[0].unit
    by = f" by {dimension}" if dimension else ""
    more = f", the first {MOST} of {len(rows)}" if len(rows) > MOST else ""
    rows = rows[:MOST]
    several = len(comparison.alternatives) > 1
    labels = [
        (f"{each.label}: {each.alternative}" if several else each.label) if dimension else each.alternative
        for each in rows
    ]
    return DifferencePanel(f"{title(kpi)}{by} ({unit}; {DIRECTION[rows[0].better]}{more})", labels, rows)


def height(shown: Sequence[DifferencePanel]) -> float:
    """Of the sheet in inches."""
    return TOP + sum(panel.height for panel in shown) + BOTTOM


def _draw_differences(axes: "Axes", panel: DifferencePanel) -> None:
    scale = 100.0 if panel.differences[0].unit.startswith("share") else 1.0
    ends = [scale * value for each in panel.differences for value in (each.mean, each.low, each.high, 0.0)]
    known = [value for value in ends if np.isfinite(value)]
    pad = 0.06 * (max(known) - min(known)) or 1.0
    zone = min(scale * max(each.worth for each in panel.differences), 3 * pad)  # a wide one is cut
    axes.set_xlim(min(*known, -zone) - pad, max(*known, zone) + pad)
    axes.set_ylim(len(panel.rows) - 0.5, -0.5)
    for place, each in enumerate(panel.differences):
        axes.fill_betweenx(
            [place - 0.5, place + 0.5], -scale * each.worth, scale * each.worth, color=LIGHT, linewidth=0
        )
        if np.isfinite(each.high - each.low):
            axes.plot([scale * each.low, scale * each.high], [place, place], color=DARK, linewidth=1.4)
        axes.plot(
            scale * each.mean,
            place,
            "o",
            color=DARK,
            markersize=4.4,
            zorder=3,
            markerfacecolor="white" if each.verdict == "undecided" else DARK,
        )
        axes.annotate(
            short(each),
            (1, place),
            (8, 0),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            va="center",
        )
    axes.axvline(0, color=DARK, linewidth=0.8)
    axes.locator_params(axis="x", nbins=6)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:+,.4g}".replace("-", "−") if x else "0")
    bare(axes, "left")
    names(axes, panel.rows, LETTERS)
    box = axes.get_position()
    axes.text(-box.x0 / box.width, 1.0, panel.heading, transform=axes.transAxes, va="bottom", fontweight="bold")


def write_chart(comparison: Comparison, path: Path) -> None:
    """Write the chart as a picture; the ending of the name says of which kind: .png or .svg.

    Errors: OSError if it cannot be written.
    """
    shown = panels(comparison)
    write_picture(path, lambda sheet: differences(sheet, shown), height(shown))


PANEL, FRONTIER = 1.75, 2.4
"""Inches of a row of panels."""


LINES = 6
"""Slices that one panel shows; those of more are left out."""


DASHES = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (3, 1)), (0, (8, 3)))


MARKS = "osD^vP"


WIDE = 3
"""Panels side by side."""


@dataclass(frozen=True)
class Panel:
    """A KPI along a path, of the whole or of the slices by a dimension."""

    path: str
    kpi: str
    dimension: str = ""


def write_sweep_chart(
    sweep: Sweep, costs: Sequence[CostOfService], kpis: Sequence[str], by: Sequence[str], path: Path
) -> None:
    """Write the chart as a picture; the ending of the name says of which kind.

    Errors: OSError if it cannot be written.
    """
    panels = panels_of(sweep, kpis, by)
    height = PANEL * len(panels) + FRONTIER * rows_of(costs) + 0.1

    def draw(sheet: "Figure") -> None:
        if not costs:
            curves(sheet, sweep, panels)
            return
        parts: Any = sheet.subfigures(2, 1, height_ratios=[PANEL * len(panels), FRONTIER * rows_of(costs)])
        curves(parts[0], sweep, panels)
        frontiers(parts[1], costs)

    write_picture(path, draw, height)


def panels_of(sweep: Sweep, kpis: Sequence[str], by: Sequence[str]) -> list[list[Panel]]:
    """The panels row by row; each path begins a row."""
    found = [list(_along(sweep, path, kpis, by)) for path in sweep.paths]
    wide = min(WIDE, max(map(len, found)))
    return [panels[first : first + wide] for panels in found for first in range(0, len(panels), wide)]


def _along(sweep: Sweep, path: str, kpis: Sequence[str], by: Sequence[str]) -> Iterator[Panel]:
    """The panels of the whole, then those of each dimension and the key to its slices."""
    for dimension in ("", *by):
        found = [panel for kpi in kpis if _series(sweep, panel := Panel(path, kpi, dimension))]
        yield from found
        if found and dimension:
            yield Panel(path, "", dimension)


def curves(sheet: "Figure", sweep: Sweep, rows: Sequence[Sequence[Panel]]) -> None:
    """One panel for each KPI and path."""
    grid = sheet.subplots(len(rows), max(map(len, rows)), squeeze=False)
    for places, panels in zip(grid, rows, strict=True):
        for axes in places[len(panels) :]:
            axes.remove()
        for axes, panel in zip(places, panels, strict=False):
            if panel.kpi:
                _draw(axes, sweep, panel)
            else:
                _key(axes, sweep.points[0].result.labels(panel.dimension), panel.dimension)
    high = PANEL * len(rows)
    sheet.subplots_adjust(left=0.075, right=0.985, top=1 - 0.25 / high, bottom=0.42 / high, wspace=0.34, hspace=0.66)


def _series(sweep: Sweep, panel: Panel) -> dict[str, list[Level]]:
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


def _draw(axes: "Axes", sweep: Sweep, panel: Panel) -> None:
    scale = 100.0 if catalogue()[panel.kpi].unit.startswith("share") else 1.0
    series = _series(sweep, panel)
    place = positions(sweep, panel.path)
    if not panel.dimension and (len(sweep.paths) > 1 or sweep.design != "grid"):
        for point in sweep.points:
            value = scale * point.result.estimate(panel.kpi).mean
            axes.plot(place(point.values[panel.path]), value, ".", color=LIGHT, markersize=3.5, zorder=1)
    for number, levels in enumerate(series.values()):
        x = [place(level.value) for level in levels]
        axes.plot(
            x,
            [scale * level.found.point for level in levels],
            linestyle=DASHES[number % LINES],
            color=DARK,
            linewidth=1,
            marker=MARKS[number % LINES],
            markersize=3.2,
        )
        for at, level in zip(x, levels, strict=True):
            low, high = _ends(level.found)
            axes.plot([at, at], [scale * low, scale * high], color=MIDDLE, linewidth=1.4, zorder=1)
    _ticks(axes, sweep, panel.path)
    unit = catalogue()[panel.kpi].unit.removeprefix("money ")
    more = f" by {panel.dimension}" if panel.dimension else f" ({unit})" if scale == 1 else ""
    axes.set_title(shortened(title(panel.kpi) + more, 36), fontsize=8)
    axes.yaxis.set_major_formatter(lambda y, _: f"{y:.4g} %" if scale > 1 else figure(y))
    axes.locator_params(axis="y", nbins=4)
    axes.grid(axis="y", color=LIGHT, linewidth=0.5)
    axes.tick_params(labelsize=7)


def _key(axes: "Axes", labels: Sequence[str], dimension: str) -> None:
    """Which line is which slice."""
    for number, label in enumerate(labels[:LINES]):
        axes.plot(
            [],
            [],
            linestyle=DASHES[number],
            color=DARK,
            linewidth=1,
            marker=MARKS[number],
            markersize=3.2,
            label=shortened(label),
        )
    more = f", the first {LINES} of {len(labels)}" if len(labels) > LINES else ""
    axes.legend(
        title=f"{dimension}{more}", loc="center left", fontsize=7, title_fontsize=7, handlelength=3.2, alignment="left"
    )
    axes.set_axis_off()


def _ends(found: Interval) -> tuple[float, float]:
    known = np.isfinite(found.low) and np.isfinite(found.high)
    return (found.low, found.high) if known else (found.point, found.point)


def positions(sweep: Sweep, path: str) -> "_Place":
    """Where the values of a path lie on its axis."""
    return _Place([point.values[path] for point in sweep.points])


class _Place:
    """Numbers at their size; values that are none side by side."""

    def __init__(self, values: Sequence[Plain]) -> None:
        self.labels = list(dict.fromkeys(map(value_said, values)))
        sizes = [amount(value) for value in values]
        self.numbers = all(size is not None for size in sizes)
        self.unit = 1.0
        """Of the axis: what a scenario writes as 2 days is drawn at 2, not at 48 hours."""
        first = next((value for value in values if isinstance(value, str)), None)
        if self.numbers and first is not None:
            self.unit = (amount(first) or 1.0) / float(first.split()[0].rstrip("%")) if (amount(first) or 0) else 1.0

    def __call__(self, value: Plain) -> float:
        if not self.numbers:
            return float(self.labels.index(value_said(value)))
        if isinstance(value, float):  # the mean of a part of a range, in hours already
            return value / self.unit
        return (amount(value) or 0.0) / self.unit


def _ticks(axes: "Axes", sweep: Sweep, path: str) -> None:
    place = positions(sweep, path)
    if place.numbers:
        axes.locator_params(axis="x", nbins=5)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:.4g}")
    else:
        axes.set_xticks(range(len(place.labels)), [shortened(label, 12) for label in place.labels])
        axes.margins(x=0.15)
    values = [point.values[path] for point in sweep.points]
    unit = values[0].split(maxsplit=1)[1] if isinstance(values[0], str) and place.numbers and " " in values[0] else ""
    name = short_paths(sweep.paths)[path]
    axes.set_xlabel(shortened(f"{name} ({unit})" if unit else name, 36), fontsize=7.5)
