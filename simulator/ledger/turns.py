"""Whose turn it was at the shelf, worked out from the facts and the text of the policy alone."""

import numpy as np

from simulator.ledger import facts
from simulator.ledger.ledger import Ledger
from simulator.policies.allocation import AllocationRule
from simulator.policies.views import LineView
from simulator.scenario.classes import product_classes
from simulator.scenario.plan import expected_demand
from simulator.scenario.service import When


def priorities(ledger: Ledger) -> np.ndarray | None:
    """Priority by line number, place 0 unused; None where it hangs on classes that change in the run."""
    scenario, orders, lines = ledger.scenario, ledger.columns(facts.Ordered), ledger.columns(facts.LineOrdered)
    of_order, stating = lines["order"] - 1, [rule for rule in scenario.service.rules if rule.priority is not None]
    reviewed = (scenario.segmentation.products, scenario.segmentation.customers)
    for name, rule in zip(("sku_class", "customer_class"), reviewed, strict=True):
        moves = rule is not None and (rule.review is not None or name == "customer_class")
        if moves and any(getattr(each.when, name) is not None for each in stating):
            return None
    own = np.array([segment.priority for segment in scenario.market.segments.values()])
    found: np.ndarray = own[orders["segment"][of_order]]
    for each in reversed(stating):
        found[_meant(ledger, each.when)] = each.priority
    overridden, rule_of = orders["overridden"][of_order] > 0, orders["rule"][of_order]
    for place, each in enumerate(scenario.service.rules):
        if each.priority is not None:
            found[overridden & (rule_of == place)] = each.priority
    return np.concatenate([[0], found])


def _meant(ledger: Ledger, when: When) -> np.ndarray:
    """By line: whether a condition of the policy is met."""
    scenario, orders, lines = ledger.scenario, ledger.columns(facts.Ordered), ledger.columns(facts.LineOrdered)
    of_order = lines["order"] - 1
    value = np.bincount(of_order, lines["units"] * lines["price"], len(orders["at"]))[of_order]
    segments = scenario.market.segments
    labels = {
        "segment": np.array(list(segments))[orders["segment"][of_order]],
        "channel": np.array([*scenario.market.channels, ""])[orders["channel"][of_order]],
        "customer": np.array(ledger.customers)[orders["customer"][of_order]],
        "customer_class": np.array([str(each.customer_class) for each in segments.values()])[
            orders["segment"][of_order]
        ],
        "sku_class": np.array([str(each) for each in product_classes(scenario)])[lines["sku"]],
    }
    found = np.ones(len(of_order), dtype=bool)
    for name, mine in labels.items():
        if (names := getattr(when, name)) is not None:
            found &= np.isin(mine, names)
    if when.order_value is not None:
        below = when.order_value.below
        found &= (value >= when.order_value.at_least) & (value < (np.inf if below is None else below))
    return found


def kept_from(ledger: Ledger, rule: AllocationRule, priority: np.ndarray) -> list[dict[int, float]]:
    """By shelf: what is kept from each priority."""
    stated = np.unique(priority[1:]).tolist()
    found = []
    for site in ledger.scenario.network.sites:
        for demand in expected_demand(ledger.scenario, site).values():
            found.append({each: rule.keeps(each, demand.lines * demand.units * 24) for each in stated})
    return found


def ranks_of_lines(ledger: Ledger, rule: AllocationRule, priority: np.ndarray) -> list[tuple[float, float]]:
    """By line number: its rank as it comes to the shelf, and while it waits for what it was not given then."""
    orders, lines = ledger.columns(facts.Ordered), ledger.columns(facts.LineOrdered)
    size = len(lines["line"]) + 1
    if type(rule).rank is AllocationRule.rank:
        return [(0.0, 0.0)] * size
    due = orders["promised"].copy()
    for fact in reversed(ledger.of(facts.Promised)):
        if np.isnan(orders["promised"][fact.order - 1]):
            due[fact.order - 1] = fact.due
    due = np.where(np.isnan(due), np.inf, due)[lines["order"] - 1]
    began = np.full(size, np.inf)
    short = ledger.columns(facts.Backordered)
    np.minimum.at(began, short["line"], short["at"])
    taken = ledger.columns(facts.Allocated)
    early = taken["at"] <= began[taken["line"]]
    left = lines["units"] - np.bincount(taken["line"][early], taken["units"][early], size)[1:]
    cost = np.array([product.cost for product in ledger.scenario.products.values()])[lines["sku"]]
    margin = lines["price"] - cost
    rows = zip(
        lines["units"].tolist(), left.tolist(), priority[1:].tolist(), due.tolist(), margin.tolist(), strict=True
    )
    return [(0.0, 0.0)] + [
        (rule.rank(LineView(units, first, date, gain)), rule.rank(LineView(rest or units, first, date, gain)))
        for units, rest, first, date, gain in rows
    ]
