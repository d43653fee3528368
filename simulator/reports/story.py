"""The life of one order in words."""

import datetime as dt
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from simulator.drawing.wording import clock, of_line
from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.measures.causes import SAID, SHORT
from simulator.measures.labels import of_customers
from simulator.measures.perfect_order import failures
from simulator.measures.view import View
from simulator.mechanisms.known import mechanisms
from simulator.replication.simulate import play_until_entry
from simulator.reports.promise_tables import promise_table, told
from simulator.units import DAY, WEEK


def tell(ledger: Ledger, order: int) -> Iterator[str]:
    """One line for each fact of an order, with date and time, those after the end of the run that are known included.

    Errors: IndexError if there is no such order.
    """
    scenario = ledger.scenario
    start = scenario.run.start
    lines = ledger.columns(facts.LineOrdered)
    skus = list(scenario.products)
    named = {
        int(line): skus[sku]
        for line, sku, mine in zip(lines["line"], lines["sku"], lines["order"], strict=True)
        if mine == order
    }
    yield f"Order {order} of {scenario.name!r} (seed {scenario.run.seed}, replication {ledger.replication})"
    now = clock(start, 0.0)
    failed, words = _failures(ledger, order, named), _words()
    end, lasted = ledger.until, False
    for fact in ledger.followed.story(order):
        at = _when(fact)
        if at >= end and not lasted:
            lasted = True
            yield from _told(start, failed, end)
            yield f"  {clock(start, end)}  the run ends; the order is followed further"
        if math.isfinite(at):
            yield from _told(start, failed, at)
            now = clock(start, at)
        said = words.get(type(fact), _unsaid)(ledger, fact, named)
        if said:
            yield f"  {now}  {said}"
    yield from _told(start, failed, math.inf)
    yield from _promisable(ledger, order)


def _promisable(ledger: Ledger, order: int) -> Iterator[str]:
    """What could be promised when the order was promised stock: a table for each shelf."""
    lines, held = ledger.columns(facts.LineOrdered), ledger.columns(facts.Committed)
    mine = np.isin(held["line"], lines["line"][lines["order"] == order])
    if not mine.any():
        return
    world = play_until_entry(ledger.scenario, ledger, order)
    span = float((held["due"] - held["at"])[mine].max())
    for number in np.unique(held["shelf"][mine]).tolist():
        site, sku = divmod(number, len(ledger.scenario.products))
        table = promise_table(world, world.sites[site].shelves[sku], DAY if span < 8 * DAY else WEEK, 8)
        first, *rest = told(world, table)
        yield f"  Available to promise when it came, {first}"
        yield from (f"    {each}" for each in rest)


Words = Callable[[Ledger, Any, dict[int, str]], str]
"""Tells a fact: takes the ledger, the fact, and the SKUs of the order's lines."""


def _words() -> dict[type[NamedTuple], Words]:
    """How each kind of fact is told: those of the life-cycle here, the others beside their mechanisms."""
    words = dict(_SAYINGS)
    for mechanism in mechanisms():
        words.update(mechanism.words)
    return words


def _unsaid(ledger: Ledger, fact: NamedTuple, named: dict[int, str]) -> str:
    """A fact of a mechanism without words for it."""
    return type(fact).__name__


def _failures(ledger: Ledger, order: int, named: dict[int, str]) -> list[tuple[float, str]]:
    """When an order failed, and on what: each component with its one cause."""
    view = View(ledger)
    found = failures(view)
    rows = found.once[found.order[found.once] == order]
    gone = {
        line: at
        for kind in (facts.Cancelled, facts.Lost)
        for line, at in zip(*(ledger.columns(kind)[name].tolist() for name in ("line", "at")), strict=True)
    }
    told = []
    for row in sorted(rows.tolist()):
        line, cause = int(found.line[row]), view.labels.names["cause"][found.cause[row]]
        on = f" ({named[line]})" if line else ""
        at = float(found.at[row])
        if cause in SHORT:  # it is short at once; what became of it is known later
            at = max(at, gone.get(line, at))
        told.append((at, f"fails: {SAID[found.component[row]]}, {cause.split(': ', 1)[1]}{on}"))
    return sorted(told, key=lambda each: each[0])


def _told(start: dt.date, failed: list[tuple[float, str]], until: float) -> Iterator[str]:
    """The failures before a time, which are told then and no more."""
    while failed and failed[0][0] < until:
        at, said = failed.pop(0)
        yield f"  {clock(start, at)}  {said}"


def _when(fact: NamedTuple) -> float:
    if isinstance(fact, facts.Served):
        return fact.queued
    return float(getattr(fact, "at", math.nan))


def _clock(ledger: Ledger, at: float) -> str:
    return clock(ledger.scenario.run.start, at)


def _ordered(ledger: Ledger, fact: facts.Ordered, _: dict[int, str]) -> str:
    segment = list(ledger.scenario.market.segments)[fact.segment]
    channels = list(ledger.scenario.market.channels)
    through = f" through {channels[fact.channel]}" if fact.channel >= 0 else ""
    promise = f", promised for {_clock(ledger, fact.promised)}" if math.isfinite(fact.promised) else ""
    tiers = of_customers(ledger)
    tier = f", class {tiers.labels[int(tiers.at(*_one(fact.customer, fact.at))[0])]}" if tiers is not None else ""
    wanted = f", wanted by {_clock(ledger, fact.requested)}" if math.isfinite(fact.requested) else ""
    names = ledger.scenario.service.rule_names
    instead = f", treated as {names[fact.rule]} by override of sales" if fact.overridden else ""
    return f"{ledger.customers[fact.customer]} ({segment}{tier}) orders{through}{wanted}{promise}{instead}"


def _one(customer: int, at: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([int(customer)]), np.array([at])


def _served(ledger: Ledger, fact: facts.Served, _: dict[int, str]) -> str:
    stage = ledger.stages[fact.stage][1]
    if math.isnan(fact.started):
        return f"{stage}: still waits at the end of the run"
    waited = fact.started - fact.queued
    wait = f"waits {_span(waited)}, " if waited > 0 else ""
    return f"{stage}: {wait}done {_clock(ledger, fact.ended)} ({_span(fact.ended - fact.started)})"


def _span(hours: float) -> str:
    """A duration in words.

    >>> _span(0.25), _span(3.0), _span(60.0)
    ('15 min', '3.0 h', '2.5 days')
    """
    return f"{hours * 60:.0f} min" if hours < 1 else f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"


def _abandoned(ledger: Ledger, fact: facts.Abandoned, _: dict[int, str]) -> str:
    stage = ledger.stages[fact.stage][1]
    return (
        f"{stage}: full, the order is turned away"
        if fact.full
        else (f"{stage}: withdrawn after {_span(fact.at - fact.queued)}")
    )


def _committed(ledger: Ledger, fact: facts.Committed, named: dict[int, str]) -> str:
    whence = "stock" if fact.due <= fact.at else f"goods expected by {_clock(ledger, fact.due)}"
    return f"{fact.units:g} x {_sku(ledger, fact.shelf)} promised from {whence}"


def _offered(ledger: Ledger, fact: facts.Offered, _: dict[int, str]) -> str:
    offer = {
        "partial": "a part first, the rest as promised",
        "item": "another item",
        "site": "another site",
        "date": "the later date",
    }[facts.OFFERS[fact.kind]]
    return f"is offered {offer}, and {'accepts' if fact.accepted else 'declines'}"


def _collecting(ledger: Ledger) -> set[int]:
    """Orders of channels whose customers collect."""
    channels, ordered = list(ledger.scenario.market.channels.values()), ledger.columns(facts.Ordered)
    mine = [place for place, channel in enumerate(channels) if channel.collect is not None]
    return set(ordered["order"][np.isin(ordered["channel"], mine)].tolist()) if mine else set()


def _sku(ledger: Ledger, shelf: int) -> str:
    return list(ledger.scenario.products)[shelf % len(ledger.scenario.products)]


def _site(ledger: Ledger, shelf: int) -> str:
    return list(ledger.scenario.network.sites)[shelf // len(ledger.scenario.products)]


_SAYINGS: dict[type[NamedTuple], Words] = {
    facts.Ordered: _ordered,
    facts.LineOrdered: lambda ledger, fact, named: f"line: {fact.units:g} x {named[fact.line]} at {fact.price:g}",
    facts.Allocated: lambda ledger, fact, named: (
        f"{fact.units:g} x {named[fact.line]} from stock for shipment {fact.shipment}"
    ),
    facts.Backordered: of_line("{} short: backordered"),
    facts.Lost: of_line("{} short: the sale is lost"),
    facts.Cancelled: lambda ledger, fact, named: (
        f"{fact.units:g} x {named[fact.line]} "
        f"{'cancelled by the company' if fact.by_company else 'given up by the customer'}"
    ),
    facts.Promised: lambda ledger, fact, named: f"promised for {_clock(ledger, fact.due)}",
    facts.Committed: _committed,
    facts.Offered: _offered,
    facts.Declined: lambda ledger, fact, named: "the promise is too long: the customer goes elsewhere",
    facts.Sourced: lambda ledger, fact, named: f"served by {list(ledger.scenario.network.sites)[fact.site]}",
    facts.Substituted: lambda ledger, fact, named: (
        f"{fact.units:g} x {_sku(ledger, fact.shelf)} instead of {named[fact.line]}, shipment {fact.shipment}"
    ),
    facts.Expedited: of_line("{} ordered by emergency supply"),
    facts.ShippedExpress: lambda ledger, fact, named: f"shipment {fact.shipment} goes express",
    facts.Transshipped: lambda ledger, fact, named: (
        f"{fact.units:g} x {named[fact.line]} sent from {_site(ledger, fact.origin)}"
    ),
    facts.Served: _served,
    facts.Shipped: lambda ledger, fact, named: f"shipment {fact.shipment} leaves the site",
    facts.Delivered: lambda ledger, fact, named: (
        f"shipment {fact.shipment} {'ready to be collected' if fact.order in _collecting(ledger) else 'delivered'}"
    ),
    facts.Batched: lambda ledger, fact, named: "",
    facts.Held: lambda ledger, fact, named: f"held for credit until {_clock(ledger, fact.until)}",
    facts.Abandoned: _abandoned,
}
