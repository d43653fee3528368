"""What is particular to the orders of a segment in a channel: who serves them, how they get there, what is known."""

from typing import TYPE_CHECKING

from simulator.engine.streams import Streams
from simulator.engine.terms import ChannelTerms, Way
from simulator.planning.sourcing_options import lane_of, outlets
from simulator.scenario.channels import Channel, Protected
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    from simulator.engine.site import SiteWorld


class Channels:
    """What each channel says, worked out for each segment when it is first asked for."""

    def __init__(self, scenario: Scenario, sites: "list[SiteWorld]", streams: Streams) -> None:
        self._scenario, self._streams = scenario, streams
        self._sites = {site.name: site for site in sites}
        self.settings = scenario.market.channels
        self.protects = any(channel.protected is not None for channel in self.settings.values())
        """Whether some stock is kept for some channel."""
        self.differ = bool(scenario.network.lanes) or self.protects or any(map(_particular, self.settings.values()))
        """Whether anything depends on the channel besides the rules of the policy."""
        self._found: dict[tuple[str, str], ChannelTerms | None] = {}
        self._ways: dict[tuple[str, str, str], Way | None] = {}

    def terms(self, segment: str, channel: str) -> ChannelTerms | None:
        """What the channel says of an order; None where it says nothing that its flow has to look at."""
        if (segment, channel) not in self._found:
            settings = self.settings.get(channel)
            particular = settings is not None and _particular(settings)
            self._found[segment, channel] = self._of(segment, channel) if particular else None
        return self._found[segment, channel]

    def _of(self, segment: str, channel: str) -> ChannelTerms:
        settings = self.settings[channel]
        rule = settings.source if settings.source is not None and settings.source.looks else None
        found = [(self._sites[each.site], each) for each in outlets(self._scenario, segment, channel)] if rule else []
        return ChannelTerms(rule, tuple(found), settings.collect, channel)

    def others(self, channel: str) -> tuple[Protected, ...]:
        """What is kept for other channels."""
        found = self.settings.items()
        return tuple(each.protected for name, each in found if name != channel and each.protected is not None)

    def way(self, site: str, segment: str, channel: str) -> Way | None:
        """The transit time from a site; None where it is that of the site's own stage."""
        key = (site, segment, channel)
        if key not in self._ways:
            lane = lane_of(self._scenario, site, segment, channel)
            time = lane.time if lane is not None else None
            name = f"later shipments of {site}: transit to {segment} through {channel}"
            self._ways[key] = Way(time.expected, self._streams.draws(name, time.sample)) if time is not None else None
        return self._ways[key]


def _particular(channel: Channel) -> bool:
    looks = channel.source is not None and channel.source.looks
    return looks or channel.collect is not None or channel.record is not None
