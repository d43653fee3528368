"""Where the time of an order went: what made it late.

The time of an order is taken apart into the wait for stock, a credit hold, the way from a wrong address to the
right one and, for each stage, closed hours (until it could first be begun, cut-off included, and within the work),
hours in the queue, hours of work and hours until a departure. Each part is held against what is usual: its mean over
the orders that kept their promise (over all where none did, or nothing is promised); for the first three that is 0.
The cause of lateness is the part that lies furthest above the usual. Where that is less than a quarter of the
lateness there is none but the promise, which was too short.
"""

from dataclasses import dataclass

import numpy as np

from simulator.engine import facts
from simulator.measures.causes import (
    ABANDONED,
    ASTRAY,
    CLOSED,
    DEPARTURE,
    ERRORS,
    HELD,
    NO_STOCK,
    QUEUE,
    SHORT_PROMISE,
    SPENT,
    WORK,
    late,
)
from simulator.measures.view import TINY, View
from simulator.planning.working_time import WorkingTime
from simulator.scenario.network import Stage
from simulator.units import exact

STOCK, HOLD, TWICE, LEFT, PROMISE = -1, -2, -3, -4, -5
OTHERS = {STOCK: NO_STOCK, HOLD: HELD, TWICE: ASTRAY, LEFT: ABANDONED, PROMISE: SHORT_PROMISE}
QUARTER = 0.25
"""Of the lateness: a part that makes less of it is no cause."""


@dataclass(frozen=True)
class Spent:
    """What made each of some orders late."""

    cause: list[str]
    kind: np.ndarray
    """Place in SPENT; below 0 for what is no stage's: STOCK, HOLD, TWICE (delivered), LEFT, PROMISE."""
    stage: np.ndarray
    """Index into the ledger's stages; -1 for none."""
    hours: np.ndarray
    """Spent there."""
    usual: np.ndarray


def kept(view: View, due: np.ndarray) -> np.ndarray:
    """By order number: whether it was delivered completely by the time that is due for it."""
    result: np.ndarray = ~view.owed & (view.last_delivery <= due)
    return result


def what_took_long(view: View, orders: np.ndarray, hours_late: np.ndarray) -> Spent:
    """What made some orders late (or long, where nothing is promised)."""
    stages = view.ledger.stages
    by_stage, by_habit = time_spent(view, orders, kept(view, view.promises[0]))
    parts, usual = by_stage.reshape(len(orders), -1), by_habit.ravel()
    above = np.round(parts - usual, 6)  # of equal parts the first: stock, then stage by stage
    main, rows = above.argmax(axis=1), np.arange(len(orders))
    kind, stage = main % len(SPENT), main // len(SPENT) - 1
    kind = np.where(stage >= 0, kind, STOCK - kind)  # the first columns are STOCK, HOLD and TWICE
    kind = np.where(above[rows, main] <= QUARTER * hours_late, PROMISE, kind)
    kind = np.where(np.isin(orders, view.of(facts.Abandoned)["order"]), LEFT, kind)
    stage = np.where(kind < 0, -1, stage)
    pairs = zip(kind.tolist(), stage.tolist(), strict=True)
    cause = [OTHERS.get(k) or late(k, stages[s][1]) for k, s in pairs]
    return Spent(cause, kind, stage, parts[rows, main], usual[main])


def asked_at(view: View) -> np.ndarray:
    """When each line asked for stock, by line number; infinite if it has not."""
    found = np.full(len(view.order_of_line), np.inf)
    for kind in (facts.Allocated, facts.Substituted, facts.Backordered, facts.Lost):
        table = view.of(kind)
        np.minimum.at(found, table["line"], table["at"])
    return found


def time_spent(view: View, orders: np.ndarray, in_time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hours of some orders, and what is usual: by order, by stage (the first place is for what is no stage's: stock,
    a hold, the way from a wrong address to the right one), and by kind of SPENT.

    What is usual of a stage is the mean over the orders that were in time (by order number), or over all visits that
    ended where there were none. Of several visits to a stage the last counts: it is that of the last shipment.
    """
    served = view.of(facts.Served)
    cycle = np.flatnonzero(view.labels.in_cycle[served["stage"]]) if len(served["stage"]) else np.zeros(0, dtype=int)
    served = {name: column[cycle] for name, column in served.items()}
    stage, order, hours = served["stage"], served["order"], _hours(view, served)
    usual = _usual(hours, stage, in_time[order], served["ended"] <= view.end, len(view.ledger.stages))
    row = np.full(len(view.measured_orders), -1)
    row[orders] = np.arange(len(orders))
    mine = np.flatnonzero(row[order] >= 0)
    mine = mine[np.argsort(served["queued"][mine], kind="stable")]
    parts = np.repeat(usual[None], len(orders), axis=0)  # a stage not passed is no cause
    parts[row[order[mine]], stage[mine] + 1] = hours[:, mine].T
    for place, waits in enumerate((_stock_wait(view), _held(view), _astray(view))):
        parts[:, 0, place] = waits[orders]
    return parts, usual


def _usual(hours: np.ndarray, stage: np.ndarray, in_time: np.ndarray, ended: np.ndarray, stages: int) -> np.ndarray:
    chosen = in_time if in_time.any() else ended
    count = np.maximum(np.bincount(stage[chosen], minlength=stages), 1)
    found = np.zeros((stages + 1, len(SPENT)))
    for kind in range(len(SPENT)):
        found[1:, kind] = np.bincount(stage[chosen], hours[kind][chosen], stages) / count
    return found


def _hours(view: View, served: dict[str, np.ndarray]) -> np.ndarray:
    """Closed, queue, work and departure hours of each visit to a stage, by the kinds of SPENT."""
    found = np.zeros((len(SPENT), len(served["stage"])))
    began = np.nan_to_num(served["started"], nan=view.end)
    ended = np.maximum(np.minimum(np.nan_to_num(served["ended"], nan=view.end), view.end), began)
    for number in np.unique(served["stage"]).tolist():
        mine, desk = served["stage"] == number, _stage(view, number)
        queued, start, end = served["queued"][mine], began[mine], ended[mine]
        wait, work, closed = start - queued, end - start, np.zeros(len(start))
        if desk.calendar is not None:
            hours = WorkingTime(view.scenario.network.calendars[desk.calendar], view.scenario.run.start)
            ready = np.minimum(_ready(queued, desk, hours), start)
            open_work = hours.open_before(end) - hours.open_before(start)
            closed = ready - queued + work - open_work
            wait, work = start - ready, open_work  # nights in the queue are the queue's
        if desk.departures is not None:  # when the work was done is not known: it took its mean
            done = np.minimum(work, desk.time.expected if desk.time is not None else 0.0)
            found[DEPARTURE, mine] = work - done
            work = done
        found[CLOSED, mine], found[QUEUE, mine], found[WORK, mine] = closed, wait, work
    return found


def _ready(queued: np.ndarray, desk: Stage, hours: WorkingTime) -> np.ndarray:
    """When each job could first be begun: at the next opening, after the cut-off that of a later day."""
    at = queued.copy()
    if desk.cut_off is not None:
        late = (exact(queued % 24) > desk.cut_off) | hours.over_midnight
        at[late] = [hours.admit(each, desk.cut_off) for each in queued[late].tolist()]
    hours.open_before(at)  # lays out the calendar so far
    place = np.searchsorted(hours.starts, at, side="right")
    is_open = (place > 0) & (at < np.array(hours.ends)[place - 1])
    ready: np.ndarray = np.where(is_open, at, np.array(hours.starts)[place])
    return ready


def _stage(view: View, number: int) -> Stage:
    site, name = view.ledger.stages[number]
    return next(stage for stage in view.scenario.network.sites[site].stages if stage.stage == name)


def _stock_wait(view: View) -> np.ndarray:
    """By order number: the longest wait of a line for stock; until the end of the run where it, or the whole order,
    got none."""
    given, gone = view.given, view.of(facts.Cancelled)
    asked = asked_at(view)
    wanted = np.concatenate([[0.0], view.of(facts.LineOrdered)["units"]])
    settled = np.where(np.isfinite(asked), asked, view.end)
    for table in (given, gone):
        np.maximum.at(settled, table["line"], table["at"])
    supplied = np.bincount(given["line"], given["units"], len(wanted))
    left = wanted - supplied - view.by_line(facts.Lost) - view.by_line(facts.Cancelled)
    nothing = np.bincount(view.order_of_line, supplied, len(view.measured_orders)) <= TINY
    settled[(left > TINY) | nothing[view.order_of_line]] = view.end
    wait = np.where(np.isfinite(asked), settled - np.where(np.isfinite(asked), asked, 0.0), 0.0)
    longest = np.zeros(len(view.measured_orders))
    np.maximum.at(longest, view.order_of_line, wait)
    return longest


def _held(view: View) -> np.ndarray:
    """By order number: hours held for credit."""
    held = view.of(facts.Held)
    return np.bincount(held["order"], np.minimum(held["until"], view.end) - held["at"], len(view.measured_orders))


def _astray(view: View) -> np.ndarray:
    """By order number: hours from a wrong address until the right one was reached."""
    met = view.errors_met
    mine = met["kind"] == ERRORS.index("address")
    order, at = met["order"][mine], met["at"][mine]
    again = np.nan_to_num(view.last_delivery[order], nan=view.end)
    return np.bincount(order, np.maximum(again - at, 0.0), len(view.measured_orders))
