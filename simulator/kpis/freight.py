"""What it costs to send goods to customers."""

import numpy as np

from simulator.kpis.laying import Ledgered, plain
from simulator.kpis.view import View
from simulator.ledger import facts
from simulator.scenario.sources import lane_of


def shipment_rates(view: View) -> np.ndarray:
    """Freight of one shipment by order number: that of its lane, nothing where the customer collects."""
    scenario, ordered = view.scenario, view.of(facts.Ordered)
    rates = np.full(len(ordered["at"]) + 1, scenario.costs.shipment)
    sites, segments, channels = list(scenario.network.sites), list(scenario.market.segments), scenario.market.channels
    if not scenario.network.lanes and all(channel.collect is None for channel in channels.values()):
        return rates
    names = [*channels, ""]
    for site, segment, channel in set(zip(*(ordered[name].tolist() for name in ("site", "segment", "channel")),
                                          strict=True)):  # fmt: skip
        mine = (ordered["site"] == site) & (ordered["segment"] == segment) & (ordered["channel"] == channel)
        lane = lane_of(scenario, sites[site], segments[segment], names[channel])
        collected = channel >= 0 and channels[names[channel]].collect is not None
        if collected or (lane is not None and lane.cost is not None):
            rates[ordered["order"][mine]] = 0.0 if collected else lane.cost  # type: ignore[union-attr]
    return rates


def freight(view: View) -> Ledgered | None:
    """Shipments and units that left."""
    costs = view.scenario.costs
    rates = shipment_rates(view)
    if not (rates.any() or costs.shipped_unit):
        return None
    given = view.of(facts.Allocated)
    rate = rates[view.order_of_line[given["line"]]]
    units = given["units"] * (given["at"] >= view.begin)
    shipped = np.bincount(given["shipment"], units)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(shipped > 0, 1.0 / shipped, 0.0)
    amount = units * (rate * share[given["shipment"]] + costs.shipped_unit)
    return plain(view, np.bincount(given["line"], amount, len(view.order_of_line)))
