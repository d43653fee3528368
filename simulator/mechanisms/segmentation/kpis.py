"""How settled the classes of products and customers are."""

import numpy as np

from simulator.measures.registry import kpi
from simulator.measures.slices import Derived
from simulator.measures.view import View
from simulator.mechanisms.segmentation.facts import CustomerReclassified, SkuReclassified
from simulator.rules.classifying import SegmentationRule


def _rate(view: View, rule: SegmentationRule | None, kind: type, size: int) -> Derived | None:
    """Changes of class / those looked at, over the reviews in the measured time."""
    if rule is None or rule.review is None:
        return None
    turns = np.arange(1, view.end / rule.review + 1) * rule.review
    reviews = int(((turns >= view.begin) & (turns < view.end)).sum())
    moved = float((view.of(kind)["at"] >= view.begin).sum())
    return Derived({"": np.array([moved / (reviews * size) if reviews and size else np.nan])})


@kpi(unit="share of SKUs", better="neither", of="SKUs, at each review in the measured time")
def sku_reclassification_rate(view: View) -> Derived | None:
    """SKUs that a review put into another class / SKUs, on average over the reviews."""
    rule = view.scenario.segmentation.products
    return _rate(view, rule, SkuReclassified, view.labels.products)


@kpi(unit="share of customers", better="neither", of="customers, at each review in the measured time")
def customer_reclassification_rate(view: View) -> Derived | None:
    """Customers that a review put into another class / customers, on average over the reviews."""
    rule = view.scenario.segmentation.customers
    return _rate(view, rule, CustomerReclassified, len(view.ledger.customers))
