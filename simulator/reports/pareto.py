"""The causes of imperfect orders in the order of their weight, for the page and the workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simulator.experiments.result import Estimate


@dataclass(frozen=True)
class Cause:
    """One cause of imperfect orders; shares are of orders where nothing else is said."""

    name: str
    first: Estimate | None
    """Orders that failed first for it; None where none did."""
    part: float
    """Of the imperfect orders."""
    so_far: float
    """The same for this cause and the larger ones together."""
    at_all: float
    """Orders that failed for it at all."""


def pareto(first: Sequence[Estimate], at_all: Sequence[Estimate]) -> list[Cause]:
    """The causes that there were, by how often each was the first failure: `imperfect_orders` and
    `failures_per_order` by cause."""
    firsts = {each.label: each for each in first if each.mean > 0}
    weight = {each.label: firsts[each.label].mean if each.label in firsts else 0.0 for each in at_all}
    found = sorted((each for each in at_all if each.mean > 0), key=lambda each: (-weight[each.label], -each.mean))
    whole = sum(weight.values()) or 1.0
    causes, so_far = [], 0.0
    for each in found:
        so_far += weight[each.label]
        part = weight[each.label] / whole
        causes.append(Cause(each.label, firsts.get(each.label), part, so_far / whole, each.mean))
    return causes


COLUMNS = ("cause", "first on orders", "±", "of imperfect orders", "so far", "on orders at all")


def rows_of(causes: Sequence[Cause]) -> list[tuple[str, float, float, float, float, float]]:
    """The table of the workbook."""
    return [
        (each.name, each.first.mean if each.first else 0.0, each.first.half_width if each.first else 0.0, each.part,
         each.so_far, each.at_all) for each in causes
    ]  # fmt: skip


def add_chart(book: Any, sheet: str, count: int) -> None:
    """A chart of the workbook's own beside its table: grey bars for each cause, a line for all so far."""
    name = f"'{sheet}'"
    bars, line = book.add_chart({"type": "column"}), book.add_chart({"type": "line"})
    where = [sheet, 1, 0, count, 0]
    bars.add_series({
        "name": "first on orders", "categories": where, "values": f"={name}!$B$2:$B${count + 1}", "gap": 40,
        "fill": {"color": "#C9D1D6"}, "border": {"color": "#1C2B36"},
    })  # fmt: skip
    line.add_series({
        "name": "so far, of imperfect orders", "categories": where, "values": f"={name}!$E$2:$E${count + 1}",
        "y2_axis": True, "line": {"color": "#1C2B36", "width": 1.5},
        "marker": {"type": "circle", "fill": {"color": "#1C2B36"}, "border": {"color": "#1C2B36"}},
    })  # fmt: skip
    bars.combine(line)
    bars.set_title({"name": "What failed first", "name_font": {"size": 12}})
    bars.set_y_axis({"num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#C9D1D6"}}})
    line.set_y2_axis({"num_format": "0%", "min": 0, "max": 1})
    bars.set_legend({"position": "bottom"})
    bars.set_size({"width": 760, "height": 400})
    book.get_worksheet_by_name(sheet).insert_chart(1, len(COLUMNS) + 1, bars)
