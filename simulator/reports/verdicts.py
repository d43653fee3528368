"""The scenario's targets held against the result."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from simulator.experiments.result import Estimate
from simulator.reports.findings import Findings
from simulator.scenario.reach import Reach
from simulator.scenario.service import Targets, When

Verdict = Literal["met", "missed", "undecided", "above", "below", "not measured"]


@dataclass(frozen=True)
class Goal:
    """A target and what was reached."""

    whom: str
    """Whose target it is, in words."""
    dimension: str
    label: str
    kpi: str
    target: float
    reached: Estimate | None
    """None where the result has no such slice."""

    @property
    def verdict(self) -> Verdict:
        """Met or missed if the whole interval says so, else undecided; one run alone is above or below."""
        if self.reached is None or not math.isfinite(self.reached.mean):
            return "not measured"
        if not math.isfinite(self.reached.half_width):
            return "above" if self.reached.mean >= self.target else "below"
        if self.reached.low >= self.target:
            return "met"
        return "missed" if self.reached.high < self.target else "undecided"


def goals(findings: Findings) -> list[Goal]:
    """Every target of the service rules; a rule for several segments, channels or classes has one for each."""
    policy = Reach(findings.scenario)
    return [
        Goal(whom, dimension, label, kpi, getattr(rule.target, kpi), findings.of(kpi, dimension, label))
        for place, rule in enumerate(policy.rules) if rule.target is not None
        for kpi in Targets.model_fields if getattr(rule.target, kpi) is not None
        for whom, dimension, label in _for_whom(policy, place, kpi)
    ]  # fmt: skip


def _for_whom(policy: Reach, place: int, kpi: str) -> Iterator[tuple[str, str, str]]:
    """In words, and as dimension and label: a slice of its own where the target is for all of it, else by rule."""
    service, when = policy.scenario.service, policy.rules[place].when
    named = {name: getattr(when, name) for name in When.model_fields if getattr(when, name) is not None}
    if "sku_class" in named:
        for label in named["sku_class"]:
            yield f"class {label} of products", "class" if len(named) == 1 else "none", label
    elif not named and not _contested(policy, place, kpi):
        yield "all orders", "", ""
    elif len(named) == 1 and set(named) <= {"segment", "channel"} and not _contested(policy, place, kpi):
        for dimension, labels in named.items():
            yield from ((label, dimension, label) for label in labels)
    else:
        meant = policy.decides(place, "target")
        meant = meant if meant.any() else policy.of_rule[place]
        whom = policy.rules[place].name or (policy.kinds.described(meant) if meant.any() else "nobody")
        yield whom, "target" if service.borrows_targets else "rule", service.rule_names[place]


def _contested(policy: Reach, place: int, kpi: str) -> bool:
    """Whether another rule has the say on this target for some of the orders: an earlier one, or by an override."""
    wanted = {each: getattr(rule.target, kpi, None) is not None and policy.states(each, "target")
              for each, rule in enumerate(policy.rules)}  # fmt: skip
    earlier = any(wanted[each] for each in policy.before(place, "target"))
    mine = policy.of_rule[place]
    return earlier or any((policy.by_override(each) & mine).any() for each in wanted if wanted[each] and each != place)
