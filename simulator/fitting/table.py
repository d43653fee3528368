"""From a file to order lines that can be used: CSV in its dialects or Excel, columns, values, and the rows left out."""

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


MODES = ("sampled", "resampled", "replayed")
"""How the scenario's orders come about: from fitted laws, whole orders drawn from the history, or the history."""


class FitError(Exception):
    """A history that cannot be fitted, or an option that makes no sense; the message says why and what to do."""


def _gamma() -> dict[str, Any]:
    return {"gamma": {"mean": "2 weeks", "cv": 0.3}}


@dataclass(frozen=True)
class Options:
    """Settings of a fit; the defaults are assumptions that the scenario lists as such."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Role -> column name (order, time, sku, units, price, segment, channel, customer, type), and `sale`, `return`:
    what the type column says of each. Roles left out are found by their usual names."""
    demand: str = "sampled"
    """One of `MODES`."""
    target: float = 0.95
    """Unit fill rate that stock is sized for, a share."""
    targets: Mapping[str, float] = field(default_factory=dict)
    """ABC class -> unit fill rate, where it differs from `target`."""
    cover: str = "2 weeks"
    """One replenishment order covers this long a time of mean demand."""
    lead_time: str | Mapping[str, Any] = field(default_factory=_gamma)
    """From replenishment order to receipt: a time, or a law as a scenario writes it."""
    cost_share: float = 0.5
    """Cost of a unit as a share of its price."""
    holding: str = "20 % per year"
    """Rate of keeping stock."""
    promise: str = "3 days"
    """Delivery time promised to every order."""
    name: str | None = None
    """Name of the scenario; made from the file's name where left out."""
    about: str = ""
    """The question it answers."""
    weeks: int = 52
    """Weeks measured, after a warm-up of 8; replayed demand runs as long as the history."""
    seed: int = 1
    """The seed that the scenario starts with."""

    def check(self) -> None:
        """Every setting makes sense. Errors: FitError names the first that does not."""
        from simulator.scenario.distributions import Duration
        from simulator.units import cost_rate, hours

        if self.demand not in MODES:
            raise FitError(f"demand is one of {', '.join(MODES)}; found {self.demand!r}")
        for name, value in {"target": self.target, **{f"targets.{k}": v for k, v in self.targets.items()}}.items():
            if not 0 < value < 1:
                raise FitError(f"{name}: a share between 0 and 1, both left out, is expected; found {value!r}")
        if unknown := set(self.targets) - set("ABC"):
            raise FitError(f"targets: the classes are A, B and C; found {', '.join(sorted(unknown))}")
        if not 0 <= self.cost_share <= 1 or self.weeks < 1 or self.seed < 0:
            raise FitError("cost_share lies between 0 and 1, weeks is 1 or more, seed 0 or more")
        readers: dict[str, Callable[[Any], Any]] = {
            "cover": hours,
            "promise": hours,
            "holding": cost_rate,
            "lead_time": Duration.model_validate,
        }
        for name, reader in readers.items():
            try:
                reader(getattr(self, name))
            except ValueError as error:
                raise FitError(f"{name}: {_first_line(error)}") from None


def _first_line(error: ValueError) -> str:
    """What is wrong, without the frame that pydantic puts around it."""
    lines = [line.strip() for line in str(error).splitlines() if "Value error, " in line]
    return (lines[0].split("Value error, ", 1)[1] if lines else str(error).splitlines()[0]).split(" [type=")[0]


THOUSANDS = r"^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$"


def numbers(texts: "pd.Series[str]", decimal_comma: bool = False) -> "pd.Series[float]":
    """Numbers; a currency sign, thousands separators and, where the file uses it, a decimal comma are understood.

    >>> import pandas as pd
    >>> numbers(pd.Series(["12", "£2.95", "1,200", "ten", ""])).tolist()
    [12.0, 2.95, 1200.0, nan, nan]
    """
    import numpy as np
    import pandas as pd

    plain = texts.str.replace(r"[£$€\s]", "", regex=True)
    thousands, point = (r"^[-+]?\d{1,3}(\.\d{3})+(,\d+)?$", ".") if decimal_comma else (THOUSANDS, ",")
    plain = plain.str.replace(point, "", regex=False).where(plain.str.match(thousands), plain)
    if decimal_comma:
        plain = plain.str.replace(",", ".", regex=False)
    read = pd.to_numeric(plain, errors="coerce").astype(float)
    return read.where(np.isfinite(read) & (read.abs() < 1e12))


def times(texts: "pd.Series[str]") -> "tuple[pd.Series[pd.Timestamp], str]":
    """Local times, a zone being ignored, and how they were written.

    Where day and month may be told apart in no other way, the reading that makes sense of more rows
    is taken, and of two equally good ones the one with the shorter history.

    >>> import pandas as pd
    >>> times(pd.Series(["12/1/2010 8:26", "12/31/2010 9:00"]))[0].dt.month.tolist()
    [12, 12]
    """
    import pandas as pd

    local = texts.str.replace(r"(?<=\d:\d\d)(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)$", r"\1", regex=True)
    iso = pd.to_datetime(local, format="ISO8601", errors="coerce")
    rest = local[iso.isna() & local.str.contains(r"\d\D+\d", regex=True)]
    parts = rest.str.extract(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:\D+(\d.*))?$").dropna(subset=[0])
    if parts.empty:
        return iso.fillna(_mixed(rest)), "year-month-day"
    year, clock = parts[2].str.replace(r"^(\d\d)$", r"20\1", regex=True), parts[3].fillna("00:00")
    readings = {
        "day/month/year": _mixed(year + "-" + parts[1] + "-" + parts[0] + " " + clock),
        "month/day/year": _mixed(year + "-" + parts[0] + "-" + parts[1] + " " + clock),
    }
    name, best = min(readings.items(), key=lambda each: (each[1].isna().sum(), _span(each[1])))
    return iso.fillna(best), name


def _mixed(texts: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    import pandas as pd

    return pd.to_datetime(texts, format="mixed", errors="coerce")


def _span(read: "pd.Series[pd.Timestamp]") -> float:
    return float((read.max() - read.min()).total_seconds()) if read.notna().any() else 0.0


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


SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "order": ("order", "doc", "document", "invoice", "transaction", "receipt", "sales order", "basket", "bill"),
    "time": ("time", "ts", "timestamp", "datetime", "date time", "date", "day", "ordered", "created"),
    "sku": ("sku", "item", "product", "article", "stock code", "material", "part", "asin"),
    "units": ("units", "qty", "quantity", "pieces", "pcs", "count", "amount ordered"),
    "price": ("price", "unit price", "item price", "selling price", "price each", "net price"),
    "segment": ("segment", "customer segment", "customer group", "customer class", "customer type", "tier"),
    "channel": ("channel", "sales channel", "order channel", "source", "store"),
    "customer": ("customer", "client", "account", "buyer", "user", "member"),
    "type": ("type", "doc type", "document type", "order type", "transaction type", "line type"),
}
"""Role -> names it goes by; endings such as no, id, number and code, and prefixes such as order, are tried too."""
NEEDED = ("order", "time", "sku", "units", "price")
WORDS = ("sale", "return")
"""Not columns: what the type column says of a sale and of a return."""
ENDINGS = r" (no|nr|id|num|number|nbr|code|key|ref|gbp|eur|usd)$"
CONTEXT = r"^(order|invoice|doc|document|transaction|sales|purchase) "


def choose_columns(columns: Sequence[str], given: Mapping[str, str], file: Path) -> dict[str, str]:
    """Role -> column. `given` decides; what is left is found by its names.

    >>> choose_columns(["Invoice", "InvoiceDate", "StockCode", "Quantity", "Price"], {}, Path("a.csv"))["time"]
    'InvoiceDate'

    Errors: FitError, listing the file's columns, if a needed one is missing or two could be meant.
    """
    has = f"the file has: {', '.join(columns)}"
    if unknown := set(given) - set(SYNONYMS) - set(WORDS):
        roles = ", ".join((*SYNONYMS, *WORDS))
        raise FitError(f"--map {sorted(unknown)[0]}=...: there is no such role; known are: {roles}")
    for role, name in given.items():
        if role not in WORDS and name not in columns:
            raise FitError(f"{file}: --map {role}={name}: there is no column {name}; {has}")
    found = {role: name for role, name in given.items() if role not in WORDS}
    for role in SYNONYMS:
        free = [name for name in columns if name not in found.values()]
        candidates = [] if role in found else _best(role, free)
        if len(candidates) > 1:
            both = " or ".join(candidates)
            raise FitError(f"{file}: {role} may be {both}; say which: --map {role}={candidates[0]}; {has}")
        found.update({role: candidates[0]} if candidates else {})
    if missing := [role for role in NEEDED if role not in found]:
        raise FitError(f"{file}: no column for {', '.join(missing)}; say which: --map {missing[0]}=COLUMN; {has}")
    return found


def _best(role: str, columns: Sequence[str]) -> list[str]:
    """The columns that go by one of a role's names, the most literal reading only."""
    for reading in (_plain, _without_ending, _without_context):
        if found := [name for name in columns if reading(name) in SYNONYMS[role]]:
            return found
    return []


def _plain(name: str) -> str:
    """Lower case words: `InvoiceDate`, `invoice_date` and `Invoice Date` are the same.

    >>> _plain("StockCode"), _plain("unit_price_gbp")
    ('stock code', 'unit price gbp')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[^a-z0-9#]+", " ", spaced.lower()).strip()


def _without_ending(name: str) -> str:
    return re.sub(ENDINGS, "", _plain(name))


def _without_context(name: str) -> str:
    return re.sub(CONTEXT, "", _without_ending(name))
