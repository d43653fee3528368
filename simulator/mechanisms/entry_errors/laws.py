"""The laws of the order desk: who left it got nothing, and only what was missed comes to light."""

from collections.abc import Iterator

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Columns, Ledger
from simulator.mechanisms.entry_errors.facts import ERROR_KINDS, Erred, ShortPaid, Surfaced

TINY = 1e-6


def desk_laws(ledger: Ledger) -> Iterator[str]:
    """Each broken law with its first offender."""
    yield from _who_left_is_gone(ledger)
    yield from _held_orders_wait(ledger)
    yield from _batches_go_together(ledger)
    yield from _only_missed_errors_surface(ledger)


def _first(wrong: np.ndarray) -> int:
    return int(np.flatnonzero(wrong)[0])


def _who_left_is_gone(ledger: Ledger) -> Iterator[str]:
    """An order is abandoned once, after it came; nothing is done with it later, no line asks for stock."""
    gone, orders = ledger.columns(facts.Abandoned), ledger.columns(facts.Ordered)
    numbers, counts = np.unique(gone["order"], return_counts=True)
    if (counts > 1).any():
        yield f"order {numbers[_first(counts > 1)]}: abandoned twice"
    early = (gone["at"] < gone["queued"] - TINY) | (gone["queued"] < orders["at"][gone["order"] - 1] - TINY)
    if early.any():
        yield f"order {gone['order'][_first(early)]}: abandoned before it came"
    left = np.full(len(orders["at"]) + 1, np.inf)
    left[gone["order"]] = gone["at"]
    served, order_of_line = ledger.columns(facts.Served), ledger.columns(facts.LineOrdered)["order"]
    last = np.fmax(served["queued"], served["ended"])
    late = last > left[served["order"]] + TINY
    if late.any():
        yield f"order {served['order'][_first(late)]}: served after it was abandoned"
    for kind in (facts.Allocated, facts.Substituted, facts.Backordered, facts.Lost):
        table = ledger.columns(kind)
        asked = order_of_line[table["line"] - 1]
        asked = asked[table["at"] > orders["at"][asked - 1]]  # what is sold out is lost when the order comes
        if np.isfinite(left[asked]).any():
            yield f"order {asked[_first(np.isfinite(left[asked]))]}: abandoned, but it asked for stock"


def _held_orders_wait(ledger: Ledger) -> Iterator[str]:
    """Nothing is taken from stock for an order before its credit is cleared."""
    held, taken = ledger.columns(facts.Held), ledger.columns(facts.Allocated)
    if (held["until"] < held["at"]).any():
        yield f"order {held['order'][_first(held['until'] < held['at'])]}: its hold ended before it began"
    until = np.full(len(ledger.columns(facts.Ordered)["at"]) + 1, -np.inf)
    until[held["order"]] = held["until"]
    order = ledger.columns(facts.LineOrdered)["order"][taken["line"] - 1]
    wrong = taken["at"] < until[order] - TINY
    if wrong.any():
        yield f"order {order[_first(wrong)]}: stock was taken while it was held"


def batched_rows(ledger: Ledger) -> np.ndarray:
    """For each Batched, the row of its Served: a stage writes both in the same order."""
    served, batched = ledger.columns(facts.Served), ledger.columns(facts.Batched)
    rows = np.zeros(len(batched["stage"]), dtype=np.int64)
    for stage in np.unique(batched["stage"]).tolist():
        begun = np.flatnonzero((served["stage"] == stage) & ~np.isnan(served["started"]))
        rows[batched["stage"] == stage] = begun
    return rows


def _batches_go_together(ledger: Ledger) -> Iterator[str]:
    """The orders of a batch are begun and done together, and are no more than a batch holds."""
    batched, served = ledger.columns(facts.Batched), ledger.columns(facts.Served)
    if not len(batched["batch"]):
        return
    rows = batched_rows(ledger)
    if (served["order"][rows] != batched["order"]).any():
        yield "a batch does not hold the orders that its stage worked on"
    key = batched["stage"] * (int(batched["batch"].max()) + 1) + batched["batch"]
    _, first, which, sizes = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    for name in ("started", "ended"):
        times = served[name][rows]
        if (times != times[first][which]).any():
            yield f"order {batched['order'][_first(times != times[first][which])]}: not {name} with its batch"
    most = np.array([_most(ledger, stage) for stage in range(len(ledger.stages))])
    if (sizes > most[batched["stage"][first]]).any():
        yield "a batch holds more orders than it may"


def _most(ledger: Ledger, stage: int) -> float:
    site, name = ledger.stages[stage]
    for each in ledger.scenario.network.sites[site].stages if site else ():
        if each.stage == name and each.batch is not None:
            return each.batch.orders
    return 0.0


def _only_missed_errors_surface(ledger: Ledger) -> Iterator[str]:
    """What comes to light was entered wrongly and missed, once each; a payment is short only for a wrong price."""
    erred, surfaced = ledger.columns(Erred), ledger.columns(Surfaced)
    missed, found = _keys(ledger, erred)[erred["caught"] == 0], _keys(ledger, surfaced)
    for wrong, fault in (
        (~np.isin(found, missed), "came to light but was never missed"),
        (_again(found), "came to light twice"),
    ):
        if wrong.any():
            yield f"order {surfaced['order'][_first(wrong)]}: an error {fault}"
    first = np.full(len(ledger.columns(facts.Ordered)["at"]) + 1, np.inf)
    delivered = ledger.columns(facts.Delivered)
    np.minimum.at(first, delivered["order"], delivered["at"])
    early = (surfaced["kind"] != ERROR_KINDS.index("address")) & (surfaced["at"] < first[surfaced["order"]])
    if early.any():
        yield f"order {surfaced['order'][_first(early)]}: an error came to light before anything was delivered"
    short, priced = ledger.columns(ShortPaid)["order"], surfaced["kind"] == ERROR_KINDS.index("price")
    if not np.array_equal(np.sort(short), np.sort(surfaced["order"][priced])):
        yield "the orders paid short are not those with a wrong price"


def _keys(ledger: Ledger, table: Columns) -> np.ndarray:
    """One number for each combination of order, line and kind."""
    lines = len(ledger.columns(facts.LineOrdered)["line"]) + 1
    keys: np.ndarray = (table["order"] * lines + table["line"]) * len(ERROR_KINDS) + table["kind"]
    return keys


def _again(keys: np.ndarray) -> np.ndarray:
    """Which keys were there before."""
    seen = np.ones(len(keys), dtype=bool)
    seen[np.unique(keys, return_index=True)[1]] = False
    return seen
