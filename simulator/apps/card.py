"""`simulator card`: the model card of a scenario."""

from pathlib import Path

import click

from simulator.apps.group import bad_input, cli, load_scenario, output, scenario_options


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
    from simulator.reports.card.page import card as write
    from simulator.scenario.load import base_of

    with bad_input():
        told = (*changes, *([f"run.seed={seed}"] if seed is not None else []))
        text = write(load_scenario(scenario, changes, seed), scenario, base_of(scenario), told)
        if file is None:
            click.echo(text, nl=False)
        else:
            file.write_text(text, encoding="utf-8")
            click.echo(f"card: {file}", err=True)
