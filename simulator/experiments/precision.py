"""How precise a result is wanted, and how many replications that takes: goals that all hold together."""

import math
from collections.abc import Iterable, Iterator, Mapping
from numbers import Real
from typing import Any, NamedTuple

from simulator.experiments.arguments import ArgumentError, known_kpi
from simulator.experiments.result import Estimate, Result
from simulator.replication.measure import catalogue

FIRST = 8
"""Replications before a precision is judged for the first time."""
CAP = 1000
"""Replications at most, where a precision decides their number."""
SIGNS = ("±", "+-", "+/-")
SEQUENTIAL = (
    "The replications stopped when the interval had become narrow enough, and so more readily where chance had made it "
    "narrow. It covers the true value in about 93 to 95 cases of 100 rather than in 95; the spread is underestimated, "
    "by up to 8 %, and the mean of a skew KPI is off by up to half a per cent of itself. As many replications stated "
    "beforehand (-n), under another seed, are free of this."
)
"""What it means that the interval itself decided how long to go on; measured in tests/experiments/test_precision.py."""


class Precision(NamedTuple):
    """The half width of a KPI's 95 % interval that is wanted."""

    kpi: str
    goal: float
    relative: bool
    """Whether it is a share of the mean, else in the KPI's own unit."""

    def reached(self, found: Estimate) -> float:
        """The half width that there is, in the same measure: of the longer side, where the interval is not even."""
        side = max(found.high - found.mean, found.mean - found.low)
        if not self.relative or not side:
            return side
        return side / abs(found.mean) if found.mean else math.inf

    def __str__(self) -> str:
        return f"{self.kpi}: {100 * self.goal:g} % of the mean" if self.relative else f"{self.kpi}: ±{self.goal:g}"


def precision_of(kpi: str, given: Any) -> Precision:
    """A precision as it is written.

    >>> precision_of("total_cost", 0.05) == precision_of("total_cost", "5 %") == ("total_cost", 0.05, True)
    True
    >>> precision_of("total_cost", "±60"), precision_of("on_time", "+-0.5 %")
    (Precision(kpi='total_cost', goal=60.0, relative=False), Precision(kpi='on_time', goal=0.005, relative=False))

    Errors: UnknownName; ArgumentError for what is no precision.
    """
    known_kpi(kpi)
    text, absolute = str(given).strip(), False
    for sign in SIGNS:
        if text.startswith(sign):
            text, absolute = text.removeprefix(sign).strip(), True
            break
    per_cent = text.endswith("%")
    share = catalogue()[kpi].unit.startswith("share")
    try:
        goal = float(text.removesuffix("%")) / (100 if per_cent else 1)
    except ValueError:
        goal = math.nan
    if isinstance(given, bool) or not isinstance(given, (str, Real)):
        goal = math.nan
    if not 0 < goal < (math.inf if absolute else 1) or (absolute and per_cent and not share):
        own = "±0.5 %" if share else "±2"
        raise ArgumentError(
            f"{kpi}={given}: the half width that is wanted is a relative half width, such as {kpi}=0.01 or {kpi}=1% "
            f"(of the mean, so between 0 and 1), or one in the KPI's own unit, such as {kpi}={own}"
        )
    return Precision(kpi, goal, not absolute)


def precisions(relative: Any = None, absolute: Any = None) -> list[Precision]:
    """What is wanted by KPI, as shares of the means and in the KPIs' own units.

    Errors: UnknownName; ArgumentError for what are no precisions.
    """
    found = list(_listed("precision", relative))
    found += [each._replace(relative=False) for each in _listed("absolute", absolute, "±")]
    return found


def _listed(name: str, given: Any, sign: str = "") -> Iterator[Precision]:
    if given is None:
        return
    if isinstance(given, Mapping):
        for kpi, goals in given.items():
            for goal in goals if isinstance(goals, (list, tuple)) and not isinstance(goals, Precision) else [goals]:
                wanted = f"{sign}{goal}" if sign and not str(goal).startswith(SIGNS) else goal
                yield precision_of(str(kpi), wanted)
    elif isinstance(given, Iterable) and not isinstance(given, str):
        rows = list(given)
        if not all(isinstance(each, Precision) for each in rows):
            raise ArgumentError(f"{name}: by KPI the half width that is wanted, such as {{'total_cost': 0.05}}")
        yield from rows
    else:
        raise ArgumentError(
            f"{name}: by KPI the half width that is wanted, such as {{'total_cost': 0.05}}; found {given!r}"
        )


def needed(result: Result, goals: Iterable[Precision], cap: int) -> int:
    """How many replications the precisions need, as far as can be told; judged by the replications alone."""
    many = result.replications
    wanted = many
    for each in goals:
        reached = each.reached(result.estimate(each.kpi))
        if not reached <= each.goal:
            wanted = max(wanted, later(many, reached / each.goal))
    return min(wanted, max(cap, many))


def later(many: int, times: float) -> int:
    """The next number of replications, where the interval is so many times as wide as is wanted; four times at most.

    >>> later(8, 1.5), later(8, math.nan)
    (18, 16)
    """
    growth = min(times * times, 4.0) if math.isfinite(times) else 2.0
    return max(many + 1, math.ceil(many * growth))


def missed(result: Result, goals: Iterable[Precision]) -> list[str]:
    """Which precisions were not reached with as many replications as are allowed, in words."""
    found = []
    for each in goals:
        reached = each.reached(result.estimate(each.kpi))
        if not reached <= each.goal:
            said = f"{100 * reached:.3g} %" if each.relative else f"±{reached:.3g}"
            found.append(f"{each}: not reached with {result.replications} replications (it is {said})")
    return found
