"""The capacity that service-level agreements take, and the capacity that they need."""

import math

import numpy as np

from simulator.kpis.contracts import Scorecard, scorecards
from simulator.kpis.covered import covered, due_times
from simulator.kpis.kpi import kpi
from simulator.kpis.lead_time import jobs, order_cycle_time, setting, staff_hours, worked_hours
from simulator.kpis.slices import Derived, Fixed, Ratio
from simulator.kpis.view import View
from simulator.ledger import facts
from simulator.theory.queueing import stays_longer

WEEK = 168.0
MOST = 10_000
"""Staff beyond which no answer is looked for."""


@kpi(unit="hours per week", better="lower", of="measured time")
def sla_staff_hours(view: View) -> Ratio | None:
    """Hours of work of the staffed stages on orders under agreements."""
    found, cards = jobs(view), scorecards(view)
    if found is None or not cards:
        return None
    mine = np.any([covered(view, card.contract) for card in cards], axis=0)
    staffed = (staff_hours(view) > 0)[found.stage]
    hours = worked_hours(view) * staffed * mine[view.of(facts.Served)["order"]]
    return found.rows.ratio(hours, Fixed(view.span / WEEK))


@kpi(unit="staff", better="neither", of="staffed stages of the order cycle")
def sla_staff_needed(view: View) -> Derived | None:
    """The staff that each stage needs, by Erlang C, to get the target share of orders under agreements through in time.

    A stage has the agreed time from entry less the mean time that orders spend elsewhere, waits for stock included;
    arrivals are taken as Poisson over the hours that the stage is open, its work as exponential, and first come,
    first served. nan where no number of staff would do; the whole is the sum. Hold it beside the staff there is.
    """
    found, cards = jobs(view), [card for card in scorecards(view) if card.contract.metric not in ("fill", "in_full")]
    if found is None or not cards:
        return None
    begun, size = found.measured & view.labels.in_cycle[found.stage], len(view.ledger.stages)
    count = np.bincount(found.stage, begun, size)
    spent = np.bincount(found.stage, np.where(begun, np.nan_to_num(found.ended - found.queued), 0.0), size)
    worked = np.bincount(found.stage, worked_hours(view) * begun, size)
    cycle = (view.values(order_cycle_time) or {})[""][0]
    there, needed = staff_hours(view), np.full(view.labels.sizes["stage"], np.nan)
    for stage in np.flatnonzero((there > 0) & (worked > 0)).tolist():
        open_share = there[stage] / ((setting(view, stage)[0] or 1) * view.span)
        elsewhere = cycle - spent[stage] / count[stage]
        rate, speed = count[stage] / (view.span * open_share), count[stage] / worked[stage]
        every = [_least(card.contract.target, (_agreed(view, card) - elsewhere) * open_share, rate, speed)
                 for card in cards]  # fmt: skip
        needed[stage] = np.max(every)
    known = needed[~np.isnan(needed)]
    return Derived({"": np.array([known.sum() if len(known) else math.nan]), "stage": needed})


def _agreed(view: View, card: Scorecard) -> float:
    """Mean time from entry to the latest that counts."""
    notice = due_times(view, card.contract)[card.order] - view.of(facts.Ordered)["at"][card.order - 1]
    return float(notice.mean()) + card.contract.window.late if len(notice) else math.nan


def _least(share: float, time: float, rate: float, speed: float) -> float:
    """The fewest servers with whom a share of arrivals is through within a time; nan where no number would do.

    >>> _least(0.95, 0.5, rate=8, speed=10), _least(0.95, 0.2, rate=8, speed=10)
    (2.0, nan)
    """
    if not time > 0 or math.exp(-speed * time) > 1 - share:
        return math.nan
    staff = int(rate / speed) + 1
    while staff < MOST and stays_longer(time, rate, speed, staff) > 1 - share:
        staff += 1
    return float(staff)
