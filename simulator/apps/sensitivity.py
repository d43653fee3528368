"""`simulator sensitivity`."""

import json
from pathlib import Path
from typing import Any

import click

from simulator.apps.group import (
    bad_input,
    cli,
    experiment_options,
    load_scenario,
    progress_bar,
    quietly,
    scenario_options,
    stop,
    stopped_early,
)
from simulator.apps.options import FORMATS, known_kpis, picture
from simulator.apps.sweep import all_written


@cli.command(short_help="Say which inputs of SCENARIO matter.")
@scenario_options
@click.option("--method", type=click.Choice(["tornado", "morris", "sobol"]), default="tornado", show_default=True,
              help="One at a time, elementary effects, or shares of the variance.")  # fmt: skip
@click.option("--input", "inputs", multiple=True, metavar="PATH=LOW..HIGH", callback=all_written,
              help="Move this input over this range; repeatable.  [default: what it assumes, +-20 %]")  # fmt: skip
@click.option("--kpi", "kpis", multiple=True, callback=known_kpis, metavar="KPI", default=["total_cost"],
              show_default=True,              help="What is looked at; repeatable.")  # fmt: skip
@click.option("--points", type=click.IntRange(2), help="Trajectories of Morris [default: 10], or base points of Sobol "
              "[default: 64].")  # fmt: skip
@click.option("-n", "--replications", type=click.IntRange(2, 1_000_000), default=10, show_default=True,
              help="Of every point.")  # fmt: skip
@experiment_options
@click.option("--format", "style", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False), callback=picture, metavar="FILE.png|svg",
              help="Draw the effects.")  # fmt: skip
def sensitivity(
    scenario: str, changes: tuple[str, ...], seed: int | None, inputs: dict[str, Any], store: Path | None, style: str,
    chart: Path | None, **settings: Any,
) -> None:  # fmt: skip
    """Which inputs of SCENARIO matter: move them, and see what that does to a KPI."""
    from simulator.experiments.ranges import DesignError
    from simulator.experiments.sensitivity import Unfinished
    from simulator.experiments.sensitivity import sensitivity as analyse
    from simulator.reports.sensitivity import print_sensitivity
    from simulator.reports.sensitivity_chart import write_sensitivity_chart

    with bad_input():
        try:
            loaded = load_scenario(scenario, changes, seed)
            with progress_bar() as progress, quietly():
                found = analyse(loaded, inputs or None, store=store or "", progress=progress, **settings)
        except DesignError as error:
            stop(str(error))
        except Unfinished as why:
            stopped_early(str(why), "an analysis needs all of its points, and shows nothing before", store)
        for note in found.notes:
            click.echo(f"warning: {note}", err=True)
        if style == "json":
            click.echo(json.dumps(found.as_json(), indent=1, default=str))
        elif style == "csv":
            click.echo(found.table.to_csv(index=False), nl=False)
        else:
            print_sensitivity(found)
        if chart is not None:
            write_sensitivity_chart(found, chart)
            click.echo(f"chart: {chart}", err=True)
