"""What rules may see: a short line and a new order, worked out when a rule looks, and the record of cycle times."""

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from simulator.engine.promised import available, expected
from simulator.engine.shelf import Shelf, Waiting
from simulator.engine.work_ahead import Through, When
from simulator.rules.stockout import Chain
from simulator.rules.views import Cancel, Lose, Offer, Sibling, Wait, quantile
from simulator.textbook.available_to_promise import Part, dealt, margin
from simulator.units import exact

if TYPE_CHECKING:
    from simulator.engine.orders import Order
    from simulator.engine.terms import LineTerms
    from simulator.lifecycle.world import World


class Recent:
    """The last so many cycle times, in hours."""

    def __init__(self, most: int) -> None:
        self._order: deque[float] = deque(maxlen=most)
        self.rising: list[float] = []

    def add(self, cycle: float) -> None:
        """One more; the oldest is forgotten when there are too many."""
        if len(self._order) == self._order.maxlen:
            del self.rising[bisect_left(self.rising, self._order[0])]
        self._order.append(cycle)
        insort(self.rising, cycle)


STEP = 0.01
"""By how much an order that has not kept to its quantile raises the level of the next ones."""


class Asked(NamedTuple):
    """What somebody asks the record for: which share, of how many last orders of which slice."""

    share: float
    most: int
    by: tuple[str, ...]
    of: tuple[str, ...]


class CycleRecord:
    """Cycle times of orders delivered completely, by the slices that somebody has asked for."""

    def __init__(self) -> None:
        self._kept: dict[tuple[tuple[str, ...], int], dict[tuple[str, ...], Recent]] = {}
        self._levels: dict[Asked, float] = {}
        self.asked = False
        """Whether anybody has ever asked: else nothing need be kept."""

    def add(self, cycle: float, **labels: str) -> None:
        """An order was delivered completely; the labels are its segment, channel and site."""
        for (by, most), slices in self._kept.items():
            key = tuple(labels[dimension] for dimension in by)
            if key not in slices:
                slices[key] = Recent(most)
            slices[key].add(cycle)

    def quantile(self, asked: "Asked") -> float | None:
        """The time that this share of the last orders kept to; None while a tenth of so many is not there.

        Orders that follow each other wait in the same queue: a share of the last ones is kept by fewer of the next. It
        is therefore asked for the level by which the share was kept so far.
        """
        self.asked = True
        recent = self._kept.setdefault((asked.by, asked.most), {}).get(asked.of)
        if recent is None or len(recent.rising) * 10 < asked.most:
            return None
        level = max(self._levels.get(asked, asked.share), 0.0)
        return quantile(recent.rising, min(level, 1.0)) * max(level, 1.0)  # above 1: more than the longest

    def learn(self, asked: "Asked", kept: bool) -> None:
        """Whether an order has kept to the time that was told for it: the level rises with each that has not."""
        missed = 0.0 if kept else 1.0
        self._levels[asked] = self._levels.get(asked, asked.share) + STEP * (missed - (1 - asked.share))


class Short:
    """The units of a line that are short, as a stockout rule sees them; times in hours from now."""

    def __init__(
        self,
        world: "World",
        order: "Order",
        line: int,
        shelf: "Shelf",
        units: float,
        terms: "LineTerms",
        rank: float,
        waiting: "Waiting | None" = None,
    ) -> None:
        self._world, self._order, self._shelf, self._terms = world, order, shelf, terms
        self._line, self._rank, self._waiting = line, rank, waiting
        self.rest: Chain = ()
        """The responses that are asked after the one that looks."""
        self.fetched: dict[str, float] = {}
        """Units that earlier responses fetch, by site: they are taken there once all have been asked."""
        self._now = world.clock.now
        self.units, self.step = units, shelf.step
        block = order.block
        self.price = block.prices[line]
        self.chance = block.choice[line] if block.choice is not None else 0.0
        self._taste = block.taste[line] if block.taste is not None else 0.0
        self.at_risk = order.terms.urgent

    @property
    def value(self) -> float:
        """Of the short units, at selling price."""
        return self.units * self.price

    @property
    def due(self) -> float:
        """Until the promised delivery; infinite without a promise."""
        due = self._order.due
        return exact(due - self._now) if due == due else math.inf

    @property
    def ready(self) -> float:
        """Until a delivery from what is on order, after those who come before it and beyond what is kept from it; never
        where the responses that follow would not let it wait for that."""
        rest, self.rest = self.rest, ()  # these see what is on order itself
        actions = (action for response in rest for action in response.respond(self))
        last = next((action for action in actions if isinstance(action, Wait | Lose | Cancel)), None)
        self.rest = rest
        return math.inf if isinstance(last, Lose | Cancel) else self._arrives

    @property
    def _arrives(self) -> float:
        shelf = self._shelf
        mine = self._order.promised(self._line, shelf) if self._order.promises else []
        if mine:
            return exact(expected(shelf, self._now, self.units, mine) - self._now + self.work)
        kept = self._world.policy.kept(shelf, self._terms)
        missing = shelf.exact(self.units + self._ahead() + kept - shelf.on_hand)
        return exact(shelf.until_received(missing, self._now) + self.work)

    def _ahead(self) -> float:
        """Units for lines that are served before it."""
        if self._waiting is None and not self._world.policy.ranks:
            return self._shelf.backordered
        return sum(
            each.units
            for each in takewhile(lambda each: each is not self._waiting, self._shelf.waiting)
            if each.rank <= self._rank
        )

    @cached_property
    def work(self) -> float:
        """From goods on hand to delivery."""
        return exact(self._order.terms.planned(self._now, 1, desk=False) - self._now)

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
            free = policy.free(site.shelves[sku], self._terms)
            found.append(Offer(policy.skus[sku], free, self._taste < accepted))
        return found

    @property
    def siblings(self) -> Sequence[Sibling]:
        """Other sites with this SKU, the nearest first."""
        policy, sku = self._world.policy, self._shelf.sku
        siblings = self._order.terms.site.siblings
        return [
            Sibling(site.name, policy.free(site.shelves[sku], self._terms) - self.fetched.get(site.name, 0.0), time)
            for site, time in siblings
        ]


Plan = dict[int, list[Part]]
"""By line: when what of it can be had."""


class Entering:
    """A new order, as a promise rule sees it; times in hours from order entry."""

    def __init__(self, world: "World", order: "Order", lines: Iterable[int]) -> None:
        self._world, self._order, self._now = world, order, world.clock.now
        self._lines = lines
        self.plan: Plan = {}
        """When what of each line can be had, once it was asked for."""
        self._ways: dict[float, When] = {}
        self.only_first = False
        """Whether only what is available first is asked for."""

    @property
    def planned(self) -> float:
        """The order cycle where nothing is short and nobody queues."""
        order = self._order
        return exact(order.terms.planned(self._now, order.last - order.first, desk=True) - self._now)

    def available(self) -> float:
        """Until the last line can be taken from stock, from what is on order, or from what will be ordered next."""
        if self.only_first:
            return exact(min(dates[0][0] for dates in self.plan.values()) - self._now)
        order, policy, wanted = self._order, self._world.policy, dict[Shelf, list[int]]()
        comes = max(self._now, order.comes)
        for line in self._lines:
            if order.swaps is not None and line in order.swaps:  # what stands in for it is in stock
                self.plan[line] = [(comes, order.block.units[line])]
            else:
                wanted.setdefault(order.shelf(line), []).append(line)
        for shelf, lines in wanted.items():
            kept = policy.kept(shelf, order.terms.of(policy.sku_class[shelf.sku]))
            units = [order.block.units[line] for line in lines]
            found = available(shelf, self._now, units, comes, kept)
            self.plan.update(zip(lines, dealt(found, units), strict=True))
        last = max((dates[-1][0] for dates in self.plan.values()), default=self._now)
        return exact(last - self._now)

    def queued(self, after: float = 0.0) -> float:
        """How much later than alone the order is done, behind the work ahead, with its goods there after a time."""
        order = self._order
        begins = max(self._now, order.comes)
        alone = Through(order, self._now, self._world.laws, alone=True).delivered(begins, begins)
        return exact(self._through(after).at - alone.at)

    def margin(self, share: float, after: float = 0.0) -> float:
        """What a share of orders keeps to, beyond the mean."""
        when = self._through(after)
        return exact(margin(when.uncertain, when.variance, share))

    def _through(self, after: float) -> When:
        if after not in self._ways:
            order, site = self._order, self._order.terms.site
            begins = max(self._now, order.comes)
            desk = exact(site.at_the_shelf(begins, order.last - order.first) - begins)  # the cycle allows for it
            ready = exact(self._now + after + desk)
            way = Through(order, self._now, self._world.laws)
            self._ways[after] = way.delivered(begins, ready)
        return self._ways[after]

    def record(self, share: float, orders: int, by: Sequence[str]) -> float | None:
        """What the record of recent orders says."""
        labels = self._order.labels
        asked = Asked(share, orders, tuple(by), tuple(labels[dimension] for dimension in by))
        found = self._world.cycles.quantile(asked)
        if found is not None:
            self._order.quoted = asked, found
        return found
