"""Classes of products and customers at the start of a run, from the demand that the scenario expects."""

import numpy as np

from simulator.policies.segmentation import SegmentationRule, Turnover
from simulator.scenario.customers import customer_turnover
from simulator.scenario.plan import expected_demand
from simulator.scenario.scenario import Scenario


def product_classes(scenario: Scenario) -> list[str | None]:
    """The class of each product at the start, in the order of the products; None where it has none."""
    rule = scenario.segmentation.products
    if rule is None:
        return [product.sku_class for product in scenario.products.values()]
    kept: dict[str, list[str | None]] = scenario.__dict__.setdefault("_classes", {})
    if "products" not in kept:
        kept["products"] = [*rule.classes(list(scenario.products), product_turnover(scenario, rule))]
    return kept["products"]


def product_turnover(scenario: Scenario, rule: SegmentationRule) -> Turnover:
    """What each product is expected to sell in an hour, over all sites, at its list price."""
    demand = expected_demand(scenario).values()
    units = np.array([each.mean for each in demand])
    spread = np.sqrt(np.array([each.variance for each in demand]) * rule.period)
    price = np.array([product.price for product in scenario.products.values()])
    cost = np.array([product.cost for product in scenario.products.values()])
    safe = np.where(units > 0, units * (rule.period or 1.0), 1.0)
    return Turnover(units * price, units * (price - cost), units, np.where(units > 0, spread / safe, np.inf))


def customer_classes(scenario: Scenario) -> dict[str, str]:
    """The class of each customer at the start, by name; empty where customers are not put into classes.

    Errors: HistoryError if the order history cannot be read.
    """
    rule = scenario.segmentation.customers
    if rule is None:
        return {}
    kept: dict[str, dict[str, str]] = scenario.__dict__.setdefault("_customer_classes", {})
    if "classes" not in kept:
        names, bought = customer_turnover(scenario, rule.period)
        kept["classes"] = dict(zip(names, rule.classes(names, bought), strict=True))
    return kept["classes"]
