"""Where the time of the order cycle goes: what each stage, and the wait for stock, has of its mean and variance."""

from collections.abc import Iterator

import numpy as np

from simulator.kpis.kpi import kpi
from simulator.kpis.labels import HELD
from simulator.kpis.slices import Derived
from simulator.kpis.view import View, table_of_view
from simulator.ledger import facts
from simulator.scenario.network import DESK


@kpi(unit="share of order cycle time", better="neither", of="order cycle time of the orders delivered completely")
def cycle_time_share(view: View) -> Derived | None:
    """Time at a stage, waiting included, on the way of the shipment that ends the order / order cycle time.

    What is neither a stage nor a credit hold is waiting for stock. The shares of them all add up to 1; there is no
    share of the whole.
    """
    return _shares(view, 0)


@kpi(unit="share of variance", better="neither", of="variance of the order cycle time, from order to order")
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
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [means / total.sum(), together / (beside * beside).sum()]
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
