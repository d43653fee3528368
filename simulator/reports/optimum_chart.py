"""The chart of an optimisation: every point that was tried, by what is wanted and what it costs."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulator.experiments.intervals import interval
from simulator.experiments.optimum import Optimum
from simulator.experiments.search.goals import sample
from simulator.kpis import catalogue
from simulator.reports.ink import DARK, LIGHT, MIDDLE, PALE
from simulator.reports.picture import write_picture
from simulator.reports.wording import counted, figure, title
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
    sheet.legend(loc="upper left", bbox_to_anchor=(0.01, 0.945), ncols=3, fontsize=8, handletextpad=0.3,
                 columnspacing=1.3)  # fmt: skip


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
    axes: "Axes", optimum: Optimum, across: list[float], up: list[float], marker: str, words: str, face: str, edge: str,
    size: float = 5.0,
) -> None:  # fmt: skip
    """Points of one kind, in per cent where they are shares."""
    constraint = optimum.section.subject_to[0] if optimum.section.subject_to else None
    axes.plot(np.array(across) * _scale(constraint), np.array(up) * _scale(optimum.section.objective), marker,
              markersize=size, markerfacecolor=face, markeredgecolor=edge, label=words, zorder=3)  # fmt: skip


def _forbidden(axes: "Axes", wanted: float, unit: str, *, below: bool) -> None:
    left, right = axes.get_xlim()
    left, right = min(left, wanted), max(right, wanted)
    axes.axvspan(*((left, wanted) if below else (wanted, right)), color=PALE, linewidth=0, zorder=0)
    axes.axvline(wanted, color=DARK, linewidth=0.8)
    axes.set_xlim(left, right)
    axes.annotate(f"at {'least' if below else 'most'} {wanted:.4g}{unit}", (wanted, 1), (4 if below else -4, 3),
                  xycoords=axes.get_xaxis_transform(), textcoords="offset points",
                  ha="left" if below else "right", fontsize=8)  # fmt: skip


def _scale(goal: Goal | None) -> float:
    return 100.0 if goal is not None and catalogue()[goal.kpi].unit.startswith("share") else 1.0


def _called(goal: Goal) -> str:
    """A KPI with its slice and unit, for an axis."""
    unit = catalogue()[goal.kpi].unit
    of = "".join(f", {label}" for label in goal.by.values())
    return f"{title(goal.kpi)}{of} ({'%' if unit.startswith('share') else unit})"
