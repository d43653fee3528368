"""The sections of the page with charts: service, time, stock, cost."""

from collections.abc import Iterator

from simulator.experiments.result import Estimate
from simulator.reports import charts, course
from simulator.reports.findings import Findings
from simulator.reports.ink import drawing
from simulator.reports.levels import levels
from simulator.reports.markup import Html, section, table
from simulator.reports.verdicts import Goal
from simulator.reports.wording import counted, figure, lasting, title
from simulator.scenario.network import STAGES

SERVICE = ("line_fill_rate", "on_time", "perfect_order_rate")
MOST = 12
"""So many segments and classes are drawn: the worst."""
STAGES_SAY = ("Mean time of a job at each stage by the clock, nights and weekends included, over all replications. "
              "“At the stage” is work, transit and waiting for a departure.")  # fmt: skip
STOCK_SAYS = " “Waiting for stock” is the mean over all units allocated; those met at once count 0."
BY_SEGMENT = ("orders_per_week", "line_fill_rate", "on_time", "order_cycle_time", "revenue", "cost_to_serve", "margin")


def service(findings: Findings, goals: list[Goal]) -> Html:
    """Fill rate, on time and perfect orders, by segment and SKU class."""
    kpis = [each.kpi for each in findings.shown(SERVICE)]
    if not kpis:
        return Html("")
    slices = [("", "")]
    for dimension in ("segment", "class"):
        found = findings.by(kpis[0], dimension)
        worst = {each.label for each in sorted(found, key=lambda each: each.mean)[:MOST]}
        slices += [(dimension, each.label) for each in found if each.label in worst] if len(found) > 1 else []
    if len(slices) < 2:
        return Html("")
    breaks = [row for row in range(1, len(slices)) if slices[row][0] != slices[row - 1][0]]
    names = ["all orders" if not dimension else f"class {label}" if dimension == "class" else label
             for dimension, label in slices]  # fmt: skip
    wanted = {(goal.kpi, goal.dimension, goal.label): goal.target for goal in goals}
    panels = {title(kpi): [charts.Dot(findings.of(kpi, *at), wanted.get((kpi, *at))) for at in slices] for kpi in kpis}
    left_out = sum(max(0, len(findings.by(kpis[0], dimension)) - MOST) for dimension in ("segment", "class"))
    chart = drawing(
        lambda sheet: charts.service(sheet, names, panels, breaks), 0.56 + charts.ROW * len(slices), key="service",
        alt=_spoken(names, panels), caption=_dots(findings, bool(wanted), left_out),
    )  # fmt: skip
    return section(f"Service by {' and '.join(dict.fromkeys(kind for kind, _ in slices[1:]))}", chart, key="service")


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


def time(findings: Findings) -> Html:
    """Waiting and work of every stage of the order cycle, and the wait for stock between them."""
    rows = list(_stages(findings))
    if not rows:
        return Html("")
    spoken = [f"{name} {lasting(waited + spent)}, of which {lasting(waited)} waiting" for name, waited, spent in rows]
    caption = STAGES_SAY + (STOCK_SAYS if findings.has_stock else "")
    chart = drawing(
        lambda sheet: charts.stages(sheet, rows), 0.62 + charts.ROW * len(rows), key="time",
        alt=f"Mean time by stage: {', '.join(spoken)}.", caption=caption,
    )  # fmt: skip
    cycle, late = findings.whole("order_cycle_time"), findings.whole("order_cycle_time_p95")
    lead = (f"From entry to the last delivery an order takes {lasting(cycle.mean)} on average, "
            f"and 95 % take no more than {lasting(late.mean)}." if cycle and late else "")  # fmt: skip
    return section("Time by stage", chart, key="time", lead=lead)


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


def stock(findings: Findings) -> Html:
    """The course of stock and backorders in one run."""
    if not findings.has_stock:
        return Html("")
    run, means = levels(findings.view), [findings.whole(kpi) for kpi in ("on_hand", "backorders")]
    shown = course.bands(run, *(each.mean if each else None for each in means))
    high, low, owed = (figure(float(value)) for value in (run.on_hand.max(), run.on_hand.min(), run.backordered.max()))
    chart = drawing(
        lambda sheet: course.course(sheet, findings.scenario, run, shown), 0.55 + 0.95 * len(shown) + 0.45, key="stock",
        alt=f"Units on hand between {low} and {high}; backorders at most {owed}.",
        caption=f"Replication {findings.replication} only: mean of each {run.step}, all SKUs and sites together. "
                "Dashed: mean of the measured time over all replications.",
    )  # fmt: skip
    ready = findings.whole("ready_rate")
    lead = f"A SKU has stock on hand {figure(ready.mean, ready.unit)} of the time, on average." if ready else ""
    return section("Stock and backorders over time", chart, key="stock", lead=lead)


def cost(findings: Findings) -> Html:
    """What serving customers costs, by activity and by segment."""
    rows = sorted((e for e in findings.by("cost_to_serve", "activity") if e.mean > 0), key=lambda each: -each.mean)
    total = findings.whole("cost_to_serve")
    if not rows or total is None:
        return Html("")
    lines = "" if findings.single else "; lines: 95 % intervals"
    chart = drawing(
        lambda sheet: charts.costs(sheet, rows), 0.38 + charts.ROW * len(rows), key="cost",
        alt="Cost per week: " + ", ".join(f"{each.label.replace('_', ' ')} {figure(each.mean)}" for each in rows),
        caption=f"Money per week, with the share of the total{lines}. Cost of goods is not part of it.",
    )  # fmt: skip
    lead = f"Serving customers costs {figure(total.mean)} a week in {counted(len(rows), 'activity', 'activities')}."
    return section("Cost by activity", chart, key="cost", lead=lead)


def segments(findings: Findings) -> Html:
    """The segments side by side."""
    labels = [each.label for each in findings.by("orders_per_week", "segment")]
    kpis = [each.kpi for each in findings.shown(BY_SEGMENT)]
    if len(labels) < 2:
        return Html("")
    rows = []
    for label in labels[:40]:
        cells = [findings.of(kpi, "segment", label) for kpi in kpis]
        rows.append([label, *(_cell(each) for each in cells)])
    more = f"The first 40 of {len(labels)} segments. " if len(labels) > 40 else ""
    columns = ["Segment", *(title(kpi) for kpi in kpis)]
    return section("Segments side by side", table(columns, rows, kind="wide"), key="segments",
                   lead=f"{more}Means over the replications. Money is per week, times are in hours.")  # fmt: skip


def _cell(found: Estimate | None) -> str:
    return figure(found.mean, found.unit) if found else "–"
