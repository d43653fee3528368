"""The command `simulator`. Heavy rooms are entered only by the commands that need them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator import __version__

if TYPE_CHECKING:
    from simulator.experiments.result import Result
    from simulator.scenario.scenario import Scenario

USAGE, INTERRUPTED = 2, 130
FORMATS = ("table", "json", "csv")


def main() -> None:
    """Run the command; bad input ends with a message and status 2, an interrupt with 130."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        _quit("interrupted", INTERRUPTED)
    except click.ClickException as error:
        error.show()
        raise SystemExit(USAGE) from error
    except BrokenPipeError:
        raise SystemExit(0) from None


def _quit(message: str, status: int = USAGE) -> None:
    click.echo(message, err=True)
    raise SystemExit(status)


@contextmanager
def _bad_input() -> Iterator[None]:
    """What is wrong with the user's input, in words, instead of a traceback."""
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.history import HistoryError

    try:
        yield
    except (ScenarioError, HistoryError, OSError) as error:
        _quit(str(error))


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


def _load(scenario: str, changes: tuple[str, ...], seed: int | None) -> "Scenario":
    from simulator.scenario.load import load

    return load(scenario, [*changes, *([f"run.seed={seed}"] if seed is not None else [])])


def _precisions(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, float]:
    from simulator.kpis import catalogue

    found: dict[str, float] = {}
    for text in given:
        kpi, _, goal = text.partition("=")
        if kpi not in catalogue():
            raise click.BadParameter(f"there is no KPI {kpi!r}; `simulator kpis` lists them")
        try:
            found[kpi] = float(goal)
        except ValueError:
            raise click.BadParameter(f"{text!r}: give a relative half width, such as {kpi}=0.01") from None
        if not 0 < found[kpi] < 1:
            raise click.BadParameter(f"{text!r}: a relative half width lies between 0 and 1, such as 0.01")
    return found


def _output(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    """A file to write: its folder must be there before the work begins."""
    if path is not None and not path.parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}")
    return path


def _pairs(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE options as a mapping."""
    found = dict(text.partition("=")[::2] for text in given)
    if not all(found.values()):
        raise click.BadParameter("give NAME=VALUE")
    return found


@cli.command()
@scenario_options
@click.option("-n", "--replications", type=click.IntRange(1, 1_000_000), help="How many replications  [default: 20]")
@click.option(
    "--precision",
    multiple=True,
    metavar="KPI=0.01",
    callback=_precisions,
    help="Replicate until the KPI's interval is this narrow, relative to its mean; repeatable.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes  [default: one per core]")
@click.option(
    "--by",
    multiple=True,
    metavar="DIMENSION",
    help="Show slices by segment, channel, customer_class, customer, sku, class, site, stage or activity.",
)
@click.option("--all", "everything", is_flag=True, help="Show every KPI, not only the headlines.")
@click.option("--format", "style", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_output,
    metavar="FILE.html",
    help="Write a page to read and print.",
)
@click.option(
    "--excel",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_output,
    metavar="FILE.xlsx",
    help="Write a workbook.",
)
def run(
    scenario: str, changes: tuple[str, ...], seed: int | None, replications: int | None, precision: dict[str, float],
    workers: int | None, by: tuple[str, ...], everything: bool, style: str, report: Path | None, excel: Path | None,
) -> None:  # fmt: skip
    """Simulate SCENARIO and show its KPIs with 95 % confidence intervals."""
    from simulator.experiments.replicate import run as replicate

    with _bad_input():
        loaded = _load(scenario, changes, seed)
        with _progress() as progress:
            wanted = replications if replications is not None or precision else 20
            result = replicate(loaded, wanted, precision=precision, workers=workers, progress=progress)
        _show(result, style, by, everything)
        _write(result, report, excel)
    for kpi, goal in precision.items():
        found = result.estimate(kpi)
        if found.relative > goal and not result.interrupted:
            click.echo(f"{kpi}: {goal:g} not reached with {result.replications} replications "
                       f"(relative half width {found.relative:.3g})", err=True)  # fmt: skip
    if result.interrupted:
        _quit(f"interrupted: these are the {result.replications} replications that were finished", INTERRUPTED)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A progress bar with the time left, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Replications"), BarColumn(), MofNCompleteColumn(), TextColumn("time left"),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show(result: "Result", style: str, by: tuple[str, ...], everything: bool) -> None:
    known = next(iter(result.measures.values())).dimensions()
    for dimension in by:
        if dimension not in known:
            raise click.BadParameter(f"no dimension {dimension!r}; there are {', '.join(known)}", param_hint="--by")
    if style == "json":
        import json

        click.echo(json.dumps(result.as_json(by or None), indent=1))
    elif style == "csv":
        click.echo(result.kpis[lambda t: t["by"].isin(["", *(by or known)])].to_csv(index=False), nl=False)
    else:
        from simulator.reports.tables import print_result

        print_result(result, by, everything)


def _write(result: "Result", report: Path | None, excel: Path | None) -> None:
    if report is not None:
        from simulator.reports.page import write_page

        write_page(result, report)
        click.echo(f"report: {report}", err=True)
    if excel is not None:
        from simulator.reports.workbook import write_workbook

        write_workbook(result, excel)
        click.echo(f"workbook: {excel}", err=True)


@cli.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option("--set", "changes", multiple=True, metavar="PATH=VALUE", help="Change one value; repeatable.")
def check(scenarios: tuple[str, ...], changes: tuple[str, ...]) -> None:
    """Check SCENARIO: every error at once, each with file, line and column."""
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.load import load

    bad = 0
    for name in scenarios:
        try:
            loaded = load(name, changes)
        except ScenarioError as error:
            click.echo(str(error), err=True)
            bad += 1
        else:
            click.echo(f"{name}: fine ({loaded.name}; {len(loaded.products)} products, "
                       f"{len(loaded.market.segments)} segments, {len(loaded.network.sites)} sites)")  # fmt: skip
    if bad:
        raise SystemExit(USAGE)


@cli.command()
@scenario_options
@click.option("--order", type=click.IntRange(1), required=True, help="Number of the order, counted from 1 by time.")
@click.option("--replication", type=click.IntRange(0), default=0, show_default=True)
def story(scenario: str, changes: tuple[str, ...], seed: int | None, order: int, replication: int) -> None:
    """Tell the life of one order of SCENARIO, fact by fact."""
    from simulator.reports.story import tell
    from simulator.replication import simulate

    with _bad_input():
        ledger = simulate(_load(scenario, changes, seed), replication)
        try:
            click.echo("\n".join(tell(ledger, order)))
        except IndexError as error:
            _quit(str(error))


@cli.command()
@click.argument("orders", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_output,
    required=True,
    metavar="SCENARIO.yaml",
    help="The scenario to write.",
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="ROLE=COLUMN",
    callback=_pairs,
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
    callback=_pairs,
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
    from simulator.scenario.load import read_value

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
        _quit(str(error))
    click.echo(found.summary())
    click.echo(f"\nwritten: {output}\nnext: simulator run {output} --report report.html")


@cli.command()
def schema() -> None:
    """Print the JSON schema of scenarios, for completion in an editor."""
    import json

    from simulator.scenario.scenario import Scenario

    click.echo(json.dumps(Scenario.model_json_schema(), indent=1))


@cli.command()
@click.argument("tag", required=False)
def rules(tag: str | None) -> None:
    """List the rules that a scenario may name; with TAG, explain one."""
    from simulator.reports.catalogues import print_rules

    if not print_rules(tag):
        _quit(f"there is no rule {tag!r}; `simulator rules` lists them")


@cli.command()
@click.argument("name", required=False)
def kpis(name: str | None) -> None:
    """List the KPIs with unit, direction, denominator and SCOR code; with NAME, define one."""
    from simulator.reports.catalogues import print_kpis

    if not print_kpis(name):
        _quit(f"there is no KPI {name!r}; `simulator kpis` lists them")


@cli.command()
def gallery() -> None:
    """List the gallery scenarios."""
    from simulator.reports.catalogues import print_gallery

    print_gallery()
