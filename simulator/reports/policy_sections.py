"""The sections of the page on promises, the service policy and perfect orders."""

from collections.abc import Iterator

import numpy as np

from simulator.checks.order_kinds import Reach
from simulator.drawing import charts
from simulator.drawing.html import DataTable, Group, PagePart, Paragraph, Section
from simulator.drawing.sheet import chart
from simulator.drawing.wording import figure, half, lasting, title
from simulator.experiments.result import Estimate
from simulator.measures.registry import SCOR
from simulator.replication.measure import catalogue
from simulator.reports.findings import Findings
from simulator.reports.sections import Cause, pareto

KPIS = ("on_time", "on_time_to_latest", "repromised_orders", "declined_orders", "alternatives_accepted")


def promises(findings: Findings) -> Section | None:
    """What was promised and what was kept, by segment; nothing where nobody was promised anything."""
    length, kept = findings.whole("promise_length"), findings.whole("on_time")
    if length is None or kept is None or not np.isfinite(length.mean):
        return None
    curves = _curves(findings)
    drawn = chart(
        lambda sheet: charts.promises(sheet, curves),
        2.6,
        key="promises",
        alt="Share of orders delivered by the time promised: "
        + ", ".join(f"{name} {figure(_at_one(curve), 'share')}" for curve in curves for name in curve[:1])
        + ".",
        caption=f"Replication {findings.replication} only: orders delivered completely within so many times their "
        "promised time. A curve that is high long before 1 means promises longer than need be; one that still "
        "rises steeply at 1 means promises that a small delay breaks.",
    )
    lead = f"On average {lasting(length.mean)} are promised, and {figure(kept.mean, 'share')} of the promises kept."
    return Section("promises", "Promised and kept", [_by_segment(findings), drawn], lead)


def _by_segment(findings: Findings) -> DataTable:
    anew = findings.whole("repromised_orders") is not None
    shown = [kpi for kpi in KPIS if findings.whole(kpi) is not None and (anew or kpi != "on_time_to_latest")]
    rows: list[list[str]] = []
    labels = [each.label for each in findings.by("promise_length", "segment")]
    for dimension, label in [("", ""), *(("segment", label) for label in (labels if len(labels) > 1 else []))][:41]:
        length, error = (findings.of(kpi, dimension, label) for kpi in ("promise_length", "promise_error"))
        cells = [findings.of(kpi, dimension, label) for kpi in shown]
        rows.append(
            [
                label or "all orders",
                lasting(length.mean) if length else "–",
                _signed(error.mean if error else np.nan),
                *(figure(each.mean, each.unit) if each else "–" for each in cells),
            ]
        )
    columns = ["", "Promised", "Delivered against promise", *(title(kpi) for kpi in shown)]
    return DataTable(columns, rows, kind="wide")


def _signed(hours: float) -> str:
    """A difference of times in words.

    >>> _signed(-60.0), _signed(0.5)
    ('2.5 days early', '30 min late')
    """
    if not np.isfinite(hours):
        return "–"
    return f"{lasting(abs(hours))} {'early' if hours < 0 else 'late'}"


def _curves(findings: Findings) -> list[charts.Curve]:
    """For the whole, or the first four segments: times as multiples of the promised time, and shares of orders."""
    view = findings.view.followed
    orders, names = view.orders, view.labels.names["segment"]
    due = (orders.promised <= view.known_until) & (orders.promised > orders.at)
    ratio = np.where(orders.complete, orders.last - orders.at, np.inf)[due] / (orders.promised - orders.at)[due]
    segment = orders.rows.codes["segment"][orders.rows.cell[due]]
    chosen = [(name, ratio[segment == place]) for place, name in enumerate(names[:4])] if len(names) > 1 else []
    grid = np.linspace(0.0, charts.FARTHEST, 201)
    return [
        (name, grid, np.searchsorted(np.sort(each), grid, side="right") / len(each))
        for name, each in (chosen or [("all orders", ratio)])
        if len(each)
    ]


def _at_one(curve: charts.Curve) -> float:
    return float(np.interp(1.0, curve[1], curve[2]))


REACHED = {"line_fill_rate": "Line fill", "on_time": "On time"}


def policy(findings: Findings) -> Section | None:
    """A table with a row for each rule that decided; nothing where rules have no names and nobody overrides them."""
    service = findings.scenario.service
    exceptions = any(each.rate > 0 for each in service.overrides)
    if not (exceptions or any(rule.name for rule in service.rules)):
        return None
    reach = Reach(findings.scenario)
    shown = [each.kpi for each in findings.shown(REACHED)]
    gap = findings.by("target_gap", "rule")
    columns = [
        "Rule",
        "For",
        "Promise",
        "of orders",
        *(["by override"] if exceptions else []),
        *(REACHED[kpi] for kpi in shown),
        *(["Target gap"] if gap else []),
    ]
    rows: list[list[str]] = []
    for share in findings.by("rule_share", "rule"):
        if share.mean > 0:
            label = share.label
            row: list[str] = [label, _whom(reach, label), _promise(findings, label), figure(share.mean, share.unit)]
            row += [_cell(findings.of("override_rate", "rule", label))] if exceptions else []
            row += [_cell(findings.of(kpi, "rule", label)) for kpi in shown]
            row += [_points(findings.of("target_gap", "rule", label))] if gap else []
            rows.append(row)
    parts = [DataTable(columns, rows, words=(0, 1, 2), kind="wide"), *_spread(findings)]
    return Section("policy", "Which rule decided", parts, _lead(findings, exceptions))


def _whom(reach: Reach, label: str) -> str:
    """The orders that are a rule's own."""
    names = reach.scenario.service.rule_names
    own = reach.own == (names.index(label) if label in names else -1)
    return reach.kinds.described(own) if own.any() else "by override only"


def _promise(findings: Findings, label: str) -> str:
    """What a rule states itself."""
    service = findings.scenario.service
    rule = service.rules[service.rule_names.index(label)] if label in service.rule_names else None
    if rule is None or rule.promise is None:
        return "–"
    time = rule.promise.standing_time
    return lasting(time) if time is not None else rule.promise.rule.replace("_", " ")


def _lead(findings: Findings, exceptions: bool) -> str:
    """How often and at what cost sales overrode the policy, in a sentence."""
    says = "Orders count by the rule by which they were treated: the first that is for them"
    says += ", or the one that sales put in its place. " if exceptions else ". "
    says += "The target gap is what was reached less the target, in percentage points: the worst of several."
    rate, cost = findings.whole("override_rate"), findings.of("cost_to_serve", "activity", "overrides")
    if not exceptions or rate is None:
        return says
    money = f" and handling them costs {figure(cost.mean)} a week" if cost is not None and cost.mean else ""
    return f"Sales overrode the policy for {figure(rate.mean, rate.unit)} of the orders{money}. {says}"


def _spread(findings: Findings) -> Iterator[Paragraph]:
    """How differently like customers are served."""
    said = []
    for kpi, what in (("fill_spread", "line fill rate"), ("on_time_spread", "orders on time")):
        found = findings.whole(kpi)
        if found is not None and np.isfinite(found.mean) and (kpi != "fill_spread" or findings.has_stock):
            said.append(f"{_points(found, sign=False)} points in {what}")
    if said:
        yield Paragraph(
            f"Customers of one kind are served alike up to {' and '.join(said)}: the standard deviation "
            "between customers of the same segment, chance included."
        )


def _cell(found: Estimate | None) -> str:
    return figure(found.mean, found.unit) if found else "–"


def _points(found: Estimate | None, sign: bool = True) -> str:
    """A difference of shares in percentage points."""
    if found is None or not np.isfinite(found.mean):
        return "–"
    return f"{100 * found.mean:+.1f}".replace("-", "−") if sign else f"{100 * found.mean:.1f}"


PARTS = ("in_full", "on_time", "perfect_condition", "documentation_accuracy")
MOST = 12
"""So many causes are drawn: the largest."""


def perfect_orders(findings: Findings) -> Section | None:
    """Perfect orders, their components, and the Pareto of what failed first."""
    joint, product = findings.whole("perfect_order_rate"), findings.whole("perfect_order_product")
    if joint is None or product is None:
        return None
    content: list[PagePart] = [_index(findings, joint, product)]
    causes = pareto(findings.by("imperfect_orders", "cause"), findings.by("failures_per_order", "cause"))
    found = [each.first for each in causes if each.first]
    if found:
        shown = found[:MOST]
        left_out = f" {len(found) - MOST} smaller causes are not drawn." if len(found) > MOST else ""
        lines = "" if findings.single else "; lines: 95 % intervals"
        content.append(
            chart(
                lambda sheet: charts.pareto(sheet, shown, [each.so_far for each in causes if each.first][:MOST]),
                0.66 + charts.ROW * len(shown),
                key="pareto",
                alt="What failed first, share of orders: "
                + ", ".join(f"{each.label} {figure(each.mean, 'share')}" for each in shown),
                caption=f"Bars: share of orders that failed first for this cause, each imperfect order once{lines}. "
                f"Dots: all causes so far, as a share of all imperfect orders.{left_out}",
            )
        )
        content.append(_causes(causes))
    heading = "Perfect orders: what failed first and why"
    return Section("perfect", heading, content, _lead_on_failures(joint, causes))


def _lead_on_failures(joint: Estimate, causes: list[Cause]) -> str:
    text = f"{figure(joint.mean, joint.unit)} of orders were right on every line in every respect."
    if not causes:
        return text
    return (
        f"{text} The commonest first failure is “{causes[0].name}”: {figure(causes[0].part, 'share')} "
        "of the imperfect orders."
    )


def _index(findings: Findings, joint: Estimate, product: Estimate) -> Group:
    """The components, their product and the joint index, with codes."""
    rows = [each for kpi in PARTS if (each := findings.whole(kpi)) is not None]
    body = [
        [title(each.kpi), figure(each.mean, each.unit), half(each), catalogue()[each.kpi].scor]
        for each in (*rows, product, joint)
    ]
    listing = DataTable(["", "Share of orders", "", SCOR], body, words=(0, 2, 3), kind="index")
    return Group([listing, Paragraph(reading(joint.mean, product.mean), "lead")])


def reading(joint: float, product: float) -> str:
    """What the gap between joint index and product says, in a line.

    >>> reading(0.90, 0.85)
    'The joint index is 5.0 points above the product: failures fall on the same orders, so they share causes.'
    >>> reading(0.9004, 0.9)
    'The joint index is as the product says: the components fail independently of each other.'
    """
    gap = 100 * (joint - product)
    if not np.isfinite(gap) or abs(gap) < 0.2:
        return "The joint index is as the product says: the components fail independently of each other."
    if gap > 0:
        return (
            f"The joint index is {gap:.1f} points above the product: failures fall on the same orders, "
            "so they share causes."
        )
    return (
        f"The joint index is {-gap:.1f} points below the product: failures fall on different orders, "
        "or the components are shares of different orders."
    )


def _causes(causes: list[Cause]) -> DataTable:
    """Each cause: how often it came first, how often at all."""
    rows = [
        [
            each.name,
            figure(each.first.mean, "share") if each.first else "–",
            half(each.first) if each.first else "",
            figure(each.part, "share"),
            figure(each.so_far, "share"),
            figure(each.at_all, "share"),
        ]
        for each in causes
    ]
    columns = ["Cause", "First on orders", "", "Of imperfect orders", "So far", "On orders at all"]
    return DataTable(columns, rows, words=(0, 2), kind="causes")
