"""Which column is what, in the dialects that order files come in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.fitting import FitError, Options, fit
from simulator.fitting.table import choose_columns

Rows = Callable[..., Path]


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        (
            "doc_no,doc_type,ts,channel,segment,customer_id,country,sku,qty,unit_price_gbp",
            "order type time channel segment customer - sku units price",
        ),
        (
            "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
            "order sku - units time price customer -",
        ),
        ("order_id,order_date,product_id,product_name,units,unit price", "order time sku - units price"),
        (
            "SalesOrderNumber,OrderDate,ItemNo,Qty,NetPrice,CustomerNo,SalesChannel",
            "order time sku units price customer channel",
        ),
        ("Order,Timestamp,Article,Pieces,Price (EUR)", "order time sku units price"),
    ],
)
def test_usual_names_are_found(header: str, roles: str) -> None:
    names = header.split(",")
    expected = {role: name for role, name in zip(roles.split(), names, strict=True) if role != "-"}
    assert choose_columns(names, {}, Path("a.csv")) == expected


def test_a_missing_column_lists_those_of_the_file() -> None:
    with pytest.raises(FitError, match=r"no column for sku, price; .* sku=COLUMN; the file has: order, time, n, qty"):
        choose_columns(["order", "time", "n", "qty"], {}, Path("a.csv"))


def test_two_columns_that_could_be_meant_are_not_guessed_at() -> None:
    names = ["order", "date", "time", "sku", "qty", "price"]
    with pytest.raises(FitError, match="time may be date or time; say which: --map time=date"):
        choose_columns(names, {}, Path("a.csv"))
    assert choose_columns(names, {"time": "date"}, Path("a.csv"))["time"] == "date"


def test_a_mapping_must_name_a_role_and_a_column() -> None:
    with pytest.raises(FitError, match="there is no such role"):
        choose_columns(["order"], {"ordre": "order"}, Path("a.csv"))
    with pytest.raises(FitError, match="there is no column no; the file has: order"):
        choose_columns(["order"], {"order": "no"}, Path("a.csv"))


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("order;date;sku;qty;price", "1;31.12.2025 09:30;mug;1.200;2,50"),
        ("order\tdate\tsku\tqty\tprice", "1\t2025-12-31 09:30\tmug\t1200\t2.50"),
        ("order,date,sku,qty,price", '1,12/31/2025 9:30,mug,"1,200",£2.50'),
        ("\ufefforder,date,sku,qty,price", "1,2025-12-31T09:30:00+02:00, mug ,1200,2.5"),
        ("order,date,sku,qty,price", '1,2025-12-31T09:30:00Z,"mug",1200.0,2.5'),
    ],
)
def test_dialects_say_the_same(rows: Rows, header: str, row: str) -> None:
    found = fit(rows(row, header=header))
    assert not found.left_out
    assert {each.what: each.history for each in found.findings}["order value"] == pytest.approx(3000)
    assert found.scenario["products"]["mug"]["price"] == 2.5
    assert found.scenario["market"]["rhythm"]["hours"][9] == 24
    assert "2025-12-31 to 2025-12-31" in found.read


def test_day_and_month_are_told_apart_by_the_rows_that_show_it(rows: Rows) -> None:
    header = "order,date,sku,qty,price"
    found = fit(rows("1,03/04/2026,mug,1,1", "2,03/25/2026,mug,1,1", header=header))
    assert "month/day/year" in found.read
    assert "2026-03-04 to 2026-03-25" in found.read
    assert "2026-04-03 to 2026-04-04" in fit(rows("1,03/04/2026,mug,1,1", "2,04/04/2026,mug,1,1", header=header)).read


def test_without_a_type_column_a_negative_quantity_is_a_return(rows: Rows) -> None:
    sales = [f"{n},2026-01-{5 + n % 20:02d},mug,2,3" for n in range(40)]
    found = fit(rows(*sales, "C1,2026-01-20,mug,-1,3", "C2,2026-01-21,mug,-2,3", header="invoice,date,sku,qty,price"))
    assert found.scenario["service"]["rules"][1]["returns"]["rate"] == 2 / 40
    assert "service.rules[*].returns.lag" in found.assumed  # nobody knows who bought what


def test_words_of_the_type_column_may_be_given(rows: Rows) -> None:
    lines = ("1,Verkauf,2026-01-05,mug,1,3", "2,Gutschrift,2026-01-06,mug,1,3")
    file = rows(*lines, header="order,type,date,sku,qty,price")
    with pytest.raises(FitError, match="2 x document is neither sale nor return"):
        fit(file)
    found = fit(file, Options(columns={"sale": "Verkauf", "return": "Gutschrift"}))
    assert "1 orders with 1 lines, 1 return lines" in found.read


def test_excel_says_what_csv_says(rows: Rows, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    import datetime as dt

    book = openpyxl.Workbook()
    for row in (
        ("order", "date", "sku", "qty", "price"),
        (1, dt.datetime(2026, 1, 5, 9), 22423, 3, 2.5),
        (2, dt.datetime(2026, 1, 6, 10), "0012", 4.0, 3),
    ):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    csv = rows(
        "1,2026-01-05 09:00:00,22423,3,2.5",
        "2,2026-01-06 10:00:00,0012,4,3",
        header="order,date,sku,qty,price",
        name="a.csv",
    )
    assert fit(tmp_path / "a.xlsx").scenario == fit(csv).scenario
