"""Defaults that are assumptions: what a scenario leaves open, nobody has measured, and a description says so."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from simulator.field_docs import field_docs
from simulator.model import Model
from simulator.scenario.errors import Part
from simulator.units import DAY

MARK = re.compile(r"\bAssumption[.:]")
"""How the description of a field says that its default is one."""
_HOURLY = re.compile(r"(\S+) per hour")


class AssumedDefault(NamedTuple):
    """A value that the scenario does not state."""

    path: tuple[Part, ...]
    value: Any
    """As a scenario would write it."""
    why: str
    """The description of the field."""


def assumed_defaults(part: Any, path: tuple[Part, ...] = ()) -> Iterator[AssumedDefault]:
    """Every default that is an assumption, in the sections that a scenario states."""
    if isinstance(part, Model):
        said = field_docs(type(part))
        for name in type(part).model_fields:
            why, value = said.get(name, ""), getattr(part, name)
            if name not in part.model_fields_set and MARK.search(why):
                yield AssumedDefault((*path, name), _plain(part, name), " ".join(why.split()))
            elif isinstance(value, (BaseModel, Mapping, tuple, list)):
                yield from assumed_defaults(value, (*path, name))
    elif isinstance(part, Mapping):
        for key, each in part.items():
            yield from assumed_defaults(each, (*path, key))
    elif isinstance(part, (tuple, list)):
        for place, each in enumerate(part):
            yield from assumed_defaults(each, (*path, place))


def _plain(model: Model, name: str) -> Any:
    return by_the_day(model.model_dump(mode="json", include={name}, exclude_none=True)[name])


def by_the_day(value: Any) -> Any:
    """A default as it is written, with rates by the day, without the digits of a rounding, and what is constant by its
    value alone.

    >>> by_the_day({"0 h": "0.010416666666666666 per hour"})
    {'0 h': '0.25 per day'}
    """
    if isinstance(value, dict):
        if list(value) == ["constant"]:
            return value["constant"]
        return {key: by_the_day(each) for key, each in value.items()}
    found = _HOURLY.fullmatch(value) if isinstance(value, str) else None
    return f"{float(found[1]) * DAY:.10g} per day" if found else value
