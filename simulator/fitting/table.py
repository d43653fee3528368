"""From a file to a table of texts: CSV in its dialects, gzipped or not, and Excel."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.fitting.options import FitError

if TYPE_CHECKING:
    import pandas as pd

DELIMITERS = ",;\t|"
ROW = "#row"
"""Column of a table that holds the row number in the file, the header being row 1."""


@dataclass(frozen=True)
class Table:
    """Cells as texts, stripped of blanks, and the rows that do not have as many cells as the header."""

    cells: "pd.DataFrame"
    columns: tuple[str, ...]
    misfits: tuple[str, ...]
    delimiter: str = ","


def read_table(file: Path) -> Table:
    """The table in a file.

    Errors: FitError if it is missing, not a table, not UTF-8, or Excel without openpyxl.
    """
    if not file.is_file():
        raise FitError(f"{file}: there is no such file" if not file.is_dir() else f"{file} is a folder: name a file")
    try:
        content = file.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise FitError(f"{file}: cannot be read: {error}") from None
    if content[:4] == b"PK\x03\x04":
        return _excel(file, content)
    return _csv(file, _text(file, content))


def _text(file: Path, content: bytes) -> str:
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise FitError(f"{file}: an old Excel file (.xls); save it as .xlsx or .csv")
    if b"\0" in content[:100_000] or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FitError(f"{file}: not a text in UTF-8 (it holds bytes of 0); save it as CSV, UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise FitError(f"{file}: row {row}: not UTF-8 (byte 0x{byte:02x}); save it as CSV, UTF-8") from None


def _csv(file: Path, text: str) -> Table:
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    if not first.strip() or delimiter not in first:
        raise FitError(f"{file}: not a table: a header with columns separated by comma, semicolon or tab is expected")
    try:
        rows = list(_numbered(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error as error:
        raise FitError(f"{file}: not a table: {error}") from None
    return _table(file, rows, delimiter)


Rows = list[tuple[int, list[str]]]


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers; empty ones are no rows."""
    for number, row in enumerate(reader, 1):
        if any(cell.strip() for cell in row):
            yield number, [cell.strip() for cell in row]


def _excel(file: Path, content: bytes) -> Table:
    import pandas as pd

    try:
        sheet = pd.read_excel(io.BytesIO(content), header=None, dtype=object, na_filter=False, engine="openpyxl")
        rows = [[_cell(cell) for cell in row] for row in sheet.to_numpy().tolist()]
    except ImportError:
        raise FitError(f"{file}: Excel files need openpyxl: pip install openpyxl, or save it as CSV") from None
    except (KeyError, ValueError, IndexError, zipfile.BadZipFile) as error:
        raise FitError(f"{file}: not an Excel workbook with a sheet of rows: {error}") from None
    return _table(file, list(_numbered(iter(rows))), ",")


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _table(file: Path, rows: Rows, delimiter: str) -> Table:
    import pandas as pd

    if not rows:
        raise FitError(f"{file}: not a table: it is empty")
    header = rows[0][1]
    named = [name for name in header if name]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise FitError(f"{file}: two columns are called {', '.join(twice)}; rename one")
    whole = [(number, row) for number, row in rows[1:] if len(row) == len(header)]
    misfits = tuple(
        f"row {number}: {len(row)} cells, the header has {len(header)}"
        for number, row in rows[1:]
        if len(row) != len(header)
    )
    cells = pd.DataFrame([row for _, row in whole], columns=header, dtype=object)
    cells[ROW] = [number for number, _ in whole]
    return Table(cells, tuple(named), misfits, delimiter)
