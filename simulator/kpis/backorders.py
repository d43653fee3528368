"""Waiting for stock: how much, how long."""

import numpy as np

from simulator.kpis.kpi import kpi
from simulator.kpis.slices import Fixed, Ratio
from simulator.kpis.stock import averages
from simulator.kpis.view import View
from simulator.ledger import facts


@kpi(unit="units", better="lower", of="measured time")
def backorders(view: View) -> Ratio | None:
    """Time average of units owed to customers who wait. The whole is the sum over SKUs and sites."""
    found = averages(view)
    return None if found is None else found.rows.ratio(found.backordered, Fixed(1.0))


def _waits(view: View) -> tuple[np.ndarray, np.ndarray]:
    """Units x hours waited, and units that waited and then were allocated, by line number."""
    size = len(view.order_of_line)
    begun = np.full(size, np.inf)
    short, given = view.of(facts.Backordered), view.of(facts.Allocated)
    begun[short["line"]] = short["at"]
    late = given["at"] - begun[given["line"]]
    waited = (late > 0) & np.isfinite(late)
    line, units = given["line"][waited], given["units"][waited]
    return np.bincount(line, units * late[waited], size), np.bincount(line, units, size)


@kpi(unit="hours", better="lower", of="units allocated")
def wait_time(view: View) -> Ratio:
    """Mean time a unit waits for stock; units met at once count 0, lost, cancelled and open ones are left out."""
    lines = view.lines
    return lines.rows.ratio(_waits(view)[0][lines.number], lines.shipped)


@kpi(unit="hours", better="lower", of="backordered units that were allocated")
def backorder_age(view: View) -> Ratio:
    """Mean age of a backordered unit when its stock comes; cancelled and open ones are left out."""
    lines = view.lines
    hours, units = _waits(view)
    return lines.rows.ratio(hours[lines.number], units[lines.number])
