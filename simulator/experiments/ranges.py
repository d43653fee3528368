"""What a value of a scenario may be: a range between two ends, with their unit, or a list of values."""

import math
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from simulator.experiments.arguments import ArgumentError
from simulator.scenario.reading.load import ScenarioError, read_value
from simulator.scenario.reading.nodes import Plain
from simulator.units import NUMBER, TIME_UNITS

_END = rf"\s*([-+]?){NUMBER}\s*(.*?)\s*"
_ENDS = re.compile(rf"{_END}\.\.{_END}")
_AMOUNT = re.compile(_END)
_TIME = re.compile(r"(?:per )?([a-z]+)")
FINENESS = 3
"""Digits of a value inside a range beyond the first of the range's width."""


class DesignError(ArgumentError):
    """What cannot be varied as was asked; the message says why and what would help."""


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, both included, with the unit they are written in."""

    low: float
    high: float
    unit: str = ""
    """Such as "days" or "per week"; "" for plain numbers."""
    whole: bool = False
    """Only whole numbers."""

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise DesignError(f"{self}: the low end of a range must be below its high end")

    def __str__(self) -> str:
        return f"{self.low:g}..{self.high:g} {self.unit}".rstrip()

    def at(self, share: float) -> Plain:
        """The value at a share of the way, between 0 (low) and 1 (high).

        >>> Range(1, 7, "days").at(0.5), Range(0.9, 0.99).at(1 / 3), Range(2, 4, whole=True).at(0.7)
        ('4 days', 0.93, 4)
        """
        if self.whole:
            return min(int(self.low) + math.floor(share * (self.high - self.low + 1)), int(self.high))
        return self._written(self.low + share * (self.high - self.low))

    def levels(self, count: int) -> list[Plain]:
        """So many values at equal distances, the ends among them; of whole numbers not more than there are.

        >>> Range(0.9, 0.98).levels(3), Range(1, 3, whole=True).levels(9)
        ([0.9, 0.94, 0.98], [1, 2, 3])
        """
        steps = [self.low + place * (self.high - self.low) / (count - 1) for place in range(count)]
        return list(dict.fromkeys(round(step) if self.whole else self._written(step) for step in steps))

    def _written(self, value: float) -> Plain:
        rounded = round(value, FINENESS - math.floor(math.log10(self.high - self.low)))
        return f"{rounded:.12g} {self.unit}" if self.unit else rounded


@dataclass(frozen=True)
class Choice:
    """One of some values of any kind, all as likely."""

    values: tuple[Plain, ...]

    def at(self, share: float) -> Plain:
        """The value at a share of the way through the list.

        >>> Choice(("a", "b")).at(0.5)
        'b'
        """
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]

    def levels(self, _count: int) -> list[Plain]:
        """All values."""
        return list(self.values)


Varied = Range | Choice


def varied(given: "Varied | Sequence[Plain]") -> Varied:
    """A tuple of two ends as a range, any other sequence as a list of values.

    >>> varied((0.9, 0.99)), varied(["a", "b"])
    (Range(low=0.9, high=0.99, unit='', whole=False), Choice(values=('a', 'b')))
    >>> varied(("12 h", "3 days"))
    Range(low=0.5, high=3.0, unit='days', whole=False)

    Errors: DesignError for ends that make no range, and for an empty list.
    """
    if isinstance(given, (Range, Choice)):
        return given
    if isinstance(given, tuple) and len(given) == 2:
        return between(str(given[0]), str(given[1]))
    if isinstance(given, str) or not given:
        raise DesignError(f"a list of values, or a tuple of two ends, is expected; found {given!r}")
    return Choice(tuple(dict.fromkeys(given)) if all(map(_hashable, given)) else tuple(given))


def _hashable(value: Plain) -> bool:
    return not isinstance(value, (list, dict))


def written(text: str) -> tuple[str, Varied]:
    """A path and what it may be, as in `path=low..high` or `path=a,b,c`.

    >>> written("run.horizon=1 week..4 weeks")
    ('run.horizon', Range(low=1.0, high=4.0, unit='weeks', whole=False))
    >>> written("service.allocation.rule=first_come, priority")[1]
    Choice(values=('first_come', 'priority'))

    Errors: DesignError for a text that is neither.
    """
    path, equals, values = (part.strip() for part in text.partition("="))
    if not path or not equals or not values:
        raise DesignError(
            f"{text!r}: path=a,b,c or path=low..high is expected, such as service.rules[0].promise.time=2 days,3 days"
        )
    if ends := _ENDS.fullmatch(values):
        low_sign, low, low_unit, high_sign, high, high_unit = ends.groups()
        return path, between(f"{low_sign}{low} {low_unit}", f"{high_sign}{high} {high_unit}")
    if ".." in values and "," not in values:
        raise DesignError(f"{text!r}: a range runs from a number to a number, such as 1..7 days")
    try:
        found = read_value(f"[{values}]", path)
    except ScenarioError as error:
        raise DesignError(str(error)) from None
    assert isinstance(found, list)
    if not found:
        raise DesignError(f"{text!r}: no value is named")
    return path, varied(found)


def between(low: str, high: str) -> Range:
    """The range between two ends as they are written; the lower may leave out its unit, or the rest of it.

    >>> between("1", "7 days"), between("2", "6")
    (Range(low=1.0, high=7.0, unit='days', whole=False), Range(low=2.0, high=6.0, unit='', whole=True))
    >>> between("10 %", "30 % per year"), between("0.1 per unit", "0.3 per unit per day").unit
    (Range(low=10.0, high=30.0, unit='% per year', whole=False), 'per unit per day')

    Errors: DesignError.
    """
    first, last = _AMOUNT.fullmatch(low), _AMOUNT.fullmatch(high)
    if first is None or last is None:
        raise DesignError(f"{low}..{high}: a range runs from a number to a number, such as 0.90..0.99 or 1..7 days")
    start, end = (float(found[1] + found[2]) for found in (first, last))
    unit, other = last[3], first[3] or last[3]
    if other != unit and not unit.startswith(f"{other} "):
        start *= _factor(other, unit, f"{low.strip()}..{high.strip()}")
    digits = (first[2] + last[2]).isdigit()
    return Range(start, end, unit, whole=not unit and digits)


def _factor(unit: str, into: str, text: str) -> float:
    """How many of a unit one of another is; of times, and of rates by time."""
    one, other = (_TIME.fullmatch(each) for each in (unit, into))
    alike = unit.startswith("per ") == into.startswith("per ")
    if one is None or other is None or not alike or one[1] not in TIME_UNITS or other[1] not in TIME_UNITS:
        raise DesignError(f"{text}: both ends of a range are in the same unit")
    factor = TIME_UNITS[one[1]] / TIME_UNITS[other[1]]
    return 1 / factor if unit.startswith("per ") else factor


def amount(value: Plain) -> float | None:
    """The number of a value, times in hours and rates per hour; None for what is no number.

    >>> amount("2 days"), amount(0.95), amount("20 % per year"), amount("first_come")
    (48.0, 0.95, 20.0, None)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    time = _TIME.fullmatch(found[3])
    factor = TIME_UNITS.get(time[1], 1.0) if time else 1.0
    number = float(found[1] + found[2])
    return number / factor if found[3].startswith("per ") else number * factor


Design = Literal["grid", "lhs", "sobol"]
Values = dict[str, Plain]
"""Of a point: by path."""
MOST = 20_000
"""Points of a sweep."""
LEVELS = 5
"""Values of a range in a grid, where nobody says."""


def design_points(vary: Mapping[str, Varied], design: Design, count: int | None, seed: int) -> list[Values]:
    """The points of a design, each once.

    A grid has every combination, `count` values of each range (5 where left out) and every value of each list. The
    other two spread `count` points over the ranges evenly, by draws that the seed decides; a list is split into parts
    of equal size.

    Errors: DesignError for nothing to vary, too few or too many points, or a count that says nothing.
    """
    if not vary:
        raise DesignError("nothing is varied: name a path with its values, such as costs.order=1,2,4")
    if count is not None and not 2 <= count <= MOST:
        raise DesignError(f"points: 2 to {MOST:,}; found {count}")
    if design == "grid":
        found = _grid(vary, count)
    elif count is None:
        raise DesignError(f"how many points? A {NAMES[design]} has no number of its own (--points)")
    else:
        found = [
            dict(zip(vary, (each.at(share) for each, share in zip(vary.values(), row, strict=True)), strict=True))
            for row in unit_cube(design, len(vary), count, seed).tolist()
        ]
    return list({repr(values): values for values in found}.values())


NAMES = {"grid": "grid", "lhs": "Latin hypercube", "sobol": "Sobol sequence"}


def _grid(vary: Mapping[str, Varied], count: int | None) -> list[Values]:
    if count is not None and all(isinstance(each, Choice) for each in vary.values()):
        raise DesignError("points: a grid of lists has every combination of their values; leave the number out")
    levels = [each.levels(count or LEVELS) for each in vary.values()]
    total = math.prod(map(len, levels))
    if total > MOST:
        raise DesignError(
            f"a grid of {total:,} points is too large (at most {MOST:,}): name fewer values, or spread "
            "points with a Latin hypercube (--design lhs --points N)"
        )
    return [dict(zip(vary, values, strict=True)) for values in product(*levels)]


def unit_cube(design: Design, dimensions: int, count: int, seed: int) -> np.ndarray:
    """Points spread evenly over the unit cube: count x dimensions, each from 0 to below 1.

    Source: scipy.stats.qmc; Owen scrambling of Sobol points.
    """
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    if design == "lhs":
        return qmc.LatinHypercube(dimensions, seed=rng).random(count)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # `warning` says it in our words
        return qmc.Sobol(dimensions, scramble=True, seed=rng).random(count)


def warning(design: Design, count: int | None) -> str:
    """What is odd about a design that can be played; "" if nothing is.

    >>> warning("sobol", 12)
    '12 points of a Sobol sequence are not balanced: a power of two is, such as 8 or 16'
    """
    if design != "sobol" or not count or count & (count - 1) == 0:
        return ""
    below = 1 << (count.bit_length() - 1)
    return f"{count} points of a Sobol sequence are not balanced: a power of two is, such as {below} or {2 * below}"
