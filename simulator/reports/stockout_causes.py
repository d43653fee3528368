"""Why stock ran out: demand, lead time and stock parameters, weighed in units from the facts of one shelf."""

from dataclasses import dataclass

import numpy as np

from simulator.drawing.wording import figure, lasting
from simulator.engine import facts
from simulator.measures.inventory import shelf_of_line
from simulator.measures.view import View
from simulator.mechanisms.returns.facts import Restocked
from simulator.planning.stock_levels import sized_rules
from simulator.rules.replenishing import ReplenishmentRule


@dataclass(frozen=True)
class SupplyWait:
    """From the order that ended a stockout (with periodic review: from the review before it) to its arrival."""

    begin: float
    placed: float
    end: float
    arrived: bool


Course = tuple[np.ndarray, np.ndarray]
"""Times and units, in the order of time."""


@dataclass(frozen=True)
class ShelfHistory:
    """The facts of one SKU at one site."""

    wanted: Course
    """When lines asked for stock, and units."""
    gone: Course
    """Lost and cancelled: they need no stock."""
    ordered: Course
    standing: np.ndarray
    """When the orders were placed that the supplier did not have to take back: the n-th of them is the n-th receipt."""
    received: Course
    extra: Course
    """Restocked, and recalled as negative units."""
    opening: float
    rule: ReplenishmentRule
    lead_time: float
    """Expected, in hours."""

    def position(self, at: float) -> float:
        """Inventory position after everything that happened until then, without the orders placed at that instant."""
        into = _until(self.ordered, at, with_it=False) + _until(self.extra, at) + self.opening
        return into - _until(self.wanted, at) + _until(self.gone, at)


def cause(shelf: ShelfHistory, units: np.ndarray, receipt: int, horizon: float) -> str:
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
    return _main(shelf, SupplyWait(max(placed - shelf.rule.review, 0.0), placed, end, arrived), horizon)


def _main(shelf: ShelfHistory, wait: SupplyWait, horizon: float) -> str:
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


def shelf_facts(view: View, number: int, asked: np.ndarray) -> ShelfHistory:
    """The facts of a shelf; `asked` is when each line asked for stock."""
    site = view.labels.names["site"][number // view.labels.products]
    sku = view.labels.names["sku"][number % view.labels.products]
    supplier, rule = sized_rules(view.scenario, site)[sku]
    mine = (shelf_of_line(view) == number) & np.isfinite(asked)
    wanted = np.concatenate([[0.0], view.of(facts.LineOrdered)["units"]])
    ordered, received, recalled = (
        _of_shelf(view, kind, number) for kind in (facts.Replenished, facts.Received, facts.Recalled)
    )
    standing = _standing(ordered, recalled)
    supply = view.scenario.network.suppliers[supplier]
    lead = supply.lead_time.expected
    if (supply.capacity is not None or supply.changes is not None) and len(received[0]):
        lead = float(np.mean(received[0] - standing[: len(received[0])]))  # its queue and its drift are part of it
    return ShelfHistory(
        wanted=_sorted(asked[mine], wanted[mine]),
        gone=_sorted(*_of_lines(view, mine, facts.Lost, facts.Cancelled)),
        ordered=ordered,
        standing=standing,
        received=received,
        extra=_extra(view, number, recalled),
        opening=float(view.ledger.opening[number]),
        rule=rule,
        lead_time=lead,
    )


def _of_shelf(view: View, kind: type, number: int) -> Course:
    table = view.of(kind)
    mine = table["shelf"] == number
    return _sorted(table["at"][mine], table["units"][mine])


def _of_lines(view: View, mine: np.ndarray, *kinds: type) -> Course:
    tables = [(table["at"][mine[table["line"]]], table["units"][mine[table["line"]]]) for table in map(view.of, kinds)]
    return np.concatenate([at for at, _ in tables]), np.concatenate([units for _, units in tables])


def _standing(ordered: Course, recalled: Course) -> np.ndarray:
    """Orders less those taken back, the latest first, as the supplier does it.

    >>> _standing((np.array([1.0, 2.0, 5.0]), np.array([4.0, 4.0, 4.0])), (np.array([3.0]), np.array([4.0])))
    array([1., 5.])
    """
    at, units = ordered
    stands = np.ones(len(at), dtype=bool)
    for when, left in zip(*recalled, strict=True):
        row = int(np.searchsorted(at, when, side="right")) - 1
        while left > 0 and row >= 0:
            if stands[row] and units[row] <= left:
                stands[row] = False
                left -= units[row]
            row -= 1
    return at[stands]


def _extra(view: View, number: int, recalled: Course) -> Course:
    back = _of_shelf(view, Restocked, number)
    return _sorted(np.concatenate([back[0], recalled[0]]), np.concatenate([back[1], -recalled[1]]))


def _sorted(at: np.ndarray, units: np.ndarray) -> Course:
    ranked = np.argsort(at, kind="stable")
    return at[ranked], units[ranked]


def _until(course: Course, at: float, with_it: bool = True) -> float:
    """Units until a time; `with_it` says whether those of that very instant count."""
    return float(course[1][: np.searchsorted(course[0], at, side="right" if with_it else "left")].sum())


HALF = 0.5
"""An order line that makes so much of a stockout is its cause, if it is large."""


LARGE = 3.0
"""Times the mean line."""
