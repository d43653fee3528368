"""What was promised is kept: nobody takes what is held for another, worked out from the facts alone."""

import math
from bisect import insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.engine.movements import shelf_of_line
from simulator.planning.stock_levels import sized_rules
from simulator.units import exact

TINY = 1e-7
Event = tuple[float, int, int, float, float]
"""When, what (its rank among what happens at one instant), line, units, and a date."""
COME, COMMITTED, GONE, SET_ASIDE, TAKEN, VOID = range(6)


@dataclass
class Held:
    """Units held for a line."""

    due: float
    line: int
    units: float


class Ordered(NamedTuple):
    """A replenishment order: when it was placed, when it can be expected at the earliest, when it came, its units."""

    placed: float
    expected: float
    came: float
    units: float


@dataclass
class OneShelf:
    """What happened at a shelf, and what is known of its supply."""

    level: float
    lead_time: float
    """The shortest time in which an order can be expected."""
    events: list[Event] = field(default_factory=list)
    orders: list[Ordered] = field(default_factory=list)
    others: list[tuple[float, float]] = field(default_factory=list)
    """When units came that were not ordered from the supplier, and how many."""


def promise_laws(ledger: Ledger) -> Iterator[str]:
    """Each shelf at which something was taken that is held for another, with the first offender.

    A line with a promise comes after those that were promised stock for an earlier date, and takes before its own date
    only what they will not need; a line without one comes after them all. What is needed later may be taken if it is
    replaced in time: by what is on order, or by an order that is placed now.
    """
    if len(ledger.columns(facts.Committed)["at"]):
        pegged = _pegged(ledger)
        for number, shelf in _shelves(ledger).items():
            yield from _nobody_takes_what_is_held(number, shelf, pegged)


def _shelves(ledger: Ledger) -> dict[int, OneShelf]:
    """The shelves from which something was promised."""
    home, lead_times = shelf_of_line(ledger), _lead_times(ledger)
    found: dict[int, OneShelf] = {}
    at_shelf: dict[int, set[int]] = defaultdict(set)
    for each in ledger.of(facts.Committed):
        if lead_times[each.shelf] < 0:
            continue
        if each.shelf not in found:
            found[each.shelf] = OneShelf(float(ledger.opening[each.shelf]), lead_times[each.shelf])
        found[each.shelf].events.append((each.at, COMMITTED, each.line, each.units, each.due))
        at_shelf[each.line].add(each.shelf)
    for kind in (kind for kind in ledger.kinds if kind in facts.ON_HAND):
        (sign, named, _), table = facts.ON_HAND[kind], ledger.columns(kind)
        shelf = (table[named] if named else home[table["line"]]).tolist()
        line = table["line"].tolist() if "line" in table else [0] * len(shelf)
        for number, which, at, units in zip(shelf, line, table["at"].tolist(), table["units"].tolist(), strict=True):
            if number in found:
                found[number].events.append((at, COME if sign > 0 else TAKEN, which, units, 0.0))
                if sign > 0 and kind is not facts.Received:
                    found[number].others.append((at, units))
            for other in at_shelf[which] - {number} if sign < 0 else ():  # it was served from elsewhere
                found[other].events.append((at, GONE, which, units, 0.0))
    for kind in (facts.Lost, facts.Cancelled):
        table = ledger.columns(kind)
        for line, at, units in zip(table["line"].tolist(), table["at"].tolist(), table["units"].tolist(), strict=True):
            for number in at_shelf[line]:
                found[number].events.append((at, GONE, line, units, 0.0))
    _others(ledger, found, at_shelf, home)
    _usual_orders(ledger, found)
    return found


def _usual_orders(ledger: Ledger, found: dict[int, OneShelf]) -> None:
    """The orders that the supplier delivers as he does them all; what is scheduled or hurried is here when it is."""
    came: dict[tuple[int, float], list[float]] = defaultdict(list)
    for receipt in ledger.of(facts.Received):
        if receipt.placed == receipt.placed:
            came[receipt.shelf, receipt.placed].append(receipt.at)
        elif receipt.shelf in found:
            found[receipt.shelf].others.append((receipt.at, receipt.units))
    hurried = {(fact.at, fact.units) for fact in ledger.of(facts.Expedited)}
    for fact in ledger.of(facts.Replenished):
        arrivals, shelf = came[fact.shelf, fact.at], found.get(fact.shelf)
        at = arrivals.pop(0) if arrivals else math.inf
        if shelf is not None and (at < math.inf or (fact.at, fact.units) not in hurried):
            shelf.orders.append(Ordered(fact.at, exact(fact.at + shelf.lead_time), at, fact.units))


def _others(ledger: Ledger, found: dict[int, OneShelf], at_shelf: dict[int, set[int]], home: np.ndarray) -> None:
    """What mechanisms set aside, and the orders that ended before they asked for stock."""
    for kind in (kind for kind in ledger.kinds if kind in facts.COMES_FIRST and "units" in kind._fields):
        table = ledger.columns(kind)
        for line, at, units in zip(table["line"].tolist(), table["at"].tolist(), table["units"].tolist(), strict=True):
            if home[line] in found:
                found[home[line]].events.append((at, SET_ASIDE, line, units, 0.0))
    lines = ledger.columns(facts.LineOrdered)["order"]
    for kind in (kind for kind in ledger.kinds if kind in facts.ENDS):
        table = ledger.columns(kind)
        for order, at in zip(table["order"].tolist(), table["at"].tolist(), strict=True):
            first, last = np.searchsorted(lines, [order, order + 1]).tolist()
            for line in range(first + 1, last + 1):
                for number in at_shelf[line] | {int(home[line])} & set(found):
                    found[number].events.append((at, VOID, line, 0.0, 0.0))


def _lead_times(ledger: Ledger) -> list[float]:
    """By shelf: the lead time that is planned with; 0 where it is set anew from receipts, below 0 where goods come at
    the instant at which they are ordered, so that what is taken is no loss to others."""
    found, suppliers = list[float](), ledger.scenario.network.suppliers
    for name, site in ledger.scenario.network.sites.items():
        if site.stock is None:
            found += [0.0] * len(ledger.scenario.products)
            continue
        for supplier, _ in sized_rules(ledger.scenario, name).values():
            known = suppliers.get(supplier)
            if known is None:
                found.append(math.inf)
            elif known.lead_time.expected == 0:
                found.append(-1.0)
            else:
                found.append(0.0 if known.refresh else known.planned_lead_time.mean)
    return found


def _pegged(ledger: Ledger) -> set[int]:
    """Lines for which goods were hurried or fetched: these are theirs."""
    return {line for kind in (facts.Expedited, facts.Transshipped) for line in ledger.columns(kind)["line"].tolist()}


def _nobody_takes_what_is_held(number: int, shelf: OneShelf, pegged: set[int]) -> Iterator[str]:
    """After every instant, what those who took left is enough for all whom they come after."""
    held: list[Held] = []
    aside: dict[int, float] = defaultdict(float)
    takers: list[tuple[int, float]] = []  # line, and the date it was promised, infinite for what it was not
    shelf.events.sort(key=lambda event: event[:2])
    for place, (at, what, line, units, due) in enumerate(shelf.events):
        if what == COME:
            shelf.level += units
        elif what == COMMITTED:
            insort(held, Held(due, line, units), key=lambda each: each.due)
        elif what == VOID:
            shelf.level += aside.pop(line, 0.0)
            held = [each for each in held if each.line != line]
        elif what == GONE:
            _settle(held, line, units, last=True)
        else:
            if what == TAKEN:  # what was set aside before is its own
                mine = min(units, aside[line])
                aside[line] -= mine
                units -= mine
            else:
                aside[line] += units
            shelf.level -= units
            if units > TINY and (what == SET_ASIDE or line not in pegged):
                takers.append((line, _settle(held, line, units)))
            else:
                _settle(held, line, units)
        if place + 1 == len(shelf.events) or shelf.events[place + 1][0] > at:
            for taker, date in takers:
                robbed = _robbed(shelf, [each for each in held if each.line != taker], at, date)
                if robbed is not None:
                    yield f"shelf {number}: at {at:g} h line {taker} took what was promised to line {robbed.line}"
                    return
            takers.clear()


def _settle(held: list[Held], line: int, units: float, last: bool = False) -> float:
    """Take units off what is held for a line, the first first; the last of its dates, infinite beyond them all."""
    date, mine_by_date = -math.inf, [each for each in held if each.line == line]
    for each in reversed(mine_by_date) if last else mine_by_date:
        if units <= TINY:
            break
        mine = min(units, each.units)
        each.units -= mine
        units -= mine
        date = each.due
        if each.units <= TINY:
            held.remove(each)
    return math.inf if units > TINY else date


def _robbed(shelf: OneShelf, held: list[Held], at: float, date: float) -> Held | None:
    """Of those promised for before a date, the first for whom it is not enough, with all that can be there in time."""
    near = [each for each in held if each.due < date and (each.due <= at or each.due < exact(at + shelf.lead_time))]
    if shelf.level >= sum(each.units for each in near) - TINY:
        return None
    open_orders = [each for each in shelf.orders if each.placed <= at < each.came]
    needed = 0.0
    for each in near:
        needed += each.units
        coming = sum(
            order.units for order in open_orders if at < each.due and min(order.expected, order.came) <= each.due
        )
        coming += sum(units for when, units in shelf.others if at < when <= each.due)
        if shelf.level + coming < needed - TINY:
            return each
    return None
