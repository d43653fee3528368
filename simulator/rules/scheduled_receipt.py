"""A scheduled receipt: one line of a master schedule; and times in a run, which are dates or counted from its start."""

import datetime as dt
from contextlib import suppress
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from simulator.model import Model
from simulator.units import DAY, Units, hours, writes, written_hours


def moment(value: Any) -> Any:
    """A time in the run: a duration from its start, in hours, or a date, which means its midnight.

    >>> moment("2 weeks"), moment("2026-01-19")
    (336.0, datetime.date(2026, 1, 19))
    """
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    with suppress(ValueError):
        return hours(value)
    with suppress(ValueError, TypeError):
        return dt.date.fromisoformat(value)
    raise ValueError(
        f"a date such as 2026-01-19, or a time from the start such as '2 weeks', is expected; found {value!r}"
    )


def written_moment(value: Any) -> Any:
    """A time in the run as a scenario writes it.

    >>> written_moment(336.0), written_moment(dt.date(2026, 1, 19))
    ('14 days', '2026-01-19')
    """
    return value.isoformat() if isinstance(value, dt.date) else written_hours(value)


def from_start(value: Any, start: dt.date) -> float:
    """A time in the run in hours from its start.

    >>> from_start(dt.date(2026, 1, 19), dt.date(2026, 1, 5))
    336.0
    """
    return (value - start).days * DAY if isinstance(value, dt.date) else float(value)


Moment = Annotated[
    Any,
    BeforeValidator(moment),
    writes(written_moment),
    WithJsonSchema({"type": "string", "examples": ["2 weeks", "2026-01-19"]}),
]
"""A time in the run: hours from its start, or a date."""


class Receipt(Model):
    """Goods that are on order when the run begins."""

    at: Moment
    """When they come: a date, or a time from the start of the run."""
    units: Annotated[Units, Field(gt=0)]
    """How many."""
