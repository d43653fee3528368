"""The file of a store: opened, locked, written all or nothing, and SQLite's errors in words."""

import json
import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import numpy as np

from simulator.experiments.provenance import FORMAT, packages, player, record
from simulator.experiments.samples import Block, Layout
from simulator.scenario.scenario import Scenario

MARK = 0x53564353
"""Says in the file's header that it is one of ours."""
WAIT = 60.0
"""Seconds to wait for another program that has the file locked."""
AT_A_TIME = 1.0
"""Seconds of it in which an interrupt is not heard."""
CACHE = 16 * 1024
"""KiB of a private store that stay in memory before it goes to disk."""


class StoreError(Exception):
    """A store cannot be opened, read or written; the message says why and what would help."""


class Database:
    """An SQLite file of ours; "" is a private one, which is deleted when it is closed.

    Errors: StoreError for a file that is none, is of another version, or cannot be opened.
    """

    def __init__(self, path: str | Path = "", *, wait: float = WAIT) -> None:
        self.path = str(path)
        self._wait = wait
        found = Path(self.path)
        if self.path not in ("", ":memory:") and not found.parent.is_dir():
            raise StoreError(f"{self.path}: there is no folder {found.parent}")
        with self._told():
            self._base = sqlite3.connect(
                self.path, timeout=min(wait, AT_A_TIME), isolation_level=None, check_same_thread=False
            )
            try:
                self._open()
            except BaseException:
                self._base.close()
                raise

    def _open(self) -> None:
        run = self._base.execute
        tables = int(run("SELECT count(*) FROM sqlite_master").fetchone()[0])  # first: another program may be making it
        mark, version = (int(run(f"PRAGMA {name}").fetchone()[0]) for name in ("application_id", "user_version"))
        if (tables and mark != MARK) or (mark == MARK and version > FORMAT):
            whose = (
                f"written by a newer simulator (format {version}, this one reads {FORMAT})"
                if mark == MARK
                else "a database of another program"
            )
            raise StoreError(f"{self.path}: is {whose}; name another file for the store")
        if self.path in ("", ":memory:"):
            run("PRAGMA journal_mode = MEMORY")  # without a journal nothing is rolled back
            run(f"PRAGMA cache_size = -{CACHE}")
        elif not tables:
            self._patiently("PRAGMA journal_mode = WAL")  # readers and a writer side by side; stays with the file
        run("PRAGMA synchronous = NORMAL")
        self.format = version if tables else FORMAT
        """An older one is read, and nothing is added to it: its hashes mean something else."""
        if not tables:
            with self._writing():  # another program may have been quicker
                if not run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    for statement in files(__package__).joinpath("store.sql").read_text("utf-8").split(";\n"):
                        run(statement)
                    run(f"PRAGMA application_id = {MARK}")
                    run(f"PRAGMA user_version = {FORMAT}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors in words."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {_said(error)}") from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All or nothing, when nobody else writes."""
        self._patiently("BEGIN IMMEDIATE")
        try:
            yield
            self._base.execute("COMMIT")
        except BaseException:
            self._undone()
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise

    def _patiently(self, statement: str) -> None:
        """Execute a statement, and wait as long as another program has the file locked."""
        until = time.monotonic() + self._wait
        while True:
            try:
                self._base.execute(statement)
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise

    def _undone(self) -> None:
        """Forget what was learnt in a transaction that is not carried out."""

    def close(self) -> None:
        """Close the file; a private one is gone."""
        self._base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, query: str, *values: object) -> list[Any]:
        with self._told():
            return self._base.execute(query, values).fetchall()


def _said(error: sqlite3.Error) -> str:
    """What is wrong with a store, and what would help.

    >>> _said(sqlite3.OperationalError("database is locked"))
    'another program has it locked; when that is done, run the same command again'
    """
    text = str(error)
    for sign, words in {
        "locked": "another program has it locked; when that is done, run the same command again",
        "full": "the disk is full; make room and run the same command again",
        "not a database": "is not a store of results; name another file",
        "readonly": "cannot be written: no permission",
        "unable to open": "cannot be opened: is it a folder, or without permission?",
        "malformed": "is damaged; restore it from a copy, or name another file",
        "disk I/O": "the disk fails, or is full; when it works again, run the same command again",
    }.items():
        if sign in text:
            return words
    return text


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
        many(
            "INSERT INTO kpi_value VALUES (?, ?, ?, ?, ?, ?)",
            [
                (experiment, kpi, number, *whole[place][at : at + parts], *(None,) * (3 - parts))
                for place, number in new
                for kpi, at, parts in wholes
            ],
        )
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
        return {number: Layout.read(content) for number, content in rows}

    def layout_of(self, experiment: int) -> dict[int, int]:
        """The number of the layout of each replication, in order."""
        return dict(
            self._read(
                "SELECT replication, layout FROM replication WHERE experiment = ? ORDER BY replication", experiment
            )
        )

    def wholes(self, experiment: int, kpi: str) -> dict[int, tuple[float | None, float | None, float | None]]:
        """Value, denominator and trials of a KPI of the whole, by replication."""
        rows = self._read(
            "SELECT replication, value, weight, trials FROM kpi_value WHERE experiment = ? AND kpi = ?"
            " ORDER BY replication",
            experiment,
            kpi,
        )
        return {number: (value, weight, trials) for number, value, weight, trials in rows}

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
        found = np.frombuffer(b"".join(row for _, row in rows)).reshape(len(rows), many)
        return [number for number, _ in rows], found

    def blocks(self, experiment: int) -> Iterator[Block]:
        """Everything that is kept of an experiment, one replication at a time."""
        layouts = self.layouts(experiment)
        rows = self._read("SELECT replication, layout, seconds FROM replication WHERE experiment = ?", experiment)
        for number, layout, seconds in rows:
            yield Block(layouts[layout], [number], [seconds], self._rows(experiment, number, layouts[layout]))

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
        return {name: row.reshape(1, -1) for name, row in rows.items()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
