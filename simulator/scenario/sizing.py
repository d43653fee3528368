"""Replenishment rules with all their numbers given: sized from a target, the demand expected and the lead time."""

from collections.abc import Iterator

from simulator.policies.replenishment import ReplenishmentRule, ServiceTarget
from simulator.scenario.classes import product_classes
from simulator.scenario.plan import expected_demand
from simulator.scenario.scenario import Scenario
from simulator.theory.targets import LeadTime

Sized = dict[str, tuple[str, ReplenishmentRule]]


def sized_rules(scenario: Scenario, site: str) -> Sized:
    """Supplier and replenishment rule of every SKU at a site at the start of the run; worked out once."""
    kept: dict[str, Sized] = scenario.__dict__.setdefault("_sized", {})
    if site not in kept:
        kept[site] = dict(_size(scenario, site))
    return kept[site]


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
