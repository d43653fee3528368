"""The laws of recovery: substitutes from the map, transfers that arrive once, one answer to an offer."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Ledger


def recovery_laws(ledger: Ledger) -> Iterator[str]:
    """Each broken law with its first offender."""
    yield from _substitutes_are_named(ledger)
    yield from _transfers_arrive_once(ledger)
    yield from _hurried_goods_are_ordered(ledger)
    yield from _one_offer_is_accepted(ledger)


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
    horizon, expected = ledger.scenario.run.horizon, Counter[tuple[int, int, float]]()
    for fact in ledger.of(facts.Transshipped):
        site, sku = _home(ledger, fact.line)
        origin, same = divmod(fact.origin, products)
        time = ledger.scenario.network.sites[sites[site]].siblings.get(sites[origin])
        if time is None or same != sku:
            yield f"line {fact.line}: {sites[origin]} is no sibling that has the item"
            return
        if fact.at + time < horizon:
            expected[site * products + sku, round((fact.at + time) * 1e6), fact.units] += 1
    arrived = Counter((f.shelf, round(f.at * 1e6), f.units) for f in ledger.of(facts.TransferReceived))
    for shelf, at, units in (expected - arrived) + (arrived - expected):
        if at < horizon * 1e6 - 1:
            yield f"shelf {shelf}: a transfer of {units:g} at {at / 1e6:g} h was sent or received, but not both"
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
