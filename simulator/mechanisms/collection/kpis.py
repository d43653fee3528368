"""Goods kept for their customers: who comes, and what of the sale is off where nobody does."""

import numpy as np

from simulator.engine import facts
from simulator.measures.activity_costs import Worth, money_back
from simulator.measures.registry import kpi
from simulator.measures.slices import Ratio
from simulator.measures.view import View
from simulator.mechanisms.collection.facts import Collected, NotCollected


@kpi(unit="share of orders", better="higher", of="orders of which a shipment was collected or went back")
def collected(view: View) -> Ratio | None:
    """Orders whose customer came while the goods were kept / orders that waited for their customer and wait no more."""
    if all(channel.collect is None for channel in view.scenario.market.channels.values()):
        return None
    came, gone = np.zeros((2, len(view.measured_orders)))
    came[view.of(Collected)["order"]] = 1.0
    gone[view.order_of_line[view.of(NotCollected)["line"]]] = 1.0
    keep = view.measured_orders
    return view.orders.rows.ratio((came * (1 - gone))[keep], np.maximum(came, gone)[keep])


@money_back
def put_back(view: View, worth: Worth) -> np.ndarray:
    """By line number: the worth of what nobody collected in the measured time; the line's own item at its price."""
    table, lines = view.of(NotCollected), view.of(facts.LineOrdered)
    sku = table["shelf"] % view.labels.products
    each = np.array([getattr(product, worth) for product in view.scenario.products.values()])[sku]
    if worth == "price":
        each = np.where(sku == lines["sku"][table["line"] - 1], lines["price"][table["line"] - 1], each)
    amount = each * table["units"] * (table["at"] >= view.begin)
    return np.bincount(table["line"], amount, len(view.order_of_line))
