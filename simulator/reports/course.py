"""The chart of stock, backorders and lost units over time."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simulator.reports.ink import DARK, HATCH, LIGHT, MIDDLE, PALE
from simulator.reports.levels import Levels
from simulator.reports.wording import figure
from simulator.scenario.scenario import Scenario
from simulator.units import DAY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Band(NamedTuple):
    """One panel: its heading, a value for each step, a mean to draw across, and whether it is hatched."""

    heading: str
    values: np.ndarray
    mean: float | None
    hatched: bool


def bands(levels: Levels, on_hand: float | None, backorders: float | None) -> list[Band]:
    """The panels worth drawing: stock always, backorders and lost units where there are any."""
    found = [Band("Stock on hand, units", levels.on_hand, on_hand, False)]
    if levels.backordered.max(initial=0.0) > 0:
        found.append(Band("Backorders, units owed to customers", levels.backordered, backorders, True))
    if levels.lost.max(initial=0.0) > 0:
        found.append(Band(f"Lost and cancelled, units per {levels.step}", levels.lost, None, True))
    return found


def course(sheet: "Figure", scenario: Scenario, levels: Levels, shown: Sequence[Band]) -> None:
    """The panels above each other over the same days; the warm-up is shaded."""
    height = sheet.get_figheight()
    ratios = [1.5 if not band.hatched else 1.0 for band in shown]
    panels = sheet.subplots(len(shown), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": ratios})[:, 0]
    sheet.subplots_adjust(left=0.07, right=0.885, top=1 - 0.26 / height, bottom=0.32 / height, hspace=0.42)
    days = _day_number(scenario) + levels.edges / DAY
    for panel, band in zip(panels, shown, strict=True):
        _band(panel, band, days)
        _warm_up(panel, scenario)
    _dates(panels[-1])


def _day_number(scenario: Scenario) -> float:
    """The first day as matplotlib counts days."""
    return float((np.datetime64(scenario.run.start) - np.datetime64("1970-01-01")) / np.timedelta64(1, "D"))


def _band(panel: "Axes", band: Band, days: np.ndarray) -> None:
    steps = np.append(band.values, band.values[-1:])
    if band.hatched:
        panel.fill_between(days, steps, step="post", facecolor="white", edgecolor=MIDDLE, hatch=HATCH, linewidth=0.0)
    else:
        panel.fill_between(days, steps, step="post", color=LIGHT, linewidth=0)
    panel.step(days, steps, where="post", color=DARK, linewidth=0.9)
    if band.mean is not None:
        panel.axhline(band.mean, color=DARK, linewidth=0.9, linestyle=(0, (5, 3)))
        panel.annotate(f"mean {figure(band.mean)}", (1, band.mean), (4, 0), xycoords=panel.get_yaxis_transform(),
                       textcoords="offset points", va="center")  # fmt: skip
    panel.set_title(band.heading, pad=3)
    panel.set_xlim(days[0], days[-1])
    panel.set_ylim(0, max(float(steps.max()), band.mean or 0.0) * 1.08 or 1.0)
    panel.yaxis.set_major_formatter(lambda y, _: figure(y))
    panel.locator_params(axis="y", nbins=4)
    panel.grid(axis="y", color=LIGHT, linewidth=0.5)


def _warm_up(panel: "Axes", scenario: Scenario) -> None:
    first = _day_number(scenario)
    until = first + scenario.run.warm_up / DAY
    if until > first:
        panel.axvspan(first, until, facecolor=PALE, edgecolor="none", zorder=-1)
        panel.axvline(until, color=MIDDLE, linewidth=0.7, linestyle=":")
        panel.annotate("warm-up", (until, 1), (-3, -3), xycoords=("data", "axes fraction"), fontsize=7.5,
                       textcoords="offset points", va="top", ha="right",
                       bbox={"facecolor": PALE, "edgecolor": "none", "pad": 1.0})  # fmt: skip


def _dates(panel: "Axes") -> None:
    dates: Any = import_module("matplotlib.dates")
    locator = dates.AutoDateLocator(minticks=4, maxticks=9)
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, show_offset=False))
