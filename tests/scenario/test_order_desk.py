"""What an order desk cannot be: each refused with its place and what would be right."""

import pytest

from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import parse

DESK = """
name: Desk
run: {{start: 2026-01-05, horizon: 1 week}}
market:
  channels: {{web: {{{web}}}, phone: {{entry: manual}}}}
  segments:
    all: {{demand: {{rule: poisson, orders: 5 per day}}, channels: {{web: 0.5, phone: 0.5}}, basket: {{units: 1}}}}
products: {{a: {{}}}}
network:
  entry_modes: {{manual: {manual}, edi: {{errors: {{price: 0.001}}}}}}
  sites: {{store: {{stages: [{stages}]}}}}
"""
ENTRY = "{stage: entry, staff: 2, time: 5 min}"


def desk(stages: str = ENTRY, web: str = "", manual: str = "{time: 10 min}") -> str:
    return DESK.format(stages=stages, web=web, manual=manual)


def refused(**parts: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(desk(**parts))
    return str(caught.value)


def test_what_is_accepted():
    parse(desk())
    parse(desk(web="entry: edi"))
    parse(desk(stages="{stage: entry, staff: 2}", web="entry: manual"))  # the mode gives the time
    parse(
        desk(stages="{stage: picking, staff: 1, time: 1 h, waves: 2 h, batch: {orders: 8, within: 2 h}}", manual="{}")
    )
    parse(desk(stages=f"{ENTRY}, {{stage: credit, hold: {{rate: 3 %, time: 1 day}}}}"))


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("{stage: picking, time: 1 h, places: 5}", "places, patience and batch need staff"),
        ("{stage: entry, time: 1 h, patience: 2 h}", "places, patience and batch need staff"),
        ("{stage: picking, time: 1 h, batch: {orders: 8, within: 2 h}}", "places, patience and batch need staff"),
        ("{stage: picking, staff: 1, time: 1 h, places: 5}", "before stock is allocated"),
        ("{stage: packing, staff: 1, time: 1 h, patience: 5 h}", "before stock is allocated"),
        ("{stage: entry, staff: 3, time: 1 h, places: 2}", "2 places keep 3 staff idle"),
        ("{stage: entry, staff: 1, time: 1 h, places: 2, batch: {orders: 8, within: 2 h}}", "does not leave a batch"),
        ("{stage: credit, staff: 1, time: 1 h, catches: 0.7}", "belong to the stage verification"),
        ("{stage: entry, time: 1 h, rework: 15 min}", "belong to the stage verification"),
        ("{stage: verification, time: 1 h, rework: 15 min}", "rework needs catches"),
        ("{stage: verification, time: 1 h, hold: {rate: 0.1, time: 1 h}}", "hold belongs to the stage credit"),
        ("{stage: verification, staff: 1, catches: 0.7}", "give time, line_time or departures"),
    ],
)
def test_what_a_stage_cannot_do(stage, said):
    message = refused(stages=stage, manual="{}")
    assert "network.sites.store.stages[0]:" in message
    assert said in message


@pytest.mark.parametrize(
    ("option", "place", "said"),
    [
        ("waves: 0 h", "waves", "more than 0"),
        ("waves: 2", "waves", "a duration with its unit"),
        ("batch: {orders: 1, within: 2 h}", "batch.orders", "2"),
        ("batch: {orders: 8}", "batch", "missing key 'within'"),
        ("places: 0", "places", "1"),
        ("wave: 2 h", "wave", "did you mean 'waves'?"),
    ],
)
def test_what_an_option_cannot_be(option, place, said):
    message = refused(stages=f"{{stage: entry, staff: 1, time: 1 h, {option}}}")
    assert f"network.sites.store.stages[0].{place}:" in message
    assert said in message


def test_entry_modes_are_known_and_take_time_somewhere():
    assert "market.channels.web.entry: there is no entry mode 'edy' (did you mean 'edi'?)" in refused(web="entry: edy")
    nowhere = refused(stages="{stage: picking, time: 1 h}")
    assert "market.channels.phone.entry: site 'store' has no stage entry to take its time" in nowhere
    untimed = refused(stages="{stage: entry, staff: 2}", web="entry: edi")
    assert "network.sites.store.stages[0]: give time, line_time or departures" in untimed
    assert "an entry mode with a time by channel" in untimed
    assert "errors.itm: unknown key 'itm'; did you mean 'item'?" in refused(manual="{errors: {itm: 0.1}}")
    assert "a share between 0 and 1" in refused(manual="{errors: {item: 2}}")
