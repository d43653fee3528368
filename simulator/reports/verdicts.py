"""The scenario's targets held against the result."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from simulator.experiments.result import Estimate
from simulator.reports.findings import Findings
from simulator.scenario.service import ServiceRule, Targets

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
        mean, width = self.reached.mean, self.reached.half_width
        if not math.isfinite(width):
            return "above" if mean >= self.target else "below"
        if mean - width >= self.target:
            return "met"
        return "missed" if mean + width < self.target else "undecided"


def goals(findings: Findings) -> list[Goal]:
    """Every target of the service rules; a rule for several segments or channels has one for each."""
    rules = findings.scenario.service.rules
    return [goal for rule in rules if rule.target for goal in _goals(findings, rule, rule.target)]


def _goals(findings: Findings, rule: ServiceRule, targets: Targets) -> Iterator[Goal]:
    for kpi in Targets.model_fields:
        target = getattr(targets, kpi)
        if target is not None:
            for whom, dimension, label in _for_whom(rule):
                reached = None if dimension == "segment and channel" else findings.of(kpi, dimension, label)
                yield Goal(whom, dimension, label, kpi, target, reached)


def _for_whom(rule: ServiceRule) -> Iterator[tuple[str, str, str]]:
    """In words, and as dimension and label; a segment within a channel is not a slice that is measured."""
    segments, channels = rule.when.segment, rule.when.channel
    if segments and channels:
        for segment in segments:
            yield f"{segment} through {' or '.join(channels)}", "segment and channel", segment
    elif segments or channels:
        for label in segments or channels or ():
            yield label, "segment" if segments else "channel", label
    else:
        yield "all orders", "", ""
