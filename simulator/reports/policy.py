"""Which rule of the service policy decided: for whom, what was promised and reached, and what overrides did."""

import numpy as np

from simulator.experiments.result import Estimate
from simulator.reports.findings import Findings
from simulator.reports.markup import Cell, Html, section, table, tag
from simulator.reports.wording import figure, lasting
from simulator.scenario.reach import Reach

REACHED = {"line_fill_rate": "Line fill", "on_time": "On time"}


def policy(findings: Findings) -> Html:
    """A table with a row for each rule that decided; nothing where rules have no names and nobody overrides them."""
    service = findings.scenario.service
    exceptions = any(each.rate > 0 for each in service.overrides)
    if not (exceptions or any(rule.name for rule in service.rules)):
        return Html("")
    reach = Reach(findings.scenario)
    shown = [each.kpi for each in findings.shown(REACHED)]
    gap = findings.by("target_gap", "rule")
    columns = ["Rule", "For", "Promise", "of orders", *(["by override"] if exceptions else []),
               *(REACHED[kpi] for kpi in shown), *(["Target gap"] if gap else [])]  # fmt: skip
    rows: list[list[Cell]] = []
    for share in findings.by("rule_share", "rule"):
        if share.mean > 0:
            label = share.label
            row: list[Cell] = [label, _whom(reach, label), _promise(findings, label), figure(share.mean, share.unit)]
            row += [_cell(findings.of("override_rate", "rule", label))] if exceptions else []
            row += [_cell(findings.of(kpi, "rule", label)) for kpi in shown]
            row += [_points(findings.of("target_gap", "rule", label))] if gap else []
            rows.append(row)
    return section("Which rule decided", table(columns, rows, words=(0, 1, 2), kind="wide"), _spread(findings),
                   key="policy", lead=_lead(findings, exceptions))  # fmt: skip


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


def _spread(findings: Findings) -> Html:
    """How differently like customers are served."""
    said = []
    for kpi, what in (("fill_spread", "line fill rate"), ("on_time_spread", "orders on time")):
        found = findings.whole(kpi)
        if found is not None and np.isfinite(found.mean) and (kpi != "fill_spread" or findings.has_stock):
            said.append(f"{_points(found, sign=False)} points in {what}")
    if not said:
        return Html("")
    spread = " and ".join(said)
    return tag("p", f"Like is treated alike up to {spread}: the standard deviation between customers of the same "
                    "segment, chance included.")  # fmt: skip


def _cell(found: Estimate | None) -> str:
    return figure(found.mean, found.unit) if found else "–"


def _points(found: Estimate | None, sign: bool = True) -> str:
    """A difference of shares in percentage points."""
    if found is None or not np.isfinite(found.mean):
        return "–"
    return f"{100 * found.mean:+.1f}".replace("-", "−") if sign else f"{100 * found.mean:.1f}"
