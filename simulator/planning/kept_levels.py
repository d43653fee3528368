"""Stock levels that were found before, kept on disk in the user's cache folder, so that nothing is played twice.

A level is known by a hash of all that it depends on, the program and its plugins among them. What cannot be read or
written is played again: the cache changes no number, and is no reason for an error.

The environment variable `SIMULATOR_CACHE` names another folder, or says `off`.
"""

import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np

from simulator.planning.level_search import Found
from simulator.plugins import fingerprints, installed

SETTING = "SIMULATOR_CACHE"
LARGEST = 64_000_000
"""Bytes of the file, from which on it is begun anew."""
AT_A_TIME = 500
"""Levels that are asked for in one question."""
WAIT = 1.0
"""Seconds to wait for another program that writes."""
TABLE = "CREATE TABLE IF NOT EXISTS levels (hash TEXT PRIMARY KEY, level REAL, reached REAL, method TEXT) WITHOUT ROWID"


def folder() -> Path | None:
    """The folder of the cache, by the custom of the system; None where it is switched off, or there is no home."""
    told = os.environ.get(SETTING, "")
    if told:
        return None if told.lower() in ("off", "no", "0") else Path(told)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    with suppress(RuntimeError):
        return Path(base).expanduser() / "service-simulator" if base else None
    return None


def kept(hashes: Iterable[str]) -> dict[str, Found]:
    """Those of the levels that were found before."""
    found, wanted = dict[str, Found](), list(hashes)
    with suppress(sqlite3.Error, OSError), _opened(write=False) as base:
        for first in range(0, len(wanted), AT_A_TIME):
            some = wanted[first : first + AT_A_TIME]
            marks = ", ".join("?" * len(some))
            query = f"SELECT hash, level, reached, method FROM levels WHERE hash IN ({marks})"
            found |= {each: Found(*rest) for each, *rest in base.execute(query, some)}
    return found


def keep(found: Mapping[str, Found]) -> None:
    """Keep levels for another time, if that is possible."""
    with suppress(sqlite3.Error, OSError), _opened(write=True) as base, base:
        base.execute(TABLE)
        rows = [(key, *each) for key, each in found.items()]
        base.executemany("INSERT OR REPLACE INTO levels VALUES (?, ?, ?, ?)", rows)


@contextmanager
def _opened(write: bool) -> Iterator[sqlite3.Connection]:
    """The file of the cache. Errors: OSError where there is none, sqlite3.Error where it cannot be used."""
    place = folder()
    if place is None:
        raise FileNotFoundError("the cache is switched off")
    file = place / "levels.db"
    if write:
        place.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size > LARGEST:
            file.unlink()
    elif not file.is_file():
        raise FileNotFoundError(file)
    with closing(sqlite3.connect(file, timeout=WAIT)) as base:
        base.execute("PRAGMA synchronous = OFF")  # what is lost is played again
        yield base


@cache
def _sources() -> str:
    """A fingerprint of all code that finds levels."""
    from simulator import __version__

    digest = hashlib.sha256(f"{__version__} {np.__version__}".encode())
    package = Path(__file__).parent.parent
    for name in ("planning", "rules", "scenario", "textbook"):
        for file in sorted((package / name).rglob("*.py")):
            digest.update(file.read_bytes())
    for name in ("model.py", "units.py"):
        digest.update((package / name).read_bytes())
    return digest.hexdigest()


def program() -> list[str]:
    """What a level depends on besides the scenario: this program, and what users add to it."""
    return [_sources(), *(f"{name} {number}" for name, number in sorted({**installed(), **fingerprints()}.items()))]
