"""Texts as people write them, read as numbers and times; what cannot be read is nan or NaT."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

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
