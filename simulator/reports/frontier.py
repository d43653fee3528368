"""Service against cost: the points worth having, those that are not, and the cheapest; one panel for each slice."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from simulator.drawing.html import DARK, LIGHT, MIDDLE, shortened
from simulator.drawing.wording import figure, title
from simulator.experiments.cost_of_service import CostOfService, critical_ratios
from simulator.experiments.intervals import Interval
from simulator.replication.measure import catalogue
from simulator.reports.sweep_tables import point_said

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


WIDE, MOST = 3, 12
"""Panels side by side, and at the most."""
APART, LETTER = 0.12, 0.025
"""Of the width or height of what is drawn: points that lie closer, or closer than a label is long, are not both
labelled."""
LABELLED = 10
"""Where there are more points, only those of the frontier are."""
KEY = (
    "● worth having: no other point gives as much for less    × another does    ○ undecided    ◎ the cheapest\n"
    "Intervals of 95 %; the verdicts of a panel hold together with this confidence."
)


def rows_of(costs: Sequence[CostOfService]) -> int:
    """Rows of panels."""
    return -(-min(len(costs), MOST) // wide_of(costs))


def wide_of(costs: Sequence[CostOfService]) -> int:
    """Panels side by side."""
    return 2 if len(costs) == 4 else min(WIDE, max(len(costs), 1))


def frontiers(sheet: "Figure", costs: Sequence[CostOfService]) -> None:
    """One panel for the whole and for each slice."""
    shown, rows, wide = costs[:MOST], rows_of(costs), wide_of(costs)
    grid = sheet.subplots(rows, wide, squeeze=False)
    for axes in grid.flat[len(shown) :]:
        axes.remove()
    for axes, each in zip(grid.flat, shown, strict=False):
        _panel(axes, each)
    high = 2.4 * rows
    sheet.subplots_adjust(left=0.085, right=0.985, top=1 - 0.28 / high, bottom=0.72 / high, wspace=0.34, hspace=0.45)
    sheet.text(0.01, 0.08 / high, KEY, fontsize=6.8, color=MIDDLE)


def _panel(axes: "Axes", of: CostOfService) -> None:
    unit = catalogue()[of.service].unit
    scale = 100.0 if unit.startswith("share") else 1.0
    best = of.optimum().best
    verdicts = {point.number: of.verdict(point)[0] for point in of.points}
    service = {point.number: of.estimate(point, of.service) for point in of.points}
    cost = {point.number: of.estimate(point, of.cost) for point in of.points}
    worth = [point.number for point in of.frontier]
    axes.plot(
        [scale * service[each].point for each in worth],
        [cost[each].point for each in worth],
        color=LIGHT,
        linewidth=1.2,
        zorder=1,
    )
    for point in of.points:
        x, y = scale * service[point.number].point, cost[point.number].point
        _cross(axes, service[point.number], cost[point.number], scale)
        _mark(axes, x, y, verdicts[point.number])
        if point is best:
            axes.plot(x, y, "o", color=DARK, markersize=9.5, markerfacecolor="none", markeredgewidth=0.8)
    _critical(axes, of)
    labelled = of.points if len(of.points) <= LABELLED else of.frontier
    falling = cost[labelled[-1].number].point < cost[labelled[0].number].point  # then there is room to the right
    first = sorted(labelled, key=lambda point: (point is not best, verdicts[point.number] == "dominated"))
    _labels(
        axes,
        [
            (scale * service[point.number].point, cost[point.number].point, shortened(point_said(point), 14))
            for point in first
        ],
        right=falling,
    )
    axes.set_title(shortened(of.label or "All", 30), fontsize=8)
    axes.set_xlabel(f"{title(of.service)}", fontsize=7.5)
    axes.set_ylabel(f"{title(of.cost)} ({catalogue()[of.cost].unit.removeprefix('money ')})", fontsize=7.5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.4g} %" if scale > 1 else figure(value))
    axes.yaxis.set_major_formatter(lambda value, _: figure(value))
    axes.locator_params(nbins=4)
    axes.margins(x=0.14, y=0.14)
    axes.grid(color=LIGHT, linewidth=0.4)
    axes.tick_params(labelsize=7)


def _labels(axes: "Axes", points: Sequence[tuple[float, float, str]], right: bool) -> None:
    """What is set at the points, as far as there is room: the first ones have the say."""
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


def _cross(axes: "Axes", service: Interval, cost: Interval, scale: float) -> None:
    """The intervals of a point."""
    for found, level in ((service, True), (cost, False)):
        if not (np.isfinite(found.low) and np.isfinite(found.high)):
            continue
        if level:
            axes.plot([scale * found.low, scale * found.high], [cost.point] * 2, color=MIDDLE, linewidth=0.8, zorder=2)
        else:
            axes.plot([scale * service.point] * 2, [found.low, found.high], color=MIDDLE, linewidth=0.8, zorder=2)


def _mark(axes: "Axes", x: float, y: float, verdict: str) -> None:
    if verdict == "dominated":
        axes.plot(x, y, "x", color=MIDDLE, markersize=4.5, zorder=3)
    else:
        face = DARK if verdict == "efficient" else "white"
        axes.plot(x, y, "o", color=DARK, markersize=4.2, markerfacecolor=face, markeredgewidth=0.8, zorder=3)


def _critical(axes: "Axes", of: CostOfService) -> None:
    """The critical ratio, where service is the ready rate, which it is to be compared with."""
    ratios = critical_ratios(of.optimum().best.result.scenario)
    if of.service == "ready_rate" and not of.dimension and ratios and ratios[0] == ratios[1]:
        axes.axvline(100 * ratios[0], color=MIDDLE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
        axes.annotate(
            "p / (p + h)",
            (100 * ratios[0], 1),
            (3, -8),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            fontsize=6.5,
            color=MIDDLE,
        )
