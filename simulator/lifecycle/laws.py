"""The laws that every life of an order keeps, checked on the facts alone and against the counters of the shelves."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Ledger, rows_of_batches
from simulator.engine.movements import on_hand_changes, on_order_changes, shelf_of_line
from simulator.scenario.network import STAGES
from simulator.unit_steps import UnitSteps
from simulator.units import exact

Law = Callable[[Ledger], Iterator[str]]
TINY = 1e-6
"""Units that are a rounding, and hours as well."""

TIMES: dict[facts.Kind, tuple[str, ...]] = {
    facts.Ordered: ("at", "promised", "requested"),
    facts.Promised: ("at", "due"),
    facts.Committed: ("at", "due"),
    facts.Served: ("queued", "started", "ended"),
    facts.Held: ("at", "until"),
    facts.Abandoned: ("at", "queued"),
    facts.Received: ("at", "placed"),
}
"""The fields of facts that hold times; of all other kinds only `at` does."""


def offender(wrong: np.ndarray) -> int:
    """The place of the first offender."""
    return int(np.flatnonzero(wrong)[0])


def steps_of(ledger: Ledger) -> tuple[UnitSteps, np.ndarray]:
    """The smallest quantities of the products, and the product of each shelf."""
    steps = UnitSteps(product.step for product in ledger.scenario.products.values())
    return steps, np.arange(len(ledger.opening)) % len(steps)


def rounding(count: np.ndarray | float, total: np.ndarray | float) -> np.ndarray:
    """Units by which the sums of so many quantities, of so much in all, may differ for being floating-point numbers.

    It is far below the smallest quantity unless there are enormous ones; whatever is more is no rounding.
    """
    found: np.ndarray = np.finfo(float).eps * np.asarray(count) * np.asarray(total)
    return found


def _times_are_exact(ledger: Ledger) -> Iterator[str]:
    """Every time is the one number that stands for its millisecond: what is meant for one instant is at one."""
    for kind in ledger.kinds:
        for name, column in ledger.columns(kind).items():
            if name in TIMES.get(kind, ("at",)):
                wrong = exact(column) != column
                wrong &= np.isfinite(column)
                if wrong.any():
                    yield f"{kind.__name__}: {name} is not a whole millisecond, first {column[offender(wrong)]!r} h"


def _units_are_exact(ledger: Ledger) -> Iterator[str]:
    """Every quantity is the one number that stands for so many of the smallest quantity of its product."""
    (steps, sku_of), shelf_of = steps_of(ledger), shelf_of_line(ledger)
    shelves = np.arange(len(ledger.opening))
    quantities = [(f"{name} at the end", shelves, units) for name, units in ledger.closing.items()]
    quantities.append(("opening stock", shelves, ledger.opening))
    for kind in ledger.kinds:
        table = ledger.columns(kind)
        if "units" in table and ("line" in table or "shelf" in table):
            quantities.append(
                (kind.__name__, shelf_of[table["line"]] if "line" in table else table["shelf"], table["units"])
            )
    for name, shelf, units in quantities:
        limited = np.isfinite(units)
        shelf, units = shelf[limited], units[limited]
        wrong = steps.exact(units, sku_of[shelf]) != units
        if wrong.any():
            which = offender(wrong)
            step = steps[int(sku_of[shelf[which]])].size
            yield f"shelf {shelf[which]}: {name} of {units[which].item()!r} units is no whole number of {step:g}"


def _units_conserved(ledger: Ledger) -> Iterator[str]:
    """Opening + what came = what went + on hand, and stock is never negative; the same of what is on order."""
    shelf, at, units = (np.concatenate(parts) for parts in zip(*on_hand_changes(ledger), strict=True))
    limited, size = ~np.isnan(ledger.opening), len(ledger.opening)
    left = ledger.opening + np.bincount(shelf, units, size)
    slack = rounding(np.bincount(shelf, minlength=size) + 1, np.bincount(shelf, abs(units), size) + ledger.opening)
    steps, shelves = steps_of(ledger)
    wrong = limited & (np.abs(steps.exact(left, shelves) - ledger.closing["on_hand"]) > slack)
    if wrong.any():
        which = offender(wrong)
        held = ledger.closing["on_hand"][which]
        yield f"shelf {which}: the facts leave {left[which]:g} on hand, the shelf holds {held:g}"
    ranked = np.lexsort((units < 0, at, shelf))  # what comes is there before what goes
    shelf, units = shelf[ranked], units[ranked]
    level = np.cumsum(units)
    begins = np.searchsorted(shelf, np.arange(len(ledger.opening)))
    before = np.concatenate([[0.0], level])[begins]
    level = level - before[shelf] + ledger.opening[shelf]
    below = level < -TINY - slack[shelf]
    if below.any():
        yield f"shelf {shelf[offender(below)]}: stock on hand is negative"
    shelf, _, units = (np.concatenate(parts) for parts in zip(*on_order_changes(ledger), strict=True))
    slack = rounding(np.bincount(shelf, minlength=size), np.bincount(shelf, abs(units), size))
    open_orders = steps.exact(np.bincount(shelf, units, size), shelves)
    wrong = np.abs(open_orders - ledger.closing["on_order"]) > slack
    if wrong.any():
        yield f"shelf {offender(wrong)}: units on order do not add up"


def _receipts_answer_orders(ledger: Ledger) -> Iterator[str]:
    """A receipt comes after its order, and there was an order for that shelf at the time it names."""
    received, ordered = ledger.columns(facts.Received), ledger.columns(facts.Replenished)
    early = received["placed"] > received["at"]
    if early.any():
        yield f"shelf {received['shelf'][offender(early)]}: received before it was ordered"
    placed = set(zip(ordered["shelf"].tolist(), ordered["at"].tolist(), strict=True))
    usual = ~np.isnan(received["placed"])
    strange = set(zip(received["shelf"][usual].tolist(), received["placed"][usual].tolist(), strict=True)) - placed
    if strange:
        yield f"shelf {min(strange)[0]}: received what was not ordered"


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
    slack = rounding(sum(np.bincount(t["line"], minlength=size) for t in (allocated, backordered)) + 4, wanted)
    for name, values in (("met at once", at_once), ("waiting", waiting)):
        if (values < -TINY - slack).any():
            yield f"line {offender(values < -TINY - slack)}: {name} is negative"
    shelf, count = shelf_of_line(ledger), len(ledger.opening)
    steps, shelves = steps_of(ledger)
    owed, total = steps.exact(np.bincount(shelf, waiting, count), shelves), np.bincount(shelf, wanted, count)
    wrong = np.abs(owed - ledger.closing["backordered"]) > rounding(2 * np.bincount(shelf, minlength=count), total)
    if wrong.any():
        yield f"shelf {offender(wrong)}: waiting units do not add up to its backorders"
    begun = np.full(size, np.inf)
    np.minimum.at(begun, backordered["line"], backordered["at"])
    early = cancelled["at"] < begun[cancelled["line"]]
    if early.any():
        yield f"line {cancelled['line'][offender(early)]}: cancelled before it waited"
    yield from _never_more_than_owed(allocated, at_once, begun, wanted - sums[3], size)


def _never_more_than_owed(
    allocated: dict[str, np.ndarray], at_once: np.ndarray, begun: np.ndarray, sold: np.ndarray, size: int
) -> Iterator[str]:
    """Before a line begins to wait it is given what is met at once, later never more than it was sold."""
    early = allocated["at"] < begun[allocated["line"]]
    given = np.bincount(allocated["line"][early], allocated["units"][early], size)
    total = np.bincount(allocated["line"], allocated["units"], size)
    slack = TINY + rounding(np.bincount(allocated["line"], minlength=size) + 4, abs(sold))
    wrong = (given > at_once + slack) | (total > sold + slack)
    if wrong.any():
        yield f"line {offender(wrong)}: given more than it was owed"


def _stages_in_order(ledger: Ledger) -> Iterator[str]:
    """A job queues, starts and ends in this order, and an order passes the stages in theirs."""
    served, placed = ledger.columns(facts.Served), ledger.columns(facts.Ordered)["at"]
    if (served["started"] < served["queued"]).any() or (served["ended"] < served["started"]).any():
        yield "a stage began before it was asked or ended before it began"
    own = served["order"] > 0
    if (served["queued"][own] < placed[served["order"][own] - 1] - TINY).any():
        yield "a stage was asked before the order was placed"
    cycle = [n for n, (site, stage) in enumerate(ledger.stages) if site and stage in STAGES]
    for before, after in pairwise(cycle):
        if ledger.stages[before][0] != ledger.stages[after][0]:
            continue
        ended, asked = np.full(len(placed) + 1, np.inf), np.full(len(placed) + 1, np.inf)
        first, second = served["stage"] == before, served["stage"] == after
        np.minimum.at(ended, served["order"][first], np.nan_to_num(served["ended"][first], nan=np.inf))
        np.minimum.at(asked, served["order"][second], served["queued"][second])
        wrong = asked < ended - TINY
        if wrong.any():
            yield f"order {offender(wrong)}: {ledger.stages[after][1]} came before {ledger.stages[before][1]}"


def _shipments_arrive_once(ledger: Ledger) -> Iterator[str]:
    """A shipment is allocated, then delivered, once, to the order its lines belong to."""
    allocated, delivered = ledger.columns(facts.Allocated), ledger.columns(facts.Delivered)
    instead = ledger.columns(facts.Substituted)
    allocated = {name: np.concatenate([allocated[name], instead[name]]) for name in allocated}
    numbers, counts = np.unique(delivered["shipment"], return_counts=True)
    if (counts > 1).any():
        yield f"shipment {numbers[offender(counts > 1)]}: delivered twice"
    size = int(max(delivered["shipment"].max(initial=0), allocated["shipment"].max(initial=0))) + 1
    begun, order = np.full(size, np.nan), np.zeros(size, dtype=np.int64)
    begun[allocated["shipment"]] = allocated["at"]
    order[allocated["shipment"]] = ledger.columns(facts.LineOrdered)["order"][allocated["line"] - 1]
    wrong = ~(begun[delivered["shipment"]] <= delivered["at"]) | (order[delivered["shipment"]] != delivered["order"])
    if wrong.any():
        which = delivered["shipment"][offender(wrong)]
        yield f"shipment {which}: delivered before it was allocated, or to another order"
    left, arrived = ledger.columns(facts.Shipped), np.full(size, np.inf)
    arrived[delivered["shipment"]] = delivered["at"]
    early = (left["at"] < begun[left["shipment"]] - TINY) | (left["at"] > arrived[left["shipment"]] + TINY)
    if early.any() or len(np.unique(left["shipment"])) < len(left["shipment"]):
        yield "a shipment left the site twice, before it was allocated, or after it was delivered"


def _promises_hold(ledger: Ledger) -> Iterator[str]:
    """What is promised lies ahead, and later promises for later dates; who went away asked for nothing."""
    placed = ledger.columns(facts.Ordered)
    promised = ledger.columns(facts.Promised)
    last = placed["promised"].copy()
    for order, at, due in zip(
        promised["order"].tolist(), promised["at"].tolist(), promised["due"].tolist(), strict=True
    ):
        if due < at - TINY or due < last[order - 1] - TINY:
            yield f"order {order}: promised for the past, or for earlier than before"
            break
        last[order - 1] = due
    yield from nothing_asked(ledger, facts.Declined, at_entry=False)


def nothing_asked(ledger: Ledger, kind: facts.Kind, at_entry: bool) -> Iterator[str]:
    """Lines of orders that a kind of fact ended ask for no stock; what is sold out may be lost when the order comes."""
    placed, lines = ledger.columns(facts.Ordered), ledger.columns(facts.LineOrdered)
    gone = np.zeros(len(placed["at"]) + 1, dtype=bool)
    gone[ledger.columns(kind)["order"]] = True
    for asking in (facts.Allocated, facts.Substituted, facts.Lost):
        table = ledger.columns(asking)
        order = lines["order"][table["line"] - 1]
        wrong = gone[order]
        if at_entry:
            wrong = wrong & (table["at"] != placed["at"][order - 1])
        if wrong.any():
            yield f"line {table['line'][offender(wrong)]}: its customer had gone away"


def _who_left_is_gone(ledger: Ledger) -> Iterator[str]:
    """An order is abandoned once, after it came; nothing is done with it later, no line asks for stock."""
    gone, orders = ledger.columns(facts.Abandoned), ledger.columns(facts.Ordered)
    numbers, counts = np.unique(gone["order"], return_counts=True)
    if (counts > 1).any():
        yield f"order {numbers[offender(counts > 1)]}: abandoned twice"
    early = (gone["at"] < gone["queued"] - TINY) | (gone["queued"] < orders["at"][gone["order"] - 1] - TINY)
    if early.any():
        yield f"order {gone['order'][offender(early)]}: abandoned before it came"
    left = np.full(len(orders["at"]) + 1, np.inf)
    left[gone["order"]] = gone["at"]
    served, order_of_line = ledger.columns(facts.Served), ledger.columns(facts.LineOrdered)["order"]
    last = np.fmax(served["queued"], served["ended"])
    late = last > left[served["order"]] + TINY
    if late.any():
        yield f"order {served['order'][offender(late)]}: served after it was abandoned"
    for kind in (facts.Allocated, facts.Substituted, facts.Backordered, facts.Lost):
        table = ledger.columns(kind)
        asked = order_of_line[table["line"] - 1]
        asked = asked[table["at"] > orders["at"][asked - 1]]  # what is sold out is lost when the order comes
        if np.isfinite(left[asked]).any():
            yield f"order {asked[offender(np.isfinite(left[asked]))]}: abandoned, but it asked for stock"


def _held_orders_wait(ledger: Ledger) -> Iterator[str]:
    """Nothing is taken from stock for an order before its credit is cleared."""
    held, taken = ledger.columns(facts.Held), ledger.columns(facts.Allocated)
    if (held["until"] < held["at"]).any():
        yield f"order {held['order'][offender(held['until'] < held['at'])]}: its hold ended before it began"
    until = np.full(len(ledger.columns(facts.Ordered)["at"]) + 1, -np.inf)
    until[held["order"]] = held["until"]
    order = ledger.columns(facts.LineOrdered)["order"][taken["line"] - 1]
    wrong = taken["at"] < until[order] - TINY
    if wrong.any():
        yield f"order {order[offender(wrong)]}: stock was taken while it was held"


def _batches_go_together(ledger: Ledger) -> Iterator[str]:
    """The orders of a batch are begun and done together, and are no more than a batch holds."""
    batched, served = ledger.columns(facts.Batched), ledger.columns(facts.Served)
    if not len(batched["batch"]):
        return
    rows = rows_of_batches(ledger)
    if (served["order"][rows] != batched["order"]).any():
        yield "a batch does not hold the orders that its stage worked on"
    key = batched["stage"] * (int(batched["batch"].max()) + 1) + batched["batch"]
    _, first, which, sizes = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    for name in ("started", "ended"):
        times = served[name][rows]
        if (times != times[first][which]).any():
            yield f"order {batched['order'][offender(times != times[first][which])]}: not {name} with its batch"
    most = np.array([_most(ledger, stage) for stage in range(len(ledger.stages))])
    if (sizes > most[batched["stage"][first]]).any():
        yield "a batch holds more orders than it may"


def _most(ledger: Ledger, stage: int) -> float:
    site, name = ledger.stages[stage]
    for each in ledger.scenario.network.sites[site].stages if site else ():
        if each.stage == name and each.batch is not None:
            return each.batch.orders
    return 0.0


def _home(ledger: Ledger, line: int) -> tuple[int, int]:
    """Site and SKU of a line, as indices."""
    lines = ledger.columns(facts.LineOrdered)
    site = ledger.columns(facts.Ordered)["site"][lines["order"][line - 1] - 1]
    return int(site), int(lines["sku"][line - 1])


def _substitutes_are_named(ledger: Ledger) -> Iterator[str]:
    """What is given instead is at the order's own site, and one of the substitutes that the product has."""
    products = list(ledger.scenario.products.items())
    for fact in ledger.of(facts.Substituted):
        site, sku = _home(ledger, fact.line)
        where, instead = divmod(fact.shelf, len(products))
        if where != site or products[instead][0] not in products[sku][1].substitutes:
            yield f"line {fact.line}: {products[instead][0]} is no substitute for {products[sku][0]} there"
            return


def _transfers_arrive_once(ledger: Ledger) -> Iterator[str]:
    """What a sibling sent arrives once, when it should, at the shelf it was sent to."""
    sites, products = list(ledger.scenario.network.sites), len(ledger.scenario.products)
    horizon, expected = ledger.scenario.run.horizon, Counter[tuple[int, float, float]]()
    for fact in ledger.of(facts.Transshipped):
        site, sku = _home(ledger, fact.line)
        origin, same = divmod(fact.origin, products)
        time = ledger.scenario.network.sites[sites[site]].siblings.get(sites[origin])
        if time is None or same != sku:
            yield f"line {fact.line}: {sites[origin]} is no sibling that has the item"
            return
        if (arrives := exact(fact.at + time)) < horizon:
            expected[site * products + sku, arrives, fact.units] += 1
    arrived = Counter((f.shelf, f.at, f.units) for f in ledger.of(facts.TransferReceived))
    for shelf, at, units in (expected - arrived) + (arrived - expected):
        if at < horizon:
            yield f"shelf {shelf}: a transfer of {units:g} at {at:g} h was sent or received, but not both"
            return


def _hurried_goods_are_ordered(ledger: Ledger) -> Iterator[str]:
    """An emergency supply is a replenishment order of the same moment for the line's own shelf."""
    products = len(ledger.scenario.products)
    ordered = Counter((f.at, f.shelf, f.units) for f in ledger.of(facts.Replenished))
    for fact in ledger.of(facts.Expedited):
        site, sku = _home(ledger, fact.line)
        key = (fact.at, site * products + sku, fact.units)
        ordered[key] -= 1
        if ordered[key] < 0:
            yield f"line {fact.line}: hurried, but nothing was ordered"
            return


def _one_offer_is_accepted(ledger: Ledger) -> Iterator[str]:
    """A customer accepts one offer at most; who went away accepted none, and who got what was offered accepted it."""
    size = len(ledger.columns(facts.Ordered)["at"]) + 1
    offered = ledger.columns(facts.Offered)
    accepted = np.bincount(offered["order"], offered["accepted"], size)
    gone = np.bincount(ledger.columns(facts.Declined)["order"], minlength=size)
    for order in np.flatnonzero((accepted > 1) | ((accepted > 0) & (gone > 0))).tolist():
        yield f"order {order}: accepted more than one offer, or one and went away"
        return


LAWS: tuple[Law, ...] = (
    _times_are_exact,
    _units_are_exact,
    _units_conserved,
    _lines_balance,
    _stages_in_order,
    _shipments_arrive_once,
    _promises_hold,
    _who_left_is_gone,
    _held_orders_wait,
    _batches_go_together,
    _receipts_answer_orders,
    _substitutes_are_named,
    _transfers_arrive_once,
    _hurried_goods_are_ordered,
    _one_offer_is_accepted,
)
"""Each finds what breaks it, the first offender; its docstring says what must be."""
