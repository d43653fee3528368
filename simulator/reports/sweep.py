"""A sweep on the terminal: what came out at each point, and what service costs."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulator.experiments.result import Estimate
from simulator.experiments.sweep import Point, Sweep
from simulator.reports.tables import measured_in, show, width
from simulator.reports.wording import counted
from simulator.scenario.reading.merge import steps
from simulator.scenario.reading.nodes import Plain

LISTED = 8
"""So many points are named in a sentence."""
CELL = 15
"""Letters of an estimate with its half width, and the gap before it."""


def short_paths(paths: Collection[str]) -> dict[str, str]:
    """The last steps of each path, as many as tell them apart.

    >>> short_paths(["network.sites.a.stock.x.level", "network.sites.b.stock.x.level"])
    {'network.sites.a.stock.x.level': 'a.stock.x.level', 'network.sites.b.stock.x.level': 'b.stock.x.level'}
    """
    count = 1
    while True:
        found = {path: ".".join(str(step) for step in steps(path)[-count:]) for path in paths}
        if len(set(found.values())) == len(found):
            return found
        count += 1


def value_said(value: Plain) -> str:
    """A value of a path as it is written.

    >>> value_said(0.95), value_said({"gamma": {"mean": "3 weeks", "cv": 0.3}})
    ('0.95', 'gamma: mean: 3 weeks, cv: 0.3')
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {value_said(each)}" for key, each in value.items())
    if isinstance(value, list):
        return f"[{', '.join(map(value_said, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def point_said(point: Point) -> str:
    """What is set at a point."""
    return ", ".join(map(value_said, point.values.values()))


def played(sweep: Sweep) -> str:
    """How much was played."""
    run = sweep.scenario.run
    weeks, warm_up = (run.horizon - run.warm_up) / 168, run.warm_up / 168
    points, replications = counted(len(sweep.points), "point"), counted(sweep.replications, "replication")
    return (f"{points}, {replications} each of {weeks:.4g} weeks after a warm-up of {warm_up:.3g} weeks, "
            f"the same luck at every point (seed {run.seed})")  # fmt: skip


def print_sweep(sweep: Sweep, kpis: Sequence[str], by: Sequence[str]) -> None:
    """Print the estimates, one row for each point."""
    console = Console()
    console.print(f"[bold]{escape(sweep.scenario.name)}[/bold]", highlight=False)
    console.print(played(sweep), highlight=False)
    names = short_paths(sweep.paths)
    for path, name in names.items():
        if path != name:
            console.print(f"{name}: {path}", style="dim", highlight=False, soft_wrap=True)
    found = {(point.number, e.kpi, e.dimension, e.label): e for point, e in sweep.estimates(kpis, by)}
    present = dict.fromkeys((kpi, dimension, label) for _, kpi, dimension, label in found)
    wholes = {kpi.replace("_", " "): (kpi, "", "") for kpi in kpis if (kpi, "", "") in present}
    console.print(_table(sweep, wholes, found, console.width))
    for dimension in by:
        for kpi in kpis:
            slices = {key[2]: key for key in present if key[:2] == (kpi, dimension)}
            if slices:
                console.print(_table(sweep, slices, found, console.width, f"{kpi} by {dimension}"))
    if units := measured_in(kpis):
        console.print(units, style="dim", highlight=False)


def _table(
    sweep: Sweep, columns: Mapping[str, tuple[str, str, str]], found: Mapping[tuple[int, str, str, str], Estimate],
    wide: int, title: str | None = None,
) -> Table:  # fmt: skip
    """One row for each point; means above their half widths where they do not fit side by side."""
    table = headed(sweep, title)
    for name in columns:
        table.add_column(name, justify="right", overflow="fold")
    between = " " if 9 + 12 * len(sweep.paths) + CELL * len(columns) <= wide else "\n"
    for point in sweep.points:
        cells = [found.get((point.number, *key)) for key in columns.values()]
        texts = [f"{show(e.mean, e.unit)}{between}{width(e)}".rstrip() if e else "-" for e in cells]
        table.add_row(*row(point), *texts)
    return table


def headed(sweep: Sweep, title: str | None) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, title=title, title_justify="left")
    table.add_column("point", justify="right")
    for name in short_paths(sweep.paths).values():
        table.add_column(name, justify="right", no_wrap=True)
    return table


def row(point: Point) -> Iterator[str]:
    yield str(point.number)
    yield from map(value_said, point.values.values())
