"""The section of the page on promises: how long they are, how well they are kept, and how wrong they are."""

from typing import TYPE_CHECKING

import numpy as np

from simulator.reports.findings import Findings
from simulator.reports.ink import DARK, LIGHT, MIDDLE, drawing
from simulator.reports.markup import Cell, Html, section, table
from simulator.reports.wording import figure, lasting, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KPIS = ("on_time", "on_time_to_latest", "repromised_orders", "declined_orders", "alternatives_accepted")
DASHES = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)))
FARTHEST = 2.0
"""So many times the promised time is drawn."""
Curve = tuple[str, np.ndarray, np.ndarray]


def promises(findings: Findings) -> Html:
    """What was promised and what was kept, by segment; nothing where nobody was promised anything."""
    length, kept = findings.whole("promise_length"), findings.whole("on_time")
    if length is None or kept is None or not np.isfinite(length.mean):
        return Html("")
    curves = _curves(findings)
    chart = drawing(
        lambda sheet: _calibration(sheet, curves), 2.6, key="promises",
        alt="Share of orders delivered by the time promised: "
            + ", ".join(f"{name} {figure(_at_one(curve), 'share')}" for curve in curves for name in curve[:1]) + ".",
        caption=f"Replication {findings.replication} only: orders delivered completely within so many times their "
                "promised time. A curve that is high long before 1 means promises longer than need be; one that still "
                "rises steeply at 1 means promises that a small delay breaks.",
    )  # fmt: skip
    lead = f"On average {lasting(length.mean)} are promised, and {figure(kept.mean, 'share')} of the promises kept."
    return section("Promised and kept", _by_segment(findings), chart, key="promises", lead=lead)


def _by_segment(findings: Findings) -> Html:
    anew = findings.whole("repromised_orders") is not None
    shown = [kpi for kpi in KPIS if findings.whole(kpi) is not None and (anew or kpi != "on_time_to_latest")]
    rows: list[list[Cell]] = []
    labels = [each.label for each in findings.by("promise_length", "segment")]
    for dimension, label in [("", ""), *(("segment", label) for label in (labels if len(labels) > 1 else []))][:41]:
        length, error = (findings.of(kpi, dimension, label) for kpi in ("promise_length", "promise_error"))
        cells = [findings.of(kpi, dimension, label) for kpi in shown]
        rows.append([
            label or "all orders", lasting(length.mean) if length else "–", _signed(error.mean if error else np.nan),
            *(figure(each.mean, each.unit) if each else "–" for each in cells),
        ])  # fmt: skip
    columns = ["", "Promised", "Delivered against promise", *(title(kpi) for kpi in shown)]
    return table(columns, rows, kind="wide")


def _signed(hours: float) -> str:
    """A difference of times in words.

    >>> _signed(-60.0), _signed(0.5)
    ('2.5 days early', '30 min late')
    """
    if not np.isfinite(hours):
        return "–"
    return f"{lasting(abs(hours))} {'early' if hours < 0 else 'late'}"


def _curves(findings: Findings) -> list[Curve]:
    """For the whole, or the first four segments: times as multiples of the promised time, and shares of orders."""
    view = findings.view
    orders, names = view.orders, view.labels.names["segment"]
    due = (orders.promised <= view.end) & (orders.promised > orders.at)
    ratio = np.where(orders.complete, orders.last - orders.at, np.inf)[due] / (orders.promised - orders.at)[due]
    segment = orders.rows.codes["segment"][orders.rows.cell[due]]
    chosen = [(name, ratio[segment == place]) for place, name in enumerate(names[:4])] if len(names) > 1 else []
    grid = np.linspace(0.0, FARTHEST, 201)
    return [
        (name, grid, np.searchsorted(np.sort(each), grid, side="right") / len(each))
        for name, each in (chosen or [("all orders", ratio)]) if len(each)
    ]  # fmt: skip


def _at_one(curve: Curve) -> float:
    return float(np.interp(1.0, curve[1], curve[2]))


def _calibration(sheet: "Figure", curves: list[Curve]) -> None:
    """The curves, told apart by dashes; the promise is an upright line."""
    panel = sheet.add_axes((0.07, 0.17, 0.66, 0.73))
    panel.axvline(1.0, color=MIDDLE, linewidth=0.9)
    for (name, grid, share), dash in zip(curves, DASHES, strict=False):
        panel.plot(grid, share, color=DARK, linewidth=1.2, linestyle=dash, label=name)
    panel.set_xlim(0, FARTHEST)
    panel.set_ylim(0, 1.02)
    panel.set_title("Share of orders delivered")
    panel.set_xlabel("times the promised time")
    panel.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f} %")
    panel.grid(axis="y", color=LIGHT, linewidth=0.5)
    if len(curves) > 1:
        panel.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), handlelength=3.2)
