"""`simulator run` and `simulator warm-up`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.cli import group as options
from simulator.cli.audited import AUDITED, BROKEN, Audited
from simulator.cli.group import (
    FORMATS,
    INTERRUPTED,
    USAGE,
    Workers,
    bad_input,
    cli,
    experiment_options,
    load_scenario,
    named_kpis,
    opened,
    output,
    progress_bar,
    quietly,
    scenario_options,
    slices,
    stop,
    stopped_early,
    told,
    workers_option,
    write_all,
)

if TYPE_CHECKING:
    from simulator.experiments.precision import Precision
    from simulator.experiments.result import Result


def _precisions(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> "list[Precision]":
    """KPI=0.01 or 1% is relative to the mean, KPI=±20 is in the KPI's unit (+-20 where a keyboard lacks the sign)."""
    from simulator.experiments.arguments import ArgumentError, UnknownName
    from simulator.experiments.precision import precision_of

    try:
        return [precision_of(kpi.strip(), goal) for kpi, _, goal in (text.partition("=") for text in given)]
    except (ArgumentError, UnknownName) as error:
        raise click.BadParameter(str(error)) from None


@cli.command(short_help="Simulate SCENARIO and show its KPIs with intervals.")
@scenario_options
@click.option("-n", "--replications", type=click.IntRange(1, 1_000_000), help="How many replications  [default: 20]")
@click.option(
    "--precision",
    multiple=True,
    metavar="KPI=1%|±2",
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
@click.option(
    "--kpi",
    "kpis",
    multiple=True,
    callback=named_kpis,
    metavar="KPI",
    help="Show this KPI instead of the headlines, or those of a pattern such as '*_fill_rate'; repeatable.",
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
    precision: "list[Precision]",
    cap: int,
    workers: Workers,
    scheduler: str | None,
    store: Path | None,
    by: tuple[str, ...],
    kpis: tuple[str, ...],
    everything: bool,
    style: str,
    percentiles: tuple[float, ...],
    audits: bool,
    report: Path | None,
    excel: Path | None,
) -> None:
    """Simulate SCENARIO and show its KPIs with 95 % confidence intervals."""
    from simulator.checks.conflicts import conflicts
    from simulator.experiments.precision import missed
    from simulator.experiments.replicate import run as replicate

    with bad_input():
        loaded = load_scenario(scenario, changes, seed)
        odd = len(conflicts(loaded))
        wanted = replications if replications is not None or precision else 20
        with opened(store, loaded) as kept, progress_bar() as progress, quietly():
            result = replicate(
                loaded,
                wanted,
                precision=precision,
                cap=cap,
                workers=workers,
                scheduler=scheduler,
                store=kept,
                progress=progress,
            )
        for dimension in by:
            if dimension not in result.dimensions():
                known = ", ".join(result.dimensions())
                raise click.BadParameter(f"no dimension {dimension!r}; there are {known}", param_hint="--by")
        if lost := [kpi for kpi in kpis if kpi not in result.kpi_names]:
            told(f"this scenario has nothing to measure for {', '.join(lost)}")
        failed = _write(result, report, excel)
        if odd:
            told(f"{odd} warning{'s' * (odd > 1)}: see `simulator check`")
        checked = Audited.of(result) if audits else None
        _show(result, style, by, everything, percentiles, kpis, checked)
    if result.stopped:
        stopped_early(result.stopped, f"these are the {result.replications} replications that are finished", store)
    for each in [*missed(result, precision), *([result.caution] if result.caution else [])]:
        told(each)
    if failed:
        raise SystemExit(USAGE)
    if checked is not None:
        told(checked.text)
        if checked.broken:
            raise SystemExit(BROKEN)


def _show(
    result: "Result",
    style: str,
    by: tuple[str, ...],
    everything: bool,
    percentiles: tuple[float, ...],
    kpis: tuple[str, ...],
    checked: Audited | None,
) -> None:
    if style == "json":
        import json

        from simulator.reports.stock_plan import as_plain

        shares = [each / 100 for each in percentiles]
        levels = {"stock_levels": plan} if (plan := as_plain(result.scenario)) else {}
        audit = checked.as_json() if checked is not None else {}
        whole = {
            **result.as_json(by or None, kpis or None),
            **result.percentiles_as_json(shares, kpis or None),
            **levels,
            **audit,
        }
        click.echo(json.dumps(whole, indent=1))
    elif style == "csv":
        from simulator.drawing.plain_text import as_csv

        table = result.table(by or None)
        click.echo(as_csv(table[table["kpi"].isin(kpis)] if kpis else table), nl=False)
    else:
        from simulator.reports.result_tables import print_percentiles, print_result
        from simulator.reports.stock_plan import print_plan

        print_result(result, by, everything, kpis)
        print_percentiles(result, percentiles, everything, kpis)
        print_plan(result.scenario)


def _write(result: "Result", report: Path | None, excel: Path | None) -> bool:
    """Write what is wanted, before anything is printed; whether something could not be."""
    if report is None and excel is None:
        return False
    from simulator.reports.page import write_page
    from simulator.reports.workbook import write_workbook

    return write_all(
        ("report", report, lambda path: write_page(result, path)),
        ("workbook", excel, lambda path: write_workbook(result, path)),
    )


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
@workers_option
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
    workers: Workers,
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
        failed = False
        if picture is not None:
            from simulator.reports.warm_up_words import write_warm_up_chart

            failed = write_all(("chart", picture, lambda path: write_warm_up_chart(found, path)))
        if style == "json":
            import json

            click.echo(json.dumps(as_json(found), indent=1))
        else:
            print_warm_up(found)
    if failed:
        raise SystemExit(USAGE)
