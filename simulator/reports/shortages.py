"""The SKUs that hurt most in one run, each with the simplest cause that the facts show."""

from dataclasses import dataclass

import numpy as np

from simulator.kpis.inventory import shelf_of_line
from simulator.kpis.view import View
from simulator.ledger import facts
from simulator.reports.causes import cause
from simulator.reports.levels import asked_at
from simulator.reports.shelves import shelf_facts

@dataclass(frozen=True)
class Shortage:
    """What was short of one SKU, and its worst stockout: the shortage between one receipt and the next."""

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
    """Replenishment cycles in which something was short."""
    begin: float
    """Of the worst stockout, in hours: the first line that was short."""
    end: float
    """The receipt that ended it, or the end of the run."""
    worst: float
    """Share of the units short that fell in it."""
    cause: str


def shortages(view: View, most: int) -> list[Shortage]:
    """The SKUs with the highest value short (units, where prices are 0), the worst first."""
    lines, size = view.lines, view.labels.products
    short = lines.backordered + lines.lost
    worth = lines.price if (lines.price * short).sum() > 0 else np.ones(len(short))
    value = np.bincount(lines.sku, short * worth, size)
    ranked = np.argsort(-value, kind="stable")[:most]
    asked = asked_at(view)
    return [_shortage(view, int(sku), asked, float(value.sum())) for sku in ranked if value[sku] > 0]


def _shortage(view: View, sku: int, asked: np.ndarray, total: float) -> Shortage:
    lines = view.lines
    mine = (lines.sku == sku) & (lines.backordered + lines.lost > 0)
    units = lines.backordered[mine] + lines.lost[mine]
    where = shelf_of_line(view)[lines.number[mine]]
    number = int(np.bincount(where, units).argmax())
    shelf = shelf_facts(view, number, asked, lines.number[mine][where == number], units[where == number])
    cycle = np.searchsorted(shelf.received[0], shelf.short[0], side="right")
    by_cycle = np.bincount(cycle, shelf.short[1])
    worst = int(by_cycle.argmax())
    end = float(shelf.received[0][worst]) if worst < len(shelf.received[0]) else view.end
    value = float((units * lines.price[mine]).sum())
    return Shortage(
        sku=view.labels.names["sku"][sku], site=view.labels.names["site"][number // view.labels.products],
        units=float(units.sum()), lost=float((lines.lost[mine] + lines.cancelled[mine]).sum()), value=value,
        share=(value or float(units.sum())) / total, stockouts=_stockouts(view, where, lines.number[mine], asked),
        begin=float(shelf.short[0][cycle == worst].min()), end=end, worst=float(by_cycle[worst] / units.sum()),
        cause=cause(shelf, worst, view.end),
    )  # fmt: skip


def _stockouts(view: View, where: np.ndarray, number: np.ndarray, asked: np.ndarray) -> int:
    """Replenishment cycles with a shortage, over all sites."""
    received = view.of(facts.Received)
    count = 0
    for shelf in np.unique(where):
        ends = np.sort(received["at"][received["shelf"] == shelf])
        count += len(np.unique(np.searchsorted(ends, asked[number[where == shelf]], side="right")))
    return count
