"""The end of the page: every input that was assumed, and what the KPIs mean."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.drawing import charts
from simulator.drawing.html import (
    Badge,
    Cell,
    Code,
    DataTable,
    Definition,
    Definitions,
    Group,
    Paragraph,
    Section,
    Tile,
    render,
)
from simulator.drawing.sheet import Drawing, write_whole
from simulator.drawing.wording import counted, date, figure, half, lasting, said, title
from simulator.experiments.intervals import CONFIDENCE
from simulator.experiments.result import Estimate, Result
from simulator.measures.registry import SCOR, Kpi
from simulator.mechanisms.known import mechanisms
from simulator.replication.measure import catalogue
from simulator.reports.findings import Findings, TargetResult, goals, summary
from simulator.reports.policy_sections import perfect_orders, policy, promises
from simulator.reports.result_tables import HEADLINES, at_least, load_lines
from simulator.reports.sections import BY_SEGMENT, cost, segments, service, shares, stock, suppliers, time
from simulator.reports.stock_plan import plan_section
from simulator.reports.worst_cases import orders, skus
from simulator.scenario.assumed_defaults import assumed_defaults
from simulator.scenario.errors import Fault, dotted, steps
from simulator.scenario.scenario import Scenario

LONGEST = 160
"""Longer values are cut short."""


def assumptions(findings: Findings) -> Section:
    """Inputs that were assumed, not measured: path, value and reason."""
    found = assumed(findings.scenario)
    if not found:
        return Section("assumptions", "Inputs that were assumed", [Paragraph("The scenario names none.")])
    rows: list[list[Cell]] = [[Code(path), Code(value), reason] for path, value, reason in found]
    lead = "Not measured: ask how the result changes before acting on it, with --set path=value."
    listing = DataTable(["Input", "Value", "Why"], rows, words=(0, 1, 2), kind="assumed")
    return Section("assumptions", "Inputs that were assumed", [listing], lead)


def assumed(scenario: Scenario) -> list[tuple[str, str, str]]:
    """Path, value and reason of every assumption: those that the scenario names, then defaults that are one."""
    named = [(path, _shown(_values(scenario.source, path)), reason) for path, reason in scenario.assumptions.items()]
    defaults = assumed_defaults(scenario)
    return named + [(dotted(each.path), _shown([each.value]), f"default: {each.why}") for each in defaults]


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


def definitions(findings: Findings) -> Section:
    """What the KPIs on the page mean, from the catalogue."""
    names = [
        *(kpi for kpis in HEADLINES.values() for kpi in kpis),
        *BY_SEGMENT,
        "perfect_order_rate",
        "stage_time",
        "queue_time",
        "cost_to_serve",
        "inventory_value",
    ]
    known = catalogue()
    shown = [known[each.kpi] for each in findings.shown(dict.fromkeys(names))]
    entries = [Definition(title(kpi.name), meaning(kpi), _facts(kpi)) for kpi in shown]
    lead = ("As measured, after the warm-up. ", Code("simulator kpis"), f" defines all {len(known)}.")
    return Section("definitions", "What the KPIs mean", [Definitions(entries)], lead)


def meaning(kpi: Kpi) -> str:
    """A KPI's definition without its examples."""
    return " ".join(kpi.definition.split(">>>")[0].split())


def _facts(kpi: Kpi) -> str:
    parts: Iterable[str] = (kpi.name, f"of {kpi.denominator}", f"{SCOR} {kpi.scor}" if kpi.scor else "")
    return "; ".join(part for part in parts if part) + "."


TILES = (
    "line_fill_rate",
    "on_time",
    "order_cycle_time",
    "inventory_value",
    "total_cost",
    "margin",
    "perfect_order_rate",
    "backorders",
    "utilisation",
    "order_cycle_time_p95",
    "in_full",
    "orders_per_week",
)
"""The figures set large: the first six that there are, or three."""
VERDICTS = {
    "met": "met",
    "missed": "missed",
    "undecided": "undecided",
    "above": "above, one run",
    "below": "below, one run",
    "not measured": "not measured",
}


def _facts_of_run(findings: Findings) -> dict[str, str]:
    """What was run, and how much."""
    from simulator import __version__

    run, result = findings.scenario.run, findings.result
    stopped = " (stopped early)" if result.stopped else ""
    return {
        "Period": f"{date(run.start, 0)} to {date(run.start, run.horizon)}, {lasting(run.horizon)}",
        "Warm-up": f"first {lasting(run.warm_up)}, not measured" if run.warm_up else "none",
        "Replications": f"{result.replications:,}{stopped}",
        "Seed": str(run.seed),
        "Scenario": findings.scenario.hash,
        "Version": __version__,
    }


def verdict(goal: TargetResult) -> Badge:
    """A verdict as a word in a frame of its own kind."""
    return Badge(VERDICTS[goal.verdict], goal.verdict.replace(" ", "-"))


def targets(goals: list[TargetResult]) -> Section | None:
    """Every target with what was reached; nothing where none is stated."""
    if not goals:
        return None
    rows: list[list[Cell]] = []
    for goal in goals:
        unit = goal.reached.unit if goal.reached else "share"
        reached = [figure(goal.reached.mean, unit), half(goal.reached)] if goal.reached else ["–", ""]
        gap = f"{100 * (goal.reached.mean - goal.target):+.1f}".replace("-", "−") if goal.reached else ""
        rows.append([goal.whom, title(goal.kpi), figure(goal.target, unit), *reached, gap, verdict(goal)])
    lead = (
        "Met or missed where the whole 95 % interval lies on one side of the target, else undecided. "
        "The gap is in percentage points."
    )
    columns = ["Target for", "KPI", "Target", "Reached", "", "Gap", "Verdict"]
    return Section("targets", "Targets", [DataTable(columns, rows, words=(0, 1, 4, 6), kind="targets")], lead)


def tiles(findings: Findings, goals: list[TargetResult]) -> list[Tile]:
    """The most important figures, set large."""
    found = list(findings.shown(TILES))[:6]
    found = found[: 3 * (len(found) // 3)] or found
    return [_tile(each, goals) for each in found]


def _tile(found: Estimate, goals: list[TargetResult]) -> Tile:
    value, width = said(found)
    points = " points" if width.startswith("±") and found.unit.startswith("share") else ""
    held = [
        (f"target {figure(goal.target, found.unit)}: ", verdict(goal))
        for goal in goals
        if goal.kpi == found.kpi and not goal.dimension and goal.reached is not None
    ]
    return Tile(title(found.kpi), value, f"{width}{points}" or "one value, no interval", held)


def warnings(findings: Findings) -> Section | None:
    """Work that can never be done, or only just; what had not ended; what was made of an order history."""
    found = [each for each in findings.result.warnings if each["kind"] != "policy"]
    if not found:
        return None
    work = any(each["kind"] not in ("unfinished", "history") for each in found)
    lead = "What is measured depends on how long the run is." if findings.result.never_settles else ""
    said = [Paragraph(f"{each['message'][:1].upper()}{each['message'][1:]}.") for each in found]
    return Section("warnings", "Too much work" if work else "Warnings", said, lead)


def headlines(findings: Findings) -> Section:
    """The headline figures by group."""
    shown = {group: list(findings.shown(kpis)) for group, kpis in HEADLINES.items()}
    load = {"Load": load_lines(findings.result)}
    value = "Value" if findings.single else "Mean"
    groups = [_group(group, found, value) for group, found in (shown | load).items() if found]
    lead = (
        f"Means over {counted(findings.result.replications, 'replication')}; ± is half the width of the "
        f"{100 * CONFIDENCE:.0f} % interval, in percentage points for shares. Where an interval is not even, it is "
        "shown by its ends."
    )
    if findings.single:
        lead = "One replication: its values stand alone, without an interval. Run more to have one."
    return Section("figures", "Key figures", [Group(groups, "groups")], lead)


def _group(group: str, found: list[Estimate], value: str) -> DataTable:
    rows = [
        [
            f"{title(each.kpi)}{each.label and f', {each.label}'}",
            at_least(each) + figure(each.mean, each.unit),
            half(each),
            _unit(each),
        ]
        for each in found
    ]
    return DataTable([group, value, "", "Unit"], rows, words=(0, 2, 3), kind="figures")


def _unit(found: Estimate) -> str:
    """The unit, where number and name do not say it."""
    told = found.unit.startswith("share") or found.unit == title(found.kpi).lower()
    return "" if told else found.unit.removeprefix("money").strip()


def headline_drawing(result: Result) -> Drawing | None:
    """The service of a result with its intervals; None where nothing of it is measured."""
    found = [result.estimate(kpi) for kpi in HEADLINES["Service"] if kpi in result.kpi_names]
    shown = [each for each in found if each.replications and each.unit.startswith("share")]
    if not shown:
        return None
    rows, dots = [title(each.kpi) for each in shown], [charts.Dot(each) for each in shown]
    return lambda sheet: charts.service(sheet, rows, {result.scenario.name: dots}, ()), 0.56 + charts.ROW * len(rows)


def write_page(result: Result, path: Path) -> None:
    """Write the page of a result as one HTML file.

    Errors: OSError if it cannot be written; what was there before stays.
    """
    write_whole(path, page(result).encode("utf-8", errors="replace"))


def page(result: Result) -> str:
    """The page as HTML. One run is simulated again for what only its facts can tell."""
    findings = Findings(result)
    wanted = goals(findings)
    own = {
        "warnings": warnings(findings),
        "targets": targets(wanted),
        "figures": headlines(findings),
        "service": service(findings, wanted),
        "perfect": perfect_orders(findings),
        "promises": promises(findings),
        "time": time(findings),
        "shares": shares(findings),
        "stock": stock(findings),
        "levels": plan_section(findings.scenario),
        "suppliers": suppliers(findings),
        "cost": cost(findings),
        "segments": segments(findings),
        "policy": policy(findings),
        "skus": skus(findings),
        "orders": orders(findings),
        "assumptions": assumptions(findings),
        "definitions": definitions(findings),
    }
    of_mechanisms = [each.section(findings) for each in mechanisms() if each.section is not None]
    about = result.scenario.about.strip().split("\n\n")
    return render(
        "report.html",
        heading=result.scenario.name,
        about=[part for part in about if part.strip()],
        facts=_facts_of_run(findings),
        summary=summary(findings, wanted),
        tiles=tiles(findings, wanted),
        sections=_in_order(own, [each for each in of_mechanisms if each is not None]),
    )


OTHERS_AFTER = "policy"
"""Here stand sections of mechanisms that do not say where they belong."""


def _in_order(own: Mapping[str, Section | None], of_mechanisms: Sequence[Section]) -> list[Section]:
    """The sections of the page; those of mechanisms after the one that they say, whether or not that is there."""
    found: list[Section] = []
    for key, section in own.items():
        found += [section] if section is not None else []
        found += [each for each in of_mechanisms if key == (each.after if each.after in own else OTHERS_AFTER)]
    return found
