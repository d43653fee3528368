"""`simulator fit`."""

from pathlib import Path
from typing import Any

import click

from simulator.cli.group import cli, output, stop


def pairs(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE options as a mapping."""
    found = dict(text.partition("=")[::2] for text in given)
    if not all(found.values()):
        raise click.BadParameter("give NAME=VALUE")
    return found


@cli.command(short_help="Make a scenario of ORDERS, a table of order lines.")
@click.argument("orders", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=output,
    required=True,
    metavar="SCENARIO.yaml",
    help="The scenario to write.",
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="ROLE=COLUMN",
    callback=pairs,
    help="Which column is what: order, time, sku, units, price, customer, segment, channel, type; repeatable.",
)
@click.option(
    "--demand",
    type=click.Choice(["sampled", "resampled", "replayed"]),
    default="sampled",
    show_default=True,
    help="Orders from fitted laws, drawn from the history, or the history itself.",
)
@click.option("--target", type=float, help="Unit fill rate that stock is sized for  [default: 0.95]")
@click.option(
    "--target-class",
    "targets",
    multiple=True,
    metavar="A=0.98",
    callback=pairs,
    help="Another target for an ABC class; repeatable.",
)
@click.option("--cover", metavar="TIME", help="One replenishment order covers this time of demand  [default: 2 weeks]")
@click.option(
    "--lead-time", metavar="TIME", help='Supply lead time, such as "3 weeks" or "{gamma: {mean: 3 weeks, cv: 0.4}}"'
)
@click.option("--cost-share", type=float, help="Cost of a unit as a share of its price  [default: 0.5]")
@click.option("--holding", metavar="RATE", help="Rate of keeping stock  [default: 20 % per year]")
@click.option("--promise", metavar="TIME", help="Delivery time promised  [default: 3 days]")
@click.option("--name", help="Name of the scenario.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def fit(
    orders: Path, output: Path, columns: dict[str, str], targets: dict[str, str], force: bool, **given: Any
) -> None:
    """Fit a scenario to ORDERS, a table of order lines (CSV, gzipped CSV or Excel).

    Says what was fitted and how well, what was assumed, and which rows were left out.
    """
    from simulator.fitting import FitError, Options
    from simulator.fitting import fit as fit_history
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.reading.load import read_value

    if output.exists() and not force:
        raise click.UsageError(f"{output} is there already; --force writes over it")
    options = {name: value for name, value in given.items() if value is not None}
    try:
        if "lead_time" in options:
            options["lead_time"] = read_value(options["lead_time"], "--lead-time")
        found = fit_history(
            orders, Options(columns=columns, targets={k: float(v) for k, v in targets.items()}, **options)
        )
        found.save(output)
    except (FitError, ScenarioError, ValueError, OSError) as error:
        stop(str(error))
    click.echo(found.summary())
    click.echo(f"\nwritten: {output}\nnext: simulator run {output} --report report.html")
