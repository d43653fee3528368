"""Which sites may serve which orders, and which one they come from if nothing is short."""

from typing import TYPE_CHECKING

from simulator.rules.views import Outlet
from simulator.scenario.channels import Lane

if TYPE_CHECKING:
    from simulator.scenario.market import Segment
    from simulator.scenario.scenario import Scenario


def lane_of(scenario: "Scenario", site: str, segment: str, channel: str) -> Lane | None:
    """The way from a site to the customers of a segment in a channel; None where there is no lane for them."""
    lanes = scenario.network.lanes
    return next((lane for lane in lanes if lane.leads_to(site, segment, channel)), None)


def outlets(scenario: "Scenario", segment: str, channel: str) -> list[Outlet]:
    """The sites that the channel's sourcing rule may choose from, as if all had everything."""
    rule = scenario.market.channels[channel].source
    assert rule is not None
    return [_outlet(scenario, site, segment, channel) for site in rule.among or scenario.network.sites]


def _outlet(scenario: "Scenario", site: str, segment: str, channel: str) -> Outlet:
    lane = lane_of(scenario, site, segment, channel)
    time = lane.time if lane is not None else None
    if time is None:
        time = next((stage.time for stage in scenario.network.sites[site].stages if stage.stage == "transit"), None)
    cost = lane.cost if lane is not None and lane.cost is not None else scenario.costs.shipment
    return Outlet(site, 0, time.expected if time is not None else 0.0, cost)


def home_site(scenario: "Scenario", segment: str, channel: str) -> str:
    """The site that serves an order where nothing is short."""
    rule = scenario.market.channels[channel].source if channel else None
    if rule is not None:
        return rule.choose(outlets(scenario, segment, channel))
    return scenario.market.segments[segment].site or next(iter(scenario.network.sites))


def channel_shares(scenario: "Scenario", segment: "Segment") -> dict[str, float]:
    """Share of a segment's orders by channel; "" where there are no channels."""
    every = list(scenario.market.channels)
    uses = segment.channels or ({every[0]: 1.0} if every else {"": 1.0})
    return {name: use if isinstance(use, float) else use.share for name, use in uses.items()}


def share_from(scenario: "Scenario", name: str, site: str | None) -> float:
    """Share of a segment's orders whose home is a site; None for all sites."""
    shares = channel_shares(scenario, scenario.market.segments[name])
    return sum(share for channel, share in shares.items() if site in (None, home_site(scenario, name, channel)))
