"""The SKUs that hurt most in one run, each with the simplest cause that the facts show."""

from dataclasses import dataclass

import numpy as np

from simulator.kpis.stock import shelf_of_line
from simulator.kpis.time_spent import asked_at
from simulator.kpis.view import TINY, View
from simulator.reports.causes import cause
from simulator.reports.shelves import shelf_facts


@dataclass(frozen=True)
class Shortage:
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
    return Shortage(
        sku=view.labels.names["sku"][sku], site=view.labels.names["site"][number // view.labels.products],
        units=float(units.sum()), lost=float((lines.lost[mine] + lines.cancelled[mine]).sum()),
        value=float((units * lines.price[mine]).sum()), share=short / total,
        stockouts=sum(len(stockouts(units[where == each])[1]) for each in np.unique(where)), begin=begin,
        end=float(shelf.received[0][receipt]) if receipt < len(shelf.received[0]) else view.end,
        worst=float(sizes.max() / units.sum()), cause=cause(shelf, here[worst], receipt, view.end),
    )  # fmt: skip


def stockouts(short: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The stockout of each line (-1 for a line met at once), and the units short in each stockout.

    >>> stockouts(np.array([0.0, 2.0, 1.0, 0.0, 5.0]))
    (array([-1,  0,  0, -1,  1]), array([3., 5.]))
    """
    is_short = short > TINY
    begins = is_short & ~np.append(False, is_short[:-1])
    number = np.where(is_short, np.cumsum(begins) - 1, -1)
    return number, np.bincount(number[is_short], short[is_short])
