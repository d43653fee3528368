"""Calendars: when people work, and when trucks leave."""

import datetime as dt
import re
from functools import cached_property
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator.model import Model
from simulator.units import WEEKDAYS, Clock, Date, Hours, clock, writes, written_clock


def weekdays(value: Any) -> tuple[int, ...]:
    """Days of the week as numbers, Monday 0.

    >>> weekdays("mon-fri"), weekdays("mon, sat"), weekdays("daily")
    ((0, 1, 2, 3, 4), (0, 5), (0, 1, 2, 3, 4, 5, 6))
    """
    if isinstance(value, tuple):
        return value
    found: set[int] = set()
    for part in value.lower().split(",") if isinstance(value, str) else [""]:
        first, _, last = part.strip().partition("-")
        last = last or first
        if part.strip() == "daily":
            found |= set(range(7))
        elif first in WEEKDAYS and last in WEEKDAYS and WEEKDAYS.index(first) <= WEEKDAYS.index(last):
            found |= set(range(WEEKDAYS.index(first), WEEKDAYS.index(last) + 1))
        else:
            raise ValueError(f"days are expected, such as 'mon-fri', 'mon,wed,sat' or 'daily'; found {value!r}")
    return tuple(sorted(found))


def opening(value: Any) -> tuple[float, float]:
    """Opening hours as hours of the day; past midnight the end is above 24.

    >>> opening("08:00-17:00"), opening("22:00-06:00")
    ((8.0, 17.0), (22.0, 30.0))
    """
    if isinstance(value, tuple):
        return value
    found = re.fullmatch(r"([0-9:]+)\s*-\s*([0-9:]+)", value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"hours are expected, such as '08:00-17:00'; found {value!r}")
    start, end = clock(found[1]), clock(found[2])
    if start == end:
        raise ValueError(f"opening and closing are the same time: {value!r}; round the clock is '00:00-24:00'")
    return start, end if end > start else end + 24


def _written_days(value: Any) -> Any:
    return ",".join(WEEKDAYS[day] for day in value) if isinstance(value, tuple) else value


def _written_opening(value: Any) -> Any:
    """Past midnight the end is written as the time of day that it is."""
    if not isinstance(value, tuple):
        return value
    start, end = value
    return f"{written_clock(start)}-{written_clock(end if end <= 24 else end - 24)}"


Days = Annotated[
    tuple[int, ...],
    BeforeValidator(weekdays),
    writes(_written_days),
    WithJsonSchema({"type": "string", "examples": ["mon-fri", "daily"]}),
]
Opening = Annotated[
    tuple[float, float],
    BeforeValidator(opening),
    writes(_written_opening),
    WithJsonSchema({"type": "string", "examples": ["08:00-17:00"]}),
]


class Shift(Model):
    """Hours of work on some days of the week."""

    days: Days = (0, 1, 2, 3, 4, 5, 6)
    """Such as mon-fri."""
    hours: Opening
    """Such as "06:00-14:00"."""


class Calendar(Model):
    """Working time: days and hours, or several shifts, less the days closed."""

    days: Days | None = None
    """Days open, such as mon-fri; every day where left out."""
    hours: Opening | None = None
    """Hours open, such as "08:00-17:00"."""
    shifts: Annotated[tuple[Shift, ...], Field(min_length=1)] | None = None
    """Several shifts, instead of days and hours."""
    closed: tuple[Date, ...] = ()
    """Holidays: days on which no shift begins."""

    @model_validator(mode="after")
    def _check(self) -> "Calendar":
        if (self.hours is None) == (self.shifts is None) or (self.shifts is not None and self.days is not None):
            raise ValueError("give hours (and days), or shifts")
        return self

    @cached_property
    def work(self) -> tuple[Shift, ...]:
        """All shifts."""
        if self.shifts is not None:
            return self.shifts
        assert self.hours is not None
        return (Shift(days=self.days if self.days is not None else tuple(range(7)), hours=self.hours),)

    def is_closed(self, day: dt.date) -> bool:
        """Whether no shift begins on this day."""
        return day in self.closed


class Departures(Model):
    """Scheduled departures: at fixed times of some days, or every so often."""

    at: Annotated[tuple[Clock, ...], Field(min_length=1)] | None = None
    """Times of day, such as ["11:00", "16:00"]."""
    days: Days = (0, 1, 2, 3, 4, 5, 6)
    """Days of the week for `at`."""
    closed: tuple[Date, ...] = ()
    """Days without departures, for `at`."""
    every: Annotated[Hours, Field(gt=0)] | None = None
    """Time between departures, from the start of the run, instead of `at`."""

    @model_validator(mode="after")
    def _check(self) -> "Departures":
        if (self.at is None) == (self.every is None):
            raise ValueError("give at (times of day), or every (a time between departures)")
        return self
