"""A scheduled receipt: one line of a master schedule; and times in a run, which are dates or counted from its start."""

import datetime as dt
from contextlib import suppress
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from simulator.model import Model
from simulator.units import DAY, Units, exact, hours, writes, written_hours


def moment(value: Any) -> Any:
    """A time in the run: a duration from its start, in hours, or a date, which means its midnight, or with its time.

    >>> moment("2 weeks"), moment("2026-01-19"), moment("2026-01-19 14:30")
    (336.0, datetime.date(2026, 1, 19), datetime.datetime(2026, 1, 19, 14, 30))
    """
    with suppress(ValueError):
        return hours(value)
    found = value
    for read in (dt.date.fromisoformat, dt.datetime.fromisoformat) if isinstance(value, str) else ():
        with suppress(ValueError):
            found = read(value)
            break
    if isinstance(found, dt.date) and getattr(found, "tzinfo", None) is None:
        return found
    raise ValueError(
        "a date such as 2026-01-19, with or without its time (2026-01-19 14:30, by the clock of the run), or a time "
        f"from the start such as '2 weeks', is expected; found {str(value)!r}"
    )


def written_moment(value: Any) -> Any:
    """A time in the run as a scenario writes it.

    >>> written_moment(336.0), written_moment(dt.date(2026, 1, 19)), written_moment(dt.datetime(2026, 1, 19, 14, 30))
    ('14 days', '2026-01-19', '2026-01-19 14:30:00')
    """
    return str(value) if isinstance(value, dt.date) else written_hours(value)


def from_start(value: Any, start: dt.date) -> float:
    """A time in the run in hours from its start.

    >>> [from_start(at, dt.date(2026, 1, 5)) for at in (dt.date(2026, 1, 19), moment("2026-01-19 14:30"))]
    [336.0, 350.5]
    """
    if isinstance(value, dt.datetime):
        return exact((value - dt.datetime.combine(start, dt.time())) / dt.timedelta(hours=1))
    return (value - start).days * DAY if isinstance(value, dt.date) else float(value)


Moment = Annotated[
    Any,
    BeforeValidator(moment),
    writes(written_moment),
    WithJsonSchema({"type": "string", "examples": ["2 weeks", "2026-01-19", "2026-01-19 14:30"]}),
]
"""A time in the run: hours from its start, or a date with or without its time."""


class Receipt(Model):
    """Goods that are on order when the run begins."""

    at: Moment
    """When they come: a date (at midnight), a date and time, or a time from the start of the run."""
    units: Annotated[Units, Field(gt=0)]
    """How many."""
