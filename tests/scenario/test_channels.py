"""What a scenario may not say about channels and lanes, and where it is told."""

import pytest
from scenes import EVERYTHING

from simulator.planning.expected_demand import expected_demand
from simulator.planning.sourcing_options import home_site
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import parse

WEB = "market.channels.web"


def checked(channel: str, lanes: str = "[]") -> None:
    text = EVERYTHING.replace("channels: {web: {}, account: {}}", f"channels: {{web: {channel}, account: {{}}}}")
    parse(text.replace("network:\n", f"network:\n  lanes: {lanes}\n"))


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("{source: {rule: nearest, sites: [warehose]}}", f"{WEB}.source: there is no site 'warehose' (did you mean"),
        ("{source: {rule: dedicated, site: east}}", f"{WEB}.source: there is no site 'east'"),
        ("{source: {rule: in_turn, sites: []}}", f"{WEB}.source"),
        ("{source: {rule: neerest}}", "did you mean 'nearest'"),
        ("{price: 0}", f"{WEB}.price"),
        ("{protected: {}}", "give units, or cover"),
        ("{record: {accuracy: 0.9}}", "accuracy below 1 and error go together"),
        ("{record: {error: 2}}", "accuracy below 1 and error go together"),
        ("{record: {oversold: ignore}}", f"{WEB}.record.oversold"),
        ("{collect: {after: 1 day}}", "hold"),
        ("{collect: {after: 1 day, hold: 0}}", f"{WEB}.collect.hold"),
        ("{colect: {}}", "did you mean 'collect'"),
    ],
)
def test_a_fault_of_a_channel_is_told_with_its_place(channel, said):
    with pytest.raises(ScenarioError) as caught:
        checked(channel)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("lane", "said"),
    [
        ("{site: warehose}", "network.lanes[0].site: there is no site 'warehose'"),
        ("{site: warehouse, segment: [kay]}", "there is no segment 'kay' (did you mean 'key'"),
        ("{site: warehouse, channel: [fax]}", "there is no channel 'fax'"),
    ],
)
def test_a_fault_of_a_lane_is_told_with_its_place(lane, said):
    with pytest.raises(ScenarioError) as caught:
        checked("{}", f"[{lane}]")
    assert said in str(caught.value)


def test_a_transit_time_needs_a_transit():
    text = EVERYTHING.replace("        - {stage: transit, time: {lognormal: {mean: 2 days, cv: 0.4}}}\n", "")
    with pytest.raises(ScenarioError) as caught:
        parse(text.replace("network:\n", "network:\n  lanes: [{site: warehouse, time: 1 day}]\n"))
    assert "network.lanes[0].time: site 'warehouse' has no stage `transit`" in str(caught.value)


TWO = """
name: Two
run: {horizon: 1 day}
market:
  channels: {web: {source: {rule: cheapest}}, phone: {}}
  segments: {all: {demand: {rule: poisson, orders: 1 per day}, channels: {web: 0.5, phone: 0.5}, basket: {units: 1}}}
products: {item: {}}
network:
  sites: {a: {}, b: {}}
  lanes: [{site: a, cost: 5}, {site: b, channel: [web], cost: 2}]
"""


def test_a_channel_without_source_needs_a_site_of_the_segment():
    with pytest.raises(ScenarioError) as caught:
        parse(TWO)
    assert "market.segments.all: say which site serves it: a, b" in str(caught.value)


def test_home_is_where_an_order_comes_from_if_nothing_is_short():
    scenario = parse(TWO.replace("basket:", "site: a, basket:"))
    assert [home_site(scenario, "all", channel) for channel in ("web", "phone")] == ["b", "a"]


def test_stock_is_sized_for_the_demand_whose_home_it_is():
    text = TWO.replace("basket:", "site: a, basket:").replace("{web: 0.5, phone: 0.5}", "{web: 0.8, phone: 0.2}")
    scenario = parse(text)
    assert [24 * expected_demand(scenario, site)["item"].lines for site in ("a", "b", None)] == pytest.approx(
        [0.2, 0.8, 1.0]
    )
