"""`simulator reproduce`: play a result again, and say whether the numbers agree."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.apps.group import bad_input, cli, progress_bar, quietly, stop

if TYPE_CHECKING:
    from simulator.experiments.digits import Agreement
    from simulator.experiments.recorded import Recorded

SHOWN = 10
"""So many numbers that differ are listed."""
DIFFERENT = 1


@cli.command()
@click.argument("result", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--experiment", type=click.IntRange(1), help="Of a store only this experiment  [default: all]")
@click.option("--replications", type=click.IntRange(1), help="Of a store only the first so many of each experiment.")
@click.option(
    "--history",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="ORDERS.csv",
    help="Where the order history lies now, if not where it lay then.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes  [default: one per core]")
def reproduce(
    result: Path, experiment: int | None, replications: int | None, history: Path | None, workers: int | None
) -> None:
    """Play RESULT again and say whether the numbers agree.

    RESULT is what `simulator run --format json` printed, or a store of results. It holds the whole scenario, so that
    nothing else is needed. Exit status: 0 where the numbers agree in all digits or up to rounding, 1 where they
    differ.
    """
    from simulator.experiments.provenance import ProvenanceError, changed, restore
    from simulator.experiments.recorded import recorded, replay

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
    from simulator.reports.wording import counted

    what = f"{each.scenario}, {counted(len(each.numbers), 'replication')}"
    if found.verdict == "same":
        return f"{what}: all {found.compared:,} numbers agree in all digits"
    if found.verdict == "rounding":
        return (f"{what}: all {found.compared:,} numbers agree; {len(found.rounded):,} of them differ in their last "
                "digits (by a billionth at most)")  # fmt: skip
    listed = f"; the first {SHOWN} of them" if len(found.different) > SHOWN else ""
    return f"{what}: {len(found.different):,} of {found.compared:,} numbers differ{listed}:"
