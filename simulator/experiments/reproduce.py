"""Results as they were written down, to be played again: the JSON of a run, or a store."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.experiments.executors import Workers
from simulator.experiments.provenance import Agreement, ProvenanceError, Row, agree
from simulator.experiments.replicate import Experiment, Progress, run
from simulator.experiments.result import Result
from simulator.experiments.samples import play
from simulator.experiments.store import Kept, Store, StoreError
from simulator.scenario.scenario import Scenario

SQLITE = b"SQLite format 3\0"
"""What such a file begins with."""


@dataclass(frozen=True)
class Recorded:
    """A result as it was written down."""

    scenario: str
    numbers: Sequence[int]
    """Which replications it is of."""
    provenance: dict[str, Any]
    rows: Sequence[Row] = ()
    """The KPIs of a run, as `Result.as_json` gives them."""
    only: Sequence[str] | None = None
    """Which KPIs it was asked for; None for all."""
    store: Path | None = None
    """Where the KPIs are, if not here."""
    experiment: int = 0


def recorded(file: Path, experiment: int | None = None, replications: int | None = None) -> Iterator[Recorded]:
    """The results in a file: one of a run's JSON, all of a store or one of them, or the first replications of each.

    Errors: ProvenanceError for a file that is no result, or that lacks what was asked for; OSError.
    """
    with file.open("rb") as opened:
        store = opened.read(len(SQLITE)) == SQLITE
    if store:
        yield from _of_store(file, experiment, replications)
    elif experiment is not None or replications is not None:
        raise ProvenanceError(
            "is one run, of which only the means are kept: experiments and replications to choose from are in stores"
        )
    else:
        yield _of_run(file.read_bytes())


def _of_run(written: bytes) -> Recorded:
    try:
        found = json.loads(written)
    except ValueError as error:
        raise ProvenanceError(f"is neither the JSON of a run nor a store of results: {error}") from None
    if not isinstance(found, dict) or not isinstance(found.get("kpis"), list):
        raise ProvenanceError("is not the JSON of `simulator run --format json`: it has no list of `kpis`")
    if not isinstance(found.get("provenance"), dict):
        raise ProvenanceError("has no `provenance`: it does not say what it was made of, so it cannot be made again")
    count, rows = found.get("replications"), found["kpis"]
    if not isinstance(count, int) or count < 1:
        raise ProvenanceError(f"a number of `replications` is expected; found {count!r}")
    numbers = found.get("numbers", list(range(count)))
    if not isinstance(numbers, list) or len(numbers) != count or not all(isinstance(each, int) for each in numbers):
        raise ProvenanceError(f"`numbers` must name its {count} replications")
    if not all(isinstance(row, dict) and isinstance(row.get("by"), dict) and "kpi" in row for row in rows):
        raise ProvenanceError("each of its `kpis` needs `kpi` and `by`")
    only = found.get("only")
    if only is not None and not (isinstance(only, list) and all(isinstance(each, str) for each in only)):
        raise ProvenanceError("`only` must name the KPIs that it has")
    return Recorded(str(found.get("scenario")), numbers, found["provenance"], rows, only)


def _of_store(file: Path, experiment: int | None, replications: int | None) -> Iterator[Recorded]:
    try:
        with Store(file) as store:
            kept = [(each, store.numbers(each.number)[:replications]) for each in store.experiments()]
            written = store.format
    except StoreError as error:
        raise ProvenanceError(str(error).removeprefix(f"{file}: ")) from None
    there = [each.number for each, numbers in kept if numbers]
    if experiment is not None and experiment not in there:
        raise ProvenanceError(
            f"no replication of an experiment {experiment} is kept; there are experiments "
            f"{', '.join(map(str, there)) or 'none'}"
        )
    if not there:
        raise ProvenanceError("no replication is finished in it: there is nothing to compare")
    for each, numbers in kept:
        if numbers and experiment in (None, each.number):
            name = f"experiment {each.number}, {each.scenario}"
            yield Recorded(name, numbers, _provenance(each, written), store=file, experiment=each.number)


def _provenance(kept: Kept, written: int) -> dict[str, Any]:
    """The record of an experiment in a store of some format."""
    return {
        "format": written,
        "hash": kept.hash,
        "packages": json.loads(kept.packages),
        "source": json.loads(kept.source),
    }


def replay(
    found: Recorded, scenario: Scenario, *, workers: Workers = None, progress: Progress | None = None
) -> Agreement:
    """Play a result again, with the scenario of its record, and hold the numbers against each other.

    Errors: KeyboardInterrupt, even if some replications are finished; what `run` raises.
    """
    again = _again(scenario, found.numbers, workers, progress)
    if found.store is None:
        slices = {dimension for row in found.rows for dimension in row["by"]}
        return agree(found.rows, again.as_json(slices, found.only)["kpis"])
    with Store(found.store) as store:
        then = Result(scenario, store, found.experiment, found.numbers[-1] + 1).as_json()
    return agree(then["kpis"], again.as_json()["kpis"])


def _again(scenario: Scenario, numbers: Sequence[int], workers: Workers, progress: Progress | None) -> Result:
    """The same replications; an interrupted run may have left gaps."""
    if list(numbers) == list(range(len(numbers))):
        result = run(scenario, len(numbers), workers=workers, progress=progress)
    else:
        experiment = Experiment(scenario, Store())
        for number in numbers:
            experiment.keep(play(experiment.pickled, [number]))
        result = experiment.result()
    if result.stopped == "interrupted":
        raise KeyboardInterrupt
    if result.replications < len(numbers):
        raise ProvenanceError(f"{result.stopped}: {result.replications} replications are finished")
    return result
