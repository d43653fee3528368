"""Classes at the start of a run, and replenishment rules with all their numbers given."""

from collections.abc import Iterator

import numpy as np

from simulator.model import once
from simulator.planning.expected_demand import customer_turnover, expected_demand
from simulator.rules.classifying import SegmentationRule, Turnover
from simulator.rules.replenishing import ReplenishmentRule, ServiceTarget
from simulator.scenario.scenario import Scenario
from simulator.textbook.targets import LeadTime


@once
def product_classes(scenario: Scenario) -> list[str | None]:
    """The class of each product at the start, in the order of the products; None where it has none."""
    rule = scenario.segmentation.products
    if rule is None:
        return [product.sku_class for product in scenario.products.values()]
    return [*rule.classes(list(scenario.products), product_turnover(scenario, rule))]


def product_turnover(scenario: Scenario, rule: SegmentationRule) -> Turnover:
    """What each product is expected to sell in an hour, over all sites, at its list price."""
    demand = expected_demand(scenario).values()
    units = np.array([each.mean for each in demand])
    spread = np.sqrt(np.array([each.variance for each in demand]) * rule.period)
    price = np.array([product.price for product in scenario.products.values()])
    cost = np.array([product.cost for product in scenario.products.values()])
    safe = np.where(units > 0, units * (rule.period or 1.0), 1.0)
    return Turnover(units * price, units * (price - cost), units, np.where(units > 0, spread / safe, np.inf))


@once
def customer_classes(scenario: Scenario) -> dict[str, str]:
    """The class of each customer at the start, by name; empty where customers are not put into classes.

    Errors: HistoryError if the order history cannot be read.
    """
    rule = scenario.segmentation.customers
    if rule is None:
        return {}
    names, bought = customer_turnover(scenario, rule.period)
    return dict(zip(names, rule.classes(names, bought), strict=True))


Sized = dict[str, tuple[str, ReplenishmentRule]]


@once
def sized_rules(scenario: Scenario, site: str) -> Sized:
    """Supplier and replenishment rule of every SKU at a site at the start of the run; worked out once."""
    return dict(_size(scenario, site))


def _size(scenario: Scenario, site: str) -> Iterator[tuple[str, tuple[str, ReplenishmentRule]]]:
    for sku, label in zip(scenario.products, product_classes(scenario), strict=True):
        yield sku, (_given(scenario, site, sku)[0], sized_rule(scenario, site, sku, class_target(scenario, label)))


def sized_rule(
    scenario: Scenario, site: str, sku: str, target: ServiceTarget | None = None, lead_time: LeadTime | None = None
) -> ReplenishmentRule:
    """The replenishment rule of a SKU at a site with all its numbers given.

    A `target` takes the place of the rule's own, if it has one; a `lead_time` that of the one planned at the start.
    The demand is what the scenario expects. Whatever changes a plan inside the run comes here for the new numbers.
    """
    supplier, rule = _given(scenario, site, sku)
    if rule.target is not None and target is not None:
        rule = rule.model_copy(update={"target": target})
    if rule.target is None and getattr(rule, "cover", None) is None:
        return rule
    planned = lead_time or scenario.network.suppliers[supplier].planned_lead_time
    return rule.sized(expected_demand(scenario, site)[sku], planned)


def class_target(scenario: Scenario, label: str | None) -> ServiceTarget | None:
    """The target that a class of products has; None where its SKUs keep their own."""
    rule = scenario.segmentation.products
    return rule.target(label) if rule is not None and label is not None else None


def _given(scenario: Scenario, site: str, sku: str) -> tuple[str, ReplenishmentRule]:
    """Supplier and rule as the scenario states them."""
    stock = scenario.network.sites[site].stock or {}
    rule = stock.get(sku) or stock["default"]
    return rule.supplier or next(iter(scenario.network.suppliers), ""), rule
