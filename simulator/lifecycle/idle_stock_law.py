"""Nobody waits for stock that lies on the shelf and is nobody else's, worked out from the facts alone."""

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import groupby

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.engine.movements import shelf_of_line
from simulator.rules.stockout import ship_of
from simulator.scenario.scenario import Scenario

TINY = 1e-7


def nothing_lies_idle(ledger: Ledger) -> Iterator[str]:
    """At the end of every instant, less is on a shelf than each line needs that waits for it.

    Whose turn it is does not matter then: a line that ships only whole may wait beside a smaller one behind it. It is
    not told of shelves of which something may be kept: for priorities, channels, contracts at risk, orders set aside,
    or the dates that stock was promised for.
    """
    scenario, short = ledger.scenario, ledger.columns(facts.Backordered)
    kept = scenario.service.allocation.keeps_stock or any(
        channel.protected is not None for channel in scenario.market.channels.values()
    )
    if kept or not len(short["line"]) or any(len(ledger.columns(kind)["at"]) for kind in facts.COMES_FIRST):
        return
    home, promised = shelf_of_line(ledger), set(ledger.columns(facts.Committed)["shelf"].tolist())
    began, ended, needs = _waits(ledger)
    if _ships_by_the_unit(scenario):
        needs = np.minimum(needs, 0.0)
    waits = np.flatnonzero(began < ended)
    for number, opening in enumerate(ledger.opening.tolist()):
        if opening == opening and number not in promised:
            mine = waits[home[waits] == number]
            if len(mine):
                yield from _idle(ledger, number, home, opening, (began[mine], ended[mine], needs[mine]))


def _ships_by_the_unit(scenario: Scenario) -> bool:
    """Whether whatever there is goes to who waits, however little."""
    chains = [scenario.service.stockout, *(rule.stockout for rule in scenario.service.rules if rule.stockout)]
    return all(ship_of(chain) == "units" for chain in chains) and not scenario.service.allocation.shares_out


def _waits(ledger: Ledger) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By line number: when it begins to wait, when that ends, and the most that it needs while it waits."""
    lines, short = ledger.columns(facts.LineOrdered), ledger.columns(facts.Backordered)
    owed, ended = np.concatenate([[0.0], lines["units"]]), np.zeros(len(lines["line"]) + 1)
    takes = [kind for kind, (sign, *_) in facts.ON_HAND.items() if sign < 0 and "line" in kind._fields]
    for kind in (kind for kind in (*takes, facts.Cancelled, facts.Lost) if kind in ledger.kinds):
        table = ledger.columns(kind)
        np.subtract.at(owed, table["line"], table["units"])
        np.maximum.at(ended, table["line"], table["at"])
    ended[owed > TINY] = np.inf
    gone = np.full(len(ledger.columns(facts.Ordered)["at"]) + 1, np.inf)
    for kind in (kind for kind in facts.ENDS if kind in ledger.kinds):
        table = ledger.columns(kind)
        np.minimum.at(gone, table["order"], table["at"])
    ended[1:] = np.minimum(ended[1:], gone[lines["order"]])
    began, needs = np.full(len(ended), np.inf), np.zeros(len(ended))
    np.minimum.at(began, short["line"], short["at"])
    np.add.at(needs, short["line"], short["units"])
    return began, ended, needs


def _idle(
    ledger: Ledger, number: int, home: np.ndarray, opening: float, waits: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> Iterator[str]:
    events = list(zip(waits[0].tolist(), (-waits[2]).tolist(), waits[1].tolist(), [0.0] * len(waits[0]), strict=True))
    for kind in (kind for kind in facts.ON_HAND if kind in ledger.kinds):
        (sign, named, _), table = facts.ON_HAND[kind], ledger.columns(kind)
        here = (table[named] if named else home[table["line"]]) == number
        moved = (sign * table["units"][here]).tolist()
        events += [(at, 0.0, -1.0, units) for at, units in zip(table["at"][here].tolist(), moved, strict=True)]
    events += [(at, 0.0, -1.0, 0.0) for at in waits[1].tolist()]
    level, most, waiting = opening, 1.0, list[tuple[float, float]]()  # less what is needed, and until when
    for at, group in groupby(sorted(events), key=lambda event: event[0]):
        for _, need, until, units in group:
            level += units
            if until >= 0:
                heappush(waiting, (need, until))
        while waiting and waiting[0][1] <= at:
            heappop(waiting)
        most = max(most, abs(level))
        if waiting and level > TINY * most and level >= -waiting[0][0]:
            yield f"shelf {number}: at {at:g} h {level:g} units lie there, and a line waits for {-waiting[0][0]:g}"
            return
