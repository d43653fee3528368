"""Names are text everywhere: brackets, new lines, marks of direction, control characters, formulas, HTML."""

import csv
import io

import openpyxl
import pytest
from command import command

import simulator
from simulator.drawing.plain_text import as_csv, visible
from simulator.drawing.terminal import Grid, Screen, grids
from simulator.reports.page import page
from simulator.reports.workbook import write_workbook
from simulator.scenario.reading.load import parse

NAMES = {
    "tape [/m]": "tape [/m]",
    "mug [blue]": "mug [blue]",
    "[bold]lamp[/bold]": "[bold]lamp[/bold]",
    ":smile:": ":smile:",
    "=1+cmd|'/c calc'!A1": "=1+cmd|'/c calc'!A1",
    "+48 600": "+48 600",
    "@SUM(A1)": "@SUM(A1)",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "two\nlines": "two\\nlines",
    "abc\u202edef": "abc\\u202edef",
    "zero\u200bwidth": "zero\\u200bwidth",
}
"""Each with how it is shown."""
TEXT = """
name: "Names [/of] <i>all</i> \\u202e kinds"
run: {horizon: 4 weeks, seed: 1}
market:
  segments:
    all: {demand: {rule: poisson, orders: 60 per day}, basket: {units: 2}}
products:
"""


def shop() -> str:
    """A scenario with all of them as products."""
    lines = []
    for name in NAMES:
        coded = "".join(each if each.isascii() and each.isprintable() else f"\\u{ord(each):04x}" for each in name)
        quoted = coded.replace('"', '\\"')
        lines.append(f'  "{quoted}": {{price: 3, cost: 1}}')
    return TEXT + "\n".join(lines) + "\nnetwork: {sites: {shop: {}}}\n"


@pytest.fixture(scope="module")
def result() -> simulator.Result:
    return simulator.run(parse(shop()), 2)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "names.yaml").write_text(shop())
    return tmp_path


def test_the_terminal_shows_every_name_whole(folder):
    done = command("run", "names.yaml", "-n", "2", "--by", "sku", "--workers", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Names [/of] <i>all</i> \\u202e kinds" in done.stdout
    for shown in NAMES.values():
        assert shown in done.stdout, shown
    assert not any(hidden in done.stdout for hidden in "\u202e\u200b")


def test_a_report_and_a_workbook_are_written_first_and_hold_them_as_text(folder):
    words = ("run", "names.yaml", "-n", "2", "--workers", "1", "--by", "sku", "--report", "r.html", "--excel", "r.xlsx")
    assert command(*words, cwd=folder).returncode == 0
    html = (folder / "r.html").read_text()
    assert "<i>all" not in html
    assert "<script>alert" not in html
    assert "Names [/of] &lt;i&gt;all&lt;/i&gt; \\u202e kinds" in html
    assert not any(hidden in html for hidden in "\u202e\u200b")
    sheet = openpyxl.load_workbook(folder / "r.xlsx")["By SKU"]
    kept = {row[0].value: row[0] for row in sheet.iter_rows(min_row=2)}
    for name, shown in NAMES.items():
        cell = kept[name if "\n" in name else shown]
        assert cell.data_type == "s", name  # no formula


def test_csv_is_harmless_in_a_spreadsheet_and_otherwise_the_same(folder):
    done = command("run", "names.yaml", "-n", "2", "--workers", "1", "--by", "sku", "--format", "csv", cwd=folder)
    labels = {row["label"] for row in csv.DictReader(io.StringIO(done.stdout))} - {""}
    assert labels == {f"'{name}" if name[0] in "=+@" else name for name in NAMES}


def test_numbers_below_zero_stay_numbers_in_csv():
    import pandas as pd

    table = pd.DataFrame({"name": ["-x", "-", "b"], "value": [-1.5, 2.0, 3.0]})
    assert as_csv(table) == "name,value\n'-x,-1.5\n-,2.0\nb,3.0\n"


def test_the_page_of_a_result_in_python_is_the_same_text(result):
    assert "&lt;i&gt;all" in page(result)
    assert "\\u202e" in repr(result)


def test_a_workbook_by_python_has_no_formula(result, tmp_path):
    write_workbook(result, tmp_path / "r.xlsx")
    for sheet in openpyxl.load_workbook(tmp_path / "r.xlsx"):
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_spelling_keeps_its_joiners():
    persian = "می\u200cخواهم"
    assert visible(persian) == persian
    assert visible("a\u200cb") == "a\\u200cb"


@pytest.mark.parametrize("wide", [20, 40, 80, 200])
def test_a_wide_table_is_parted_and_never_printed_letter_by_letter(wide):
    """Ten columns of 14 letters do not fit side by side: parts below each other do, and headings break at words."""
    columns = {f"a long heading {number}": ["1,234.5 ± 0.12", "1"] for number in range(10)}
    file = io.StringIO()
    screen = Screen(file=file, width=wide)
    for part in grids(["KPI"], [["fill"], ["cost"]], columns, wide):
        screen.print(part)
    lines = file.getvalue().splitlines()
    assert max(map(len, lines)) <= wide
    assert "1,234.5" in file.getvalue()
    assert len(lines) <= 10 * 6  # three lines for a heading, two rows and some room
    assert sum(line.startswith("fill") for line in lines) == {20: 10, 40: 5, 80: 3, 200: 1}[wide]


def test_a_grid_takes_no_markup():
    grid = Grid("title [/b]")
    grid.add_column("head [/]")
    grid.add_row("cell [red]")
    file = io.StringIO()
    Screen(file=file, width=60).print(grid)
    assert [line.strip() for line in file.getvalue().splitlines()] == ["title [/b]", "head [/]", "cell [red]"]
