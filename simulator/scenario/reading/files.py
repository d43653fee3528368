"""Finding a scenario by path or by name, and reading its text."""

from __future__ import annotations

import os
from pathlib import Path

from simulator.scenario.errors import Fault, Problem, ScenarioError
from simulator.scenario.reading.syntax import closest

LIMIT = 20_000_000
"""Bytes of a scenario file; histories belong in files of their own."""

SUFFIXES = (".yaml", ".yml")
MOST = 12
"""So many names of the gallery are listed where one is not found."""


def gallery_folder() -> Path:
    """The folder of the gallery: inside the package when installed, else `scenarios/` of the repository."""
    packaged = Path(__file__).parents[2] / "gallery"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "scenarios"


def gallery_names() -> list[str]:
    """What `load` accepts as a name, such as `quickstart` or `lessons/queues`."""
    folder = gallery_folder()
    return sorted(file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.yaml"))


def find(scenario: str | Path, folder: Path) -> Path:
    """The file meant by a path (relative to `folder`) or by the name of a gallery scenario.

    A name without suffix means the gallery first: a results file called `quickstart` does not hide it.
    Raises Fault.
    """
    name = str(scenario)
    path = folder / name
    if not name.endswith(SUFFIXES) and name in gallery_names():
        return gallery_folder() / f"{name}.yaml"
    if os.path.isfile(path):
        return path
    if os.path.isdir(path):
        raise Fault(f"{name or '(nothing)'} is a folder", "name the file in it")
    if os.path.exists(path):  # a pipe, such as /dev/stdin
        return path
    raise Fault(*_missing(name, path))


def _missing(name: str, path: Path) -> tuple[str, str]:
    shown = printable(name)
    if name.endswith(SUFFIXES):
        stem = path.stem
        if stem in gallery_names():
            return f"there is no file {shown}", f"the gallery has one: write {stem}"
        beside = {file.stem: file.name for file in _listing(path.parent) if file.suffix in SUFFIXES}
        near = beside.get(closest(stem, beside))
        return f"there is no file {shown}" + (f"; did you mean '{near}'?" if near else ""), ""
    names = gallery_names()
    near = closest(name, names)
    meant = f"; did you mean '{near}'?" if near else ""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    listed = ", ".join(names[:MOST]) or "empty"
    return f"there is no file and no gallery scenario '{shown}'{meant}", f"gallery: {listed}{more}"


def printable(text: str) -> str:
    """A text from outside, short and without anything that a terminal would obey."""
    short = text if len(text) <= 200 else text[:197] + "..."
    return "".join(letter if letter.isprintable() else "?" for letter in short)


def _listing(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (OSError, ValueError):
        return []


def shown(path: Path) -> str:
    """A path as a planner knows it: relative to where they are, if it lies below."""
    try:
        return printable(str(path.resolve().relative_to(Path.cwd())))
    except (OSError, ValueError):
        return printable(str(path))


def read_text(path: Path) -> str:
    """The text of a file. Raises ScenarioError for what cannot be a scenario."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            raw = b"" if size > LIMIT else file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(path, f"cannot be read: {reason}") from None
    if max(size, len(raw)) > LIMIT:
        raise _refused(path, f"larger than {LIMIT // 1_000_000} MB", "keep order histories in a file of their own")
    return decode(raw, shown(path))


def decode(raw: bytes, name: str) -> str:
    """UTF-8 text, with or without a byte order mark."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ScenarioError([Problem(name, 0, 0, "", "the file is in UTF-16", "save it as UTF-8")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        said = f"the byte {raw[error.start]:#04x} at offset {error.start} is not UTF-8"
        raise ScenarioError([Problem(name, line, 1, "", said, "save the file as UTF-8")]) from None


def _refused(path: Path, message: str, hint: str = "") -> ScenarioError:
    return ScenarioError([Problem(shown(path), 0, 0, "", message, hint)])
