"""Defaults that are assumptions: what a scenario leaves open, nobody has measured, and a description says so."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from simulator.field_docs import field_docs
from simulator.model import Model
from simulator.scenario.errors import Part
from simulator.units import DAY, YEAR, per_hour

MARK = re.compile(r"\bAssumption[.:]")
"""How the description of a field says that its default is one."""
_HOURLY = re.compile(r"(\S+) per hour")
_UNITS = (("day", DAY), ("year", YEAR))


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
    return in_few_digits(model.model_dump(mode="json", include={name}, exclude_none=True)[name])


def in_few_digits(value: Any) -> Any:
    """A default as it is written, with rates by the day or year, where these have few digits, and what is constant by
    its value alone.

    >>> in_few_digits({"0 h": "0.010416666666666666 per hour"}), in_few_digits("1.1415525114155251e-05 per hour")
    ({'0 h': '0.25 per day'}, '0.1 per year')
    """
    if isinstance(value, dict):
        if list(value) == ["constant"]:
            return value["constant"]
        return {key: in_few_digits(each) for key, each in value.items()}
    found = _HOURLY.fullmatch(value) if isinstance(value, str) else None
    written = [f"{float(found[1]) * size:.10g} per {unit}" for unit, size in _UNITS] if found else []
    return next((each for each in written if per_hour(each) == per_hour(value)), value)
