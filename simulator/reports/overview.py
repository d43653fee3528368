"""The top of the page: what was simulated, what came out, against which targets."""

from collections.abc import Iterator

from simulator.experiments.intervals import CONFIDENCE
from simulator.experiments.result import Estimate
from simulator.reports.findings import Findings
from simulator.reports.markup import Cell, Html, section, table, tag
from simulator.reports.summary import summary
from simulator.reports.tables import HEADLINES
from simulator.reports.verdicts import Goal
from simulator.reports.wording import counted, date, figure, half, lasting, said, title

TILES = ("line_fill_rate", "on_time", "order_cycle_time", "inventory_value", "total_cost", "margin",
         "perfect_order_rate", "backorders", "utilisation", "order_cycle_time_p95", "in_full",
         "orders_per_week")  # fmt: skip
"""The figures set large: the first six that there are, or three."""
VERDICTS = {
    "met": "met", "missed": "missed", "undecided": "undecided", "above": "above, one run", "below": "below, one run",
    "not measured": "not measured",
}  # fmt: skip


def header(findings: Findings, goals: list[Goal]) -> Html:
    """Name, question, what was run, and the summary."""
    from simulator import __version__

    scenario, run, result = findings.scenario, findings.scenario.run, findings.result
    stopped = " (stopped early)" if result.stopped else ""
    facts = {
        "Period": f"{date(scenario, 0)} to {date(scenario, run.horizon)}, {lasting(run.horizon)}",
        "Warm-up": f"first {lasting(run.warm_up)}, not measured" if run.warm_up else "none",
        "Replications": f"{result.replications:,}{stopped}",
        "Seed": str(run.seed),
        "Scenario": scenario.hash,
        "Version": __version__,
    }
    about = [tag("p", part, class_="about") for part in scenario.about.strip().split("\n\n") if part.strip()]
    listing = tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts.items()))
    words = summary(findings, goals)
    return tag("header", tag("p", "Simulation report", class_="kind"), tag("h1", scenario.name), *about, listing,
               tag("p", words, class_="summary") if words else "", tiles(findings, goals))  # fmt: skip


def verdict(goal: Goal) -> Html:
    """A verdict as a word in a frame of its own kind: solid, double or dashed, so that it reads without colour."""
    return tag("span", VERDICTS[goal.verdict], class_=f"verdict {goal.verdict.replace(' ', '-')}")


def targets(goals: list[Goal]) -> Html:
    """Every target with what was reached; nothing where none is stated."""
    if not goals:
        return Html("")
    rows: list[list[Cell]] = []
    for goal in goals:
        unit = goal.reached.unit if goal.reached else "share"
        reached = [figure(goal.reached.mean, unit), half(goal.reached)] if goal.reached else ["–", ""]
        gap = f"{100 * (goal.reached.mean - goal.target):+.1f}".replace("-", "−") if goal.reached else ""
        rows.append([goal.whom, title(goal.kpi), figure(goal.target, unit), *reached, gap, verdict(goal)])
    lead = ("Met or missed where the whole 95 % interval lies on one side of the target, else undecided. "
            "The gap is in percentage points.")  # fmt: skip
    columns = ["Target for", "KPI", "Target", "Reached", "", "Gap", "Verdict"]
    return section("Targets", table(columns, rows, words=(0, 1, 4, 6), kind="targets"), key="targets", lead=lead)


def tiles(findings: Findings, goals: list[Goal]) -> Html:
    """The most important figures, set large."""
    found = list(findings.shown(TILES))[:6]
    found = found[: 3 * (len(found) // 3)] or found
    items = [tag("li", *_tile(each, goals)) for each in found]
    return tag("ul", *items, class_="tiles", aria_label="Most important figures")


def headlines(findings: Findings) -> Html:
    """The headline figures by group."""
    shown = {group: list(findings.shown(kpis)) for group, kpis in HEADLINES.items()}
    groups = [_group(group, found, "Value" if findings.single else "Mean") for group, found in shown.items() if found]
    lead = (f"Means over {counted(findings.result.replications, 'replication')}; ± is half the width of the "
            f"{100 * CONFIDENCE:.0f} % interval, in percentage points for shares.")  # fmt: skip
    if findings.single:
        lead = "One replication: its values stand alone, without an interval. Run more to have one."
    return section("Key figures", tag("div", *groups, class_="groups"), key="figures", lead=lead)


def _tile(found: Estimate, goals: list[Goal]) -> Iterator[Html]:
    value, width = said(found)
    points = " points" if width and found.unit.startswith("share") else ""
    yield tag("span", title(found.kpi), class_="label")
    yield tag("strong", value)
    yield tag("span", f"{width}{points}" or "one value, no interval", class_="width")
    for goal in goals:
        if goal.kpi == found.kpi and not goal.dimension and goal.reached is not None:
            yield tag("span", f"target {figure(goal.target, found.unit)}: ", verdict(goal), class_="goal")


def _group(group: str, found: list[Estimate], value: str) -> Html:
    rows = [[title(each.kpi), figure(each.mean, each.unit), half(each), _unit(each)] for each in found]
    return table([group, value, "", "Unit"], rows, words=(0, 2, 3), kind="figures")


def _unit(found: Estimate) -> str:
    """The unit, where number and name do not say it."""
    told = found.unit.startswith("share") or found.unit == title(found.kpi).lower()
    return "" if told else found.unit.removeprefix("money").strip()
