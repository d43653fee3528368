"""An order history as arrays: what resampled and replayed demand, and a fit, draw on."""

import csv
import datetime as dt
import os
import stat
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from simulator.model import once
from simulator.scenario.errors import Problem, choice
from simulator.scenario.market import Columns, History
from simulator.scenario.quantities import of_history
from simulator.scenario.reading.layers import printable, shown
from simulator.scenario.reading.order_table import HistoryError, Row, Table, opened, undecodable, unusable
from simulator.scenario.scenario import Scenario

__all__ = ["HistoryError", "Orders", "draws_on_history", "orders_of", "own_orders", "read_history"]

LONGEST_SPAN = 50
"""Years from the first order to the last at the most: else a date is mistyped."""


@dataclass(frozen=True)
class Orders:
    """Whole orders of a history, in the order of time; `first` and `last` bound the lines of each."""

    start: dt.date
    """First day of the history."""
    at: np.ndarray
    """Hours from the first day's midnight, by the clock on the wall."""
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
    row: np.ndarray
    """Of each line, its line in the file."""
    notice: np.ndarray
    """By order: hours until the time for which it was requested, that of its first line; nan where none is."""
    zoned: bool = False
    """Whether the times in the file have a time zone, and were converted."""
    repeated: int = 0
    """Orders in an hour that the clocks went through twice."""

    def __len__(self) -> int:
        return len(self.at)

    def where(self, chosen: np.ndarray) -> np.ndarray:
        """Indices of the orders for which `chosen` is true."""
        return np.flatnonzero(chosen)

    def lines_of(self, mine: np.ndarray) -> np.ndarray:
        """Places of the lines of some orders, one order after the other."""
        counts = (self.last - self.first)[mine]
        rows: np.ndarray = np.repeat(self.first[mine] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        return rows


def read_history(history: History, zone: str | None = None) -> Orders:
    """The orders of a history file, read once per process as long as the file stays as it is.

    `zone` is where the scenario's clock hangs: times that have a time zone are converted to it.

    Errors: HistoryError with every fault of the file.
    """
    try:
        state = os.stat(history.file)
    except (OSError, ValueError) as error:
        raise unusable(history.file, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not stat.S_ISREG(state.st_mode):
        raise unusable(history.file, "is no file", "name a table of order lines, as CSV")
    return _read(history.file, history.columns.model_dump_json(), zone, (state.st_mtime_ns, state.st_size))


@once
def orders_of(scenario: Scenario) -> Orders:
    """The order history of a scenario that has one, in which it knows every SKU that it will need.

    Errors: HistoryError with every fault of the file.
    """
    assert scenario.market.history is not None
    orders = read_history(scenario.market.history, scenario.run.zone)
    if faults := list(_misfits(scenario, orders)):
        raise HistoryError(faults)
    return orders


def own_orders(scenario: Scenario, segment: str) -> tuple[Orders, np.ndarray]:
    """The history, and which of its orders are a segment's.

    Errors: HistoryError with every fault of the file.
    """
    orders = orders_of(scenario)
    return orders, _mine(scenario, orders, segment)


def draws_on_history(scenario: Scenario) -> list[str]:
    """The segments whose orders come from the history."""
    segments = scenario.market.segments.items()
    return [name for name, segment in segments if segment.demand.rule in ("resampled", "replayed")]


def _mine(scenario: Scenario, orders: Orders, segment: str) -> np.ndarray:
    history = scenario.market.history
    whole = history is not None and history.columns.segment is None
    return orders.where((orders.segment == segment) | whole)


def _misfits(scenario: Scenario, orders: Orders) -> Iterator[Problem]:
    """What a scenario needs of its history and does not find there, and SKUs that it does not know."""
    history = scenario.market.history
    assert history is not None
    name, columns = shown(Path(history.file)), history.columns
    told: set[str] = set()
    for segment in draws_on_history(scenario):
        mine = _mine(scenario, orders, segment)
        if not len(mine):
            named = choice(segment, sorted(set(orders.segment.tolist())))
            yield Problem(name, 1, 1, str(columns.segment), printable(f"no order is of segment {segment!r}{named}"))
        rows = orders.lines_of(mine)
        skus, places = np.unique(orders.sku[rows], return_index=True)
        for row, message, hint in of_history(orders.sku[rows].tolist(), orders.units[rows], scenario.products):
            yield Problem(name, int(orders.row[rows[row]]), 1, columns.units, printable(message), hint)
        for sku, place in zip(skus.tolist(), places.tolist(), strict=True):
            if sku in scenario.products or sku in told:
                continue
            told.add(sku)
            count = int((orders.sku[rows] == sku).sum())
            hint = f"it is in {count} lines" if count > 1 else ""
            said = f"there is no SKU {sku!r} in products{choice(sku, scenario.products)}"
            yield Problem(name, int(orders.row[rows[place]]), 1, columns.sku, printable(said), hint)


@lru_cache(maxsize=4)
def _read(file: str, columns: str, zone: str | None, _state: tuple[int, int]) -> Orders:
    """The orders in a file that is in a state (when it was written last, and its size)."""
    names = Columns.model_validate_json(columns)
    try:
        with opened(file) as text:
            table = Table(file, names, text)
            rows = list(table.rows())
    except UnicodeDecodeError:
        raise unusable(file, "not UTF-8", "save the file as UTF-8", undecodable(file)) from None
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise unusable(file, f"cannot be read: {reason}", "is it damaged, or cut off?") from None
    except csv.Error as error:
        raise unusable(file, f"not a table: {error}", "", table.lines.number) from None
    table.faults += _clocks(table, rows, zone)
    if not rows and not table.faults:
        hint = f"no row has {names.sale!r} in the column {names.type}" if names.type is not None else ""
        raise unusable(file, "holds no sale", hint)
    if table.faults:
        raise HistoryError(table.faults)
    return _orders(rows, None if zone is None else ZoneInfo(zone))


def _clocks(table: Table, rows: Sequence[Row], zone: str | None) -> Iterator[Problem]:
    """What is at fault with the times as a whole: time zones, hours that never were, and centuries between them."""
    name, column = table.shown, table.names.time
    zoned = [row.at.tzinfo is not None for row in rows]
    if any(zoned):
        first = rows[zoned.index(True)]
        said = f"the time {first.at.isoformat(' ', 'minutes')} has a time zone"
        if not all(zoned):
            bare = rows[zoned.index(False)]
            yield Problem(name, first.line, 1, column, f"{said}, that of line {bare.line} has none", "write all alike")
        elif zone is None:
            hint = "say where its clock hangs, such as run.zone: Europe/Berlin: times are then converted"
            yield Problem(name, first.line, 1, column, f"{said}, the scenario has none", hint)
    elif zone is not None:
        place = ZoneInfo(zone)
        for row in rows:
            if not row.dated and _skipped(row.at, place):
                said = f"there was no {row.at.isoformat(' ', 'minutes')} in {zone}: the clocks were put forward"
                yield Problem(name, row.line, 1, column, said, "are the times those of another zone, such as UTC?")
    if rows and len(set(zoned)) == 1:
        ranked = sorted(rows, key=lambda row: row.at)
        low, middle, high = ranked[0], ranked[len(ranked) // 2], ranked[-1]
        if high.at.year - low.at.year > LONGEST_SPAN:
            odd = low if middle.at - low.at > high.at - middle.at else high
            said = f"{odd.at.date()} is more than {LONGEST_SPAN} years from other orders"
            yield Problem(
                name, odd.line, 1, column, said, f"the first is of {low.at.date()}, the last of {high.at.date()}"
            )


def _skipped(at: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether clocks that were put forward never showed a time."""
    before, after = zone.utcoffset(at.replace(fold=0)), zone.utcoffset(at.replace(fold=1))
    return before is not None and after is not None and before < after


def _repeated(at: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether clocks that were put back showed a time twice."""
    before, after = zone.utcoffset(at.replace(fold=0)), zone.utcoffset(at.replace(fold=1))
    return before is not None and after is not None and before > after


def _orders(rows: list[Row], zone: ZoneInfo | None) -> Orders:
    begun: dict[str, dt.datetime] = {}
    for row in rows:
        begun[row.order] = min(begun.get(row.order, row.at), row.at)
    zoned, repeated = rows[0].at.tzinfo is not None, 0
    if zone is not None:
        local = {order: at.astimezone(zone).replace(tzinfo=None) if zoned else at for order, at in begun.items()}
        repeated = sum(_repeated(at, zone) for at in local.values())
        rows.sort(key=lambda row: (local[row.order], begun[row.order], row.order))
        begun = local
    else:
        rows.sort(key=lambda row: (begun[row.order], row.order))
    heads = [index for index, row in enumerate(rows) if not index or row.order != rows[index - 1].order]
    start = min(begun.values()).date()
    midnight = dt.datetime.combine(start, dt.time())
    return Orders(
        start=start,
        at=np.array([(begun[rows[head].order] - midnight).total_seconds() / 3600 for head in heads]),
        segment=np.array([rows[head].segment for head in heads]),
        channel=np.array([rows[head].channel for head in heads]),
        customer=np.array([rows[head].customer for head in heads]),
        first=np.array(heads),
        last=np.array([*heads[1:], len(rows)]),
        sku=np.array([row.sku for row in rows]),
        units=np.array([row.units for row in rows]),
        price=np.array([row.price for row in rows]),
        row=np.array([row.line for row in rows]),
        notice=np.array([rows[head].notice for head in heads]),
        zoned=zoned,
        repeated=repeated,
    )
