"""The terms of new orders, many at once: what the policy says of them, and which sites serve them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.engine.shelf import Shelf
from simulator.engine.site import SiteWorld
from simulator.engine.streams import Streams
from simulator.engine.terms import Terms
from simulator.lifecycle.arrivals import Wanted
from simulator.lifecycle.policy import Channels
from simulator.planning.sourcing_options import home_site, lane_of
from simulator.scenario.returns import ReturnTerms
from simulator.scenario.scenario import Scenario
from simulator.units import exact

if TYPE_CHECKING:
    from simulator.lifecycle.customer_segment import CustomerSegment


Work = list[list[float]]


class Reach:
    """The homes of the orders of a segment, and the other sites that may come to serve them."""

    def __init__(
        self,
        scenario: Scenario,
        segment: str,
        drawn_as: str,
        channels: list[str],
        sites: dict[str, SiteWorld],
        rules: Channels,
        streams: Streams,
    ) -> None:
        self._scenario, self._segment, self._channels, self._streams = scenario, segment, channels, streams
        self._drawn_as = drawn_as
        self.homes = [sites[home_site(scenario, segment, name)] for name in channels]
        """By channel."""
        terms = [rules.terms(segment, name) for name in channels]
        outlets = [site for each in terms if each is not None for site, _ in each.outlets]
        self.sites = list(dict.fromkeys([*self.homes, *outlets]))
        self.one = len(self.sites) == 1
        self.is_counter = all(site.is_counter for site in self.homes)
        self._kept: dict[str, np.random.Generator] = {}

    def of_order(self, value: Callable[[SiteWorld], float], channel: np.ndarray) -> np.ndarray:
        """Something of its home, by order."""
        found: np.ndarray = np.array([value(site) for site in self.homes])[channel]
        return found

    def shelves(self, channel: np.ndarray, counts: np.ndarray, sku: np.ndarray) -> list[Shelf]:
        """The shelf of each line at the order's home."""
        if self.one:
            return list(map(self.homes[0].shelves.__getitem__, sku.tolist()))
        homes = np.repeat(channel, counts).tolist()
        return [self.homes[place].shelves[each] for place, each in zip(homes, sku.tolist(), strict=True)]

    def work(self, channel: np.ndarray, draw: Callable[[SiteWorld], Work]) -> tuple[Work, dict[int, Work] | None]:
        """Working times of the orders at home, and at each site where there are several."""
        if self.one:
            return self._on_lanes(self.homes[0], channel, draw(self.homes[0])), None
        at = {site.index: self._on_lanes(site, channel, draw(site)) for site in self.sites}
        homes = [at[site.index] for site in self.homes]
        return [homes[place][order] for order, place in enumerate(channel.tolist())], at

    def _on_lanes(self, site: SiteWorld, channel: np.ndarray, work: Work) -> Work:
        """Transit times by lane in place of the site's own."""
        if site.transit is None or not self._scenario.network.lanes:
            return work
        for place, name in enumerate(self._channels):
            lane = lane_of(self._scenario, site.name, self._segment, name)
            if lane is not None and lane.time is not None:
                rng = self._rng(f"{self._drawn_as} through {name}: transit from {site.name}")
                times = lane.time.sample(rng, len(work))
                for order in np.flatnonzero(channel == place).tolist():
                    work[order][site.transit] = float(times[order])
        return work

    def _rng(self, name: str) -> np.random.Generator:
        if name not in self._kept:
            self._kept[name] = self._streams.rng(name)
        return self._kept[name]


@dataclass(frozen=True)
class Bulk:
    """Orders as arrays: when, through which channel, by whom, and what each wants."""

    at: np.ndarray
    channel: np.ndarray
    customer: np.ndarray
    wanted: Wanted
    notice: np.ndarray | None = None
    """Hours until the time for which each is requested, where the order history says it; nan where not."""


@dataclass(frozen=True)
class Known:
    """What is known of the orders of a block when they are drawn."""

    terms: list[Terms]
    kinds: list[Terms]
    """The different terms among them."""
    kind: np.ndarray
    """By order: which of them."""
    promised: np.ndarray
    """Time of delivery promised; nan where it is made at order entry, or never."""

    def of(self, what: Callable[[Terms], float]) -> np.ndarray:
        """Something of its terms, by order."""
        found: np.ndarray = np.array([what(each) for each in self.kinds])[self.kind]
        return found

    @property
    def alive(self) -> bool:
        """Whether any order needs more than goods from the shelf: an answer at entry, or stock kept for others."""
        return any(kind.negotiated or kind.rationed or kind.channel is not None for kind in self.kinds)


class OrderTerms:
    """Finds the terms of the orders of one segment."""

    def __init__(self, segment: "CustomerSegment") -> None:
        self._segment, self._policy = segment, segment.policy
        self._by_channel = not (self._policy.by_order or self._policy.overrides)
        self._channel_kinds: list[Terms] = []
        self._classes = {name: place for place, name in enumerate(self._policy.classes)}
        stated = [rule.returns for rule in self._policy.rules if rule.returns is not None]
        self.returns: list[ReturnTerms] = list({id(terms): terms for terms in stated}.values())

    def of(self, bulk: Bulk) -> Known:
        """The terms of the orders of a block."""
        kinds, kind = self._kinds(bulk)
        promised = self._promised(bulk, kinds, kind)
        terms = kinds * len(kind) if len(kinds) == 1 else list(map(kinds.__getitem__, kind.tolist()))
        return Known(terms, kinds, kind, promised)

    def _kinds(self, bulk: Bulk) -> tuple[list[Terms], np.ndarray]:
        """The different terms, and which each order has."""
        segment, size = self._segment, len(bulk.at)
        if self._by_channel:
            if not self._channel_kinds:
                self._channel_kinds = [
                    self._policy.of_channel(site, segment.name, name)
                    for site, name in zip(segment.reach.homes, segment.channel_names, strict=True)
                ]
            return self._channel_kinds, bulk.channel
        value = None
        if self._policy.by_value:
            of_line = np.repeat(np.arange(size), bulk.wanted.counts)
            value = np.bincount(of_line, bulk.wanted.units * bulk.wanted.price, size)
        asked = (segment.name, segment.channel_names, bulk.channel, bulk.customer, value)
        matching, override = self._policy.matching(*asked), np.full(size, -1)
        if self._policy.overrides:
            override = self._policy.overridden(*asked, segment.streams_kept("overrides").random(size))
        keys: dict[tuple[bytes, int, int], int] = {}
        kind = np.zeros(size, dtype=int)
        way = bulk.channel if self._policy.channels.differ or not segment.reach.one else np.zeros(size, dtype=int)
        for place, key in enumerate(zip(map(bytes, matching), override.tolist(), way.tolist(), strict=True)):
            kind[place] = keys.setdefault(key, len(keys))
        kinds = [
            self._policy.terms(
                segment.reach.homes[channel],
                segment.name,
                tuple(np.flatnonzero(np.frombuffer(row, bool)).tolist()),
                instead,
                segment.channel_names[channel],
            )
            for row, instead, channel in keys
        ]
        return kinds, kind

    def _promised(self, bulk: Bulk, kinds: list[Terms], kind: np.ndarray) -> np.ndarray:
        """Promises that hold whatever the state of things: nan where there are none, or they are made at entry."""
        if any(each.promise_by_class is not None for each in kinds):
            return self._promised_by_line(bulk, kinds, kind)
        times = [_standing(each.promise) if not each.negotiated else np.nan for each in kinds]
        found: np.ndarray = exact(bulk.at + np.array(times)[kind])
        return found

    def _promised_by_line(self, bulk: Bulk, kinds: list[Terms], kind: np.ndarray) -> np.ndarray:
        """Where promises depend on the class of product, an order is promised for its slowest line."""
        table = np.full((len(kinds), len(self._classes)), np.nan)
        for place, each in enumerate(kinds):
            if not each.negotiated:
                for name, column in self._classes.items():
                    table[place, column] = _standing(each.promise_for(name))
        times = table[np.repeat(kind, bulk.wanted.counts), self._class_of_line(bulk)]
        starts = np.concatenate([[0], np.cumsum(bulk.wanted.counts)[:-1]])
        found: np.ndarray = exact(bulk.at + np.fmax.reduceat(times, starts))
        return found

    def _class_of_line(self, bulk: Bulk) -> np.ndarray:
        places = np.array([self._classes[name] for name in self._policy.sku_class])
        found: np.ndarray = places[bulk.wanted.sku]
        return found

    def return_terms(self, bulk: Bulk, known: Known) -> np.ndarray:
        """By line: index into `returns`; -1 where nothing comes back."""
        index = {id(terms): place for place, terms in enumerate(self.returns)}
        table = np.full((len(known.kinds), len(self._classes)), -1)
        for place, each in enumerate(known.kinds):
            for name, column in self._classes.items():
                table[place, column] = index.get(id(each.returns[name]), -1)
        found: np.ndarray = table[np.repeat(known.kind, bulk.wanted.counts), self._class_of_line(bulk)]
        return found


def _standing(promise: object) -> float:
    time = getattr(promise, "standing_time", None)
    return np.nan if time is None else float(time)
