"""The reference says types as they are written, and its defaults can be pasted into a scenario."""

import re
import typing

import pytest
from command import command
from pydantic import BaseModel, TypeAdapter

from simulator.reports.catalogues import FAMILIES, default, pages, words
from simulator.rules.family import rules_in
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import gallery_names, load, parse, read_value
from simulator.scenario.reading.yaml_text import NUMBER
from simulator.units import hours, per_hour

ROWS = re.compile(r"^\| `(\w+)` \| (.*?) \| (.*?) \| ", re.MULTILINE)


def below(value):
    """All models in a value."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from below(getattr(value, name))
    elif isinstance(value, dict):
        for each in value.values():
            yield from below(each)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from below(each)


@pytest.fixture(scope="module")
def written():
    """One of each kind of model that the gallery uses: one that states most, since some keys need others."""
    found = {}
    for name in gallery_names():
        for each in below(load(name)):
            before = found.setdefault(type(each), each)
            if len(each.model_fields_set) > len(before.model_fields_set):
                found[type(each)] = each
    for base in FAMILIES.values():
        for rule in rules_in(base).values():
            found.setdefault(rule, None)
    return found


def test_every_default_can_be_pasted(written):
    """It is read as YAML, put where it belongs, and is what would be so without it."""
    pasted = 0
    for model, example in written.items():
        hints = typing.get_type_hints(model, include_extras=True)
        for name, field in model.model_fields.items():
            said = default(field, hints.get(name)) if name in hints else ""
            if name == "rule" or said in ("", "**required**"):
                continue
            value = read_value(said.replace("`", ""), f"{model.__name__}.{name}")
            meant = field.get_default(call_default_factory=True)
            if example is not None and getattr(example, name) == meant:
                again = type(example).model_validate({**example.written(), field.alias or name: value})
                assert getattr(again, name) == meant, (model, name, said)
            else:
                assert TypeAdapter(hints[name]).validate_python(value) == meant, (model, name, said)
            pasted += 1
    assert pasted > 100


def test_the_defaults_of_a_run_load_with_a_whole_scenario():
    reference = pages()["scenario.md"]
    run = reference[reference.index("\n## Run\n") : reference.index("\n## Market\n")]
    stated = ", ".join(f"{key}: {said}" for key, _, said in ROWS.findall(run) if said and "required" not in said)
    text = f"""
name: Defaults
run: {{horizon: 3 weeks, {stated}}}
market: {{segments: {{all: {{demand: {{rule: poisson, orders: 5 per day}}, basket: {{units: 2}}}}}}}}
products: {{mug: {{}}}}
network: {{sites: {{w: {{}}}}}}
"""
    assert "warm_up: 0 h" in stated
    parse(text)


def test_what_carries_a_unit_is_no_number():
    """Of a key that refuses a bare number, the reference says how it is written."""
    for page in ("scenario.md", "rules.md"):
        for key, what, said in ROWS.findall(pages()[page]):
            if what in ("number", "whole number"):
                assert said in ("", "**required**") or NUMBER.fullmatch(said), f"{page}: {key}: {said} for a {what}"
                with pytest.raises(ValueError, match="expected"):
                    hours(said.replace("0", "1") or "1")
            if what.startswith("duration") and said and said != "**required**":
                assert hours(said) >= 0
            if what.startswith("rate") and said and said != "**required**":
                rates = read_value(said, key).values() if what.endswith("by name") else [0 if said == "0" else said]
                assert all(per_hour(rate) >= 0 for rate in rates)
    assert "| `horizon` | duration, such" in pages()["scenario.md"]
    assert '| `days` | days, such as "mon-fri" |' in pages()["scenario.md"]
    assert '| `hours` | hours, such as "08:00-17:00" |' in pages()["scenario.md"]


def test_quantities_with_limits_are_said_like_those_without(written):
    for model in written:
        for name, hint in typing.get_type_hints(model, include_extras=True).items():
            if name in model.model_fields and words(hint) in ("number", "whole number", "list of whole number"):
                field = model.model_fields[name]
                examples = TypeAdapter(hint).json_schema().get("type")
                assert examples != "string", (model, name, field)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("run.horizon=40100 days", "run.horizon: must be at most 100 years, found 40100 days"),
        ("run.horizon=0 min", "run.horizon: must be more than 0, found 0 min"),
        ("run.warm_up=-2 days", "run.warm_up: a duration must not be negative; found the text '-2 days'"),
        ("run.horizon=-2", "run.horizon: a duration must not be negative; found the number -2"),
        ("run.horizon=100", "run.horizon: a duration with its unit is expected, such as '2 days' or '45 min'"),
        ("market.segments.key_accounts.demand.orders=-2 per day", "a rate must not be negative; found the text"),
        ("costs.holding=-20 % per year", "costs.holding: a cost rate must not be negative; found the text"),
        ("service.rules[0].promise.cut=100 %", "promise.cut: must be less than 100 %, found 100 %"),
        ("run.warm_up=60 weeks", "run.warm_up: warm_up must be shorter than horizon"),
    ],
)
def test_limits_have_units_and_what_is_negative_is_told_as_such(change, said):
    with pytest.raises(ScenarioError) as error:
        load("quickstart", [change])
    assert said in str(error.value)
    assert "876000" not in str(error.value)


def test_one_thing_is_told_as_one():
    shop = (
        "name: a\nrun: {horizon: 1 week}\nproducts: {mug: {}, cup: {}}\n"
        "market: {segments: {all: {demand: {rule: poisson, orders: 1 per day}, basket: {units: 1}}}}\n"
        "network: {suppliers: {s: {lead_time: 1 day}}, sites: {w: {stock: {"
    )
    with pytest.raises(ScenarioError) as error:
        parse(shop + "mug: {rule: base_stock, level: 3}}}}}\n")
    hint = "(`default` is for all that have none of their own)"
    assert str(error.value).endswith(f"network.sites.w.stock: no rule for SKU 'cup' {hint}")
    assert "1 product," in command("check", "textbook/base_stock").stdout


def test_a_rule_is_explained_with_types_and_defaults():
    told = command("rules", "periodic").stdout
    assert 'every (duration, such as "2 days"; required): Time between reviews.' in told
    assert 'first (duration, such as "2 days"; default 0 h)' in told
