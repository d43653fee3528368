"""What a scenario may say of customers who remember, and what is refused."""

import pytest
from pydantic import ValidationError

from simulator.checks.few_customers import few_customers
from simulator.scenario.errors import ScenarioError
from simulator.scenario.goodwill import Goodwill
from simulator.scenario.reading.load import load, parse

TEXT = """
name: refusals
run: {{horizon: 4 weeks}}
market:
  segments:
    shop: {{demand: {{{demand}}}, basket: {{units: 1}}, customers: 20}}
products: {{mug: {{price: 10, cost: 6}}}}
network: {{sites: {{store: {{}}}}}}
goodwill: {{{goodwill}}}
{more}
"""
POISSON, SCHEDULED = "rule: poisson, orders: 3 per day", "rule: scheduled, every: 1 day, first: 1 day"


def refused(goodwill, demand=POISSON, more=""):
    with pytest.raises(ScenarioError) as error:
        parse(TEXT.format(goodwill=goodwill, demand=demand, more=more))
    return str(error.value)


def test_a_segment_that_does_not_exist():
    assert "goodwill.shopp: there is no segment 'shopp' (did you mean 'shop'?)" in refused("shopp: {}")


def test_floor_start_level_and_ceiling_are_in_order():
    said = refused("shop: {start: 0.3, level: 0.2}")
    assert "goodwill.shop.start: goodwill starts between leaves_below (0.4) and ceiling" in said
    assert "goodwill.shop.level" in said


def test_there_is_no_more_demand_than_is_scheduled():
    said = refused("default: {acquisition: {rate: 3 per week, room: 20}}", SCHEDULED)
    assert "goodwill.default.acquisition: the demand of 'shop' is scheduled" in said
    assert "goodwill.shop.share" in refused("shop: {share: 0.5}", SCHEDULED)
    parse(TEXT.format(goodwill="shop: {}", demand=SCHEDULED, more=""))


def test_new_customers_have_no_class_of_their_own():
    classes = "segmentation: {customers: {rule: abc, by: value}}"
    said = refused("shop: {acquisition: {rate: 3 per week, room: 20}}", more=classes)
    assert "new customers have no class" in said


def test_few_customers_who_order_much_are_told():
    """By default a segment has one customer: with him all demand would go."""
    scenario = parse(TEXT.format(goodwill="shop: {}", demand=POISSON, more="").replace(", customers: 20", ""))
    (told,) = few_customers(scenario)
    assert "its one customer orders 3 times a day" in told.message
    assert "market.segments.shop.customers" in told.hint
    assert not list(few_customers(parse(TEXT.format(goodwill="shop: {}", demand=POISSON, more=""))))
    assert not list(few_customers(scenario.model_copy(update={"goodwill": None})))


def test_the_order_of_segments_is_no_other_scenario():
    one, other = ("shop: {}, default: {}", "default: {}, shop: {}")
    hashes = {parse(TEXT.format(goodwill=each, demand=POISSON, more="")).hash for each in (one, other)}
    assert len(hashes) == 1


def test_a_misspelt_rule_lists_those_there_are():
    said = refused("shop: {experience: {rule: steps}}")
    for name in ("asymmetric_steps", "peak_end", "disconfirmation", "defection"):
        assert name in said


def test_half_of_the_goodwill_brings_half_of_the_needs_in_proportion():
    terms = Goodwill(start=0.8, share=0.5, leaves_below=0.2)
    assert [terms.comes(goodwill) for goodwill in (0.8, 0.4, 1.0)] == pytest.approx([0.5, 0.25, 0.625])
    assert Goodwill(share=1.0, start=0.5, leaves_below=0.2).comes(1.0) == 1.0
    with pytest.raises(ValidationError):
        Goodwill(start=1.2)


def test_an_elasticity_beyond_all_numbers_brings_every_need():
    """100 ** 500 is no number to calculate with; at most all needs come."""
    assert Goodwill(start=0.01, leaves_below=0, level=1, share=0.5, elasticity=500).comes(1.0) == 1.0
    assert Goodwill(start=0.5, leaves_below=0, share=0.3).comes(1.0) == pytest.approx(0.6)


@pytest.mark.parametrize("never", ["never", "null"])
def test_nothing_is_forgotten_where_half_life_says_never(never):
    scenario = parse(TEXT.format(goodwill=f"shop: {{half_life: {never}}}", demand=POISSON, more=""))
    assert scenario.goodwill["shop"].half_life is None


def test_never_holds_over_a_base_with_a_half_life(tmp_path):
    """Over a base null takes the key away, so that the default would come back."""
    base = tmp_path / "base.yaml"
    base.write_text(TEXT.format(goodwill="shop: {half_life: 9 days}", demand=POISSON, more=""))
    assert load(base, ["goodwill.shop.half_life=never"]).goodwill["shop"].half_life is None
    assert load(base).goodwill["shop"].half_life == 9 * 24
