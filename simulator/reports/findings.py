"""What the numbers say, in plain words, held against the scenario's targets."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from simulator.checks.order_kinds import Reach
from simulator.drawing.wording import counted, figure, half, listed, said, title
from simulator.engine.ledger import Ledger
from simulator.experiments.result import Estimate, Result
from simulator.measures.view import View
from simulator.replication.simulate import simulate
from simulator.scenario.scenario import Scenario
from simulator.scenario.service import Targets, When

KEPT = frozenset(
    {
        "",
        "segment",
        "channel",
        "sku",
        "class",
        "customer_class",
        "rule",
        "return_reason",
        "disposition",
        "target",
        "site",
        "stage",
        "supplier",
        "activity",
        "cause",
        "contract",
        "contact_channel",
        "contact_reason",
        "service_contract",
        "part",
        "experience",
        "driver",
    }
)
"""Dimensions that the page shows; customers may be thousands."""
STOCK_SERVICE = frozenset({"line_fill_rate", "unit_fill_rate", "order_fill_rate", "value_fill_rate", "wait_time"})
"""Trivial where stock has no limit."""


class Findings:
    """A result, looked up by KPI and dimension, with one of its runs."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.scenario: Scenario = result.scenario
        self.replication = result.numbers[0]

    @cached_property
    def ledger(self) -> Ledger:
        """What happened in the first replication."""
        return simulate(self.scenario, self.replication, yes=True)

    @cached_property
    def view(self) -> View:
        """The tables of that run."""
        return View(self.ledger)

    @cached_property
    def _found(self) -> dict[tuple[str, str], list[Estimate]]:
        found: dict[tuple[str, str], list[Estimate]] = defaultdict(list)
        for each in self.result.estimates(KEPT):
            found[each.kpi, each.dimension].append(each)
        return found

    def whole(self, kpi: str) -> Estimate | None:
        """A KPI of the whole; None where it was not measured."""
        return next(iter(self.by(kpi, "")), None)

    def by(self, kpi: str, dimension: str) -> list[Estimate]:
        """A KPI by slice, those without a value left out."""
        return self._found.get((kpi, dimension), [])

    def of(self, kpi: str, dimension: str, label: str) -> Estimate | None:
        """A KPI of one slice; None where it has no value."""
        return next((each for each in self.by(kpi, dimension) if each.label == label), None)

    @property
    def replications(self) -> int:
        """How many there are."""
        return self.result.replications

    @property
    def has_stock(self) -> bool:
        """Whether stock is limited anywhere."""
        return self.whole("on_hand") is not None

    @property
    def single(self) -> bool:
        """Whether there is one replication, and so no interval."""
        return self.result.replications < 2

    def shown(self, kpis: Iterable[str]) -> Iterator[Estimate]:
        """The KPIs that say something in this scenario: no fill rates without stock, no money without prices."""
        for kpi in kpis:
            found = self.whole(kpi)
            if found is None or (kpi in STOCK_SERVICE and not self.has_stock):
                continue
            if found.mean or not (found.unit.startswith("money") or kpi in ("return_rate", "backorders")):
                yield found


Verdict = Literal["met", "missed", "undecided", "above", "below", "not measured"]


@dataclass(frozen=True)
class TargetResult:
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


def goals(findings: Findings) -> list[TargetResult]:
    """Every target of the service rules; a rule for several segments, channels or classes has one for each."""
    policy = Reach(findings.scenario)
    return [
        TargetResult(whom, dimension, label, kpi, getattr(rule.target, kpi), findings.of(kpi, dimension, label))
        for place, rule in enumerate(policy.rules)
        if rule.target is not None
        for kpi in Targets.model_fields
        if getattr(rule.target, kpi) is not None
        for whom, dimension, label in _for_whom(policy, place, kpi)
    ]


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
    wanted = {
        each: getattr(rule.target, kpi, None) is not None and policy.states(each, "target")
        for each, rule in enumerate(policy.rules)
    }
    earlier = any(wanted[each] for each in policy.before(place, "target"))
    mine = policy.of_rule[place]
    return earlier or any((policy.by_override(each) & mine).any() for each in wanted if wanted[each] and each != place)


SAYINGS = {
    "line_fill_rate": "{} of order lines were met at once from stock",
    "on_time": "{} of orders arrived complete by the promised time",
    "order_cycle_time": "an order took {} from entry to its last delivery",
}
CLEARLY = 0.01
"""Segments that differ by less are not worth a sentence."""


def summary(findings: Findings, goals: list[TargetResult]) -> str:
    """One paragraph: service, targets, the weakest segment, where the cost lies."""
    sentences = [*_service(findings), *_targets(goals), *_weakest(findings), *_cost(findings)]
    return " ".join(sentences).replace(" %", "\u00a0%")


def with_width(found: Estimate) -> str:
    """A value with its interval, for a sentence."""
    value, width = said(found)
    if not width:
        return value
    points = width.startswith("±") and found.unit.startswith("share")
    return f"{value} ({width} points)" if points else f"{value} ({width})"


def _service(findings: Findings) -> Iterator[str]:
    parts = []
    for kpi, words in SAYINGS.items():
        found = findings.whole(kpi)
        if found is not None and (findings.has_stock or kpi != "line_fill_rate"):
            parts.append(words.format(with_width(found)))
    if parts:
        text = listed(parts) + "."
        yield text[0].upper() + text[1:]


def _targets(goals: list[TargetResult]) -> Iterator[str]:
    judged = [goal for goal in goals if goal.verdict != "not measured"]
    if not judged:
        return
    met = sum(goal.verdict in ("met", "above") for goal in judged)
    missed = [goal for goal in judged if goal.verdict in ("missed", "below")]
    yield _score(len(judged), met, len(missed), any(goal.verdict in ("above", "below") for goal in judged))
    if missed:
        worst = max(missed, key=lambda goal: goal.target - (goal.reached.mean if goal.reached else 0.0))
        assert worst.reached is not None
        unit = worst.reached.unit
        yield (
            f"The widest gap is {title(worst.kpi).lower()} of {worst.whom}: {figure(worst.reached.mean, unit)} "
            f"against {figure(worst.target, unit)}."
        )


def _score(all_of_them: int, met: int, missed: int, one_run: bool) -> str:
    """How many targets are met.

    >>> _score(2, 2, 0, False), _score(3, 0, 3, True)
    ('Both targets are met.', 'All 3 targets are missed in this one run.')
    >>> _score(4, 1, 2, False)
    'Of 4 targets, 1 is met and 2 are missed; 1 cannot be decided with so few replications.'
    >>> _score(1, 0, 0, False)
    'Whether the target is met cannot be decided with so few replications.'
    """
    where = " in this one run." if one_run else "."
    undecided = all_of_them - met - missed
    if undecided == all_of_them:
        which = "Whether the target is met" if undecided == 1 else f"Whether the {undecided} targets are met"
        return f"{which} cannot be decided with so few replications."
    words = {"met": met, "missed": missed}
    for word, count in words.items():
        if count == all_of_them:
            whole = {1: "The target is", 2: "Both targets are"}.get(count, f"All {count} targets are")
            return f"{whole} {word}{where}"
    parts = [f"{count or 'none'} {'is' if count < 2 else 'are'} {word}" for word, count in words.items()]
    doubt = f"; {undecided} cannot be decided with so few replications" if undecided else ""
    return f"Of {counted(all_of_them, 'target')}, {' and '.join(parts)}{doubt}{where}"


def _weakest(findings: Findings) -> Iterator[str]:
    kpi = "line_fill_rate" if findings.has_stock else "on_time"
    found = sorted(findings.by(kpi, "segment"), key=lambda each: each.mean)
    if len(found) < 2:
        return
    worst, best = found[0], found[-1]
    widths = sum(each.half_width for each in (worst, best) if each.half_width == each.half_width)
    if best.mean - worst.mean > max(CLEARLY, widths):
        name = title(kpi).lower()
        yield (
            f"Segment {worst.label} is served worst ({name} {figure(worst.mean, worst.unit)}), "
            f"{best.label} best ({figure(best.mean, best.unit)})."
        )


def _cost(findings: Findings) -> Iterator[str]:
    total = findings.whole("cost_to_serve")
    if total is None or total.mean <= 0:
        return
    parts = sorted(findings.by("cost_to_serve", "activity"), key=lambda each: -each.mean)
    most = [
        f"{part.label.replace('_', ' ')} ({figure(part.mean / total.mean, 'share')})"
        for part in parts[:2]
        if part.mean > 0
    ]
    money = " ".join([figure(total.mean), half(total)]).strip()
    text = f"Serving customers costs {money} a week, most of it {listed(most)}"
    margin, income = findings.whole("margin"), findings.whole("revenue")
    if margin is not None and income is not None and income.mean > 0:
        text += f"; on a revenue of {figure(income.mean)} a week it leaves a margin of {figure(margin.mean)}"
    yield text + "."
