"""The SKUs and the orders that hurt most in one run, each with its cause."""

from dataclasses import dataclass

import numpy as np

from simulator.drawing.html import Code, DataTable, Paragraph, Section, Stories
from simulator.drawing.wording import date, figure, half, lasting
from simulator.engine import facts
from simulator.measures.causes import CLOSED, DEPARTURE, QUEUE, WORK
from simulator.measures.inventory import shelf_of_line
from simulator.measures.time_spent import HOLD, LEFT, PROMISE, STOCK, TWICE, Spent, asked_at, what_took_long
from simulator.measures.view import TINY, View
from simulator.reports.findings import Findings
from simulator.reports.stockout_causes import cause, shelf_facts
from simulator.reports.story import tell
from simulator.scenario.scenario import Scenario
from simulator.units import DAY


def stockouts(short: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The stockout of each line (-1 for a line met at once), and the units short in each stockout.

    >>> stockouts(np.array([0.0, 2.0, 1.0, 0.0, 5.0]))
    (array([-1,  0,  0, -1,  1]), array([3., 5.]))
    """
    is_short = short > TINY
    begins = is_short & ~np.append(False, is_short[:-1])
    number = np.where(is_short, np.cumsum(begins) - 1, -1)
    return number, np.bincount(number[is_short], short[is_short])


@dataclass(frozen=True)
class SkuShortage:
    """What was short of one SKU, and its worst stockout.

    A stockout is a run of lines that were short, one after the other, without one that was met at once.
    """

    sku: str
    site: str
    units: float
    """Units of measured orders that were not met at once."""
    lost: float
    """Those of them that were lost or cancelled."""
    value: float
    share: float
    """Of the value short of all SKUs."""
    stockouts: int
    """Over all sites."""
    begin: float
    """Of the worst stockout, in hours: the first line that was short."""
    end: float
    """The receipt that ended it, or the end of the run."""
    worst: float
    """Share of the units short that fell in it."""
    cause: str


def shortages(view: View, most: int) -> list[SkuShortage]:
    """The SKUs with the highest value short (units, where prices are 0), the worst first."""
    lines, size = view.lines, view.labels.products
    short = lines.backordered + lines.lost
    worth = lines.price if (lines.price * short).sum() > 0 else np.ones(len(short))
    value = np.bincount(lines.sku, short * worth, size)
    ranked = np.argsort(-value, kind="stable")[:most]
    asked = asked_at(view)
    return [_shortage(view, int(sku), asked, float(value.sum())) for sku in ranked if value[sku] > 0]


def _shortage(view: View, sku: int, asked: np.ndarray, total: float) -> SkuShortage:
    lines = view.lines
    mine = np.flatnonzero(lines.sku == sku)
    mine = mine[np.lexsort((lines.number[mine], asked[lines.number[mine]]))]
    units = lines.backordered[mine] + lines.lost[mine]
    where = shelf_of_line(view)[lines.number[mine]]
    number = int(np.bincount(where, units).argmax())
    shelf = shelf_facts(view, number, asked)
    times, here = asked[lines.number[mine[where == number]]], units[where == number]
    spell, sizes = stockouts(here)
    worst = spell == int(sizes.argmax())
    begin, last = float(times[worst].min()), float(times[worst].max())
    receipt = int(np.searchsorted(shelf.received[0], last, side="right"))
    short = float((units * lines.price[mine]).sum()) or float(units.sum())
    return SkuShortage(
        sku=view.labels.names["sku"][sku],
        site=view.labels.names["site"][number // view.labels.products],
        units=float(units.sum()),
        lost=float((lines.lost[mine] + lines.cancelled[mine]).sum()),
        value=float((units * lines.price[mine]).sum()),
        share=short / total,
        stockouts=sum(len(stockouts(units[where == each])[1]) for each in np.unique(where)),
        begin=begin,
        end=float(shelf.received[0][receipt]) if receipt < len(shelf.received[0]) else view.end,
        worst=float(sizes.max() / units.sum()),
        cause=cause(shelf, here[worst], receipt, view.end),
    )


WORDS = {CLOSED: "closed hours at", QUEUE: "queue at", WORK: "long", DEPARTURE: "waited for departures of"}


@dataclass(frozen=True)
class Late:
    """An order that came late, or took long where nothing is promised."""

    number: int
    customer: str
    segment: str
    placed: float
    promised: float
    """nan where nothing was promised."""
    arrived: float
    """The last delivery; nan if it is still owed at the end of the run."""
    late: float
    """Hours after the promise (after the order, where nothing is promised), until the end of the run if still open."""
    value: float
    cause: str


def late_orders(view: View, most: int) -> list[Late]:
    """The latest measured orders, the worst first; of those without any delivery or debt nothing is said."""
    ordered, owed, last, due = view.of(facts.Ordered), view.owed, view.last_delivery, view.promises[0]
    until = np.where(owed, view.end, last)
    late = until - (due if np.isfinite(due).any() else np.concatenate([[np.nan], ordered["at"]]))
    late = np.where(view.measured_orders & np.isfinite(late), late, -np.inf)
    worst = np.argsort(-late, kind="stable")[:most]
    worst = worst[late[worst] > TINY]
    if not len(worst):
        return []
    spent, value = what_took_long(view, worst, late[worst]), _values(view)
    return [
        Late(
            number=order,
            customer=view.ledger.customers[ordered["customer"][order - 1]],
            segment=view.labels.names["segment"][ordered["segment"][order - 1]],
            placed=float(ordered["at"][order - 1]),
            promised=float(due[order]),
            arrived=float(np.nan if owed[order] else last[order]),
            late=float(late[order]),
            value=float(value[order]),
            cause=_said(view, order, spent, row),
        )
        for row, order in enumerate(worst.tolist())
    ]


def _values(view: View) -> np.ndarray:
    lines = view.of(facts.LineOrdered)
    return np.bincount(lines["order"], lines["units"] * lines["price"], len(view.measured_orders))


def _said(view: View, order: int, spent: Spent, row: int) -> str:
    """What made an order late, in words with its hours."""
    kind, hours = int(spent.kind[row]), lasting(float(spent.hours[row]))
    if kind == STOCK:
        return f"{_stock(view, order)}{hours}"
    if kind >= 0:
        stage = view.labels.names["stage"][spent.stage[row]]
        return f"{WORDS[kind]} {stage}: {hours} (usually {lasting(float(spent.usual[row]))})"
    return {
        HOLD: f"credit hold: {hours}",
        TWICE: f"brought to a wrong address first: {hours} until it came to the right one",
        LEFT: "left at the desk: never served",
        PROMISE: "no single cause: a promise shorter than the usual time",
    }[kind]


def _stock(view: View, order: int) -> str:
    """Which stock an order waited for longest, and how that ended."""
    lines, given, gone = (view.of(facts.LineOrdered), view.given, view.of(facts.Cancelled))
    asked, lost = asked_at(view), view.by_line(facts.Lost)
    first, last = np.searchsorted(lines["order"], [order, order + 1])
    found = [("", -1.0)]
    for row in range(first, last):
        line, sku = row + 1, view.labels.names["sku"][lines["sku"][row]]
        came, left = (table["at"][table["line"] == line].max(initial=-np.inf) for table in (given, gone))
        settled = given["units"][given["line"] == line].sum() + lost[line] + gone["units"][gone["line"] == line].sum()
        if lines["units"][row] - settled > TINY:
            found.append((f"still waits for stock of {sku}: ", view.end - asked[line]))
        elif left > came:
            found.append((f"waited for stock of {sku} until that was given up: ", float(left - asked[line])))
        else:
            found.append((f"waited for stock of {sku}: ", float(came - asked[line])))
    return max(found, key=lambda each: each[1])[0]


SKUS, ORDERS = 15, 10
"""So many are named."""


LINES = 60
"""The longest story that is told in the page."""


def skus(findings: Findings) -> Section | None:
    """The SKUs with the highest value short."""
    if not findings.has_stock:
        return None
    found = shortages(findings.view, SKUS)
    if not found:
        return Section("skus", "SKUs that hurt most", [Paragraph("Nothing was short in this run.")])
    rates = {each.label: each for each in findings.by("line_fill_rate", "sku")}
    several, priced = len(findings.scenario.network.sites) > 1, any(each.value for each in found)
    rows: list[list[str]] = []
    for each in found:
        rate = rates.get(each.sku)
        filled = " ".join([figure(rate.mean, rate.unit), half(rate)]).strip() if rate else "–"
        value = [figure(each.value)] if priced else []
        rows.append(
            [
                f"{each.sku} ({each.site})" if several else each.sku,
                filled,
                figure(each.units),
                figure(each.lost),
                *value,
                figure(each.share, "share"),
                figure(each.stockouts),
                _why(findings, each),
            ]
        )
    columns = [
        "SKU",
        "Line fill rate",
        "Units short",
        "Lost",
        *(["Value"] if priced else []),
        "Share",
        "Stockouts",
        "Worst stockout and why",
    ]
    covered, of = sum(each.share for each in found), len(findings.scenario.products)
    most = (
        f"These {len(found)} of {of:,} SKUs make {figure(covered, 'share')} of the shortage."
        if covered < 0.9995
        else "Nothing else was short."
    )
    lead = (
        f"By {'value' if priced else 'units'} not met at once in replication {findings.replication}; the fill rate "
        f"is over all replications. {most} “Lost” counts units lost or given up. "
        "A stockout is a run of short lines without one in between that was met at once."
    )
    listing = DataTable(columns, rows, words=(0, len(columns) - 1), kind="skus")
    return Section("skus", "SKUs that hurt most", [listing], lead)


def _day(scenario: Scenario, at: float) -> str:
    """The date in a table: without the year where the run is too short for doubt."""
    text = date(scenario.run.start, at)
    return text if scenario.run.horizon >= 360 * DAY else text.rsplit(" ", 1)[0]


def _why(findings: Findings, each: SkuShortage) -> str:
    begin, end = _day(findings.scenario, each.begin), _day(findings.scenario, each.end)
    when = begin if begin == end else f"{begin} – {end}"
    return f"{when}, {figure(each.worst, 'share')} of its shortage. {each.cause}"


def orders(findings: Findings) -> Section:
    """The latest orders, with the story of each."""
    found = late_orders(findings.view.followed, ORDERS)
    promises = any(each.promised == each.promised for each in found)
    heading = "Orders that hurt most"
    if not found:
        return Section("orders", heading, [Paragraph("No order was late in this run.")])
    rows = [_row(findings, each, promises) for each in found]
    columns = [
        "Order",
        "Customer",
        "Placed",
        *(["Promised"] if promises else []),
        "Delivered",
        "Late by" if promises else "Took",
        "Value",
        "Where the time went",
    ]
    numbers = tuple(place for place, name in enumerate(columns) if name not in ("Late by", "Took", "Value"))
    seed = findings.scenario.run.seed
    command = (
        f"simulator story SCENARIO --order {found[0].number}"
        + f" --seed {seed}"
        + (f" --replication {findings.replication}" if findings.replication else "")
    )
    what = "The latest against their promise" if promises else "Nothing is promised: the orders that took longest"
    lead = (
        f"{what}, in replication {findings.replication}. Read any of them with ",
        Code(command),
        ", SCENARIO being the file of this page.",
    )
    stories = Stories({f"The story of order {each.number}": _story(findings, each) for each in found})
    return Section("orders", heading, [DataTable(columns, rows, words=numbers, kind="orders"), stories], lead)


def _row(findings: Findings, each: Late, promises: bool) -> list[str]:
    scenario = findings.scenario
    promised = [_day(scenario, each.promised) if each.promised == each.promised else "–"] if promises else []
    still = each.arrived != each.arrived
    known = each.customer.startswith(each.segment)
    return [
        str(each.number),
        each.customer if known else f"{each.customer} ({each.segment})",
        _day(scenario, each.placed),
        *promised,
        "still open" if still else _day(scenario, each.arrived),
        f"{'over ' if still else ''}{lasting(each.late)}",
        figure(each.value),
        each.cause,
    ]


def _story(findings: Findings, each: Late) -> str:
    told = list(tell(findings.ledger, each.number))
    more = [f"  … and {len(told) - LINES} facts more"] if len(told) > LINES else []
    return "\n".join([*told[:LINES], *more])
