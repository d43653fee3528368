"""What an optimisation searches: the points that decisions span, and what goals say of a result."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import product
from typing import Any

import numpy as np

from simulator.experiments.intervals import Sample, interval
from simulator.experiments.result import Result
from simulator.replication.measure import catalogue, measure
from simulator.replication.simulate import lay_out
from simulator.scenario.errors import At, ScenarioError, dotted, steps
from simulator.scenario.optimise import Constraint, Decision, Goal, Optimise
from simulator.scenario.reading.load import changed, read_value
from simulator.scenario.references import Path, unknown
from simulator.scenario.scenario import Scenario
from simulator.units import Amount, amount

FINEST = 100
"""A range without step has that many values or more, up to ten times as many."""
BY_RATIO = 200
"""A range that is searched by ratio has as many steps."""
FIGURES = Context(prec=3, rounding=ROUND_HALF_EVEN)
"""Of a value that is searched by ratio."""
Point = dict[str, str]
"""Values by path, as a scenario writes them."""
Places = dict[str, int]
"""The places of a point's values among those that each decision may take, by path."""


class Axis:
    """One decision: the values that it may take, by place."""

    def __init__(self, path: str, decision: Decision) -> None:
        self.path, self.decision, self.choices = path, decision, decision.choices
        self.low, self.high = decision.low or Amount(Decimal(0), ""), decision.high or Amount(Decimal(0), "")
        span = self.high.number - self.low.number
        self.step = decision.step.number if decision.step is not None else _fine(span)
        if self.choices is not None:
            self.count = len(self.choices)
        else:
            self.count = 1 + (BY_RATIO if decision.log else int(span / self.step))

    def text(self, place: int) -> str:
        """The value at a place, as a scenario writes it."""
        if self.choices is not None:
            return written(self.choices[place])
        if not self.decision.log:
            return self._written(self.low.number + place * self.step)
        if place in (0, self.count - 1):
            return self._written(self.high.number if place else self.low.number)
        ratio = float(self.high.number / self.low.number) ** (place / BY_RATIO)
        return self._written(Decimal(repr(float(self.low.number) * ratio)).normalize(FIGURES))

    def _written(self, number: Decimal) -> str:
        unit = self.low.unit if number == self.low.number else self.high.unit  # one day, two days
        return str(Amount(_short(number), unit))

    def place(self, value: Any) -> int | None:
        """Where a scenario's own value is among those that may be taken; None if it is not."""
        if self.choices is not None:
            return self.choices.index(value) if value in self.choices else None
        try:
            found = amount(value)
        except ValueError:
            return None
        if found.kind != self.low.kind:
            return None
        return next((place for place in range(self.count) if amount_of(self.text(place)) == found.number), None)

    def examples(self) -> list[str]:
        """Values that tell whether the scenario takes them all: the ends, and the one beside the first."""
        places = range(self.count) if self.choices is not None else sorted({0, 1, self.count - 1})
        return [self.text(place) for place in places]


class Space:
    """All decisions."""

    def __init__(self, section: Optimise) -> None:
        self.axes = [Axis(path, decision) for path, decision in section.decisions.items()]

    @property
    def size(self) -> int:
        """How many points there are."""
        return math.prod(axis.count for axis in self.axes)

    def point(self, places: Places) -> Point:
        """The values at places."""
        return {axis.path: axis.text(places[axis.path]) for axis in self.axes}

    def suggest(self, trial: Any) -> Places:
        """What optuna proposes for one of its trials."""
        return {
            axis.path: trial.suggest_int(axis.path, 0, axis.count - 1)
            if axis.choices is None
            else trial.suggest_categorical(axis.path, list(range(axis.count)))
            for axis in self.axes
        }

    def every(self) -> Iterator[Places]:
        """All points."""
        for places in product(*(range(axis.count) for axis in self.axes)):
            yield {axis.path: place for axis, place in zip(self.axes, places, strict=True)}

    def own(self, source: Mapping[str, Any]) -> Places | None:
        """The point that a scenario is as it stands; None if it is not in the space."""
        found = {axis.path: axis.place(at(source, axis.path)) for axis in self.axes}
        places = {path: place for path, place in found.items() if place is not None}
        return places if len(places) == len(found) else None


def at(source: Any, path: str) -> Any:
    """The value at a path of plain data; None if it is left to its default."""
    for part in steps(path):
        try:
            source = source[part]
        except (KeyError, IndexError, TypeError):
            return None
    return source


def written(value: Any) -> str:
    """Plain data as one line of YAML.

    >>> written({"rule": "fixed", "time": "2 days"})
    '{"rule": "fixed", "time": "2 days"}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {written(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(item) for item in value) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def amount_of(text: str) -> Decimal:
    """The number of a value that is written with its unit."""
    return Decimal(text.split()[0])


def _fine(span: Decimal) -> Decimal:
    """A power of ten that parts a range finely enough."""
    return Decimal(10) ** math.floor(math.log10(span / FINEST)) if span > 0 else Decimal(1)


def _short(number: Decimal) -> Decimal:
    """Without zeros at the end, and without an exponent."""
    return Decimal(format(number.normalize(), "f"))


NEVER_HELD = 1e9
"""How far a constraint is missed whose KPI has no bound."""


def said(goal: Goal) -> str:
    """A goal in a few words.

    >>> said(Constraint(kpi="line_fill_rate", by={"class": "A"}, at_least="97 %"))
    'line_fill_rate (class A) at least 0.97'
    """
    text = goal.kpi + "".join(f" ({dimension} {label})" for dimension, label in goal.by.items())
    if isinstance(goal, Constraint):
        text += f" at least {goal.at_least:g}" if goal.at_least is not None else f" at most {goal.at_most:g}"
    return text


def sample(result: Result, goal: Goal, first: int = 0) -> Sample:
    """A goal's KPI in the replications that are numbered `first` and above.

    Errors: KeyError for a KPI or slice that was not measured.
    """
    by, label = next(iter(goal.by.items()), ("", ""))
    found = result.sample(goal.kpi, by, label)
    rows = np.array(result.numbers) >= first
    parts = {name: part[rows] for name in ("values", "weights", "trials") if (part := getattr(found, name)) is not None}
    return replace(found, **parts)


def one_sided(found: Sample, confidence: float) -> tuple[float, float]:
    """What a KPI is above, and what it is below, each alone with the stated confidence; nan if nothing tells."""
    each = interval(found, 2 * confidence - 1)
    return each.low, each.high


def missed(constraint: Constraint, bounds: tuple[float, float]) -> float:
    """By how much of it a constraint is not shown to hold; 0 or less if the confidence bound says that it holds."""
    low, high = bounds
    wanted = constraint.at_least if constraint.at_least is not None else constraint.at_most
    assert wanted is not None
    gap = wanted - low if constraint.at_least is not None else high - wanted
    return gap / (abs(wanted) or 1.0) if math.isfinite(gap) else NEVER_HELD


def violated(constraint: Constraint, bounds: tuple[float, float]) -> bool:
    """Whether the other bound says that a constraint does not hold."""
    low, high = bounds
    if constraint.at_least is not None:
        return high < constraint.at_least
    return constraint.at_most is not None and low > constraint.at_most


def goals(section: Optimise) -> Iterator[tuple[Path, Goal]]:
    """Objective and constraints, each with its place."""
    for name in ("minimise", "maximise"):
        found = getattr(section, name)
        if found is not None:
            yield ("optimise", name), found
    for place, constraint in enumerate(section.subject_to):
        yield ("optimise", "subject_to", place), constraint


def faults(scenario: Scenario) -> Iterator[At]:
    """KPIs and slices that there are not, and values of decisions that the scenario does not take."""
    section = scenario.optimise
    if section is None:
        return
    known = catalogue()
    named = list(goals(section))
    for place, goal in named:
        yield from unknown(
            (*place, "kpi") if goal.by or isinstance(goal, Constraint) else place, "KPI", goal.kpi, known
        )
    if any(goal.by for _, goal in named):
        yield from _slices([(place, goal) for place, goal in named if goal.by and goal.kpi in known], scenario)
    if _sound(scenario):
        yield from _values(scenario, section)


def _sound(scenario: Scenario) -> bool:
    """Whether nothing else is wrong: values are tried on a scenario that could be played."""
    try:
        changed(scenario, {})
    except ScenarioError:
        return False
    return True


def _values(scenario: Scenario, section: Optimise) -> Iterator[At]:
    """Values of decisions that are wrong whatever the others are; points that do not go together are refused later."""
    for axis in Space(section).axes:
        for text in axis.examples():
            try:
                changed(scenario, {axis.path: read_value(text, axis.path)})
            except ScenarioError as error:
                here = dotted(steps(axis.path))
                found = next((problem for problem in error.problems if problem.path.startswith(here)), None)
                if found is not None:
                    yield At(("optimise", "decisions", axis.path), f"cannot be {text}: {found.message}", found.hint)
                    break


def _slices(named: Sequence[tuple[Path, Goal]], scenario: Scenario) -> Iterator[At]:
    """Slices that nothing is measured by, as a run shows in which nothing has happened yet."""
    nothing = measure(lay_out(scenario, 0).ledger.close(0))
    for place, goal in named:
        dimension, label = next(iter(goal.by.items()))
        here = (*place, "by", dimension)
        faulty = list(unknown(here, "dimension", dimension, nothing.dimensions()))
        if not faulty and dimension not in nothing.values.get(goal.kpi, {dimension: None}):
            faulty = [At(here, f"{goal.kpi} is not measured by {dimension}")]
        yield from faulty or unknown(here, dimension, label, nothing.labels(dimension))
