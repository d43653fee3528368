"""Order cycle times, and the work, waiting and load of the stages."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import rows_of_batches
from simulator.measures.labels import HELD
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, Fixed, Percentile, Ratio, Rows, Spread
from simulator.measures.view import View, table_of_view
from simulator.planning.working_time import WorkingTime
from simulator.scenario.network import DESK, Stage
from simulator.scenario.returns import Inspection, Refurbishing


@dataclass(frozen=True)
class Jobs:
    """Jobs of stages: every one, since the warm-up is cut by the clock, not by the order."""

    rows: Rows
    stage: np.ndarray
    queued: np.ndarray
    started: np.ndarray
    ended: np.ndarray
    measured: np.ndarray
    """Whether it came to the stage in the measured time and was begun."""
    waits: np.ndarray
    """Whether it came in the measured time and still waits when the view ends."""

    @property
    def came(self) -> np.ndarray:
        """1 for each that came to the stage in the measured time, and was not withdrawn before it was begun."""
        result: np.ndarray = (self.measured | self.waits).astype(float)
        return result

    def hours(self, until: np.ndarray, end: float) -> np.ndarray:
        """From coming to the stage until a time, for those that came in the measured time; those that still wait
        when the view ends have waited up to then."""
        result: np.ndarray = np.where(self.measured, until, np.where(self.waits, end, self.queued)) - self.queued
        return result


@table_of_view
def jobs(view: View) -> Jobs | None:
    """The jobs of all stages; None where there are none."""
    if not view.ledger.stages:
        return None
    served = view.of(facts.Served)
    rows = view.labels.served_rows(served["stage"], view.source_of_order[served["order"]])
    came, begun = view.measures(served["queued"]), ~np.isnan(served["started"])
    times = served["queued"], served["started"], served["ended"]
    return Jobs(rows, served["stage"], *times, measured=came & begun, waits=came & ~begun)


@kpi(unit="hours", better="lower", of="orders delivered completely", scor="RS.1.1", follows=True)
def order_cycle_time(view: View) -> Ratio:
    """Mean time from order entry to the last delivery.

    Orders are followed beyond the end of the run until they are delivered. Those that are still open when that is
    given up (`unfinished_orders`) count with their age so far: the true mean is then longer.
    """
    rows, hours = _cycle_times(view)
    return rows.ratio(hours, 1.0)


@kpi(unit="share of orders", better="lower", of="orders placed in the measured time")
def open_orders(view: View) -> Ratio:
    """Orders of which something is still owed or under way at the end of the run; they are followed beyond it."""
    return _open(view)


@kpi(unit="share of orders", better="lower", of="orders placed in the measured time", follows=True)
def unfinished_orders(view: View) -> Ratio:
    """Orders still open when they have been followed for as long again as the run: their waits and cycle times are
    longer than is known."""
    return _open(view)


def _open(view: View) -> Ratio:
    measured = view.measured_orders
    rows = view.labels.order_rows(view.source_of_order[measured])
    return rows.ratio(view.owed[measured].astype(float), 1.0)


def _cycle_times(view: View) -> tuple[Rows, np.ndarray]:
    """Rows and hours of the orders delivered completely, and of those still open with their age so far."""
    orders, done = view.orders, view.orders.complete
    counted = done | orders.open
    rows = Rows(orders.rows.cell[counted], orders.rows.cells, orders.rows.codes, orders.rows.sizes)
    return rows, (np.where(done, orders.last, view.end) - orders.at)[counted]


@kpi(unit="hours", better="lower", of="orders delivered completely", scor="RS.1.1", follows=True)
def order_cycle_time_sd(view: View) -> Spread:
    """Standard deviation of the time from order entry to the last delivery, from order to order."""
    return Spread(*_cycle_times(view))


def _percentile(view: View, share: float) -> Percentile:
    return Percentile(*_cycle_times(view), share)


@kpi(unit="hours", better="lower", of="orders delivered completely", scor="RS.1.1", follows=True)
def order_cycle_time_p50(view: View) -> Percentile:
    """Median time from order entry to the last delivery."""
    return _percentile(view, 0.5)


@kpi(unit="hours", better="lower", of="orders delivered completely", scor="RS.1.1", follows=True)
def order_cycle_time_p95(view: View) -> Percentile:
    """The time from order entry to the last delivery that 95 % of the orders do not exceed."""
    return _percentile(view, 0.95)


@kpi(unit="hours", better="lower", of="jobs that came to the stage", follows=True)
def stage_time(view: View) -> Ratio | None:
    """Mean time from coming to a stage until it is done with the job, by the clock: waiting, nights and work."""
    found = jobs(view)
    if found is None:
        return None
    return found.rows.ratio(found.hours(found.ended, view.end), found.came)


@kpi(unit="hours", better="lower", of="jobs that came to the stage", follows=True)
def queue_time(view: View) -> Ratio | None:
    """Mean time from coming to a stage until the stage begins, by the clock."""
    found = jobs(view)
    if found is None:
        return None
    return found.rows.ratio(found.hours(found.started, view.end), found.came)


@kpi(unit="share of jobs", better="lower", of="jobs that came to the stage", follows=True)
def wait_probability(view: View) -> Ratio | None:
    """Jobs that the stage did not begin at once / jobs."""
    found = jobs(view)
    if found is None:
        return None
    waited = (found.measured & (found.started > found.queued)) | found.waits
    return found.rows.ratio(waited.astype(float), found.came)


@kpi(unit="jobs", better="lower", of="measured time")
def queue_length(view: View) -> Derived | None:
    """Time average of the number of jobs that wait at a stage, those that will be withdrawn included."""
    found = jobs(view)
    if found is None:
        return None
    until = np.clip(np.nan_to_num(found.started, nan=np.inf), view.begin, view.end)
    waiting = found.rows.sums(until - np.clip(found.queued, view.begin, view.end)) + _waited_in_vain(view, found)
    lengths = Ratio(found.rows, waiting, Fixed(view.span)).values()
    lengths["stage"][len(view.ledger.stages) :] = np.nan  # what is no stage has no queue
    return Derived(lengths)


def _waited_in_vain(view: View, found: Jobs) -> np.ndarray:
    """Hours that orders waited which were withdrawn, by cell."""
    gone = view.of(facts.Abandoned)
    rows = view.labels.served_rows(gone["stage"], view.source_of_order[gone["order"]])
    begun, until = (np.clip(gone[name], view.begin, view.end) for name in ("queued", "at"))
    return np.bincount(rows.cell, until - begun, found.rows.cells)


@kpi(unit="share of open staff hours", better="neither", of="staff x open hours of the staffed stages")
def utilisation(view: View) -> Ratio | None:
    """Hours of work at staffed stages / hours their staff is there. The whole is over all staffed stages."""
    found = jobs(view)
    if found is None:
        return None
    staffed = staff_hours(view)
    work = worked_hours(view) * (staffed > 0)[found.stage]
    cells = np.zeros(found.rows.cells)
    cells[np.arange(len(staffed)) * view.labels.sources + view.labels.sources - 1] = staffed
    return Ratio(found.rows, found.rows.sums(work), cells)


def setting(view: View, stage: int) -> tuple[int | None, str | None]:
    """Staff and calendar of a stage of the ledger."""
    site, name = view.ledger.stages[stage]
    network = view.scenario.network
    if not site:
        return network.suppliers[name].capacity, None
    returns = network.sites[site].returns
    desk: Stage | Inspection | Refurbishing = returns.inspection
    if name == "refurbishing" and returns.refurbishing is not None:
        desk = returns.refurbishing
    for each in network.sites[site].stages:
        desk = each if each.stage == name else desk
    return desk.staff, desk.calendar


@table_of_view
def _calendars(view: View) -> dict[str, WorkingTime]:
    calendars = view.scenario.network.calendars.items()
    return {name: WorkingTime(calendar, view.scenario.run.start) for name, calendar in calendars}


def staff_hours(view: View) -> np.ndarray:
    """Staff x open hours in the measured time, by stage; 0 for stages without limit of capacity."""
    found = np.zeros(len(view.ledger.stages))
    for stage in range(len(found)):
        staff, calendar = setting(view, stage)
        if staff is not None:
            span = view.span
            if calendar is not None:
                begin, end = _calendars(view)[calendar].open_before(np.array([view.begin, view.end]))
                span = float(end - begin)
            found[stage] = staff * span
    return found


@table_of_view
def worked_hours(view: View) -> np.ndarray:
    """Open hours between start and end of each job, within the measured time.

    The work on a batch is shared equally by its orders.
    """
    found = jobs(view)
    assert found is not None
    started = np.clip(np.nan_to_num(found.started, nan=view.end), view.begin, view.end)
    ended = np.clip(np.nan_to_num(found.ended, nan=view.end), view.begin, view.end)
    work = ended - started
    for stage in range(len(view.ledger.stages)):
        _, calendar = setting(view, stage)
        if calendar is not None:
            mine, hours = found.stage == stage, _calendars(view)[calendar]
            work[mine] = hours.open_before(ended[mine]) - hours.open_before(started[mine])
    rows, batch = rows_of_batches(view.ledger), view.of(facts.Batched)
    key = batch["stage"] * (batch["batch"].max(initial=0) + 1) + batch["batch"]
    work[rows] /= np.bincount(key)[key]
    result: np.ndarray = work
    return result


@kpi(
    unit="share of order cycle time",
    better="neither",
    of="order cycle time of the orders delivered completely",
    follows=True,
)
def cycle_time_share(view: View) -> Derived | None:
    """Time at a stage, waiting included, on the way of the shipment that ends the order / order cycle time.

    What is neither a stage nor a credit hold is waiting for stock. The shares of them all add up to 1; there is no
    share of the whole.
    """
    return _shares(view, 0)


@kpi(
    unit="share of variance", better="neither", of="variance of the order cycle time, from order to order", follows=True
)
def cycle_variance_share(view: View) -> Derived | None:
    """Covariance of the time at a stage with the order cycle time / variance of the order cycle time.

    What is neither a stage nor a credit hold is waiting for stock. The shares add up to 1. A stage that takes its
    time where others are quick has less than its own variance, down to below 0; a long and steady stage has next to
    nothing.
    """
    return _shares(view, 1)


def _shares(view: View, which: int) -> Derived | None:
    if not view.labels.in_cycle.any():
        return None
    return Derived({"": np.full(1, np.nan), "stage": _taken_apart(view)[which]})


SAME = 1e-6
"""Hours by which times differ that are the same: less than the millisecond to which they are kept."""


@table_of_view
def _taken_apart(view: View) -> list[np.ndarray]:
    """Shares of the mean and of the variance by stage label; nan for what is not part of the order cycle."""
    orders, done = view.orders, view.orders.complete
    total = (orders.last - orders.at)[done]
    beside = total - total.mean() if len(total) else total
    means, together = np.full((2, view.labels.sizes["stage"]), np.nan)
    for stage, hours in (*stage_hours(view), *_hold_hours(view)):
        # Not `@`: for long vectors it wakes threads that go on turning, and take CPU time from other replications.
        means[stage], together[stage] = hours.sum(), (hours * beside).sum()
    spread = (beside * beside).sum()
    if spread <= SAME**2 * max(len(total), 1):
        spread = np.nan  # all take as long: what they differ by is a rounding
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [means / total.sum(), together / spread]
    for share in shares:
        share[-1] = 1 - np.nansum(share) if np.isfinite(share).any() else np.nan
    return shares


def _hold_hours(view: View) -> Iterator[tuple[int, np.ndarray]]:
    """The same for credit holds, if there were any."""
    held, number = view.of(facts.Held), np.flatnonzero(view.measured_orders)[view.orders.complete]
    if len(held["order"]):
        hours = np.bincount(held["order"], held["until"] - held["at"], len(view.measured_orders))
        yield view.labels.names["stage"].index(HELD), hours[number]


def stage_hours(view: View) -> Iterator[tuple[int, np.ndarray]]:
    """For each stage of the order cycle, the hours that each completed order was at it.

    At the dock it is the way of the shipment that came last, followed backwards from its delivery: a stage ends
    when the next one is asked. Of two shipments that end a stage together either will do.
    """
    served, size = view.of(facts.Served), len(view.measured_orders)
    number = np.flatnonzero(view.measured_orders)[view.orders.complete]
    until = np.full(size, np.nan)
    until[number] = view.orders.last[view.orders.complete]
    for stage in reversed(np.flatnonzero(view.labels.in_cycle).tolist()):
        rows = np.flatnonzero(served["stage"] == stage)
        order, queued, ended = (served[name][rows] for name in ("order", "queued", "ended"))
        if view.ledger.stages[stage][1] in DESK:
            yield stage, np.bincount(order, np.nan_to_num(ended - queued), size)[number]
            continue
        last = ended == until[order]
        order, queued = order[last], queued[last]
        hours = np.zeros(size)
        hours[order] = until[order] - queued
        until[order] = queued
        yield stage, hours[number]
