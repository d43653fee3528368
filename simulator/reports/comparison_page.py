"""A comparison as one page to read and print."""

from itertools import groupby
from pathlib import Path

from simulator.experiments.comparison import Comparison
from simulator.experiments.worth import Difference
from simulator.reports.comparison import alike, difference_said, explained, played, saved_said, short, worth_said
from simulator.reports.comparison_chart import differences, height, panels
from simulator.reports.files import write_whole
from simulator.reports.ink import drawing
from simulator.reports.markup import Cell, Html, section, table, tag
from simulator.reports.page import STYLE
from simulator.reports.wording import figure, listed, title

VERDICTS = {"better": "", "worse": "missed", "higher": "", "lower": "", "no difference": "not-measured",
            "undecided": "undecided"}  # fmt: skip
"""The kind of frame that a verdict stands in."""


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write the page as one HTML file.

    Errors: OSError if it cannot be written; what was there before stays.
    """
    write_whole(path, comparison_page(comparison).encode("utf-8", errors="replace"))


def comparison_page(comparison: Comparison) -> Html:
    """The page as HTML: what was compared, the chart, and a table for the whole and for each dimension."""
    tables = [_table(comparison, dimension, list(found))
              for dimension, found in groupby(comparison.differences, key=lambda each: each.dimension)]  # fmt: skip
    heading = f"{comparison.base}, and {len(comparison.alternatives)} beside it"
    style = tag("style", Html(STYLE.read_text(encoding="utf-8")))
    meta = Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">')
    head = tag("head", meta, tag("title", f"{heading} – comparison"), style)
    main = tag("main", _header(comparison, heading), _chart(comparison), *tables)
    return Html(f"<!DOCTYPE html>\n{tag('html', head, tag('body', main), lang='en')}\n")


def _header(comparison: Comparison, heading: str) -> Html:
    from simulator import __version__

    facts = {"Replications": f"{comparison.replications:,} of each", "Version": __version__}
    listing = tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts.items()))
    rows: list[list[Cell]] = [
        [name, "base" if not place else f"alternative {place}", str(result.scenario.run.seed), result.scenario.hash]
        for place, (name, result) in enumerate(zip(comparison.names, comparison.results, strict=True))
    ]
    notes = [tag("p", note, class_="about") for note in comparison.notes]
    return tag("header", tag("p", "Comparison", class_="kind"), tag("h1", heading), listing,
               tag("p", f"{played(comparison)}.", class_="about"), *notes,
               table(["Scenario", "", "Seed", "Fingerprint"], rows, words=(0, 1, 2, 3)))  # fmt: skip


def _chart(comparison: Comparison) -> Html:
    shown = panels(comparison)
    if not shown:
        return Html("")
    spoken = [f"{title(each.kpi)}{f' of {each.label}' if each.label else ''}, {each.alternative}: {each.says}"
              for panel in shown for each in panel.differences]  # fmt: skip
    return section("What differs", drawing(
        lambda sheet: differences(sheet, shown), height(shown), key="differences", alt=". ".join(spoken),
        caption="Each scale is of its own KPI.",
    ), key="chart")  # fmt: skip


def _table(comparison: Comparison, dimension: str, found: list[Difference]) -> Html:
    same, rows = alike(found), []
    for each in found:
        if each.kpi not in same:
            of = f", {each.label}" if dimension else ""
            rows.append([
                f"{title(each.kpi)}{of}", each.alternative, figure(each.base, each.unit),
                figure(each.value, each.unit), *(text.replace("-", "−") for text in difference_said(each)),
                worth_said(each), tag("span", short(each), class_=f"verdict {VERDICTS[each.verdict]}".strip()),
                *([saved_said(each).replace("x", "×")] if comparison.paired else []),
            ])  # fmt: skip
    columns = ["KPI", "Alternative", "Base", "Value", "Difference",
               f"{100 * comparison.confidence:.4g} % interval", "Worth", "Verdict",
               *(["Saved"] if comparison.paired else [])]  # fmt: skip
    lead = " ".join(explained(comparison)) if not dimension else ""
    also = [tag("p", f"The same in every replication: {listed([title(kpi) for kpi in same])}.")] if same else []
    heading = f"By {dimension}" if dimension else "In figures"
    return section(heading, table(columns, rows, words=(0, 1, 7)), *also, key=f"by-{dimension or 'whole'}", lead=lead)
