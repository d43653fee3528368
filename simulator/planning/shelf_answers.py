"""What customers do when a shelf is short, as planning sees it: by segment and channel, from the service policy."""

import numpy as np

from simulator.model import once
from simulator.planning.shelf_demand import customer_kinds
from simulator.planning.shelf_play import Answers, Sample
from simulator.rules.stockout import Chain, ship_of
from simulator.scenario.scenario import Scenario


@once
def answers_of(scenario: Scenario, sku_class: str | None) -> Answers:
    """What the customers of each kind do.

    Where a shortage is answered by something else than waiting (another product, an emergency order, goods from
    another site), the shelf itself is asked for no more of it: it counts as lost.
    """
    whole, waits, patience = list[bool](), list[float](), list[Sample | None]()
    for name, channel in customer_kinds(scenario):
        segment = scenario.market.segments[name]
        chain = chain_of(scenario, name, channel, sku_class)
        whole.append(ship_of(chain) != "units")
        waits.append(segment.waits * _share_waiting(chain))
        law = segment.patience
        patience.append(law.sample if law is not None else None)
    return Answers(np.array(whole), np.array(waits), patience)


def chain_of(scenario: Scenario, segment: str, channel: str, sku_class: str | None) -> Chain:
    """The responses to a shortage that the policy has for them, as far as segment, channel and class decide it."""
    for rule in scenario.service.rules:
        when = rule.when
        if rule.stockout is None or not when.may_match(segment, channel):
            continue
        if when.customer is not None or when.order_value is not None:
            continue
        own = scenario.market.segments[segment].customer_class
        if when.customer_class is not None and own not in when.customer_class:
            continue
        if when.sku_class is not None and sku_class not in when.sku_class:
            continue
        return rule.stockout
    return scenario.service.stockout


def _share_waiting(chain: Chain) -> float:
    """Share of those who find the shelf short that are served by it later, if they are patient."""
    first = chain[0]
    if first.plain:
        return 1.0 if first.waits else 0.0
    return float(getattr(first, "wait", 0.0)) if first.ends else 0.0
