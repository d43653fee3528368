"""The charts of a comparison, of a sweep and of what service costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from simulator.drawing.sheet import DARK, LIGHT, MIDDLE, bare, names, room, shortened
from simulator.drawing.wording import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


ROW, HEAD, FOOT, TOP, BOTTOM = 0.24, 0.3, 0.24, 0.05, 0.34
"""Inches: a row, what is above and below the rows of a panel, the edges of the sheet."""
VERDICTS = 0.22
"""Of the sheet's width."""
LETTERS = 38
"""Of a row's name."""
KEY = (
    "Alternative less base, with intervals that hold together: full where decided, empty where not.\n"
    "Shaded: not worth mentioning."
)


@dataclass(frozen=True)
class DifferenceBar:
    """A difference from the base, its interval (nan where there is none), and its verdict."""

    name: str
    mean: float
    low: float
    high: float
    worth: float
    """Less is not worth mentioning."""
    decided: bool
    verdict: str


@dataclass(frozen=True)
class DifferencePanel:
    """The differences of one KPI."""

    heading: str
    bars: Sequence[DifferenceBar]

    @property
    def height(self) -> float:
        """In inches."""
        return HEAD + ROW * len(self.bars) + FOOT


def differences(sheet: "Figure", shown: Sequence[DifferencePanel]) -> None:
    """One panel for each KPI, one row for each alternative: the difference from the base with its interval.

    The shaded zone is what is not worth mentioning. Dots are full where it is decided, empty where it is not.
    """
    whole, at = sheet.get_figheight(), TOP
    left = room([bar.name for panel in shown for bar in panel.bars], LETTERS)
    for panel in shown:
        low = 1 - (at + HEAD + ROW * len(panel.bars)) / whole
        axes = sheet.add_axes((left, low, 1 - VERDICTS - left, ROW * len(panel.bars) / whole))
        _draw_differences(axes, panel)
        at += panel.height
    sheet.text(0.0, 0.02 / whole, KEY, fontsize=7.5, color=MIDDLE)


def height(shown: Sequence[DifferencePanel]) -> float:
    """Of the sheet in inches."""
    return TOP + sum(panel.height for panel in shown) + BOTTOM


def _draw_differences(axes: "Axes", panel: DifferencePanel) -> None:
    ends = [value for each in panel.bars for value in (each.mean, each.low, each.high, 0.0)]
    known = [value for value in ends if np.isfinite(value)]
    pad = 0.06 * (max(known) - min(known)) or 1.0
    zone = min(max(each.worth for each in panel.bars), 3 * pad)  # a wide one is cut
    axes.set_xlim(min(*known, -zone) - pad, max(*known, zone) + pad)
    axes.set_ylim(len(panel.bars) - 0.5, -0.5)
    for place, each in enumerate(panel.bars):
        axes.fill_betweenx([place - 0.5, place + 0.5], -each.worth, each.worth, color=LIGHT, linewidth=0)
        if np.isfinite(each.high - each.low):
            axes.plot([each.low, each.high], [place, place], color=DARK, linewidth=1.4)
        axes.plot(
            each.mean,
            place,
            "o",
            color=DARK,
            markersize=4.4,
            zorder=3,
            markerfacecolor=DARK if each.decided else "white",
        )
        axes.annotate(
            each.verdict,
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
    names(axes, [bar.name for bar in panel.bars], LETTERS)
    box = axes.get_position()
    axes.text(-box.x0 / box.width, 1.0, panel.heading, transform=axes.transAxes, va="bottom", fontweight="bold")


CURVES = 1.75
"""Inches of a row of panels with curves."""
LINES = 6
"""Slices that one panel shows; those of more are left out."""
DASHES = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (3, 1)), (0, (8, 3)))
MARKS = "osD^vP"


@dataclass(frozen=True)
class CurvePoint:
    """A value along a path, with the ends of its interval (the value itself where there is none)."""

    at: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CurvePanel:
    """A KPI along a path: a curve for the whole, or for each slice."""

    heading: str
    below: str
    """What is along the axis."""
    curves: Sequence[Sequence[CurvePoint]]
    scatter: Sequence[tuple[float, float]] = ()
    """Single points, in light grey."""
    ticks: Sequence[str] | None = None
    """The names of the values along the axis where they are no numbers."""
    per_cent: bool = False


@dataclass(frozen=True)
class KeyPanel:
    """Which line is which slice."""

    heading: str
    labels: Sequence[str]


def curves(sheet: "Figure", rows: Sequence[Sequence[CurvePanel | KeyPanel]]) -> None:
    """The panels row by row."""
    grid = sheet.subplots(len(rows), max(map(len, rows)), squeeze=False)
    for places, panels in zip(grid, rows, strict=True):
        for axes in places[len(panels) :]:
            axes.remove()
        for axes, panel in zip(places, panels, strict=False):
            if isinstance(panel, KeyPanel):
                _draw_key(axes, panel)
            else:
                _draw_curves(axes, panel)
    high = CURVES * len(rows)
    sheet.subplots_adjust(left=0.075, right=0.985, top=1 - 0.25 / high, bottom=0.42 / high, wspace=0.34, hspace=0.66)


def _draw_curves(axes: "Axes", panel: CurvePanel) -> None:
    for at, value in panel.scatter:
        axes.plot(at, value, ".", color=LIGHT, markersize=3.5, zorder=1)
    for number, points in enumerate(panel.curves):
        axes.plot(
            [point.at for point in points],
            [point.value for point in points],
            linestyle=DASHES[number % LINES],
            color=DARK,
            linewidth=1,
            marker=MARKS[number % LINES],
            markersize=3.2,
        )
        for point in points:
            axes.plot([point.at, point.at], [point.low, point.high], color=MIDDLE, linewidth=1.4, zorder=1)
    if panel.ticks is None:
        axes.locator_params(axis="x", nbins=5)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:.4g}")
    else:
        axes.set_xticks(range(len(panel.ticks)), [shortened(label, 12) for label in panel.ticks])
        axes.margins(x=0.15)
    axes.set_xlabel(shortened(panel.below, 36), fontsize=7.5)
    axes.set_title(shortened(panel.heading, 36), fontsize=8)
    axes.yaxis.set_major_formatter(lambda y, _: f"{y:.4g} %" if panel.per_cent else figure(y))
    axes.locator_params(axis="y", nbins=4)
    axes.grid(axis="y", color=LIGHT, linewidth=0.5)
    axes.tick_params(labelsize=7)


def _draw_key(axes: "Axes", panel: KeyPanel) -> None:
    for number, label in enumerate(panel.labels[:LINES]):
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
    more = f", the first {LINES} of {len(panel.labels)}" if len(panel.labels) > LINES else ""
    axes.legend(
        title=f"{panel.heading}{more}",
        loc="center left",
        fontsize=7,
        title_fontsize=7,
        handlelength=3.2,
        alignment="left",
    )
    axes.set_axis_off()


FRONTIERS = 2.4
"""Inches of a row of frontiers."""
WIDE, MOST = 3, 12
"""Panels side by side, and at the most."""
APART, LETTER = 0.12, 0.025
"""Of the width or height of what is drawn: points that lie closer, or closer than a label is long, are not both
labelled."""
FRONTIER_KEY = (
    "● worth having: no other point gives as much for less    × another does    ○ undecided    ◎ the cheapest\n"
    "Intervals of 95 %; the verdicts of a panel hold together with this confidence."
)


@dataclass(frozen=True)
class FrontierPoint:
    """What a point gives and costs; ends of intervals are nan where there is none."""

    service: tuple[float, float, float]
    """The point and its ends."""
    cost: tuple[float, float, float]
    verdict: Literal["efficient", "dominated", "undecided", "unstable"]
    cheapest: bool = False


@dataclass(frozen=True)
class FrontierPanel:
    """Service against cost, of the whole or of a slice."""

    heading: str
    service: str
    cost: str
    """What is along the axes."""
    points: Sequence[FrontierPoint]
    frontier: Sequence[tuple[float, float]]
    """The points worth having, joined by a line."""
    labels: Sequence[tuple[float, float, str]]
    """What is set at points, as far as there is room: the first ones have the say."""
    right: bool
    """Whether the room is to the right of the points."""
    per_cent: bool
    critical: float | None = None
    """The critical ratio, where it is to be compared with service."""


def rows_of(panels: int) -> int:
    """Rows of so many panels."""
    return -(-min(panels, MOST) // wide_of(panels))


def wide_of(panels: int) -> int:
    """Panels side by side."""
    return 2 if panels == 4 else min(WIDE, max(panels, 1))


def frontiers(sheet: "Figure", panels: Sequence[FrontierPanel]) -> None:
    """One panel for the whole and for each slice: the points worth having, those that are not, and the cheapest."""
    shown, rows, wide = panels[:MOST], rows_of(len(panels)), wide_of(len(panels))
    grid = sheet.subplots(rows, wide, squeeze=False)
    for axes in grid.flat[len(shown) :]:
        axes.remove()
    for axes, each in zip(grid.flat, shown, strict=False):
        _draw_frontier(axes, each)
    high = FRONTIERS * rows
    sheet.subplots_adjust(left=0.085, right=0.985, top=1 - 0.28 / high, bottom=0.72 / high, wspace=0.34, hspace=0.45)
    sheet.text(0.01, 0.08 / high, FRONTIER_KEY, fontsize=6.8, color=MIDDLE)


def _draw_frontier(axes: "Axes", panel: FrontierPanel) -> None:
    axes.plot([x for x, _ in panel.frontier], [y for _, y in panel.frontier], color=LIGHT, linewidth=1.2, zorder=1)
    for point in panel.points:
        x, y = point.service[0], point.cost[0]
        _cross(axes, point)
        _mark(axes, x, y, point.verdict)
        if point.cheapest:
            axes.plot(x, y, "o", color=DARK, markersize=9.5, markerfacecolor="none", markeredgewidth=0.8)
    if panel.critical is not None:
        _critical(axes, panel.critical)
    _labels(axes, panel.labels, panel.right)
    axes.set_title(shortened(panel.heading, 30), fontsize=8)
    axes.set_xlabel(panel.service, fontsize=7.5)
    axes.set_ylabel(panel.cost, fontsize=7.5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.4g} %" if panel.per_cent else figure(value))
    axes.yaxis.set_major_formatter(lambda value, _: figure(value))
    axes.locator_params(nbins=4)
    axes.margins(x=0.14, y=0.14)
    axes.grid(color=LIGHT, linewidth=0.4)
    axes.tick_params(labelsize=7)


def _labels(axes: "Axes", points: Sequence[tuple[float, float, str]], right: bool) -> None:
    size = np.ptp([point[:2] for point in points], axis=0)
    size[size == 0] = 1.0
    taken: list[np.ndarray] = []
    for x, y, said in points:
        at = np.array([x, y]) / size
        room = np.array([max(APART, LETTER * len(said)), APART])
        if all((np.abs(at - other) > room).any() for other in taken):
            taken.append(at)
            axes.annotate(
                said,
                (x, y),
                (4 if right else -4, 4),
                textcoords="offset points",
                fontsize=6,
                ha="left" if right else "right",
                color=MIDDLE,
            )


def _cross(axes: "Axes", point: FrontierPoint) -> None:
    """The intervals of a point."""
    (x, *across), (y, *up) = point.service, point.cost
    if np.isfinite(across).all():
        axes.plot(across, [y] * 2, color=MIDDLE, linewidth=0.8, zorder=2)
    if np.isfinite(up).all():
        axes.plot([x] * 2, up, color=MIDDLE, linewidth=0.8, zorder=2)


def _mark(axes: "Axes", x: float, y: float, verdict: str) -> None:
    if verdict == "dominated":
        axes.plot(x, y, "x", color=MIDDLE, markersize=4.5, zorder=3)
    else:
        face = DARK if verdict == "efficient" else "white"
        axes.plot(x, y, "o", color=DARK, markersize=4.2, markerfacecolor=face, markeredgewidth=0.8, zorder=3)


def _critical(axes: "Axes", at: float) -> None:
    axes.axvline(at, color=MIDDLE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
    axes.annotate(
        "p / (p + h)",
        (at, 1),
        (3, -8),
        xycoords=axes.get_xaxis_transform(),
        textcoords="offset points",
        fontsize=6.5,
        color=MIDDLE,
    )
