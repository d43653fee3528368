"""Where the time goes: each stage's share of the order cycle, and suppliers' lead times against the planned ones."""

from simulator.kpis.labels import HELD, WAITING
from simulator.reports import charts
from simulator.reports.findings import Findings
from simulator.reports.ink import drawing
from simulator.reports.markup import Html, section, table
from simulator.reports.wording import figure, lasting
from simulator.scenario.network import DESK

PAIR = 0.4
"""Inches for a row with two bars."""
CAPTION = (
    "Time at a stage includes waiting for it. The rest is waiting for stock: an order waits for the last of "
    "its lines, longer than a unit does on average. A stage’s share of the variance is its covariance with the whole: "
    "below 0 where it is quick when others are slow."
)


def shares(findings: Findings) -> Html:
    """What each stage has of the mean order cycle time and of its variance."""
    rows = _rows(findings)
    if len(rows) < 2:
        return Html("")
    longest, roughest = (max(rows, key=lambda row: row[which]) for which in (1, 2))
    lead = (f"Most of the time goes into {longest[0]} ({figure(longest[1], 'share')}); what makes one order take "
            f"longer than another is above all {roughest[0]} ({figure(roughest[2], 'share')} of the variance)."
            )  # fmt: skip
    chart = drawing(
        lambda sheet: charts.shares(sheet, rows), 0.62 + PAIR * len(rows), key="shares", caption=CAPTION,
        alt="Share of mean and variance by stage: "
            + ", ".join(f"{name} {figure(mean, 'share')} and {figure(var, 'share')}" for name, mean, var in rows),
    )  # fmt: skip
    return section("Where the time goes", chart, key="shares", lead=lead)


def _rows(findings: Findings) -> list[tuple[str, float, float]]:
    """Stages in the order of passing with their two shares; the wait for stock lies between desk and dock."""
    means = {each.label: each.mean for each in findings.by("cycle_time_share", "stage")}
    variances = {each.label: each.mean for each in findings.by("cycle_variance_share", "stage")}
    stages = [name for name in means if name in variances and name != WAITING]
    desk = [name for name in stages if name.endswith((*DESK, HELD))]
    waits = [WAITING] if findings.has_stock and WAITING in variances else []
    dock = [name for name in stages if name not in desk]
    return [(name, means[name], variances[name]) for name in (*desk, *waits, *dock)]


def suppliers(findings: Findings) -> Html:
    """Lead times of the suppliers: what they are, and what planning took them for."""
    kpis = ("supplier_lead_time", "supplier_lead_time_sd", "planned_lead_time", "planned_less_actual")
    rows = []
    for each in findings.by(kpis[0], "supplier"):
        found = [findings.of(kpi, "supplier", each.label) for kpi in kpis]
        rows.append([each.label, *("–" if one is None else _time(one.mean) for one in found)])
    if not rows:
        return Html("")
    columns = ("Supplier", "Mean", "Standard deviation", "Planned", "Planned less actual")
    lead = (
        "Over the orders received, from placing to receipt; planned is what stock was sized by when they were placed."
    )
    return section("Lead times of suppliers", table(columns, rows), key="suppliers", lead=lead)


def _time(hours: float) -> str:
    return f"−{lasting(-hours)}" if hours < 0 else lasting(hours)
