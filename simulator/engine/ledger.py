"""The ledger: every fact once, in columns, written while the simulation runs and read by everything else."""

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from simulator.engine import facts
from simulator.engine.facts import Kind, in_order

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario


Fact = TypeVar("Fact", bound=NamedTuple)
Columns = dict[str, np.ndarray]
Record = Callable[[Iterable[float]], None]


def whole(kind: Kind, field: str) -> bool:
    """Whether a field of a kind of fact holds whole numbers: it is annotated so."""
    return kind.__annotations__[field] is int


BULK = frozenset({facts.Ordered, facts.LineOrdered})
"""Kinds that are written many at once, when orders are drawn."""


class Table:
    """The facts of one kind: a short list that is written to, and the numbers so far."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.buffer: list[float] = []
        self.numbers = array("d")

    def flush(self) -> None:
        """Pack what was written since the last time."""
        if self.buffer:
            packed = np.fromiter(self.buffer, float, len(self.buffer))  # a third of fromlist's time
            self.numbers.frombytes(packed.view(np.uint8).data)
            self.buffer.clear()

    def __len__(self) -> int:
        """How many facts were written."""
        return (len(self.buffer) + len(self.numbers)) // len(self.kind._fields)

    def cut(self, rows: int) -> None:
        """Keep the first so many facts."""
        self.flush()
        del self.numbers[rows * len(self.kind._fields) :]

    def append(self, columns: Mapping[str, np.ndarray | float]) -> None:
        """Write many facts at once: the first column as an array, others may be one value for all."""
        self.flush()
        names = self.kind._fields
        rows = np.empty((_length(columns[names[0]]), len(names)))
        for place, name in enumerate(names):
            rows[:, place] = columns[name]
        self.numbers.frombytes(rows.view(np.uint8).data)

    def columns(self, first: int = 0) -> Columns:
        """The facts as columns, from one on."""
        self.flush()
        rows = np.array(self.numbers[first * len(self.kind._fields) :] if first else self.numbers).reshape(
            -1, len(self.kind._fields)
        )
        return {
            name: rows[:, place].astype(np.int64) if whole(self.kind, name) else rows[:, place].copy()
            for place, name in enumerate(self.kind._fields)
        }


class Column:
    """One field of facts that are written many at once; as long as it has one value only, that is all it keeps."""

    def __init__(self, whole: bool) -> None:
        self.dtype: type = np.int64 if whole else np.float64
        self.numbers = array("q" if whole else "d")
        self.size, self.value = 0, 0.0

    def append(self, part: np.ndarray | float, size: int) -> None:
        """So many values more: an array of them, or one for all."""
        if not isinstance(part, np.ndarray) and not self.numbers and (not self.size or _same(part, self.value)):
            self.value = part
        else:
            if not self.numbers:
                self.numbers.frombytes(np.full(self.size, self.value, self.dtype).view(np.uint8).data)
            whole = np.full(size, part, self.dtype) if not isinstance(part, np.ndarray) else part
            self.numbers.frombytes(np.ascontiguousarray(whole, self.dtype).view(np.uint8).data)
        self.size += size

    def whole(self) -> np.ndarray:
        """All values."""
        return np.array(self.numbers, self.dtype) if self.numbers else np.full(self.size, self.value, self.dtype)


def _length(column: np.ndarray | float) -> int:
    assert isinstance(column, np.ndarray)
    return len(column)


def _same(one: float, other: float) -> bool:
    return one == other or (one != one and other != other)


class Bulk(Table):
    """The facts of a kind that is mostly written many at once, field by field."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind)
        self.fields = {name: Column(whole(kind, name)) for name in kind._fields}

    def flush(self) -> None:
        """Pack what was written one by one since the last time."""
        if self.buffer:
            rows = np.fromiter(self.buffer, float, len(self.buffer)).reshape(-1, len(self.fields))
            self.buffer.clear()
            for place, field in enumerate(self.fields.values()):
                field.append(rows[:, place], len(rows))

    def __len__(self) -> int:
        return next(iter(self.fields.values())).size + len(self.buffer) // len(self.fields)

    def append(self, columns: Mapping[str, np.ndarray | float]) -> None:
        """Write many facts at once: the first column as an array, others may be one value for all."""
        self.flush()
        size = _length(columns[self.kind._fields[0]])
        for name, field in self.fields.items():
            field.append(columns[name], size)

    def columns(self, first: int = 0) -> Columns:
        """The facts as columns, from one on."""
        self.flush()
        return {name: field.whole()[first:] for name, field in self.fields.items()}


class Ledger:
    """What happened in one replication of a scenario.

    While it is open, flows record facts. `close` sorts the orders by time, numbers orders and
    lines from 1 on, and from then on `columns`, `of` and `story` read them.
    """

    def __init__(self, scenario: "Scenario", replication: int, kinds: Iterable[Kind]) -> None:
        self.scenario, self.replication = scenario, replication
        self.kinds = in_order(kinds)
        """What it keeps, in the order in which facts of one instant are told."""
        self.customers: list[str] = []
        self.customer_segments: list[int] = []
        self.stages: list[tuple[str, str]] = []
        """(site, stage) by the stage index of the facts."""
        self.opening = np.zeros(0)
        """Stock at the start by shelf, in units; nan where there is no limit."""
        self.closing: dict[str, np.ndarray] = {}
        """`on_hand`, `on_order` and `backordered` at the end by shelf, as the shelves themselves count them."""
        self.events = 0
        """SimPy events that the replication took."""
        self.until = scenario.run.horizon
        """Up to when it tells what happened."""
        self.coming = np.zeros((0, 2))
        """Shelf and time of the replenishment orders of the measured time that have not arrived."""
        self.followed: Ledger = self
        """The same with what happened to its orders and supplies after the horizon, if the run went on."""
        self._numbers: dict[str, np.ndarray] = {}
        """Numbers of orders and lines by the numbers that they were drawn with."""
        self._rows: dict[Kind, int] = {}
        """How many facts of each kind there were at the horizon."""
        self._kept: dict[Kind, int] = {}
        """How many of them are of orders that came, where not all are."""
        self._tables = {kind: Bulk(kind) if kind in BULK else Table(kind) for kind in self.kinds}
        self._columns: dict[Kind, Columns] = {}

    def recorder(self, kind: Kind) -> Record:
        """The function that records one fact, given as a plain tuple of the kind's fields."""
        return self._tables[kind].buffer.extend

    def append(self, kind: Kind, columns: Mapping[str, np.ndarray | float]) -> None:
        """Record many facts of a kind at once: the first column as an array, others may be one value for all."""
        self._tables[kind].append(columns)

    def flush(self) -> None:
        """Pack what was recorded; called now and then, so that facts stay small."""
        for table in self._tables.values():
            table.flush()

    def so_far(self, kind: Kind) -> Columns:
        """The facts of a kind while the run goes on. Orders are drawn ahead of the clock: some are still to come. Where
        customers decide whether to come, those who do not have no facts, and numbers are left out."""
        return self._tables[kind].columns()

    def rows(self) -> dict[Kind, int]:
        """How many facts of each kind were written so far."""
        return {kind: len(table) for kind, table in self._tables.items()}

    def close(self, events: int = 0, rows: Mapping[Kind, int] | None = None) -> "Ledger":
        """Number orders and lines in the order of time.

        `rows` says how many facts of each kind there were before it was told how things stand at the end: what is
        recorded from now on comes after these, and is for `follow`. Without it nothing is recorded afterwards.
        """
        self.events = events
        raw = {kind: table.columns() for kind, table in self._tables.items()}
        order_of = _renumber(raw[facts.Ordered], "order", raw[facts.Ordered]["at"])
        lines = raw[facts.LineOrdered]
        lines["order"] = order_of[lines["order"]]
        self._numbers = {"order": order_of, "line": _renumber(lines, "line", lines["order"])}
        self._rows = dict(rows or {})
        for kind in raw:
            if kind not in (facts.Ordered, facts.LineOrdered):
                raw[kind] = self._of_those_who_came(kind, raw[kind])
                self._number(raw[kind])
        moved = raw[facts.Sourced]
        raw[facts.Ordered]["site"][moved["order"] - 1] = moved["site"]
        self._columns = dict(raw)
        self._left = raw[facts.Shipped]
        self._columns[facts.Shipped] = _before(self._left, self.scenario.run.horizon)
        for kind, written in self._rows.items():
            if len(self._tables[kind]) > written:
                self._tables[kind].cut(written)
        if rows is None:
            self._tables.clear()
        return self

    def _of_those_who_came(self, kind: Kind, columns: Columns) -> Columns:
        """Without what was written of orders that were drawn, and whose customers did not come."""
        came = np.ones(len(next(iter(columns.values()))), dtype=bool)
        for name in columns.keys() & self._numbers.keys():
            number, known = columns[name], self._numbers[name]
            came &= (number == 0) | (known[np.minimum(number, len(known) - 1)] > 0) & (number < len(known))
        if came.all():
            return columns
        self._kept[kind] = int(came[: self._rows.get(kind)].sum())
        return {name: column[came] for name, column in columns.items()}

    def _number(self, columns: Columns) -> None:
        for name in columns.keys() & self._numbers.keys():
            columns[name] = self._numbers[name][columns[name]]

    def later(self, kind: Kind) -> Columns:
        """The facts of a kind that were recorded since it was closed, of orders and lines that it has."""
        found = self._tables[kind].columns(self._rows[kind])
        for name in found.keys() & self._numbers.keys():
            known = found[name] < len(self._numbers[name])
            found = {field: column[known] for field, column in found.items()}
        self._number(found)
        return found

    def follow(self, until: float) -> None:
        """Keep as `followed` what has happened since it was closed to its orders, their lines, and shelves."""
        other = self.followed = copy(self)
        other.followed = other
        other.until, other._columns = until, dict(self._columns)
        for kind, written in self._rows.items():
            if kind not in BULK and {"order", "line", "shelf"} & set(kind._fields):
                written = self._kept.get(kind, written)
                before = self._left if kind is facts.Shipped else self._columns[kind]
                later = self.later(kind)
                if len(next(iter(later.values()))) or written < len(next(iter(before.values()))):
                    other._columns[kind] = {
                        name: np.concatenate([column[:written], later[name]]) for name, column in before.items()
                    }
        other._columns[facts.Shipped] = _before(other._columns[facts.Shipped], until)
        self._tables.clear()

    def columns(self, kind: Kind) -> Columns:
        """The facts of a kind: one array per field, equally long; empty ones of a kind that it does not keep."""
        return self._columns[kind] if kind in self._columns else _nothing(kind)

    def together(self, kinds: Collection[Kind], *fields: str) -> Columns:
        """Some fields of all facts of several kinds, one kind after the other."""
        tables = [self.columns(kind) for kind in self.kinds if kind in kinds]
        return {name: np.concatenate([np.zeros(0, np.int64), *(table[name] for table in tables)]) for name in fields}

    def of(self, kind: type[Fact]) -> list[Fact]:
        """The facts of a kind as records, in the order in which they were written.

        >>> Ledger.of.__name__
        'of'
        """
        return [kind(*row) for row in zip(*(column.tolist() for column in self.columns(kind).values()), strict=True)]

    def story(self, order: int) -> list[NamedTuple]:
        """The life of one order: its facts in the order of time. `order` counts from 1.

        Errors: IndexError if there is no such order.
        """
        orders = self.columns(facts.Ordered)["order"]
        if not 1 <= order <= len(orders):
            raise IndexError(f"there is no order {order}: the run has {len(orders)}")
        first, last = np.searchsorted(self.columns(facts.LineOrdered)["order"], [order, order + 1])
        found: list[tuple[float, int, NamedTuple]] = []
        for rank, kind in enumerate(self.kinds):
            columns = self.columns(kind)
            mine = np.zeros(0, dtype=np.int64)
            if "order" in columns:
                mine = np.flatnonzero(columns["order"] == order)
            elif "line" in columns:
                mine = np.flatnonzero((columns["line"] > first) & (columns["line"] <= last))
            for row in mine.tolist():
                fact = kind(*(column[row].item() for column in columns.values()))
                found.append((_time(fact), rank, fact))
        placed = min(at for at, _, fact in found if isinstance(fact, facts.Ordered))
        return [fact for _, _, fact in sorted(found, key=lambda row: (max(row[0], placed), row[1]))]


def _before(table: Columns, end: float) -> Columns:
    """The facts of a table before a time, in the order of time."""
    done = np.flatnonzero(table["at"] < end)
    done = done[np.argsort(table["at"][done], kind="stable")]
    return {name: column[done] for name, column in table.items()}


def rows_of_batches(ledger: Ledger) -> np.ndarray:
    """For each Batched, the row of its Served: a stage writes both in the same order."""
    served, batched = ledger.columns(facts.Served), ledger.columns(facts.Batched)
    rows = np.zeros(len(batched["stage"]), dtype=np.int64)
    for stage in np.unique(batched["stage"]).tolist():
        begun = np.flatnonzero((served["stage"] == stage) & ~np.isnan(served["started"]))
        rows[batched["stage"] == stage] = begun
    return rows


def _nothing(kind: Kind) -> Columns:
    return {name: np.zeros(0, np.int64 if whole(kind, name) else np.float64) for name in kind._fields}


def _time(fact: NamedTuple) -> float:
    """When a fact happened; a line is ordered with its order, a stage serves when it ends."""
    if isinstance(fact, facts.Served):
        return min((t for t in (fact.ended, fact.started, fact.queued) if t == t), default=fact.queued)
    return float(getattr(fact, "at", -1.0))


def _renumber(columns: Columns, key: str, by: np.ndarray) -> np.ndarray:
    """Sort facts by `by` (equal ones by the number they had), number them from 1; old number -> new number."""
    old = columns[key]
    if (np.diff(by) >= 0).all() and np.array_equal(old, np.arange(1, len(old) + 1)):
        return np.arange(len(old) + 1)
    ranked = np.lexsort((old, by))
    for name in columns:
        columns[name] = columns[name][ranked]
    new = np.zeros(int(old.max()) + 1 if len(old) else 1, dtype=np.int64)
    new[columns[key]] = np.arange(1, len(old) + 1)
    columns[key] = new[columns[key]]
    return new
