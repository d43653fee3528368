"""The model card is written from the scenario: every item, what is modelled and what is not, on few pages."""

import re
from typing import Literal

import pytest
import scenes

import simulator
from simulator.engine import facts
from simulator.replication.measure import measure
from simulator.reports.card import card
from simulator.reports.card_inputs import Part, named, parts, settings, side_by_side, text
from simulator.rules import family
from simulator.rules.allocating import AllocationRule
from simulator.rules.family import Rule
from simulator.scenario.network import Supplier
from simulator.scenario.reading.load import base_of, gallery_names, load, parse

ITEMS = [
    "1.1",
    "1.2",
    "1.3",
    "2.1",
    "2.2",
    "2.3",
    "2.4",
    "2.5",
    "2.5.1",
    "2.5.2",
    "2.5.3",
    "2.5.4",
    "2.5.5",
    "3.1",
    "3.2",
    "3.3",
    "3.4",
    "4.1",
    "4.2",
    "4.3",
    "5.1",
    "5.2",
    "5.3",
    "5.4",
    "6.1",
]
SHORT = ["run.horizon=3 weeks", "run.warm_up=2 days"]


def sections(written):
    """Text by number of the item."""
    pieces = re.split(r"^#{2,4} (\d[\d.]*) .*$", written, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def whole(scenario):
    return Part((), scenario, scenario.source, True)


@pytest.fixture(scope="module")
def everything():
    return sections(card(parse(scenes.EVERYTHING.replace("horizon: 12 weeks", "horizon: 4 weeks")), "everything.yaml"))


@pytest.mark.parametrize("name", gallery_names())
def test_every_gallery_scenario_has_a_card_with_every_item(name):
    scenario = load(name, SHORT)
    written = card(scenario, name, base_of(name))
    found = sections(written)
    assert [item for item in found if "." in item] == ITEMS
    assert all(found[item].strip() for item in ITEMS if item != "2.5"), "no item is empty"
    assert scenario.hash in found["6.1"]
    assert len(written.splitlines()) < 1100
    assert not re.search(r"\bNone\b|\| nan|object at|\(\)", written.replace("None at run time", ""))
    for rule in {part.model.rule for part in parts(whole(scenario)) if isinstance(part.model, Rule)}:
        assert f": `{rule}`**" in found["2.4"], "each rule in force is explained"
    for path in scenario.assumptions:
        assert f"`{path}`" in found["3.4"]
    assert ("stands alone" in found["2.3"]) == (base_of(name) is None)


def test_every_value_that_the_scenario_states_is_on_the_card_of_a_small_one(everything):
    """Whatever a small scenario says, its card says too: a new section or key shows up by itself."""
    scenario = parse(scenes.EVERYTHING)
    said = everything["3.3"] + everything["4.1"] + everything["4.2"] + everything["2.4"]
    for name, each in scenario.source.items():
        if name not in ("name", "about", "run", "products", "assumptions"):
            part = Part((), getattr(scenario, name), each, True)
            for setting in settings(part):
                if setting.stated and not setting.path.endswith("name"):
                    assert setting.value.replace("*", "\\*").replace("|", "\\|") in said, setting


def test_the_office_card_by_hand():
    """quickstart, as its file says: targets, staff, queues, how long, and all that it measures."""
    scenario = load("quickstart", ["run.horizon=12 weeks", "run.warm_up=1 week"])
    found, played = sections(card(scenario)), simulator.simulate(scenario)
    assert found["1.3"].count("\n- ") == 4
    assert "- Line fill rate of 97.0 % at least (rule 1)" in found["1.3"]
    assert re.findall(r"^\| `(\w+)` \|", found["1.2"], re.MULTILINE) == list(measure(played).values)
    assert "| warehouse | packing | 2 | office |" in found["2.5.3"]
    assert "| warehouse | shipping | without limit | round the clock |" in found["2.5.3"]
    assert "entry at warehouse, picking at warehouse and packing at warehouse: by priority" in found["2.5.4"]
    assert "lasts 84 days" in found["4.2"]
    assert "Warm-up: 7 days" in found["4.2"]
    assert "Measured: 77 days" in found["4.2"]
    lost = len(played.of(facts.Lost))
    assert lost > 0
    assert f"- Lost ({lost}): " in found["2.5.5"]
    assert f"| Lost | {lost} |" in found["2.2"]
    assert re.search(r"Did not occur: .*Collected", found["2.2"])
    assert "Collected" not in found["2.5.5"]


def test_a_share_beside_a_channel_with_a_basket_of_its_own_is_told():
    change = "channels: {web: {share: 0.25, basket: {units: 2}}, account: 75 %}"
    scenario = parse(scenes.EVERYTHING.replace("channels: {web: 0.2, account: 0.8}", change))
    key = Part((), scenario.market.segments["key"], scenario.source["market"]["segments"]["key"], True)
    told = {each.path: each.value for each in settings(key) if each.path.startswith("channels")}
    assert told == {"channels.web.share": "0.25", "channels.web.basket.units": "2", "channels.account": "75 %"}


def test_two_lanes_from_one_site_are_two():
    scenario = load("full_service", ["network.lanes=[{site: warehouse, cost: 17}, {site: warehouse, cost: 19}]"])
    network = Part((), scenario.network, scenario.source["network"], True)
    assert [each.model.cost for each in named(network, "lanes").values()] == [17, 19]


@pytest.mark.parametrize(("many", "shown", "rest"), [(6, 6, ""), (12, 12, ""), (30, 10, "… and 20 more.")])
def test_parts_stand_four_abreast_and_many_are_cut_to_ten(many, shown, rest):
    model, written = Supplier(lead_time="2 days"), {"lead_time": "2 days"}
    found = {f"s{number}": Part((), model, written, True) for number in range(many)}
    said = "\n".join(side_by_side(found, "supplier"))
    assert [name for name in found if re.search(rf"\b{name}\b", said)] == list(found)[:shown]
    assert max(line.count("|") for line in said.splitlines()) == 4 + 3
    assert ("… and" in said) == bool(rest)
    assert rest in said


def test_what_is_not_there_is_told_in_a_line(everything):
    small = sections(card(load("textbook/base_stock", SHORT)))
    assert "`contracts`" in re.search(r"Left out, and so not modelled: .*overrides.*", small["3.3"])[0]
    assert small["2.5.4"].count("allocation rule `first_come`") == 1
    assert "Stock is without limit" in sections(card(load("textbook/picking_team", SHORT)))["4.1"]
    assert "does not say what question" in everything["1.1"]


def test_two_hundred_products_are_ten_and_the_rest():
    scenario = load("full_service", SHORT)
    found = sections(card(scenario))
    assert len(scenario.products) == 200
    assert "… and 190 more, with" in found["3.3"]
    shown = re.findall(r"^\| (\S+) \|", found["3.3"].split("#### Market")[0], re.MULTILINE)[1:]
    assert len([sku for sku in shown if sku in scenario.products]) == 10
    assert "… and 390 more, with" in found["4.1"]


def test_the_ten_products_are_those_that_sell_most():
    products = "".join(f"  p{number}: {{price: 1, popularity: {number}}}\n" for number in range(1, 31))
    text = (
        "name: Many\nrun: {start: 2026-01-05, horizon: 2 weeks}\n"
        "market: {segments: {all: {demand: {rule: poisson, orders: 465 per week}, basket: {units: 1}}}}\n"
        f"products:\n{products}network: {{sites: {{shop: {{}}}}}}\n"
    )
    rows = re.findall(r"^\| (p\d+) \| (\S+) \|", sections(card(parse(text)))["3.3"], re.MULTILINE)
    assert rows == [(f"p{number}", str(number)) for number in range(30, 20, -1)]  # 465 is the sum of the popularities


def test_opening_stock_is_what_the_run_opens_with():
    found = sections(card(load("textbook/reorder_point", [*SHORT])))["4.1"]
    scenario = load("textbook/reorder_point")
    (rule,) = scenario.network.sites[next(iter(scenario.network.sites))].stock.values()
    opening = rule.opening if rule.opening is not None else rule.highest
    assert f"| {opening:g} | reorder_point (point {rule.point:g}, quantity {rule.quantity:g}" in found


def test_a_what_if_says_what_it_changes():
    found = sections(card(load("what_if/promise_cut", SHORT), "what_if/promise_cut", base_of("what_if/promise_cut")))
    assert "| `service.rules[0].promise.cut` | – | 0.3 |" in found["2.3"]


def test_the_command_to_run_it_again_holds_the_changes():
    changes = ("market.segments.all.demand.orders=9 per day",)
    found = sections(card(load("textbook/base_stock", SHORT), "textbook/base_stock", None, changes))["6.1"]
    assert (
        "simulator run textbook/base_stock --set 'market.segments.all.demand.orders=9 per day' --format json" in found
    )


def test_a_new_rule_shows_up_with_its_settings():
    """Only the class is new: the card learns of it from the scenario."""

    class Lottery(AllocationRule):
        """Draw lots among those who wait.

        Nobody likes it.
        """

        rule: Literal["lottery_of_the_test"] = "lottery_of_the_test"
        tickets: int = 3
        """Lots for each."""

    scenario = load("textbook/base_stock", SHORT)
    held = scenario.service.model_copy(update={"allocation": Lottery(tickets=5)})
    source = {"allocation": {"rule": "lottery_of_the_test", "tickets": 5}}
    from simulator.reports.card_model import algorithms

    said = "\n".join(algorithms(Part((), held, source, True)))
    assert "**allocation: `lottery_of_the_test`**\n\nDraw lots among those who wait. Nobody likes it." in said
    assert "| `allocation` | `tickets` 5. |" in said
    assert "- `tickets`: Lots for each." in said
    family._forget(AllocationRule, "lottery_of_the_test")


def test_a_scenario_cannot_write_markup_into_its_card():
    text = scenes.EVERYTHING.replace("name: Everything at once", "name: '<script>x</script> | *b*'")
    written = card(parse(text.replace("horizon: 12 weeks", "horizon: 3 weeks")))
    assert "<script>" not in written
    assert "\\*b\\*" in written


def test_long_tables_keep_their_largest():
    said = text({f"s{number}": number for number in range(100)})
    assert said.startswith("s99: 99, s98: 98")
    assert said.endswith("and 90 more")
    assert said.count(":") == 10
