"""What an `optimise` section may not say: paths that lead nowhere, ranges upside down, constraints without a bound."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from simulator.scenario.errors import At, Fault, dotted
from simulator.scenario.named import Path
from simulator.scenario.optimise import Constraint, Decision, Optimise
from simulator.scenario.reading.merge import steps
from simulator.scenario.reading.syntax import choice

NEVER = ("name", "about", "run", "optimise", "assumptions")
"""Sections that are no decision: who changes the time or the luck compares what is not alike."""


def optimise_references(section: Optimise, source: Mapping[str, Any]) -> Iterator[At]:
    """Every fault of the section, in a scenario of such plain data."""
    if (section.minimise is None) == (section.maximise is None):
        yield At(("optimise",), "one objective is expected", "such as minimise: total_cost, or maximise: margin")
    for place, constraint in enumerate(section.subject_to):
        yield from _constraint(("optimise", "subject_to", place), constraint)
    for path, decision in section.decisions.items():
        here = ("optimise", "decisions", path)
        yield from _path(here, path, source)
        yield from _decision(here, decision)
    times = section.replications
    if times.first > times.most:
        yield At(("optimise", "replications", "first"), f"first is {times.first}, more than the most: {times.most}")


def _constraint(here: Path, constraint: Constraint) -> Iterator[At]:
    if (constraint.at_least is None) == (constraint.at_most is None):
        yield At(here, "one bound is expected", "at_least: a value, or at_most: a value")


def _path(here: Path, path: str, source: Mapping[str, Any]) -> Iterator[At]:
    """The value at the path's end may be left to its default; all on the way to it is there."""
    try:
        way = steps(path)
    except Fault as fault:
        yield At(here, fault.message, fault.hint)
        return
    if way[0] in NEVER:
        yield At(here, f"{way[0]} is no decision", "a decision is a value of market, products, network, service ...")
        return
    node: Any = source
    for place, part in enumerate(way):
        last, before = place == len(way) - 1, dotted(way[:place]) or "the scenario"
        if isinstance(part, int):
            if not isinstance(node, list) or part >= len(node):
                yield At(here, f"{before} has no entry [{part}]")
                return
        elif not isinstance(node, Mapping):
            yield At(here, f"{before} has no key '{part}'", "it is a list or a single value")
            return
        elif part not in node:
            if not last:
                yield At(here, f"{before} has no '{part}'{choice(str(part), node)}")
            return
        node = node[part]


def _decision(here: Path, decision: Decision) -> Iterator[At]:
    ends = (decision.low, decision.high)
    if decision.choices is not None:
        if any(each is not None for each in (*ends, decision.step)) or decision.log:
            yield At(here, "choices, or a range: not both", "leave out low, high, step and log")
        return
    low, high = ends
    if low is None or high is None:
        yield At(here, "a range or choices are expected", "such as {low: 2, high: 9, step: 1} or {choices: [2, 4]}")
        return
    others = [each for each in (high, decision.step) if each is not None and each.kind != low.kind]
    for other in others:
        yield At(here, f"two units: {low} and {other}", "write low, high and step in the same unit")
    if not others:
        yield from _range(here, low.number, high.number, decision)


def _range(here: Path, low: Decimal, high: Decimal, decision: Decision) -> Iterator[At]:
    if not low < high:
        yield At(here, f"low is {decision.low}, high is {decision.high}", "low must be below high")
    elif decision.step is not None and not 0 < decision.step.number <= high - low:
        yield At((*here, "step"), f"the step is {decision.step}", "above 0, and no longer than the range")
    elif decision.step is not None and decision.log:
        yield At((*here, "log"), "step, or log: not both")
    elif decision.log and low <= 0:
        yield At((*here, "low"), f"a range by ratio begins above 0; found {decision.low}")
