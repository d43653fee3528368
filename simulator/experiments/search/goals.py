"""What an objective or a constraint says of a result."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from simulator.experiments.intervals import Sample, interval
from simulator.experiments.result import Result
from simulator.experiments.search.space import Space
from simulator.kpis import catalogue
from simulator.kpis.measure import measure
from simulator.scenario.errors import At, ScenarioError, dotted
from simulator.scenario.load import changed, read_value
from simulator.scenario.named import Path, unknown
from simulator.scenario.optimise import Constraint, Goal, Optimise
from simulator.scenario.reading.merge import steps
from simulator.scenario.scenario import Scenario
from simulator.world.world import build

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
    nothing = measure(build(scenario, 0).ledger.close(0))
    for place, goal in named:
        dimension, label = next(iter(goal.by.items()))
        here = (*place, "by", dimension)
        faulty = list(unknown(here, "dimension", dimension, nothing.dimensions()))
        if not faulty and dimension not in nothing.values.get(goal.kpi, {dimension: None}):
            faulty = [At(here, f"{goal.kpi} is not measured by {dimension}")]
        yield from faulty or unknown(here, dimension, label, nothing.labels(dimension))
