"""The result on the terminal."""

import math
from collections.abc import Iterable, Sequence

from simulator.drawing.terminal import Grid, Screen, grids
from simulator.drawing.wording import counted, half, show
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
    "After-sales": ("availability", "downtime", "response_time", "first_time_fix", "part_fill_rate"),
    "Demand": ("orders_per_week", "lines_per_order", "units_per_line", "order_value", "return_rate"),
    "Customers": ("active_customers", "retention", "share_of_wallet", "lifetime_value", "satisfaction", "nps"),
    "Money": ("revenue", "cost_of_goods", "total_cost", "sla_penalty", "sla_bonus", "margin"),
}
"""The KPIs that the table shows, by group."""
FEW = 6
"""So many slices stand side by side."""
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


def print_result(result: Result, by: tuple[str, ...] = (), everything: bool = False, kpis: Sequence[str] = ()) -> None:
    """Print the headline KPIs (or all, or those named) with intervals, and the slices asked for."""
    screen = Screen()
    run = result.scenario.run
    screen.say(result.scenario.name, "bold")
    measured = (run.horizon - run.warm_up) / 168
    screen.say(
        f"{counted(result.replications, 'replication')} of {measured:.4g} weeks after a warm-up of "
        f"{run.warm_up / 168:.3g} weeks, seed {run.seed}"
    )
    for each in result.warnings:
        if each["kind"] != "policy":
            screen.say(f"warning: {each['message']}")
    screen.print(_whole(result, everything, kpis))
    for dimension in by:
        for part in _slices(result, dimension, everything, kpis, screen.width):
            screen.print(part)


def print_experiments(experiments: Sequence[Kept]) -> None:
    """Print what a store holds, a line for each experiment."""
    table = Grid()
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
            each.scenario,
        )
    Screen().print(table)


def print_percentiles(
    result: Result, percentiles: Sequence[float], everything: bool = False, kpis: Sequence[str] = ()
) -> None:
    """Print what the headline KPIs (or all, or those named) stay below in so many per cent of runs, with intervals."""
    if not percentiles:
        return
    screen = Screen()
    wanted = {name for names in HEADLINES.values() for name in names} if not kpis else set(kpis)
    rows = []
    for kpi in result.kpi_names:
        found = [result.percentile(kpi, each / 100) for each in percentiles]
        if ((everything and not kpis) or kpi in wanted) and found[0].replications:
            rows.append((kpi, [f"{shown(e)} ({_ends(e)})" for e in found]))
    columns = {f"in {each:g} % of runs": [cells[at] for _, cells in rows] for at, each in enumerate(percentiles)}
    title = "a run stays below, with 95 % intervals; … where so few runs cannot tell"
    for part in grids(["KPI"], [[kpi] for kpi, _ in rows], columns, screen.width, title):
        screen.print(part)


def _ends(found: Estimate) -> str:
    low, high = (show(end, found.unit) if math.isfinite(end) else "…" for end in (found.low, found.high))
    return f"{low} to {high}"


def _whole(result: Result, everything: bool, kpis: Sequence[str] = ()) -> Grid:
    table = Grid()
    table.add_column()
    table.add_column("KPI", overflow="fold")
    table.add_column("mean", justify="right", no_wrap=True)
    table.add_column("95 % interval", no_wrap=True)
    table.add_column("unit")
    found = {e.kpi: e for e in result.estimates(())}
    groups = {"": tuple(kpis or found)} if everything or kpis else HEADLINES
    for group, names in groups.items():
        for place, kpi in enumerate(name for name in names if name in found):
            e = found[kpi]
            table.add_row(group if not place else "", kpi, shown(e), half(e), e.unit)
    for place, e in enumerate(load_lines(result) if not (everything or kpis) else ()):
        stage = f", {e.label}" if e.label else ""
        table.add_row("" if place else "Load", f"{e.kpi}{stage}", show(e.mean, e.unit), half(e), e.unit)
    return table


def shown(estimate: Estimate) -> str:
    """The mean in words; at least so much where something had not ended when it was followed no longer."""
    return at_least(estimate) + show(estimate.mean, estimate.unit)


def at_least(estimate: Estimate) -> str:
    """What stands before a mean that is a lower bound."""
    return "≥ " if estimate.unfinished else ""


def load_lines(result: Result) -> list[Estimate]:
    """Headlines where they matter: the stages that are busy for more than 90 % of the time, and the orders that are
    still open where one never settles, is overloaded, or many are."""
    busy = busy_stages(result)
    overloaded = any(each["kind"].startswith("overload") for each in result.warnings)
    still = result.estimate("open_orders") if "open_orders" in result.kpi_names else None
    if still is None or not (busy or overloaded or still.mean > MANY_OPEN):
        return busy
    return [*busy, still]


def _slices(result: Result, dimension: str, everything: bool, wanted: Sequence[str], wide: int) -> list[Grid]:
    """One row per slice and one column per KPI; the other way round where there are few slices."""
    found = [e for e in result.estimates((dimension,)) if e.dimension]
    usual = {name for names in HEADLINES.values() for name in names}
    present = dict.fromkeys(e.kpi for e in found)
    kpis = [kpi for kpi in wanted or present if kpi in present and (everything or wanted or kpi in usual)]
    kpis = kpis or ([] if wanted else list(present))
    labels = list(dict.fromkeys(e.label for e in found))
    cells = {(e.label, e.kpi): f"{shown(e)}  {half(e)}".rstrip() for e in found}
    few = len(labels) <= FEW
    rows, columns = (kpis, labels) if few else (labels, kpis)
    texts = {column: [cells.get((column, row) if few else (row, column), "-") for row in rows] for column in columns}
    return grids(["KPI" if few else dimension], [[row] for row in rows], texts, wide, f"by {dimension}")
