"""A table of order lines, as CSV: its rows, and every fault with the line and column where it is."""

import csv
import datetime as dt
import gzip
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.market import Columns
from simulator.scenario.reading.layers import printable, shown
from simulator.units import NUMBER, YEARS

LONGEST_LINE = 1_000_000
"""Letters of a line; a file with longer ones is no table."""
LARGEST_AMOUNT = 1e9
"""Units of a line, and the price of one, at the most: more is an article number, or a damaged file."""
MOST_FAULTS = 500
"""So many rows at fault are looked for: reading ends there."""
AMOUNT = re.compile(rf"[-+]?{NUMBER}")


class HistoryError(ScenarioError):
    """A history that cannot be used: every fault of its file, with the line."""


def unusable(file: str, message: str, hint: str = "", line: int = 0) -> HistoryError:
    """A file that is no history, and why."""
    return HistoryError([Problem(shown(Path(file)), line, 1 if line else 0, "", message, hint)])


def _binary(file: str) -> BinaryIO:
    """A file as bytes; what is gzipped is unpacked, whatever it is called."""
    with open(file, "rb") as raw:
        start = raw.read(4)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise unusable(file, "the file is in UTF-16", "save it as CSV, UTF-8")
    if start in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise unusable(file, "an Excel workbook, or another archive", "save the sheet as CSV, UTF-8")
    return gzip.open(file, "rb") if start[:2] == b"\x1f\x8b" else open(file, "rb")  # type: ignore[return-value]


def opened(file: str) -> TextIO:
    """A file as text."""
    return io.TextIOWrapper(_binary(file), encoding="utf-8-sig", newline="")


def undecodable(file: str) -> int:
    """The first line that is not UTF-8."""
    with _binary(file) as raw:
        for number, line in enumerate(raw, 1):
            try:
                line.decode("utf-8-sig")
            except UnicodeDecodeError:
                return number
    return 1


class _Lines:
    """The lines of a text, one by one; knows the last one."""

    def __init__(self, text: TextIO) -> None:
        self.text, self.number, self.last = text, 0, ""

    def __iter__(self) -> Iterator[str]:
        while line := self.text.readline(LONGEST_LINE + 1):
            self.number, self.last = self.number + 1, line
            if len(line) > LONGEST_LINE:
                raise csv.Error(f"a line of more than {LONGEST_LINE:,} letters")
            if "\0" in line:
                raise csv.Error("a NUL byte")
            yield line

    def column(self, place: int) -> int:
        """Where a cell of the last line begins, counted from 1."""
        quoted, cell = False, 0
        for at, letter in enumerate(self.last):
            if cell == place:
                return at + 1
            quoted ^= letter == '"'
            cell += letter == "," and not quoted
        return 1


@dataclass(frozen=True, slots=True)
class Row:
    """One sale."""

    line: int
    order: str
    at: dt.datetime
    segment: str
    channel: str
    customer: str
    sku: str
    units: float
    price: float
    dated: bool
    """Whether it says a date without a time of day."""
    notice: float = math.nan
    """Hours until the time for which it is requested; nan where none is."""


class Table:
    """A table of order lines, and what is at fault with it."""

    def __init__(self, file: str, names: Columns, text: TextIO) -> None:
        self.file, self.names, self.lines = file, names, _Lines(text)
        self.shown = shown(Path(file))
        self.faults: list[Problem] = []

    def rows(self) -> Iterator[Row]:
        """The sales; the rows at fault are noted, up to a number."""
        reader = csv.reader(self.lines)
        header = next(reader, [])
        place = self._places(header)
        while place and len(self.faults) < MOST_FAULTS:
            line = self.lines.number + 1
            cells = next(reader, None)
            if cells is None:
                return
            if not any(cells):
                continue
            if len(cells) != len(header):
                over = self.lines.number - line
                hint = f"it goes on to line {line + over}: is a quote not closed?" if over else ""
                self._note(line, 0, "", f"{len(cells)} cells, the header has {len(header)}", hint)
            elif self.names.type is None or cells[place["type"]] == self.names.sale:
                row = self._row(line, cells, place)
                if row is not None:
                    yield row

    def _places(self, header: list[str]) -> dict[str, int]:
        """Column by role; empty where one is missing. What else a file holds is told only of a table of orders."""
        given = {role: name for role, name in self.names.model_dump().items() if name is not None and role != "sale"}
        missing = {role: name for role, name in given.items() if name not in header}
        told = ", ".join(header) if len(missing) < len(given) else ""
        if missing and len(header) == 1 and len(re.split("[;\t|]", header[0])) > 3:
            self._note(1, 0, "", "the cells are not separated by commas", "save the file as CSV with commas")
            return {}
        for role, name in missing.items():
            hint = f"the file has {printable(told)}; say which is meant in market.history.columns.{role}"
            self._note(1, 0, "", f"no column {name!r}", hint if told else "is this a table of order lines, as CSV?")
        for name in sorted({name for name in given.values() if header.count(name) > 1}):
            self._note(1, header.index(name), "", f"two columns are called {name!r}", "rename one")
        return {} if self.faults else {role: header.index(name) for role, name in given.items()}

    def _row(self, line: int, cells: list[str], place: dict[str, int]) -> Row | None:
        before = len(self.faults)
        for role in ("order", "sku"):
            if not cells[place[role]].strip():
                self._note(line, place[role], getattr(self.names, role), "is empty")
        at = self._time(line, cells[place["time"]], place["time"], self.names.time)
        units = self._amount(line, cells[place["units"]], place["units"], self.names.units)
        price = math.nan
        if self.names.price is not None:
            price = self._amount(line, cells[place["price"]], place["price"], self.names.price)
        if units <= 0:
            said = f"must be above 0, found {cells[place['units']].strip()}"
            self._note(line, place["units"], self.names.units, said, "a return is no sale: leave it out")
        if price < 0:
            self._note(line, place["price"], str(self.names.price), f"must be 0 or more, found {price:g}")
        notice = math.nan
        if self.names.requested is not None and at is not None and cells[place["requested"]].strip():
            notice = self._notice(line, cells[place["requested"]], place["requested"], at)
        if len(self.faults) > before or at is None:
            return None
        segment, channel, customer = (
            cells[place[role]] if role in place else "" for role in ("segment", "channel", "customer")
        )
        dated = len(cells[place["time"]].strip()) <= len("2026-01-05")
        sku, order = cells[place["sku"]], cells[place["order"]]
        return Row(line, order, at, segment, channel, customer, sku, units, price, dated, notice)

    def _notice(self, line: int, cell: str, place: int, at: dt.datetime) -> float:
        """Hours until the time for which a line is requested."""
        wanted, name = self._time(line, cell, place, str(self.names.requested)), str(self.names.requested)
        if wanted is None:
            return math.nan
        if (wanted.tzinfo is None) != (at.tzinfo is None):
            self._note(line, place, name, "it and the time of the order must both have a time zone, or both none")
            return math.nan
        if wanted < at:
            hint = "write a later date, with its time of day"
            self._note(line, place, name, f"requested for {cell.strip()}, before it was ordered", hint)
        return (wanted - at).total_seconds() / 3600

    def _time(self, line: int, cell: str, place: int, name: str) -> dt.datetime | None:
        try:
            at = dt.datetime.fromisoformat(cell.strip())
        except ValueError:
            said = f"a date and time such as 2026-01-05 14:30 is expected, found {cell!r}"
            self._note(line, place, name, said)
            return None
        if not YEARS[0] <= at.year <= YEARS[1]:
            self._note(line, place, name, f"a year from {YEARS[0]} to {YEARS[1]} is expected, found {cell!r}")
            return None
        return at

    def _amount(self, line: int, cell: str, place: int, name: str) -> float:
        """A number within reason; nan where it is none, which is noted."""
        if not AMOUNT.fullmatch(cell.strip()):
            self._note(line, place, name, f"a number such as 12 or 2.5 is expected, found {cell!r}")
            return math.nan
        number = float(cell)
        if abs(number) > LARGEST_AMOUNT:
            said = f"must be at most {LARGEST_AMOUNT:,.0f}, found {cell.strip()}"
            self._note(line, place, name, said, "is it a number of something else, or the file damaged?")
            return math.nan
        return number

    def _note(self, line: int, place: int, column: str, message: str, hint: str = "") -> None:
        at = self.lines.column(place) if line == self.lines.number else 1
        self.faults.append(Problem(self.shown, line, at, column, printable(message), hint))
