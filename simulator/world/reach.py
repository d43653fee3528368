"""The sites that serve the orders of a segment, by channel: where each begins, and what work it would be at each."""

from collections.abc import Callable

import numpy as np

from simulator.scenario.scenario import Scenario
from simulator.scenario.sources import home_site, lane_of
from simulator.world.channels import Channels
from simulator.world.sites import SiteWorld
from simulator.world.stock import Shelf
from simulator.world.streams import Streams

Work = list[list[float]]


class Reach:
    """The homes of the orders of a segment, and the other sites that may come to serve them."""

    def __init__(
        self, scenario: Scenario, segment: str, channels: list[str], sites: dict[str, SiteWorld], rules: Channels,
        streams: Streams,
    ) -> None:  # fmt: skip
        self._scenario, self._segment, self._channels, self._streams = scenario, segment, channels, streams
        self.homes = [sites[home_site(scenario, segment, name)] for name in channels]
        """By channel."""
        terms = [rules.terms(segment, name) for name in channels]
        outlets = [site for each in terms if each is not None for site, _ in each.outlets]
        self.sites = list(dict.fromkeys([*self.homes, *outlets]))
        self.one = len(self.sites) == 1
        self.is_counter = all(site.is_counter for site in self.homes)
        self._collected = any(each is not None and each.collect is not None for each in terms)
        self._laws = [each.collect if each is not None else None for each in terms]
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
                rng = self._rng(f"{self._segment} through {name}: transit from {site.name}")
                times = lane.time.sample(rng, len(work))
                for order in np.flatnonzero(channel == place).tolist():
                    work[order][site.transit] = float(times[order])
        return work

    def collected(self, channel: np.ndarray) -> list[float] | None:
        """By order: hours from when it is ready until its customer comes; infinite if never."""
        if not self._collected:
            return None
        size = len(channel)
        comes, found = self._rng(f"{self._segment}: no-shows").random(size), np.zeros(size)
        for place, (name, collect) in enumerate(zip(self._channels, self._laws, strict=True)):
            if collect is not None:
                after = collect.after.sample(self._rng(f"{self._segment} through {name}: collects"), size)
                found = np.where(channel == place, np.where(comes < collect.no_show, np.inf, after), found)
        times: list[float] = found.tolist()
        return times

    def _rng(self, name: str) -> np.random.Generator:
        if name not in self._kept:
            self._kept[name] = self._streams.rng(name)
        return self._kept[name]
