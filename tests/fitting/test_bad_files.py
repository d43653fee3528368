"""Files that are not order histories, and rows that are not order lines: named, counted, never silently dropped."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.fitting import FitError, Options, fit

Rows = Callable[..., Path]
GOOD = "1,sale,2026-01-05T09:00,home,web,c1,mug,2,3.0"

BAD = {
    "no order number": ",sale,2026-01-05T09:00,home,web,c1,mug,2,3.0",
    "no SKU": "2,sale,2026-01-05T09:00,home,web,c1,,2,3.0",
    "time cannot be read": "2,sale,last Tuesday,home,web,c1,mug,2,3.0",
    "quantity cannot be read": "2,sale,2026-01-05T09:00,home,web,c1,mug,two,3.0",
    "quantity is 0": "2,sale,2026-01-05T09:00,home,web,c1,mug,0,3.0",
    "negative quantity in a sale": "2,sale,2026-01-05T09:00,home,web,c1,mug,-2,3.0",
    "price missing or cannot be read": "2,sale,2026-01-05T09:00,home,web,c1,mug,2,",
    "negative price": "2,sale,2026-01-05T09:00,home,web,c1,mug,2,-3.0",
    "document type missing": "2,,2026-01-05T09:00,home,web,c1,mug,2,3.0",
    "document is neither sale nor return": "2,quote,2026-01-05T09:00,home,web,c1,mug,2,3.0",
    "header repeated": "order,type,time,segment,channel,customer,sku,units,price",
    "another number of cells than the header": "2,sale,2026-01-05T09:00,home,web,c1,mug,2,3.0,extra",
    "unprintable characters in a name": "2,sale,2026-01-05T09:00,home,web,c1,mu\x07g,2,3.0",
}


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_row_is_counted_by_its_reason(rows: Rows, reason: str) -> None:
    found = fit(rows(GOOD, BAD[reason], GOOD))
    assert {name: each.count for name, each in found.left_out.items()} == {reason: 1}
    assert found.left_out[reason].examples[0].startswith("row 3:")
    assert reason in found.summary()
    assert found.findings[1].history == 2  # the two good lines of one order


def test_rows_kept_and_rows_left_out_are_all_rows(rows: Rows) -> None:
    found = fit(rows(*[GOOD] * 7, *BAD.values(), *BAD.values()))
    assert sum(each.count for each in found.left_out.values()) == 2 * len(BAD)
    assert all(each.count == 2 == len(each.examples) for each in found.left_out.values())
    assert "were left out" in " ".join(found.warnings)
    assert f"{7 + 2 * len(BAD)} rows" in found.read


def test_infinite_and_absurd_numbers_are_no_quantities(rows: Rows) -> None:
    odd = [GOOD.replace(",2,3.0", f",{units},3.0") for units in ("inf", "nan", "1e300", "1e-", "0x10")]
    assert fit(rows(GOOD, *odd)).left_out["quantity cannot be read"].count == len(odd)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "empty|not a table"),
        ("a.csv", b"\n\n", "not a table"),
        ("a.csv", b"Dear Sir or Madam\nplease find attached\n", "not a table"),
        ("a.csv", bytes(range(256)) * 8, "not a text in UTF-8"),
        ("a.csv", b"order,time,sku,units,price\n1,2026-01-05,caf\xe9,1,2\n", "row 2: not UTF-8 .byte 0xe9"),
        ("a.csv", "order,time\n".encode("utf-16"), "not a text in UTF-8"),
        ("a.csv.gz", b"\x1f\x8b" + b"broken", "cannot be read"),
        ("a.csv.gz", gzip.compress(b"order,time,sku,units,price\n" * 9, mtime=0)[:-9], "cannot be read"),
        ("a.xlsx", b"PK\x03\x04 not a workbook", "not an Excel workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0 old", "old Excel file"),
        ("a.csv", b"order,time,sku,units,price\n", "holds no sale .* no rows"),
        ("a.csv", b"order,time,sku,units,price\n1,2026-01-05,mug,none,2\n", "holds no sale .* quantity cannot be read"),
        ("a.csv", b"order,time,sku,units,price,price\n", "two columns are called price"),
    ],
    ids=[
        "empty",
        "blank",
        "letter",
        "binary",
        "latin-1",
        "utf-16",
        "not gzip",
        "cut gzip",
        "not excel",
        "old excel",
        "header alone",
        "bad rows alone",
        "two prices",
    ],
)
def test_a_file_that_is_no_history_is_refused_in_words(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FitError, match=says) as error:
        fit(tmp_path / name)
    assert name in str(error.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FitError, match="no such file"):
        fit(tmp_path / "nowhere.csv")
    with pytest.raises(FitError, match="is a folder"):
        fit(tmp_path)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (Options(demand="guessed"), "sampled, resampled, replayed"),
        (Options(target=1.0), "target: a share between 0 and 1"),
        (Options(targets={"D": 0.9}), "A, B and C; found D"),
        (Options(targets={"A": 2}), "targets.A"),
        (Options(cover="2"), "cover: a duration with its unit"),
        (Options(lead_time="soon"), "lead_time: a duration with its unit"),
        (Options(lead_time={"gama": {"mean": "1 day"}}), "lead_time"),
        (Options(holding="much"), "holding: a cost rate"),
        (Options(promise="-1 days"), "promise: a duration"),
        (Options(cost_share=1.5), "cost_share"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(rows: Rows, options: Options, says: str) -> None:
    with pytest.raises(FitError, match=says):
        fit(rows(GOOD), options)


def test_a_short_history_is_fitted_with_a_warning(rows: Rows) -> None:
    assert "too short" in fit(rows(GOOD)).warnings[0]


def test_a_wrong_year_is_noticed(rows: Rows) -> None:
    assert "is a date wrong?" in " ".join(fit(rows(GOOD, GOOD.replace("1,sale,2026", "2,sale,2062"))).warnings)
