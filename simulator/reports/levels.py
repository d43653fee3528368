"""Stock, backorders and lost units over time, in one run."""

from dataclasses import dataclass

import numpy as np

from simulator.drawing.charts import Course
from simulator.engine import facts
from simulator.measures.inventory import shelf_of_line, stock_changes
from simulator.measures.time_spent import asked_at
from simulator.measures.view import View
from simulator.units import DAY, HOUR, MONTH, WEEK, YEAR

STEPS = {"hour": HOUR, "day": DAY, "week": WEEK, "month": MONTH, "year": YEAR}
POINTS = 380
"""So many points at most; a year has a point for each day."""


@dataclass(frozen=True)
class Levels:
    """Averages of equal steps of time, over all limited shelves together."""

    step: str
    edges: np.ndarray
    """Hours from the start of the run: one more than there are steps."""
    on_hand: np.ndarray
    backordered: np.ndarray
    lost: np.ndarray
    """Units lost or cancelled in each step."""


def levels(view: View) -> Levels:
    """The course of stock from the facts."""
    horizon = view.end
    fitting = [name for name, hours in STEPS.items() if horizon / hours <= POINTS]
    step = fitting[0] if fitting else "year"
    edges = np.append(np.arange(0.0, horizon - 1e-6, STEPS[step]), horizon)
    limited, shelf = ~np.isnan(view.ledger.opening), shelf_of_line(view)
    changes = stock_changes(view)
    at, units = _joined([(when, amount * limited[where]) for where, when, amount in changes])
    opening = float(np.nansum(view.ledger.opening))
    on_hand, owed = _averages(at, units, opening, edges), _owed(view, shelf, limited, edges)
    lost, cancelled = (_per_step(view, kind, shelf, limited, edges) for kind in (facts.Lost, facts.Cancelled))
    return Levels(step, edges, on_hand, owed, lost + cancelled)


def _joined(parts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([at for at, _ in parts]), np.concatenate([units for _, units in parts])


def _averages(at: np.ndarray, units: np.ndarray, opening: float, edges: np.ndarray) -> np.ndarray:
    """Time average within each step of a level that begins at `opening` and changes at some times.

    >>> _averages(np.array([6.0, 36.0]), np.array([-4.0, 2.0]), 8.0, np.array([0.0, 24.0, 48.0]))
    array([5., 5.])
    """
    ranked = np.argsort(at, kind="stable")
    at, units = at[ranked], units[ranked]
    before = np.searchsorted(at, edges, side="right")
    level = np.concatenate([[0.0], np.cumsum(units)])[before]
    moment = np.concatenate([[0.0], np.cumsum(units * at)])[before]
    area = opening * edges + level * edges - moment
    result: np.ndarray = np.diff(area) / np.diff(edges)
    return result


def _owed(view: View, shelf: np.ndarray, limited: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Units that customers wait for: from the instant they asked for stock until given, replaced, lost or gone."""
    asked = asked_at(view)[1:]
    table, known = view.of(facts.LineOrdered), np.isfinite(asked)
    parts = [(asked[known], table["units"][known] * limited[shelf[table["line"][known]]])]
    for kind in (facts.Allocated, facts.Substituted, facts.Lost, facts.Cancelled):
        gone = view.of(kind)
        parts.append((gone["at"], -gone["units"] * limited[shelf[gone["line"]]]))
    owed: np.ndarray = np.maximum(_averages(*_joined(parts), 0.0, edges), 0.0)
    return owed


def _per_step(view: View, kind: type, shelf: np.ndarray, limited: np.ndarray, edges: np.ndarray) -> np.ndarray:
    table = view.of(kind)
    total: np.ndarray = np.histogram(table["at"], edges, weights=table["units"] * limited[shelf[table["line"]]])[0]
    return total


def courses(levels: Levels, on_hand: float | None, backorders: float | None) -> list[Course]:
    """The panels worth drawing: stock always, backorders and lost units where there are any."""
    found = [Course("Stock on hand, units", levels.on_hand, on_hand, False)]
    if levels.backordered.max(initial=0.0) > 0:
        found.append(Course("Backorders, units owed to customers", levels.backordered, backorders, True))
    if levels.lost.max(initial=0.0) > 0:
        found.append(Course(f"Lost and cancelled, units per {levels.step}", levels.lost, None, True))
    return found
