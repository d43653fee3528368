"""A sensitivity analysis on the terminal and as a chart."""

import math
from collections.abc import Collection, Iterator
from pathlib import Path

from simulator.drawing.search_charts import EffectBar, EffectPanel, EffectRow, effects, effects_height
from simulator.drawing.sheet import Drawing, write_picture
from simulator.drawing.terminal import Grid, Screen, grids
from simulator.drawing.wording import Number, counted, figure, show, title, with_interval
from simulator.experiments.effects import Effect
from simulator.experiments.intervals import Interval
from simulator.experiments.sensitivity import Sensitivity
from simulator.replication.measure import catalogue
from simulator.scenario.errors import steps
from simulator.scenario.reading.layers import DISTRIBUTIONS

MOST = 25
"""Inputs that are shown, the largest first."""
METHODS = {
    "tornado": "each input alone, from its low to its high end; changes against the scenario as it is, paired",
    "morris": "elementary effects: what moving an input over its whole range does, on average over the others' values",
    "sobol": "shares of the variance of the KPI if every input is as likely anywhere in its range",
}
HEADINGS = {
    "low": "at low",
    "high": "at high",
    "swing": "swing",
    "size": "size",
    "direction": "direction",
    "spread": "spread",
    "first": "alone",
    "total": "in all",
}
EXPLAINED = {
    "tornado": "± half of a 95 % interval, each for itself. Swing: from low to high.",
    "morris": "Size: mean of the absolute effects (±: of the trajectories). Direction: their mean (±: of the "
    "replications). Spread: their standard deviation; large beside the size where an effect is bent or "
    "depends on other inputs.",
    "sobol": "Alone: the first index; in all: the total one, with what it does together with others (± half of "
    "a 95 % interval, of the points).",
}


def print_sensitivity(found: Sensitivity) -> None:
    """Print the effects of the inputs on each KPI, the largest first."""
    screen = Screen()
    run = found.scenario.run
    screen.say(found.scenario.name, "bold")
    screen.say(
        f"{found.method}: {METHODS[found.method]}; {counted(len(found.inputs), 'input')}, "
        f"{counted(found.points, 'point')} of {found.replications} replications, the same random numbers at every "
        f"point (seed {run.seed})"
    )
    for kpi in found.effects:
        screen.say()
        for part in _table(found, kpi, screen.width):
            screen.print(part)
    screen.say()
    for sentence in notes_said(found):
        screen.say(sentence, "dim")


def notes_said(found: Sensitivity) -> Iterator[str]:
    """What the columns mean, what is noise, and what was left out."""
    yield EXPLAINED[found.method]
    if found.method == "sobol":
        for kpi, share in found.noise.items():
            yield f"{kpi}: {100 * share:.1f} % of the variance between points is noise of the replications."
    if any(each.assumed for each in found.inputs):
        yield "*: assumed, says the scenario."
    if found.unstable:
        yield "!: rests on a point that never settles, so that the figure depends on the length of the run."
    if found.left_out:
        yield f"Left out, since they cannot be moved alone: {'; '.join(found.left_out)}."


def _table(found: Sensitivity, kpi: str, wide: int) -> list[Grid]:
    unit, shown = catalogue()[kpi].unit, found.effects[kpi]
    base = f", {show(found.base[kpi], unit)} as it is" if math.isfinite(found.base[kpi]) else ""
    more = f"; the {MOST} largest of {len(shown)}" if len(shown) > MOST else ""
    called = short_names([each.name for each in found.inputs])
    rows = []
    for each in shown[:MOST]:
        one = found.input(each.input)
        rows.append([f"{called[each.input]}{' *' if one.assumed else ''}", one.said])
    columns = {
        HEADINGS[measure]: [
            with_width(each.measures[measure], scale_of(found, kpi))
            + (" !" if measure in found.unstable.get(each.input, ()) else "")
            for each in shown[:MOST]
        ]
        for measure in shown[0].measures
    }
    return grids(["input", "range"], rows, columns, wide, f"{title(kpi)} ({measured_in(found, unit)}{base}{more})")


def short_names(names: Collection[str]) -> dict[str, str]:
    """The inputs by their last steps, laws left out, as many as tell them apart.

    >>> short_names(["network.suppliers.importer.lead_time.gamma.mean", "costs.holding"])
    {'network.suppliers.importer.lead_time.gamma.mean': 'importer lead time mean', 'costs.holding': 'costs holding'}
    """
    words = {name: _words(name) for name in names}
    found: dict[str, str] = {}
    for name, each in words.items():
        for count in range(3, len(each) + 1):
            found[name] = " ".join(each[-count:])
            if sum(other[-count:] == each[-count:] for other in words.values()) == 1:
                break
        found.setdefault(name, " ".join(each))
    return found


def _words(name: str) -> list[str]:
    """The steps of a path as words; the place in a list goes with what it is a list of."""
    found: list[str] = []
    for step in steps(name):
        if isinstance(step, int) and found:
            found[-1] += f" {step}"
        elif step not in DISTRIBUTIONS and step != "*":
            found.append(str(step).replace("_", " "))
    return found


def measured_in(found: Sensitivity, unit: str) -> str:
    """What the effects on a KPI are measured in."""
    if found.method == "sobol":
        return "share of its variance"
    return "points" if unit.startswith("share") else unit


def scale_of(found: Sensitivity, kpi: str) -> float:
    """Of changes: shares are said in points, indices as they are."""
    return 100.0 if found.method != "sobol" and catalogue()[kpi].unit.startswith("share") else 1.0


def with_width(value: Interval, scale: float = 1.0) -> str:
    """A number with its interval.

    >>> with_width(Interval(-0.02, -0.025, -0.015, "t", 10), 100), with_width(Interval(3.0, math.nan, math.nan, "", 0))
    ('−2 ± 0.5', '3')
    """
    point, low, high = (scale * each for each in (value.point, value.low, value.high))
    return with_interval(figure(point), Number("", point, low, high))


DRAWN = 20
"""Rows of a panel at the most."""
BARS = {
    "tornado": {"low": False, "high": True},
    "morris": {"size": True},
    "sobol": {"first": True, "total": False},
}
"""The measures that are drawn as bars, and whether those are full."""


def write_sensitivity_chart(found: Sensitivity, path: Path) -> None:
    """Write the chart as a picture; the ending of the name says of which kind.

    Errors: OSError if it cannot be written.
    """
    write_picture(path, *sensitivity_drawing(found))


def sensitivity_drawing(found: Sensitivity) -> Drawing:
    """The chart of the effects, a panel for each KPI."""
    panels = [_panel(found, kpi) for kpi in found.effects]
    return lambda sheet: effects(sheet, panels, found.method), effects_height(panels)


def _panel(found: Sensitivity, kpi: str) -> EffectPanel:
    called, scale = short_names([each.name for each in found.inputs]), scale_of(found, kpi)
    return EffectPanel(
        f"{title(kpi)} ({measured_in(found, catalogue()[kpi].unit)})",
        [
            EffectRow(f"{called[each.input]}  {found.input(each.input).said}", *_drawn(each, found.method, scale))
            for each in found.effects[kpi][:DRAWN]
        ],
        signed=found.method == "tornado",
    )


def _drawn(each: Effect, method: str, scale: float) -> tuple[list[EffectBar], float | None]:
    """The bars of an effect, and where its diamond stands."""
    measured = {name: each.measures[name] for name in BARS[method]}
    bars = [
        EffectBar(scale * value.point, scale * value.low, scale * value.high, BARS[method][name])
        for name, value in measured.items()
    ]
    return bars, scale * each.measures["spread"].point if method == "morris" else None
