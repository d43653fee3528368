"""The chart of a comparison: differences with intervals, beside zero and what is not worth mentioning."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulator.experiments.comparison import Comparison
from simulator.experiments.worth import Difference
from simulator.reports.comparison import alike, short
from simulator.reports.ink import DARK, LIGHT, MIDDLE, bare, names, room
from simulator.reports.picture import write_picture
from simulator.reports.wording import title

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
KEY = ("Alternative less base, with intervals that hold together: full where decided, empty where not.\n"
       "Shaded: not worth mentioning.")  # fmt: skip
DIRECTION = {"higher": "more is better", "lower": "less is better", "neither": "neither is better"}


@dataclass(frozen=True)
class Panel:
    """The differences of one KPI."""

    heading: str
    rows: Sequence[str]
    differences: Sequence[Difference]

    @property
    def height(self) -> float:
        """In inches."""
        return HEAD + ROW * len(self.rows) + FOOT


def panels(comparison: Comparison) -> list[Panel]:
    """One panel for each KPI and dimension in which anything differs."""
    found = []
    for dimension, table in groupby(comparison.differences, key=lambda each: each.dimension):
        differences = list(table)
        same = alike(differences)
        for kpi, group in groupby((each for each in differences if each.kpi not in same), key=lambda each: each.kpi):
            found.append(_panel(comparison, kpi, dimension, list(group)))
    return found


def _panel(comparison: Comparison, kpi: str, dimension: str, rows: Sequence[Difference]) -> Panel:
    unit = "points" if rows[0].unit.startswith("share") else rows[0].unit
    by = f" by {dimension}" if dimension else ""
    more = f", the first {MOST} of {len(rows)}" if len(rows) > MOST else ""
    rows = rows[:MOST]
    several = len(comparison.alternatives) > 1
    labels = [(f"{each.label}: {each.alternative}" if several else each.label) if dimension else each.alternative
              for each in rows]  # fmt: skip
    return Panel(f"{title(kpi)}{by} ({unit}; {DIRECTION[rows[0].better]}{more})", labels, rows)


def height(shown: Sequence[Panel]) -> float:
    """Of the sheet in inches."""
    return TOP + sum(panel.height for panel in shown) + BOTTOM


def differences(sheet: "Figure", shown: Sequence[Panel]) -> None:
    """One panel for each KPI, one row for each alternative: the difference from the base with its interval.

    The shaded zone is what is not worth mentioning. Dots are full where it is decided, empty where it is not.
    """
    whole, at = sheet.get_figheight(), TOP
    left = room([row for panel in shown for row in panel.rows], LETTERS)
    for panel in shown:
        low = 1 - (at + HEAD + ROW * len(panel.rows)) / whole
        axes = sheet.add_axes((left, low, 1 - VERDICTS - left, ROW * len(panel.rows) / whole))
        _draw(axes, panel)
        at += panel.height
    sheet.text(0.0, 0.02 / whole, KEY, fontsize=7.5, color=MIDDLE)


def _draw(axes: "Axes", panel: Panel) -> None:
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
        axes.plot(scale * each.mean, place, "o", color=DARK, markersize=4.4, zorder=3,
                  markerfacecolor="white" if each.verdict == "undecided" else DARK)  # fmt: skip
        axes.annotate(short(each), (1, place), (8, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
                      va="center")  # fmt: skip
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
