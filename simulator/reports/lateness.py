"""The orders that hurt most in one run: the latest against their promise, each with where the time went."""

from dataclasses import dataclass

import numpy as np

from simulator.kpis.view import TINY, View
from simulator.ledger import facts
from simulator.reports.levels import asked_at
from simulator.reports.wording import lasting


@dataclass(frozen=True)
class Late:
    """An order that came late, or took long where nothing is promised."""

    number: int
    customer: str
    segment: str
    placed: float
    promised: float
    """nan where nothing was promised."""
    arrived: float
    """The last delivery; nan if it is still owed at the end of the run."""
    late: float
    """Hours after the promise (after the order, where nothing is promised), until the end of the run if still open."""
    value: float
    cause: str


@dataclass(frozen=True)
class Passage:
    """The stages that each order passed, and what they usually take."""

    stage: np.ndarray
    order: np.ndarray
    queued: np.ndarray
    waited: np.ndarray
    worked: np.ndarray
    mean_wait: np.ndarray
    mean_work: np.ndarray


def late_orders(view: View, most: int) -> list[Late]:
    """The latest measured orders, the worst first; of those without any delivery or debt nothing is said."""
    ordered, last, owed = view.of(facts.Ordered), _last_delivery(view), _owed(view)
    until = np.where(owed, view.end, last)
    promises = np.isfinite(ordered["promised"]).any()
    late = until - (ordered["promised"] if promises else ordered["at"])
    late = np.where(view.measured_orders[1:] & np.isfinite(late), late, -np.inf)
    ranked = np.argsort(-late, kind="stable")[:most]
    worst = [int(row) for row in ranked if late[row] > TINY]
    if not worst:
        return []
    passage, asked, value = _passage(view), asked_at(view), _values(view)
    return [
        Late(
            number=row + 1, customer=view.ledger.customers[ordered["customer"][row]],
            segment=view.labels.names["segment"][ordered["segment"][row]], placed=float(ordered["at"][row]),
            promised=float(ordered["promised"][row]), arrived=float(np.nan if owed[row] else last[row]),
            late=float(late[row]), value=float(value[row]),
            cause=_cause(view, row + 1, passage, asked, float(late[row])),
        )
        for row in worst
    ]  # fmt: skip


def _last_delivery(view: View) -> np.ndarray:
    delivered = view.of(facts.Delivered)
    last = np.full(len(view.measured_orders), -np.inf)
    np.maximum.at(last, delivered["order"], delivered["at"])
    return np.where(np.isfinite(last), last, np.nan)[1:]


def _owed(view: View) -> np.ndarray:
    """Whether an order still waits for something."""
    lines, given, size = view.of(facts.LineOrdered), view.of(facts.Allocated), len(view.order_of_line)
    here = np.isfinite(view.delivered_at)
    left = lines["units"] - np.bincount(given["line"][here], given["units"][here], size)[1:]
    left = left - view.by_line(facts.Lost)[1:] - view.by_line(facts.Cancelled)[1:]
    found: np.ndarray = np.bincount(lines["order"], left > TINY, len(view.measured_orders))[1:] > 0
    return found


def _values(view: View) -> np.ndarray:
    lines = view.of(facts.LineOrdered)
    return np.bincount(lines["order"], lines["units"] * lines["price"], len(view.measured_orders))[1:]


def _passage(view: View) -> Passage:
    served = view.of(facts.Served)
    cycle = view.labels.in_cycle[served["stage"]] if len(served["stage"]) else np.zeros(0, dtype=bool)
    stage, order, queued, started, ended = (served[name][cycle] for name in served)
    begun = np.isfinite(started)
    waited = np.where(begun, started, view.end) - queued
    worked = np.where(begun, np.minimum(ended, view.end) - np.minimum(started, view.end), 0.0)
    size = len(view.ledger.stages)
    count = np.maximum(np.bincount(stage, minlength=size), 1)
    return Passage(stage, order, queued, waited, worked,
                   np.bincount(stage, waited, size) / count, np.bincount(stage, worked, size) / count)  # fmt: skip


def _cause(view: View, order: int, passage: Passage, asked: np.ndarray, late: float) -> str:
    """Where the order lost most time against what is usual."""
    found = dict([_stock(view, order, asked), *_stages(view, order, passage)])
    main = max(found, key=lambda said: found[said])
    return main if found[main] > 0.25 * late else "no single cause: a promise shorter than the usual time"


def _stock(view: View, order: int, asked: np.ndarray) -> tuple[str, float]:
    """The longest wait of a line for stock."""
    lines, given, gone = (view.of(kind) for kind in (facts.LineOrdered, facts.Allocated, facts.Cancelled))
    lost = view.by_line(facts.Lost)
    first, last = np.searchsorted(lines["order"], [order, order + 1])
    found = [("", 0.0)]
    for row in range(first, last):
        line, sku = row + 1, view.labels.names["sku"][lines["sku"][row]]
        came, left = (table["at"][table["line"] == line].max(initial=-np.inf) for table in (given, gone))
        settled = given["units"][given["line"] == line].sum() + lost[line] + gone["units"][gone["line"] == line].sum()
        if lines["units"][row] - settled > TINY:
            found.append((f"still waits for stock of {sku}: ", view.end - asked[line]))
        elif left > came:
            found.append((f"waited for stock of {sku} until that was given up: ", float(left - asked[line])))
        else:
            found.append((f"waited for stock of {sku}: ", float(came - asked[line])))
    said, longest = max(found, key=lambda each: each[1])
    return said + lasting(longest), longest


def _stages(view: View, order: int, passage: Passage) -> list[tuple[str, float]]:
    """Waiting and work at each stage, above the mean; the last visit counts where there were several."""
    names, mine = view.labels.names["stage"], np.flatnonzero(passage.order == order)
    last = {int(passage.stage[row]): row for row in sorted(mine.tolist(), key=lambda row: float(passage.queued[row]))}
    found = []
    for stage, row in last.items():
        waited, usual = float(passage.waited[row]), float(passage.mean_wait[stage])
        worked, normal = float(passage.worked[row]), float(passage.mean_work[stage])
        found.append((f"queue at {names[stage]}: {lasting(waited)} (mean {lasting(usual)})", waited - usual))
        found.append((f"long {names[stage]}: {lasting(worked)} (mean {lasting(normal)})", worked - normal))
    return found
