"""Whether the numbers of a result are those that it had before: in all digits, up to rounding, or not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

ROUNDING = 1e-9
"""Relative difference that another order of adding, library or processor may make; more is another result."""

Row = Mapping[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True)
class Difference:
    """One number that is not what it was."""

    kpi: str
    by: str
    """The slice, such as "segment=A"; "" for the whole."""
    what: str
    """Which number of the KPI, such as mean or half_width."""
    then: float | None
    """None where there was no number, or no such row."""
    now: float | None

    def __str__(self) -> str:
        place = f"{self.kpi} [{self.by}]" if self.by else self.kpi
        return f"{place}, {self.what}: was {_number(self.then)}, is {_number(self.now)}"


@dataclass(frozen=True)
class Agreement:
    """Two sets of numbers held against each other."""

    compared: int
    """How many numbers."""
    rounded: tuple[Difference, ...]
    """Those that differ by no more than rounding."""
    different: tuple[Difference, ...]
    """Those that differ."""

    @property
    def verdict(self) -> Literal["same", "rounding", "different"]:
        """Equal in all digits, up to rounding, or not equal. Where nothing was compared, nothing agrees."""
        if self.different or not self.compared:
            return "different"
        return "rounding" if self.rounded else "same"


def agree(then: Iterable[Row], now: Iterable[Row]) -> Agreement:
    """Hold the rows of a result, as `as_json` gives them under `kpis`, against those of another.

    Every number that the rows of `then` have is looked for in `now`; slices that only `now` has are not missed.

    >>> then, now = [{"kpi": "on_hand", "by": {}, "mean": 1.0}], [{"kpi": "on_hand", "by": {}, "mean": 1.0 + 1e-12}]
    >>> agree(then, then).verdict, agree(then, now).verdict, agree(then, []).verdict
    ('same', 'rounding', 'different')
    """
    found = {_key(row): row for row in now}
    rounded: list[Difference] = []
    different: list[Difference] = []
    compared = 0
    for row in then:
        other = found.get(_key(row), {})
        for what, value in _numbers(row).items():
            if other and what not in other:  # another version of the program tells other numbers about a KPI
                continue
            difference = Difference(*_key(row), what, value, other.get(what))
            compared += (difference.then, difference.now) != (None, None)
            if difference.then != difference.now:
                (rounded if _close(row, difference) else different).append(difference)
    return Agreement(compared, tuple(rounded), tuple(different))


def _key(row: Row) -> Key:
    by = row.get("by") or {}
    return str(row["kpi"]), ", ".join(f"{dimension}={label}" for dimension, label in by.items())


def _numbers(row: Row) -> dict[str, float | None]:
    """The numbers of a row that were estimated; None where there was none to tell."""
    return {
        name: value
        for name, value in row.items()
        if name != "confidence" and (value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)))
    }


def _close(row: Row, difference: Difference) -> bool:
    """Whether two numbers differ by rounding only; the width of an interval is judged by the size of the mean."""
    if difference.then is None or difference.now is None:
        return False
    scale: float = max(abs(difference.then), abs(row.get("mean") or 0.0))
    return abs(difference.then - difference.now) <= ROUNDING * scale


def _number(value: float | None) -> str:
    """All digits.

    >>> _number(0.1), _number(None)
    ('0.1', 'none')
    """
    return "none" if value is None else repr(value)
