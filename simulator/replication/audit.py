"""The laws that every run must keep, checked on the facts alone and against the counters of the shelves."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.engine.movements import ended_orders, on_hand_changes, on_order_changes, shelf_of_line
from simulator.lifecycle.allocation_laws import allocation_laws
from simulator.lifecycle.recovery_laws import recovery_laws
from simulator.mechanisms.channels.laws import channel_laws
from simulator.mechanisms.contracts.facts import Settled
from simulator.mechanisms.entry_errors.laws import desk_laws
from simulator.mechanisms.planned_lead_times.facts import Replanned
from simulator.mechanisms.reservations.facts import Withdrawn
from simulator.mechanisms.returns.facts import Disposed, Restocked, Returned

TINY = 1e-6


class AuditError(AssertionError):
    """A run broke a law."""


def audit(ledger: Ledger) -> None:
    """Check every law on a closed ledger.

    Errors: AuditError lists each broken law with its first offender.
    """
    broken = [
        *_units_conserved(ledger),
        *_lines_balance(ledger),
        *_goods_come_back(ledger),
        *_stages_in_order(ledger),
        *_shipments_arrive_once(ledger),
        *_promises_hold(ledger),
        *channel_laws(ledger),
        *desk_laws(ledger),
        *_receipts_answer_orders(ledger),
        *_plans_follow_receipts(ledger),
        *_agreements_settled(ledger),
        *allocation_laws(ledger),
        *recovery_laws(ledger),
    ]
    if broken:
        raise AuditError("; ".join(broken))


def _first(wrong: np.ndarray) -> int:
    return int(np.flatnonzero(wrong)[0])


def _units_conserved(ledger: Ledger) -> Iterator[str]:
    """Opening + what came = what went + on hand, and stock is never negative; the same of what is on order."""
    shelf, at, units = (np.concatenate(parts) for parts in zip(*on_hand_changes(ledger), strict=True))
    limited = ~np.isnan(ledger.opening)
    left = ledger.opening + np.bincount(shelf, units, len(ledger.opening))
    wrong = limited & (np.abs(left - ledger.closing["on_hand"]) > TINY * (1 + np.abs(left)))
    if wrong.any():
        which = _first(wrong)
        held = ledger.closing["on_hand"][which]
        yield f"shelf {which}: the facts leave {left[which]:g} on hand, the shelf holds {held:g}"
    ranked = np.lexsort((units < 0, at, shelf))  # what comes is there before what goes
    shelf, units = shelf[ranked], units[ranked]
    level = np.cumsum(units)
    begins = np.searchsorted(shelf, np.arange(len(ledger.opening)))
    before = np.concatenate([[0.0], level])[begins]
    level = level - before[shelf] + ledger.opening[shelf]
    if (level < -TINY).any():
        yield f"shelf {shelf[_first(level < -TINY)]}: stock on hand is negative"
    size = len(ledger.opening)
    open_orders = sum((np.bincount(shelf, units, size) for shelf, _, units in on_order_changes(ledger)), np.zeros(size))
    wrong = np.abs(open_orders - ledger.closing["on_order"]) > TINY * (1 + np.abs(open_orders))
    if wrong.any():
        yield f"shelf {_first(wrong)}: units on order do not add up"


def _receipts_answer_orders(ledger: Ledger) -> Iterator[str]:
    """A receipt comes after its order, and there was an order for that shelf at the time it names."""
    received, ordered = ledger.columns(facts.Received), ledger.columns(facts.Replenished)
    if (received["placed"] > received["at"]).any():
        yield f"shelf {received['shelf'][_first(received['placed'] > received['at'])]}: received before it was ordered"
    placed = set(zip(ordered["shelf"].tolist(), ordered["at"].tolist(), strict=True))
    usual = ~np.isnan(received["placed"])
    strange = set(zip(received["shelf"][usual].tolist(), received["placed"][usual].tolist(), strict=True)) - placed
    if strange:
        yield f"shelf {min(strange)[0]}: received what was not ordered"


def _plans_follow_receipts(ledger: Ledger) -> Iterator[str]:
    """A planned lead time lies between the shortest and the longest that was seen until then."""
    received, learned = ledger.columns(facts.Received), ledger.columns(Replanned)
    lasted = received["at"] - received["placed"]
    for at, mean, sd in zip(learned["at"], learned["mean"], learned["sd"], strict=True):
        seen = lasted[(received["at"] <= at) & ~np.isnan(lasted)]
        if not (len(seen) and seen.min() - TINY <= mean <= seen.max() + TINY and 0 <= sd <= np.ptp(seen) + TINY):
            yield f"a lead time of {mean:g} h is planned at {at:g} h that no receipts show"
            return


def _lines_balance(ledger: Ledger) -> Iterator[str]:
    """Ordered = allocated + replaced + waiting + cancelled + lost for every line that has asked, at every moment."""
    lines = ledger.columns(facts.LineOrdered)
    size = len(lines["line"]) + 1
    wanted = np.concatenate([[0.0], lines["units"]])
    allocated, backordered, cancelled, lost, replaced = (
        ledger.columns(kind)
        for kind in (facts.Allocated, facts.Backordered, facts.Cancelled, facts.Lost, facts.Substituted)
    )
    sums = [np.bincount(t["line"], t["units"], size) for t in (allocated, backordered, cancelled, lost, replaced)]
    asked = sum(np.bincount(t["line"], minlength=size) for t in (allocated, backordered, lost, replaced)) > 0
    at_once = np.where(asked, wanted - sums[1] - sums[3] - sums[4], 0.0)
    waiting = np.where(asked, wanted - sums[0] - sums[2] - sums[3] - sums[4], 0.0)
    for name, values in (("met at once", at_once), ("waiting", waiting)):
        if (values < -TINY).any():
            yield f"line {_first(values < -TINY)}: {name} is negative"
    owed = np.bincount(shelf_of_line(ledger), waiting, len(ledger.opening))
    wrong = np.abs(owed - ledger.closing["backordered"]) > TINY * (1 + owed)
    if wrong.any():
        yield f"shelf {_first(wrong)}: waiting units do not add up to its backorders"
    begun = np.full(size, np.inf)
    np.minimum.at(begun, backordered["line"], backordered["at"])
    early = cancelled["at"] < begun[cancelled["line"]]
    if early.any():
        yield f"line {cancelled['line'][_first(early)]}: cancelled before it waited"
    yield from _never_more_than_owed(allocated, at_once, begun, wanted - sums[3], size)


def _never_more_than_owed(
    allocated: dict[str, np.ndarray], at_once: np.ndarray, begun: np.ndarray, sold: np.ndarray, size: int
) -> Iterator[str]:
    """Before a line begins to wait it is given what is met at once, later never more than it was sold."""
    early = allocated["at"] < begun[allocated["line"]]
    given = np.bincount(allocated["line"][early], allocated["units"][early], size)
    total = np.bincount(allocated["line"], allocated["units"], size)
    wrong = (given > at_once + TINY) | (total > sold + TINY)
    if wrong.any():
        yield f"line {_first(wrong)}: given more than it was owed"


def _goods_come_back(ledger: Ledger) -> Iterator[str]:
    """Returned >= restocked + disposed, and no more comes back than was delivered."""
    size = len(ledger.columns(facts.LineOrdered)["line"]) + 1
    allocated, returned, restocked, disposed = (
        np.bincount(table["line"], table["units"], size)
        for table in (ledger.columns(k) for k in (facts.Allocated, Returned, Restocked, Disposed))
    )
    if (returned > allocated + TINY).any():
        yield f"line {_first(returned > allocated + TINY)}: more came back than was shipped"
    if (restocked + disposed > returned + TINY).any():
        yield f"line {_first(restocked + disposed > returned + TINY)}: more was restocked than came back"


def _stages_in_order(ledger: Ledger) -> Iterator[str]:
    """A job queues, starts and ends in this order, and an order passes the stages in theirs."""
    served, placed = ledger.columns(facts.Served), ledger.columns(facts.Ordered)["at"]
    if (served["started"] < served["queued"]).any() or (served["ended"] < served["started"]).any():
        yield "a stage began before it was asked or ended before it began"
    own = served["order"] > 0
    if (served["queued"][own] < placed[served["order"][own] - 1] - TINY).any():
        yield "a stage was asked before the order was placed"
    cycle = [n for n, (site, stage) in enumerate(ledger.stages) if site and stage != "inspection"]
    for before, after in pairwise(cycle):
        if ledger.stages[before][0] != ledger.stages[after][0]:
            continue
        ended, asked = np.full(len(placed) + 1, np.inf), np.full(len(placed) + 1, np.inf)
        first, second = served["stage"] == before, served["stage"] == after
        np.minimum.at(ended, served["order"][first], np.nan_to_num(served["ended"][first], nan=np.inf))
        np.minimum.at(asked, served["order"][second], served["queued"][second])
        wrong = asked < ended - TINY
        if wrong.any():
            yield f"order {_first(wrong)}: {ledger.stages[after][1]} came before {ledger.stages[before][1]}"


def _shipments_arrive_once(ledger: Ledger) -> Iterator[str]:
    """A shipment is allocated, then delivered, once, to the order its lines belong to."""
    allocated, delivered = ledger.columns(facts.Allocated), ledger.columns(facts.Delivered)
    instead = ledger.columns(facts.Substituted)
    allocated = {name: np.concatenate([allocated[name], instead[name]]) for name in allocated}
    numbers, counts = np.unique(delivered["shipment"], return_counts=True)
    if (counts > 1).any():
        yield f"shipment {numbers[_first(counts > 1)]}: delivered twice"
    size = int(max(delivered["shipment"].max(initial=0), allocated["shipment"].max(initial=0))) + 1
    begun, order = np.full(size, np.nan), np.zeros(size, dtype=np.int64)
    begun[allocated["shipment"]] = allocated["at"]
    order[allocated["shipment"]] = ledger.columns(facts.LineOrdered)["order"][allocated["line"] - 1]
    wrong = ~(begun[delivered["shipment"]] <= delivered["at"]) | (order[delivered["shipment"]] != delivered["order"])
    if wrong.any():
        yield f"shipment {delivered['shipment'][_first(wrong)]}: delivered before it was allocated, or to another order"


def _promises_hold(ledger: Ledger) -> Iterator[str]:
    """What is promised lies ahead, and later promises for later dates; who went away asked for nothing."""
    placed, lines = ledger.columns(facts.Ordered), ledger.columns(facts.LineOrdered)
    promised = ledger.columns(facts.Promised)
    last = placed["promised"].copy()
    for order, at, due in zip(
        promised["order"].tolist(), promised["at"].tolist(), promised["due"].tolist(), strict=True
    ):
        if due < at - TINY or due < last[order - 1] - TINY:
            yield f"order {order}: promised for the past, or for earlier than before"
            break
        last[order - 1] = due
    gone = np.zeros(len(placed["at"]) + 1, dtype=bool)
    gone[ended_orders(ledger)] = True
    order_of = np.concatenate([[0], lines["order"]])
    withdrawn = np.full(len(gone), -np.inf)
    withdrawn[ledger.columns(Withdrawn)["order"]] = placed["at"][ledger.columns(Withdrawn)["order"] - 1]
    for kind in (facts.Allocated, facts.Substituted, facts.Lost):
        table = ledger.columns(kind)
        order = order_of[table["line"]]
        wrong = gone[order] & (table["at"] != withdrawn[order])  # what is sold out is lost when the order comes
        if wrong.any():
            yield f"line {table['line'][_first(wrong)]}: its customer had gone away"


def _agreements_settled(ledger: Ledger) -> Iterator[str]:
    """Periods of an agreement follow each other without a gap, and no more is met than fell due."""
    settled = ledger.columns(Settled)
    if ((settled["met"] > settled["due"] + TINY) | (settled["met"] < -TINY)).any():
        yield "an agreement met more than fell due"
    for contract in np.unique(settled["contract"]).tolist():
        mine = settled["contract"] == contract
        if not np.array_equal(settled["begun"][mine], np.concatenate([[0.0], settled["at"][mine][:-1]])):
            yield f"agreement {contract}: its periods do not follow each other"
