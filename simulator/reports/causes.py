"""Why stock ran out: demand, lead time and stock parameters, weighed in units.

Without crossing orders, the stock just before an order arrives is the inventory position before it was
placed, less the demand until then. So a shortage is the sum of three differences from the plan: demand above
its mean, a lead time above its mean, and a position too low for the mean of both.
"""

from dataclasses import dataclass

import numpy as np

from simulator.reports.shelves import Shelf
from simulator.reports.wording import figure, lasting

HALF = 0.5
"""An order line that makes so much of a stockout is its cause, if it is large."""
LARGE = 3.0
"""Times the mean line."""


@dataclass(frozen=True)
class Wait:
    """From the order that ended a stockout (with periodic review: from the review before it) to its arrival."""

    begin: float
    placed: float
    end: float
    arrived: bool


def cause(shelf: Shelf, units: np.ndarray, receipt: int, horizon: float) -> str:
    """The main cause of a stockout, in a sentence with its numbers.

    `units` are those short of each line, `receipt` is the number of the one that ended it, from 0 on.
    """
    largest = float(units.max())
    if largest >= HALF * units.sum() and largest >= LARGE * shelf.wanted[1].mean():
        return f"One large order line: it alone was {figure(largest)} units short."
    if receipt >= len(shelf.standing):
        return "No replenishment order was under way."
    arrived = receipt < len(shelf.received[0])
    placed = float(shelf.standing[receipt])
    end = float(shelf.received[0][receipt]) if arrived else horizon
    return _main(shelf, Wait(max(placed - shelf.rule.review, 0.0), placed, end, arrived), horizon)


def _main(shelf: Shelf, wait: Wait, horizon: float) -> str:
    rate = float(shelf.wanted[1].sum()) / horizon
    planned = wait.placed - wait.begin + shelf.lead_time
    wanted = float(shelf.wanted[1][(shelf.wanted[0] > wait.begin) & (shelf.wanted[0] <= wait.end)].sum())
    usual = rate * (wait.end - wait.begin)
    covered = shelf.position(wait.begin)
    if wait.begin < wait.placed:  # periodic review: the order of the review before counts
        covered += float(shelf.ordered[1][shelf.ordered[0] == wait.begin].sum())
    causes = {
        f"Demand above its mean: {figure(wanted)} units wanted in {lasting(wait.end - wait.begin)}, "
        f"{figure(usual)} are usual.": wanted - usual,
        f"Long lead time: {lasting(wait.end - wait.placed)}{'' if wait.arrived else ' and not arrived yet'}, "
        f"mean {lasting(shelf.lead_time)}.": rate * (wait.end - wait.placed - shelf.lead_time),
        f"Low stock: on hand and on order {_covers(covered)}, the mean demand until "
        f"the next receipt is {figure(rate * planned)}.": rate * planned - covered,
    }
    main = max(causes, key=lambda said: causes[said])
    return main if causes[main] > 0 else "No single cause: demand and lead time each a little above their means."


def _covers(units: float) -> str:
    return f"covered {figure(units)} units" if units >= 0 else f"were {figure(-units)} units short of what was owed"
