"""Targets held against intervals."""

import math

import pytest

from simulator.experiments.result import Estimate
from simulator.reports.findings import Findings, TargetResult, goals
from simulator.scenario.scenario import Scenario


@pytest.mark.parametrize(
    ("mean", "half_width", "verdict"),
    [
        (0.96, 0.01, "met"),
        (0.96, 0.02, "undecided"),
        (0.94, 0.02, "undecided"),
        (0.92, 0.02, "missed"),
        (0.95, 0.0, "met"),
        (0.96, math.nan, "above"),
        (0.94, math.nan, "below"),
        (math.nan, math.nan, "not measured"),
    ],
)
def test_the_whole_interval_decides(mean, half_width, verdict):
    found = Estimate("on_time", "", "", "share of orders", mean, mean - half_width, mean + half_width, 5)
    assert TargetResult("all orders", "", "", "on_time", 0.95, found).verdict == verdict


def test_each_segment_and_channel_of_a_rule_has_its_own_target(everything):
    source = dict(everything.scenario.source)
    source["service"] = {
        "rules": [
            {"when": {"segment": ["key", "shop"]}, "target": {"on_time": 0.9}},
            {"when": {"channel": "web"}, "target": {"in_full": 0.8}},
            {"when": {"segment": "key", "channel": "account"}, "target": {"in_full": 0.7}},
            {"target": {"unit_fill_rate": 0.6}},
        ]
    }
    changed = type(everything)(Scenario.model_validate(source), everything.store, everything.experiment)
    found = goals(Findings(changed))
    assert [(goal.whom, goal.kpi, goal.target) for goal in found] == [
        ("key", "on_time", 0.9),
        ("shop", "on_time", 0.9),
        ("web", "in_full", 0.8),
        ("key through account", "in_full", 0.7),
        ("all orders", "unit_fill_rate", 0.6),
    ]
    assert found[1].reached == everything.estimate("on_time", "segment", "shop")
    assert found[2].reached == everything.estimate("in_full", "channel", "web")
    assert (found[3].dimension, found[3].label) == ("rule", "rule 3")
    assert found[4].reached == everything.estimate("unit_fill_rate")
