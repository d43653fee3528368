"""Service targets that one stock level cannot keep all the year."""

import calendar
from collections.abc import Iterator

from simulator.planning.stock_levels import LOOKED_AT, TargetError, service_by_month, sized_shelves
from simulator.scenario.errors import At
from simulator.scenario.scenario import Scenario

MATTERS = 0.01
"""A month that stays below its target by less is no warning."""


def out_of_reach(scenario: Scenario) -> Iterator[At]:
    """Targets that no stock level keeps, the first of each site: such a scenario cannot be played."""
    for site, stated in scenario.network.sites.items():
        if stated.stock is not None:
            try:
                sized_shelves(scenario, site)
            except TargetError as error:
                yield At(error.path, "no stock level keeps it", error.why)


def unkept(scenario: Scenario) -> Iterator[At]:
    """Targets that no level keeps, or not in every month, and levels that are found without all that they depend on."""
    missed = list(out_of_reach(scenario))
    if missed:
        yield from missed
        return
    for site, stated in scenario.network.sites.items():
        for name in stated.stock or ():
            yield from _of_rule(scenario, site, name)
    yield from _shared_queues(scenario)


def _of_rule(scenario: Scenario, site: str, name: str) -> Iterator[At]:
    stock, shelves = scenario.network.sites[site].stock or {}, sized_shelves(scenario, site)
    skus = [name] if name != "default" else [sku for sku in shelves if sku not in stock]
    # those with the largest demand tell it
    largest = sorted(skus, key=lambda sku: -shelves[sku].demand.mean)[:LOOKED_AT]
    if found := _missed(scenario, site, [sku for sku in largest if shelves[sku].target is not None]):
        yield At(("network", "sites", site, "stock", name, "target"), *found)


def _shared_queues(scenario: Scenario) -> Iterator[At]:
    """Suppliers with a queue of several shelves' orders, of which a level sees only its own."""
    for name, supplier in scenario.network.suppliers.items():
        if supplier.capacity is None or supplier.planned is not None:
            continue
        sites = [site for site, stated in scenario.network.sites.items() if stated.stock is not None]
        served = [shelf for site in sites for shelf in sized_shelves(scenario, site).values() if shelf.supplier == name]
        if len(served) > 1 and any(shelf.target is not None for shelf in served):
            yield At(
                ("network", "suppliers", name, "capacity"),
                f"levels from targets are too low where {len(served)} SKUs wait in one queue",
                "each level is found as if its own orders were the only ones; state `planned`, the lead time with the "
                "queue",
            )


def _missed(scenario: Scenario, site: str, skus: list[str]) -> tuple[str, str] | None:
    """What is wrong, and what the worst of some SKUs reaches by month; None where all keep their targets."""
    worst, gap, missed = "", MATTERS, 0
    for sku in skus:
        shelf, months = sized_shelves(scenario, site)[sku], service_by_month(scenario, site, sku)
        assert shelf.target is not None
        below = max((shelf.target.value - reached for reached in months.values()), default=0.0)
        missed += below > MATTERS
        worst, gap = (sku, below) if below > gap else (worst, gap)
    if not worst:
        return None
    shelf, months = sized_shelves(scenario, site)[worst], service_by_month(scenario, site, worst)
    assert shelf.target is not None
    of = "" if len(skus) == 1 else f" for {missed} of the {len(skus)} largest SKUs, worst {worst!r}"
    told = ", ".join(f"{calendar.month_abbr[month]} {reached:.1%}" for month, reached in months.items())
    return (
        f"one level cannot keep {shelf.target.value:.4g} of {shelf.target.kind} in every month{of}",
        f"over the year it reaches {shelf.reached:.1%}, by month: {told}",
    )
