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

from simulator.kpis.causes import (
    ABANDONED,
    ASTRAY,
    HELD,
    NO_STOCK,
    SHORT_PROMISE,
    SPENT,
    late,
)  # fmt: skip
from simulator.kpis.time_spent import time_spent
from simulator.kpis.view import View
from simulator.ledger import facts

MOMENT = 1e-6
"""Hours; less than that is the rounding of times that were added up stage by stage."""
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
    result: np.ndarray = ~view.owed & (view.last_delivery <= due + MOMENT)
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
