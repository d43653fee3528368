"""What rules may see of the world: a short line, and a new order, worked out when a rule looks."""

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from simulator.policies.views import Offer, Sibling

if TYPE_CHECKING:
    from simulator.world.orders import Order
    from simulator.world.policy import LineTerms
    from simulator.world.stock import Shelf
    from simulator.world.world import World


class Short:
    """The units of a line that are short, as a stockout rule sees them; times in hours from now."""

    def __init__(
        self, world: "World", order: "Order", line: int, shelf: "Shelf", units: float, terms: "LineTerms"
    ) -> None:
        self._world, self._order, self._line, self._shelf, self._terms = world, order, line, shelf, terms
        self._now = world.clock._now
        self.units = units
        block = order.block
        self.price = block.prices[line] if block.prices is not None else 0.0
        self.chance = block.chance[line] if block.chance is not None else 0.0
        self.at_risk = world.contracts.is_at_risk(order.number)

    @property
    def value(self) -> float:
        """Of the short units, at selling price."""
        return self.units * self.price

    @property
    def due(self) -> float:
        """Until the promised delivery; infinite without a promise."""
        due = self._order.due
        return due - self._now if due == due else math.inf

    @cached_property
    def ready(self) -> float:
        """Until a delivery from what is on order."""
        return self._shelf.until_available(self.units, self._now) + self.work

    @cached_property
    def work(self) -> float:
        """From goods on hand to delivery."""
        return self._order.terms.planned(self._now, 1, desk=False) - self._now

    @property
    def rush_cost(self) -> float:
        """Of emergency supply, beyond the regular; infinite where the policy's limit for this line is passed."""
        cost = self.units * self._world.scenario.costs.expedited_unit
        limit = self._terms.expedite_limit
        return math.inf if limit is not None and cost > limit * self.value else cost

    @property
    def offers(self) -> Sequence[Offer]:
        """Substitutes at the same site, those that most customers accept first."""
        site, policy = self._order.terms.site, self._world.policy
        found = []
        for sku, accepted in policy.substitutes[self._shelf.sku]:
            shelf = site.shelves[sku]
            free = 0.0 if shelf.waiting else shelf.on_hand - policy.kept(shelf, self._terms)
            found.append(Offer(policy.skus[sku], max(0.0, free), self.chance < accepted))
        return found

    @property
    def siblings(self) -> Sequence[Sibling]:
        """Other sites with this SKU, the nearest first."""
        found, policy = [], self._world.policy
        for site, time in self._order.terms.site.siblings:
            shelf = site.shelves[self._shelf.sku]
            free = 0.0 if shelf.waiting else shelf.on_hand - policy.kept(shelf, self._terms)
            found.append(Sibling(site.name, max(0.0, free), time))
        return found


class Entering:
    """A new order, as a promise rule sees it; times in hours from order entry."""

    def __init__(self, world: "World", order: "Order", lines: Iterable[int]) -> None:
        self._world, self._order, self._now = world, order, world.clock._now
        self._lines = lines

    @property
    def planned(self) -> float:
        """The order cycle where nothing is short and nobody queues."""
        order = self._order
        return order.terms.planned(self._now, order.last - order.first, desk=True) - self._now

    def available(self) -> float:
        """Until the last line can be taken from stock or scheduled receipts."""
        order, now = self._order, self._now
        times = (order.shelf(line).until_available(order.block.units[line], now) for line in self._lines)
        return max(times, default=0.0)

    def queued(self) -> float:
        """How long the work that is ahead keeps the stages busy."""
        return self._order.terms.site.busy

    def record(self, share: float, orders: int, by: Sequence[str]) -> float | None:
        """What the record of recent orders says."""
        return self._world.cycles.quantile(share, orders, by, self._order.labels)
