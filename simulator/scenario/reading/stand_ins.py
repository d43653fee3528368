"""Faults that show only where every value is sound: sound ones stand in for those that are not, and the look goes on.

What a planner wrote wrongly in one place hides nothing that is wrong elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from simulator.scenario.errors import At, Part
from simulator.scenario.reading.explain import places
from simulator.scenario.reading.nodes import Mapping, Plain
from simulator.scenario.scenario import Scenario

Path = tuple[Part, ...]
REMOVED = object()
SCALARS: tuple[Any, ...] = (
    "1 h",
    1,
    "1 per day",
    "1 % per year",
    "1 per unit",
    0.5,
    "08:00-17:00",
    "08:00",
    "mon",
    dt.date(2026, 1, 5),
    "UTC",
    True,
)
SOUND: tuple[Any, ...] = (
    *SCALARS,
    REMOVED,
    {"rule": "poisson", "orders": "1 per day"},
    {"rule": "base_stock", "level": 1},
    {"rule": "fixed", "time": "1 h"},
    {"units": 1},
    {"hours": "08:00-17:00"},
    {"horizon": "1 week"},
    {},
    [],
)
"""What is tried in the place of a value that will not do, one after the other."""
MOST_FAULTS = 20
ROUNDS = 80
"""So many faults are stood in for, and so often is tried, at the most."""


def stand_in(data: dict[str, Plain], error: ValidationError, tree: Mapping) -> tuple[Scenario, dict[Path, Any]] | None:
    """A scenario in which sound values stand in for those at fault, and what stands where; None if it is past help.

    What its sections name in each other is not looked at.
    """
    used: dict[Path, Any] = {}
    tried: dict[Path, int] = {}
    wrong, words = places(error, tree), dict[Path, list[str]]()
    for _ in range(ROUNDS):
        if len(wrong) > MOST_FAULTS:
            return None
        words = {**wrong, **words}
        for path in {_next(path, tried, words) for path in wrong}:
            if not path:
                return None
            value = [*words.get(path, ()), *SOUND][tried[path]]
            tried[path] += 1
            if _put(data, path, value):
                used[path] = value
        try:
            return Scenario.model_validate(data, context={"references": False}), used
        except ValidationError as left:
            wrong = places(left, tree)
        except Exception:
            return None
    return None


def _next(path: Path, tried: dict[Path, int], words: dict[Path, list[str]]) -> Path:
    """The place where the next value is tried: that of the fault, or, where all were tried, what holds it."""
    while path and tried.setdefault(path, 0) >= len(words.get(path, ())) + len(SOUND):
        path = path[:-1]
    return path


def _put(data: Any, path: Path, value: Any) -> bool:
    """Set the value at a path, or remove it; whether that can be."""
    for part in path[:-1]:
        inside = isinstance(data, dict) and part in data
        if not inside and not (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            return False
        data = data[part]
    last = path[-1]
    if isinstance(data, list):
        if value is REMOVED or not isinstance(last, int) or last >= len(data):
            return False
        data[last] = value
    elif isinstance(data, dict):
        if value is REMOVED:
            data.pop(last, None)
        else:
            data[last] = value
    else:
        return False
    return True


def lasting(faults: Iterable[At], used: dict[Path, Any], data: dict[str, Plain]) -> Iterator[At]:
    """Those faults that are there whatever the values that were stood in for."""
    names = lost_names(used, data)
    whole = any(not _single(value) for value in used.values())
    for fault in faults:
        unknown = fault.message.startswith("there is no ")
        below = any(fault.path[: len(path)] == path for path in used)
        above = any(path[: len(fault.path)] == fault.path for path in used)
        if not (below or named(fault.message, names) or (not unknown and (above or whole))):
            yield fault


def _single(value: Any) -> bool:
    """Whether a single value stands in for another."""
    return value is not REMOVED and not isinstance(value, (dict, list))


def lost_names(used: dict[Path, Any], data: dict[str, Plain]) -> set[Part]:
    """The keys of what was stood in for by something else than a single value."""
    return {name for path, value in used.items() if not _single(value) for name in _names(data, path)}


def named(message: str, names: Iterable[Part]) -> bool:
    """Whether a message is about one of some names."""
    return any(repr(name) in message for name in names)


def _names(data: Any, path: Path) -> Iterator[Part]:
    """The last key of a path, and all keys below it."""
    yield path[-1]
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return
    todo = [data]
    while todo:
        each = todo.pop()
        if isinstance(each, dict):
            yield from each
            todo += each.values()
        elif isinstance(each, list):
            todo += each
