from simulator.mechanisms.mechanism import Mechanism, later
from simulator.mechanisms.segmentation.facts import CustomerReclassified, SkuReclassified

MECHANISM = Mechanism(
    name="segmentation",
    active=lambda scenario: any(
        rule is not None and rule.review is not None
        for rule in (scenario.segmentation.products, scenario.segmentation.customers)
    ),
    start=later("simulator.mechanisms.segmentation.play:start_segmenting"),
    facts=(
        SkuReclassified,
        CustomerReclassified,
    ),
    kpis=("simulator.mechanisms.segmentation.kpis",),
)
