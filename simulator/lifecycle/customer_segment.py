"""What customers want: blocks of orders with their lines, units and all that is drawn for them, ahead of the clock.

Each kind of draw has a stream of its own, named for the segment, so that a change of policy or
another segment leaves every customer's wants and ways as they were.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from simulator.engine.facts import LineOrdered, Ordered
from simulator.engine.hooks import Hooks
from simulator.engine.ledger import Ledger
from simulator.engine.orders import Block
from simulator.engine.site import SiteWorld
from simulator.engine.streams import Streams
from simulator.lifecycle.arrivals import Wanted, arrival_times, fill_baskets, later_arrival_times
from simulator.lifecycle.customer_draws import CustomerDraws, NewOrders
from simulator.lifecycle.mechanism import Mechanism
from simulator.lifecycle.order_terms import Bulk, OrderTerms, Reach
from simulator.lifecycle.policy import Policy
from simulator.scenario.demand import BLOCK
from simulator.scenario.market import Basket, ChannelUse, Segment
from simulator.scenario.reading.order_history import Orders, own_orders
from simulator.scenario.scenario import Scenario
from simulator.unit_steps import UnitSteps
from simulator.units import exact

Fields = dict[str, np.ndarray | float]


class Numbers:
    """Order and line numbers given out so far."""

    def __init__(self) -> None:
        self.order = self.line = 1


class CustomerSegment:
    """The orders of one segment."""

    def __init__(
        self,
        scenario: Scenario,
        name: str,
        sites: dict[str, SiteWorld],
        streams: Streams,
        ledger: Ledger,
        numbers: Numbers,
        policy: Policy,
        hooks: Hooks,
        mechanisms: Sequence[Mechanism],
        drawn_as: str | None = None,
        factor: float = 1.0,
    ) -> None:
        self.scenario, self.name, self.policy = scenario, name, policy
        self.drawn_as = drawn_as or name
        """What its random numbers are named by: others than the segment's own for orders beside its demand."""
        self.factor = factor
        """On the rate of its demand."""
        self.streams, self.ledger, self.numbers, self.hooks = streams, ledger, numbers, hooks
        self.segment: Segment = scenario.market.segments[name]
        self.index = list(scenario.market.segments).index(name)
        self.skus = {sku: place for place, sku in enumerate(scenario.products)}
        self.steps = UnitSteps(product.step for product in scenario.products.values())
        self.prices = np.array([product.price for product in scenario.products.values()])
        self._name_customers()
        if scenario.segmentation.customers is not None and self.segment.demand.rule == "replayed":
            self._customer_of(*self._history())  # classes are by customer, so that all are known beforehand
        self._name_channels()
        self.reach = Reach(scenario, name, self.drawn_as, self.channel_names, sites, policy.channels, streams)
        self.modes = [scenario.market.channels[name].entry if name else None for name in self.channel_names]
        """The entry mode of each of its channels."""
        self.terms = OrderTerms(self)
        self.draws = CustomerDraws(self)
        self.mechanisms = {each.name: each.draw(self) for each in mechanisms if each.draw is not None}
        """What draws each mechanism's part of the fate of new orders, by name."""

    def _name_customers(self) -> None:
        given = self.segment.customer_weights(self.name)
        names, weights = list(given), np.array(list(given.values()))
        known = {name: place for place, name in enumerate(self.ledger.customers)}
        for name in names:
            if name not in known:
                known[name] = len(self.ledger.customers)
                self.ledger.customers.append(name)
                self.ledger.customer_segments.append(self.index)
        self.customer_of = np.array([known[name] for name in names])
        self.customer_levels = np.cumsum(weights / weights.sum())

    def _name_channels(self) -> None:
        """The channels this segment uses, as indices into the market's; -1 where there are none."""
        every = list(self.scenario.market.channels)
        uses = self.segment.channels or {every[0]: 1.0} if every else {}
        self.channels = [every.index(name) for name in uses] or [-1]
        self.channel_names = list(uses) or [""]
        shares = [use if isinstance(use, float) else use.share for use in uses.values()] or [1.0]
        self.channel_levels = np.cumsum(shares)
        self.price_factors = np.array([self._price_factor(name) for name in uses] or [1.0])
        self.baskets: list[Basket | None] = [
            use.basket if isinstance(use, ChannelUse) and use.basket is not None else self.segment.basket
            for use in uses.values()
        ] or [self.segment.basket]

    def _price_factor(self, channel: str) -> float:
        """A channel's factor on the products' prices; prices that come from a history are what was paid."""
        history = self.scenario.market.history
        paid = self.segment.demand.rule in ("resampled", "replayed") and history and history.columns.price is not None
        return 1.0 if paid else self.scenario.market.channels[channel].price

    def bulks(self, until: float | None = None) -> Iterator[Bulk]:
        """Orders in the order of time, many at once; none reaches past a review of classes that rules look at.

        They come up to the horizon; with `until`, those that come after it, up to then.
        """
        reviews = self.policy.reviews
        for bulk in self._replayed(until) if self.segment.demand.rule == "replayed" else self._sampled(until):
            bulk = self._priced(_without_nothing(bulk))
            if not len(reviews):
                parts: Iterable[Bulk] = [bulk]
            else:  # an order at the moment of a review comes before it
                parts = _parts(bulk, np.searchsorted(bulk.at, reviews, side="right"))
            yield from (part for part in parts if len(part.at))

    def _priced(self, bulk: Bulk) -> Bulk:
        """The prices of the channels."""
        if (self.price_factors == 1.0).all():
            return bulk
        wanted = bulk.wanted
        factor = np.repeat(self.price_factors[bulk.channel], wanted.counts)
        return replace(bulk, wanted=replace(wanted, price=wanted.price * factor))

    @cached_property
    def _baskets(self) -> Generator[Wanted, np.ndarray, None]:
        found = fill_baskets(
            self.baskets, self.segment.basket, self.channel_names, self.scenario.products, self.drawn_as, self.streams
        )
        next(found)
        return found

    def _sampled(self, until: float | None) -> Iterator[Bulk]:
        rng, whole = self.streams_kept("channel and customer"), self.streams_kept("whole orders")
        history = self._history() if self.segment.demand.rule == "resampled" else None
        if until is None:
            times = arrival_times(self.scenario, self.name, self.streams, self.drawn_as, self.factor)
        else:
            times = later_arrival_times(self.scenario, self.name, self.streams, until, self.drawn_as, self.factor)
        for at in times:
            size = len(at)
            chance = rng.random((size, 2)).T
            channel = np.minimum(np.searchsorted(self.channel_levels, chance[0], side="right"), len(self.channels) - 1)
            customer = self.customer_of[
                np.minimum(np.searchsorted(self.customer_levels, chance[1], side="right"), len(self.customer_of) - 1)
            ]
            if history is not None:
                orders, mine = history
                picked = mine[whole.integers(0, len(mine), size)]
                channel = self._channel_of(orders, picked, channel)
                yield Bulk(at, channel, customer, self._lines_of(orders, picked), self._notice_of(orders, picked))
            else:
                yield Bulk(at, channel, customer, self._baskets.send(channel))

    def _replayed(self, until: float | None) -> Iterator[Bulk]:
        orders, mine = self._history()
        late = orders.at[mine] >= self.scenario.run.horizon
        mine = mine[~late if until is None else late & (orders.at[mine] < until)]
        rng = self.streams_kept("channel and customer")
        for first in range(0, len(mine), BLOCK):
            picked = mine[first : first + BLOCK]
            channel = np.searchsorted(self.channel_levels, rng.random(len(picked)), side="right")
            channel = self._channel_of(orders, picked, np.minimum(channel, len(self.channels) - 1))
            customer = self._customer_of(orders, picked)
            lines, notice = self._lines_of(orders, picked), self._notice_of(orders, picked)
            yield Bulk(exact(orders.at[picked]), channel, customer, lines, notice)

    def _history(self) -> tuple[Orders, np.ndarray]:
        """The history, and which of its orders are this segment's."""
        return own_orders(self.scenario, self.name)

    def _channel_of(self, orders: Orders, picked: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """The history's own channel where it is one of the segment's, else the drawn one."""
        place = {name: index for index, name in enumerate(self.channel_names)}
        named = orders.channel[picked].tolist()
        return np.array([place.get(name, other) for name, other in zip(named, drawn.tolist(), strict=True)], int)

    def _notice_of(self, orders: Orders, picked: np.ndarray) -> np.ndarray | None:
        """How long after entry the goods are requested, where the history has a column of it."""
        return orders.notice[picked] if self._requests_by_history else None

    @property
    def _requests_by_history(self) -> bool:
        history, rule = self.scenario.market.history, self.segment.demand.rule
        return rule in ("resampled", "replayed") and history is not None and history.columns.requested is not None

    @property
    def requests(self) -> bool:
        """Whether its customers say when they want the goods."""
        return self.segment.requested is not None or self._requests_by_history

    @property
    def guests(self) -> str:
        """The name under which all orders without a customer's name are kept, in a history."""
        return f"{self.name} guest"

    def _customer_of(self, orders: Orders, picked: np.ndarray) -> np.ndarray:
        known = {name: index for index, name in enumerate(self.ledger.customers)}
        found = []
        for name in orders.customer[picked].tolist():
            name = name or self.guests
            if name not in known:
                known[name] = len(self.ledger.customers)
                self.ledger.customers.append(name)
                self.ledger.customer_segments.append(self.index)
            found.append(known[name])
        return np.array(found, dtype=int)

    def _lines_of(self, orders: Orders, picked: np.ndarray) -> Wanted:
        counts, rows = (orders.last - orders.first)[picked], orders.lines_of(picked)
        sku = np.array([self.skus[name] for name in orders.sku[rows].tolist()], dtype=int)
        price = np.where(np.isnan(orders.price[rows]), self.prices[sku], orders.price[rows])
        return Wanted(counts, sku, self.steps.exact(orders.units[rows], sku), price)

    def block(self, bulk: Bulk) -> Block:
        """The orders with their terms and all that is drawn for them; they are recorded in the ledger."""
        size, wanted = len(bulk.at), bulk.wanted
        starts = np.concatenate([[0], np.cumsum(wanted.counts)])
        number, line = self.numbers.order, self.numbers.line
        self.numbers.order += size
        self.numbers.line += len(wanted.sku)
        known, notice = self.terms.of(bulk), self.draws.notice(size)
        if bulk.notice is not None:
            notice = np.where(np.isnan(bulk.notice), notice, bulk.notice)
        requested = exact(bulk.at + notice)
        damaged, misdocumented = self.draws.faults(bulk.channel)
        new = NewOrders(bulk, known, number, line, starts, requested, known.promised, damaged, misdocumented)
        drawn = {name: draw(new) for name, draw in self.mechanisms.items()}
        placed, lines = self._facts(new)
        if not new.undecided:
            self.ledger.append(Ordered, placed)
            self.ledger.append(LineOrdered, lines)
        shelves = self.reach.shelves(bulk.channel, wanted.counts, wanted.sku)
        units = wanted.units.tolist()
        in_passing = (
            self.hooks.sells_in_passing
            and self.reach.is_counter
            and len(wanted.sku) == size
            and not (new.alive or new.undecided or known.alive or self.policy.negotiates)
        )
        modes = self.modes_of(bulk.channel)
        work, work_at = self.reach.work(
            bulk.channel, lambda site: site.work.draw(self.drawn_as, wanted.counts, modes, new.rework)
        )
        return Block(
            times=bulk.at.tolist(),
            number=number,
            line=line,
            starts=starts.tolist(),
            shelves=shelves,
            units=units,
            price=wanted.price,
            segment=self.name,
            terms=known.terms,
            promised=new.promised.tolist(),
            requested=requested.tolist() if self.requests else [],
            work=work,
            work_at=work_at,
            patience=self.draws.patience(len(wanted.sku)),
            comes_back=new.comes_back,
            followed=new.followed,
            drawn=drawn,
            damaged=_by_order(new.damaged, size) if new.watched else None,
            misdocumented=_by_order(new.misdocumented, size) if new.watched else None,
            undecided=(_rows(placed), _rows(lines)) if new.undecided else None,
            sales=zip(shelves, units, strict=True) if in_passing else None,
            **self.draws.answers(bulk),
        )

    def modes_of(self, channel: np.ndarray) -> list[str | None]:
        """The entry mode of every order; empty where none has one."""
        return [self.modes[place] for place in channel.tolist()] if any(self.modes) else []

    def _facts(self, new: NewOrders) -> tuple[Fields, Fields]:
        """What is written down of the orders, and of their lines."""
        bulk, known, number, line = new.bulk, new.known, new.number, new.line
        size, wanted = len(bulk.at), bulk.wanted
        orders, one_way, one = np.arange(number, number + size), len(self.channels) == 1, len(known.kinds) == 1
        terms = known.kinds[0]  # what is the same for all is written once
        placed: Fields = {
            "at": bulk.at,
            "order": orders,
            "segment": self.index,
            "channel": self.channels[0] if one_way else np.array(self.channels)[bulk.channel],
            "customer": bulk.customer,
            "site": terms.site.index if one else self.reach.of_order(lambda site: site.index, bulk.channel),
            "promised": new.promised,
            "damaged": new.damaged,
            "misdocumented": new.misdocumented,
            "rule": terms.rule if one else known.of(lambda each: each.rule),
            "overridden": terms.overridden if one else known.of(lambda each: each.overridden),
            "target": terms.target if one else known.of(lambda each: each.target),
            "requested": new.requested if self.requests else np.nan,
        }
        whole = len(wanted.sku) == size and bool((wanted.counts == 1).all())
        of_lines: Fields = {
            "order": orders if whole else np.repeat(orders, wanted.counts),
            "line": np.arange(line, line + len(wanted.sku)),
            "sku": wanted.sku,
            "units": wanted.units,
            "price": wanted.price,
        }
        return placed, of_lines

    def streams_kept(self, purpose: str) -> np.random.Generator:
        """The segment's generator for a purpose, kept from block to block."""
        kept: dict[str, np.random.Generator] = self.__dict__.setdefault("_kept", {})
        if purpose not in kept:
            kept[purpose] = self.streams.rng(f"{self.drawn_as}: {purpose}")
        return kept[purpose]


def _by_order(value: np.ndarray | float, size: int) -> list[float]:
    found: list[float] = np.broadcast_to(value, size).tolist()
    return found


def _rows(columns: Fields) -> np.ndarray:
    """Facts by row."""
    return np.column_stack(np.broadcast_arrays(*columns.values())).astype(float)


def _parts(bulk: Bulk, cuts: np.ndarray) -> Iterator[Bulk]:
    """The orders up to each cut, and those after the last."""
    first_line = np.concatenate([[0], np.cumsum(bulk.wanted.counts)])
    for first, last in pairwise(np.unique([0, *cuts, len(bulk.at)]).tolist()):
        wanted, lines = bulk.wanted, slice(first_line[first], first_line[last])
        part = Wanted(wanted.counts[first:last], wanted.sku[lines], wanted.units[lines], wanted.price[lines])
        notice = None if bulk.notice is None else bulk.notice[first:last]
        yield Bulk(bulk.at[first:last], bulk.channel[first:last], bulk.customer[first:last], part, notice)


def _without_nothing(bulk: Bulk) -> Bulk:
    """Lines of 0 units are no lines, and orders without lines no orders."""
    wanted = bulk.wanted
    some = wanted.units > 0
    if some.all() and (wanted.counts > 0).all():
        return bulk
    order_of_line = np.repeat(np.arange(len(bulk.at)), wanted.counts)
    counts = np.bincount(order_of_line[some], minlength=len(bulk.at))
    left = Wanted(counts[counts > 0], wanted.sku[some], wanted.units[some], wanted.price[some])
    notice = None if bulk.notice is None else bulk.notice[counts > 0]
    return Bulk(bulk.at[counts > 0], bulk.channel[counts > 0], bulk.customer[counts > 0], left, notice)
