"""`simulator sweep` and `simulator sensitivity`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.group import (
    FORMATS,
    USAGE,
    bad_input,
    cli,
    experiment_options,
    known_kpis,
    load_scenario,
    picture,
    progress_bar,
    quietly,
    scenario_options,
    slices,
    stop,
    stopped_early,
    told,
    write_all,
)

if TYPE_CHECKING:
    from simulator.experiments.cost_of_service import CostOfService
    from simulator.experiments.sweep import Sweep


SLICES = 13
"""So many tables of what service costs are printed: the whole and twelve slices."""


def known_kpi(context: click.Context, option: click.Parameter, given: str | None) -> str | None:
    """The name of a KPI that there is."""
    return given and known_kpis(context, option, (given,))[0]


def all_written(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, Any]:
    """Paths with their values; what is wrong is said of all of them at once."""
    from simulator.experiments.ranges import DesignError, written

    found: dict[str, Any] = {}
    faults = []
    for text in given:
        try:
            path, values = written(text)
            if path in found:
                faults.append(f"{path} is named twice")
            found[path] = values
        except DesignError as error:
            faults.append(str(error))
    if faults:
        raise click.BadParameter("\n".join(faults))
    return found


def level(_context: click.Context, _option: click.Parameter, text: str | None) -> float | None:
    """A level of service: "97 %" or a number."""
    try:
        return None if text is None else float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise click.BadParameter(f"{text!r}: a level of service is expected, such as 97% or 0.97") from None


@cli.command(short_help="Play SCENARIO at many points of its inputs.")
@scenario_options
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="PATH=A,B,C|LOW..HIGH",
    callback=all_written,
    help="What to vary: values, or a range such as 0.90..0.99 or 1..7 days; repeatable.",
)
@click.option(
    "--design",
    type=click.Choice(["grid", "lhs", "sobol"]),
    default="grid",
    show_default=True,
    help="Every combination, a Latin hypercube, or a Sobol sequence.",
)
@click.option(
    "--points", type=click.IntRange(2), help="How many points; in a grid, how many values of each range  [default: 5]"
)
@click.option(
    "-n", "--replications", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="Of every point."
)
@click.option(
    "--kpi",
    "kpis",
    multiple=True,
    callback=known_kpis,
    metavar="KPI",
    help="Show this KPI instead of the headlines; repeatable.",
)
@click.option(
    "--by",
    multiple=True,
    metavar="DIMENSION",
    callback=slices,
    help="Show slices too: segment, channel, sku ...; repeatable.",
)
@click.option(
    "--frontier",
    "service",
    callback=known_kpi,
    metavar="KPI",
    help="The service whose cost is shown  [default: the first service KPI that the points differ in]",
)
@click.option(
    "--cost",
    callback=known_kpi,
    metavar="KPI",
    default="total_cost",
    show_default=True,
    help="What service costs: money, stock, hours.",
)
@click.option(
    "--reach", callback=level, metavar="LEVEL", help="Say what this level of service would cost, such as 97%."
)
@experiment_options
@click.option("--format", "style", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--chart",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=picture,
    metavar="FILE.png|svg",
    help="Draw the curves, and service against cost.",
)
def sweep(
    scenario: str,
    changes: tuple[str, ...],
    seed: int | None,
    kpis: tuple[str, ...],
    by: tuple[str, ...],
    service: str | None,
    cost: str,
    reach: float | None,
    style: str,
    chart: Path | None,
    store: Path | None,
    **settings: Any,
) -> None:
    """Play SCENARIO at many points of its inputs under the same random numbers: what each gives, what service costs."""
    from simulator.drawing.wording import counted
    from simulator.experiments.cost_of_service import service_of
    from simulator.experiments.ranges import DesignError
    from simulator.experiments.sweep import sweep as play
    from simulator.reports.sweep_tables import costs_of_service

    if service == cost:
        raise click.BadParameter(
            f"{service} is what service costs (--cost): name a service KPI", param_hint="--frontier"
        )
    with bad_input():
        try:
            loaded = load_scenario(scenario, changes, seed)
            with progress_bar() as progress, quietly():
                found = play(loaded, store=store or "", progress=progress, **settings)
            shown, dimensions = tuple(dict.fromkeys(kpis)) or tuple(found.kpis()), tuple(dict.fromkeys(by))
            found.check(shown, dimensions)
            judged = service or service_of(found, shown, cost)
            if reach is not None and not judged:
                raise DesignError("--reach: no service KPI is shown that the points differ in; name one (--frontier)")
            costs = costs_of_service(found, judged, dimensions, cost) if judged else []
        except DesignError as error:
            stop(str(error))
        for note in found.notes:
            told(f"warning: {note}")
        failed = False
        if chart is not None:
            from simulator.reports.sweep_charts import write_sweep_chart

            failed = write_all(("chart", chart, lambda path: write_sweep_chart(found, costs, shown, dimensions, path)))
        _show(found, costs, shown, dimensions, reach, style)
    if found.stopped:
        begun = counted(len(found.points), "point")
        stopped_early(found.stopped, f"this is what is finished of the {begun} that have begun", store)
    if failed:
        raise SystemExit(USAGE)


def _show(
    found: "Sweep",
    costs: "list[CostOfService]",
    kpis: tuple[str, ...],
    by: tuple[str, ...],
    reach: float | None,
    style: str,
) -> None:
    from simulator.reports.sweep_tables import cost_of_service_json, print_cost_of_service, print_sweep

    if style == "json":
        whole = found.as_json(kpis, by)
        if costs:
            whole["cost_of_service"] = [cost_of_service_json(each, reach) for each in costs]
        click.echo(json.dumps(whole, indent=1, default=str))
    elif style == "csv":
        from simulator.drawing.plain_text import as_csv

        click.echo(as_csv(found.table(kpis, by)), nl=False)
    else:
        print_sweep(found, kpis, by)
        for each in costs[:SLICES]:
            click.echo()
            print_cost_of_service(each, reach)
        if len(costs) > SLICES:
            click.echo(f"\nWhat service costs for {len(costs) - SLICES} more slices: --format json")


@cli.command(short_help="Say which inputs of SCENARIO matter.")
@scenario_options
@click.option(
    "--method",
    type=click.Choice(["tornado", "morris", "sobol"]),
    default="tornado",
    show_default=True,
    help="One at a time, elementary effects, or shares of the variance.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="PATH=LOW..HIGH",
    callback=all_written,
    help="Move this input over this range; repeatable.  [default: what it assumes, +-20 %]",
)
@click.option(
    "--kpi",
    "kpis",
    multiple=True,
    callback=known_kpis,
    metavar="KPI",
    default=["total_cost"],
    show_default=True,
    help="What is looked at; repeatable.",
)
@click.option(
    "--points",
    type=click.IntRange(2),
    help="Trajectories of Morris [default: 10], or base points of Sobol [default: 64].",
)
@click.option(
    "-n", "--replications", type=click.IntRange(2, 1_000_000), default=10, show_default=True, help="Of every point."
)
@experiment_options
@click.option("--format", "style", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--chart",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=picture,
    metavar="FILE.png|svg",
    help="Draw the effects.",
)
def sensitivity(
    scenario: str,
    changes: tuple[str, ...],
    seed: int | None,
    inputs: dict[str, Any],
    store: Path | None,
    style: str,
    chart: Path | None,
    **settings: Any,
) -> None:
    """Which inputs of SCENARIO matter: move them, and see what that does to a KPI."""
    from simulator.experiments.ranges import DesignError
    from simulator.experiments.sensitivity import Unfinished
    from simulator.experiments.sensitivity import sensitivity as analyse
    from simulator.reports.sensitivity_tables import print_sensitivity, write_sensitivity_chart

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
            told(f"warning: {note}")
        failed = write_all(("chart", chart, lambda path: write_sensitivity_chart(found, path)))
        if style == "json":
            click.echo(json.dumps(found.as_json(), indent=1, default=str))
        elif style == "csv":
            from simulator.drawing.plain_text import as_csv

            click.echo(as_csv(found.table), nl=False)
        else:
            print_sensitivity(found)
    if failed:
        raise SystemExit(USAGE)
