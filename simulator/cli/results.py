"""`simulator results` and `simulator reproduce`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.cli.group import (
    Workers,
    bad_input,
    cli,
    output,
    plugin_option,
    progress_bar,
    quietly,
    slices,
    stop,
    workers_option,
    yes_option,
)

if TYPE_CHECKING:
    from simulator.experiments.provenance import Agreement
    from simulator.experiments.reproduce import Recorded


@cli.command(short_help="List what a store holds, or write it as a table.")
@plugin_option
@click.argument("store", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--experiment", "chosen", type=click.IntRange(1), multiple=True, metavar="N", help="Only this one; repeatable."
)
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=output,
    metavar="FILE.csv|parquet|xlsx",
    help="Write the values of every replication as one long table.",
)
@click.option(
    "--by",
    multiple=True,
    metavar="DIMENSION",
    callback=slices,
    help="Write slices too, such as segment or sku; repeatable.",
)
def results(store: Path, chosen: tuple[int, ...], target: Path | None, by: tuple[str, ...]) -> None:
    """List what the file STORE holds, or write it as a table.

    `kpis_of_the_whole` in it can be read with any SQLite program.
    """
    from simulator.experiments.store import Store
    from simulator.reports.export import ExportError, export
    from simulator.reports.result_tables import print_experiments

    with bad_input(), Store(store) as found:
        there = found.experiments()
        if unknown := sorted(set(chosen) - {kept.number for kept in there}):
            stop(f"{store} has no experiment {unknown[0]}; there are {', '.join(str(kept.number) for kept in there)}")
        if target is None:
            print_experiments([kept for kept in there if not chosen or kept.number in chosen])
            return
        known = {name for kept in there for layout in found.layouts(kept.number).values() for name in layout.names}
        if wrong := [name for name in by if name not in known]:
            stop(f"no dimension {wrong[0]!r} in {store}; there are {', '.join(sorted(known - {''}))}")
        try:
            rows = export(found, target, chosen or None, by)
        except ExportError as error:
            stop(str(error))
        click.echo(f"{target}: {rows:,} rows", err=True)


SHOWN = 10
"""So many numbers that differ are listed."""
DIFFERENT = 1


@cli.command()
@yes_option
@plugin_option
@click.argument("result", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--experiment", type=click.IntRange(1), help="Of a store only this experiment  [default: all]")
@click.option("--replications", type=click.IntRange(1), help="Of a store only the first so many of each experiment.")
@click.option(
    "--history",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="ORDERS.csv",
    help="Where the order history lies now, if not where it lay then.",
)
@workers_option
def reproduce(
    result: Path, experiment: int | None, replications: int | None, history: Path | None, workers: Workers
) -> None:
    """Play RESULT again and say whether the numbers agree.

    RESULT is what `simulator run --format json` printed, or a store of results. It holds the whole scenario, so that
    nothing else is needed. Exit status: 0 where the numbers agree in all digits or up to rounding, 1 where they
    differ.
    """
    from simulator.experiments.provenance import ProvenanceError, changed, restore
    from simulator.experiments.reproduce import recorded, replay

    agreed = True
    try:
        for each in recorded(result, experiment, replications):
            scenario = restore(each.provenance, history)
            with bad_input(), quietly(), progress_bar() as progress:
                found = replay(each, scenario, workers=workers, progress=progress)
            click.echo(_verdict(each, found))
            for difference in found.different[:SHOWN]:
                click.echo(f"  {difference}")
            for line in changed(each.provenance):
                click.echo(f"  {line}")
            agreed = agreed and found.verdict != "different"
    except ProvenanceError as error:
        stop(f"{result}: {error}")
    if not agreed:
        raise SystemExit(DIFFERENT)


def _verdict(each: "Recorded", found: "Agreement") -> str:
    """What came of it, in a line."""
    from simulator.drawing.wording import counted

    what = f"{each.scenario}, {counted(len(each.numbers), 'replication')}"
    if found.verdict == "same":
        return f"{what}: all {found.compared:,} numbers agree in all digits"
    if found.verdict == "rounding":
        return (
            f"{what}: all {found.compared:,} numbers agree; {len(found.rounded):,} of them differ in their last "
            "digits (by a billionth at most)"
        )
    listed = f"; the first {SHOWN} of them" if len(found.different) > SHOWN else ""
    return f"{what}: {len(found.different):,} of {found.compared:,} numbers differ{listed}:"
