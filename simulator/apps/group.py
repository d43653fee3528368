"""The command's group, and what its commands share: options, loading, bad input told in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator import __version__

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

USAGE, INTERRUPTED = 2, 130


def stop(message: str, status: int = USAGE) -> None:
    click.echo(message, err=True)
    raise SystemExit(status)


@contextmanager
def bad_input() -> Iterator[None]:
    """What is wrong with the user's input, in words, instead of a traceback."""
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.history import HistoryError

    try:
        yield
    except (ScenarioError, HistoryError, OSError) as error:
        stop(str(error))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def cli() -> None:
    """Simulate customer service in a supply chain.

    SCENARIO is a YAML file or the name of a gallery scenario, such as `quickstart`.
    """


def scenario_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """SCENARIO, --set and --seed."""
    for decorate in (
        click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Another luck than the scenario's own."),
        click.option("--set", "changes", multiple=True, metavar="PATH=VALUE", help="Change one value; repeatable."),
        click.argument("scenario"),
    ):
        command = decorate(command)
    return command


def load_scenario(scenario: str, changes: tuple[str, ...], seed: int | None) -> "Scenario":
    from simulator.scenario.load import load

    return load(scenario, [*changes, *([f"run.seed={seed}"] if seed is not None else [])])


def output(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    """A file to write: its folder must be there before the work begins."""
    if path is not None and not path.parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}")
    return path
