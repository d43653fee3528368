"""Lead times of suppliers: what they are, and what planning takes them for."""

from dataclasses import dataclass

import numpy as np

from simulator.kpis.kpi import kpi
from simulator.kpis.slices import Ratio, Rows, Spread
from simulator.kpis.view import View, table_of_view
from simulator.ledger import facts


@dataclass(frozen=True)
class Receipts:
    """Replenishment orders received in the measured time, emergency orders left out."""

    rows: Rows
    actual: np.ndarray
    """Hours from placing to receipt."""
    planned: np.ndarray
    """Hours it was planned to take when it was placed."""


@table_of_view
def receipts(view: View) -> Receipts | None:
    """The receipts to measure; None where stock has no limit anywhere."""
    if np.isnan(view.ledger.opening).all():
        return None
    table = view.of(facts.Received)
    measured = (table["at"] >= view.begin) & ~np.isnan(table["placed"])
    shelf, at, placed = (table[name][measured] for name in ("shelf", "at", "placed"))
    rows, learned = view.labels.receipt_rows(shelf), view.of(facts.Replanned)
    supplier = rows.codes["supplier"][shelf]
    planned = np.zeros(len(shelf))
    for number, each in enumerate(view.scenario.network.suppliers.values()):
        mine = learned["supplier"] == number
        means = np.concatenate([[each.planned_lead_time.mean], learned["mean"][mine]])
        turn = np.searchsorted(learned["at"][mine], placed, side="right")
        planned = np.where(supplier == number, means[turn], planned)
    return Receipts(rows, at - placed, planned)


def _mean(found: Receipts | None, hours: str) -> Ratio | None:
    if found is None:
        return None
    values = found.actual if hours == "actual" else found.planned
    return found.rows.ratio(values, np.ones(len(values)))


@kpi(unit="hours", better="lower", of="replenishment orders received in the measured time", scor="RS.2.1")
def supplier_lead_time(view: View) -> Ratio | None:
    """Mean time from placing a replenishment order to its receipt, the supplier's queue included."""
    return _mean(receipts(view), "actual")


@kpi(unit="hours", better="lower", of="replenishment orders received in the measured time")
def supplier_lead_time_sd(view: View) -> Spread | None:
    """Standard deviation of the time from placing a replenishment order to its receipt, from order to order."""
    found = receipts(view)
    return None if found is None else Spread(found.rows, found.actual)


@kpi(unit="hours", better="neither", of="replenishment orders received in the measured time")
def planned_lead_time(view: View) -> Ratio | None:
    """Mean of the lead time that was planned when the order was placed: what stock is sized by."""
    return _mean(receipts(view), "planned")


@kpi(unit="hours", better="neither", of="replenishment orders received in the measured time")
def planned_less_actual(view: View) -> Ratio | None:
    """Mean of planned less actual lead time: below 0, planning believes its suppliers faster than they are."""
    found = receipts(view)
    return None if found is None else found.rows.ratio(found.planned - found.actual, np.ones(len(found.actual)))
