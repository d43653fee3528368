"""`simulator select`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.apps.group import (
    bad_input,
    change_options,
    cli,
    experiment_options,
    load_scenarios,
    opened,
    progress_bar,
    stop,
    stopped_early,
)
from simulator.apps.options import known_kpis

if TYPE_CHECKING:
    from simulator.experiments.select import Selection


def known_kpi(context: click.Context, option: click.Parameter, given: str) -> str:
    """The name of a KPI that there is."""
    return known_kpis(context, option, (given,))[0]


@cli.command(short_help="Select the best SCENARIO by one KPI.")
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@change_options
@click.option("--kpi", required=True, callback=known_kpi, metavar="KPI", help="What decides.")
@click.option("--indifference", type=float, metavar="NUMBER",
              help="The smallest difference that matters, in the KPI's unit; kn wants it.")  # fmt: skip
@click.option("--procedure", type=click.Choice(["kn", "subset", "ocba"]), default="kn", show_default=True,
              help="kn: one, with a guarantee, ruling out early. subset: all that may be the best. ocba: one, within a "
              "budget, without a guarantee.")  # fmt: skip
@click.option("--confidence", type=click.FloatRange(0.5, 1, max_open=True), default=0.95, show_default=True)
@click.option("--largest/--smallest", default=None, help="Which is best.  [default: as the KPI says]")
@click.option("--first", type=click.IntRange(2, 10_000), default=10, show_default=True,
              help="Replications of each before any is judged (kn, ocba).")  # fmt: skip
@click.option("-n", "--replications", type=click.IntRange(2, 1_000_000),
              help="Of each: at the most (kn)  [default: 10,000], or exactly (subset)  [default: 20]")  # fmt: skip
@click.option("--budget", type=click.IntRange(4, 10_000_000),
              help="Replications in all (ocba)  [default: 20 for each scenario]")  # fmt: skip
@experiment_options
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True)
def select(
    scenarios: tuple[str, ...], changes: tuple[str, ...], seed: int | None, store: Path | None, style: str,
    **settings: Any,
) -> None:  # fmt: skip
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
        click.echo(f"warning: {note}", err=True)
    _show(found, style)


def _show(found: "Selection", style: str) -> None:
    if style == "json":
        import json

        click.echo(json.dumps(found.as_json(), indent=1))
    else:
        from simulator.reports.selection import print_selection

        print_selection(found)
