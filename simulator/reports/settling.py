"""The picture of the warm-up: how each KPI settles."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulator.experiments.series import Series
from simulator.experiments.steady_state import Truncation, welch
from simulator.experiments.warm_up import STEPS, WarmUp
from simulator.kpis import catalogue
from simulator.reports.ink import DARK, LIGHT, MIDDLE, PALE
from simulator.reports.picture import write_picture
from simulator.reports.warm_up import duration
from simulator.reports.wording import figure, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WINDOW = {168.0: 2, 24.0: 10, 1.0: 12}
"""Steps on each side that are averaged: five weeks, three weeks of days, a day of hours."""
PANEL = 1.45
"""Inches for a KPI."""


def write_settling(found: WarmUp, path: Path) -> None:
    """Write the picture, PNG or SVG by the ending of the file's name.

    Errors: OSError where it cannot be written.
    """
    write_picture(path, lambda sheet: settling(sheet, found), 0.75 + PANEL * len(found.series))


def settling(sheet: "Figure", found: WarmUp) -> None:
    """Welch's curve of each KPI over the course of the run, with what MSER-5 and the scenario leave out."""
    height = sheet.get_figheight()
    panels = sheet.subplots(len(found.series), 1, sharex=True, squeeze=False)[:, 0]
    sheet.subplots_adjust(left=0.095, right=0.965, top=1 - 0.5 / height, bottom=0.42 / height, hspace=0.42)
    for panel, each, cut in zip(panels, found.series, found.cuts, strict=True):
        _panel(panel, each, cut, found)
    panels[-1].set_xlabel(f"{next(name for name, hours in STEPS.items() if found.unit >= hours)}s from the start")
    _key(sheet, found)


def _window(series: Series) -> int:
    wanted = next((side for step, side in WINDOW.items() if series.step >= step), 12)
    return min(wanted, series.steps // 4)


def _panel(panel: "Axes", series: Series, cut: Truncation, found: WarmUp) -> None:
    unit = catalogue()[series.kpi].unit
    window = _window(series)
    curve = welch(series, window)
    at = (np.arange(len(curve)) + 0.5) * series.step / found.unit
    runs = np.array([welch(run, window) for run in series.runs])
    known = np.isfinite(runs).any(axis=0)
    panel.fill_between(at[known], np.nanmin(runs[:, known], axis=0), np.nanmax(runs[:, known], axis=0), color=LIGHT,
                       linewidth=0)  # fmt: skip
    panel.plot(at, curve, color=DARK, linewidth=1.2)
    if np.isfinite(cut.mean):
        panel.axhline(cut.mean, color=DARK, linewidth=0.7, linestyle=(0, (5, 3)))
    _marks(panel, series, cut, found)
    panel.set_title(f"{title(series.kpi)}, {unit}" if not unit.startswith("share") else title(series.kpi), pad=3)
    panel.set_xlim(0, found.scenario.run.horizon / found.unit)
    panel.yaxis.set_major_formatter(lambda y, _: figure(y, unit))
    panel.locator_params(axis="y", nbins=4)
    panel.grid(axis="y", color=LIGHT, linewidth=0.5)


def _marks(panel: "Axes", series: Series, cut: Truncation, found: WarmUp) -> None:
    own = found.scenario.run.warm_up / found.unit
    panel.axvspan(0, own, facecolor=PALE, edgecolor="none", zorder=-1)
    panel.axvline(own, color=MIDDLE, linewidth=0.8, linestyle=":")
    if cut.settled:
        panel.axvline(cut.steps * series.step / found.unit, color=DARK, linewidth=1.6)
        said = f"MSER-5: {duration(cut.steps * series.step)}"
    else:
        said = "MSER-5: not settled by the middle"
    panel.annotate(said, (1, 1), (0, 3), xycoords="axes fraction", textcoords="offset points", ha="right", va="bottom")


def _key(sheet: "Figure", found: WarmUp) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    runs, own = found.replications, duration(found.scenario.run.warm_up)
    entries = [
        Line2D([], [], color=DARK, linewidth=1.2, label=f"mean of {runs} runs" if runs > 1 else "one run"),
        Patch(facecolor=LIGHT, label="lowest to highest"),
        Line2D([], [], color=DARK, linewidth=0.7, linestyle=(0, (5, 3)), label="steady mean"),
        Line2D([], [], color=DARK, linewidth=1.6, label="MSER-5"),
        Patch(facecolor=PALE, edgecolor=MIDDLE, linestyle=":", label=f"own warm-up, {own}"),
    ]
    sheet.legend(handles=entries, loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=len(entries), borderaxespad=0.3,
                 handlelength=1.6, columnspacing=1.2)  # fmt: skip
