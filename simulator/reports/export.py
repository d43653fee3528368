"""The numbers of a store as one long table: CSV, Parquet or Excel, a replication at a time."""

import csv
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from simulator.drawing.sheet import beside
from simulator.experiments.samples import Block
from simulator.experiments.store import Kept, Store

COLUMNS = (
    "experiment",
    "scenario",
    "hash",
    "seed",
    "version",
    "replication",
    "seconds",
    "kpi",
    "by",
    "label",
    "value",
    "weight",
)
"""`value` is that of the replication; `weight` the denominator of a ratio."""
FORMATS = (".csv", ".parquet", ".xlsx")
SHEET = 1_048_575
"""Rows of a worksheet below its header."""
Row = tuple[Any, ...]
Write = Callable[[list[Row]], None]


class ExportError(Exception):
    """What was asked for cannot be written; the message says why."""


def export(store: Store, path: Path, experiments: Collection[int] | None = None, by: Collection[str] = ()) -> int:
    """Write what a store holds, of the whole and by the dimensions named; how many rows that were.

    The file's ending says how: .csv, .parquet (needs pyarrow) or .xlsx.

    Errors: ExportError for another ending, a missing package, or more rows than a worksheet has; StoreError;
    OSError. What was there before then stays.
    """
    if path.suffix not in FORMATS:
        raise ExportError(f"{path}: the ending says the format: {', '.join(FORMATS)}")
    written = 0
    with beside(path) as part, _WRITERS[path.suffix](part) as write:
        for kept in store.experiments():
            if experiments is None or kept.number in experiments:
                for block in store.blocks(kept.number):
                    rows = list(_rows(kept, block, by))
                    written += len(rows)
                    if path.suffix == ".xlsx" and written > SHEET:
                        raise ExportError(
                            f"{path}: more than {SHEET:,} rows do not fit a worksheet: write .csv or "
                            ".parquet, or fewer dimensions"
                        )
                    write(rows)
    return written


def _rows(kept: Kept, block: Block, by: Collection[str]) -> Iterator[Row]:
    """One replication's values, those that there are."""
    head = (kept.number, kept.scenario, kept.hash, kept.seed, kept.version, block.numbers[0], block.seconds[0])
    for dimension in ("", *by):
        labels = block.layout.names.get(dimension, [])
        numbers = block.rows[dimension][0] if dimension in block.rows else np.empty(0)
        for column, place in block.layout.places(dimension) if labels and dimension in block.rows else ():
            parts = numbers[place : place + column.parts * len(labels)].reshape(column.parts, len(labels)).tolist()
            weights = parts[1] if column.parts > 1 else [None] * len(labels)
            for label, value, weight in zip(labels, parts[0], weights, strict=True):
                if value == value:
                    yield (*head, column.kpi, dimension, label, value, weight)


@contextmanager
def _csv(path: Path) -> Iterator[Write]:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        yield writer.writerows


@contextmanager
def _parquet(path: Path) -> Iterator[Write]:
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise ExportError("Parquet needs pyarrow: pip install pyarrow") from error
    kinds = dict.fromkeys(COLUMNS, arrow.string()) | dict.fromkeys(("seconds", "value", "weight"), arrow.float64())
    kinds |= dict.fromkeys(("experiment", "seed", "replication"), arrow.int64())
    schema = arrow.schema(list(kinds.items()))
    with parquet.ParquetWriter(path, schema) as file:

        def write(rows: list[Row]) -> None:
            columns = zip(*rows, strict=True) if rows else ([] for _ in COLUMNS)
            file.write_table(arrow.table([list(column) for column in columns], schema=schema))

        yield write


@contextmanager
def _excel(path: Path) -> Iterator[Write]:
    workbook: Any = import_module("xlsxwriter").Workbook(path, {"constant_memory": True})
    sheet = workbook.add_worksheet("Replications")
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, COLUMNS)
    at = 0

    def write(rows: list[Row]) -> None:
        nonlocal at
        for row in rows:
            at += 1
            for place, cell in enumerate(row):
                sheet.write_string(at, place, cell) if isinstance(cell, str) else sheet.write(at, place, cell)

    yield write
    workbook.close()


_WRITERS = {".csv": _csv, ".parquet": _parquet, ".xlsx": _excel}
