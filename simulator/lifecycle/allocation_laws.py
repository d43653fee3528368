"""Whose turn it was at the shelf, worked out from the facts and the text of the policy alone."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.engine.movements import shelf_of_line
from simulator.planning.expected_demand import expected_demand
from simulator.planning.stock_levels import product_classes
from simulator.rules.allocating import AllocationRule
from simulator.rules.views import LineView
from simulator.scenario.service import When


def priorities(ledger: Ledger) -> np.ndarray | None:
    """Priority by line number, place 0 unused; None where it hangs on classes that change in the run."""
    scenario, orders, lines = ledger.scenario, ledger.columns(facts.Ordered), ledger.columns(facts.LineOrdered)
    of_order, stating = lines["order"] - 1, [rule for rule in scenario.service.rules if rule.priority is not None]
    reviewed = (scenario.segmentation.products, scenario.segmentation.customers)
    for name, rule in zip(("sku_class", "customer_class"), reviewed, strict=True):
        moves = rule is not None and (rule.review is not None or name == "customer_class")
        if moves and any(getattr(each.when, name) is not None for each in stating):
            return None
    own = np.array([segment.priority for segment in scenario.market.segments.values()])
    found: np.ndarray = own[orders["segment"][of_order]]
    for each in reversed(stating):
        found[_meant(ledger, each.when)] = each.priority
    overridden, rule_of = orders["overridden"][of_order] > 0, orders["rule"][of_order]
    for place, each in enumerate(scenario.service.rules):
        if each.priority is not None:
            found[overridden & (rule_of == place)] = each.priority
    return np.concatenate([[0], found])


def _meant(ledger: Ledger, when: When) -> np.ndarray:
    """By line: whether a condition of the policy is met."""
    scenario, orders, lines = ledger.scenario, ledger.columns(facts.Ordered), ledger.columns(facts.LineOrdered)
    of_order = lines["order"] - 1
    value = np.bincount(of_order, lines["units"] * lines["price"], len(orders["at"]))[of_order]
    segments = scenario.market.segments
    labels = {
        "segment": np.array(list(segments))[orders["segment"][of_order]],
        "channel": np.array([*scenario.market.channels, ""])[orders["channel"][of_order]],
        "customer": np.array(ledger.customers)[orders["customer"][of_order]],
        "customer_class": np.array([str(each.customer_class) for each in segments.values()])[
            orders["segment"][of_order]
        ],
        "sku_class": np.array([str(each) for each in product_classes(scenario)])[lines["sku"]],
    }
    found = np.ones(len(of_order), dtype=bool)
    for name, mine in labels.items():
        if (names := getattr(when, name)) is not None:
            found &= np.isin(mine, names)
    if when.order_value is not None:
        below = when.order_value.below
        found &= (value >= when.order_value.at_least) & (value < (np.inf if below is None else below))
    return found


def kept_from(ledger: Ledger, rule: AllocationRule, priority: np.ndarray) -> list[dict[int, float]]:
    """By shelf: what is kept from each priority."""
    stated = np.unique(priority[1:]).tolist()
    found = []
    for site in ledger.scenario.network.sites:
        for demand in expected_demand(ledger.scenario, site).values():
            found.append({each: rule.keeps(each, demand.lines * demand.units * 24) for each in stated})
    return found


def ranks_of_lines(ledger: Ledger, rule: AllocationRule, priority: np.ndarray) -> list[tuple[float, float]]:
    """By line number: its rank as it comes to the shelf, and while it waits for what it was not given then."""
    orders, lines = ledger.columns(facts.Ordered), ledger.columns(facts.LineOrdered)
    size = len(lines["line"]) + 1
    if not rule.ranks:
        return [(0.0, 0.0)] * size
    due = orders["promised"].copy()
    for fact in reversed(ledger.of(facts.Promised)):
        if np.isnan(orders["promised"][fact.order - 1]):
            due[fact.order - 1] = fact.due
    due = np.where(np.isnan(due), np.inf, due)[lines["order"] - 1]
    began = np.full(size, np.inf)
    short = ledger.columns(facts.Backordered)
    np.minimum.at(began, short["line"], short["at"])
    taken = ledger.columns(facts.Allocated)
    early = taken["at"] <= began[taken["line"]]
    left = lines["units"] - np.bincount(taken["line"][early], taken["units"][early], size)[1:]
    cost = np.array([product.cost for product in ledger.scenario.products.values()])[lines["sku"]]
    margin = lines["price"] - cost
    rows = zip(
        lines["units"].tolist(), left.tolist(), priority[1:].tolist(), due.tolist(), margin.tolist(), strict=True
    )
    return [(0.0, 0.0)] + [
        (rule.rank(LineView(units, first, date, gain)), rule.rank(LineView(rest or units, first, date, gain)))
        for units, rest, first, date, gain in rows
    ]


TINY = 1e-7
Taken = tuple[float, int, float, bool]
"""At, line, units, and whether from the shelf that the line waits for; another item or site is never worth a queue."""


@dataclass
class OneShelf:
    """What happened at a shelf, in the order in which it was written."""

    opening: float = 0.0
    came: list[tuple[float, float]] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    began: list[tuple[float, int, float]] = field(default_factory=list)
    gave_up: list[tuple[float, int, float]] = field(default_factory=list)


def allocation_laws(ledger: Ledger) -> Iterator[str]:
    """Nobody is given what others wait for before him, by the allocation rule, or what is kept from him."""
    rule, priority = ledger.scenario.service.allocation, priorities(ledger)
    if priority is None:
        return  # whose turn it is cannot be told from the facts alone
    shelves, ranks, favoured = _shelves(ledger), ranks_of_lines(ledger, rule, priority), _favoured(ledger)
    pegged = _pegged(ledger) | favoured
    dates = {fact.line: fact.due for fact in sorted(ledger.of(facts.Committed), key=lambda fact: -fact.due)}
    committed, promised = ledger.columns(facts.Committed), defaultdict[int, set[int]](set)
    for number, line in zip(committed["shelf"].tolist(), committed["line"].tolist(), strict=True):
        promised[number].add(line)
    asked = [0.0, *ledger.columns(facts.LineOrdered)["units"].tolist()]
    protects = any(channel.protected is not None for channel in ledger.scenario.market.channels.values())
    for number, shelf in shelves.items() if not protects else ():  # else who may not take it stands aside
        yield from _nobody_jumps_the_queue(
            number, _without(shelf, promised[number]), ranks, pegged, rule.shares_out, asked
        )
    if rule.keeps_stock:
        kept = kept_from(ledger, rule, priority)
        for number, shelf in shelves.items():
            yield from _what_is_kept_stays(number, shelf, kept[number], priority, pegged, favoured, dates)


def _shelves(ledger: Ledger) -> dict[int, OneShelf]:
    """Every shelf whose stock is limited."""
    home = shelf_of_line(ledger)
    found: dict[int, OneShelf] = {
        number: OneShelf(opening) for number, opening in enumerate(ledger.opening.tolist()) if opening == opening
    }
    everywhere = defaultdict(OneShelf, found)
    for kind in (kind for kind in ledger.kinds if kind in facts.ON_HAND):
        (sign, named, _), table = facts.ON_HAND[kind], ledger.columns(kind)
        shelf = (table[named] if named else home[table["line"]]).tolist()
        line = table["line"].tolist() if "line" in table else shelf
        for number, which, at, units in zip(shelf, line, table["at"].tolist(), table["units"].tolist(), strict=True):
            if sign > 0:
                everywhere[number].came.append((at, units))
            else:
                everywhere[number].taken.append((at, which, units, not named))
    for short in ledger.of(facts.Backordered):
        everywhere[home[short.line]].began.append((short.at, short.line, short.units))
    for gone in ledger.of(facts.Cancelled):
        everywhere[home[gone.line]].gave_up.append((gone.at, gone.line, gone.units))
    return found


def _pegged(ledger: Ledger) -> set[int]:
    """Lines for which goods were hurried or fetched: these are theirs, whatever else waits."""
    return {line for kind in (facts.Expedited, facts.Transshipped) for line in ledger.columns(kind)["line"].tolist()}


def _favoured(ledger: Ledger) -> set[int]:
    """Lines that come before all others: a contract on their order was at risk, or goods were set aside for them."""
    lines, found = ledger.columns(facts.LineOrdered), set[int]()
    for table in (ledger.columns(kind) for kind in ledger.kinds if kind in facts.COMES_FIRST):
        found |= {*table["line"].tolist()} if "line" in table else set()
        found |= {*lines["line"][np.isin(lines["order"], table["order"])].tolist()} if "order" in table else set()
    return found


def _without(shelf: OneShelf, promised: set[int]) -> OneShelf:
    """Without the lines that were promised stock for a date: they stand in nobody's way, nor others in theirs."""
    if not promised:
        return shelf
    return OneShelf(
        shelf.opening,
        shelf.came,
        [row for row in shelf.taken if row[1] not in promised],
        [row for row in shelf.began if row[1] not in promised],
        [row for row in shelf.gave_up if row[1] not in promised],
    )


def _nobody_jumps_the_queue(
    number: int,
    shelf: OneShelf,
    ranks: list[tuple[float, float]],
    pegged: set[int],
    shares_out: bool,
    asked: list[float],
) -> Iterator[str]:
    """While a line waits, nothing is given to one that ranks behind it, nor to one of its rank that came later."""
    waiting: dict[int, tuple[float, float]] = {}  # since when, and units
    events = sorted(
        [(at, 0, line, units, own) for at, line, units, own in shelf.taken]
        + [(at, 1, line, units, True) for at, line, units in shelf.began]
        + [(at, 2, line, units, True) for at, line, units in shelf.gave_up],
        key=lambda event: event[0],
    )
    for at, group in groupby(events, key=lambda event: event[0]):
        takers: list[tuple[float, float, int]] = []
        before, of_now, first = dict(waiting), list(group), dict[int, float]()
        for _, what, line, units, own in sorted(of_now, key=lambda event: event[1] == 0):
            since, left = waiting.get(line, (at, 0.0))
            if what == 1:
                waiting[line] = (since, left + units)
                continue
            if what == 0 and not (own and line in pegged):
                waits = own and line in before
                if not (waits and shares_out):
                    rank = ranks[line][waits] if own else np.inf
                    takers.append((rank, before[line][0] if waits else at, line))
            if line in waiting and (what == 2 or (own and (line in before or left))):
                waiting[line] = (since, left - units)
                if what == 0 and line not in before:  # at the same moment it may have been given some before it waited
                    at_first = first.setdefault(line, asked[line] - left)
                    first[line] = max(0.0, at_first - units)
                    waiting[line] = (since, left - max(0.0, units - at_first))
        waiting = {line: row for line, row in waiting.items() if row[1] > TINY}
        stuck = [(ranks[line][1], since, line) for line, (since, _) in waiting.items() if line in before]
        for rank, since, line in takers:
            ahead = [other for other in stuck if other[:2] < (rank, since) and other[2] != line]
            if ahead:
                yield f"shelf {number}: at {at:g} h line {line} was served before line {ahead[0][2]}"
                return


def _what_is_kept_stays(
    number: int,
    shelf: OneShelf,
    kept: dict[int, float],
    priority: np.ndarray,
    pegged: set[int],
    favoured: set[int],
    promised: dict[int, float],
) -> Iterator[str]:
    """At every moment, what the lines of a priority are given leaves on the shelf what is kept from them.

    From the date for which it was promised, a line takes its own.
    """
    level = shelf.opening
    came = sorted(shelf.came)
    place = 0
    for at, group in groupby(sorted(shelf.taken, key=lambda row: row[0]), key=lambda row: row[0]):
        while place < len(came) and came[place][0] <= at:
            level += came[place][1]
            place += 1
        sums: dict[int, float] = defaultdict(float)
        total = 0.0
        for _, line, units, own in group:
            total += units
            if line not in favoured and not (own and line in pegged) and at < promised.get(line, np.inf):
                sums[int(priority[line])] += units
        for first, units in sums.items():
            if level - units < kept[first] - TINY:
                yield f"shelf {number}: at {at:g} h priority {first} was given what is kept from it"
                return
        level -= total
