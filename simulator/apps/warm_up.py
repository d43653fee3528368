"""`simulator warm-up`."""

from pathlib import Path

import click

from simulator.apps import options
from simulator.apps.group import INTERRUPTED, bad_input, cli, load_scenario, progress_bar, scenario_options, stop


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
    scenario: str, changes: tuple[str, ...], seed: int | None, replications: int, kpis: tuple[str, ...],
    step: str | None, picture: Path | None, workers: int | None, scheduler: str | None, style: str,
) -> None:  # fmt: skip
    """Say how long SCENARIO takes to settle: the warm-up that it needs, and the means from then on.

    The cut is MSER-5's, on the mean of all replications; the means come with intervals from one run, by batch
    means, and from all replications.
    """
    from simulator.experiments import warm_up as settle
    from simulator.experiments.executors import workforce
    from simulator.kpis.series import NoSeriesError
    from simulator.reports.warm_up import as_json, print_warm_up

    with bad_input():
        loaded = load_scenario(scenario, changes, seed)
        try:
            with workforce(workers, scheduler) as crew, progress_bar() as progress:
                hours = settle.STEPS[step] if step else None
                found = settle.warm_up(crew, loaded, replications, kpis=kpis, step=hours, progress=progress)
        except NoSeriesError as error:
            stop(str(error))
        except KeyboardInterrupt:
            stop("interrupted: a warm-up is read from all replications, and none are kept; fewer (-n) are sooner done",
                 INTERRUPTED)  # fmt: skip
        if style == "json":
            import json

            click.echo(json.dumps(as_json(found), indent=1))
        else:
            print_warm_up(found)
        if picture is not None:
            from simulator.reports.settling import write_settling

            write_settling(found, picture)
            click.echo(f"chart: {picture}", err=True)
