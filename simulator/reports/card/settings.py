"""Any part of a scenario as rows: what it sets, as the scenario writes it, and what that means.

The names, meanings and defaults are those of the models; a new field or a new rule shows up by itself.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from simulator.policies.family import Rule
from simulator.reports.wording import lasting
from simulator.scenario.distributions import Distribution, Duration
from simulator.scenario.errors import dotted
from simulator.units import hours

LONGEST = 31
"""So many values are shown one by one: the days of a month. Of more, only the ten largest."""
MOST = 10


class Setting(NamedTuple):
    """One value that a part of a scenario sets."""

    path: str
    """Where, from that part on."""
    value: str
    meaning: str
    stated: bool
    """Whether the scenario says so; else it is the default."""


class Part(NamedTuple):
    """One model inside another, with the plain data it was made of."""

    path: tuple[str | int, ...]
    model: BaseModel
    written: Any
    stated: bool


def settings(part: Part) -> Iterator[Setting]:
    """What a part sets, and what its parts set, without what is empty or switched off."""
    if isinstance(part.model, Rule):
        yield Setting(dotted((*part.path, "rule")), part.model.rule, "Which rule: see 2.4.", True)
    for name, field, value, written, stated in _fields(part):
        path = (*part.path, name)
        inner = list(_inner(path, value, written, stated))
        for each in inner:
            yield from settings(each)
        plain = {}
        if inner and isinstance(written, Mapping) and isinstance(value, Mapping):  # plain values beside parts
            plain = {(*path, key): text(written[key]) for key in value if (*path, key) not in {i.path for i in inner}}
        elif not inner and part.path[-1:] != (value,):  # the part's own name is said already
            plain = {path: text(written) if stated else _default(value, field) if value else ""}
        yield from (Setting(dotted(at), said, field.description or "", stated) for at, said in plain.items() if said)


def parts(part: Part) -> Iterator[Part]:
    """A part and all the parts below it, in the order of reading."""
    yield part
    for name, _, value, written, stated in _fields(part):
        for inner in _inner((*part.path, name), value, written, stated):
            yield from parts(inner)


def named(part: Part, field: str) -> dict[str, Part]:
    """The parts that a part holds by name, such as the segments of a market; paths start anew from each."""
    for name, _, value, written, stated in _fields(part):
        if name == field and isinstance(value, Mapping):
            inner = _inner((), value, written, stated)
            return {str(each.path[0]): each._replace(path=()) for each in inner}
        if name == field and isinstance(value, tuple):
            inner = _inner((), value, written, stated)
            return {_called(each.model, place): each._replace(path=()) for place, each in enumerate(inner, 1)}
    return {}


def _called(model: BaseModel, place: int) -> str:
    return str(getattr(model, "name", None) or getattr(model, "stage", None) or place)


Field = tuple[str, FieldInfo, Any, Any, bool]


def _fields(part: Part) -> Iterator[Field]:
    """Name, field, value, plain data, and whether it is stated, of each field but the rule's tag."""
    for attribute, field in type(part.model).model_fields.items():
        if attribute == "rule":
            continue
        name = field.alias or attribute
        stated = part.stated and isinstance(part.written, Mapping) and name in part.written
        yield name, field, getattr(part.model, attribute), part.written[name] if stated else None, stated


def _inner(path: tuple[str | int, ...], value: Any, written: Any, stated: bool) -> Iterator[Part]:
    """The parts that a field holds: itself, by name or in a list."""
    if _is_part(value, written, stated):
        yield Part(path, value, written, stated)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            its = written.get(name) if isinstance(written, Mapping) else None
            if _is_part(each, its, stated):
                yield Part((*path, name), each, its, stated)
    elif isinstance(value, tuple):
        listed = written if isinstance(written, Sequence) and not isinstance(written, str) else [written]
        for place, each in enumerate(value):
            its = listed[place] if place < len(listed) else None
            if _is_part(each, its, stated):
                yield Part((*path, getattr(each, "stage", place)), each, its, stated)  # a stage has one place only


def _is_part(value: Any, written: Any, stated: bool) -> bool:
    """Whether a value is looked into: a model that is not written as a plain value or a distribution."""
    model = isinstance(value, BaseModel) and not isinstance(value, Distribution)
    return model and (not stated or isinstance(written, Mapping))


def text(value: Any) -> str:
    """Plain data as a person reads it; of long tables the ten largest.

    >>> text({"gamma": {"mean": "3 weeks", "cv": 0.3}}), text(["web", "edi"]), text({"rule": "fixed", "time": "2 days"})
    ('gamma (mean: 3 weeks, cv: 0.3)', 'web, edi', 'fixed (time: 2 days)')
    """
    if isinstance(value, Mapping):
        return _table(value)
    if isinstance(value, (list, tuple)):
        shown = [text(each) for each in value[:LONGEST]]
        more = [f"and {len(value) - LONGEST} more"] if len(value) > LONGEST else []
        return ("; " if any(isinstance(each, Mapping) for each in value) else ", ").join([*shown, *more])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _table(value: Mapping[Any, Any]) -> str:
    if len(value) == 1 and isinstance(only := next(iter(value.values())), Mapping):
        return f"{next(iter(value))} ({text(only)})"
    if "rule" in value:
        rest = {key: each for key, each in value.items() if key != "rule"}
        return f"{value['rule']} ({text(rest)})" if rest else str(value["rule"])
    keys = list(value)
    if len(keys) > LONGEST:
        keys = largest(value)
    shown = [f"{key}: {_in_brackets(value[key])}" for key in keys]
    return ", ".join([*shown, *([f"and {len(value) - len(keys)} more"] if len(keys) < len(value) else [])])


def _in_brackets(value: Any) -> str:
    said = text(value)
    return f"({said})" if isinstance(value, (Mapping, list)) and len(value) > 1 else said


def largest(value: Mapping[Any, Any]) -> list[Any]:
    """The keys of the ten largest numbers; the first ten where the values are no numbers."""
    if all(isinstance(each, (int, float)) for each in value.values()):
        return sorted(value, key=lambda key: -value[key])[:MOST]
    return list(value)[:MOST]


def _default(value: Any, field: FieldInfo) -> str:
    """A value that nobody wrote, with its unit."""
    if isinstance(value, Distribution):
        if value.constant is None:
            return text(value.model_dump(exclude_unset=True))
        return lasting(value.constant) if isinstance(value, Duration) else text(float(value.constant))
    is_time = any(getattr(each, "func", None) is hours for each in field.metadata)
    return lasting(value) if is_time and isinstance(value, float) else text(value)
