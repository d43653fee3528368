"""Classes: to which class each product and each customer belongs now."""

import numpy as np

from simulator.engine.facts import LineOrdered, Ordered
from simulator.engine.ledger import Ledger
from simulator.planning.stock_levels import customer_classes, product_classes
from simulator.rules.segmentation import SegmentationRule, Sold, Turnover, turnover
from simulator.scenario.scenario import Scenario


class Classes:
    """The current classes; reviews inside the run change them."""

    def __init__(self, scenario: Scenario, ledger: Ledger) -> None:
        self._scenario, self._ledger = scenario, ledger
        self.sku = list(product_classes(scenario))
        """Of each product, in the order of the scenario; None where it has none."""
        rule = scenario.segmentation.products
        self.labels = rule.labels if rule is not None else tuple(sorted({each for each in self.sku if each}))
        """Every class of products that there can be."""
        self.customer: list[str] = []
        """Of each of the ledger's customers, where customers are put into classes; else empty."""

    def enrol(self) -> None:
        """Take in the customers that the ledger knows, when all are named."""
        start = customer_classes(self._scenario)
        self.customer = [start[name] for name in self._ledger.customers] if start else []

    def of_customer(self, customer: int) -> str | None:
        """The class of a customer by index: its own, or that of its segment; None where there is none."""
        if self.customer:
            return self.customer[customer]
        segments = list(self._scenario.market.segments.values())
        return segments[self._ledger.customer_segments[customer]].customer_class


def product_record(scenario: Scenario, ledger: Ledger, rule: SegmentationRule, now: float) -> Turnover:
    """What each product has sold until now, as a review sees it: orders placed, whatever became of them."""
    lines = ledger.so_far(LineOrdered)
    return _looked_back(scenario, ledger, rule, now, lines["sku"], len(scenario.products), lines["units"])


def customer_record(scenario: Scenario, ledger: Ledger, rule: SegmentationRule, now: float) -> Turnover:
    """What each customer has bought until now."""
    lines = ledger.so_far(LineOrdered)
    whose = ledger.so_far(Ordered)["customer"][lines["order"] - 1]
    return _looked_back(scenario, ledger, rule, now, whose, len(ledger.customers), lines["units"] * lines["price"])


def _looked_back(
    scenario: Scenario,
    ledger: Ledger,
    rule: SegmentationRule,
    now: float,
    place: np.ndarray,
    size: int,
    varies: np.ndarray,
) -> Turnover:
    lines = ledger.so_far(LineOrdered)
    at = ledger.so_far(Ordered)["at"][lines["order"] - 1]  # orders are numbered as they are drawn
    cost = np.array([product.cost for product in scenario.products.values()])[lines["sku"]]
    units, price = lines["units"], lines["price"]
    sold = Sold(place, at, units, units * price, units * (price - cost))
    begin = max(0.0, now - rule.window) if rule.window is not None else 0.0
    return turnover(sold, size, begin, now, rule.period, varies)
