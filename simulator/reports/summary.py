"""What the numbers say, in plain words."""

from collections.abc import Iterator

from simulator.experiments.result import Estimate
from simulator.reports.findings import Findings
from simulator.reports.verdicts import Goal
from simulator.reports.wording import counted, figure, half, listed, said, title

SAYINGS = {
    "line_fill_rate": "{} of order lines were met at once from stock",
    "on_time": "{} of orders arrived complete by the promised time",
    "order_cycle_time": "an order took {} from entry to its last delivery",
}
CLEARLY = 0.01
"""Segments that differ by less are not worth a sentence."""


def summary(findings: Findings, goals: list[Goal]) -> str:
    """One paragraph: service, targets, the weakest segment, where the cost lies."""
    sentences = [*_service(findings), *_targets(goals), *_weakest(findings), *_cost(findings)]
    return " ".join(sentences).replace(" %", "\u00a0%")


def with_width(found: Estimate) -> str:
    """A value with its interval, for a sentence."""
    value, width = said(found)
    if not width:
        return value
    return f"{value} ({width} points)" if found.unit.startswith("share") else f"{value} ({width})"


def _service(findings: Findings) -> Iterator[str]:
    parts = []
    for kpi, words in SAYINGS.items():
        found = findings.whole(kpi)
        if found is not None and (findings.has_stock or kpi != "line_fill_rate"):
            parts.append(words.format(with_width(found)))
    if parts:
        text = listed(parts) + "."
        yield text[0].upper() + text[1:]


def _targets(goals: list[Goal]) -> Iterator[str]:
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
        yield (f"The widest gap is {title(worst.kpi).lower()} of {worst.whom}: {figure(worst.reached.mean, unit)} "
               f"against {figure(worst.target, unit)}.")  # fmt: skip


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
        yield (f"Segment {worst.label} is served worst ({name} {figure(worst.mean, worst.unit)}), "
               f"{best.label} best ({figure(best.mean, best.unit)}).")  # fmt: skip


def _cost(findings: Findings) -> Iterator[str]:
    total = findings.whole("cost_to_serve")
    if total is None or total.mean <= 0:
        return
    parts = sorted(findings.by("cost_to_serve", "activity"), key=lambda each: -each.mean)
    most = [f"{part.label.replace('_', ' ')} ({figure(part.mean / total.mean, 'share')})"
            for part in parts[:2] if part.mean > 0]  # fmt: skip
    money = " ".join([figure(total.mean), half(total)]).strip()
    text = f"Serving customers costs {money} a week, most of it {listed(most)}"
    margin, income = findings.whole("margin"), findings.whole("revenue")
    if margin is not None and income is not None and income.mean > 0:
        text += f"; on a revenue of {figure(income.mean)} a week it leaves a margin of {figure(margin.mean)}"
    yield text + "."
