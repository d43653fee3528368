"""`simulator results`: what a store holds, and its numbers as a file."""

from pathlib import Path

import click

from simulator.apps.group import bad_input, cli, output, stop
from simulator.apps.options import slices


@cli.command(short_help="List what a store holds, or write it as a table.")
@click.argument("store", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--experiment", "chosen", type=click.IntRange(1), multiple=True, metavar="N",
              help="Only this one; repeatable.")  # fmt: skip
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=output,
    metavar="FILE.csv|parquet|xlsx",
    help="Write the values of every replication as one long table.",
)
@click.option("--by", multiple=True, metavar="DIMENSION", callback=slices,
              help="Write slices too, such as segment or sku; repeatable.")  # fmt: skip
def results(store: Path, chosen: tuple[int, ...], target: Path | None, by: tuple[str, ...]) -> None:
    """List what the file STORE holds, or write it as a table.

    `kpis_of_the_whole` in it can be read with any SQLite program.
    """
    from simulator.experiments.store import Store
    from simulator.reports.export import ExportError, export
    from simulator.reports.tables import print_experiments

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
