"""When orders arrive and what they hold, drawn in blocks ahead of the clock."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulator.engine.streams import Streams
from simulator.planning.order_flow import daily_factor
from simulator.plugins import PluginError
from simulator.scenario.demand import BLOCK, Rhythm
from simulator.scenario.distributions import Quantity
from simulator.scenario.market import Basket
from simulator.scenario.products import Product
from simulator.scenario.scenario import Scenario
from simulator.unit_steps import UnitSteps
from simulator.units import exact

Times = Iterator[np.ndarray]


def arrival_times(
    scenario: Scenario, segment: str, streams: Streams, drawn_as: str | None = None, factor: float = 1.0
) -> Times:
    """Blocks of arrival times of a segment's orders, in hours, rising, until the horizon.

    For orders beside the segment's own demand: the name of their random numbers, and a factor on the rate, for demand
    that has one.
    """
    return _arrival_times(scenario, segment, streams, scenario.run.horizon, drawn_as, factor)


def later_arrival_times(
    scenario: Scenario, segment: str, streams: Streams, until: float, drawn_as: str | None = None, factor: float = 1.0
) -> Times:
    """The same from the horizon on, as they would be in a longer run."""
    for times in _arrival_times(scenario, segment, streams, until, drawn_as, factor):
        late = times[times >= scenario.run.horizon]
        if len(late):
            yield late


def _arrival_times(
    scenario: Scenario, segment: str, streams: Streams, horizon: float, drawn_as: str | None, factor: float
) -> Times:
    demand = scenario.market.segments[segment].demand
    rng = streams.rng(f"{drawn_as or segment}: arrivals")
    if not demand.follows_rhythm:
        return _until(demand.arrivals(rng, horizon), horizon, demand.rule)
    if not demand.rate * factor:
        return iter(())
    rhythm: Rhythm | None = getattr(demand, "rhythm", None) or scenario.market.rhythm
    if rhythm is None:
        return _at_random(demand.rate * factor, rng, horizon)
    rates = daily_rates(demand.rate * factor, rhythm, scenario, streams, horizon)
    return _by_day(rates, rhythm, rng, horizon)


def _until(blocks: Times, horizon: float, rule: str) -> Times:
    """What a demand rule draws, until the horizon.

    Errors: PluginError if its times do not rise.
    """
    now = 0.0
    for times in blocks:
        if len(times):
            if not (times[0] >= now and np.all(np.diff(times) >= 0)):
                raise PluginError(f"demand rule {rule!r}: the times of its orders must rise from 0 on")
            now = float(times[-1])
        yield _before(times, horizon)
        if now >= horizon:
            return


def _before(times: np.ndarray, horizon: float) -> np.ndarray:
    times = exact(times)
    return times[times < horizon]


def _at_random(rate: float, rng: np.random.Generator, horizon: float) -> Times:
    now = 0.0
    while now < horizon:
        times = now + np.cumsum(rng.exponential(1 / rate, BLOCK))
        now = float(times[-1])
        yield _before(times, horizon)


def daily_rates(rate: float, rhythm: Rhythm, scenario: Scenario, streams: Streams, horizon: float) -> np.ndarray:
    """Expected orders of each day up to a horizon, `rate` being the mean rate per hour.

    The day-to-day factor comes from one stream for the whole market, so that busy days are common.
    """
    days = int(np.ceil(horizon / 24))
    factor = daily_factor(rhythm, scenario.run.start, days)
    if rhythm.day_to_day:
        shape = rhythm.day_to_day**-2
        factor = factor * streams.rng("market: day to day").gamma(shape, 1 / shape, days)
    return 24 * rate * factor


def _by_day(rates: np.ndarray, rhythm: Rhythm, rng: np.random.Generator, horizon: float) -> Times:
    weights = np.array(rhythm.hours if rhythm.hours is not None else (1.0,) * 24)
    levels = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    several = max(1, int(BLOCK / max(float(rates.mean()), 1e-9)))
    for first in range(0, len(rates), several):
        counts = rng.poisson(rates[first : first + several])
        days = np.repeat(np.arange(first, first + len(counts)), counts)
        hour = np.interp(rng.random(len(days)), levels, np.arange(25.0))
        yield _before(np.sort(days * 24 + hour), horizon)


@dataclass(frozen=True)
class Wanted:
    """The lines of many orders, one order after the other."""

    counts: np.ndarray
    """Lines of each order."""
    sku: np.ndarray
    """Index into the products, by line."""
    units: np.ndarray
    price: np.ndarray
    """Of one unit."""


def fill_baskets(
    baskets: Sequence[Basket | None],
    common: Basket | None,
    channels: Sequence[str],
    products: Mapping[str, Product],
    segment: str,
    streams: Streams,
) -> Generator[Wanted, np.ndarray, None]:
    """A generator to which the channels of new orders are sent and which gives what they want.

    `common` is the segment's own basket: the channels without one of their own draw on the same random numbers, so that
    orders want the same whichever of these they take.
    """
    own: dict[int, Filler] = {}
    filler_of = []
    for basket, channel in zip(baskets, channels, strict=True):
        if basket is not None:
            name = segment if basket is common else f"{segment}, {channel}"
            filler_of.append(own.setdefault(id(basket), Filler(basket, products, name, streams)))
    fillers = list(own.values())
    place_of = np.array([fillers.index(filler) for filler in filler_of], dtype=int)
    channel_of_orders = yield Wanted(*(np.zeros(0, int),) * 4)
    while True:
        if len(fillers) == 1:
            channel_of_orders = yield fillers[0].fill(len(channel_of_orders))
        else:
            basket_of_orders = place_of[channel_of_orders]
            parts = [filler.fill(int((basket_of_orders == place).sum())) for place, filler in enumerate(fillers)]
            channel_of_orders = yield _interleave(basket_of_orders, parts)


def _interleave(basket: np.ndarray, parts: list[Wanted]) -> Wanted:
    """The orders of several baskets, back in the order of time."""
    counts = np.zeros(len(basket), dtype=int)
    for place, part in enumerate(parts):
        counts[basket == place] = part.counts
    of_line = np.repeat(basket, counts)
    sku, units, price = np.zeros(len(of_line), int), np.zeros(len(of_line)), np.zeros(len(of_line))
    for place, part in enumerate(parts):
        mine = of_line == place
        sku[mine], units[mine], price[mine] = part.sku, part.units, part.price
    return Wanted(counts, sku, units, price)


class Filler:
    """Draws the baskets of one segment in one channel, each kind of draw from a stream of its own."""

    def __init__(self, basket: Basket, products: Mapping[str, Product], name: str, streams: Streams) -> None:
        self.basket = basket
        self._streams, self._name, self._kept = streams, name, dict[str, np.random.Generator]()
        self._prices = np.array([product.price for product in products.values()])
        self._place = {sku: place for place, sku in enumerate(products)}
        self._steps = UnitSteps(product.step for product in products.values())
        weights = basket.items or {sku: product.popularity for sku, product in products.items()}
        self._items = np.array([self._place[sku] for sku in weights])
        total = np.array(list(weights.values()), dtype=float)
        self._levels = np.cumsum(total / total.sum()) if total.sum() else total
        self._groups = [product.group for product in products.values()]

    def _rng(self, purpose: str) -> np.random.Generator:
        if purpose not in self._kept:
            self._kept[purpose] = self._streams.rng(f"{self._name}: {purpose}")
        return self._kept[purpose]

    def fill(self, size: int) -> Wanted:
        """What `size` orders want; what is drawn is rounded to whole units, or smallest quantities, of each product."""
        found = self._drawn(size)
        return replace(found, units=self._steps.exact(found.units, found.sku))

    def _drawn(self, size: int) -> Wanted:
        if self.basket.orders is not None:
            return self._kinds(size)
        counts = np.ones(size, dtype=int)
        if self.basket.lines is not None:
            counts = self.basket.lines.sample(self._rng("lines"), size).astype(int)
        lines = int(counts.sum())
        place = np.searchsorted(self._levels, self._rng("items").random(lines), side="right")
        sku = self._items[np.minimum(place, len(self._items) - 1)]
        return Wanted(counts, sku, self._units(sku), self._prices[sku])

    def _units(self, sku: np.ndarray) -> np.ndarray:
        if self.basket.units is not None:
            return self.basket.units.sample(self._rng("units"), len(sku))
        assert self.basket.units_by_group is not None
        units = np.zeros(len(sku))
        of_line = np.array(self._groups, dtype=object)[sku]
        for group, law in self.basket.units_by_group.items():
            mine = of_line == group
            units[mine] = law.sample(self._rng(f"units of {group}"), int(mine.sum()))
        return units

    def _kinds(self, size: int) -> Wanted:
        """Whole kinds of order."""
        assert self.basket.orders is not None
        shares = np.array([kind.share for kind in self.basket.orders])
        levels = np.cumsum(shares / shares.sum())
        kind = np.minimum(np.searchsorted(levels, self._rng("kinds").random(size), side="right"), len(levels) - 1)
        skus = [[self._place[sku] for sku in each.lines] for each in self.basket.orders]
        counts = np.array([len(each) for each in skus])[kind]
        sku = np.array([place for each in kind.tolist() for place in skus[each]], dtype=int)
        units = np.zeros(len(sku))
        of_line, within = np.repeat(kind, counts), np.arange(len(sku)) - np.repeat(np.cumsum(counts) - counts, counts)
        for index, each in enumerate(self.basket.orders):
            for line, law in enumerate(each.lines.values()):
                mine = (of_line == index) & (within == line)
                units[mine] = self._law_units(law, f"units of kind {index}, line {line}", int(mine.sum()))
        return Wanted(counts, sku, units, self._prices[sku])

    def _law_units(self, law: Quantity, purpose: str, size: int) -> np.ndarray:
        return law.sample(self._rng(purpose), size)
