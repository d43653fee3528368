"""The orders that contracts cover: when they fall due, what reached the customer, and until when they were owed."""

from dataclasses import dataclass

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Columns
from simulator.measures.view import TINY, View, table_of_view
from simulator.scenario.contracts import Contract
from simulator.units import exact


def covered(view: View, contract: Contract) -> np.ndarray:
    """By order number (place 0 unused): whether the contract covers it."""
    table, market, covers = view.of(facts.Ordered), view.scenario.market, contract.covers
    mine = np.ones(len(table["at"]), dtype=bool)
    for column, known, names in (
        ("segment", list(market.segments), covers.segment),
        ("channel", list(market.channels), covers.channel),
        ("customer", view.ledger.customers, covers.customer),
    ):
        if names is not None:
            mine &= np.isin(table[column], [n for n, name in enumerate(known) if name in names])
    result = np.concatenate([[False], mine])
    result[view.of(facts.Declined)["order"]] = False  # the order came to nothing before it was owed
    return result


def due_times(view: View, contract: Contract) -> np.ndarray:
    """When each order falls due under the clock of a contract, by order number; nan if it does not."""
    table = view.of(facts.Ordered)
    if contract.due_clock == "asked":
        return _asked_at(view)
    if contract.due_clock in ("request", "entry"):
        times = table["requested"] if contract.due_clock == "request" else exact(table["at"] + (contract.within or 0.0))
        return np.concatenate([[np.nan], times])
    if contract.due_clock == "original_commit":
        return view.promises[0]
    return _promised_last(view, contract.window.late)


def _promised_last(view: View, late: float) -> np.ndarray:
    """The date promised last, by order number; what was told when the date before had run out does not count."""
    found = view.promises[0].copy()
    told = view.of(facts.Promised)
    for at, order, due in zip(*(told[name].tolist() for name in ("at", "order", "due")), strict=True):
        if at <= exact(found[order] + late):
            found[order] = due
    return found


def _asked_at(view: View) -> np.ndarray:
    """When each order asked for stock."""
    at = np.full(len(view.measured_orders), np.inf)
    for kind in (facts.Allocated, facts.Substituted, facts.Backordered, facts.Lost):
        table = view.of(kind)
        np.minimum.at(at, view.order_of_line[table["line"]], table["at"])
    at[~np.isfinite(at)] = np.nan
    return at


@table_of_view
def arrivals(view: View) -> Columns:
    """Units that reached customers: line, units, time, and the turn in which their delivery was written.

    Another product that a customer took instead counts as what was ordered.
    """
    given, instead, delivered = (view.of(k) for k in (facts.Allocated, facts.Substituted, facts.Delivered))
    line, units, shipment = (np.concatenate([given[n], instead[n]]) for n in ("line", "units", "shipment"))
    turn = np.full(int(max(shipment.max(initial=0), delivered["shipment"].max(initial=0))) + 1, -1)
    turn[delivered["shipment"]] = np.arange(len(delivered["shipment"]))
    came = turn[shipment] >= 0
    written = turn[shipment[came]]
    return {"line": line[came], "units": units[came], "at": delivered["at"][written], "written": written}


def owed_until(view: View) -> np.ndarray:
    """By order number: when the last of it was delivered, lost or cancelled; infinite if something is still owed."""
    size, came = len(view.measured_orders), arrivals(view)
    last, left = np.zeros(size), np.concatenate([[0.0], view.of(facts.LineOrdered)["units"]])
    parts = (came, *gone(view))
    for line, at, units in ((each["line"], each["at"], each["units"]) for each in parts):
        np.maximum.at(last, view.order_of_line[line], at)
        left = left - np.bincount(line, units, len(left))
    last[view.order_of_line[left > TINY]] = np.inf
    return last


@table_of_view
def gone(view: View) -> tuple[Columns, Columns]:
    """Units that customers will not get, by whose doing: what the company lost or cancelled, and what customers did.

    An order that ended before it asked for stock, turned away or withdrawn, is gone with all its lines.
    """
    cancelled, left = view.of(facts.Cancelled), view.of(facts.Abandoned)
    withdrawn = [kind for kind in view.ledger.kinds if facts.ENDS.get(kind)]  # and the promise with the order
    own, full = cancelled["by_company"] == 0, left["full"] > 0
    company = [view.of(facts.Lost), _rows(cancelled, ~own), _whole(view, _rows(left, full))]
    customer = [_rows(cancelled, own), _whole(view, _rows(left, ~full))]
    customer += [_whole(view, view.of(kind)) for kind in withdrawn]
    return _together(company), _together(customer)


def _rows(table: Columns, chosen: np.ndarray) -> Columns:
    return {name: column[chosen] for name, column in table.items()}


def _whole(view: View, table: Columns) -> Columns:
    """All lines of some orders, each at the time of its order."""
    at = np.full(len(view.measured_orders), np.nan)
    at[table["order"]] = table["at"]
    lines = view.of(facts.LineOrdered)
    mine = ~np.isnan(at[lines["order"]])
    return {"at": at[lines["order"]][mine], "line": lines["line"][mine], "units": lines["units"][mine]}


def _together(tables: list[Columns]) -> Columns:
    return {name: np.concatenate([table[name] for table in tables]) for name in ("at", "line", "units")}


NEVER = np.inf


@dataclass(frozen=True)
class Scorecard:
    """One contract. Arrays by order are over the orders that fell due in a settled period, in the order in which they
    did; arrays by line are over the lines of these orders."""

    contract: Contract
    begins: np.ndarray
    ends: np.ndarray
    """Of the settled periods."""
    measured: np.ndarray
    """By period: whether it lies in the measured time."""
    order: np.ndarray
    """Order number."""
    period: np.ndarray
    late_from: np.ndarray
    """From when an order is late."""
    late_until: np.ndarray
    """When nothing of it was owed any more; infinite if it still is."""
    excluded: np.ndarray
    forgiven: np.ndarray
    failed: np.ndarray
    """Whether it failed and counts."""
    due: np.ndarray
    met: np.ndarray
    line: np.ndarray
    """Line number."""
    row: np.ndarray
    """By line: place of its order in the arrays by order."""
    fell_due: np.ndarray
    """By line: units that count."""
    missed: np.ndarray
    """By line: units that failed: of the whole order, of the whole line, or the units themselves, as is counted."""

    def by_period(self, values: np.ndarray) -> np.ndarray:
        """Values by order added up by period."""
        return np.bincount(self.period, values, len(self.ends))

    @property
    def attainment(self) -> np.ndarray:
        """What was met / what fell due, by period; nan where nothing fell due."""
        due, met = self.by_period(self.due), self.by_period(self.met)
        found: np.ndarray = np.divide(met, due, out=np.full(len(due), np.nan), where=due > 0)
        return found


@table_of_view
def scorecards(view: View) -> list[Scorecard]:
    """One for each contract of the scenario."""
    return [_scorecard(view, contract) for contract in view.scenario.service.contracts.values()]


def _scorecard(view: View, contract: Contract) -> Scorecard:
    run = view.scenario.run
    ends = np.array(contract.ends(run.start, run.horizon))
    begins = np.concatenate([[0.0], ends])[: len(ends)]
    due = due_times(view, contract)
    latest = exact(due + contract.window.late)
    period = np.searchsorted(ends, np.nan_to_num(latest, nan=NEVER), side="right")
    mine = np.flatnonzero(covered(view, contract) & np.isfinite(latest) & (period < len(ends)))
    mine = mine[np.argsort(latest[mine], kind="stable")]
    row_of_order = np.full(len(due), -1)
    row_of_order[mine] = np.arange(len(mine))
    line = np.flatnonzero(row_of_order[view.order_of_line] >= 0)
    row = row_of_order[view.order_of_line[line]]
    wanted, good = _units(view, contract, line, row, due[mine], ends[period[mine]])
    judged = _Judged(contract, wanted, good, row, len(mine), _price(view)[line])
    excluded = _excluded(view, contract, mine, due[mine], ends[period[mine]])
    failed = judged.failed & ~excluded
    forgiven = failed & (_turn(failed, period[mine]) <= contract.grace)
    return Scorecard(
        contract=contract,
        begins=begins,
        ends=ends,
        measured=begins >= view.begin,
        order=mine,
        period=period[mine],
        late_from=latest[mine],
        late_until=owed_until(view)[mine],
        excluded=excluded,
        forgiven=forgiven,
        failed=failed & ~forgiven,
        due=judged.due * ~excluded,
        met=np.where(forgiven, judged.due, judged.met) * ~excluded,
        line=line,
        row=row,
        fell_due=np.where(excluded[row], 0.0, wanted),
        missed=judged.missed * (failed & ~forgiven)[row],
    )


def _turn(failed: np.ndarray, period: np.ndarray) -> np.ndarray:
    """For each order that failed, its place in its period, in the order in which they fell due."""
    turns = np.zeros(len(failed))
    for each in np.unique(period[failed]):
        mine = np.flatnonzero(failed & (period == each))
        turns[mine] = np.arange(1, len(mine) + 1)
    return turns


def _units(
    view: View, contract: Contract, line: np.ndarray, row: np.ndarray, due: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """By line: units that count, and units of them that kept the contract."""
    size = len(view.order_of_line)
    wanted = np.concatenate([[0.0], view.of(facts.LineOrdered)["units"]])[line]
    if contract.metric == "fill":
        short = view.by_line(facts.Backordered) + view.by_line(facts.Lost) + view.by_line(facts.Substituted)
        return wanted, wanted - short[line]
    row_of_line = np.full(size, -1)
    row_of_line[line] = row
    came = arrivals(view)
    mine = row_of_line[came["line"]] >= 0
    came = {name: column[mine] for name, column in came.items()}
    which, at = row_of_line[came["line"]], came["at"]
    if contract.metric == "in_full":
        first = np.full(len(due), np.iinfo(np.int64).max)
        np.minimum.at(first, which, came["written"])  # of two deliveries at one instant the earlier written
        good = (came["written"] == first[which]) & (at <= end[which])
    else:
        early = contract.window.early
        good = at <= exact(due[which] + contract.window.late)
        if early is not None:
            good &= at >= exact(due[which] - early)
    kept = np.bincount(came["line"], came["units"] * good, size)[line]
    if contract.metric in ("on_time", "cycle_time"):
        latest = exact(due + contract.window.late)
        for table in gone(view):
            of = row_of_line[table["line"]]
            before = (of >= 0) & (table["at"] <= np.append(latest, np.nan)[of])
            wanted = wanted - np.bincount(table["line"], table["units"] * before, size)[line]
    return wanted, kept


class _Judged:
    """What fell due and was met by order, in what the contract counts, and units missed by line."""

    def __init__(
        self, contract: Contract, wanted: np.ndarray, good: np.ndarray, row: np.ndarray, size: int, price: np.ndarray
    ) -> None:
        kept = good >= wanted - TINY
        broken = np.bincount(row, ~kept, size) > 0
        if contract.basis == "order":
            self.failed = broken | (np.bincount(row, good, size) <= 0)
            self.due: np.ndarray = np.ones(size)
            self.met: np.ndarray = (~self.failed).astype(float)
            self.missed: np.ndarray = wanted
            return
        self.failed = broken
        counted: np.ndarray
        if contract.basis == "line":
            counted = np.where(wanted > TINY, 1.0, 0.0)
            met, self.missed = counted * kept, np.where(kept, 0.0, wanted)
        else:
            worth = price if contract.basis == "value" else np.ones(len(row))
            counted, met, self.missed = wanted * worth, good * worth, wanted - good
        self.due, self.met = np.bincount(row, counted, size), np.bincount(row, met, size)


def _price(view: View) -> np.ndarray:
    return np.concatenate([[0.0], view.of(facts.LineOrdered)["price"]])


def _excluded(view: View, contract: Contract, order: np.ndarray, due: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Which orders do not count; what a customer gave up after the settlement does not change it."""
    if not contract.exclude.model_fields_set:
        return np.zeros(len(order), dtype=bool)
    (_, cancelled), size = gone(view), len(view.measured_orders)
    first = np.full(size, np.inf)
    np.minimum.at(first, view.order_of_line[cancelled["line"]], cancelled["at"])
    units = np.bincount(view.order_of_line[1:], view.of(facts.LineOrdered)["units"], size)
    placed, start = view.of(facts.Ordered)["at"][order - 1], view.scenario.run.start
    given_up = first[order] <= end
    rows = zip(*(each.tolist() for each in (placed, due, units[order], given_up)), strict=True)
    return np.array([contract.is_excluded(start, *row) for row in rows], dtype=bool)
