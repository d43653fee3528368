"""Classes of products and customers, made again from what was ordered."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.segmentation.facts import CustomerReclassified, SkuReclassified
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.segmentation.play"


def _active(scenario: Scenario) -> bool:
    rules = (scenario.segmentation.products, scenario.segmentation.customers)
    return any(rule is not None and rule.review is not None for rule in rules)


MECHANISM = Mechanism(
    name="segmentation",
    active=_active,
    start=later(f"{PLAY}:start"),
    follows=True,
    facts=(
        SkuReclassified,
        CustomerReclassified,
    ),
    kpis=("simulator.mechanisms.segmentation.kpis",),
)
