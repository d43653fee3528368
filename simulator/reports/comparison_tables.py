"""A comparison on the terminal, and its numbers in words."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from simulator.drawing.html import Badge, Cell, DataTable, PagePart, Paragraph, Section, render
from simulator.drawing.sheet import Drawing, chart, write_picture, write_whole
from simulator.drawing.study_charts import DifferenceBar, DifferencePanel, differences, height
from simulator.drawing.terminal import Grid, Screen
from simulator.drawing.wording import ROUNDING, counted, figure, listed, one_sided, show, title
from simulator.experiments.comparison import Comparison
from simulator.experiments.differences import CAP, Difference
from simulator.reports.result_tables import measured_in
from simulator.reports.stock_plan import plans_section, print_plans

METHODS = {"bonferroni": "Bonferroni", "dunnett": "Bonferroni between KPIs, multivariate t between alternatives"}


def short(each: Difference) -> str:
    """The verdict, for a table."""
    if each.verdict != "undecided" or not math.isfinite(each.high - each.low):
        return each.verdict
    return f"undecided, {'~' if each.more is not None else '> '}{each.more or CAP:,} more"


def alike(differences: Sequence[Difference]) -> list[str]:
    """The KPIs that are the same in every replication, whatever the alternative and the slice."""
    moving = {each.kpi for each in differences if not each.same}
    return [kpi for kpi in dict.fromkeys(each.kpi for each in differences) if kpi not in moving]


def changed(values: Sequence[float], unit: str, width: float) -> list[str]:
    """Differences as they are read, to two figures of a width; shares in points.

    >>> changed([0.18499, 0.1635], "share of orders", 0.0215), changed([-22.36, 0.0], "money per week", 5.48)
    (['+18.5', '+16.4'], ['−22.4', '0'])
    """
    scale = 100.0 if unit.startswith("share") else 1.0
    size = max(map(abs, values))
    if math.isfinite(width) and width > ROUNDING * size:
        size = width
    decimals = min(max(0, 1 - math.floor(math.log10(scale * size))), 6) if math.isfinite(size) and size > 0 else 0
    return [
        ("0" if not value else f"{scale * value:+,.{decimals}f}".replace("-", "−")) if math.isfinite(value) else "-"
        for value in values
    ]


def difference_said(each: Difference) -> tuple[str, str]:
    """A difference and its interval, as they are read."""
    mean, low, high = changed([each.mean, each.low, each.high], each.unit, each.high - each.low)
    if "-" in (low, high):
        return mean, one_sided(each.low, each.high, "")
    return mean, f"{low} to {high}"


def worth_said(each: Difference) -> str:
    """The smallest difference worth mentioning, as it is read."""
    return f"{100 * each.worth:.2g} points" if each.unit.startswith("share") else figure(each.worth)


def saved_said(each: Difference) -> str:
    """How many times more replications independent runs would need.

    For differences that never vary there is no saying.
    """
    return f"x {show(each.saved, '')}" if math.isfinite(each.saved) else ""


def explained(comparison: Comparison) -> Iterator[str]:
    """What the columns mean, in sentences."""
    yield (
        f"All intervals of a table hold together with {100 * comparison.confidence:.4g} % confidence "
        f"({METHODS[comparison.simultaneous]})."
    )
    yield (
        "No difference: none worth mentioning, the whole interval is within what is worth it (--worth KPI=x sets "
        "it). Better, worse, higher, lower: it is on one side of 0. Undecided: neither, and about how many more "
        "replications would tell."
    )
    if any(comparison.unstable.values()):
        yield (
            "Unstable: the one that would look better never settles, and its figures depend on the length of the run."
        )
    if comparison.paired:
        yield (
            "Saved: so many times the replications would be needed for as narrow an interval if "
            "random numbers were not shared."
        )


def overloads_said(comparison: Comparison) -> list[str]:
    """Which scenarios have too much work, in words."""
    words: dict[str, list[str]] = {}
    for each in comparison.warnings:
        if each["kind"] != "policy":
            words.setdefault(each["message"], []).append(each["scenario"])
    every = len(comparison.names)
    return [f"{'all of them' if len(whose) == every else listed(whose)}: {said}" for said, whose in words.items()]


def played(comparison: Comparison) -> str:
    """How much was played, under which random numbers."""
    run = comparison.results[0].scenario.run
    seeds = [str(result.scenario.run.seed) for result in comparison.results]
    numbers = (
        f"the same random numbers (seed {seeds[0]})"
        if comparison.paired
        else f"random numbers of their own (seeds {listed(seeds)})"
    )
    many, measured = counted(comparison.replications, "replication"), (run.horizon - run.warm_up) / 168
    return f"{many} of {measured:.4g} weeks after a warm-up of {run.warm_up / 168:.3g} weeks, {numbers}"


def print_comparison(comparison: Comparison) -> None:
    """Print what differs: the whole, and the slices asked for."""
    screen = Screen()
    for number, name in enumerate(comparison.names):
        screen.say(f"{number or 'base':>4}  {name}", "bold")
    screen.say(played(comparison))
    for each in overloads_said(comparison):
        screen.say(f"warning: {each}")
    for dimension in dict.fromkeys(each.dimension for each in comparison.differences):
        found = [each for each in comparison.differences if each.dimension == dimension]
        same = alike(found)
        screen.say()
        screen.print(_table(comparison, dimension, [each for each in found if each.kpi not in same]))
        if same:
            screen.say(f"The same in every replication: {listed(same)}.")
    screen.say()
    if units := measured_in(each.kpi for each in comparison.differences if not each.same):
        screen.say(units, "dim")
    screen.say(" ".join(explained(comparison)), "dim")
    print_plans([result.scenario for result in comparison.results], comparison.names)


def _table(comparison: Comparison, dimension: str, differences: Sequence[Difference]) -> Grid:
    table = Grid(f"by {dimension}" if dimension else None, collapse_padding=True)
    for name in ("KPI", "value", "change", f"{100 * comparison.confidence:.4g} % interval", "verdict"):
        table.add_column(
            name,
            justify="right" if name in ("value", "change") else "left",
            no_wrap=name not in ("KPI", "verdict"),
            overflow="fold",
            min_width=9 if name in ("KPI", "verdict") else None,
        )
    if comparison.paired:
        table.add_column("saved", justify="right", no_wrap=True)
    seen = None
    for each in differences:
        if (each.kpi, each.label) != seen:
            seen = (each.kpi, each.label)
            of = f" {each.label}" if dimension else ""
            table.add_row(f"{each.kpi}{of}", show(each.base, each.unit), "", f"worth {worth_said(each)}")
        number = comparison.alternatives.index(each.alternative) + 1
        table.add_row(
            f"{number:>4}",
            show(each.value, each.unit),
            *difference_said(each),
            short(each),
            *([saved_said(each)] if comparison.paired else []),
        )
    return table


VERDICTS = {
    "better": "",
    "worse": "missed",
    "higher": "",
    "lower": "",
    "no difference": "not-measured",
    "undecided": "undecided",
    "unstable": "missed",
}
"""The kind of frame that a verdict stands in."""


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write the page as one HTML file.

    Errors: OSError if it cannot be written; what was there before stays.
    """
    write_whole(path, comparison_page(comparison).encode("utf-8", errors="replace"))


def comparison_page(comparison: Comparison) -> str:
    """The page as HTML: what was compared, the chart, and a table for the whole and for each dimension."""
    from simulator import __version__

    tables = [
        _page_table(comparison, dimension, list(found))
        for dimension, found in groupby(comparison.differences, key=lambda each: each.dimension)
    ]
    drawn = _chart(comparison)
    levels = plans_section([result.scenario for result in comparison.results], comparison.names)
    scenarios = [
        [name, "base" if not place else f"alternative {place}", str(result.scenario.run.seed), result.scenario.hash]
        for place, (name, result) in enumerate(zip(comparison.names, comparison.results, strict=True))
    ]
    return render(
        "comparison.html",
        heading=f"{comparison.base}, and {len(comparison.alternatives)} beside it",
        facts={"Replications": f"{comparison.replications:,} of each", "Version": __version__},
        about=[f"{played(comparison)}.", *comparison.notes, *overloads_said(comparison)],
        scenarios=DataTable(["Scenario", "", "Seed", "Fingerprint"], scenarios, words=(0, 1, 2, 3)),
        sections=[*([drawn] if drawn else []), *tables, *([levels] if levels else [])],
    )


def write_comparison_chart(comparison: Comparison, path: Path) -> None:
    """Write the chart as a picture; the ending of the name says of which kind: .png or .svg.

    Errors: OSError if it cannot be written.
    """
    write_picture(path, *(comparison_drawing(comparison) or NOTHING))


NOTHING: Drawing = (lambda sheet: None, 0.3)
"""An empty sheet: nothing differs."""


def comparison_drawing(comparison: Comparison) -> Drawing | None:
    """The chart; None where nothing differs."""
    shown = [panel for panel, _ in panels(comparison)]
    return (lambda sheet: differences(sheet, shown), height(shown)) if shown else None


MOST = 40
"""Rows of a panel at the most."""
DIRECTION = {"higher": "more is better", "lower": "less is better", "neither": "neither is better"}


def panels(comparison: Comparison) -> list[tuple[DifferencePanel, list[Difference]]]:
    """One panel for each KPI and dimension in which anything differs, with what it shows."""
    found = []
    for dimension, table in groupby(comparison.differences, key=lambda each: each.dimension):
        differences = list(table)
        same = alike(differences)
        for kpi, group in groupby((each for each in differences if each.kpi not in same), key=lambda each: each.kpi):
            rows = list(group)
            shown = rows[:MOST]
            unit = "points" if rows[0].unit.startswith("share") else rows[0].unit
            by = f" by {dimension}" if dimension else ""
            more = f", the first {MOST} of {len(rows)}" if len(rows) > MOST else ""
            heading = f"{title(kpi)}{by} ({unit}; {DIRECTION[rows[0].better]}{more})"
            several = len(comparison.alternatives) > 1
            names = [
                (f"{each.label}: {each.alternative}" if several else each.label) if dimension else each.alternative
                for each in shown
            ]
            found.append((panel(heading, names, shown), shown))
    return found


def panel(heading: str, names: Sequence[str], rows: Sequence[Difference]) -> DifferencePanel:
    """Differences of one KPI as they are drawn: shares in points."""
    scale = 100.0 if rows[0].unit.startswith("share") else 1.0
    bars = [
        DifferenceBar(
            name,
            scale * each.mean,
            scale * each.low,
            scale * each.high,
            scale * each.worth,
            decided=each.verdict != "undecided",
            verdict=short(each),
        )
        for name, each in zip(names, rows, strict=True)
    ]
    return DifferencePanel(heading, bars)


def _chart(comparison: Comparison) -> Section | None:
    found = panels(comparison)
    if not found:
        return None
    shown = [panel for panel, _ in found]
    spoken = [
        f"{title(each.kpi)}{f' of {each.label}' if each.label else ''}, {each.alternative}: {each.says}"
        for _, differences in found
        for each in differences
    ]
    drawn = chart(
        lambda sheet: differences(sheet, shown),
        height(shown),
        key="differences",
        alt=". ".join(spoken),
        caption="Each scale is of its own KPI.",
    )
    return Section("chart", "What differs", [drawn])


def _page_table(comparison: Comparison, dimension: str, found: list[Difference]) -> Section:
    same = alike(found)
    rows: list[list[Cell]] = []
    for each in found:
        if each.kpi not in same:
            of = f", {each.label}" if dimension else ""
            rows.append(
                [
                    f"{title(each.kpi)}{of}",
                    each.alternative,
                    figure(each.base, each.unit),
                    figure(each.value, each.unit),
                    *(text.replace("-", "−") for text in difference_said(each)),
                    worth_said(each),
                    Badge(short(each), VERDICTS[each.verdict]),
                    *([saved_said(each).replace("x", "×")] if comparison.paired else []),
                ]
            )
    columns = [
        "KPI",
        "Alternative",
        "Base",
        "Value",
        "Difference",
        f"{100 * comparison.confidence:.4g} % interval",
        "Worth",
        "Verdict",
        *(["Saved"] if comparison.paired else []),
    ]
    lead = " ".join(explained(comparison)) if not dimension else ""
    parts: list[PagePart] = [DataTable(columns, rows, words=(0, 1, 7))]
    if same:
        parts.append(Paragraph(f"The same in every replication: {listed([title(kpi) for kpi in same])}."))
    heading = f"By {dimension}" if dimension else "In figures"
    return Section(f"by-{dimension or 'whole'}", heading, parts, lead)
