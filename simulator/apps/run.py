"""`simulator run`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.apps.group import INTERRUPTED, bad_input, cli, load_scenario, output, scenario_options, stop

if TYPE_CHECKING:
    from simulator.experiments.result import Result

FORMATS = ("table", "json", "csv")


def _precisions(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, float]:
    from simulator.kpis import catalogue

    found: dict[str, float] = {}
    for text in given:
        kpi, _, goal = text.partition("=")
        if kpi not in catalogue():
            raise click.BadParameter(f"there is no KPI {kpi!r}; `simulator kpis` lists them")
        try:
            found[kpi] = float(goal)
        except ValueError:
            raise click.BadParameter(f"{text!r}: give a relative half width, such as {kpi}=0.01") from None
        if not 0 < found[kpi] < 1:
            raise click.BadParameter(f"{text!r}: a relative half width lies between 0 and 1, such as 0.01")
    return found


@cli.command()
@scenario_options
@click.option("-n", "--replications", type=click.IntRange(1, 1_000_000), help="How many replications  [default: 20]")
@click.option(
    "--precision",
    multiple=True,
    metavar="KPI=0.01",
    callback=_precisions,
    help="Replicate until the KPI's interval is this narrow, relative to its mean; repeatable.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes  [default: one per core]")
@click.option(
    "--by",
    multiple=True,
    metavar="DIMENSION",
    help="Show slices by segment, channel, customer_class, customer, rule, sku, class, site, stage or activity.",
)
@click.option("--all", "everything", is_flag=True, help="Show every KPI, not only the headlines.")
@click.option("--format", "style", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=output,
    metavar="FILE.html",
    help="Write a page to read and print.",
)
@click.option(
    "--excel",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=output,
    metavar="FILE.xlsx",
    help="Write a workbook.",
)
def run(
    scenario: str, changes: tuple[str, ...], seed: int | None, replications: int | None, precision: dict[str, float],
    workers: int | None, by: tuple[str, ...], everything: bool, style: str, report: Path | None, excel: Path | None,
) -> None:  # fmt: skip
    """Simulate SCENARIO and show its KPIs with 95 % confidence intervals."""
    from simulator.experiments.replicate import run as replicate
    from simulator.scenario.conflicts import conflicts

    with bad_input():
        loaded = load_scenario(scenario, changes, seed)
        odd = len(conflicts(loaded))
        with _progress() as progress:
            wanted = replications if replications is not None or precision else 20
            result = replicate(loaded, wanted, precision=precision, workers=workers, progress=progress)
        if odd:
            click.echo(f"{odd} warning{'s' * (odd > 1)} of its service policy: see `simulator check`", err=True)
        _show(result, style, by, everything)
        _write(result, report, excel)
    for kpi, goal in precision.items():
        found = result.estimate(kpi)
        if found.relative > goal and not result.interrupted:
            click.echo(f"{kpi}: {goal:g} not reached with {result.replications} replications "
                       f"(relative half width {found.relative:.3g})", err=True)  # fmt: skip
    if result.interrupted:
        stop(f"interrupted: these are the {result.replications} replications that were finished", INTERRUPTED)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A progress bar with the time left, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Replications"), BarColumn(), MofNCompleteColumn(), TextColumn("time left"),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show(result: "Result", style: str, by: tuple[str, ...], everything: bool) -> None:
    known = next(iter(result.measures.values())).dimensions()
    for dimension in by:
        if dimension not in known:
            raise click.BadParameter(f"no dimension {dimension!r}; there are {', '.join(known)}", param_hint="--by")
    if style == "json":
        import json

        click.echo(json.dumps(result.as_json(by or None), indent=1))
    elif style == "csv":
        click.echo(result.kpis[lambda t: t["by"].isin(["", *(by or known)])].to_csv(index=False), nl=False)
    else:
        from simulator.reports.tables import print_result

        print_result(result, by, everything)


def _write(result: "Result", report: Path | None, excel: Path | None) -> None:
    if report is not None:
        from simulator.reports.page import write_page

        write_page(result, report)
        click.echo(f"report: {report}", err=True)
    if excel is not None:
        from simulator.reports.workbook import write_workbook

        write_workbook(result, excel)
        click.echo(f"workbook: {excel}", err=True)
