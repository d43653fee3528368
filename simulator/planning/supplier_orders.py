"""How much work the replenishment orders of a scenario are for suppliers with a limit of capacity, by week."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from simulator.planning.expected_demand import expected_demand
from simulator.planning.order_flow import Flow
from simulator.planning.stock_levels import ordering_rules
from simulator.rules.replenishing import BaseStock, MinMax, Periodic, ReorderPoint, ReplenishmentRule
from simulator.scenario.network import Supplier
from simulator.scenario.scenario import Scenario
from simulator.textbook.targets import Demand

SupplierWork = tuple[str, np.ndarray, np.ndarray, bool]
"""Name, hours of work and hours of capacity in each week, and whether the work may be less."""


def supplier_work(scenario: Scenario, served: Sequence[Flow], edges: np.ndarray) -> Iterator[SupplierWork]:
    """What each supplier with a limit of capacity gets to do, where `served` are the orders that come to the shelves.

    Demand of a SKU follows the orders of its site from week to week.
    """
    limited = {name: each for name, each in scenario.network.suppliers.items() if each.capacity is not None}
    orders: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(edges) - 1))
    unknown: set[str] = set()
    for site, settings in scenario.network.sites.items() if limited else ():
        if settings.stock is None:
            continue
        mine = sum((flow.orders for flow in served if flow.site == site), np.zeros(len(edges) - 1))
        demand = expected_demand(scenario, site)
        mean = float(mine.sum()) / float(edges[-1])
        course = mine / np.diff(edges) / mean if mean > 0 else np.zeros(len(mine))
        for sku, (supplier, rule) in ordering_rules(scenario, site).items():
            if supplier in limited and demand[sku].mean > 0:
                rates = [order_rate(rule, demand[sku], factor) for factor in course.tolist()]
                orders[supplier] += np.array([rate or 0.0 for rate in rates]) * np.diff(edges)
                if None in rates:
                    unknown.add(supplier)
    for name, each in limited.items():
        work = orders[name] * each.lead_time.expected * _drift(each, edges)
        yield name, work, (each.capacity or 1) * np.diff(edges), name in unknown


def order_rate(rule: ReplenishmentRule, demand: Demand, factor: float = 1.0) -> float | None:
    """Replenishment orders per hour of a rule with its lots given; None for one that is not known.

    `factor` is demand now over the mean demand.

    >>> line = Demand(lines=0.5, units=1.0, units_sd=0.0, variance=0.5)
    >>> order_rate(BaseStock(level=9), line), order_rate(ReorderPoint(point=4, quantity=10), line)
    (0.5, 0.05)
    """
    lines, units = demand.lines * factor, demand.units
    least = max(rule.minimum_order, rule.lot_size or 0.0)
    match rule:
        case BaseStock():
            return lines * min(1.0, units / least if least else 1.0)
        case Periodic(level=level, point=point, every=every) if level is not None:
            reviews = -math.expm1(-lines * every) / every  # those after which something is missing
            span = level - point + _beyond(demand, lines * every) if point is not None else 0.0
            return min(reviews, lines * units / max(span, least)) if max(span, least) > 0 else reviews
        case ReorderPoint(quantity=quantity, multiples=multiples) if quantity is not None:
            size = max(quantity, least)
            return lines * min(1.0, units / size) if multiples else lines * units / size
        case MinMax(minimum=low, maximum=high) if low is not None and high is not None:
            return lines * units / max(high - low + _beyond(demand), least, units)
    return None


def _beyond(demand: Demand, lines: float | None = None) -> float:
    """Units that the position falls below a point on average, where it falls by a line, or by so many at random.

    It is the mean excess of a renewal process over a far level.
    """
    square = demand.units_sd**2 + demand.units**2
    step, mean = (square, demand.units) if lines is None else (lines * square, lines * demand.units)
    return max(0.0, ((step + (0.0 if lines is None else mean**2)) / mean - 1) / 2) if mean > 0 else 0.0


def _drift(supplier: Supplier, edges: np.ndarray) -> np.ndarray:
    """Mean factor on the lead time in each week."""
    found = np.ones(len(edges) - 1)
    for change in supplier.changes or ():
        after = np.clip((edges[1:] - change.at) / np.diff(edges), 0.0, 1.0)
        found = found * (1 - after) + change.factor * after
    return found
