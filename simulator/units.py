"""Quantities with units: durations in hours, rates per hour, money, shares, units of stock.

Inside the program time is in hours and a rate is per hour; a scenario writes "2 days" or "24 per day".
"""

import datetime as dt
import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T", float, "np.ndarray")

MINUTE, HOUR, DAY, WEEK, MONTH, YEAR = 1 / 60, 1.0, 24.0, 168.0, 730.0, 8760.0
"""Hours in each unit of time; a year has 365 days and a month is a twelfth of it."""

_SECONDS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 24 * 3600),
    **dict.fromkeys(("week", "weeks"), 168 * 3600),
    **dict.fromkeys(("month", "months"), 730 * 3600),
    **dict.fromkeys(("year", "years"), 8760 * 3600),
}
TIME_UNITS = {unit: seconds / 3600 for unit, seconds in _SECONDS.items()}
"""Hours in each unit of time, as it is written."""
TICKS = 3_600_000.0
"""Milliseconds in an hour."""
WHOLE = 1.5 * 2.0**52
"""Added to a number of ticks and taken off again, it leaves a whole number."""
NUMBER = r"([0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][-+]?[0-9]{1,2})?|\.[0-9]{1,40})"
"""Long enough for anything that is meant, and short enough to be calculated with at once."""
LONGEST = 1000 * YEAR
"""Hours of the longest duration that a scenario may write: no date that follows from it is past all calendars."""
YEARS = (1900, 2999)
"""A day of a run, or of an order history, lies in these years or between them."""
_DURATION = re.compile(rf"\s*{NUMBER}\s*([a-z]+)\s*")
_RATE = re.compile(rf"\s*{NUMBER}\s*per\s+([a-z]+)\s*")
_PERCENT = re.compile(rf"\s*{NUMBER}\s*%\s*")
_CLOCK = re.compile(r"\s*([01]?[0-9]|2[0-4]):([0-5][0-9])\s*")
_AMOUNT = re.compile(rf"\s*(-?{NUMBER})\s*([^\s0-9].*?)\s*")
_COST = re.compile(rf"\s*{NUMBER}\s*(%)?((?:\s*per\s+[a-z]+)*)\s*")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours(value: Any) -> float:
    """A duration in hours.

    >>> hours("2 days"), hours("45 min"), hours("1 week")
    (48.0, 0.75, 168.0)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == 0:
        return 0.0
    found = _DURATION.fullmatch(value.lower()) if isinstance(value, str) else None
    if not found or found[2] not in TIME_UNITS:
        _not_negative(value, "a duration")
        raise ValueError(f"a duration with its unit is expected, such as '2 days' or '45 min'; found {value!r}")
    return float(Fraction(found[1]) * _SECONDS[found[2]] / 3600)


def _within_calendars(duration: float) -> float:
    if duration > LONGEST:
        raise ValueError(f"a duration of at most {in_words(LONGEST)} is expected; found {written_hours(duration)!r}")
    return duration


def _not_negative(value: Any, what: str) -> None:
    if value < 0 if isinstance(value, (int, float)) else re.match(rf"\s*-\s*{NUMBER}", str(value)):
        raise ValueError(f"{what} must not be negative; found {value!r}")


def exact(time: T) -> T:
    """A time, or a duration, to the nearest millisecond, in hours; an array of them as well.

    Of all numbers that stand for one millisecond, a rounding apart, this is always the same. Whatever is added up,
    multiplied or subtracted during a run goes through here, so that two events meant for one instant are at one.
    Exact for 70,000 years.

    >>> 3 * 0.1 == 0.3, exact(3 * 0.1) == 0.3
    (False, True)
    """
    return (time * TICKS + WHOLE - WHOLE) / TICKS


def multiples(at: float, every: float) -> int:
    """How many multiples of a time have passed at a time, one that is just then among them.

    >>> multiples(0.3, 0.1), multiples(0.25, 0.1)
    (3, 2)
    """
    nearest = round(at / every)
    return nearest if exact(nearest * every) <= at else nearest - 1


def next_multiple(at: float, every: float) -> float:
    """The first multiple of a time at or after another.

    >>> next_multiple(0.3, 0.1), next_multiple(0.25, 0.1)
    (0.3, 0.3)
    """
    passed = multiples(at, every)
    last = exact(passed * every)
    return last if last == at else exact((passed + 1) * every)


def per_hour(value: Any) -> float:
    """A rate per hour.

    >>> per_hour("24 per day")
    1.0
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == 0:
        return 0.0
    found = _RATE.fullmatch(value.lower()) if isinstance(value, str) else None
    if not found or found[2] not in TIME_UNITS:
        _not_negative(value, "a rate")
        raise ValueError(f"a rate with its unit is expected, such as '24 per day'; found {value!r}")
    return float(found[1]) / TIME_UNITS[found[2]]


def share(value: Any) -> float:
    """A share between 0 and 1.

    >>> share("25 %"), share(0.25)
    (0.25, 0.25)
    """
    if isinstance(value, str) and (found := _PERCENT.fullmatch(value)):
        value = float(found[1]) / 100
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(f"a share between 0 and 1 is expected, such as 0.25 or '25 %'; found {value!r}")
    return float(value)


def clock(value: Any) -> float:
    """A time of day in hours after midnight.

    >>> clock("14:30")
    14.5
    """
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    at = exact(int(found[1]) + int(found[2]) / 60) if found else 25.0
    if at > 24:
        raise ValueError(f"a time of day is expected, such as '14:30'; found {value!r}")
    return at


def _number(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError(f"a number is expected; found the text {value!r}")
    return value


class Amount(NamedTuple):
    """A number as it is written, with the unit that follows it; "" where there is none."""

    number: Decimal
    unit: str

    @property
    def kind(self) -> tuple[object, ...]:
        """What makes two units the same: "day" and "days" are."""
        return tuple(TIME_UNITS.get(word, word) for word in self.unit.lower().split())

    def __str__(self) -> str:
        number = format(self.number, "f")
        return f"{number} {self.unit}" if self.unit else number


def amount(value: Any) -> Amount:
    """A number with its unit, whatever that is.

    >>> str(amount("2.5 days")), amount("1 day").kind == amount("3 days").kind, str(amount(12))
    ('2.5 days', True, '12')
    """
    if isinstance(value, Amount):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Amount(Decimal(repr(value)), "")
    found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(
            f"a number is expected, with its unit if it has one, such as 12, '2 days' or '90 %'; found {value!r}"
        )
    return Amount(Decimal(found[1]), " ".join(found[3].split()))


class CostRate(NamedTuple):
    """What one thing costs: an amount, of what, and for how long.

    `amount` is money, or a share of the value where `basis` is "value"; `hourly` says that it is
    per hour of waiting or keeping.
    """

    amount: float
    basis: str
    hourly: bool


BASES = ("unit", "line", "order", "value")


def cost_rate(value: Any) -> CostRate:
    """A cost rate, hours as the unit of time.

    >>> cost_rate("24 per unit per day")
    CostRate(amount=1.0, basis='unit', hourly=True)
    >>> cost_rate("5 %")
    CostRate(amount=0.05, basis='value', hourly=False)
    """
    if isinstance(value, CostRate):
        return value
    found = _COST.fullmatch(value.lower()) if isinstance(value, str) else None
    words = re.findall(r"per\s+([a-z]+)", found[3]) if found else []
    bases = [word for word in words if word in BASES]
    times = [word for word in words if word in TIME_UNITS]
    of_value = bool(found and found[2])
    if not found:
        _not_negative(value, "a cost rate")
    if not found or len(bases) + len(times) != len(words) or len(times) > 1 or len(bases) != (0 if of_value else 1):
        raise ValueError(
            f"a cost rate is expected, such as '0.10 per unit per day' or '20 % per year'; found {value!r}"
        )
    amount = float(found[1]) * (0.01 if of_value else 1.0) / (TIME_UNITS[times[0]] if times else 1.0)
    return CostRate(amount, "value" if of_value else bases[0], bool(times))


def written_hours(value: Any) -> Any:
    """A duration as a scenario writes it, in days, hours or minutes where these are whole; read again it is the same.

    What is no number stays as it is.

    >>> written_hours(48.0), written_hours(1.5), written_hours(0.1)
    ('2 days', '90 min', '6 min')
    """
    if not _is_number(value):
        return value
    if value == 0:
        return "0 h"
    for name, size in (("days", DAY), ("h", HOUR), ("min", MINUTE)):
        count = round(value / size) if abs(value) < 1e12 else 0
        if count > 0 and count * size == value:
            return f"{count} {'day' if name == 'days' and count == 1 else name}"
    return f"{float(value)!r} h"


def in_words(duration: float) -> str:
    """A duration as a person says it: in the longest unit of which it is a whole number.

    >>> in_words(876000.0), in_words(336.0), in_words(0.25)
    ('100 years', '2 weeks', '15 min')
    """
    for name, size in (("year", YEAR), ("week", WEEK)):
        if duration >= size and duration % size == 0:
            return f"{duration / size:g} {name}{'s' * (duration != size)}"
    return str(written_hours(duration))


def written_rate(value: Any) -> Any:
    """A rate as a scenario writes it; read again it is the same.

    >>> written_rate(1.0), written_rate(430 / 168)
    ('24 per day', '2.5595238095238093 per hour')
    """
    if not _is_number(value):
        return value
    count = round(value * DAY) if abs(value) < 1e12 else 0
    if count > 0 and count / DAY == value:
        return f"{count} per day"
    return f"{float(value)!r} per hour"


def written_clock(value: Any) -> Any:
    """A time of day as a scenario writes it.

    >>> written_clock(14.5)
    '14:30'
    """
    if not _is_number(value):
        return value
    hour, minute = divmod(round(value * 60), 60)
    return f"{hour:02d}:{minute:02d}" if exact(hour + minute / 60) == value else f"{float(value)!r} h"


def written_cost(value: Any) -> Any:
    """A cost rate as a scenario writes it; read again it is the same.

    >>> written_cost(cost_rate("2 % per week")), written_cost(cost_rate("4 per unit"))
    ('0.00011904761904761905 per value per hour', '4.0 per unit')
    """
    if not isinstance(value, CostRate):
        return value
    return f"{value.amount!r} per {value.basis}{' per hour' if value.hourly else ''}"


def written_amount(value: Any) -> Any:
    """A number with its unit as a scenario writes it.

    >>> written_amount(amount("2.5 days")), written_amount(amount(12)), written_amount(amount(0.5))
    ('2.5 days', 12, 0.5)
    """
    if not isinstance(value, Amount):
        return value
    if value.unit:
        return str(value)
    return int(value.number) if value.number == value.number.to_integral_value() else float(value.number)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def writes(write: Callable[[Any], Any]) -> PlainSerializer:
    """Marks how a quantity is written where a model becomes plain data again (`Model.written`)."""
    return PlainSerializer(write, return_type=Any, when_used="json")


def _text(*examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": list(examples)})


def _either(kind: dict[str, Any], *examples: Any) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [kind, {"type": "string"}], "examples": list(examples)})


def _day(value: Any) -> Any:
    if isinstance(value, str):  # JSON has no dates: a recorded scenario holds them as text
        with suppress(ValueError):
            return dt.date.fromisoformat(value)
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise ValueError(f"a date is expected, such as 2026-01-05; found {value!r}")
    return value


def _first_day(value: Any) -> Any:
    day = _day(value)
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ValueError(f"a day of the years {YEARS[0]} to {YEARS[1]} is expected; found {value!r}")
    return day


def zone(value: Any) -> str:
    """The name of a time zone, as it is."""
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(value).key
    except (KeyError, ValueError, TypeError, OSError, AttributeError):
        from difflib import get_close_matches

        near = get_close_matches(str(value), zoneinfo.available_timezones(), 1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"a time zone is expected, such as Europe/Berlin or UTC{meant}; found {value!r}")


Hours = Annotated[
    float,
    BeforeValidator(hours),
    AfterValidator(_within_calendars),
    writes(written_hours),
    _text("2 days", "45 min", "1 week"),
]
"""A duration, kept in hours."""
PerHour = Annotated[float, BeforeValidator(per_hour), writes(written_rate), _text("24 per day", "430 per week")]
"""A rate, kept per hour."""
Share = Annotated[float, BeforeValidator(share), _either({"type": "number", "minimum": 0, "maximum": 1}, 0.25, "25 %")]
"""A share between 0 and 1."""
Clock = Annotated[float, BeforeValidator(clock), writes(written_clock), _text("14:30")]
"""A time of day, kept in hours after midnight."""
COUNTED = "counted in units"
"""Marks a quantity of a product, which has to be a whole number of its smallest one (`scenario/quantities.py`)."""
Units = Annotated[float, BeforeValidator(_number), Field(ge=0), COUNTED]
"""Units of stock, not negative."""
Money = Annotated[float, BeforeValidator(_number), Field(ge=0)]
"""An amount of money, in the scenario's own currency."""
Weight = Annotated[float, BeforeValidator(_number), Field(ge=0)]
"""A relative weight, not negative."""
Factor = Annotated[float, BeforeValidator(_number), Field(ge=0)]
"""A factor on a number, not negative."""
Cost = Annotated[
    CostRate, BeforeValidator(cost_rate), writes(written_cost), _text("0.10 per unit per day", "20 % per year")
]
"""A cost rate with its basis."""
Date = Annotated[dt.date, BeforeValidator(_day)]
"""A calendar date, written 2026-01-05."""
FirstDay = Annotated[dt.date, BeforeValidator(_first_day)]
"""The day on which a run begins."""
Zone = Annotated[str, BeforeValidator(zone), _text("Europe/Berlin")]
"""The name of a time zone."""
