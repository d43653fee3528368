"""The charts of an optimisation, of a sensitivity analysis and of a warm-up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.drawing.sheet import DARK, HATCH, LIGHT, MIDDLE, PALE, bare, names
from simulator.drawing.wording import counted, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


TRIALS = 3.9
"""Inches."""
ROOM = 0.4
"""Beside what matters, as a part of its width."""
FATES = {
    "holds": ("o", DARK, DARK, "keeps to every constraint"),
    "not shown": ("o", "white", DARK, "may or may not"),
    "violates": ("x", MIDDLE, MIDDLE, "surely breaks one"),
    "worse": ("v", LIGHT, MIDDLE, "dropped: surely worse"),
    "unstable": ("+", MIDDLE, MIDDLE, "never settles"),
}
"""By what came of a point: marker, face, edge, and words."""


@dataclass(frozen=True)
class Bound:
    """What is allowed of a constraint, as far as its axis."""

    wanted: float
    least: bool
    """Whether it is the least, else the most."""
    per_cent: bool


@dataclass(frozen=True)
class Trials:
    """The points that an optimisation tried: where each lies, across and up."""

    heading: str
    across: str
    up: str
    """What is along the axes."""
    points: Sequence[tuple[float, float]]
    fates: Sequence[str]
    base: tuple[float, float] | None = None
    winner: tuple[float, float] | None = None
    called: str = "the winner"
    """What that point is: it may be no more than the nearest."""
    bound: Bound | None = None
    """None where there is no constraint: then the points lie in the order tried."""


def trials(sheet: "Figure", shown: Trials) -> None:
    """The objective over the first constraint, or over the trials where there is none; what is forbidden is shaded."""
    axes = sheet.add_axes((0.1, 0.13, 0.87, 0.68))
    for fate, (marker, face, edge, words) in FATES.items():
        _mark(
            axes,
            [at for at, its in zip(shown.points, shown.fates, strict=True) if its == fate],
            marker,
            words,
            face,
            edge,
        )
    if shown.base is not None:
        _mark(axes, [shown.base], "D", "the base", "none", DARK)
    if shown.winner is not None:
        _mark(axes, [shown.winner], "o", shown.called, "none", DARK, 11.0)
    _focus(sheet, axes, shown)
    if shown.bound is not None:
        _forbidden(axes, shown.bound)
    axes.set_xlabel(shown.across)
    axes.set_ylabel(shown.up)
    axes.locator_params(nbins=7)
    axes.yaxis.set_major_formatter(lambda value, _: figure(value))
    sheet.text(0.02, 0.955, shown.heading, fontweight="bold", fontsize=10)
    sheet.legend(
        loc="upper left", bbox_to_anchor=(0.01, 0.945), ncols=3, fontsize=8, handletextpad=0.3, columnspacing=1.3
    )


def _focus(sheet: "Figure", axes: "Axes", shown: Trials) -> None:
    """Show what matters: base, constraint, and what may hold; hopeless points may lie far off, and are counted."""
    if shown.bound is None or shown.winner is None or shown.base is None:
        return
    near = [at for at, fate in zip(shown.points, shown.fates, strict=True) if fate in ("holds", "not shown")]
    near += [shown.winner, shown.base, (shown.bound.wanted, shown.winner[1])]
    low, high = np.min(near, axis=0), np.max(near, axis=0)
    pad = ROOM * (high - low)
    if not np.all(pad > 0):
        return
    every = np.array(shown.points)
    outside = int(np.sum(np.any((every < low - pad) | (every > high + pad), axis=1)))
    axes.set_xlim((low - pad)[0], (high + pad)[0])
    axes.set_ylim((low - pad)[1], (high + pad)[1])
    if outside:
        sheet.text(
            0.97, 0.955, f"{counted(outside, 'point')} outside the picture", ha="right", fontsize=8, color=MIDDLE
        )


def _mark(
    axes: "Axes",
    points: Sequence[tuple[float, float]],
    marker: str,
    words: str,
    face: str,
    edge: str,
    size: float = 5.0,
) -> None:
    """Points of one kind; nothing where there are none."""
    if points:
        axes.plot(
            [x for x, _ in points],
            [y for _, y in points],
            marker,
            markersize=size,
            markerfacecolor=face,
            markeredgecolor=edge,
            label=words,
            zorder=3,
        )


def _forbidden(axes: "Axes", bound: Bound) -> None:
    wanted, below = bound.wanted, bound.least
    left, right = axes.get_xlim()
    left, right = min(left, wanted), max(right, wanted)
    axes.axvspan(*((left, wanted) if below else (wanted, right)), color=PALE, linewidth=0, zorder=0)
    axes.axvline(wanted, color=DARK, linewidth=0.8)
    axes.set_xlim(left, right)
    axes.annotate(
        f"at {'least' if below else 'most'} {wanted:.4g}{' %' if bound.per_cent else ''}",
        (wanted, 1),
        (4 if below else -4, 3),
        xycoords=axes.get_xaxis_transform(),
        textcoords="offset points",
        ha="left" if below else "right",
        fontsize=8,
    )


ROW, HEAD, FOOT, KEY = 0.24, 0.36, 0.34, 0.2
"""Inches: a row, above and below the rows of a panel, the key at the foot."""
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


@dataclass(frozen=True)
class EffectBar:
    """A bar with its interval, whose ends are nan where there is none."""

    value: float
    low: float
    high: float
    full: bool


@dataclass(frozen=True)
class EffectRow:
    """What one input does: one bar, or two above each other, and a diamond."""

    name: str
    bars: Sequence[EffectBar]
    diamond: float | None = None


@dataclass(frozen=True)
class EffectPanel:
    """The effects on one KPI."""

    heading: str
    rows: Sequence[EffectRow]
    signed: bool = False
    """Whether the axis shows changes."""


def effects_height(panels: Sequence[EffectPanel]) -> float:
    """Of the sheet in inches."""
    return sum(HEAD + FOOT + ROW * len(panel.rows) for panel in panels) + KEY


def effects(sheet: "Figure", panels: Sequence[EffectPanel], method: str) -> None:
    """The panels above each other; `method` says how the bars are to be read."""
    height, at = effects_height(panels), 0.0
    for panel in panels:
        count = len(panel.rows)
        low = 1 - (at + HEAD + ROW * count) / height
        _effects_panel(sheet.add_axes((LEFT, low, RIGHT - LEFT, ROW * count / height)), panel)
        at += HEAD + FOOT + ROW * count
    sheet.text(0.01, 0.06 / height, KEYS[method], fontsize=6.8, color=MIDDLE)


def _effects_panel(axes: "Axes", panel: EffectPanel) -> None:
    for place, row in enumerate(panel.rows):
        offsets, high = ((0.0,), 0.6) if len(row.bars) == 1 else ((-0.17, 0.17), 0.34)
        for offset, bar in zip(offsets, row.bars, strict=True):
            _bar(axes, place + offset, bar, high)
        if row.diamond is not None:
            axes.plot(row.diamond, place, "D", color=DARK, markerfacecolor="white", markersize=3.8, zorder=4)
    axes.axvline(0, color=DARK, linewidth=0.8)
    axes.set_ylim(len(panel.rows) - 0.45, -0.55)
    axes.locator_params(axis="x", nbins=6)
    axes.grid(axis="x", color=LIGHT, linewidth=0.5)
    axes.xaxis.set_major_formatter(
        lambda x, _: figure(x) if not panel.signed or not x else f"{'+' if x > 0 else ''}{figure(x)}"
    )
    bare(axes, "left")
    names(axes, [row.name for row in panel.rows], LETTERS)
    box = axes.get_position()
    axes.text(
        -box.x0 / box.width, -0.75, panel.heading, transform=axes.get_yaxis_transform(), va="bottom", fontweight="bold"
    )


def _bar(axes: "Axes", at: float, bar: EffectBar, high: float) -> None:
    face, hatch = (MIDDLE, "") if bar.full else ("white", HATCH)
    axes.barh(at, bar.value, high, color=face, edgecolor=DARK, linewidth=0.7, hatch=hatch)
    if np.isfinite(bar.low):
        axes.plot([bar.low, bar.high], [at, at], color=DARK, linewidth=1.3, zorder=3)


WARM_UP = 1.45
"""Inches for a KPI."""


@dataclass(frozen=True)
class WarmUpPanel:
    """The course of one KPI over the steps of a run; times are in the unit of the axis."""

    heading: str
    unit: str
    at: np.ndarray
    """The middle of each step."""
    curve: np.ndarray
    runs: np.ndarray
    """A row for each run."""
    steady: float
    """The steady mean; nan where there is none."""
    cut: float | None
    """What MSER-5 leaves out; None where it cannot tell."""
    said: str
    """The same in words."""


def warm_up_chart(
    sheet: "Figure", shown: Sequence[WarmUpPanel], *, step: str, own: float, horizon: float, key: tuple[str, str]
) -> None:
    """Welch's curve of each KPI over the course of the run, with what MSER-5 and the scenario (`own`) leave out.

    `key` says what the curve is the mean of, and what the scenario leaves out.
    """
    height = sheet.get_figheight()
    panels = sheet.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    sheet.subplots_adjust(left=0.095, right=0.965, top=1 - 0.5 / height, bottom=0.42 / height, hspace=0.42)
    for axes, panel in zip(panels, shown, strict=True):
        _warm_up_panel(axes, panel, own)
        axes.set_xlim(0, horizon)
    panels[-1].set_xlabel(f"{step}s from the start")
    _warm_up_key(sheet, *key)


def warm_up_height(panels: int) -> float:
    """Of the sheet in inches."""
    return 0.75 + WARM_UP * panels


def _warm_up_panel(axes: "Axes", panel: WarmUpPanel, own: float) -> None:
    known = np.isfinite(panel.runs).any(axis=0)
    low, high = np.nanmin(panel.runs[:, known], axis=0), np.nanmax(panel.runs[:, known], axis=0)
    axes.fill_between(panel.at[known], low, high, color=LIGHT, linewidth=0)
    axes.plot(panel.at, panel.curve, color=DARK, linewidth=1.2)
    if np.isfinite(panel.steady):
        axes.axhline(panel.steady, color=DARK, linewidth=0.7, linestyle=(0, (5, 3)))
    axes.axvspan(0, own, facecolor=PALE, edgecolor="none", zorder=-1)
    axes.axvline(own, color=MIDDLE, linewidth=0.8, linestyle=":")
    if panel.cut is not None:
        axes.axvline(panel.cut, color=DARK, linewidth=1.6)
    axes.annotate(
        panel.said, (1, 1), (0, 3), xycoords="axes fraction", textcoords="offset points", ha="right", va="bottom"
    )
    axes.set_title(panel.heading, pad=3)
    axes.yaxis.set_major_formatter(lambda y, _: figure(y, panel.unit))
    axes.locator_params(axis="y", nbins=4)
    axes.grid(axis="y", color=LIGHT, linewidth=0.5)


def _warm_up_key(sheet: "Figure", mean: str, own: str) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries = [
        Line2D([], [], color=DARK, linewidth=1.2, label=mean),
        Patch(facecolor=LIGHT, label="lowest to highest"),
        Line2D([], [], color=DARK, linewidth=0.7, linestyle=(0, (5, 3)), label="steady mean"),
        Line2D([], [], color=DARK, linewidth=1.6, label="MSER-5"),
        Patch(facecolor=PALE, edgecolor=MIDDLE, linestyle=":", label=own),
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
