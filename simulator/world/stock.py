"""Stock: one shelf for each SKU at a site, counters and a queue of lines that wait."""

import math
from collections import deque
from typing import TYPE_CHECKING

from simulator.policies.replenishment import ReplenishmentRule

if TYPE_CHECKING:
    from simulator.world.orders import Order
    from simulator.world.supply import Supply


class Waiting:
    """A line that waits for stock."""

    __slots__ = ("line", "order", "units")

    def __init__(self, order: "Order", line: int, units: float) -> None:
        self.order, self.line, self.units = order, line, units


class Shelf:
    """One SKU at one site, in units. `position` is on hand + on order - backordered, kept up to date."""

    __slots__ = ("backordered", "number", "on_hand", "on_order", "position", "reorder_at", "rule", "supply", "waiting")

    def __init__(self, number: int, rule: ReplenishmentRule | None, supply: "Supply | None", on_hand: float) -> None:
        self.number = number
        self.rule, self.supply = rule, supply
        self.on_hand = self.position = on_hand
        self.on_order = self.backordered = 0.0
        self.reorder_at = rule.reorder_at if rule is not None else -math.inf
        self.waiting: deque[Waiting] = deque()
