"""Commands to look at things: `check`, `story`, and the catalogues."""

from pathlib import Path

import click

from simulator.cli.group import (
    USAGE,
    bad_input,
    cli,
    load_scenario,
    no_kpi,
    output,
    plugin_option,
    scenario_options,
    stop,
    told,
    write_all,
)


@cli.command(short_help="Check SCENARIO: every error at once, with line and column.")
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option("--set", "changes", multiple=True, metavar="PATH=VALUE", help="Change one value; repeatable.")
@plugin_option
def check(scenarios: tuple[str, ...], changes: tuple[str, ...]) -> None:
    """Check SCENARIO: every error at once, each with file, line and column, and warnings.

    Warnings are of stages and suppliers with more work than they can do, or nearly so; of rules that overlap or never
    apply, of orders that no rule speaks of, of promises that the network cannot keep, and of service targets that no
    stock level keeps, or not in every month. They change neither the run nor the exit status.
    """
    from simulator.checks.conflicts import look_over
    from simulator.drawing.wording import counted
    from simulator.experiments.search_space import faults
    from simulator.scenario.errors import ScenarioError

    bad = 0
    for name in scenarios:
        try:
            loaded, warnings = look_over(name, changes, faults)
        except ScenarioError as error:
            told(str(error))
            bad += 1
        else:
            for warning in warnings:
                told(f"warning: {warning}")
            fine = counted(len(warnings), "warning") if warnings else "fine"
            products, sites = len(loaded.products), len(loaded.network.sites)
            held = {"product": products, "segment": len(loaded.market.segments), "site": sites}
            sizes = ", ".join(counted(many, one) for one, many in held.items())
            click.echo(f"{name}: {fine} ({loaded.name}; {sizes})")
    if bad:
        raise SystemExit(USAGE)


@cli.command()
@scenario_options
@click.option("--order", type=click.IntRange(1), required=True, help="Number of the order, counted from 1 by time.")
@click.option("--replication", type=click.IntRange(0), default=0, show_default=True)
def story(scenario: str, changes: tuple[str, ...], seed: int | None, order: int, replication: int) -> None:
    """Tell the life of one order of SCENARIO, fact by fact."""
    from simulator.replication.simulate import simulate
    from simulator.reports.story import tell

    with bad_input():
        ledger = simulate(load_scenario(scenario, changes, seed), replication)
        try:
            click.echo("\n".join(tell(ledger, order)))
        except IndexError as error:
            stop(str(error))


def _span(_context: click.Context, _option: click.Parameter, given: str) -> float:
    """A length of time: a duration, or one of its unit alone."""
    from simulator.units import TIME_UNITS, hours

    try:
        found = TIME_UNITS.get(given.lower()) or hours(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if found <= 0:
        raise click.BadParameter("a bucket is longer than 0")
    return found


def _moment(_context: click.Context, _option: click.Parameter, given: str) -> object:
    """A time in the run: a date, or a duration from its start."""
    from simulator.rules.scheduled_receipt import moment

    try:
        return moment(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@cli.command(short_help="Show what of a SKU can be promised, by bucket of time.")
@scenario_options
@click.option("--sku", required=True, help="Which SKU.")
@click.option("--site", help="Where; may be left out where one site has limited stock.")
@click.option(
    "--at",
    default="0 h",
    show_default=True,
    callback=_moment,
    help="A date, or date and time, or a time from the start.",
)
@click.option(
    "--bucket", default="week", show_default=True, callback=_span, help="Its length, such as day or '2 weeks'."
)
@click.option("--buckets", type=click.IntRange(1, 1000), default=8, show_default=True, help="How many.")
@click.option("--replication", type=click.IntRange(0), default=0, show_default=True)
@click.option("--format", "how", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
def atp(
    scenario: str,
    changes: tuple[str, ...],
    seed: int | None,
    sku: str,
    site: str | None,
    at: object,
    bucket: float,
    buckets: int,
    replication: int,
    how: str,
) -> None:
    """Show what of a SKU can be promised in SCENARIO, by bucket of time, as a planner reads it.

    The scenario is played up to a time, or stands at its start. Receipts are what is on order, at the times at which
    they are expected; what is not ordered yet is left out. ATP is discrete: what of a bucket's receipts is left for new
    orders. Look-ahead ATP is what can be had in a bucket so that no later commitment lacks it.
    """
    from simulator.replication.simulate import play_until
    from simulator.reports.promise_tables import as_text, promise_table, shelf_of
    from simulator.rules.scheduled_receipt import from_start

    with bad_input():
        loaded = load_scenario(scenario, changes, seed)
        when = from_start(at, loaded.run.start)
        if not 0 <= when < loaded.run.horizon:
            stop(f"--at lies in the run: from {loaded.run.start} on, and before {loaded.run.horizon / 24:g} days later")
        try:
            number = shelf_of(loaded, sku, site)
        except ValueError as error:
            stop(str(error))
        world = play_until(loaded, when, replication)
        place, product = divmod(number, len(loaded.products))
        table = promise_table(world, world.sites[place].shelves[product], bucket, buckets)
        click.echo(as_text(world, table, how))


@cli.command(short_help="Print the JSON schema of scenarios, for an editor.")
@plugin_option
def schema() -> None:
    """Print the JSON schema of scenarios, for completion in an editor."""
    import json

    from simulator.scenario.scenario import Scenario

    click.echo(json.dumps(Scenario.model_json_schema(), indent=1))


@cli.command(short_help="List the rules that there are; with TAG, explain one.")
@click.argument("tag", required=False)
@plugin_option
def rules(tag: str | None) -> None:
    """List the rules that a scenario may name; with TAG, explain one."""
    from simulator.reports.catalogues import print_rules

    if not print_rules(tag):
        stop(f"there is no rule {tag!r}; `simulator rules` lists them")


@cli.command(short_help="List the KPIs; with NAME, define one.")
@click.argument("name", required=False)
@plugin_option
def kpis(name: str | None) -> None:
    """List the KPIs with unit, direction, denominator and SCOR code; with NAME, define one."""
    from simulator.reports.catalogues import print_kpis

    if not print_kpis(name):
        stop(no_kpi(name or ""))


@cli.command()
def gallery() -> None:
    """List the gallery scenarios."""
    from simulator.reports.catalogues import print_gallery

    print_gallery()


@cli.command(short_help="Write the model card of SCENARIO, to judge it by.")
@scenario_options
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=output,
    metavar="CARD.md",
    help="Write the card into a file; else it is printed.",
)
def card(scenario: str, changes: tuple[str, ...], seed: int | None, file: Path | None) -> None:
    """Write the model card of SCENARIO: all that a reader needs to judge it and to make it again.

    The card is Markdown under the headings of the STRESS-DES checklist, written from the scenario itself. The first
    replication is played for it.
    """
    from simulator.drawing.sheet import write_whole
    from simulator.reports.card import card as write
    from simulator.scenario.reading.load import base_of

    with bad_input():
        told = (*changes, *([f"run.seed={seed}"] if seed is not None else []))
        text = write(load_scenario(scenario, changes, seed), scenario, base_of(scenario), told)
        if file is None:
            click.echo(text, nl=False)
        else:
            if write_all(("card", file, lambda path: write_whole(path, text.encode("utf-8", errors="replace")))):
                raise SystemExit(USAGE)
