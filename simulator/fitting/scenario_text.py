"""A scenario in the making, and the commented page that is written from it."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.scenario.distributions import Quantity
from simulator.scenario.errors import Fault
from simulator.scenario.reading.yaml_text import plain_value
from simulator.units import NUMBER

Place = tuple[str | int, ...]


class Draft:
    """A scenario as plain data, written entry by entry."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.comments: dict[Place, str] = {}
        self.assumed: dict[str, str] = {}

    def put(self, path: Place, value: Any, comment: str = "", assumed: str = "") -> None:
        """Write a value at a path of keys; `assumed` is the reason for a value that no history shows."""
        place = self.data
        for key in path[:-1]:
            place = place.setdefault(str(key), {})
        place[str(path[-1])] = value
        if comment or assumed:
            self.comments[path] = comment or f"Assumed: {assumed}"
        if assumed:
            self.assumed[".".join(str(key) for key in path)] = assumed


def rounded(value: float, digits: int = 4) -> float | int:
    """A number with so many significant digits; whole ones without a decimal point.

    >>> rounded(429.6153), rounded(12.0), rounded(0.0012345)
    (429.6, 12, 0.001234)
    """
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() else short


def shares(counts: dict[str, float]) -> dict[str, float]:
    """Shares that add to 1 as they are written.

    >>> shares({"a": 1, "b": 1, "c": 1})
    {'a': 0.3333, 'b': 0.3333, 'c': 0.3334}
    """
    total = sum(counts.values())
    found = {name: round(count / total, 4) for name, count in counts.items()}
    last = list(found)[-1]
    found[last] = round(1 - sum(found.values()) + found[last], 4)
    return found


WIDTH = 116
TABLES = ("values", "quantiles")
"""Mappings whose keys are numbers."""
PLAIN = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_ %./()+-]*[A-Za-z0-9_%./()])?")


def page(data: Mapping[str, Any], comments: Mapping[Place, str], header: str) -> str:
    """The text of a scenario in YAML, sections apart, comments above what they explain."""
    lines = [f"# {line}".rstrip() for line in header.splitlines()]
    for key, value in data.items():
        if (key,) in comments or (isinstance(value, Mapping) and key != "run"):
            lines.append("")
        lines += _entry((key,), value, comments)
    return "\n".join(lines) + "\n"


def _entry(path: Place, value: Any, comments: Mapping[Place, str]) -> Iterator[str]:
    """One key with its value and comment."""
    indent = "  " * (sum(2 if isinstance(part, int) else 1 for part in path) - 1)
    yield from _comment(indent, comments.get(path, ""))
    key = f"{indent}{_key(str(path[-1]), table=False)}:"
    if isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        yield key
        for place, each in enumerate(value):
            yield from _item((*path, place), each, comments)
    elif isinstance(value, Mapping) and _is_folder(path, value, comments):
        yield key
        for name, each in value.items():
            yield from _entry((*path, name), each, comments)
    else:
        yield from _wrapped(f"{key} {flow(value)}", indent + "  ")


def _is_folder(path: Place, value: Mapping[str, Any], comments: Mapping[Place, str]) -> bool:
    """Whether each entry has lines of its own: near the root, around comments, or where one line is too short."""
    if value and set(value) <= set(Quantity.model_fields):
        return False
    nested = any(isinstance(each, (Mapping, list)) for each in value.values())
    near = path == ("assumptions",) or (nested and len(path) <= 3 and path[0] not in ("run", "costs"))
    return near or _below(path, comments) or len("  " * len(path) + f"{path[-1]}: {flow(value)}") > WIDTH


def _item(path: Place, value: Any, comments: Mapping[Place, str]) -> Iterator[str]:
    """One entry of a list of mappings."""
    indent = "  " * (len(path) - 1)
    yield from _comment(indent, comments.get(path, ""))
    whole = f"{indent}- {flow(value)}"
    if len(whole) <= WIDTH and not _below(path, comments):
        yield whole
        return
    for place, (name, each) in enumerate(value.items()):
        text = f"{indent}{'- ' if not place else '  '}{_key(str(name), table=False)}: {flow(each)}"
        yield from _wrapped(text, indent + "    ")


def _below(path: Place, comments: Mapping[Place, str]) -> bool:
    return any(len(other) > len(path) and other[: len(path)] == path for other in comments)


def _comment(indent: str, text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from (f"{indent}# {part}" for part in _folded(line, WIDTH - len(indent) - 2))


def _folded(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _wrapped(whole: str, indent: str) -> Iterator[str]:
    """A flow broken at its commas."""
    line = ""
    for part in re.split(r"(?<=,) (?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", whole):
        if line and len(line) + 1 + len(part) > WIDTH:
            yield line
            line = indent + part
        else:
            line = f"{line} {part}" if line else part
    yield line


def flow(value: Any, table: bool = False) -> str:
    """A value on one line.

    >>> flow({"rule": "poisson", "orders": "24 per day", "hours": "08:00-17:00", "85123A": [1, 0.5]})
    '{rule: poisson, orders: 24 per day, hours: "08:00-17:00", "85123A": [1, 0.5]}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(str(k), table)}: {flow(v, k in TABLES)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _key(key: str, table: bool) -> str:
    """A key; one that begins with a digit is quoted, so that every YAML reader takes it for a text."""
    return (
        key
        if table and re.fullmatch(NUMBER, key)
        else json.dumps(key, ensure_ascii=False)
        if (key[:1].isdigit())
        else text(key)
    )


def text(value: str) -> str:
    """A text, in quotes where it could be read as anything else."""
    plain = PLAIN.fullmatch(value) and value.upper() not in ("YES", "NO", "ON", "OFF", "Y", "N") and _same(value)
    return value if plain else json.dumps(value, ensure_ascii=False)


def _same(value: str) -> bool:
    try:
        return plain_value(value) == value
    except Fault:
        return False
