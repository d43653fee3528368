"""`simulator run` and `simulator warm-up`."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from simulator.cli import group as options
from simulator.cli.group import (
    FORMATS,
    INTERRUPTED,
    bad_input,
    cli,
    experiment_options,
    load_scenario,
    no_kpi,
    opened,
    output,
    progress_bar,
    quietly,
    scenario_options,
    slices,
    stop,
    stopped_early,
)

if TYPE_CHECKING:
    from simulator.experiments.result import Result


AUDITED = 3
"""So many replications are audited."""
BROKEN = 1
"""The exit status where a law is broken."""


class Goals(NamedTuple):
    """Half widths wanted by KPI: as a share of the mean, and in the KPI's own unit."""

    relative: dict[str, float]
    absolute: dict[str, float]


def _precisions(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> Goals:
    """KPI=0.01 is relative to the mean, KPI=±20 is in the KPI's unit (+-20 where a keyboard lacks the sign)."""
    from simulator.replication.measure import catalogue

    goals = Goals({}, {})
    for text in given:
        kpi, _, goal = text.partition("=")
        if kpi not in catalogue():
            raise click.BadParameter(no_kpi(kpi))
        absolute = goal.startswith(("±", "+-"))
        try:
            wanted = float(goal.removeprefix("±").removeprefix("+-"))
        except ValueError:
            raise click.BadParameter(
                f"{text!r}: give a relative half width, such as {kpi}=0.01, or one in its unit, such as {kpi}=±2"
            ) from None
        if not 0 < wanted < (math.inf if absolute else 1):
            raise click.BadParameter(
                f"{text!r}: a relative half width lies between 0 and 1, such as 0.01; "
                f"one in the KPI's unit, such as ±2, above 0"
            )
        (goals.absolute if absolute else goals.relative)[kpi] = wanted
    return goals


@cli.command(short_help="Simulate SCENARIO and show its KPIs with intervals.")
@scenario_options
@click.option("-n", "--replications", type=click.IntRange(1, 1_000_000), help="How many replications  [default: 20]")
@click.option(
    "--precision",
    multiple=True,
    metavar="KPI=0.01|±2",
    callback=_precisions,
    help="Replicate until the KPI's half width is this share of its mean, or this much in its unit; repeatable: "
    "all hold together.",
)
@click.option(
    "--cap",
    type=click.IntRange(1, 1_000_000),
    default=1000,
    show_default=True,
    help="Replications at most, where --precision decides.",
)
@experiment_options
@click.option(
    "--by",
    multiple=True,
    metavar="DIMENSION",
    callback=slices,
    help="Show slices by segment, channel, customer_class, customer, rule, contract, sku, class, site, stage, "
    "supplier, cause or activity; repeatable.",
)
@click.option(
    "--percentile",
    "percentiles",
    type=click.FloatRange(0, 100, min_open=True, max_open=True),
    multiple=True,
    metavar="P",
    help="Show what a KPI stays below in P % of runs, such as 5 for the worst year of twenty; repeatable.",
)
@click.option(
    "--audit",
    "audits",
    is_flag=True,
    help=f"Check the laws that every run keeps, on the first replications (up to {AUDITED}), played again for it. "
    f"A broken law is told, and ends with status {BROKEN}.",
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
    scenario: str,
    changes: tuple[str, ...],
    seed: int | None,
    replications: int | None,
    precision: Goals,
    cap: int,
    workers: int | None,
    scheduler: str | None,
    store: Path | None,
    by: tuple[str, ...],
    everything: bool,
    style: str,
    percentiles: tuple[float, ...],
    audits: bool,
    report: Path | None,
    excel: Path | None,
) -> None:
    """Simulate SCENARIO and show its KPIs with 95 % confidence intervals."""
    from simulator.checks.conflicts import conflicts
    from simulator.experiments.replicate import run as replicate

    with bad_input():
        loaded = load_scenario(scenario, changes, seed)
        odd = len(conflicts(loaded))
        wanted = replications if replications is not None or any(precision) else 20
        with opened(store, loaded) as kept, progress_bar() as progress, quietly():
            result = replicate(
                loaded,
                wanted,
                precision=precision.relative,
                absolute=precision.absolute,
                cap=cap,
                workers=workers,
                scheduler=scheduler,
                store=kept,
                progress=progress,
            )
        if odd:
            click.echo(f"{odd} warning{'s' * (odd > 1)}: see `simulator check`", err=True)
        checked = Audited.of(result) if audits else None
        _show(result, style, by, everything, percentiles, checked)
        _write(result, report, excel)
    if result.stopped:
        stopped_early(result.stopped, f"these are the {result.replications} replications that are finished", store)
    _tell_missed(result, precision)
    if checked is not None:
        click.echo(checked.text, err=True)
        if checked.broken:
            raise SystemExit(BROKEN)


def _tell_missed(result: "Result", goals: Goals) -> None:
    """Which precisions were not reached with as many replications as are allowed."""
    for wanted, relative in ((goals.relative, True), (goals.absolute, False)):
        for kpi, goal in wanted.items():
            found = result.estimate(kpi)
            reached = found.relative if relative else found.half_width
            if not reached <= goal:
                click.echo(
                    f"{kpi}: {goal:g} not reached with {result.replications} replications "
                    f"({'relative ' * relative}half width {reached:.3g})",
                    err=True,
                )


@dataclass(frozen=True)
class Audited:
    """What the audit of some replications of a result found."""

    replications: int
    facts: int
    laws: dict[str, str]
    broken: dict[int, list[str]]
    """By replication."""

    @staticmethod
    def of(result: "Result") -> "Audited":
        """Play the first replications of a result again, and check every law on what happened."""
        from simulator.replication.simulate import audited, simulate

        numbers = result.numbers[:AUDITED]
        found = {number: audited(simulate(result.scenario, number)) for number in numbers}
        laws = {name: said for each in found.values() for name, said in each.laws.items()}
        broken = {number: each.broken for number, each in found.items() if each.broken}
        return Audited(len(numbers), sum(each.facts for each in found.values()), laws, broken)

    @property
    def text(self) -> str:
        """The same in words."""
        from simulator.drawing.wording import counted

        over = f"over {self.facts:,} facts of {counted(self.replications, 'replication')}"
        if not self.broken:
            return f"audit: {counted(len(self.laws), 'law')} held {over}: {', '.join(self.laws)}"
        lines = [f"  replication {number}: {said}" for number, every in self.broken.items() for said in every]
        return "\n".join([f"audit: not every law held {over}:", *lines])

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        broken = [{"replication": number, "message": said} for number, every in self.broken.items() for said in every]
        return {"audit": {"replications": self.replications, "facts": self.facts, "laws": self.laws, "broken": broken}}


def _show(
    result: "Result",
    style: str,
    by: tuple[str, ...],
    everything: bool,
    percentiles: tuple[float, ...],
    checked: Audited | None,
) -> None:
    known = result.dimensions()
    for dimension in by:
        if dimension not in known:
            raise click.BadParameter(f"no dimension {dimension!r}; there are {', '.join(known)}", param_hint="--by")
    if style == "json":
        import json

        from simulator.reports.stock_plan import as_plain

        shares = [each / 100 for each in percentiles]
        levels = {"stock_levels": plan} if (plan := as_plain(result.scenario)) else {}
        audit = checked.as_json() if checked is not None else {}
        told = {**result.as_json(by or None), **result.percentiles_as_json(shares), **levels, **audit}
        click.echo(json.dumps(told, indent=1))
    elif style == "csv":
        click.echo(result.table(by or None).to_csv(index=False), nl=False)
    else:
        from simulator.reports.result_tables import print_percentiles, print_result
        from simulator.reports.stock_plan import print_plan

        print_result(result, by, everything)
        print_percentiles(result, percentiles, everything)
        print_plan(result.scenario)


def _write(result: "Result", report: Path | None, excel: Path | None) -> None:
    if report is not None:
        from simulator.reports.page import write_page

        write_page(result, report)
        click.echo(f"report: {report}", err=True)
    if excel is not None:
        from simulator.reports.workbook import write_workbook

        write_workbook(result, excel)
        click.echo(f"workbook: {excel}", err=True)


@cli.command("warm-up", short_help="Say how long SCENARIO takes to settle.")
@scenario_options
@click.option("-n", "--replications", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option(
    "--kpi", "kpis", multiple=True, metavar="KPI", callback=options.known_kpis, help="A KPI to look at; repeatable."
)
@click.option("--step", type=click.Choice(["hour", "day", "week"]), help="Of the series  [default: by the horizon]")
@click.option(
    "--chart",
    "--picture",
    "picture",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=options.picture,
    metavar="FILE.png|svg",
    help="Draw how the KPIs settle.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes  [default: one per core]")
@click.option("--scheduler", metavar="ADDRESS|FILE", help="Play on the workers of this Dask scheduler.")
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True)
def warm_up(
    scenario: str,
    changes: tuple[str, ...],
    seed: int | None,
    replications: int,
    kpis: tuple[str, ...],
    step: str | None,
    picture: Path | None,
    workers: int | None,
    scheduler: str | None,
    style: str,
) -> None:
    """Say how long SCENARIO takes to settle: the warm-up that it needs, and the means from then on.

    The cut is MSER-5's, on the mean of all replications; the means come with intervals from one run, by batch
    means, and from all replications.
    """
    from simulator.experiments import warm_up as settle
    from simulator.experiments.executors import workforce
    from simulator.replication.measure import NoSeriesError
    from simulator.reports.warm_up_words import as_json, print_warm_up

    with bad_input():
        loaded = load_scenario(scenario, changes, seed)
        try:
            with workforce(workers, scheduler) as crew, progress_bar() as progress:
                hours = settle.STEPS[step] if step else None
                found = settle.warm_up(crew, loaded, replications, kpis=kpis, step=hours, progress=progress)
        except NoSeriesError as error:
            stop(str(error))
        except KeyboardInterrupt:
            stop(
                "interrupted: a warm-up is read from all replications, and none are kept; fewer (-n) are sooner done",
                INTERRUPTED,
            )
        if style == "json":
            import json

            click.echo(json.dumps(as_json(found), indent=1))
        else:
            print_warm_up(found)
        if picture is not None:
            from simulator.reports.warm_up_words import write_warm_up_chart

            write_warm_up_chart(found, picture)
            click.echo(f"chart: {picture}", err=True)
