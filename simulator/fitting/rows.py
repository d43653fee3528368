"""Order lines that can be used, and the rows that cannot: each reason counted, with examples."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.fitting.table import ROW, FitError, Table, numbers, times

if TYPE_CHECKING:
    import pandas as pd


SALES = {"sale", "sales", "order", "invoice", "so", "s", "purchase", "debit"}
RETURNS = {"return", "returns", "returned", "credit", "credit note", "refund", "cancellation", "cancelled", "rma", "r"}
"""What a type column usually says, in lower case."""
EXAMPLES = 3
MANY = 20
"""Segments or channels beyond this number are taken together as `other`."""


@dataclass(frozen=True)
class LeftOut:
    """Rows left out for one reason."""

    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Lines:
    """Sales and return lines: order, time, sku, units (above 0), price, segment, channel, customer ("" if unknown)."""

    sales: "pd.DataFrame"
    returns: "pd.DataFrame"
    left_out: dict[str, LeftOut]
    written: str
    """How the times are written."""
    rows: int
    """Rows of the file below its header."""


def usable_lines(table: Table, columns: Mapping[str, str], words: Mapping[str, str], file: object) -> Lines:
    """The lines of a table. `words` may say what the type column calls a `sale` and a `return`.

    Without a type column a negative quantity is a return. Errors: FitError if no sale is left.
    """
    read, written = _read(table, columns)
    read["kind"] = _kinds(read, words)
    reason = _reasons(read, table, columns)
    left_out = dict(_left_out(reason, table))
    if table.misfits:
        left_out["another number of cells than the header"] = LeftOut(len(table.misfits), table.misfits[:EXAMPLES])
    kept = _pooled(read[reason == ""].assign(units=read["units"].abs()))
    sales, returns = (kept[kept["kind"] == kind].reset_index(drop=True) for kind in ("sale", "return"))
    if sales.empty:
        said = "; ".join(f"{count.count} x {name} ({count.examples[0]})" for name, count in left_out.items())
        raise FitError(f"{file}: holds no sale that can be used: {said or 'no rows below the header'}")
    return Lines(sales, returns, left_out, written, len(table.cells) + len(table.misfits))


def _read(table: Table, columns: Mapping[str, str]) -> "tuple[pd.DataFrame, str]":
    import pandas as pd

    read = pd.DataFrame(index=table.cells.index)
    for role in ("order", "sku", "segment", "channel", "customer", "type"):
        read[role] = table.cells[columns[role]] if role in columns else ""
    amounts = table.cells[[columns["units"], columns["price"]]].stack()
    comma = table.delimiter == ";" and bool(amounts.str.contains(",", regex=False).any())
    read["units"] = numbers(table.cells[columns["units"]], comma)
    read["price"] = numbers(table.cells[columns["price"]], comma)
    read["time"], written = times(table.cells[columns["time"]])
    return read, written


def _kinds(read: "pd.DataFrame", words: Mapping[str, str]) -> "pd.Series[str]":
    """Sale, return, or "" for another document."""
    import numpy as np
    import pandas as pd

    if (read["type"] == "").all():
        return pd.Series(np.where(read["units"] < 0, "return", "sale"), index=read.index, dtype=object)
    said = read["type"].str.lower()
    sale = {words["sale"].lower()} if "sale" in words else SALES
    back = {words["return"].lower()} if "return" in words else RETURNS
    kinds = np.where(said.isin(sale), "sale", np.where(said.isin(back), "return", ""))
    return pd.Series(kinds, index=read.index, dtype=object)


def _reasons(read: "pd.DataFrame", table: Table, columns: Mapping[str, str]) -> "pd.Series[str]":
    """Why each row is left out, "" where it is not; the first reason counts."""
    import numpy as np
    import pandas as pd

    names = read[["order", "sku", "segment", "channel", "customer"]]
    odd = pd.DataFrame({name: names[name].str.contains(r"[\x00-\x1f\x7f-\x9f]", regex=True) for name in names})
    repeated = (table.cells[list(columns.values())] == pd.Series({name: name for name in columns.values()})).all(axis=1)
    typed = bool((read["type"] != "").any())
    checks = {
        "header repeated": repeated,
        "no order number": read["order"] == "",
        "no SKU": read["sku"] == "",
        "unprintable characters in a name": odd.any(axis=1),
        "time cannot be read": read["time"].isna(),
        "quantity cannot be read": read["units"].isna(),
        "quantity is 0": read["units"] == 0,
        "document type missing": (read["type"] == "") & typed,
        "document is neither sale nor return": read["kind"] == "",
        "negative quantity in a sale": (read["kind"] == "sale") & (read["units"] < 0),
        "price missing or cannot be read": read["price"].isna(),
        "negative price": read["price"] < 0,
    }
    return pd.Series(np.select(list(checks.values()), list(checks), default=""), index=read.index, dtype=object)


def _left_out(reason: "pd.Series[str]", table: Table) -> Iterator[tuple[str, LeftOut]]:
    bad = reason[reason != ""]
    for name, count in bad.value_counts().items():
        rows = table.cells.loc[bad[bad == name].index[:EXAMPLES]]
        shown = (f"row {row.pop(ROW)}: {','.join(map(str, row.values()))[:90]}" for row in rows.to_dict("records"))
        yield str(name), LeftOut(int(count), tuple(shown))


def _pooled(lines: "pd.DataFrame") -> "pd.DataFrame":
    """Time, segment, channel and customer of every line are those of its order; rare segments and channels are one."""
    lines = lines.copy()
    orders = lines.groupby(["kind", "order"], sort=False)
    for name in ("segment", "channel", "customer"):
        lines[name] = orders[name].transform("first")
    lines["time"] = orders["time"].transform("min")
    for name in ("segment", "channel"):
        if (lines[name] != "").any():
            lines[name] = lines[name].where(lines[name] != "", "unknown")
        most = lines[name].value_counts().index[:MANY]
        lines[name] = lines[name].where(lines[name].isin(most), "other")
    return lines
