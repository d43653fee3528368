"""What Python's functions are given, taken in every usual form and checked in words before anything is played."""

import operator
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import Any

from simulator.replication.measure import catalogue
from simulator.scenario.reading.load import load
from simulator.scenario.scenario import Scenario

Given = Scenario | str | Path
"""A scenario, its file, or its name in the gallery."""


class ArgumentError(ValueError):
    """An argument that makes no sense; the message says what would."""


class UnknownName(KeyError):  # noqa: N818
    """A name that there is not; the message says which is meant, or which there are."""

    def __str__(self) -> str:
        return str(self.args[0])


def scenario_of(given: Given) -> Scenario:
    """The scenario that is meant.

    Errors: ScenarioError with every problem of a file; ArgumentError for what is no scenario.
    """
    if isinstance(given, Scenario):
        return given
    if isinstance(given, (str, PathLike)):
        return load(given)
    raise ArgumentError(
        f"a scenario is expected, its file, or its name in the gallery such as 'quickstart'; found {_found(given)}"
    )


def scenarios_of(given: Sequence[Given] | Given) -> list[Scenario]:
    """Several scenarios.

    Errors: as `scenario_of`.
    """
    if isinstance(given, (Scenario, str, PathLike)):
        return [scenario_of(given)]
    if not isinstance(given, Iterable):
        raise ArgumentError(f"a list of scenarios is expected; found {_found(given)}")
    return [scenario_of(each) for each in given]


def kpis_of(given: str | Iterable[str]) -> list[str]:
    """Names of KPIs, each once; one may stand without a list.

    Errors: ArgumentError for what are no names; UnknownName.
    """
    names = list(dict.fromkeys(several(given, "KPIs", "total_cost")))
    for name in names:
        known_kpi(name)
    return names


def several(given: Any, what: str, example: str) -> list[str]:
    """Names; one may stand without a list.

    >>> several("segment", "dimensions", "segment"), several(("a", "b"), "dimensions", "segment")
    (['segment'], ['a', 'b'])

    Errors: ArgumentError for what are no names.
    """
    names = [given] if isinstance(given, str) else list(given) if isinstance(given, Iterable) else None
    if names is None or not all(isinstance(name, str) for name in names):
        raise ArgumentError(f"names of {what} are expected, such as {example!r}; found {_found(given)}")
    return names


def known_kpi(name: str) -> None:
    """Errors: UnknownName for a KPI that there is not."""
    if name not in catalogue():
        raise UnknownName(no_such("KPI", name, catalogue(), "`simulator kpis` lists them"))


def no_such(what: str, name: object, known: Iterable[str], otherwise: str = "") -> str:
    """What is said of a name that there is not.

    >>> no_such("KPI", "totl_cost", ["total_cost"]), no_such("dimension", "x", ["sku", "segment"])
    ("there is no KPI 'totl_cost'; did you mean 'total_cost'?", "there is no dimension 'x'; there are sku, segment")
    """
    names = list(known)
    near = get_close_matches(str(name), names, 1)
    listed = otherwise or (f"there are {', '.join(names)}" if names else "there are none")
    return f"there is no {what} {name!r}; {f'did you mean {near[0]!r}?' if near else listed}"


MOST = 1_000_000
"""Of anything that is counted: replications, points, processes. More would take years."""


def whole(name: str, given: Any, least: int, most: int = MOST, hint: str = "") -> int:
    """A whole number.

    Errors: ArgumentError for what is none, or is too small or too large.
    """
    try:
        found = operator.index(given)
    except TypeError:
        found = None
    if found is None or isinstance(given, bool) or not least <= found <= most:
        span = f"{least} or more" if most == MOST and (found or 0) <= most else f"from {least} to {most:,}"
        more = f" ({hint})" if hint else ""
        raise ArgumentError(f"{name}: a whole number, {span}, is expected{more}; found {_found(given)}")
    return found


def between(name: str, given: Any, low: float, high: float, example: str) -> float:
    """A number between two others, neither of them allowed.

    Errors: ArgumentError for what is none.
    """
    number = isinstance(given, Real) and not isinstance(given, bool)
    if not number or not low < given < high:
        hint = f" ({float(given):g} % is {given / 100:g})" if number and high == 1 and 1 < given < 100 else ""
        raise ArgumentError(
            f"{name}: a number between {low:g} and {high:g} is expected, such as {example}; found {_found(given)}{hint}"
        )
    return float(given)


def confidence_of(given: Any) -> float:
    """A confidence.

    Errors: ArgumentError for what is none, such as 95.
    """
    return between("confidence", given, 0, 1, "0.95")


def _found(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."
