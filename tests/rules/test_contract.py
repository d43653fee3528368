"""The contract that every rule keeps, whoever wrote it: found by its tag, frozen, pure, documented."""

import pickle
import re
import textwrap

import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from simulator.field_docs import field_docs
from simulator.reports.catalogues import FAMILIES, rules
from simulator.rules.family import OneOf, Rule, rules_in
from simulator.rules.replenishing import ReplenishmentRule
from simulator.rules.views import Shelf
from simulator.textbook.targets import Demand, LeadTime

RULES = [pytest.param(family, rule, id=f"{family}:{tag}") for family, tag, rule in rules()]
SAMPLE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def sample(rule: type[Rule]) -> dict[str, object]:
    """The settings of the example in a rule's docstring."""
    found = SAMPLE.search(textwrap.dedent("    " + (rule.__doc__ or "")))
    assert found, f"{rule.__name__} has no YAML example in its docstring"
    return yaml.safe_load(textwrap.dedent(found[1]))


@pytest.mark.parametrize(("family", "rule"), RULES)
def test_the_example_in_its_docstring_is_accepted_by_its_family(family, rule):
    chosen = TypeAdapter(__import__("typing").Annotated[FAMILIES[family], OneOf()]).validate_python(sample(rule))
    assert type(chosen) is rule


@pytest.mark.parametrize(("family", "rule"), RULES)
def test_it_is_frozen_and_refuses_unknown_settings(family, rule):
    made = rule.model_validate(sample(rule))
    with pytest.raises(ValidationError):
        made.rule = "other"
    with pytest.raises(ValidationError):
        rule.model_validate({**sample(rule), "no_such_setting": 1})


@pytest.mark.parametrize(("family", "rule"), RULES)
def test_every_setting_is_documented(family, rule):
    assert set(rule.model_fields) - set(field_docs(rule)) <= {"rule"}
    assert (rule.__doc__ or "").strip()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_misspelt_tag_is_refused(family):
    adapter = TypeAdapter(__import__("typing").Annotated[FAMILIES[family], OneOf()])
    with pytest.raises(ValidationError, match="rule"):
        adapter.validate_python({"rule": "no_such_rule"})


REPLENISHMENT = [pytest.param(rule, id=tag) for tag, rule in rules_in(ReplenishmentRule).items()]
VIEWS = [Shelf(on_hand=h, on_order=o, backordered=b) for h in (0, 3, 20, 200) for o in (0, 50) for b in (0, 7)]


@pytest.mark.parametrize("rule", REPLENISHMENT)
def test_a_replenishment_rule_is_pure_and_looks_at_the_position_only(rule):
    made = rule.model_validate(sample(rule)).sized(Demand(1, 1, 0, 1), LeadTime(10, 2))
    before = pickle.dumps(made.model_dump())
    for view in VIEWS:
        same_position = Shelf(on_hand=view.position + 9, backordered=9)
        assert made.order_quantity(view) == made.order_quantity(view) == made.order_quantity(same_position)
    assert pickle.dumps(made.model_dump()) == before


@pytest.mark.parametrize("rule", REPLENISHMENT)
def test_a_replenishment_rule_orders_nothing_at_its_highest_position_and_never_less_for_less_stock(rule):
    made = rule.model_validate(sample(rule)).sized(Demand(1, 1, 0, 1), LeadTime(10, 2))
    assert made.order_quantity(Shelf(on_hand=made.highest)) == 0
    lift = [position + made.order_quantity(Shelf(on_hand=position)) for position in range(int(made.highest))]
    assert max(lift, default=0) <= made.highest
    if made.reorder_at >= 0 and made.review == 0:
        assert made.order_quantity(Shelf(on_hand=min(made.reorder_at, made.highest - 1))) > 0


TARGETED = {
    "base_stock": {},
    "min_max": {"cover": "1 week"},
    "periodic": {"every": "1 week"},
    "reorder_point": {"cover": "1 week"},
}


@pytest.mark.parametrize("kind", ["cycle_service_level", "unit_fill_rate", "line_fill_rate"])
@pytest.mark.parametrize("tag", TARGETED)
def test_numbers_from_a_target_rise_with_it(tag, kind):
    rule = rules_in(ReplenishmentRule)[tag]
    demand, lead_time = Demand(lines=0.5, units=4, units_sd=5, variance=25), LeadTime(mean=100, sd=40)
    highest = [
        rule.model_validate({**TARGETED[tag], "rule": tag, "target": {kind: value}}).sized(demand, lead_time).highest
        for value in (0.8, 0.9, 0.95, 0.99)
    ]
    assert highest == sorted(highest)
    assert highest[0] < highest[-1]
