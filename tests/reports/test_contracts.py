"""Service-level agreements on the page and in the workbook."""

import pytest
from openpyxl import load_workbook

import simulator
from simulator.reports.page import page
from simulator.reports.workbook import write_workbook


@pytest.fixture(scope="module")
def result():
    scenario = simulator.load("what_if/retailer_weekly", ["run.horizon=8 weeks"])
    return simulator.run(scenario, replications=2, workers=1)


def test_the_page_lists_contracts_and_periods(result):
    html = page(result)
    assert '<section id="contracts">' in html
    assert "otif, by order" in html
    assert html.count("2026-02-02 00:00") == 1  # four weeks of warm-up: the first of four periods begins
    assert html.count("2026-02-09 00:00") == 2  # where it ends and the second begins


def test_the_workbook_lists_the_same_periods(result, tmp_path):
    write_workbook(result, tmp_path / "result.xlsx")
    book = load_workbook(tmp_path / "result.xlsx")
    header, *body = [[cell.value for cell in row] for row in book["Contract periods"].iter_rows()]
    assert header[:3] == ["contract", "from day", "to day"]
    assert [row[1:3] for row in body] == [[28, 35], [35, 42], [42, 49], [49, 56]]
    mean = sum(row[6] for row in body) / 4
    assert mean == pytest.approx(result.values("sla_attainment")[0, 0])
    total = sum(row[8] for row in body)
    assert total / 4 == pytest.approx(result.values("sla_penalty")[0, 0])
    assert book["By contract"]["A2"].value == "retailer"


def test_nothing_is_said_where_nothing_is_agreed(result):
    assert "Service-level agreements" not in page(
        simulator.run(
            simulator.load("textbook/picking_team", ["run.horizon=2 weeks", "run.warm_up=0 h"]),
            replications=1,
            workers=1,
        )
    )
