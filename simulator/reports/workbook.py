"""The result as a workbook: native tables to sort and filter, numbers as numbers."""

import io
import math
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from simulator.drawing.plain_text import visible
from simulator.drawing.sheet import write_whole
from simulator.drawing.wording import title
from simulator.experiments.result import COLUMNS as RESULT_COLUMNS
from simulator.experiments.result import Estimate, Result
from simulator.measures.registry import SCOR
from simulator.mechanisms.contracts.page import PERIODS, UNITS, periods
from simulator.replication.measure import catalogue
from simulator.reports.findings import Findings
from simulator.reports.page import assumed, meaning
from simulator.reports.result_tables import HEADLINES
from simulator.reports.sections import COLUMNS, add_chart, pareto, rows_of
from simulator.reports.stock_plan import COLUMNS as COLUMNS_OF_PLAN
from simulator.reports.stock_plan import UNITS as UNITS_OF_PLAN
from simulator.reports.stock_plan import planned

Format = Any
"""A cell format of xlsxwriter, which has no types."""
SHEETS = {
    "segment": "By segment",
    "rule": "By rule",
    "contract": "By contract",
    "class": "By class",
    "sku": "By SKU",
    "stage": "By stage",
    "activity": "Cost by activity",
}
"""Dimensions that have a sheet of their own, one row for each slice."""
CAUSES = "Why orders failed"
NUMBERS = tuple(RESULT_COLUMNS.index(name) for name in ("mean", "half_width", "low", "high"))
"""Columns of the table of KPIs that are in a KPI's unit."""
LARGEST = 1_000_000
"""Rows of a sheet; Excel holds a little more."""
Row = Sequence[object]


def write_workbook(result: Result, path: Path) -> None:
    """Write the result as a workbook (xlsx).

    Errors: OSError if it cannot be written; what was there before stays.
    """
    xlsxwriter: Any = import_module("xlsxwriter")
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        _fill(Sheets(book), result)
    write_whole(path, content.getvalue())


def _fill(sheets: "Sheets", result: Result) -> None:
    found = list(result.estimates())
    sheets.plain("Summary", _summary(result, found), widths=(30, 16, 14, 14, 22))
    sheets.table("KPIs", RESULT_COLUMNS, [each.row for each in found[:LARGEST]], units=[e.unit for e in found])
    for dimension, sheet in SHEETS.items():
        _wide(sheets, sheet, dimension, [e for e in found if e.dimension == dimension])
    _causes(sheets, [e for e in found if e.dimension == "cause"])
    if result.scenario.service.contracts:
        sheets.table("Contract periods", PERIODS, list(periods(Findings(result).view)), column_units=UNITS)
    if plan := planned(result.scenario):
        sheets.table(
            "Stock levels", COLUMNS_OF_PLAN, [row.values for row in plan[:LARGEST]], column_units=UNITS_OF_PLAN
        )
    sheets.table("Assumptions", ["input", "value", "why"], assumed(result.scenario))
    sheets.table(
        "Definitions",
        ["kpi", "unit", "better", "of", SCOR, "definition"],
        [(kpi.name, kpi.unit, kpi.better, kpi.denominator, kpi.scor, meaning(kpi)) for kpi in catalogue().values()],
    )


def _summary(result: Result, found: list[Estimate]) -> Iterator[tuple[str, Row]]:
    """Kind of row (which format it has, or a unit) and cells."""
    from simulator import __version__

    scenario, run = result.scenario, result.scenario.run
    yield "title", (scenario.name,)
    yield "", (scenario.about.strip(),)
    yield "", ()
    for name, value in (
        ("First day", run.start.isoformat()),
        ("Horizon, days", run.horizon / 24),
        ("Warm-up, days", run.warm_up / 24),
        ("Replications", result.replications),
        ("Seed", run.seed if run.seed < 2**53 else str(run.seed)),
        ("Scenario", scenario.hash),
        ("Version", __version__),
    ):
        yield "", (name, value)
    whole = {each.kpi: each for each in found if not each.dimension}
    for group, kpis in HEADLINES.items():
        yield "", ()
        yield "heading", (group, "Mean", "95 % from", "to", "Unit")
        for each in (whole[kpi] for kpi in kpis if kpi in whole):
            bound = ", at least" if each.unfinished else ""
            yield each.unit, (f"{title(each.kpi)}{bound}", each.mean, each.low, each.high, each.unit)


def _wide(sheets: "Sheets", sheet: str, dimension: str, found: list[Estimate]) -> None:
    """One row for each slice; for each KPI its mean and the ends of its interval."""
    if not found:
        return
    kpis = {each.kpi: each.unit for each in found}
    cells = {(each.label, each.kpi): (each.mean, each.low, each.high) for each in found}
    rows = [
        [label, *(value for kpi in kpis for value in cells.get((label, kpi), (math.nan,) * 3))]
        for label in dict.fromkeys(each.label for each in found)
    ]
    columns = [dimension, *(name for kpi in kpis for name in (kpi, f"{kpi} from", f"{kpi} to"))]
    sheets.table(sheet, columns, rows, column_units=["", *(unit for unit in kpis.values() for _ in range(3))])


def _causes(sheets: "Sheets", found: list[Estimate]) -> None:
    """What failed first, and why, with a chart."""
    causes = pareto(*([e for e in found if e.kpi == kpi] for kpi in ("imperfect_orders", "failures_per_order")))
    if causes:
        sheets.table(CAUSES, COLUMNS, rows_of(causes), column_units=["", *["share"] * (len(COLUMNS) - 1)])
        add_chart(sheets.book, CAUSES, len(causes))


class Sheets:
    """A workbook being filled, with the formats that its sheets share."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.heading: Format = book.add_format({"bold": True, "bottom": 1})
        self.title: Format = book.add_format({"bold": True, "font_size": 16})
        self._numbers: dict[str, Format] = {}

    def number(self, unit: str, value: float) -> Format:
        """The number format: per cent for shares, else as many decimals as the size of the value wants."""
        pattern = "#,##0" if abs(value) >= 100 else "0.00" if abs(value) >= 1 or not value else "0.0000"
        pattern = "0.0%" if unit.startswith("share") else pattern
        if pattern not in self._numbers:
            self._numbers[pattern] = self.book.add_format({"num_format": pattern})
        return self._numbers[pattern]

    def plain(self, name: str, rows: Iterator[tuple[str, Row]], widths: Sequence[int]) -> None:
        """A sheet to read from top to bottom."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        for line, (kind, cells) in enumerate(rows):
            style = {"title": self.title, "heading": self.heading}.get(kind)
            for place, value in enumerate(cells):
                fitting = self.number(kind, value) if kind and isinstance(value, float) else style
                _write(sheet, line, place, value, fitting)
        sheet.freeze_panes(1, 0)

    def table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Sequence[Row],
        *,
        units: Sequence[str] = (),
        column_units: Sequence[str] = (),
    ) -> None:
        """A sheet that is one native table; `units` of each row, or of each column, choose the number formats."""
        sheet = self.book.add_worksheet(name)
        for line, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                unit = units[line - 1] if units and place in NUMBERS else column_units[place] if column_units else ""
                _write(sheet, line, place, value, self.number(unit, value) if isinstance(value, float) else None)
        looks = {"name": name.replace(" ", "_"), "style": "Table Style Light 1"}
        header = [{"header": column} for column in columns]
        sheet.add_table(0, 0, max(len(rows), 1), len(columns) - 1, {**looks, "columns": header})
        for place, column in enumerate(columns):
            longest = max((len(str(row[place])) for row in rows[:500] if not isinstance(row[place], float)), default=0)
            sheet.set_column(place, place, min(max(len(column) + 4, longest + 2, 11), 70))
        sheet.freeze_panes(1, 1)


def _write(sheet: Any, line: int, place: int, value: object, style: Format | None) -> None:
    """One cell; what is not a finite number stays blank."""
    if isinstance(value, (int, float)):
        if math.isfinite(value):
            sheet.write_number(line, place, value, style)
    elif value:
        sheet.write_string(line, place, visible(str(value), "\n")[:32767], style)
