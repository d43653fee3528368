"""Goods kept for their customers: who comes."""

import numpy as np

from simulator.measures.registry import kpi
from simulator.measures.slices import Ratio
from simulator.measures.view import View
from simulator.mechanisms.collection.facts import Collected, NotCollected


@kpi(unit="share of orders", better="higher", of="orders of which a shipment was collected or went back", follows=True)
def collected(view: View) -> Ratio | None:
    """Orders whose customer came while the goods were kept / orders that waited for their customer and wait no more."""
    if all(channel.collect is None for channel in view.scenario.market.channels.values()):
        return None
    came, gone = np.zeros((2, len(view.measured_orders)))
    came[view.of(Collected)["order"]] = 1.0
    gone[view.order_of_line[view.of(NotCollected)["line"]]] = 1.0
    keep = view.measured_orders
    return view.orders.rows.ratio((came * (1 - gone))[keep], np.maximum(came, gone)[keep])
