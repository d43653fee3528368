"""What a store holds: experiments, their replications, and every number of these."""

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from simulator.experiments.database import WAIT, Database, StoreError
from simulator.experiments.provenance import FORMAT, packages, player, record
from simulator.experiments.samples import Block, Layout
from simulator.scenario.scenario import Scenario

__all__ = ["Kept", "Store", "StoreError"]


@dataclass(frozen=True)
class Kept:
    """An experiment in a store: a scenario with its seed, played by one version of the simulator."""

    number: int
    scenario: str
    hash: str
    seed: int
    version: str
    replications: int
    seconds: float
    """Time taken by all of them together."""
    began: str
    source: str
    """The whole scenario, as JSON."""
    packages: str
    """Versions of what played it, as JSON."""


class Store(Database):
    """Experiments, their replications and every number of these.

    Errors: StoreError for a file that is none, is of another version, or cannot be opened.
    """

    def __init__(self, path: str | Path = "", *, wait: float = WAIT) -> None:
        self._layouts: dict[tuple[int, str], int] = {}
        self._sealed: set[int] = set()
        """Experiments whose values were compared with their checksums."""
        super().__init__(path, wait=wait)

    def _undone(self) -> None:
        self._layouts.clear()  # those that were new are not there any more

    def experiment(self, scenario: Scenario) -> int:
        """The number of the experiment that a scenario is, a new one if it was not there.

        Scenarios of one name but other content, another seed, or another version of the simulator or of a package of
        rules are other experiments.

        Errors: StoreError for a store of an older format, which is only read.
        """
        if self.format < FORMAT:
            raise StoreError(
                f"{self.path}: holds results of an older simulator (format {self.format}, this one writes {FORMAT}), "
                "which tells scenarios apart in another way; `simulator results` and `simulator reproduce` read it, "
                "but name another file for new results"
            )
        key = (scenario.hash, scenario.run.seed, player())
        with self._told():
            found = self._base.execute(
                "SELECT number FROM experiment WHERE hash = ? AND seed = ? AND version = ?", key
            ).fetchone()
            if found:
                return int(found[0])
            source = json.dumps(record(scenario)["source"])
            row = (*key, scenario.name, source, json.dumps(packages()), _now())
            with self._writing():
                self._base.execute(
                    "INSERT OR IGNORE INTO experiment (hash, seed, version, scenario, source, packages,"
                    " began) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
        return self.experiment(scenario)

    def experiments(self) -> list[Kept]:
        """Everything that is kept here, in the order in which it was begun."""
        rows = self._read(
            "SELECT number, scenario, hash, seed, version, count(replication), total(seconds), began, source,"
            " packages FROM experiment LEFT JOIN replication ON experiment = number GROUP BY number"
        )
        return [Kept(*row) for row in rows]

    def others(self, scenario: str, hashes: Collection[str]) -> list[Kept]:
        """Experiments under a scenario's name that are not of these contents, or of another version."""
        return [
            kept
            for kept in self.experiments()
            if kept.scenario == scenario and kept.replications and (kept.hash not in hashes or kept.version != player())
        ]

    def numbers(self, experiment: int) -> list[int]:
        """The replications that are kept of an experiment, in order."""
        return list(self.layout_of(experiment))

    def seconds(self, experiment: int) -> np.ndarray:
        """What each replication took, in order."""
        rows = self._read("SELECT seconds FROM replication WHERE experiment = ? ORDER BY replication", experiment)
        with self._sound():
            return np.array(rows, dtype=float).reshape(-1)

    def add(self, experiment: int, blocks: Sequence[Block]) -> None:
        """Write blocks of replications, all or nothing; those that are there already stay as they are.

        Errors: StoreError, such as for a full disk or a locked file; then nothing was written.
        """
        with self._told(), self._writing():
            for block in blocks:
                self._add(experiment, block)

    def _add(self, experiment: int, block: Block) -> None:
        layout, many = self._layout(experiment, block.layout), self._base.executemany
        there = {
            number
            for (number,) in self._base.execute(
                "SELECT replication FROM replication WHERE experiment = ?"
                f" AND replication IN ({','.join(map(str, block.numbers))})",
                (experiment,),
            )
        }
        new = [(place, number) for place, number in enumerate(block.numbers) if number not in there]
        many(
            "INSERT INTO replication VALUES (?, ?, ?, ?, ?)",
            [(experiment, number, layout, block.seconds[place], _now()) for place, number in new],
        )
        wholes = [(column.kpi, place, column.parts) for column, place in block.layout.places("")]
        whole = block.rows[""].tolist()
        values = [
            (number, [(kpi, *whole[place][at : at + parts], *(None,) * (3 - parts)) for kpi, at, parts in wholes])
            for place, number in new
        ]
        many(
            "INSERT INTO kpi_value VALUES (?, ?, ?, ?, ?, ?)",
            [(experiment, kpi, number, *parts) for number, row in values for kpi, *parts in row],
        )
        if self.seals:
            many("INSERT INTO seal VALUES (?, ?, ?)", [(experiment, number, _checksum(row)) for number, row in values])
        for dimension, rows in block.rows.items():
            if dimension:
                many(
                    "INSERT INTO slice_values VALUES (?, ?, ?, ?)",
                    [(experiment, dimension, number, rows[place].tobytes()) for place, number in new],
                )

    def _layout(self, experiment: int, layout: Layout) -> int:
        """The number of a layout, kept once."""
        key = (experiment, layout.text())
        if key not in self._layouts:
            self._base.execute("INSERT OR IGNORE INTO layout (experiment, content) VALUES (?, ?)", key)
            found = self._base.execute("SELECT number FROM layout WHERE experiment = ? AND content = ?", key)
            self._layouts[key] = int(found.fetchone()[0])
        return self._layouts[key]

    def layouts(self, experiment: int) -> dict[int, Layout]:
        """The layouts of an experiment's replications, in the order of first use; as a rule one."""
        rows = self._read("SELECT number, content FROM layout WHERE experiment = ? ORDER BY number", experiment)
        with self._sound():
            return {number: Layout.read(content) for number, content in rows}

    def _check(self, experiment: int) -> None:
        """Errors: StoreError where a KPI of the whole is no more what was written. Once for each experiment."""
        if experiment in self._sealed or not self.seals:
            return
        rows = self._read(
            "SELECT replication, checksum, kpi, value, weight, trials FROM seal"
            " LEFT JOIN kpi_value USING (experiment, replication) WHERE experiment = ? ORDER BY replication",
            experiment,
        )
        with self._sound():
            for (number, checksum), values in groupby(rows, key=lambda row: row[:2]):
                if _checksum([row[2:] for row in values]) != checksum:
                    raise ValueError(f"a KPI of replication {number} is not what was written")
        self._sealed.add(experiment)

    def layout_of(self, experiment: int) -> dict[int, int]:
        """The number of the layout of each replication, in order.

        Errors: StoreError where the replications are no more what was written.
        """
        self._check(experiment)
        rows = self._read(
            "SELECT replication, layout FROM replication WHERE experiment = ? ORDER BY replication", experiment
        )
        with self._sound():
            known = {number for (number,) in self._read("SELECT number FROM layout WHERE experiment = ?", experiment)}
            for number, layout in rows:
                if not isinstance(number, int) or number < 0:
                    raise ValueError(f"there is a replication {number!r}")
                if layout not in known:
                    raise ValueError(f"nothing says what the numbers of replication {number} are")
        return dict(rows)

    def parts(self, experiment: int, kpi: str, numbers: Sequence[int], expected: np.ndarray) -> np.ndarray:
        """Value, denominator and trials of a KPI of the whole in each replication; nan where it has none.

        `expected` says of which replications something was written.

        Errors: StoreError where that is not there any more.
        """
        rows = self._read(
            "SELECT replication, value, weight, trials FROM kpi_value WHERE experiment = ? AND kpi = ?", experiment, kpi
        )
        found = {number: parts for number, *parts in rows}
        with self._sound():
            lost = [number for number, there in zip(numbers, expected, strict=True) if there and number not in found]
            if lost:
                raise ValueError(f"{kpi} of replication {lost[0]} is missing")
            return np.array([found.get(number, (None,) * 3) for number in numbers], dtype=float).reshape(-1, 3)

    def slices(
        self, experiment: int, layout: int, dimension: str, first: int, many: int, below: int
    ) -> tuple[list[int], np.ndarray]:
        """Some numbers of the rows of a dimension, of the replications below a number that have one layout.

        Which replications these are, in order, and the numbers: replications x numbers.
        """
        rows = self._read(
            "SELECT replication, substr(numbers, ?, ?) FROM slice_values"
            " JOIN replication USING (experiment, replication)"
            " WHERE experiment = ? AND dimension = ? AND layout = ? AND replication < ? ORDER BY replication",
            1 + 8 * first,
            8 * many,
            experiment,
            dimension,
            layout,
            below,
        )
        with self._sound():
            found = np.frombuffer(b"".join(row for _, row in rows)).reshape(len(rows), many)
        return [number for number, _ in rows], found

    def blocks(self, experiment: int) -> Iterator[Block]:
        """Everything that is kept of an experiment, one replication at a time."""
        layouts = self.layouts(experiment)
        rows = self._read("SELECT replication, layout, seconds FROM replication WHERE experiment = ?", experiment)
        for number, layout, seconds in rows:
            with self._sound():
                block = Block(layouts[layout], [number], [seconds], self._rows(experiment, number, layouts[layout]))
            yield block

    def _rows(self, experiment: int, number: int, layout: Layout) -> dict[str, np.ndarray]:
        whole = {
            kpi: parts
            for kpi, *parts in self._read(
                "SELECT kpi, value, weight, trials FROM kpi_value WHERE experiment = ? AND replication = ?",
                experiment,
                number,
            )
        }
        first = [part for column in layout.columns[""] for part in whole[column.kpi][: column.parts]]
        rest = self._read(
            "SELECT dimension, numbers FROM slice_values WHERE experiment = ? AND replication = ?", experiment, number
        )
        rows = {"": np.array(first, dtype=float), **{name: np.frombuffer(numbers) for name, numbers in rest}}
        for name, row in rows.items():
            if len(row) != layout.width(name):
                raise ValueError(f"replication {number} has {len(row)} numbers by {name}, not {layout.width(name)}")
        return {name: row.reshape(1, -1) for name, row in rows.items()}


def _checksum(values: Iterable[tuple[Any, ...]]) -> int:
    """Of the KPIs of the whole of a replication, in any order: name, value, denominator and trials of each."""
    rows = sorted((kpi, *(None if part != part else part for part in parts)) for kpi, *parts in values)
    return zlib.crc32(repr(rows).encode())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
