"""What planning believed of lead times, beside what they were."""

import numpy as np

from simulator.measures.inventory import Receipts, receipts
from simulator.measures.registry import kpi
from simulator.measures.slices import Ratio
from simulator.measures.view import View
from simulator.mechanisms.planned_lead_times.facts import Replanned


def _planned(view: View, found: Receipts) -> np.ndarray:
    """Hours that each receipt was planned to take when it was placed."""
    learned, planned = view.of(Replanned), np.zeros(len(found.hours))
    for number, each in enumerate(view.scenario.network.suppliers.values()):
        mine = learned["supplier"] == number
        means = np.concatenate([[each.planned_lead_time.mean], learned["mean"][mine]])
        turn = np.searchsorted(learned["at"][mine], found.placed, side="right")
        planned = np.where(found.supplier == number, means[turn], planned)
    return planned


@kpi(unit="hours", better="neither", of="replenishment orders placed in the measured time", follows=True)
def planned_lead_time(view: View) -> Ratio | None:
    """Mean of the lead time that was planned when the order was placed: what stock is sized by."""
    found = receipts(view)
    return None if found is None else found.rows.ratio(_planned(view, found), np.ones(len(found.hours)))


@kpi(unit="hours", better="neither", of="replenishment orders placed in the measured time", follows=True)
def planned_less_actual(view: View) -> Ratio | None:
    """Mean of planned less actual lead time: below 0, planning believes its suppliers faster than they are."""
    found = receipts(view)
    return None if found is None else found.rows.ratio(_planned(view, found) - found.hours, np.ones(len(found.hours)))
