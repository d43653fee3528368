"""The tables that most KPIs are made of: lines and orders of the measured time, one array for each column."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from simulator.engine import facts, movements
from simulator.engine.ledger import Columns, Ledger
from simulator.engine.movements import ended_orders
from simulator.measures.labels import Labels
from simulator.measures.registry import decided, follows
from simulator.measures.slices import Rows, Sliced, Taken

if TYPE_CHECKING:
    from simulator.measures.registry import Function


@dataclass(frozen=True)
class Lines:
    """Lines of orders placed in the measured time that have asked for stock. Times in hours."""

    rows: Rows
    number: np.ndarray
    order: np.ndarray
    """Row in the orders table."""
    sku: np.ndarray
    units: np.ndarray
    price: np.ndarray
    at_once: np.ndarray
    """Units met at once."""
    backordered: np.ndarray
    lost: np.ndarray
    cancelled: np.ndarray
    replaced: np.ndarray
    """Units for which another item was given."""
    shipped: np.ndarray
    """Units allocated so far."""
    delivered: np.ndarray
    """Units delivered so far, of this item or another in its place."""


@dataclass(frozen=True)
class Orders:
    """Orders placed in the measured time. Times in hours."""

    rows: Rows
    number: np.ndarray
    asked: np.ndarray
    """Whether it has asked for stock with every line; at the end of the run some are still at the desk."""
    at: np.ndarray
    promised: np.ndarray
    """The date first promised; nan where there was no promise."""
    latest: np.ndarray
    """The date last promised."""
    requested: np.ndarray
    """When the customer wants it; nan where nothing was requested."""
    last: np.ndarray
    """Last delivery; nan if nothing was delivered."""
    complete: np.ndarray
    """Whether nothing is owed any more and something was delivered."""
    open: np.ndarray
    """Whether something is still owed or under way at the end of the run."""
    filled: np.ndarray
    """Whether every line was met at once from stock."""


class Choice:
    """Takes some rows of columns, without a copy where these are all."""

    def __init__(self, keep: np.ndarray) -> None:
        self._keep, self._all = keep, bool(keep.all())

    def __call__(self, column: np.ndarray) -> np.ndarray:
        return column if self._all else column[self._keep]


TINY = 1e-9
T = TypeVar("T")


def _kept(work: Callable[["View"], T], tables: Callable[["View"], dict[Any, Any]]) -> Callable[["View"], T]:
    @wraps(work)
    def found(view: "View") -> T:
        kept = tables(view)
        if work not in kept:
            kept[work] = work(view)
        table: T = kept[work]
        return table

    return found


def table_of_view(work: Callable[["View"], T]) -> Callable[["View"], T]:
    """Have a table of a view worked out when it is first asked for, and kept."""
    return _kept(work, lambda view: view.tables)


def table_of_run(work: Callable[["View"], T]) -> Callable[["View"], T]:
    """The same for a table that does not depend on where the measured time begins: `View.since` hands it on."""
    return _kept(work, lambda view: view.tables_of_run)


class View:
    """Everything that KPIs look at, worked out once when first asked for.

    The measured time begins when the warm-up ends, or at another time that is asked for with `since`. It ends at the
    horizon. What was begun in it is followed to its end: `followed` is the view of that, from which KPIs of orders,
    lines and jobs are taken; KPIs of the time itself, such as stock and money, are not.
    """

    def __init__(self, ledger: Ledger, labels: Labels | None = None) -> None:
        self.ledger, self.scenario = ledger, ledger.scenario
        self.begin, self.end = self.scenario.run.warm_up, ledger.until
        self.labels = labels or Labels(ledger)
        self.tables: dict[Callable[[View], Any], Any] = {}
        """What `table_of_view` has kept."""
        self.tables_of_run: dict[Callable[[View], Any], Any] = {}
        """What `table_of_run` has kept."""
        self._taken: dict[Function, Taken | None] = {}

    @property
    def span(self) -> float:
        """Hours of the measured time."""
        return self.scenario.run.horizon - self.begin

    def since(self, begin: float) -> "View":
        """The same run, measured from another time on."""
        other = View(self.ledger, self.labels)
        other.begin, other.tables_of_run = begin, self.tables_of_run
        if self.followed is not self:
            other.followed = self.followed.since(begin)
            other.followed.cut = other
        return other

    def forget(self) -> None:
        """Let go of all tables: nobody asks this view any more, and it and what follows it hold each other."""
        for each in {id(view): view for view in (self.followed, self.cut, self)}.values():
            each.__dict__.clear()

    @cached_property
    def followed(self) -> "View":
        """The same orders, with what has become of them after the horizon."""
        if self.ledger.followed is self.ledger:
            return self
        other = View(self.ledger.followed)
        other.begin, other.labels, other.cut, other.followed = self.begin, self.labels, self, other
        return other

    @cached_property
    def cut(self) -> "View":
        """The same orders, with what had become of them by the horizon."""
        return self

    @cached_property
    def known_until(self) -> float:
        """Up to when it is known of every measured order whether it kept a date: for ever, if all have ended."""
        return self.end if self.orders.open.any() else np.inf

    def measures(self, at: np.ndarray) -> np.ndarray:
        """Whether what was begun at some times was begun in the measured time."""
        result: np.ndarray = (at >= self.begin) & (at < self.scenario.run.horizon)
        return result

    def found(self, function: "Function") -> Sliced | None:
        """What a KPI finds, of what is followed or of the measured time alone as it says."""
        return function(self.followed if follows(function) else self.cut)

    def taken(self, function: "Function") -> Taken | None:
        """The numbers of a KPI, worked out once; None where there is nothing to measure."""
        if function not in self._taken:
            sliced = self.found(function)
            self._taken[function] = sliced.taken(decided(function)) if sliced is not None else None
        return self._taken[function]

    def values(self, function: "Function") -> dict[str, np.ndarray] | None:
        """The values of a KPI by dimension; None where there is nothing to measure."""
        found = self.taken(function)
        return found.values if found is not None else None

    def of(self, kind: type) -> Columns:
        """The facts of a kind as columns."""
        return self.ledger.columns(kind)

    @cached_property
    def measured_orders(self) -> np.ndarray:
        """By order number (place 0 unused): whether it was placed in the measured time."""
        return np.concatenate([[False], self.of(facts.Ordered)["at"] >= self.begin])

    @property
    @table_of_run
    def order_of_line(self) -> np.ndarray:
        """Order number by line number."""
        return np.concatenate([[0], self.of(facts.LineOrdered)["order"]])

    @property
    def source_of_order(self) -> np.ndarray:
        """Source (segment, channel, rule ...) by order number; the last source is for none."""
        return self.labels.source_of_order

    @property
    @table_of_run
    def item_of_line(self) -> np.ndarray:
        """SKU with its class at the time of the order, of every line."""
        table = self.of(facts.LineOrdered)
        if self.labels.items == self.labels.products:
            return table["sku"]
        return self.labels.classes.pair_of(table["sku"], self.of(facts.Ordered)["at"][table["order"] - 1])

    @property
    @table_of_run
    def every_line(self) -> Rows:
        """All lines by source and SKU, warm-up included."""
        table = self.of(facts.LineOrdered)
        return self.labels.line_rows(self.source_of_order[table["order"]], self.item_of_line)

    @property
    @table_of_run
    def customer_of_line(self) -> np.ndarray:
        """Customer of every line, warm-up included."""
        customers: np.ndarray = self.of(facts.Ordered)["customer"][self.of(facts.LineOrdered)["order"] - 1]
        return customers

    def by_line(self, kind: type) -> np.ndarray:
        """Units of a kind of fact by line number."""
        return movements.by_line(self.ledger, kind)

    @property
    @table_of_run
    def asked(self) -> np.ndarray:
        """By line number: whether the line has asked for stock."""
        size = len(self.order_of_line)
        seen = np.zeros(size, dtype=bool)
        for kind in (facts.Allocated, facts.Backordered, facts.Lost, facts.Substituted):
            seen[self.of(kind)["line"]] = True
        return seen

    @cached_property
    def lines(self) -> Lines:
        """The lines to measure."""
        table = self.of(facts.LineOrdered)
        take = Choice(self.asked[1:] & self.measured_orders[table["order"]])
        short = {kind: take(self.by_line(kind)[1:]) for kind in (facts.Backordered, facts.Lost, facts.Substituted)}
        backordered, lost, replaced = short.values()
        units, order = take(table["units"]), take(table["order"])
        return Lines(
            rows=replace(
                self.labels.line_rows(self.source_of_order[order], take(self.item_of_line)),
                independent=self.independent_lines,
            ),
            number=take(table["line"]),
            order=order,
            sku=take(table["sku"]),
            units=units,
            price=take(table["price"]),
            at_once=units - backordered - lost - replaced,
            backordered=backordered,
            lost=lost,
            replaced=replaced,
            cancelled=take(self.by_line(facts.Cancelled)[1:]),
            shipped=take(self.by_line(facts.Allocated)[1:]),
            delivered=take(self.delivered_units[1:]),
        )

    @cached_property
    def independent_lines(self) -> np.ndarray:
        """By source and item: how many lines at most fare independently, one in each lead time of their shelf."""
        labels = self.labels
        site, sku = labels.source_codes.get("site", np.full(labels.sources, -1)), labels.classes.pairs[:, 0]
        shelf = np.maximum(site, 0)[:, None] * labels.products + sku[None]
        with np.errstate(divide="ignore"):
            found: np.ndarray = 1 + self.span / labels.lead_time_of_shelf[shelf].ravel()
        return found

    def _independent_orders(self, rows: Rows, hours: np.ndarray) -> np.ndarray | None:
        """By source: how many orders at most fare independently: one in each lead time, or mean cycle time, where
        they compete for anything; None where they do not."""
        waits, shelves = self.labels.limited_stages, self.labels.lead_time_of_shelf
        longest = float(shelves.max(initial=0.0))
        if not waits and not longest:
            return None
        came = np.isfinite(hours)
        mean = rows.sums(np.where(came, hours, 0.0)) / np.maximum(rows.sums(came.astype(float)), 1.0)
        with np.errstate(divide="ignore"):
            found: np.ndarray = 1 + self.span / np.maximum(mean if waits else 0.0, longest)
        return found

    @property
    @table_of_run
    def lines_at_once(self) -> tuple[np.ndarray, np.ndarray]:
        """Number and units met at once of every line that has asked for stock, warm-up included."""
        table = self.of(facts.LineOrdered)
        short = self.by_line(facts.Backordered) + self.by_line(facts.Lost) + self.by_line(facts.Substituted)
        number = np.flatnonzero(self.asked)
        return number, table["units"][number - 1] - short[number]

    @cached_property
    def all_asked(self) -> np.ndarray:
        """By order number: whether it is measured and all its lines have asked for stock."""
        waits = np.bincount(self.order_of_line[~self.asked], minlength=len(self.measured_orders)) > 0
        waits[0] = True
        result: np.ndarray = self.measured_orders & ~waits
        return result

    @cached_property
    def orders(self) -> Orders:
        """The orders to measure."""
        lines, table = self.lines, self.of(facts.Ordered)
        take = Choice(self.measured_orders[1:])
        last, asked, owed = (take(each[1:]) for each in (self.last_delivery, self.all_asked, self.owed))
        short = np.bincount(lines.order, lines.at_once < lines.units - TINY, len(self.measured_orders))
        rows = self.labels.order_rows(take(self.source_of_order[1:]))
        return Orders(
            rows=replace(rows, independent=self._independent_orders(rows, last - take(table["at"]))),
            number=take(table["order"]),
            asked=asked,
            at=take(table["at"]),
            promised=take(self.promises[0][1:]),
            latest=take(self.promises[1][1:]),
            requested=take(table["requested"]),
            last=last,
            complete=~owed & ~np.isnan(last),
            open=owed,
            filled=asked & (take(short[1:]) == 0),
        )

    @property
    @table_of_run
    def promises(self) -> tuple[np.ndarray, np.ndarray]:
        """By order number: the date first promised and the date last promised; nan without a promise.

        A later promise never changes the first. An order withdrawn before its release has none any more.
        """
        first = np.concatenate([[np.nan], self.of(facts.Ordered)["promised"]])
        made, withdrawn = self.of(facts.Promised), ended_orders(self.ledger, voids_promise=True)
        if not len(made["order"]) and not len(withdrawn):
            return first, first
        last = first.copy()
        last[made["order"]] = made["due"]  # the facts are in the order of time: the last one stays
        own = np.full(len(first), np.nan)
        own[made["order"][::-1]] = made["due"][::-1]
        first = np.where(np.isnan(first), own, first)
        first[withdrawn] = last[withdrawn] = np.nan
        return first, last

    @property
    @table_of_run
    def given(self) -> Columns:
        """What was taken from stock for lines, `at`, `line`, `units` and `shipment`: their own SKU, or a substitute."""
        return movements.given(self.ledger)

    def arrival_of(self, shipment: np.ndarray) -> np.ndarray:
        """When shipments were delivered; nan for those still under way."""
        return movements.arrival_of(self.ledger, shipment)

    @property
    @table_of_run
    def delivered_units(self) -> np.ndarray:
        """By line number: units delivered so far, of its own item or another in its place."""
        given = self.given
        here = Choice(np.isfinite(self.arrival_of(given["shipment"])))
        return np.bincount(here(given["line"]), here(given["units"]), len(self.order_of_line))

    @property
    @table_of_run
    def owed(self) -> np.ndarray:
        """By order number: whether anything of it is still to be delivered at the end of the view."""
        left = movements.owed_units(self.ledger, self.delivered_units)
        result: np.ndarray = np.bincount(self.order_of_line, left > TINY, len(self.measured_orders)) > 0
        return result

    @property
    @table_of_run
    def errors_met(self) -> Columns:
        """Errors of order entry that customers met with: `at`, `order`, `line` (0 for the order's) and `kind`."""
        return self.ledger.together(facts.ERRORS_MET, "at", "order", "line", "kind")

    @property
    @table_of_run
    def last_delivery(self) -> np.ndarray:
        """Time of the last delivery by order number; nan if nothing was delivered."""
        delivered = self.of(facts.Delivered)
        last = np.full(len(self.measured_orders), np.nan)
        last[delivered["order"]] = delivered["at"]  # deliveries are written in the order of time
        return last
