"""The end of the page: every input that was assumed, and what the KPIs mean."""

from collections.abc import Iterable
from typing import Any

from simulator.kpis import SCOR, Kpi, catalogue
from simulator.reports.findings import Findings
from simulator.reports.markup import Cell, Html, section, table, tag
from simulator.reports.sections import BY_SEGMENT
from simulator.reports.tables import HEADLINES
from simulator.reports.wording import title
from simulator.scenario.errors import Fault
from simulator.scenario.reading.merge import steps
from simulator.scenario.scenario import Scenario

LONGEST = 160
"""Longer values are cut short."""


def assumptions(findings: Findings) -> Html:
    """Inputs that were assumed, not measured: path, value and reason."""
    found = assumed(findings.scenario)
    if not found:
        return section("Inputs that were assumed", tag("p", "The scenario names none."), key="assumptions")
    rows: list[list[Cell]] = [[tag("code", path), tag("code", value), reason] for path, value, reason in found]
    lead = "Not measured: ask how the result changes before acting on it, with --set path=value."
    return section("Inputs that were assumed", table(["Input", "Value", "Why"], rows, words=(0, 1, 2), kind="assumed"),
                   key="assumptions", lead=lead)  # fmt: skip


def assumed(scenario: Scenario) -> list[tuple[str, str, str]]:
    """Path, value and reason of every assumption."""
    return [(path, _shown(_values(scenario.source, path)), reason) for path, reason in scenario.assumptions.items()]


def _values(source: Any, path: str) -> list[Any]:
    """What the scenario says at a path: nothing, a value, or several where a step is `*`."""
    try:
        way = steps(path)
    except Fault:
        return []
    found = [source]
    for step in way:
        found = [inner for each in found for inner in _inside(each, step)]
    return found


def _inside(source: Any, step: str | int) -> list[Any]:
    """What is one step further, as a list of none, one or all."""
    inner = dict(enumerate(source)) if isinstance(source, list) else source if isinstance(source, dict) else {}
    return [inner[step]] if step in inner else list(inner.values()) if step == "*" else []


def _shown(values: list[Any]) -> str:
    """Values in one line.

    >>> _shown([]), _shown(["2 days"]), _shown([0.5, 3, 1.25])
    ('left out', '2 days', '3 values from 0.5 to 3')
    """
    texts = list(dict.fromkeys(flow(value) for value in values))
    if len(texts) > 1:
        numbers = all(isinstance(value, (int, float)) for value in values)
        return f"{len(values):,} values" + (f" from {flow(min(values))} to {flow(max(values))}" if numbers else "")
    text = texts[0] if texts else "left out"
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def flow(value: Any) -> str:
    """Plain data as a planner writes it in one line.

    >>> flow({"gamma": {"mean": "21 days", "cv": 0.3}}), flow([1, True, None])
    ('{gamma: {mean: 21 days, cv: 0.3}}', '[1, true, null]')
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def definitions(findings: Findings) -> Html:
    """What the KPIs on the page mean, from the catalogue."""
    names = [*(kpi for kpis in HEADLINES.values() for kpi in kpis), *BY_SEGMENT, "perfect_order_rate", "stage_time",
             "queue_time", "cost_to_serve", "inventory_value"]  # fmt: skip
    known = catalogue()
    shown = [known[each.kpi] for each in findings.shown(dict.fromkeys(names))]
    entries = [part for kpi in shown for part in _entry(kpi)]
    lead = Html(f"As measured, after the warm-up. <code>simulator kpis</code> defines all {len(known)}.")
    return section("What the KPIs mean", tag("dl", *entries, class_="definitions"), key="definitions", lead=lead)


def _entry(kpi: Kpi) -> tuple[Html, Html]:
    return tag("dt", title(kpi.name)), tag("dd", meaning(kpi), tag("span", _facts(kpi), class_="facts"))


def meaning(kpi: Kpi) -> str:
    """A KPI's definition without its examples."""
    return " ".join(kpi.definition.split(">>>")[0].split())


def _facts(kpi: Kpi) -> str:
    parts: Iterable[str] = (kpi.name, f"of {kpi.denominator}", f"{SCOR} {kpi.scor}" if kpi.scor else "")
    return " " + "; ".join(part for part in parts if part) + "."
