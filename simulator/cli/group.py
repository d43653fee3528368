"""What several commands take: names of KPIs and dimensions, and pictures to write. Checked before the work begins."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import click

from simulator import __version__
from simulator.drawing.plain_text import visible

if TYPE_CHECKING:
    from simulator.experiments.store import Store
    from simulator.scenario.scenario import Scenario


Workers = int | Literal["cores"]
"""What --workers says: so many processes, or one for each core."""
FORMATS = ("table", "json", "csv")
PICTURES = (".png", ".svg")


def known_kpis(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Names of KPIs that there are."""
    from simulator.replication.measure import catalogue

    for name in given:
        if name not in catalogue():
            raise click.BadParameter(no_kpi(name))
    return given


def named_kpis(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Names of KPIs, and of all that fit a pattern."""
    from fnmatch import filter as fitting

    from simulator.replication.measure import catalogue

    found: dict[str, None] = {}
    for name in given:
        names = fitting(catalogue(), name) if any(sign in name for sign in "*?[") else [name] * (name in catalogue())
        if not names:
            raise click.BadParameter(no_kpi(name))
        found.update(dict.fromkeys(names))
    return tuple(found)


def slices(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Names of dimensions that there are."""
    from difflib import get_close_matches

    from simulator.measures.labels import DIMENSIONS

    for name in given:
        if name not in DIMENSIONS:
            close = get_close_matches(name, DIMENSIONS, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(DIMENSIONS)}"
            raise click.BadParameter(f"no dimension {name!r}; {hint}")
    return given


def picture(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """A picture to write: its kind must be known before the work begins."""
    if path is not None and path.suffix.lower() not in PICTURES:
        raise click.BadParameter(f"{path.name!r}: the name of a picture ends in .png or .svg")
    return output(context, option, path)


USAGE, INTERRUPTED, CLOSED = 2, 130, 141
"""Exit status: bad input or a file that cannot be written, an interrupt, and a reader who left (as shells count it)."""
ORDER = (
    "gallery",
    "fit",
    "check",
    "run",
    "story",
    "atp",
    "warm-up",
    "compare",
    "select",
    "sweep",
    "sensitivity",
    "optimise",
    "results",
    "reproduce",
    "card",
    "kpis",
    "rules",
    "schema",
)


def stop(message: str, status: int = USAGE) -> NoReturn:
    """End with a message on standard error."""
    told(message)
    raise SystemExit(status)


def told(message: str) -> None:
    """Say something on standard error, whatever names are in it."""
    click.echo(visible(message, "\n"), err=True)


def failure(error: OSError) -> str:
    """What the system says of a file, in words."""
    said = error.strerror or str(error)
    return f"{error.filename}: {said}" if error.filename is not None else f"standard output cannot be written: {said}"


@contextmanager
def bad_input() -> Iterator[None]:
    """What is wrong with the user's input, in words, instead of a traceback."""
    from simulator.experiments.arguments import ArgumentError
    from simulator.experiments.executors import ExecutorError
    from simulator.experiments.store import StoreError
    from simulator.planning.effort import FloodError
    from simulator.planning.stock_levels import TargetError
    from simulator.plugins import PluginError
    from simulator.scenario.errors import ScenarioError

    try:
        yield
    except BrokenPipeError:
        raise
    except (ScenarioError, TargetError, FloodError, ArgumentError, StoreError, ExecutorError, PluginError) as error:
        stop(str(error))
    except OSError as error:
        stop(failure(error))


def write_all(*files: "tuple[str, Path | None, Callable[[Path], object]]") -> bool:
    """Write the files that are wanted (what, where, how), before anything is printed; whether one has failed.

    One that cannot be written is told, and the others and what is printed are not lost with it.
    """
    failed = False
    for what, path, write in files:
        if path is not None:
            try:
                write(path)
                told(f"{what}: {path}")
            except OSError as error:
                told(f"{what}: {failure(error)}")
                failed = True
    return failed


class ReaderLeft(Exception):  # noqa: N818
    """Nobody reads standard output any more."""


class Ordered(click.Group):
    """Commands in the order in which a study goes, not in that of the alphabet."""

    def invoke(self, context: click.Context) -> Any:
        """As ever; but that nobody reads standard output is for `main` to say, which click would not."""
        try:
            return super().invoke(context)
        except BrokenPipeError as error:
            raise ReaderLeft from error

    def list_commands(self, _context: click.Context) -> list[str]:
        """First those that are placed, then any other."""
        return sorted(self.commands, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


@click.group(cls=Ordered, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def cli() -> None:
    """Simulate customer service in a supply chain.

    SCENARIO is a YAML file or the name of a gallery scenario, such as `quickstart`.
    """


def _load_plugins(_context: click.Context, _option: click.Parameter, files: tuple[str, ...]) -> None:
    """What users add, before any other option is looked at: it may name a KPI of theirs."""
    from simulator.plugins import PluginError, load_installed, load_plugin

    if files:
        from simulator.replication.measure import catalogue

        catalogue()  # so that a KPI whose name is taken is told with the plugin's line
    try:
        load_installed()
        for file in files:
            load_plugin(file)
    except PluginError as error:
        stop(str(error))


def plugin_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--plugin, which a command does not see: what it loads is there."""
    return click.option(
        "--plugin",
        multiple=True,
        metavar="FILE.py",
        is_eager=True,
        expose_value=False,
        callback=_load_plugins,
        help="Load rules, distributions, KPIs or mechanisms of your own; repeatable.",
    )(command)


def _allow_floods(context: click.Context, _option: click.Parameter, yes: bool) -> None:
    """Whatever this command is to play, it plays, however much it is."""
    if yes:
        from simulator.planning.effort import ALLOWED

        token = ALLOWED.set(True)
        context.call_on_close(lambda: ALLOWED.reset(token))


def yes_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--yes, which a command does not see: what it plays is not refused."""
    return click.option(
        "--yes",
        is_flag=True,
        expose_value=False,
        callback=_allow_floods,
        help="Play what would be refused since it is too much for this machine.",
    )(command)


def scenario_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """SCENARIO, and what `change_options` adds."""
    return click.argument("scenario")(change_options(command))


def change_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--set, --seed, --plugin and --yes, which hold for every scenario of a command."""
    for decorate in (
        yes_option,
        plugin_option,
        click.option(
            "--seed",
            type=click.IntRange(0, 2**63 - 1),
            help="Another seed of the random numbers than the scenario's own.",
        ),
        click.option("--set", "changes", multiple=True, metavar="PATH=VALUE", help="Change one value; repeatable."),
    ):
        command = decorate(command)
    return command


workers_option = click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    callback=lambda _context, _option, given: given or "cores",
    help="Processes  [default: one per core]",
)
"""--workers; Python's functions use this process alone where nothing is said."""


def experiment_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--workers, --scheduler and --store; a command hands them on as keywords of the same names."""
    for decorate in (
        click.option(
            "--store",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            callback=output,
            help="Keep the results in this file; what it holds already is not played again.",
        ),
        click.option("--scheduler", metavar="ADDRESS|FILE", help="Play on the workers of this Dask scheduler."),
        workers_option,
    ):
        command = decorate(command)
    return command


@contextmanager
def progress_bar(what: str = "Replications") -> Iterator[Callable[[int, int], None]]:
    """A progress bar with the time left, on standard error; called with what is done and what there is to do."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("time left"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def opened(store: Path | None, *scenarios: "Scenario") -> Iterator["Store"]:
    """The store that a command names, or a private one; it says what else it holds under the scenarios' names."""
    from simulator.experiments.store import Store

    found = Store(store or "")  # closed with the result that reads from it
    for name in dict.fromkeys(scenario.name for scenario in scenarios) if store else ():
        if others := found.others(name, {scenario.hash for scenario in scenarios}):
            count = sum(other.replications for other in others)
            said = f"{count} replications under the name {name!r} with another content, seed or version"
            told(f"{store} keeps {said}: they are left alone (`simulator results {store}` lists them)")
    yield found


@contextmanager
def quietly() -> Iterator[None]:
    """Without Python's warnings of what the command says itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def stopped_early(why: str, finished: str, store: object) -> None:
    """End a command that was stopped: what is shown, and how to go on; status 130 after an interrupt, else 2."""
    more = "run the same command again to go on" if store else "with --store FILE the same command can be gone on with"
    stop(f"{why}: {finished}; {more}", INTERRUPTED if why == "interrupted" else USAGE)


def load_scenario(scenario: str, changes: tuple[str, ...], seed: int | None) -> "Scenario":
    from simulator.scenario.reading.load import load

    not_written_over(scenario)
    return load(scenario, [*changes, *([f"run.seed={seed}"] if seed is not None else [])])


def load_scenarios(names: tuple[str, ...], changes: tuple[str, ...], seed: int | None) -> "list[Scenario]":
    """Several scenarios with the same changes; what is wrong with any of them is told at once."""
    from simulator.scenario.errors import ScenarioError

    loaded, wrong = [], []
    for name in names:
        try:
            loaded.append(load_scenario(name, changes, seed))
        except ScenarioError as error:
            wrong.append(str(error))
    if wrong:
        stop("\n".join(dict.fromkeys(wrong)))
    return loaded


def no_kpi(name: str) -> str:
    """What is said of a KPI that there is not.

    >>> no_kpi("totl_cost")
    "there is no KPI 'totl_cost'; did you mean 'total_cost'? `simulator kpis` lists them"
    """
    from difflib import get_close_matches

    from simulator.replication.measure import catalogue

    near = get_close_matches(name, catalogue(), 1)
    meant = f" did you mean {near[0]!r}?" if near else ""
    return f"there is no KPI {name!r};{meant} `simulator kpis` lists them"


def output(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """A file to write. Its place is tried before the work begins, and no two files may have the same."""
    from simulator.drawing.sheet import destination, try_out

    if path is None:
        return None
    if not path.parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}")
    try:
        if option.name != "store":  # which is tried when it is opened
            try_out(path)
        place = destination(path)
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}") from error
    taken = context.meta.setdefault(OUTPUTS, {})
    if place in taken:
        raise click.BadParameter(f"{path} is the file of {taken[place]} already")
    taken[place] = option.opts[0]
    return path


OUTPUTS = "simulator.outputs"
"""Under this name a command's context keeps the files that it is to write."""


def not_written_over(scenario: str) -> None:
    """End if a scenario that is read would be written over."""
    context = click.get_current_context(silent=True)
    option = context.meta.get(OUTPUTS, {}).get(Path(scenario).resolve()) if context is not None else None
    if option and Path(scenario).is_file():
        stop(f"{option}: {scenario} is the scenario itself: name another file")
