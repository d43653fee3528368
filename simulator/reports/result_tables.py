"""The result on the terminal."""

import math
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from simulator.drawing.wording import show, width
from simulator.experiments.result import Estimate, Result
from simulator.experiments.stability import busy_stages
from simulator.experiments.store import Kept
from simulator.replication.measure import catalogue

HEADLINES = {
    "Service": (
        "line_fill_rate",
        "unit_fill_rate",
        "order_fill_rate",
        "value_fill_rate",
        "on_time",
        "in_full",
        "perfect_order_rate",
        "perfect_order_product",
        "sla_attainment",
        "sla_breaches",
    ),
    "Time": ("order_cycle_time", "order_cycle_time_p95", "wait_time"),
    "Stock": ("on_hand", "backorders", "ready_rate", "turns", "days_of_supply"),
    "Demand": ("orders_per_week", "lines_per_order", "units_per_line", "order_value", "return_rate"),
    "Money": ("revenue", "cost_of_goods", "total_cost", "sla_penalty", "sla_bonus", "margin"),
}
"""The KPIs that the table shows, by group."""
MANY_OPEN = 0.05
"""From this share on open orders are a headline."""


def measured_in(kpis: Iterable[str]) -> str:
    """The units of KPIs whose values do not show them, in a sentence; "" where all are shares.

    >>> measured_in(["on_time", "total_cost", "on_hand", "margin"])
    'In money per week: total_cost, margin. In units: on_hand.'
    """
    units: dict[str, list[str]] = {}
    for kpi in dict.fromkeys(kpis):
        units.setdefault(catalogue()[kpi].unit, []).append(kpi)
    return " ".join(f"In {unit}: {', '.join(names)}." for unit, names in units.items() if not unit.startswith("share"))


def print_result(result: Result, by: tuple[str, ...] = (), everything: bool = False) -> None:
    """Print the headline KPIs (or all) with intervals, and the slices asked for."""
    console = Console()
    run = result.scenario.run
    console.print(f"[bold]{escape(result.scenario.name)}[/bold]", highlight=False)
    measured = (run.horizon - run.warm_up) / 168
    console.print(
        f"{result.replications} replications of {measured:.4g} weeks after a warm-up of "
        f"{run.warm_up / 168:.3g} weeks, seed {run.seed}",
        highlight=False,
    )
    for each in result.warnings:
        if each["kind"] != "policy":
            console.print(f"warning: {each['message']}", highlight=False, markup=False)
    console.print(_whole(result, everything))
    for dimension in by:
        console.print(_slices(result, dimension, everything))


def print_experiments(experiments: Sequence[Kept]) -> None:
    """Print what a store holds, a line for each experiment."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("", "replications", "s each", "seed"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("version", "began", "content"):
        table.add_column(name, no_wrap=True)
    table.add_column("scenario", overflow="fold")
    for each in experiments:
        took = f"{each.seconds / each.replications:.3g}" if each.replications else "-"
        table.add_row(
            str(each.number),
            f"{each.replications:,}",
            took,
            str(each.seed),
            each.version,
            each.began[:10],
            each.hash,
            Text(each.scenario),
        )
    Console().print(table)


def print_percentiles(result: Result, percentiles: Sequence[float], everything: bool = False) -> None:
    """Print what the headline KPIs (or all) stay below in so many per cent of runs, each with its interval."""
    if not percentiles:
        return
    table = Table(
        box=None,
        header_style="bold",
        pad_edge=False,
        title_justify="left",
        title="a run stays below, with 95 % intervals; … where so few runs cannot tell",
    )
    table.add_column("KPI")
    for each in percentiles:
        table.add_column(f"in {each:g} % of runs", justify="right")
    shown = {name for names in HEADLINES.values() for name in names}
    for kpi in result.kpi_names:
        found = [result.percentile(kpi, each / 100) for each in percentiles]
        if (everything or kpi in shown) and found[0].replications:
            table.add_row(
                kpi, *(f"{show(e.mean, e.unit)} ({_end(e.low, e.unit)} to {_end(e.high, e.unit)})" for e in found)
            )
    Console().print(table)


def _end(value: float, unit: str) -> str:
    return show(value, unit) if math.isfinite(value) else "…"


def _whole(result: Result, everything: bool) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, align in (("", "left"), ("KPI", "left"), ("mean", "right"), ("95 % interval", "left"), ("unit", "left")):
        table.add_column(name, justify=align)  # type: ignore[arg-type]
    found = {e.kpi: e for e in result.estimates(())}
    groups = {"": tuple(found)} if everything else HEADLINES
    for group, kpis in groups.items():
        for place, kpi in enumerate(name for name in kpis if name in found):
            e = found[kpi]
            table.add_row(group if not place else "", kpi, shown(e), width(e), e.unit)
    for place, e in enumerate(load_lines(result) if not everything else ()):
        stage = escape(f", {e.label}" if e.label else "")
        table.add_row("" if place else "Load", f"{e.kpi}{stage}", show(e.mean, e.unit), width(e), e.unit)
    return table


def shown(estimate: Estimate) -> str:
    """The mean in words; at least so much where something had not ended when it was followed no longer."""
    return ("≥ " if estimate.unfinished else "") + show(estimate.mean, estimate.unit)


def load_lines(result: Result) -> list[Estimate]:
    """Headlines where they matter: the stages that are busy for more than 90 % of the time, and the orders that are
    still open where one never settles, is overloaded, or many are."""
    busy = busy_stages(result)
    overloaded = any(each["kind"].startswith("overload") for each in result.warnings)
    still = result.estimate("open_orders") if "open_orders" in result.kpi_names else None
    if still is None or not (busy or overloaded or still.mean > MANY_OPEN):
        return busy
    return [*busy, still]


def _slices(result: Result, dimension: str, everything: bool) -> Table:
    """One row per slice and one column per KPI; the other way round where there are few slices."""
    found = [e for e in result.estimates((dimension,)) if e.dimension]
    shown = {name for names in HEADLINES.values() for name in names}
    present = dict.fromkeys(e.kpi for e in found)
    kpis = [kpi for kpi in present if everything or kpi in shown] or list(present)
    labels = list(dict.fromkeys(e.label for e in found))
    cells = {(e.label, e.kpi): show(e.mean, e.unit) for e in found}
    table = Table(box=None, header_style="bold", pad_edge=False, title=f"by {dimension}", title_justify="left")
    few = len(labels) <= 6
    table.add_column("KPI" if few else dimension)
    for column in labels if few else kpis:
        table.add_column(column, justify="right", overflow="fold")
    for row in kpis if few else labels:
        table.add_row(row, *(cells.get((c, row) if few else (row, c), "-") for c in (labels if few else kpis)))
    return table
