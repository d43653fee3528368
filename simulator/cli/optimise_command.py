"""`simulator optimise`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.cli.group import (
    USAGE,
    Workers,
    bad_input,
    cli,
    experiment_options,
    opened,
    output,
    picture,
    progress_bar,
    scenario_options,
    stop,
    stopped_early,
    write_all,
)

if TYPE_CHECKING:
    from simulator.experiments.optimisation import Optimum


FORMATS = ("table", "json", "csv")


def what_if_file(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """A file to write that is a scenario by its name."""
    if path is not None and path.suffix not in (".yaml", ".yml"):
        raise click.BadParameter(f"{path.name!r}: a what-if is a scenario, its name ends in .yaml")
    return output(context, option, path)


@cli.command(short_help="Find the best decisions for SCENARIO, and confirm them.")
@scenario_options
@click.option("--trials", type=click.IntRange(1, 1_000_000), help="Points to try at most, instead of the section's.")
@click.option(
    "-n",
    "--replications",
    "most",
    type=click.IntRange(2, 1_000_000),
    metavar="MOST",
    help="Replications of a point at most, instead of the section's.",
)
@click.option(
    "-o",
    "--output",
    "what_if",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=what_if_file,
    metavar="FILE.yaml",
    help="Write the winner as a what-if.",
)
@experiment_options
@click.option(
    "--format",
    "style",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="csv: every point that was tried.",
)
@click.option(
    "--chart",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=picture,
    metavar="FILE.png|svg",
    help="Draw every point that was tried.",
)
def optimise(
    scenario: str,
    changes: tuple[str, ...],
    seed: int | None,
    trials: int | None,
    most: int | None,
    what_if: Path | None,
    workers: Workers,
    scheduler: str | None,
    store: Path | None,
    style: str,
    chart: Path | None,
) -> None:
    """Find the best decisions for SCENARIO: what its section `optimise` asks for, confirmed by fresh replications."""
    from simulator.experiments.optimisation import optimise as find
    from simulator.experiments.wide_search import OptunaMissing

    overrides = (*changes, *([f"run.seed={seed}"] if seed is not None else []))
    _not_the_base(scenario, what_if)
    with bad_input():
        try:
            with opened(store) as kept, progress_bar() as progress:  # it holds many points under the scenario's name
                found = find(
                    scenario,
                    overrides,
                    trials=trials,
                    most=most,
                    workers=workers,
                    scheduler=scheduler,
                    store=kept,
                    progress=progress,
                )
        except OptunaMissing as error:
            stop(str(error))
        except KeyboardInterrupt:
            stopped_early("interrupted", "what is finished is kept" if store else "nothing is kept", store)
        failed = _write(found, what_if, chart)
        _show(found, style)
    if failed:
        raise SystemExit(USAGE)


def _not_the_base(scenario: str, what_if: Path | None) -> None:
    if what_if is not None and what_if.exists() and Path(scenario).exists() and what_if.samefile(scenario):
        raise click.BadParameter(f"{what_if} is the scenario itself: name another file", param_hint="-o")


def _show(found: "Optimum", style: str) -> None:
    if style == "json":
        import json

        click.echo(json.dumps(found.as_json(), indent=1))
    elif style == "csv":
        from simulator.drawing.plain_text import as_csv

        click.echo(as_csv(found.table), nl=False)
    else:
        from simulator.reports.optimum import print_optimum

        print_optimum(found)


def _write(found: "Optimum", what_if: Path | None, chart: Path | None) -> bool:
    """Write what is wanted, before anything is printed; whether something could not be."""
    if what_if is None and chart is None:
        return False
    from simulator.reports.files import write_what_if
    from simulator.reports.optimum import write_optimum_chart

    return write_all(
        ("what-if", what_if, lambda path: write_what_if(found, path)),
        ("chart", chart, lambda path: write_optimum_chart(found, path)),
    )
