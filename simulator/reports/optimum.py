"""An optimum on the terminal: the winner against the base, what holds, and what was tried."""

import math
from collections.abc import Iterator
from pathlib import Path

from simulator.drawing.search_charts import TRIALS, Bound, Trials, trials
from simulator.drawing.sheet import Drawing, write_picture
from simulator.drawing.terminal import Grid, Screen, grids
from simulator.drawing.wording import counted, listed, one_sided, show, title
from simulator.experiments.intervals import interval
from simulator.experiments.optimisation import Optimum
from simulator.experiments.search import CANDIDATES, RISK, Confirmed
from simulator.experiments.search_space import Space, at, sample, written
from simulator.experiments.select import Selection
from simulator.replication.measure import catalogue
from simulator.reports.comparison_tables import changed
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
    """Print decisions and KPIs of base and winner, how sure the choice is, and what the search did."""
    screen = Screen()
    screen.say(optimum.base.name, "bold")
    screen.say("; ".join(tried(optimum)))
    for each in optimum.warnings:
        if each["kind"] != "policy":
            screen.say(f"warning: {each['of']}: {each['message']}")
    if optimum.confirmations:
        for table in (_decisions(optimum, screen.width), _kpis(optimum, screen.width)):
            screen.say()
            for part in table:
                screen.print(part)
    screen.say()
    screen.say(f"{_capital(optimum.verdict)}.", "bold")
    for sentence in sure(optimum):
        screen.say(sentence)
    screen.say(" ".join(explained(optimum)), "dim")


LISTED = 8
"""So many points are named in a sentence."""


def sure(optimum: Optimum) -> Iterator[str]:
    """How sure the choice is, in sentences."""
    found = optimum.certainty
    if found is None:
        return
    if found.doubtful:
        some = "; ".join(", ".join(trial.point.values()) for trial in found.doubtful[:LISTED])
        yield (
            f"{counted(len(found.doubtful), 'point')} may be better and keep the constraints too, but "
            f"{'is' if len(found.doubtful) == 1 else 'are'} not shown to: {some}."
        )
    if not found.rivals:
        yield "No other point that was tried and is shown to hold is left: all were dropped as surely worse."
        return
    chance = "more than 99 %" if found.chance > 0.99 else f"about {100 * found.chance:.0f} %"
    yield f"That it is the best of those shown to hold has a chance of {chance} (replications drawn again)."
    if not found.alike:
        yield "Every other point can be told from it."
        return
    named = [", ".join(trial.point.values()) for trial in found.alike[:LISTED]]
    more = f" and {len(found.alike) - LISTED} more" if len(found.alike) > LISTED else ""
    points = counted(len(found.alike), "point")
    yield f"It cannot be told from {points} of {found.rivals} that were left: {'; '.join(named)}{more}."
    if found.same:
        which = "All of them" if len(found.same) == len(found.alike) else f"{len(found.same)} of them"
        yield f"{which} came out as the winner did in every replication: the decision may not matter."


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


def _decisions(optimum: Optimum, wide: int) -> list[Grid]:
    before = []
    for path in optimum.point:
        value = at(optimum.base.source, path)
        before.append("default" if value is None else value if isinstance(value, str) else written(value))
    columns = {"base": before, optimum.called: list(optimum.point.values())}
    return grids(["decision"], [[path] for path in optimum.point], columns, wide)


def _kpis(optimum: Optimum, wide: int) -> list[Grid]:
    heads = ("base", optimum.called, "change", "95 % interval", "wanted", "shown")
    columns: dict[str, list[str]] = {head: [] for head in heads}
    for each in optimum.kpis:
        unit = catalogue()[each.goal.kpi].unit
        cells = (show(each.base.point, unit), show(each.winner.point, unit), *change_said(each, unit))
        for head, cell in zip(heads, (*cells, *_bound(each, optimum, unit)), strict=True):
            columns[head].append(cell)
    names = [" ".join((each.goal.kpi, *each.goal.by.values())) for each in optimum.kpis]
    return grids(["KPI"], [[name] for name in names], columns, wide)


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
    found = each.difference
    mean, low, high = changed(found[:3], unit, found.high - found.low)
    if "-" not in (low, high):
        return mean, f"{low} to {high}"
    return mean, one_sided(found.low, found.high, "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def print_selection(found: Selection) -> None:
    """Print the scenarios, the best first, which are left, and what is guaranteed."""
    screen = Screen()
    which = "largest" if found.largest else "smallest"
    screen.say(verdict(found), "bold")
    screen.say(f"By {found.kpi} ({found.unit}), the {which} is best; the same random numbers (seed {found.seed})")
    screen.say()
    rows = sorted(zip(found.means, found.scenarios, found.replications, strict=True), reverse=found.largest)
    columns = {
        found.kpi: [show(mean, found.unit) for mean, _, _ in rows],
        "replications": [f"{count:,}" for _, _, count in rows],
        "": [_said(found, name) for _, name, _ in rows],
    }
    for part in grids(["scenario"], [[name] for _, name, _ in rows], columns, screen.width):
        screen.print(part)
    screen.say()
    screen.say(found.guarantee)


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
    write_picture(path, *optimum_drawing(optimum))


def optimum_drawing(optimum: Optimum) -> Drawing:
    """The chart of every point that was tried."""
    shown = _trials(optimum)
    return lambda sheet: trials(sheet, shown), TRIALS


def _trials(optimum: Optimum) -> Trials:
    section = optimum.section
    constraint = section.subject_to[0] if section.subject_to else None
    up = _scale(section.objective)
    heading, called = f"{optimum.base.name}: {counted(len(optimum.trials), 'point')} tried", f"the {optimum.called}"
    winner = optimum.winner if optimum.confirmations else None
    if constraint is None:
        return Trials(
            heading,
            "Point, in the order tried",
            _called(section.objective),
            [(float(trial.number), up * trial.value) for trial in optimum.trials],
            [trial.fate for trial in optimum.trials],
            winner=(float(winner.number), up * winner.value) if winner else None,
            called=called,
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
        called=called,
        bound=Bound(across * wanted, constraint.at_least is not None, across > 1),
    )


def _scale(goal: Goal) -> float:
    return 100.0 if catalogue()[goal.kpi].unit.startswith("share") else 1.0


def _called(goal: Goal) -> str:
    """A KPI with its slice and unit, for an axis."""
    unit = catalogue()[goal.kpi].unit
    of = "".join(f", {label}" for label in goal.by.values())
    return f"{title(goal.kpi)}{of} ({'%' if unit.startswith('share') else unit})"
