"""An optimum on the terminal: the winner against the base, what holds, and what was tried."""

import math
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulator.drawing.search_charts import TRIALS, Bound, Trials, trials
from simulator.drawing.sheet import write_picture
from simulator.drawing.wording import counted, listed, show, title
from simulator.experiments.intervals import interval
from simulator.experiments.optimisation import Optimum
from simulator.experiments.search import CANDIDATES, RISK, Confirmed
from simulator.experiments.search_space import Space, at, sample, written
from simulator.experiments.select import Selection
from simulator.replication.measure import catalogue
from simulator.scenario.optimise import Constraint, Goal

FATES = {
    "holds": "keep to every constraint",
    "not shown": "may or may not",
    "violates": "surely break one",
    "worse": "surely worse than the best by then",
    "no value": "without a value",
    "unstable": "never settle, with more work than can be done",
}


def print_optimum(optimum: Optimum) -> None:
    """Print decisions, objective and constraints of base and winner, the verdict, and what the search did."""
    console = Console()
    console.print(f"[bold]{escape(optimum.base.name)}[/bold]", highlight=False)
    console.print("; ".join(tried(optimum)), highlight=False)
    for each in optimum.warnings:
        if each["kind"] != "policy":
            console.print(f"warning: {each['of']}: {each['message']}", highlight=False, markup=False)
    if optimum.confirmations:
        console.print()
        console.print(_decisions(optimum))
        console.print()
        console.print(_kpis(optimum))
    console.print(f"\n[bold]{escape(_capital(optimum.verdict))}.[/bold]", highlight=False)
    console.print(" ".join(explained(optimum)), style="dim", highlight=False)


def tried(optimum: Optimum) -> Iterator[str]:
    """How many points there were, and what came of them."""
    fates = [trial.fate for trial in optimum.trials]
    yield f"{counted(len(fates), 'point')} tried"
    if optimum.refused:
        yield f"{len(optimum.refused)} more that the scenario does not take"
    if optimum.local and len(fates) > 1:
        yield "all there are" if len(fates) == Space(optimum.section).size else "no neighbour of the best is better"
    yield from (f"{fates.count(fate)} {words}" for fate, words in FATES.items() if fate in fates)


def explained(optimum: Optimum) -> Iterator[str]:
    """What the numbers mean, in sentences."""
    times = optimum.section.replications
    yield (
        f"Each point was played {times.first} to {times.most} times under the same random numbers; one was "
        f"dropped where that is right with {100 * (1 - RISK):g} % confidence."
    )
    yield (
        f"The best of many looks better than it is: these numbers are from {times.fresh} replications that the "
        "search has not seen; the interval of the change is a 95 % interval."
    )
    if optimum.section.subject_to:
        yield f"What is shown of a constraint is a one-sided bound, for up to {CANDIDATES} candidates together."
    failed = [each.trial.number for each in optimum.confirmations[:-1]]
    if failed:
        yield f"Points {', '.join(map(str, failed))} were better in the search and not confirmed."


def _decisions(optimum: Optimum) -> Table:
    table = _table("decision", "base", "winner")
    for path, text in optimum.point.items():
        value = at(optimum.base.source, path)
        before = "default" if value is None else value if isinstance(value, str) else written(value)
        table.add_row(escape(path), escape(before), f"[bold]{escape(text)}[/bold]")
    return table


def _kpis(optimum: Optimum) -> Table:
    table = _table("KPI", "base", "winner", "change", "interval", "wanted", "shown")
    for each in optimum.kpis:
        unit = catalogue()[each.goal.kpi].unit
        cells = (show(each.base.point, unit), show(each.winner.point, unit), *change_said(each, unit))
        table.add_row(escape(each.goal.kpi), *cells, *_bound(each, optimum, unit))
        for label in each.goal.by.values():
            table.add_row(escape(f"  {label}"))
    return table


def _bound(each: Confirmed, optimum: Optimum, unit: str) -> tuple[str, str]:
    """What is wanted of a KPI, and what is shown."""
    goal = each.goal
    if not isinstance(goal, Constraint):
        return ("lowest" if optimum.section.sign > 0 else "highest"), ""
    sign = "≥" if goal.at_least is not None else "≤"
    wanted = goal.at_least if goal.at_least is not None else goal.at_most
    assert wanted is not None
    shown = f"{sign} {_fine(each.bound, unit)}" if math.isfinite(each.bound) else "nothing"
    return f"{sign} {_fine(wanted, unit)}", shown if each.holds else f"only {shown}"


def _fine(value: float, unit: str) -> str:
    """A bound, with one figure more than a mean has: it is held against another."""
    return f"{100 * value:.2f} %" if unit.startswith("share") else f"{value:,.4g}"


def change_said(each: Confirmed, unit: str) -> tuple[str, str]:
    """The winner less the base, and the interval of that; in points for shares."""
    scale = 100.0 if unit.startswith("share") else 1.0
    mean, low, high = (scale * value for value in each.difference[:3])
    if not math.isfinite(mean):
        return "-", ""
    width = high - low if math.isfinite(high - low) and high > low else abs(mean)
    decimals = min(max(0, 1 - math.floor(math.log10(width))), 6) if width > 0 else 0
    ends = f"{low:+,.{decimals}f} to {high:+,.{decimals}f}" if math.isfinite(high - low) else ""
    return f"{mean:+,.{decimals}f}".replace("-", "−"), ends.replace("-", "−")


def _table(*names: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        table.add_column(
            name,
            justify="right" if name in ("base", "winner", "change", "interval") else "left",
            overflow="fold",
            no_wrap=name in ("interval", "wanted", "shown"),
        )
    return table


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def print_selection(found: Selection) -> None:
    """Print the scenarios, the best first, which are left, and what is guaranteed."""
    console = Console()
    which = "largest" if found.largest else "smallest"
    console.print(f"[bold]{escape(verdict(found))}[/bold]", highlight=False)
    console.print(
        f"By {found.kpi} ({found.unit}), the {which} is best; the same random numbers (seed {found.seed})",
        highlight=False,
    )
    console.print()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("scenario", found.kpi, "replications", ""):
        table.add_column(name, justify="right" if name in (found.kpi, "replications") else "left")
    rows = sorted(zip(found.means, found.scenarios, found.replications, strict=True), reverse=found.largest)
    for mean, name, count in rows:
        table.add_row(name, show(mean, found.unit), f"{count:,}", _said(found, name))
    console.print(table)
    console.print()
    console.print(found.guarantee, highlight=False)


def verdict(found: Selection) -> str:
    """What came out, in a sentence."""
    if found.decided:
        return f"Best: {found.best}"
    return f"May be the best: {listed(list(found.kept))}"


def _said(found: Selection, name: str) -> str:
    if name not in found.kept:
        return "ruled out" if found.procedure != "ocba" else ""
    return "best" if found.decided else "may be the best"


def write_optimum_chart(optimum: Optimum, path: Path) -> None:
    """Write the chart as a picture; the ending of the name says of which kind: .png or .svg.

    Errors: OSError if it cannot be written.
    """
    shown = _trials(optimum)
    write_picture(path, lambda sheet: trials(sheet, shown), TRIALS)


def _trials(optimum: Optimum) -> Trials:
    section = optimum.section
    constraint = section.subject_to[0] if section.subject_to else None
    up = _scale(section.objective)
    heading = f"{optimum.base.name}: {len(optimum.trials)} points tried"
    winner = optimum.winner if optimum.confirmations else None
    if constraint is None:
        return Trials(
            heading,
            "Point, in the order tried",
            _called(section.objective),
            [(float(trial.number), up * trial.value) for trial in optimum.trials],
            [trial.fate for trial in optimum.trials],
            winner=(float(winner.number), up * winner.value) if winner else None,
        )
    across = _scale(constraint)
    wanted = constraint.at_least if constraint.at_least is not None else constraint.at_most
    assert wanted is not None
    base = [interval(sample(optimum.result, goal)).point for goal in (constraint, section.objective)]
    return Trials(
        heading,
        _called(constraint),
        _called(section.objective),
        [(across * trial.values[0], up * trial.value) for trial in optimum.trials if trial.fate != "no value"],
        [trial.fate for trial in optimum.trials if trial.fate != "no value"],
        base=(across * base[0], up * base[1]),
        winner=(across * winner.values[0], up * winner.value) if winner else None,
        bound=Bound(across * wanted, constraint.at_least is not None, across > 1),
    )


def _scale(goal: Goal) -> float:
    return 100.0 if catalogue()[goal.kpi].unit.startswith("share") else 1.0


def _called(goal: Goal) -> str:
    """A KPI with its slice and unit, for an axis."""
    unit = catalogue()[goal.kpi].unit
    of = "".join(f", {label}" for label in goal.by.values())
    return f"{title(goal.kpi)}{of} ({'%' if unit.startswith('share') else unit})"
