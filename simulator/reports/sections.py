"""The sections of the page with charts: service, time, stock, cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.drawing import charts
from simulator.drawing.html import DataTable, Section
from simulator.drawing.sheet import chart
from simulator.drawing.wording import counted, figure, lasting, title
from simulator.experiments.result import Estimate
from simulator.measures.labels import HELD, WAITING
from simulator.reports.findings import Findings, TargetResult
from simulator.reports.levels import courses, levels
from simulator.scenario.network import DESK, STAGES

SERVICE = ("line_fill_rate", "on_time", "perfect_order_rate")
MOST = 12
"""So many segments and classes are drawn: the worst."""
STAGES_SAY = (
    "Mean time of a job at each stage by the clock, nights and weekends included, over all replications. "
    "“At the stage” is work, transit and waiting for a departure."
)
STOCK_SAYS = " “Waiting for stock” is the mean over all units allocated; those met at once count 0."
BY_SEGMENT = ("orders_per_week", "line_fill_rate", "on_time", "order_cycle_time", "revenue", "cost_to_serve", "margin")


def service(findings: Findings, goals: list[TargetResult]) -> Section | None:
    """Fill rate, on time and perfect orders, by segment and SKU class."""
    kpis = [each.kpi for each in findings.shown(SERVICE)]
    if not kpis:
        return None
    slices = [("", "")]
    for dimension in ("segment", "class"):
        found = findings.by(kpis[0], dimension)
        worst = {each.label for each in sorted(found, key=lambda each: each.mean)[:MOST]}
        slices += [(dimension, each.label) for each in found if each.label in worst] if len(found) > 1 else []
    if len(slices) < 2:
        return None
    breaks = [row for row in range(1, len(slices)) if slices[row][0] != slices[row - 1][0]]
    names = [
        "all orders" if not dimension else f"class {label}" if dimension == "class" else label
        for dimension, label in slices
    ]
    wanted = {(goal.kpi, goal.dimension, goal.label): goal.target for goal in goals}
    panels = {title(kpi): [charts.Dot(findings.of(kpi, *at), wanted.get((kpi, *at))) for at in slices] for kpi in kpis}
    left_out = sum(max(0, len(findings.by(kpis[0], dimension)) - MOST) for dimension in ("segment", "class"))
    drawn = chart(
        lambda sheet: charts.service(sheet, names, panels, breaks),
        0.56 + charts.ROW * len(slices),
        key="service",
        alt=_spoken(names, panels),
        caption=_dots(findings, bool(wanted), left_out),
    )
    kinds = " and ".join(dict.fromkeys(kind for kind, _ in slices[1:]))
    return Section("service", f"Service by {kinds}", [drawn])


def _dots(findings: Findings, targets: bool, left_out: int) -> str:
    text = "Dots: means." if findings.single else "Dots: means over the replications; lines: 95 % intervals."
    text += " Upright strokes: targets." if targets else ""
    text += f" The worst {MOST} of each are drawn; {left_out} more are not." if left_out else ""
    classes = len(findings.by("line_fill_rate", "class")) > 1
    return text + " Classes have a fill rate only: an order may mix them." if classes else text


def _spoken(names: list[str], panels: dict[str, list[charts.Dot]]) -> str:
    parts = []
    for heading, dots in panels.items():
        pairs = zip(names, dots, strict=True)
        values = [f"{name} {figure(dot.found.mean, 'share')}" for name, dot in pairs if dot.found]
        parts.append(f"{heading}: {', '.join(values)}")
    return ". ".join(parts)


def time(findings: Findings) -> Section | None:
    """Waiting and work of every stage of the order cycle, and the wait for stock between them."""
    rows = list(_stages(findings))
    if not rows:
        return None
    spoken = [f"{name} {lasting(waited + spent)}, of which {lasting(waited)} waiting" for name, waited, spent in rows]
    caption = STAGES_SAY + (STOCK_SAYS if findings.has_stock else "")
    drawn = chart(
        lambda sheet: charts.stages(sheet, rows),
        0.62 + charts.ROW * len(rows),
        key="time",
        alt=f"Mean time by stage: {', '.join(spoken)}.",
        caption=caption,
    )
    cycle, late = findings.whole("order_cycle_time"), findings.whole("order_cycle_time_p95")
    lead = (
        f"From entry to the last delivery an order takes {lasting(cycle.mean)} on average, "
        f"and 95 % take no more than {lasting(late.mean)}."
        if cycle and late
        else ""
    )
    return Section("time", "Time by stage", [drawn], lead)


def _stages(findings: Findings) -> Iterator[tuple[str, float, float]]:
    """Stages in the order of passing; the wait for stock comes before picking."""
    view = findings.view
    cycle, names, several = view.labels.in_cycle, view.labels.names["stage"], len(view.labels.names["site"]) > 1
    for site in view.labels.names["site"]:
        mine = [n for n, (where, _) in enumerate(view.ledger.stages) if where == site and cycle[n]]
        desk = [n for n in mine if view.ledger.stages[n][1] in STAGES[:4]]
        dock = [n for n in mine if n not in desk]
        yield from (row for n in desk if (row := _stage(findings, names[n])))
        wait = findings.of("wait_time", "site", site) if findings.scenario.network.sites[site].stock else None
        if mine and wait is not None:
            yield f"waiting for stock{f', {site}' if several else ''}", wait.mean, 0.0
        yield from (row for n in dock if (row := _stage(findings, names[n])))


def _stage(findings: Findings, name: str) -> tuple[str, float, float] | None:
    whole, queue = findings.of("stage_time", "stage", name), findings.of("queue_time", "stage", name)
    return (name, queue.mean, max(whole.mean - queue.mean, 0.0)) if whole and queue else None


def stock(findings: Findings) -> Section | None:
    """The course of stock and backorders in one run."""
    if not findings.has_stock:
        return None
    begin, run, means = (
        findings.scenario.run,
        levels(findings.view),
        [findings.whole(kpi) for kpi in ("on_hand", "backorders")],
    )
    shown = courses(run, *(each.mean if each else None for each in means))
    high, low, owed = (figure(float(value)) for value in (run.on_hand.max(), run.on_hand.min(), run.backordered.max()))
    drawn = chart(
        lambda sheet: charts.course(sheet, begin.start, begin.warm_up, run.edges, shown),
        0.55 + 0.95 * len(shown) + 0.45,
        key="stock",
        alt=f"Units on hand between {low} and {high}; backorders at most {owed}.",
        caption=f"Replication {findings.replication} only: mean of each {run.step}, all SKUs and sites together. "
        "Dashed: mean of the measured time over all replications.",
    )
    ready = findings.whole("ready_rate")
    lead = f"A SKU has stock on hand {figure(ready.mean, ready.unit)} of the time, on average." if ready else ""
    return Section("stock", "Stock and backorders over time", [drawn], lead)


def cost(findings: Findings) -> Section | None:
    """What serving customers costs, by activity and by segment."""
    rows = sorted((e for e in findings.by("cost_to_serve", "activity") if e.mean > 0), key=lambda each: -each.mean)
    total = findings.whole("cost_to_serve")
    if not rows or total is None:
        return None
    lines = "" if findings.single else "; lines: 95 % intervals"
    drawn = chart(
        lambda sheet: charts.costs(sheet, rows),
        0.38 + charts.ROW * len(rows),
        key="cost",
        alt="Cost per week: " + ", ".join(f"{each.label.replace('_', ' ')} {figure(each.mean)}" for each in rows),
        caption=f"Money per week, with the share of the total{lines}. Cost of goods is not part of it.",
    )
    lead = f"Serving customers costs {figure(total.mean)} a week in {counted(len(rows), 'activity', 'activities')}."
    return Section("cost", "Cost by activity", [drawn], lead)


def segments(findings: Findings) -> Section | None:
    """The segments side by side."""
    labels = [each.label for each in findings.by("orders_per_week", "segment")]
    kpis = [each.kpi for each in findings.shown(BY_SEGMENT)]
    if len(labels) < 2:
        return None
    rows = []
    for label in labels[:40]:
        cells = [findings.of(kpi, "segment", label) for kpi in kpis]
        rows.append([label, *(_cell(each) for each in cells)])
    more = f"The first 40 of {len(labels)} segments. " if len(labels) > 40 else ""
    columns = ["Segment", *(title(kpi) for kpi in kpis)]
    lead = f"{more}Means over the replications. Money is per week, times are in hours."
    return Section("segments", "Segments side by side", [DataTable(columns, rows, kind="wide")], lead)


def _cell(found: Estimate | None) -> str:
    return figure(found.mean, found.unit) if found else "–"


PAIR = 0.4
"""Inches for a row with two bars."""
CAPTION = (
    "Time at a stage includes waiting for it. The rest is waiting for stock: an order waits for the last of "
    "its lines, longer than a unit does on average. A stage’s share of the variance is its covariance with the whole: "
    "below 0 where it is quick when others are slow."
)


def shares(findings: Findings) -> Section | None:
    """What each stage has of the mean order cycle time and of its variance."""
    rows = _rows(findings)
    if len(rows) < 2:
        return None
    longest, roughest = (max(rows, key=lambda row: row[which]) for which in (1, 2))
    lead = (
        f"Most of the time goes into {longest[0]} ({figure(longest[1], 'share')}); what makes one order take "
        f"longer than another is above all {roughest[0]} ({figure(roughest[2], 'share')} of the variance)."
    )
    drawn = chart(
        lambda sheet: charts.shares(sheet, rows),
        0.62 + PAIR * len(rows),
        key="shares",
        caption=CAPTION,
        alt="Share of mean and variance by stage: "
        + ", ".join(f"{name} {figure(mean, 'share')} and {figure(var, 'share')}" for name, mean, var in rows),
    )
    return Section("shares", "Where the time goes", [drawn], lead)


def _rows(findings: Findings) -> list[tuple[str, float, float]]:
    """Stages in the order of passing with their two shares; the wait for stock lies between desk and dock."""
    means = {each.label: each.mean for each in findings.by("cycle_time_share", "stage")}
    variances = {each.label: each.mean for each in findings.by("cycle_variance_share", "stage")}
    stages = [name for name in means if name in variances and name != WAITING]
    desk = [name for name in stages if name.endswith((*DESK, HELD))]
    waits = [WAITING] if findings.has_stock and WAITING in variances else []
    dock = [name for name in stages if name not in desk]
    return [(name, means[name], variances[name]) for name in (*desk, *waits, *dock)]


def suppliers(findings: Findings) -> Section | None:
    """Lead times of the suppliers: what they are, and what planning took them for."""
    kpis = ("supplier_lead_time", "supplier_lead_time_sd", "planned_lead_time", "planned_less_actual")
    rows = []
    for each in findings.by(kpis[0], "supplier"):
        found = [findings.of(kpi, "supplier", each.label) for kpi in kpis]
        rows.append([each.label, *("–" if one is None else _time(one.mean) for one in found)])
    if not rows:
        return None
    columns = ("Supplier", "Mean", "Standard deviation", "Planned", "Planned less actual")
    lead = (
        "Over the orders received, from placing to receipt; planned is what stock was sized by when they were placed."
    )
    return Section("suppliers", "Lead times of suppliers", [DataTable(columns, rows)], lead)


def _time(hours: float) -> str:
    return f"−{lasting(-hours)}" if hours < 0 else lasting(hours)


@dataclass(frozen=True)
class Cause:
    """One cause of imperfect orders; shares are of orders where nothing else is said."""

    name: str
    first: Estimate | None
    """Orders that failed first for it; None where none did."""
    part: float
    """Of the imperfect orders."""
    so_far: float
    """The same for this cause and the larger ones together."""
    at_all: float
    """Orders that failed for it at all."""


def pareto(first: Sequence[Estimate], at_all: Sequence[Estimate]) -> list[Cause]:
    """The causes that there were, by how often each was the first failure: `imperfect_orders` and
    `failures_per_order` by cause."""
    firsts = {each.label: each for each in first if each.mean > 0}
    weight = {each.label: firsts[each.label].mean if each.label in firsts else 0.0 for each in at_all}
    found = sorted((each for each in at_all if each.mean > 0), key=lambda each: (-weight[each.label], -each.mean))
    whole = sum(weight.values()) or 1.0
    causes, so_far = [], 0.0
    for each in found:
        so_far += weight[each.label]
        part = weight[each.label] / whole
        causes.append(Cause(each.label, firsts.get(each.label), part, so_far / whole, each.mean))
    return causes


COLUMNS = ("cause", "first on orders", "from", "to", "of imperfect orders", "so far", "on orders at all")


def rows_of(causes: Sequence[Cause]) -> list[tuple[str, float, float, float, float, float, float]]:
    """The table of the workbook."""
    return [
        (
            each.name,
            each.first.mean if each.first else 0.0,
            each.first.low if each.first else 0.0,
            each.first.high if each.first else 0.0,
            each.part,
            each.so_far,
            each.at_all,
        )
        for each in causes
    ]


def add_chart(book: Any, sheet: str, count: int) -> None:
    """A chart of the workbook's own beside its table: grey bars for each cause, a line for all so far."""
    name = f"'{sheet}'"
    bars, line = book.add_chart({"type": "column"}), book.add_chart({"type": "line"})
    where = [sheet, 1, 0, count, 0]
    bars.add_series(
        {
            "name": "first on orders",
            "categories": where,
            "values": f"={name}!$B$2:$B${count + 1}",
            "gap": 40,
            "fill": {"color": "#C9D1D6"},
            "border": {"color": "#1C2B36"},
        }
    )
    line.add_series(
        {
            "name": "so far, of imperfect orders",
            "categories": where,
            "values": f"={name}!$F$2:$F${count + 1}",
            "y2_axis": True,
            "line": {"color": "#1C2B36", "width": 1.5},
            "marker": {"type": "circle", "fill": {"color": "#1C2B36"}, "border": {"color": "#1C2B36"}},
        }
    )
    bars.combine(line)
    bars.set_title({"name": "What failed first", "name_font": {"size": 12}})
    bars.set_y_axis({"num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#C9D1D6"}}})
    line.set_y2_axis({"num_format": "0%", "min": 0, "max": 1})
    bars.set_legend({"position": "bottom"})
    bars.set_size({"width": 760, "height": 400})
    book.get_worksheet_by_name(sheet).insert_chart(1, len(COLUMNS) + 1, bars)
