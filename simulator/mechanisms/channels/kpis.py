"""Channels and sites: whose stock served whom, and what was sold that was not there."""

import numpy as np

from simulator.engine import facts
from simulator.measures.inventory import shelf_of_line, stock_changes
from simulator.measures.registry import kpi
from simulator.measures.slices import Ratio
from simulator.measures.view import View
from simulator.mechanisms.channels.facts import Oversold


@kpi(unit="share of orders", better="neither", of="orders that asked for stock with every line")
def sourced_away(view: View) -> Ratio | None:
    """Orders served by another site than the one they come from where nothing is short / orders."""
    sources = (channel.source for channel in view.scenario.market.channels.values())
    moved = view.of(facts.Sourced)["order"]
    if not len(moved) and not any(source is not None and source.looks for source in sources):
        return None
    away = np.zeros(len(view.measured_orders))
    away[moved] = 1.0
    orders = view.orders
    return orders.rows.ratio(away[view.measured_orders] * orders.asked, orders.asked.astype(float))


@kpi(unit="share of units", better="lower", of="units of lines that asked for stock")
def transferred_units(view: View) -> Ratio | None:
    """Units fetched from another site for a line that was short / units wanted."""
    if not any(site.siblings for site in view.scenario.network.sites.values()):
        return None
    lines = view.lines
    return lines.rows.ratio(view.by_line(facts.Transshipped)[lines.number], lines.units)


@kpi(unit="share of units", better="lower", of="units short at a site: backordered or lost")
def stock_imbalance(view: View) -> Ratio | None:
    """Units that were short at one site while other sites had them on hand / units short: stock in the wrong place."""
    sites, lines = len(view.scenario.network.sites), view.lines
    if sites < 2 or np.isnan(view.ledger.opening).any():
        return None
    elsewhere = np.zeros(len(view.order_of_line))
    for kind in (facts.Backordered, facts.Lost):
        table = view.of(kind)
        found = _held_elsewhere(view, shelf_of_line(view)[table["line"]], table["at"])
        np.add.at(elsewhere, table["line"], np.minimum(found, table["units"]))
    return lines.rows.ratio(elsewhere[lines.number], lines.backordered + lines.lost)


def _held_elsewhere(view: View, shelf: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Units of the same SKU on hand at all other sites, at the end of some instants."""
    products, size = view.labels.products, len(view.ledger.opening)
    parts = [np.concatenate(column) for column in zip(*stock_changes(view), strict=True)]
    ranked = np.lexsort((parts[1], parts[0]))
    where, when = parts[0][ranked].astype(int), parts[1][ranked]
    level = np.concatenate([[0.0], np.cumsum(parts[2][ranked])])
    begins = np.searchsorted(where, np.arange(size + 1))
    total = np.zeros(len(shelf))
    for other in range(size):
        mine = np.flatnonzero((shelf % products == other % products) & (shelf != other))
        first, last = begins[other], begins[other + 1]
        place = first + np.searchsorted(when[first:last], at[mine], side="right")
        total[mine] += np.maximum(0.0, view.ledger.opening[other] + level[place] - level[first])
    return total


@kpi(unit="share of order lines", better="lower", of="lines that asked for stock")
def oversold_lines(view: View) -> Ratio | None:
    """Lines sold by a channel's record of which some units were not there / lines."""
    if not _has_records(view):
        return None
    lines = view.lines
    return lines.rows.ratio((view.by_line(Oversold)[lines.number] > 0).astype(float), 1.0)


@kpi(unit="share of order lines", better="lower", of="lines that asked for stock")
def oversell_cancels(view: View) -> Ratio | None:
    """Oversold lines that the company then cancelled, in whole or in part / lines."""
    if not _has_records(view):
        return None
    cancelled, lines = view.of(facts.Cancelled), view.lines
    by_company = np.bincount(cancelled["line"], cancelled["by_company"], len(view.order_of_line))
    both = (by_company > 0) & (view.by_line(Oversold) > 0)
    return lines.rows.ratio(both[lines.number].astype(float), 1.0)


def _has_records(view: View) -> bool:
    return any(channel.record is not None for channel in view.scenario.market.channels.values())
