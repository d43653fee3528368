"""The chart of a sensitivity analysis: one panel for each KPI, one row for each input, the largest first."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulator.experiments.effects import Effect
from simulator.experiments.intervals import Interval
from simulator.experiments.sensitivity import Sensitivity
from simulator.kpis import catalogue
from simulator.reports.ink import DARK, HATCH, LIGHT, MIDDLE, bare, names
from simulator.reports.picture import write_picture
from simulator.reports.sensitivity import measured_in, scale_of, short_names
from simulator.reports.wording import figure, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, HEAD, FOOT, KEY = 0.24, 0.36, 0.34, 0.2
"""Inches: a row, above and below the rows of a panel, the key at the foot."""
MOST = 20
"""Rows of a panel at the most."""
LETTERS = 46
LEFT, RIGHT = 0.43, 0.98
"""Of the sheet's width."""
KEYS = {
    "tornado": "Change against the scenario as it is: hatched at the low end of the input, full at its high end; "
               "strokes are 95 % intervals.",
    "morris": "Bars: mean of the absolute effects, with its 95 % interval over trajectories. Diamonds: their standard "
              "deviation (bent, or together with others).",
    "sobol": "Full: alone. Hatched: with all it does together with others. Strokes are 95 % intervals over points.",
}  # fmt: skip


def write_sensitivity_chart(found: Sensitivity, path: Path) -> None:
    """Write the chart as a picture; the ending of the name says of which kind.

    Errors: OSError if it cannot be written.
    """
    rows = [min(len(some), MOST) for some in found.effects.values()]
    height = sum(HEAD + FOOT + ROW * count for count in rows) + KEY

    def draw(sheet: "Figure") -> None:
        at = 0.0
        for (kpi, some), count in zip(found.effects.items(), rows, strict=True):
            low = 1 - (at + HEAD + ROW * count) / height
            _panel(sheet.add_axes((LEFT, low, RIGHT - LEFT, ROW * count / height)), found, kpi, some[:MOST])
            at += HEAD + FOOT + ROW * count
        sheet.text(0.01, 0.06 / height, KEYS[found.method], fontsize=6.8, color=MIDDLE)

    write_picture(path, draw, height)


def _panel(axes: "Axes", found: Sensitivity, kpi: str, rows: Sequence[Effect]) -> None:
    scale = scale_of(found, kpi)
    draw = {"tornado": _tornado, "morris": _morris, "sobol": _sobol}[found.method]
    for place, each in enumerate(rows):
        draw(axes, place, each, scale)
    axes.axvline(0, color=DARK, linewidth=0.8)
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.locator_params(axis="x", nbins=6)
    axes.grid(axis="x", color=LIGHT, linewidth=0.5)
    axes.xaxis.set_major_formatter(lambda x, _: figure(x) if found.method != "tornado" or not x else
                                   f"{'+' if x > 0 else ''}{figure(x)}")  # fmt: skip
    bare(axes, "left")
    called = short_names([each.name for each in found.inputs])
    names(axes, [f"{called[each.input]}  {found.input(each.input).said}" for each in rows], LETTERS)
    unit = measured_in(found, catalogue()[kpi].unit)
    box = axes.get_position()
    axes.text(-box.x0 / box.width, -0.75, f"{title(kpi)} ({unit})", transform=axes.get_yaxis_transform(), va="bottom",
              fontweight="bold")  # fmt: skip


def _bar(axes: "Axes", at: float, found: Interval, scale: float, high: float, full: bool) -> None:
    face, hatch = (MIDDLE, "") if full else ("white", HATCH)
    axes.barh(at, scale * found.point, high, color=face, edgecolor=DARK, linewidth=0.7, hatch=hatch)
    if np.isfinite(found.low):
        axes.plot([scale * found.low, scale * found.high], [at, at], color=DARK, linewidth=1.3, zorder=3)


def _tornado(axes: "Axes", place: int, each: Effect, scale: float) -> None:
    _bar(axes, place - 0.17, each.measures["low"], scale, 0.34, full=False)
    _bar(axes, place + 0.17, each.measures["high"], scale, 0.34, full=True)


def _morris(axes: "Axes", place: int, each: Effect, scale: float) -> None:
    _bar(axes, place, each.measures["size"], scale, 0.6, full=True)
    axes.plot(scale * each.measures["spread"].point, place, "D", color=DARK, markerfacecolor="white", markersize=3.8,
              zorder=4)  # fmt: skip


def _sobol(axes: "Axes", place: int, each: Effect, scale: float) -> None:
    _bar(axes, place - 0.17, each.measures["first"], scale, 0.34, full=True)
    _bar(axes, place + 0.17, each.measures["total"], scale, 0.34, full=False)
