"""Stock: one shelf for each SKU at a site, counters and a queue of lines that wait."""

import math
from bisect import bisect_right
from collections import deque
from operator import attrgetter
from typing import TYPE_CHECKING

from simulator.rules.replenishment import ReplenishmentRule, ServiceTarget
from simulator.textbook.targets import LeadTime

if TYPE_CHECKING:
    from simulator.engine.orders import Order
    from simulator.engine.supply import Delivery, Supply
    from simulator.engine.terms import LineTerms


RANK = attrgetter("rank")


class Waiting:
    """A line that waits for stock."""

    __slots__ = ("line", "order", "rank", "terms", "units")

    def __init__(self, order: "Order", line: int, units: float, terms: "LineTerms", rank: float) -> None:
        self.order, self.line, self.units, self.terms, self.rank = order, line, units, terms, rank


class Shelf:
    """One SKU at one site, in units. `position` is on hand + on order - backordered, kept up to date."""

    __slots__ = (
        "backordered",
        "coming",
        "committed",
        "cost",
        "daily_demand",
        "lead_time",
        "number",
        "on_hand",
        "on_order",
        "position",
        "reorder_at",
        "reserved",
        "rule",
        "sku",
        "supply",
        "target",
        "waiting",
    )
    target: ServiceTarget | None
    """The target of its SKU's class, in place of the rule's own; None where there is none."""
    lead_time: LeadTime | None
    """What is planned with, in place of the supplier's; None where it was never refreshed."""

    def __init__(
        self, number: int, sku: int, rule: ReplenishmentRule | None, supply: "Supply | None", on_hand: float
    ) -> None:
        self.number, self.sku = number, sku
        self.rule, self.supply = rule, supply
        self.on_hand = self.position = on_hand
        self.on_order = self.backordered = 0.0
        self.reserved = 0.0  # set aside for orders to come, and no longer free
        self.committed = 0.0  # promised to orders that have not come to the shelf yet
        self.daily_demand = self.cost = 0.0
        self.reorder_at = rule.asked_at if rule is not None else -math.inf
        self.waiting: deque[Waiting] = deque()  # by rank, equals in the order in which they came
        self.coming: list[Delivery] = []
        self.target = self.lead_time = None

    def queue(self, waiting: Waiting) -> None:
        """Let a line wait in its place."""
        if not self.waiting or waiting.rank >= self.waiting[-1].rank:
            self.waiting.append(waiting)
        else:
            self.waiting.insert(bisect_right(self.waiting, waiting.rank, key=RANK), waiting)

    def until_received(self, missing: float, now: float) -> float:
        """Hours until receipts as planned bring so many units; what none covers comes a planned lead time from now."""
        if missing <= 0 or self.supply is None:
            return 0.0
        for delivery in sorted(self.coming, key=attrgetter("expected")):
            missing -= delivery.units
            if missing <= 0:
                return max(0.0, delivery.expected - now)
        return self.supply.planned
