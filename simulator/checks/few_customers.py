"""Customers who remember, and are so few that the demand of many hangs on one of them."""

from collections.abc import Iterator

from simulator.scenario.errors import At
from simulator.scenario.goodwill import terms_of
from simulator.scenario.scenario import Scenario
from simulator.units import DAY

SEVERAL = 1.0
"""Orders a day of one customer from which on it is asked whether there are not more of them."""


def few_customers(scenario: Scenario) -> Iterator[At]:
    """Segments in which one customer orders several times a day: when he leaves, all of that is gone."""
    for name, segment in scenario.market.segments.items():
        terms = terms_of(scenario.goodwill, name)
        if terms is None or not segment.demand.rate:
            continue
        many = terms.customers(segment)
        daily = segment.demand.rate * DAY / many
        if daily > SEVERAL:
            who = "its one customer orders" if many == 1 else f"each of its {many} customers orders"
            said = f"{who} {daily:.3g} times a day, and takes it all away when he leaves"
            hint = f"state market.segments.{name}.customers, or population where they are too many to be known"
            yield At(("market", "segments", name), said, hint)
