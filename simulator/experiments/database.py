"""The file of a store: opened, locked, written all or nothing, and SQLite's errors in words."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from simulator.experiments.provenance import FORMAT

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
        self._place: tuple[int, int] | None = None
        """Device and number of the file."""
        found = Path(self.path)
        if self.path not in ("", ":memory:") and not found.parent.is_dir():
            raise StoreError(f"{self.path}: there is no folder {found.parent}")
        with self._told():
            self._base = sqlite3.connect(
                self.path, timeout=min(wait, AT_A_TIME), isolation_level=None, check_same_thread=False
            )
            try:
                self._open()
                self._still_there()
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
        self.seals = bool(run("SELECT count(*) FROM sqlite_master WHERE name = 'seal'").fetchone()[0])
        """Whether it keeps checksums; the first stores of this format did not."""

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors in words."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {_said(error)}") from error

    def _still_there(self) -> None:
        """Errors: StoreError if the file was deleted, moved or replaced: what is written now would be lost with it."""
        if self.path in ("", ":memory:"):
            return
        try:
            about = os.stat(self.path)
            here = (about.st_dev, about.st_ino)
        except OSError:
            here = None
        self._place = self._place or here
        if here is None or here != self._place:
            raise StoreError(
                f"{self.path}: has vanished: it was deleted, moved or replaced while it was in use, and nothing "
                "more is kept in it"
            )

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """What is read as it was written; else somebody else has changed it, or the disk has."""
        try:
            yield
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise StoreError(
                f"{self.path}: is damaged, or was changed by another program ({error}): restore it from a copy, or "
                "name another file"
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All or nothing, when nobody else writes."""
        self._still_there()
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
    return f"is damaged, or was changed by another program ({text}): restore it from a copy, or name another file"
