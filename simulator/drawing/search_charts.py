"""The charts of an optimisation, of a sensitivity analysis and of a warm-up."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulator.drawing.files import write_picture
from simulator.drawing.html import DARK, HATCH, LIGHT, MIDDLE, PALE, bare, names
from simulator.drawing.wording import counted, figure, title
from simulator.experiments.effects import Effect
from simulator.experiments.intervals import Interval, interval
from simulator.experiments.optimise import Optimum
from simulator.experiments.search_space import sample
from simulator.experiments.sensitivity import Sensitivity
from simulator.experiments.steady_state import Series, Truncation, welch
from simulator.experiments.warm_up import STEPS, WarmUp
from simulator.replication.measure import catalogue
from simulator.reports.sensitivity_tables import measured_in, scale_of, short_names
from simulator.reports.warm_up_words import duration
from simulator.scenario.optimise import Goal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


HEIGHT = 3.9
"""Inches."""
ROOM = 0.4
"""Beside what matters, as a part of its width."""
MARKS = {
    "holds": ("o", DARK, DARK, "keeps to every constraint"),
    "not shown": ("o", "white", DARK, "may or may not"),
    "violates": ("x", MIDDLE, MIDDLE, "surely breaks one"),
    "worse": ("v", LIGHT, MIDDLE, "dropped: surely worse"),
}
"""By what came of a point: marker, face, edge, and words."""


def write_chart(optimum: Optimum, path: Path) -> None:
    """Write the chart as a picture; the ending of the name says of which kind: .png or .svg.

    Errors: OSError if it cannot be written.
    """
    write_picture(path, lambda sheet: points(sheet, optimum), HEIGHT)


def points(sheet: "Figure", optimum: Optimum) -> None:
    """The objective over the first constraint, or over the trials where there is none; what is forbidden is shaded."""
    axes = sheet.add_axes((0.1, 0.13, 0.87, 0.68))
    section = optimum.section
    constraint = section.subject_to[0] if section.subject_to else None
    for fate, (marker, face, edge, words) in MARKS.items():
        chosen = [trial for trial in optimum.trials if trial.fate == fate]
        if chosen:
            across = [trial.values[0] if constraint is not None else float(trial.number) for trial in chosen]
            _mark(axes, optimum, across, [trial.value for trial in chosen], marker, words, face, edge)
    if constraint is not None:
        base = [interval(sample(optimum.result, goal)).point for goal in (constraint, section.objective)]
        _mark(axes, optimum, base[:1], base[1:], "D", "the base", "none", DARK)
    if optimum.confirmations:
        trial = optimum.winner
        across = [trial.values[0] if constraint is not None else float(trial.number)]
        _mark(axes, optimum, across, [trial.value], "o", "the winner", "none", DARK, 11.0)
    _focus(sheet, axes, optimum)
    if constraint is not None:
        wanted = constraint.at_least if constraint.at_least is not None else constraint.at_most
        assert wanted is not None
        _forbidden(
            axes,
            _scale(constraint) * wanted,
            " %" if _scale(constraint) > 1 else "",
            below=constraint.at_least is not None,
        )
    axes.set_xlabel("Point, in the order tried" if constraint is None else _called(constraint))
    axes.set_ylabel(_called(section.objective))
    axes.locator_params(nbins=7)
    axes.yaxis.set_major_formatter(lambda value, _: figure(value))
    sheet.text(0.02, 0.955, f"{optimum.base.name}: {len(optimum.trials)} points tried", fontweight="bold", fontsize=10)
    sheet.legend(
        loc="upper left", bbox_to_anchor=(0.01, 0.945), ncols=3, fontsize=8, handletextpad=0.3, columnspacing=1.3
    )


def _focus(sheet: "Figure", axes: "Axes", optimum: Optimum) -> None:
    """Show what matters: base, constraint, and what may hold; hopeless points may lie far off, and are counted."""
    constraint = optimum.section.subject_to[0] if optimum.section.subject_to else None
    if constraint is None or not optimum.confirmations:
        return
    goals = (constraint, optimum.section.objective)
    near = [(each.values[0], each.value) for each in optimum.trials if each.fate in ("holds", "not shown")]
    near += [(optimum.winner.values[0], optimum.winner.value)]
    near += [(interval(sample(optimum.result, goals[0])).point, interval(sample(optimum.result, goals[1])).point)]
    wanted = constraint.at_least if constraint.at_least is not None else constraint.at_most
    near += [(wanted or 0.0, optimum.winner.value)]
    low, high = np.min(near, axis=0), np.max(near, axis=0)
    pad = ROOM * (high - low)
    if not np.all(pad > 0):
        return
    every = np.array([(each.values[0], each.value) for each in optimum.trials])
    outside = int(np.sum(np.any((every < low - pad) | (every > high + pad), axis=1)))
    for set_limits, place, goal in ((axes.set_xlim, 0, goals[0]), (axes.set_ylim, 1, goals[1])):
        set_limits(_scale(goal) * (low - pad)[place], _scale(goal) * (high + pad)[place])
    if outside:
        sheet.text(
            0.97, 0.955, f"{counted(outside, 'point')} outside the picture", ha="right", fontsize=8, color=MIDDLE
        )


def _mark(
    axes: "Axes",
    optimum: Optimum,
    across: list[float],
    up: list[float],
    marker: str,
    words: str,
    face: str,
    edge: str,
    size: float = 5.0,
) -> None:
    """Points of one kind, in per cent where they are shares."""
    constraint = optimum.section.subject_to[0] if optimum.section.subject_to else None
    axes.plot(
        np.array(across) * _scale(constraint),
        np.array(up) * _scale(optimum.section.objective),
        marker,
        markersize=size,
        markerfacecolor=face,
        markeredgecolor=edge,
        label=words,
        zorder=3,
    )


def _forbidden(axes: "Axes", wanted: float, unit: str, *, below: bool) -> None:
    left, right = axes.get_xlim()
    left, right = min(left, wanted), max(right, wanted)
    axes.axvspan(*((left, wanted) if below else (wanted, right)), color=PALE, linewidth=0, zorder=0)
    axes.axvline(wanted, color=DARK, linewidth=0.8)
    axes.set_xlim(left, right)
    axes.annotate(
        f"at {'least' if below else 'most'} {wanted:.4g}{unit}",
        (wanted, 1),
        (4 if below else -4, 3),
        xycoords=axes.get_xaxis_transform(),
        textcoords="offset points",
        ha="left" if below else "right",
        fontsize=8,
    )


def _scale(goal: Goal | None) -> float:
    return 100.0 if goal is not None and catalogue()[goal.kpi].unit.startswith("share") else 1.0


def _called(goal: Goal) -> str:
    """A KPI with its slice and unit, for an axis."""
    unit = catalogue()[goal.kpi].unit
    of = "".join(f", {label}" for label in goal.by.values())
    return f"{title(goal.kpi)}{of} ({'%' if unit.startswith('share') else unit})"


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
}


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
    axes.xaxis.set_major_formatter(
        lambda x, _: figure(x) if found.method != "tornado" or not x else f"{'+' if x > 0 else ''}{figure(x)}"
    )
    bare(axes, "left")
    called = short_names([each.name for each in found.inputs])
    names(axes, [f"{called[each.input]}  {found.input(each.input).said}" for each in rows], LETTERS)
    unit = measured_in(found, catalogue()[kpi].unit)
    box = axes.get_position()
    axes.text(
        -box.x0 / box.width,
        -0.75,
        f"{title(kpi)} ({unit})",
        transform=axes.get_yaxis_transform(),
        va="bottom",
        fontweight="bold",
    )


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
    axes.plot(
        scale * each.measures["spread"].point, place, "D", color=DARK, markerfacecolor="white", markersize=3.8, zorder=4
    )


def _sobol(axes: "Axes", place: int, each: Effect, scale: float) -> None:
    _bar(axes, place - 0.17, each.measures["first"], scale, 0.34, full=True)
    _bar(axes, place + 0.17, each.measures["total"], scale, 0.34, full=False)


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
        _settling_panel(panel, each, cut, found)
    panels[-1].set_xlabel(f"{next(name for name, hours in STEPS.items() if found.unit >= hours)}s from the start")
    _key(sheet, found)


def _window(series: Series) -> int:
    wanted = next((side for step, side in WINDOW.items() if series.step >= step), 12)
    return min(wanted, series.steps // 4)


def _settling_panel(panel: "Axes", series: Series, cut: Truncation, found: WarmUp) -> None:
    unit = catalogue()[series.kpi].unit
    window = _window(series)
    curve = welch(series, window)
    at = (np.arange(len(curve)) + 0.5) * series.step / found.unit
    runs = np.array([welch(run, window) for run in series.runs])
    known = np.isfinite(runs).any(axis=0)
    panel.fill_between(
        at[known], np.nanmin(runs[:, known], axis=0), np.nanmax(runs[:, known], axis=0), color=LIGHT, linewidth=0
    )
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
    sheet.legend(
        handles=entries,
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=len(entries),
        borderaxespad=0.3,
        handlelength=1.6,
        columnspacing=1.2,
    )
