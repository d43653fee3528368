"""`simulator compare` and `simulator select`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.group import (
    FORMATS,
    USAGE,
    bad_input,
    change_options,
    cli,
    experiment_options,
    known_kpis,
    load_scenarios,
    opened,
    output,
    picture,
    progress_bar,
    slices,
    stop,
    stopped_early,
    told,
    write_all,
)

if TYPE_CHECKING:
    from simulator.experiments.comparison import Comparison
    from simulator.experiments.select import Selection


def worths(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, float]:
    """KPI=NUMBER as a mapping."""
    found: dict[str, float] = {}
    for text in given:
        kpi, _, least = text.partition("=")
        known_kpis(context, option, (kpi,))
        try:
            found[kpi] = float(least)
        except ValueError:
            found[kpi] = -1.0
        if not found[kpi] >= 0:
            raise click.BadParameter(
                f"{text!r}: give a difference in the KPI's own unit, 0 or more, such as {kpi}=0.005"
            )
    return found


@cli.command(short_help="Compare each ALT with BASE under the same random numbers.")
@click.argument("base")
@click.argument("alternatives", nargs=-1, required=True, metavar="ALT...")
@change_options
@click.option("-n", "--replications", type=click.IntRange(2, 1_000_000), default=20, show_default=True)
@click.option(
    "--kpi",
    "kpis",
    multiple=True,
    callback=known_kpis,
    metavar="KPI",
    help="Compare this KPI instead of the headlines; repeatable. Fewer KPIs have narrower intervals.",
)
@click.option(
    "--by",
    multiple=True,
    metavar="DIMENSION",
    callback=slices,
    help="Compare slices too: segment, channel, sku ...; repeatable.",
)
@click.option(
    "--worth",
    multiple=True,
    metavar="KPI=0.005",
    callback=worths,
    help="The smallest difference that matters, in the KPI's unit; repeatable.  [default: 1 % of the base's "
    "value; of a share half a point]",
)
@click.option("--confidence", type=click.FloatRange(0.5, 1, max_open=True), default=0.95, show_default=True)
@click.option(
    "--simultaneous",
    type=click.Choice(["bonferroni", "dunnett"]),
    default="bonferroni",
    show_default=True,
    help="How all intervals of a table come to hold together.",
)
@click.option("--independent", is_flag=True, help="Give each scenario random numbers of its own instead of the same.")
@experiment_options
@click.option("--format", "style", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--chart",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=picture,
    metavar="FILE.png|svg",
    help="Draw the differences.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=output,
    metavar="FILE.html",
    help="Write a page to read and print.",
)
def compare(
    base: str,
    alternatives: tuple[str, ...],
    changes: tuple[str, ...],
    seed: int | None,
    kpis: tuple[str, ...],
    store: Path | None,
    style: str,
    chart: Path | None,
    report: Path | None,
    **settings: Any,
) -> None:
    """Compare each ALT with BASE under the same random numbers: difference, interval, verdict.

    BASE and ALT are scenarios. All intervals of a table hold together.
    """
    from simulator.experiments.compare import ComparisonError
    from simulator.experiments.compare import compare as compare_all

    with bad_input():
        scenarios = load_scenarios((base, *alternatives), changes, seed)
        try:
            with opened(store, *scenarios) as kept, progress_bar() as progress:
                found = compare_all(scenarios, kpis=kpis or None, store=kept, progress=progress, **settings)
        except ComparisonError as error:
            stop(str(error))
        except KeyboardInterrupt:
            stopped_early("interrupted", "a comparison wants two finished replications of each, at least", store)
        for note in found.notes:
            told(f"warning: {note}")
        failed = _write(found, chart, report)
        _show(found, style)
    if found.stopped:
        stopped_early(
            found.stopped, f"these are the {found.replications} replications of each that are finished", store
        )
    if failed:
        raise SystemExit(USAGE)


def _show(found: "Comparison", style: str) -> None:
    if style == "json":
        import json

        click.echo(json.dumps(found.as_json(), indent=1))
    elif style == "csv":
        from simulator.drawing.plain_text import as_csv

        click.echo(as_csv(found.table), nl=False)
    else:
        from simulator.reports.comparison_tables import print_comparison

        print_comparison(found)


def _write(found: "Comparison", chart: Path | None, report: Path | None) -> bool:
    """Write what is wanted, before anything is printed; whether something could not be."""
    if chart is None and report is None:
        return False
    from simulator.reports.comparison_tables import write_comparison, write_comparison_chart

    return write_all(
        ("chart", chart, lambda path: write_comparison_chart(found, path)),
        ("report", report, lambda path: write_comparison(found, path)),
    )


def known_kpi(context: click.Context, option: click.Parameter, given: str) -> str:
    """The name of a KPI that there is."""
    return known_kpis(context, option, (given,))[0]


@cli.command(short_help="Select the best SCENARIO by one KPI.")
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@change_options
@click.option("--kpi", required=True, callback=known_kpi, metavar="KPI", help="What decides.")
@click.option(
    "--indifference",
    type=float,
    metavar="NUMBER",
    help="The smallest difference that matters, in the KPI's unit; kn wants it.",
)
@click.option(
    "--procedure",
    type=click.Choice(["kn", "subset", "ocba"]),
    default="kn",
    show_default=True,
    help="kn: one, with a guarantee, ruling out early. subset: all that may be the best. ocba: one, within a "
    "budget, without a guarantee.",
)
@click.option("--confidence", type=click.FloatRange(0.5, 1, max_open=True), default=0.95, show_default=True)
@click.option("--largest/--smallest", default=None, help="Which is best.  [default: as the KPI says]")
@click.option(
    "--first",
    type=click.IntRange(2, 10_000),
    default=10,
    show_default=True,
    help="Replications of each before any is judged (kn, ocba).",
)
@click.option(
    "-n",
    "--replications",
    type=click.IntRange(2, 1_000_000),
    help="Of each: at the most (kn)  [default: 10,000], or exactly (subset)  [default: 20]",
)
@click.option(
    "--budget", type=click.IntRange(4, 10_000_000), help="Replications in all (ocba)  [default: 20 for each scenario]"
)
@experiment_options
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True)
def select(
    scenarios: tuple[str, ...],
    changes: tuple[str, ...],
    seed: int | None,
    store: Path | None,
    style: str,
    **settings: Any,
) -> None:
    """Select the best SCENARIO by one KPI, and say what is guaranteed."""
    from simulator.experiments.compare import ComparisonError
    from simulator.experiments.select import select as select_best

    with bad_input():
        loaded = load_scenarios(scenarios, changes, seed)
        try:
            with opened(store, *loaded) as kept, progress_bar() as progress:
                found = select_best(loaded, store=kept, progress=progress, **settings)
        except ComparisonError as error:
            stop(str(error))
        except KeyboardInterrupt:
            stopped_early("interrupted", "nothing is selected yet", store)
    for note in found.notes:
        told(f"warning: {note}")
    _show_selection(found, style)


def _show_selection(found: "Selection", style: str) -> None:
    if style == "json":
        import json

        click.echo(json.dumps(found.as_json(), indent=1))
    else:
        from simulator.reports.optimum import print_selection

        print_selection(found)
