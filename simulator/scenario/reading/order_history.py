"""An order history as arrays: what resampled and replayed demand, and a fit, draw on."""

import csv
import datetime as dt
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TextIO

import numpy as np

from simulator.scenario.market import Columns, History


class HistoryError(ValueError):
    """A history that cannot be used."""


@dataclass(frozen=True)
class Orders:
    """Whole orders of a history, in the order of time; `first` and `last` bound the lines of each."""

    start: dt.date
    """First day of the history."""
    at: np.ndarray
    """Hours from the first day's midnight."""
    segment: np.ndarray
    """Text, "" where unknown."""
    channel: np.ndarray
    """Text, "" where unknown."""
    customer: np.ndarray
    """Text, "" where unknown."""
    first: np.ndarray
    last: np.ndarray
    sku: np.ndarray
    """Of each line, as text."""
    units: np.ndarray
    price: np.ndarray
    """Of one unit; nan where unknown."""

    def __len__(self) -> int:
        return len(self.at)

    def where(self, chosen: np.ndarray) -> np.ndarray:
        """Indices of the orders for which `chosen` is true."""
        return np.flatnonzero(chosen)


def read_history(history: History) -> Orders:
    """The orders of a history file, read once per process.

    Errors: HistoryError names the file, the row and what is wrong with it.
    """
    return _read(history.file, history.columns.model_dump_json())


@lru_cache(maxsize=4)
def _read(file: str, columns: str) -> Orders:
    names = Columns.model_validate_json(columns)
    try:
        with _opened(file) as text:
            rows = list(_rows(csv.DictReader(text), names, file))
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise HistoryError(f"{file}: cannot be read: {error}") from error
    if not rows:
        raise HistoryError(f"{file}: holds no sale")
    return _orders(rows)


def _opened(file: str) -> TextIO:
    if file.endswith(".gz"):
        return gzip.open(file, "rt", newline="", encoding="utf-8")
    return open(file, newline="", encoding="utf-8-sig")


Row = tuple[str, dt.datetime, str, str, str, str, float, float]


def _rows(reader: "csv.DictReader[str]", names: Columns, file: str) -> Iterator[Row]:
    wanted = {key: name for key, name in names.model_dump().items() if name is not None and key != "sale"}
    missing = sorted(set(wanted.values()) - set(reader.fieldnames or ()))
    if missing:
        raise HistoryError(f"{file}: no column {', '.join(missing)}; the file has {', '.join(reader.fieldnames or ())}")
    for row in reader:
        if names.type is not None and row[names.type] != names.sale:
            continue
        try:
            units = float(row[names.units])
            price = float(row[names.price]) if names.price is not None else float("nan")
            at = dt.datetime.fromisoformat(row[names.time])
        except ValueError as error:
            raise HistoryError(f"{file}: row {reader.line_num}: {error}") from error
        if not units > 0:
            raise HistoryError(f"{file}: row {reader.line_num}: units must be above 0, found {units:g}")
        segment, channel, customer = (
            row[name] if name is not None else "" for name in (names.segment, names.channel, names.customer)
        )
        yield row[names.order], at, segment, channel, customer, row[names.sku], units, price


def _orders(rows: list[Row]) -> Orders:
    begun: dict[str, dt.datetime] = {}
    for row in rows:
        begun[row[0]] = min(begun.get(row[0], row[1]), row[1])
    rows.sort(key=lambda row: (begun[row[0]], row[0]))
    heads = [index for index, row in enumerate(rows) if not index or row[0] != rows[index - 1][0]]
    start = min(begun.values()).date()
    midnight = dt.datetime.combine(start, dt.time())
    return Orders(
        start=start,
        at=np.array([(begun[rows[head][0]] - midnight).total_seconds() / 3600 for head in heads]),
        segment=np.array([rows[head][2] for head in heads]),
        channel=np.array([rows[head][3] for head in heads]),
        customer=np.array([rows[head][4] for head in heads]),
        first=np.array(heads),
        last=np.array([*heads[1:], len(rows)]),
        sku=np.array([row[5] for row in rows]),
        units=np.array([row[6] for row in rows]),
        price=np.array([row[7] for row in rows]),
    )


def exists(history: History) -> bool:
    """Whether the history's file is there."""
    return Path(history.file).is_file()
