"""The charts of the page. Each takes numbers, draws them in greys and labels them directly."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simulator.drawing.sheet import DARK, HATCH, LIGHT, MIDDLE, PALE, bare, names, room
from simulator.drawing.wording import Measured, figure, lasting
from simulator.units import DAY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


ROW = 0.23
"""Inches for a row of a chart."""
CAUSE = 34
"""Letters of a cause beside a chart."""


@dataclass(frozen=True)
class Dot:
    """One row of a panel of shares."""

    found: Measured | None
    target: float | None = None


def service(sheet: "Figure", rows: Sequence[str], panels: Mapping[str, Sequence[Dot]], breaks: Sequence[int]) -> None:
    """Shares by slice: one row a slice, one panel a KPI; dots with intervals, targets as upright strokes.

    `breaks` are the rows before which a line is drawn.
    """
    height = sheet.get_figheight()
    left, gap = room(rows) + 0.01, 0.125
    wide = (0.915 - left + gap) / len(panels) - gap
    axes = [
        sheet.add_axes((left + place * (wide + gap), 0.26 / height, wide, 1 - 0.53 / height))
        for place in range(len(panels))
    ]
    for panel, (heading, dots) in zip(axes, panels.items(), strict=True):
        _shares(panel, dots)
        panel.set_title(heading)
        panel.set_ylim(len(rows) - 0.45, -0.55)
        bare(panel, "left")
        panel.tick_params(labelleft=False)
        for place in breaks:
            panel.axhline(place - 0.5, color=LIGHT, linewidth=0.6)
    names(axes[0], rows)


def ends(found: Measured) -> tuple[float, float]:
    """The ends of an interval to draw; the mean itself where there is none."""
    return (found.low, found.high) if np.isfinite(found.half_width) else (found.mean, found.mean)


def _shares(panel: "Axes", dots: Sequence[Dot]) -> None:
    lowest = 1.0
    for place, dot in enumerate(dots):
        found = dot.found
        if found is None:
            continue
        span = [max(each, 0.0) for each in ends(found)]
        span[1] = min(span[1], 1.0)  # a share lies between 0 and 1
        panel.plot(span, [place, place], color=DARK, linewidth=1.4, clip_on=False)
        panel.plot(found.mean, place, "o", color=DARK, markersize=4.2, clip_on=False, zorder=3)
        panel.annotate(
            figure(found.mean, "share"),
            (1, place),
            (40, 0),
            xycoords=panel.get_yaxis_transform(),
            textcoords="offset points",
            ha="right",
            va="center",
        )
        lowest = min(lowest, span[0])
        if dot.target is not None:
            panel.plot(
                [dot.target] * 2,
                [place - 0.36, place + 0.36],
                color=DARK,
                linewidth=2.2,
                solid_capstyle="butt",
                clip_on=False,
                zorder=2,
            )
            lowest = min(lowest, dot.target)
    lowest = max(lowest, 0.0)  # an interval of two replications may reach below
    step = next(step for step in (0.05, 0.1, 0.2, 0.5) if 1 - lowest <= 2 * step + 1e-9)
    low = max(0.0, 1 - step * np.ceil((1 - lowest) / step + 0.1))
    panel.set_xlim(low, 1.0)
    panel.set_xticks(np.arange(low, 1.0 + step / 2, step))
    panel.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %")
    panel.grid(axis="x", color=LIGHT, linewidth=0.5)


def stages(sheet: "Figure", rows: Sequence[tuple[str, float, float]]) -> None:
    """Time by stage: name, hours waited, hours at the stage, in the order of passing."""
    height = sheet.get_figheight()
    left = room([name for name, _, _ in rows])
    panel = sheet.add_axes((left, 0.3 / height, 0.9 - left, 1 - 0.58 / height))
    unit = 24.0 if max(waited + spent for _, waited, spent in rows) >= 48 else 1.0
    for place, (_, waited, spent) in enumerate(rows):
        panel.barh(place, waited / unit, 0.62, color="white", edgecolor=DARK, linewidth=0.7, hatch=HATCH)
        panel.barh(place, spent / unit, 0.62, left=waited / unit, color=MIDDLE, edgecolor=DARK, linewidth=0.7)
        split = f"  ({lasting(waited)} waiting)" if 0.05 < waited / max(waited + spent, 1e-9) < 0.95 else ""
        panel.annotate(
            f"{lasting(waited + spent)}{split}",
            ((waited + spent) / unit, place),
            (4, 0),
            textcoords="offset points",
            va="center",
        )
    names(panel, [name for name, _, _ in rows])
    panel.set_ylim(len(rows) - 0.45, -0.55)
    panel.xaxis.set_major_formatter(lambda x, _: f"{x:g} {'days' if unit > 1 else 'h'}")
    panel.locator_params(axis="x", nbins=6)
    panel.grid(axis="x", color=LIGHT, linewidth=0.5)
    panel.margins(x=0.18)
    panel.set_xlim(left=0)
    bare(panel, "left")
    _key(sheet, left, ("waiting to begin", "white", HATCH), ("at the stage", MIDDLE, ""))


def shares(sheet: "Figure", rows: Sequence[tuple[str, float, float]]) -> None:
    """Name, share of the mean, share of the variance: two bars a row."""
    height = sheet.get_figheight()
    left = room([name for name, _, _ in rows])
    panel = sheet.add_axes((left, 0.3 / height, 0.9 - left, 1 - 0.58 / height))
    for place, (_, mean, variance) in enumerate(rows):
        for share, offset, colour, hatch in ((mean, -0.2, MIDDLE, ""), (variance, 0.2, "white", HATCH)):
            panel.barh(place + offset, share, 0.38, color=colour, edgecolor=DARK, linewidth=0.7, hatch=hatch)
            panel.annotate(
                figure(share, "share"),
                (max(share, 0.0), place + offset),
                (4, 0),
                fontsize=7.5,
                textcoords="offset points",
                va="center",
            )
    names(panel, [name for name, _, _ in rows])
    panel.set_ylim(len(rows) - 0.45, -0.55)
    panel.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %".replace("-", "−"))
    panel.grid(axis="x", color=LIGHT, linewidth=0.5)
    panel.axvline(0, color=MIDDLE, linewidth=0.6)
    panel.margins(x=0.1)
    bare(panel, "left")
    _key(sheet, left, ("share of the mean", MIDDLE, ""), ("share of the variance", "white", HATCH))


def pareto(sheet: "Figure", rows: Sequence[Measured], so_far: Sequence[float]) -> None:
    """Shares of orders by cause, the most first, with intervals; beside them the shares of the imperfect so far."""
    height = sheet.get_figheight()
    left, gap = room([each.label for each in rows], CAUSE), 0.03
    wide = 0.97 - left - gap
    bars = sheet.add_axes((left, 0.3 / height, 0.66 * wide, 1 - 0.58 / height))
    line = sheet.add_axes((left + 0.66 * wide + gap, 0.3 / height, 0.34 * wide, 1 - 0.58 / height))
    for place, each in enumerate(rows):
        low, high = ends(each)
        bars.barh(place, each.mean, 0.62, color=LIGHT, edgecolor=DARK, linewidth=0.7)
        bars.plot([max(low, 0.0), high], [place, place], color=DARK, linewidth=1.4)
        bars.annotate(figure(each.mean, "share"), (high, place), (5, 0), textcoords="offset points", va="center")
    line.plot(so_far, np.arange(len(rows)), "-o", color=DARK, linewidth=1, markersize=3.6, clip_on=False)
    names(bars, [each.label for each in rows], CAUSE)
    for panel in (bars, line):
        panel.set_ylim(len(rows) - 0.45, -0.55)
        panel.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.3g} %")
        panel.grid(axis="x", color=LIGHT, linewidth=0.5)
        bare(panel, "left")
        panel.tick_params(labelleft=False)
    bars.set_title("failed first, of all orders")
    bars.margins(x=0.15)
    bars.set_xlim(left=0)
    bars.locator_params(axis="x", nbins=5)
    line.set_title("so far, of the imperfect")
    line.set_xlim(0, 1)
    line.set_xticks([0, 0.5, 1])


def _key(sheet: "Figure", left: float, *entries: tuple[str, str, str]) -> None:
    from matplotlib.patches import Patch

    patches = [
        Patch(facecolor=colour, edgecolor=DARK, linewidth=0.7, hatch=hatch, label=label)
        for label, colour, hatch in entries
    ]
    sheet.legend(
        handles=patches,
        loc="upper left",
        bbox_to_anchor=(left - 0.007, 1.0),
        ncols=len(entries),
        borderpad=0,
        handlelength=1.6,
        handleheight=0.8,
        columnspacing=1.6,
        borderaxespad=0.1,
    )


def costs(sheet: "Figure", rows: Sequence[Measured]) -> None:
    """Money per week by activity, the most first, with intervals and shares."""
    height = sheet.get_figheight()
    left = room([each.label for each in rows])
    panel = sheet.add_axes((left, 0.3 / height, 0.84 - left, 1 - 0.34 / height))
    total = sum(each.mean for each in rows)
    for place, each in enumerate(rows):
        low, high = ends(each)
        panel.barh(place, each.mean, 0.62, color=LIGHT, edgecolor=DARK, linewidth=0.7)
        panel.plot([low, high], [place, place], color=DARK, linewidth=1.4)
        share = f"  ({figure(each.mean / total, 'share')})" if total > 0 else ""
        panel.annotate(figure(each.mean) + share, (high, place), (5, 0), textcoords="offset points", va="center")
    names(panel, [each.label.replace("_", " ") for each in rows])
    panel.set_ylim(len(rows) - 0.45, -0.55)
    panel.xaxis.set_major_formatter(lambda x, _: figure(x))
    panel.locator_params(axis="x", nbins=5)
    panel.grid(axis="x", color=LIGHT, linewidth=0.5)
    bare(panel, "left")


class Course(NamedTuple):
    """One panel: its heading, a value for each step, a mean to draw across, and whether it is hatched."""

    heading: str
    values: np.ndarray
    mean: float | None
    hatched: bool


def course(sheet: "Figure", start: dt.date, warm_up: float, edges: np.ndarray, shown: Sequence[Course]) -> None:
    """The panels above each other over the same days; the warm-up is shaded.

    `edges` are those of the steps, in hours from the start; there is one more than there are steps.
    """
    height = sheet.get_figheight()
    ratios = [1.5 if not band.hatched else 1.0 for band in shown]
    panels = sheet.subplots(len(shown), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": ratios})[:, 0]
    sheet.subplots_adjust(left=0.07, right=0.885, top=1 - 0.26 / height, bottom=0.32 / height, hspace=0.42)
    first = _day_number(start)
    for panel, band in zip(panels, shown, strict=True):
        _band(panel, band, first + edges / DAY)
        _warm_up(panel, first, warm_up)
    _dates(panels[-1])


def _day_number(day: dt.date) -> float:
    """A day as matplotlib counts days."""
    return float((np.datetime64(day) - np.datetime64("1970-01-01")) / np.timedelta64(1, "D"))


def _band(panel: "Axes", band: Course, days: np.ndarray) -> None:
    steps = np.append(band.values, band.values[-1:])
    if band.hatched:
        panel.fill_between(days, steps, step="post", facecolor="white", edgecolor=MIDDLE, hatch=HATCH, linewidth=0.0)
    else:
        panel.fill_between(days, steps, step="post", color=LIGHT, linewidth=0)
    panel.step(days, steps, where="post", color=DARK, linewidth=0.9)
    if band.mean is not None:
        panel.axhline(band.mean, color=DARK, linewidth=0.9, linestyle=(0, (5, 3)))
        panel.annotate(
            f"mean {figure(band.mean)}",
            (1, band.mean),
            (4, 0),
            xycoords=panel.get_yaxis_transform(),
            textcoords="offset points",
            va="center",
        )
    panel.set_title(band.heading, pad=3)
    panel.set_xlim(days[0], days[-1])
    panel.set_ylim(0, max(float(steps.max()), band.mean or 0.0) * 1.08 or 1.0)
    panel.yaxis.set_major_formatter(lambda y, _: figure(y))
    panel.locator_params(axis="y", nbins=4)
    panel.grid(axis="y", color=LIGHT, linewidth=0.5)


def _warm_up(panel: "Axes", first: float, hours: float) -> None:
    until = first + hours / DAY
    if until > first:
        panel.axvspan(first, until, facecolor=PALE, edgecolor="none", zorder=-1)
        panel.axvline(until, color=MIDDLE, linewidth=0.7, linestyle=":")
        panel.annotate(
            "warm-up",
            (until, 1),
            (-3, -3),
            xycoords=("data", "axes fraction"),
            fontsize=7.5,
            textcoords="offset points",
            va="top",
            ha="right",
            bbox={"facecolor": PALE, "edgecolor": "none", "pad": 1.0},
        )


def _dates(panel: "Axes") -> None:
    dates: Any = import_module("matplotlib.dates")
    locator = dates.AutoDateLocator(minticks=4, maxticks=9)
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, show_offset=False))


Curve = tuple[str, np.ndarray, np.ndarray]
"""A name, times as multiples of the time promised, and shares of orders."""
PROMISED = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)))
"""The dashes of the curves."""
FARTHEST = 2.0
"""So many times the promised time is drawn."""


def promises(sheet: "Figure", curves: Sequence[Curve]) -> None:
    """The curves, told apart by dashes; the promise is an upright line."""
    panel = sheet.add_axes((0.07, 0.17, 0.66, 0.73))
    panel.axvline(1.0, color=MIDDLE, linewidth=0.9)
    for (name, grid, share), dash in zip(curves, PROMISED, strict=False):
        panel.plot(grid, share, color=DARK, linewidth=1.2, linestyle=dash, label=name)
    panel.set_xlim(0, FARTHEST)
    panel.set_ylim(0, 1.02)
    panel.set_title("Share of orders delivered")
    panel.set_xlabel("times the promised time")
    panel.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f} %")
    panel.grid(axis="y", color=LIGHT, linewidth=0.5)
    if len(curves) > 1:
        panel.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), handlelength=3.2)
