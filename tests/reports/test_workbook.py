"""The workbook, read back."""

import math

import pytest
from openpyxl import load_workbook

from simulator.replication.measure import catalogue
from simulator.reports.workbook import write_workbook

SHEETS = [
    "Summary",
    "KPIs",
    "By segment",
    "By rule",
    "By class",
    "By SKU",
    "By stage",
    "Cost by activity",
    "Why orders failed",
    "Stock levels",
    "Assumptions",
    "Definitions",
]


@pytest.fixture(scope="module")
def book(everything, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "result.xlsx"
    write_workbook(everything, path)
    return load_workbook(path)


def rows(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def same(written, value):
    return written is None if not math.isfinite(value) else written == pytest.approx(value, rel=1e-12)


def test_sheets_and_native_tables(book):
    assert book.sheetnames == SHEETS
    for name in SHEETS[1:]:
        (table,) = book[name].tables.values()
        assert table.ref.startswith("A1:")
        assert book[name].freeze_panes == "B2"


def test_all_estimates_are_there_number_for_number(book, everything):
    header, *body = rows(book["KPIs"])
    assert header == list(everything.kpis.columns)
    assert len(body) == len(everything.kpis)
    for written, row in zip(body, everything.kpis.itertuples(index=False), strict=True):
        assert [value or "" for value in written[:4]] == list(row[:4])
        assert all(same(each, value) for each, value in zip(written[4:10], row[4:10], strict=True))
        assert written[10] == row[10]
    (table,) = book["KPIs"].tables.values()
    assert table.ref == f"A1:K{len(body) + 1}"


def test_slices_stand_side_by_side(book, everything):
    header, *body = rows(book["By SKU"])
    assert [row[0] for row in body] == list(everything.scenario.products)
    for row in body:
        found = everything.estimate("line_fill_rate", "sku", row[0])
        place = header.index("line_fill_rate")
        assert row[place : place + 3] == pytest.approx([found.mean, found.low, found.high], rel=1e-12)


def test_the_causes_of_failures_stand_with_the_largest_first(book, everything):
    header, *body = rows(book["Why orders failed"])
    assert header[:2] == ["cause", "first on orders"]
    firsts = [row[1] for row in body]
    assert firsts == sorted(firsts, reverse=True)
    assert sum(firsts) == pytest.approx(1 - everything.estimate("perfect_order_rate").mean)
    assert body[-1][5] == pytest.approx(1)
    assert book["Why orders failed"]._charts


def test_shares_are_formatted_as_per_cent_and_money_is_not(book):
    formats = {row[0].value: row[4].number_format for row in book["KPIs"].iter_rows(min_row=2) if not row[1].value}
    assert formats["line_fill_rate"] == "0.0%"
    assert formats["revenue"] == "#,##0"


def test_assumptions_and_definitions(book):
    first = ["service.rules[0].promise.time", "3 days", "The sales manual <2019> says so."]
    assert rows(book["Assumptions"])[1] == first
    assert [row[0] for row in rows(book["Definitions"])[1:]] == list(catalogue())


def test_what_has_no_value_stays_blank(one_run, tmp_path):
    write_workbook(one_run, tmp_path / "one.xlsx")
    body = rows(load_workbook(tmp_path / "one.xlsx")["KPIs"])[1:]
    assert body
    assert all(row[5] is None for row in body)
    assert all(isinstance(row[4], (int, float)) for row in body)


def test_names_are_text_even_if_they_look_like_formulas(nasty, tmp_path):
    scenario = nasty.scenario.model_copy(update={"about": "=1+1", "assumptions": {"=cmd": "http://evil.example"}})
    nasty = type(nasty)(scenario, nasty.store, nasty.experiment)
    write_workbook(nasty, tmp_path / "nasty.xlsx")
    book = load_workbook(tmp_path / "nasty.xlsx")
    assert book["Summary"]["A2"].value == "=1+1"
    assert book["Summary"]["A2"].data_type in ("s", "inlineStr")
    assert book["Assumptions"]["C2"].hyperlink is None
    assert 'x<y> "z"' in [row[0] for row in rows(book["By SKU"])]
    assert "日本の顧客" in [row[0] for row in rows(book["By segment"])]
