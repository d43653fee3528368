"""When goods leave a site, and when their sale is booked."""

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Columns
from simulator.measures.view import View
from simulator.scenario.network import DESK


def left_at(view: View, table: Columns) -> np.ndarray:
    """When units that were taken from stock left the site, in hours; nan where they are still there.

    `table` has `at`, `line` and `shipment` of Allocated or Substituted. Goods leave when the last stage before transit
    is done with them, where there is none when they are taken, and where the customer collects when he does.
    """
    order, network, market = view.order_of_line[table["line"]] - 1, view.scenario.network, view.scenario.market
    placed = view.of(facts.Ordered)
    docks = np.array([any(stage.stage not in DESK for stage in site.stages) for site in network.sites.values()])
    told = _by_shipment(view.of(facts.Shipped), table)
    left = np.where(np.isnan(told), view.arrival_of(table["shipment"]), told)  # without transit it is delivered at once
    at = np.where(docks[placed["site"][order]], left, table["at"])
    collects = np.array([*(channel.collect is not None for channel in market.channels.values()), False])  # -1 is none
    if not collects.any():
        return at
    came = view.ledger.together(facts.LEAVES_SITE, "at", "shipment")
    return np.where(collects[placed["channel"][order]], _by_shipment(came, table), at)


def booked_at(view: View, table: Columns) -> np.ndarray:
    """When the sale of units that were taken from stock is booked: when they leave or, where `costs.revenue` says so,
    when they are delivered; nan where neither has happened."""
    if view.scenario.costs.revenue == "shipment":
        return left_at(view, table)
    later: np.ndarray = np.maximum(view.arrival_of(table["shipment"]), left_at(view, table))  # ready, then collected
    return later


def _by_shipment(events: Columns, table: Columns) -> np.ndarray:
    size = int(max(events["shipment"].max(initial=0), table["shipment"].max(initial=0))) + 1
    at = np.full(size, np.nan)
    at[events["shipment"]] = events["at"]
    found: np.ndarray = at[table["shipment"]]
    return found
