"""The section of the page on perfect orders: the joint index beside the product, what failed first, and why."""

import numpy as np

from simulator.experiments.result import Estimate
from simulator.kpis import SCOR, catalogue
from simulator.reports import charts
from simulator.reports.findings import Findings
from simulator.reports.ink import drawing
from simulator.reports.markup import Html, section, table, tag
from simulator.reports.pareto import Cause, pareto
from simulator.reports.wording import figure, half, title

PARTS = ("in_full", "on_time", "perfect_condition", "documentation_accuracy")
MOST = 12
"""So many causes are drawn: the largest."""


def perfect_orders(findings: Findings) -> Html:
    """Perfect orders, their components, and the Pareto of what failed first."""
    joint, product = findings.whole("perfect_order_rate"), findings.whole("perfect_order_product")
    if joint is None or product is None:
        return Html("")
    content = [_index(findings, joint, product)]
    causes = pareto(findings.by("imperfect_orders", "cause"), findings.by("failures_per_order", "cause"))
    found = [each.first for each in causes if each.first]
    if found:
        shown = found[:MOST]
        left_out = f" {len(found) - MOST} smaller causes are not drawn." if len(found) > MOST else ""
        lines = "" if findings.single else "; lines: 95 % intervals"
        content.append(drawing(
            lambda sheet: charts.pareto(sheet, shown, [each.so_far for each in causes if each.first][:MOST]),
            0.66 + charts.ROW * len(shown), key="pareto",
            alt="What failed first, share of orders: "
                + ", ".join(f"{each.label} {figure(each.mean, 'share')}" for each in shown),
            caption=f"Bars: share of orders that failed first for this cause, each imperfect order once{lines}. "
                    f"Dots: all causes so far, as a share of all imperfect orders.{left_out}",
        ))  # fmt: skip
        content.append(_causes(causes))
    return section("Perfect orders: what failed first and why", *content, key="perfect", lead=_lead(joint, causes))


def _lead(joint: Estimate, causes: list[Cause]) -> str:
    text = f"{figure(joint.mean, joint.unit)} of orders were right on every line in every respect."
    if not causes:
        return text
    return (f"{text} The commonest first failure is “{causes[0].name}”: {figure(causes[0].part, 'share')} "
            "of the imperfect orders.")  # fmt: skip


def _index(findings: Findings, joint: Estimate, product: Estimate) -> Html:
    """The components, their product and the joint index, with codes."""
    rows = [each for kpi in PARTS if (each := findings.whole(kpi)) is not None]
    body = [[title(each.kpi), figure(each.mean, each.unit), half(each), catalogue()[each.kpi].scor]
            for each in (*rows, product, joint)]  # fmt: skip
    listing = table(["", "Share of orders", "", SCOR], body, words=(0, 2, 3), kind="index")
    return tag("div", listing, tag("p", reading(joint.mean, product.mean), class_="lead"))


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
        return (f"The joint index is {gap:.1f} points above the product: failures fall on the same orders, "
                "so they share causes.")  # fmt: skip
    return (f"The joint index is {-gap:.1f} points below the product: failures fall on different orders, "
            "or the components are shares of different orders.")  # fmt: skip


def _causes(causes: list[Cause]) -> Html:
    """Each cause: how often it came first, how often at all."""
    rows = [
        [each.name, figure(each.first.mean, "share") if each.first else "–", half(each.first) if each.first else "",
         figure(each.part, "share"), figure(each.so_far, "share"), figure(each.at_all, "share")] for each in causes
    ]  # fmt: skip
    columns = ["Cause", "First on orders", "", "Of imperfect orders", "So far", "On orders at all"]
    return table(columns, rows, words=(0, 2), kind="causes")
