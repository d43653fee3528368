"""What a supplier cannot be: each refused with its place and what would be right."""

import pytest
from scenes import ONE_ITEM

from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import parse

MAKER = "maker: {lead_time: {gamma: {mean: 5 days, cv: 0.5}}"
TARGET = ONE_ITEM.replace("minimum: 240, maximum: 640", "cover: 2 weeks, target: {unit_fill_rate: 0.95}")


def refused(more: str, text: str = TARGET) -> str:
    assert MAKER in text
    with pytest.raises(ScenarioError) as caught:
        parse(text.replace(MAKER, f"{MAKER}, {more}"))
    return str(caught.value)


@pytest.mark.parametrize(
    ("more", "place", "said"),
    [
        ("changes: [{at: 2 weeks, factor: -1}]", "changes[0].factor", "more than 0"),
        ("changes: [{at: 2 weeks, factor: 0}]", "changes[0].factor", "more than 0"),
        ("changes: [{at: 2 weeks, factor: 2}, {at: 2 weeks, factor: 3}]", "changes[1].at", "in the order of time"),
        ("changes: [{at: 2 weeks, factor: 2}, {at: 1 week, factor: 3}]", "changes[1].at", "in the order of time"),
        ("changes: []", "changes", "1 or more entries"),
        ("changes: [{at: 2 weeks}]", "changes[0]", "factor"),
        ("changes: [{at: 2, factor: 3}]", "changes[0].at", "a duration with its unit"),
        ("refresh: 0 days", "refresh", "more than 0"),
        ("record: 20", "maker", "record needs refresh"),
        ("refresh: 4 weeks, record: 1", "record", "2"),
        ("planned: 5", "planned", "a duration with its unit"),
    ],
)
def test_what_is_refused(more, place, said):
    message = refused(more)
    assert f"network.suppliers.maker{'' if place == 'maker' else f'.{place}'}:" in message
    assert said in message


def test_a_refresh_needs_something_to_size():
    message = refused("refresh: 4 weeks", ONE_ITEM)
    assert "network.suppliers.maker.refresh: nothing to size anew: no rule with a target orders here" in message
    other = TARGET.replace("suppliers: {", "suppliers: {other: {lead_time: 1 day, refresh: 4 weeks}, ").replace(
        "item: {rule", "item: {supplier: maker, rule"
    )
    with pytest.raises(ScenarioError, match=r"suppliers\.other\.refresh: nothing to size anew"):
        parse(other)


@pytest.mark.parametrize(
    "more",
    [
        "refresh: 4 weeks",
        "refresh: 4 weeks, record: 2",
        "planned: 4 days",
        "planned: {normal: {mean: 4 days, sd: 1 day}}, refresh: 1 day",
        "changes: [{at: 0 h, factor: 0.5}, {at: 9000 weeks, factor: 3}]",
    ],
)
def test_what_is_fine(more):
    parse(TARGET.replace(MAKER, f"{MAKER}, {more}"))
