"""What the warm-up command says: a verdict in words, tables, a chart, plain data."""

import math
from pathlib import Path
from typing import Any, Literal

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulator.drawing.search_charts import WarmUpPanel, warm_up_chart, warm_up_height
from simulator.drawing.sheet import write_picture
from simulator.drawing.wording import counted, listed, show, title
from simulator.experiments.intervals import CONFIDENCE, Interval
from simulator.experiments.steady_state import BatchMeans, Series, Truncation, welch
from simulator.experiments.warm_up import STEPS, WarmUp
from simulator.replication.measure import catalogue


def duration(hours: float) -> str:
    """A time in whole weeks, days or hours, the longest of them that fits.

    >>> duration(336), duration(216), duration(1), duration(0)
    ('2 weeks', '9 days', '1 hour', '0')
    """
    unit = next((name for name, length in STEPS.items() if not hours % length), "hour")
    return counted(round(hours / STEPS[unit]), unit) if hours else "0"


def verdict(found: WarmUp) -> str:
    """What to do, in words."""
    run, own = found.scenario.run, found.scenario.run.warm_up
    if found.overloaded:
        return (
            f"It never settles: {'; '.join(found.overloaded)}. No warm-up helps, and no longer run: what is measured "
            "depends on how long the run is."
        )
    if found.unsettled:
        return (
            f"The run of {duration(run.horizon)} is too short to tell: {listed(found.unsettled)} had not settled "
            f"by the middle of it. Try --set run.horizon='{duration(2 * run.horizon)}'."
        )
    advice = f"Recommended warm-up: {duration(found.hours)}."
    if own >= found.hours:
        return f"{advice} The scenario's own, {duration(own)}, is long enough."
    if found.replications < 2:
        return f"{advice} The scenario's own, {duration(own)}, is shorter."
    if found.differing:
        return f"{advice} The scenario's own, {duration(own)}, is too short: it changes {listed(found.differing)}."
    return (
        f"{advice} The scenario's own, {duration(own)}, is shorter, but measured from there on no KPI comes out "
        "otherwise by more than chance."
    )


def print_warm_up(found: WarmUp) -> None:
    """Print when each KPI settles, the verdict, and means of the steady part from one run and from all."""
    console = Console()
    run = found.scenario.run
    console.print(f"[bold]{escape(found.scenario.name)}[/bold]", highlight=False)
    console.print(
        f"{counted(found.replications, 'replication')} of {duration(run.horizon)} in steps of "
        f"{duration(found.step)}, seed {run.seed}{_run_out(found)}",
        highlight=False,
    )
    console.print(_settling(found))
    console.print(verdict(found), highlight=False)
    console.print(_means(found))
    if not all(one is None or one.independent for one in found.one_run()):
        console.print("* Neighbouring batches are alike: the interval is too narrow, a longer run is needed.")


def _run_out(found: WarmUp) -> str:
    hours = found.run_out
    return (
        f"; the last {duration(hours)} left out, with orders that were never seen to end" if hours >= found.step else ""
    )


def _settling(found: WarmUp) -> Table:
    table = _empty(("KPI", "left"), ("settles after", "right"), ("steady mean", "right"), ("unit", "left"))
    for each, cut in zip(found.series, found.cuts, strict=True):
        unit = catalogue()[each.kpi].unit
        settles = duration(cut.steps * found.step) if cut.settled else "not settled"
        settles = "never" if found.overloaded else settles
        table.add_row(each.kpi, settles, show(cut.mean, unit), unit)
    return table


def _means(found: WarmUp) -> Table:
    runs = found.replications
    table = _empty(
        ("KPI", "left"),
        ("first run alone", "right"),
        ("batches", "left"),
        ("lag-1", "right"),
        (f"all {runs} runs" if runs > 1 else "", "right"),
    )
    table.title = f"Means after {duration(found.used)}: one run by batch means, all by replications"
    for each, one, every in zip(found.series, found.one_run(), found.all_runs(), strict=True):
        unit = catalogue()[each.kpi].unit
        whole = _said(every, unit) if runs > 1 else ""
        if one is None:
            table.add_row(each.kpi, "-", "too short a run", "", whole)
            continue
        batches = f"{one.batches} of {duration(one.hours)}{'' if one.independent else ' *'}"
        table.add_row(each.kpi, _said(one.interval, unit), batches, show(one.correlation, ""), whole)
    return table


def _empty(*columns: tuple[str, Literal["left", "right"]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, title_justify="left", title_style="")
    for name, justify in columns:
        table.add_column(name, justify=justify)
    return table


def _said(found: Interval, unit: str) -> str:
    """A mean and its interval: half its width, or both ends where they are not equally far away."""
    if not math.isfinite(found.low):
        return show(found.point, unit)
    if found.method == "Wilson":
        return f"{show(found.point, unit)} ({show(found.low, unit)} to {show(found.high, unit)})"
    half = (found.high - found.low) / 2
    share = unit.startswith("share")
    return f"{show(found.point, unit)} ± {f'{100 * half:.2f}' if share else show(half, unit)}"


def as_json(found: WarmUp) -> dict[str, Any]:
    """The same as plain data; times in hours."""
    from simulator import __version__

    run = found.scenario.run
    rows = zip(found.series, found.cuts, found.one_run(), found.all_runs(), strict=True)
    return {
        "scenario": found.scenario.name,
        "hash": found.scenario.hash,
        "seed": run.seed,
        "replications": found.replications,
        "version": __version__,
        "step": found.step,
        "warm_up": {
            "recommended": _number(found.hours),
            "own": run.warm_up,
            "used": found.used,
            "never_settles": bool(found.overloaded),
            "verdict": verdict(found),
        },
        "kpis": [
            {
                "kpi": each.kpi,
                "unit": catalogue()[each.kpi].unit,
                "mser_5": {"warm_up": cut.steps * found.step, "settled": cut.settled, "mean": _number(cut.mean)},
                "batch_means": _batches(one),
                "replications": _interval(whole),
            }
            for each, cut, one, whole in rows
        ],
    }


def _batches(one: BatchMeans | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        **_interval(one.interval),
        "batches": one.batches,
        "batch": one.hours,
        "lag_1": _number(one.correlation),
        "independent": one.independent,
    }


def _interval(found: Interval) -> dict[str, Any]:
    ends = {"mean": found.point, "low": found.low, "high": found.high}
    return {name: _number(value) for name, value in ends.items()} | {"confidence": CONFIDENCE}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


WINDOW = {168.0: 2, 24.0: 10, 1.0: 12}
"""Steps on each side that are averaged: five weeks, three weeks of days, a day of hours."""


def write_warm_up_chart(found: WarmUp, path: Path) -> None:
    """Write the picture, PNG or SVG by the ending of the file's name.

    Errors: OSError where it cannot be written.
    """
    panels = [_panel(found, each, cut) for each, cut in zip(found.series, found.cuts, strict=True)]
    run, runs = found.scenario.run, found.replications
    write_picture(
        path,
        lambda sheet: warm_up_chart(
            sheet,
            panels,
            step=next(name for name, hours in STEPS.items() if found.unit >= hours),
            own=run.warm_up / found.unit,
            horizon=run.horizon / found.unit,
            key=(f"mean of {runs} runs" if runs > 1 else "one run", f"own warm-up, {duration(run.warm_up)}"),
        ),
        warm_up_height(len(panels)),
    )


def _panel(found: WarmUp, series: Series, cut: Truncation) -> WarmUpPanel:
    unit = catalogue()[series.kpi].unit
    window = next((side for step, side in WINDOW.items() if series.step >= step), 12)
    window = min(window, series.steps // 4)
    curve, hours = welch(series, window), cut.steps * series.step
    return WarmUpPanel(
        heading=title(series.kpi) if unit.startswith("share") else f"{title(series.kpi)}, {unit}",
        unit=unit,
        at=(np.arange(len(curve)) + 0.5) * series.step / found.unit,
        curve=curve,
        runs=np.array([welch(run, window) for run in series.runs]),
        steady=cut.mean,
        cut=hours / found.unit if cut.settled else None,
        said=f"MSER-5: {duration(hours)}" if cut.settled else "MSER-5: not settled by the middle",
    )
