"""What the warm-up command says: a verdict in words, tables, a chart, plain data."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.drawing.search_charts import WarmUpPanel, warm_up_chart, warm_up_height
from simulator.drawing.sheet import Drawing, write_picture
from simulator.drawing.terminal import Grid, Screen, grids
from simulator.drawing.wording import Number, counted, listed, show, title, with_interval
from simulator.experiments.intervals import CONFIDENCE, Interval
from simulator.experiments.steady_state import RESAMPLES, BatchMeans, Series, Truncation, welch
from simulator.experiments.warm_up import STEPS, WarmUp
from simulator.replication.measure import catalogue

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    if found.unstable:
        more = f"Try --set run.horizon='{duration(2 * run.horizon)}' -n {2 * found.replications}."
        return (
            f"The warm-up is not to be told from {counted(found.replications, 'replication')} of "
            f"{duration(run.horizon)}: the mean over them says {duration(found.longest)}, but {_resampled(found)}. "
            f"Run longer, or more often. {more}"
        )
    advice = f"Recommended warm-up: {duration(found.hours)}{stability(found)}."
    if own >= found.hours:
        safe = found.range is None or own >= found.range.high
        rest = "" if safe else ", though not for the safe choice"
        return f"{advice} The scenario's own, {duration(own)}, is long enough{rest}."
    if found.replications < 2:
        return f"{advice} The scenario's own, {duration(own)}, is shorter."
    if found.differing:
        return f"{advice} The scenario's own, {duration(own)}, is too short: it changes {listed(found.differing)}."
    return (
        f"{advice} The scenario's own, {duration(own)}, is shorter, but measured from there on no KPI comes out "
        "otherwise by more than chance."
    )


def stability(found: WarmUp) -> str:
    """How far a recommendation is to be relied on, as the rest of its sentence."""
    if found.range is None:
        return ", from a single replication, which does not say how stable that is"
    if found.range.low == found.range.high == found.hours:
        return f"; drawing the {found.replications} replications again gives the same in four cases of five or more"
    return f"; {_resampled(found)}{_safe(found)}"


def _resampled(found: WarmUp) -> str:
    assert found.range is not None
    low, high = found.range
    first, last = duration(low), duration(high) if math.isfinite(high) else "more than half of the run"
    if first.rstrip("s").split()[1:] == last.rstrip("s").split()[1:]:
        first = first.split()[0]
    ends = last if low == high else f"{first} to {last}"
    return f"drawing the {found.replications} replications again gives {ends} in four cases of five"


def _safe(found: WarmUp) -> str:
    assert found.range is not None
    return ", and the longest is the safe choice" if found.range.high > found.hours else ""


def print_warm_up(found: WarmUp) -> None:
    """Print when each KPI settles, the verdict, and means of the steady part from one run and from all."""
    screen = Screen()
    run = found.scenario.run
    screen.say(found.scenario.name, "bold")
    screen.say(
        f"{counted(found.replications, 'replication')} of {duration(run.horizon)} in steps of "
        f"{duration(found.step)}, seed {run.seed}{_run_out(found)}"
    )
    screen.print(_settling(found))
    screen.say(verdict(found))
    for part in _means(found, screen.width):
        screen.print(part)
    if not all(one is None or one.independent for one in found.one_run()):
        screen.say("* Neighbouring batches are alike: the interval is too narrow, a longer run is needed.")


def _run_out(found: WarmUp) -> str:
    hours = found.run_out
    return (
        f"; the last {duration(hours)} left out, with orders that were never seen to end" if hours >= found.step else ""
    )


def _settling(found: WarmUp) -> Grid:
    table = Grid()
    table.add_column("KPI", overflow="fold")
    for name in ("settles after", "steady mean"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("unit")
    for each, cut in zip(found.series, found.cuts, strict=True):
        unit = catalogue()[each.kpi].unit
        settles = duration(cut.steps * found.step) if cut.settled else "not settled"
        settles = "never" if found.overloaded else settles
        table.add_row(each.kpi, settles, show(cut.mean, unit), unit)
    return table


def _means(found: WarmUp, wide: int) -> list[Grid]:
    runs, several = found.replications, found.replications > 1
    heads = ["first run alone", "batches", "lag-1", *([f"all {runs} runs"] if several else [])]
    columns: dict[str, list[str]] = {head: [] for head in heads}
    for each, one, every in zip(found.series, found.one_run(), found.all_runs(), strict=True):
        unit = catalogue()[each.kpi].unit
        cells = ["-", "too short a run", ""]
        if one is not None:
            batches = f"{one.batches} of {duration(one.hours)}{'' if one.independent else ' *'}"
            cells = [_said(one.interval, unit), batches, show(one.correlation, "")]
        for head, cell in zip(heads, [*cells, _said(every, unit)] if several else cells, strict=True):
            columns[head].append(cell)
    title = f"Means after {duration(found.used)}: one run by batch means{', all by replications' if several else ''}"
    return grids(["KPI"], [[each.kpi] for each in found.series], columns, wide, title)


def _said(found: Interval, unit: str) -> str:
    """A mean with its interval."""
    return with_interval(show(found.point, unit), Number(unit, found.point, found.low, found.high))


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
            "range": None
            if found.range is None
            else {name: _number(end) for name, end in found.range._asdict().items()},
            "resamples": 0 if found.range is None else RESAMPLES,
            "stable": None if found.range is None else not found.unstable,
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
    write_picture(path, *warm_up_drawing(found))


def warm_up_drawing(found: WarmUp) -> Drawing:
    """The chart of how the KPIs settle, a panel for each."""
    panels = [_panel(found, each, cut) for each, cut in zip(found.series, found.cuts, strict=True)]
    run, runs = found.scenario.run, found.replications

    def draw(sheet: "Figure") -> None:
        warm_up_chart(
            sheet,
            panels,
            step=next(name for name, hours in STEPS.items() if found.unit >= hours),
            own=run.warm_up / found.unit,
            horizon=run.horizon / found.unit,
            key=(f"mean of {runs} runs" if runs > 1 else "one run", f"own warm-up, {duration(run.warm_up)}"),
        )

    return draw, warm_up_height(len(panels))


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
