"""What every sourcing rule keeps, whoever wrote it."""

import pickle

import pytest
from rules.test_contract import sample

from simulator.rules.family import rules_in
from simulator.rules.sourcing import SourcingRule
from simulator.rules.views import Outlet

RULES = [pytest.param(rule.model_validate(sample(rule)), id=tag) for tag, rule in rules_in(SourcingRule).items()]
SEEN = [(1, 24.0, 9.0), (0, 48.0, 5.0), (0, 36.0, 6.0), (2, 12.0, 2.0)]


def outlets(rule: SourcingRule) -> list[Outlet]:
    """Lines short, time and cost of the sites that it may choose from."""
    names = rule.among or ("a", "b", "c", "d")
    return [Outlet(name, *seen) for name, seen in zip(names, SEEN, strict=False)]


@pytest.mark.parametrize("rule", RULES)
def test_it_is_pure_and_chooses_one_of_the_sites(rule):
    before = pickle.dumps(rule.model_dump())
    chosen = rule.choose(outlets(rule))
    assert chosen in {each.site for each in outlets(rule)}
    assert rule.choose(outlets(rule)) == chosen
    assert pickle.dumps(rule.model_dump()) == before


@pytest.mark.parametrize("rule", RULES)
def test_if_it_looks_at_stock_the_only_site_with_everything_serves(rule):
    for only in outlets(rule):
        seen = [each._replace(short=0 if each.site == only.site else 1) for each in outlets(rule)]
        assert rule.choose(seen) == only.site if rule.looks else rule.choose(seen) == rule.choose(outlets(rule))
