"""Warnings of a service policy: what each finds, where it says so, and what it leaves alone."""

import datetime as dt
import subprocess
import sys

import numpy as np
import pytest

import simulator
from simulator.checks.conflicts import conflicts, look_over
from simulator.checks.impossible import Pass, shortest_cycle
from simulator.scenario.errors import dotted
from simulator.scenario.reading.load import gallery_names, parse

BASE = """
name: Policy
run: {start: 2026-01-05, horizon: 8 weeks}
market:
  channels: {web: {}, edi: {}}
  segments:
    key:
      demand: {rule: poisson, orders: 5 per day}
      channels: {edi: 1.0}
      basket: {units: 1, items: {mug: 1}}
      customers: {anna: 1, bert: 1}
      customer_class: A
    shop:
      demand: {rule: poisson, orders: 5 per day}
      channels: {web: 0.5, edi: 0.5}
      basket: {units: 1}
      customers: 3
      customer_class: C
products:
  mug: {price: 10, class: X}
  cup: {price: 10, class: Y}
network:
  calendars: {office: {days: mon-fri, hours: "08:00-17:00"}}
  sites:
    house:
      stages:
        - {stage: picking, staff: 2, calendar: office, time: 1 h}
        - {stage: shipping, departures: {at: ["18:00"], days: mon-fri}}
        - {stage: transit, time: {uniform: {low: 1 day, high: 2 days}}}
"""
"""The shortest cycle: picked in the last open hour, 16:00 to 17:00, away at 18:00, a day on the way: 26 h."""
DAY3, DAY4 = "promise: {rule: fixed, time: 3 days}", "promise: {rule: fixed, time: 4 days}"


def warnings(rules: str, overrides: str = "", text: str = BASE) -> list[tuple[str, str]]:
    """Paths and words of the warnings of a policy, rules one a line."""
    listed = "".join(f"    - {{{rule}}}\n" for rule in rules.strip().splitlines())
    more = f"  overrides: {overrides}\n" if overrides else ""
    service = "" if "service:" in text else "service:\n"
    found = conflicts(parse(f"{text}{service}  rules:\n{listed}{more}"))
    return [(dotted(fault.path), f"{fault.message} ({fault.hint})") for fault in found]


def only(found: list[tuple[str, str]], path: str, *words: str) -> None:
    """There is one warning, at a place and in these words."""
    assert [each[0] for each in found] == [path], found
    for word in words:
        assert word in found[0][1]


def test_a_clean_policy_from_the_special_to_the_general_has_no_warning():
    assert not warnings(
        f"""name: anna, when: {{customer: anna}}, {DAY3}, target: {{on_time: 0.99}}
        name: large, when: {{segment: key, order_value: {{at_least: 500}}}}, priority: 1
        name: key, when: {{segment: key}}, {DAY4}, target: {{on_time: 0.9}}, priority: 2
        when: {{sku_class: Y}}, stockout: {{rule: lost_sale}}
        {DAY4}, target: {{on_time: 0.8}}, stockout: {{rule: backorder}}""",
        "[{rate: 0.1, when: {segment: shop}, treated_as: key}]",
    )


@pytest.mark.parametrize("name", gallery_names())
def test_the_gallery_has_no_warning(name):
    assert [fault.message for fault in conflicts(simulator.load(name))] == []


@pytest.mark.parametrize(
    "when",
    [
        "segment: key, channel: web",
        "segment: shop, customer: anna",
        "segment: key, customer_class: C",
        "segment: key, sku_class: Y",
        "customer: [anna, bert], channel: web",
    ],
)
def test_conditions_that_no_order_meets(when):
    found = warnings(f"when: {{{when}}}, {DAY3}\n {DAY4}")
    only(found, "service.rules[0].when", "never applies", "no order meets")


def test_the_same_orders_twice():
    found = warnings(
        f"name: shops, when: {{segment: shop}}, {DAY3}\n when: {{channel: web}}, {DAY4}\n"
        f"when: {{customer_class: C}}, {DAY4}\n {DAY4}"
    )
    paths = dict(found)
    assert set(paths) == {"service.rules[1]", "service.rules[2]"}
    assert "never decides anything" in paths["service.rules[1]"]
    assert "rule 'shops' comes first for all these orders" in paths["service.rules[1]"]
    assert "rule 'shops' and service.rules[1] come first for all these orders" in paths["service.rules[2]"]
    found = warnings(f"when: {{segment: shop}}, {DAY3}\n when: {{customer_class: C}}, {DAY4}\n {DAY4}")
    only(found, "service.rules[1]", "service.rules[0] comes first for exactly the same orders")


def test_one_statement_of_several_is_always_decided_before():
    found = warnings(f"when: {{channel: edi}}, {DAY3}\n when: {{segment: key}}, {DAY4}, priority: 1\n {DAY4}")
    only(found, "service.rules[1].promise", "never applies", "service.rules[0] comes first for all these orders")


def test_two_rules_that_together_cover_a_third():
    """Below 100 and from 80 on are all values."""
    found = warnings(
        f"when: {{order_value: {{below: 100}}}}, {DAY3}\n"
        f"when: {{order_value: {{at_least: 80}}}}, {DAY3}\n"
        f"when: {{segment: shop}}, {DAY4}"
    )
    only(found, "service.rules[2]", "service.rules[0] and service.rules[1] come first")


def test_rules_that_meet_in_some_orders():
    found = warnings(
        f"name: edi, when: {{channel: edi}}, {DAY3}, priority: 1\nwhen: {{segment: shop}}, {DAY4}, priority: 2"
    )
    only(
        found,
        "service.rules[1]",
        "overlaps with rule 'edi'",
        "both state the promise and the priority",
        "(shop through edi)",
        "the earlier, decides",
    )
    same = warnings(f"when: {{channel: edi}}, {DAY3}\n when: {{segment: shop}}, {DAY3}")
    assert not same  # they say the same
    bands = warnings(
        f"when: {{order_value: {{below: 100}}}}, {DAY3}\n"
        f"when: {{order_value: {{at_least: 50, below: 200}}}}, {DAY4}\n {DAY4}"
    )
    only(bands, "service.rules[1]", "orders of 50 to 100")
    lines = warnings(f"when: {{sku_class: Y}}, {DAY3}\n when: {{channel: web}}, {DAY4}\n {DAY4}")
    only(lines, "service.rules[1]", "through web, class Y of products")


def test_orders_that_no_rule_speaks_of():
    found = warnings(f"when: {{segment: key}}, {DAY3}\n when: {{channel: web}}, {DAY4}")
    only(found, "service.rules", "no rule states a promise for some orders (shop through edi)")
    found = warnings(f"when: {{segment: key}}, target: {{on_time: 0.9}}\n {DAY4}")
    only(found, "service.rules", "no rule states a target for some orders (shop)")
    assert not warnings("when: {segment: key}, priority: 1")  # nobody is promised anything


def test_what_is_for_whole_orders_in_a_rule_for_lines():
    found = warnings(f"when: {{sku_class: X}}, express: {{time: 2 h}}, priority: 1\n {DAY4}")
    only(found, "service.rules[0].express", "whole orders")


@pytest.mark.parametrize(
    ("overrides", "path", "word"),
    [
        ("{rate: 0.1, when: {segment: key, channel: web}, treated_as: key}", "[0].when", "never applies"),
        ("{rate: 0.1, when: {segment: key}, treated_as: key}", "[0].treated_as", "changes nothing"),
        ("{rate: 1, treated_as: key}, {rate: 0.1, when: {segment: shop}, treated_as: key}", "[1].rate", "take all"),
        ("{rate: 0.6, treated_as: key}, {rate: 0.5, when: {segment: shop}, treated_as: key}", "[1].rate", "than all"),
    ],
)
def test_overrides_that_cannot_do_what_they_say(overrides, path, word):
    rules = f"name: key, when: {{segment: key}}, {DAY3}\n name: all, {DAY4}"
    only(warnings(rules, f"[{overrides}]"), f"service.overrides{path}", word)
    assert not warnings(rules, "[{rate: 0, when: {segment: key}, treated_as: key}]")  # switched off


def test_a_rule_that_only_overrides_use_is_no_idle_rule():
    rules = f"name: rush, when: {{segment: key, channel: web}}, {DAY3}\n {DAY4}"
    assert warnings(rules)
    assert not warnings(rules, "[{rate: 0.1, when: {segment: shop}, treated_as: rush}]")


def test_promises_that_the_network_cannot_keep():
    """26 h are possible; with an express transit of 2 h after 18:00, 4 h."""
    assert not warnings("promise: {rule: fixed, time: 26 h}")
    found = warnings("promise: {rule: fixed, time: 25.9 h}")
    only(
        found, "service.rules[0].promise.time", "25.9 h cannot be kept", "the shortest possible cycle at house is 26 h"
    )
    assert not warnings("promise: {rule: fixed, time: 4 h}, express: {time: 2 h}")
    assert warnings("promise: {rule: fixed, time: 3.9 h}, express: {time: 2 h}")
    assert warnings("promise: {rule: fixed, time: 40 h, cut: 0.5}")
    key = "when: {segment: key}, express: {time: 2 h}\n"
    assert not warnings(
        key + "when: {segment: key}, promise: {rule: fixed, time: 4 h}\n promise: {rule: fixed, time: 26 h}"
    )
    assert warnings(key + "promise: {rule: fixed, time: 3 h}")
    assert not warnings(key + "promise: {rule: fixed, time: 4 h}")  # for key it can


def test_agreed_times_that_the_network_cannot_keep():
    def agreed(within: str, covers: str = "{segment: key}") -> list[tuple[str, str]]:
        terms = f"covers: {covers}, metric: cycle_time, within: {within}, target: 0.9, period: 4 weeks"
        return warnings(
            "promise: {rule: fixed, time: 3 days}", text=BASE + f"service:\n  contracts: {{gold: {{{terms}}}}}\n"
        )

    assert not agreed("26 h")
    only(agreed("25 h"), "service.contracts.gold.within", "25 h cannot be kept", "at house is 26 h")
    only(agreed("25 h", "{customer: anna}"), "service.contracts.gold.within", "cannot be kept")


@pytest.mark.parametrize(
    ("time", "least"),
    [
        ("3 h", 3),
        ("{exponential: {mean: 3 h}}", 0),
        ("{uniform: {low: 1 h, high: 2 h}}", 1),
        ("{triangular: {low: 2 h, mode: 3 h, high: 4 h}}", 2),
        ("{gamma: {mean: 3 h, cv: 0.5}}", 0),
        ("{poisson: {mean: 5 h, minimum: 2 h, step: 1 h}}", 2),
        ("{geometric: {mean: 5 h, step: 2 h}}", 2),
        ("{empirical: {values: {1 h: 0, 2 h: 3, 3 h: 1}}}", 2),
        ("{empirical: {quantiles: {0: 4 h, 1: 9 h}}}", 4),
        ("{mixture: [{share: 0.5, of: 3 h}, {share: 0.5, of: {uniform: {low: 2 h, high: 9 h}}}]}", 2),
        ("{normal: {mean: 3 h, sd: 0 h}}", 3),
        ("{lognormal: {mean: 3 h, cv: 0.2}}", 0),
    ],
)
def test_the_least_that_work_can_take(time, least):
    text = BASE[: BASE.index("      stages:")] + f"      stages: [{{stage: transit, time: {time}}}]\n"
    assert shortest_cycle(parse(text), "house") == pytest.approx(least)


STAGES = [
    "{stage: credit, calendar: early, time: 0 h}, {stage: picking, calendar: office, time: 15 min, cut_off: '05:00'}",
    "{stage: entry, calendar: office, time: 0 h}, {stage: picking, calendar: night, time: 0 h}",
    "{stage: entry, calendar: office, time: 1 h}, {stage: picking, calendar: night, time: 3 h}",
    "{stage: entry, calendar: office, time: 4 h, cut_off: '10:00'}, {stage: scheduling, time: 7 h}, "
    "{stage: picking, calendar: office, time: 3 h}",
    "{stage: entry, calendar: office, time: 20 min, cut_off: '11:30'}, {stage: picking, calendar: night, time: 3 h}",
    "{stage: entry, calendar: office, time: 14 h}, {stage: transit, time: 90 min}",
    "{stage: picking, calendar: night, time: 0 h}, {stage: shipping, calendar: office, departures: {at: ['09:00']}}, "
    "{stage: transit, time: 2 h}",
    "{stage: entry, calendar: office, time: 1 h}, {stage: picking, calendar: early, time: 2 h}, "
    "{stage: shipping, time: 30 min, departures: {at: ['14:00', '20:00'], days: 'tue,thu', closed: [2026-01-06]}}",
    "{stage: entry, calendar: office, time: 1 h, waves: 5 h, cut_off: '14:00'}, "
    "{stage: credit, time: 0 h, hold: {rate: 1, time: 100 min}}, {stage: shipping, departures: {at: ['16:30']}}",
    "{stage: picking, staff: 2, time: 1 h, waves: 90 min}, {stage: transit, time: 1 h}",
    "{stage: entry, calendar: early, time: 1 h, cut_off: '07:00'}, {stage: shipping, departures: {every: 7 h}}",
]


@pytest.mark.parametrize("stages", STAGES)
def test_the_shortest_cycle_is_what_trying_every_minute_finds(stages):
    hours = (
        '{office: {days: mon-fri, hours: "08:00-17:00", closed: [2026-01-07]}, '
        'night: {hours: "22:00-06:00"}, early: {days: "mon,wed,fri", hours: "05:00-09:00"}}'
    )
    text = BASE[: BASE.index("  calendars:")] + f"  calendars: {hours}\n  sites: {{house: {{stages: [{stages}]}}}}\n"
    scenario = parse(text.replace("8 weeks", "3 weeks"))
    from simulator.checks.impossible import _pass

    row = [_pass(scenario, stage, [None], None) for stage in scenario.network.sites["house"].stages]
    tried = []
    for minute in range(3 * 7 * 24 * 60):
        at = minute / 60
        for each in row:
            at = each.forward(at)
        tried.append(at - minute / 60)
    found = shortest_cycle(scenario, "house")
    assert min(tried) - 1 / 60 <= found <= min(tried) + 1e-9


def test_the_cycle_is_shorter_for_those_whose_orders_are_entered_faster():
    text = (
        BASE.replace("{web: {}, edi: {}}", "{web: {}, edi: {entry: edi}}")
        .replace("      stages:", "      stages:\n        - {stage: entry, time: 1 h}")
        .replace("  sites:", "  entry_modes: {edi: {time: 15 min}}\n  sites:")
    )
    scenario = parse(text)
    assert shortest_cycle(scenario, "house", ["key"]) == pytest.approx(26.25)
    assert shortest_cycle(scenario, "house") == pytest.approx(26.25)  # shop uses both
    slow = parse(text.replace("{web: 0.5, edi: 0.5}", "{web: 1.0}"))
    assert shortest_cycle(slow, "house", ["shop"]) == pytest.approx(27)
    assert not warnings("promise: {rule: fixed, time: 26.5 h}", text=text)
    only(
        warnings(
            "when: {segment: key}, promise: {rule: fixed, time: 26.5 h}\n promise: {rule: fixed, time: 26.5 h}",
            text=text.replace("{web: 0.5, edi: 0.5}", "{web: 1.0}"),
        ),
        "service.rules[1].promise.time",
        "at house is 27 h",
    )


def test_the_latest_start_is_the_other_way_round_of_the_finish():
    from simulator.planning.working_time import WorkingTime
    from simulator.scenario.calendars import Calendar
    from simulator.units import exact

    office = WorkingTime(Calendar.model_validate({"days": "mon-fri", "hours": "08:00-16:00"}), dt.date(2026, 1, 5))
    rng = np.random.default_rng(1)
    times = exact(rng.uniform(24, 400, 300)).tolist()
    for by, work in zip(times, rng.choice([0.5, 3, 8, 12.5], 300).tolist(), strict=True):
        start = office.latest_start(by, work)
        if start >= 0:
            assert office.finish(start, work) <= by < office.finish(exact(start + 0.01), work) + 0.01
        else:
            assert office.finish(0.0, work) > by
    assert Pass(1.0, office, 12.0, None).backward(16.0) == 12.0


def test_check_prints_warnings_with_their_places_and_ends_well(tmp_path):
    (tmp_path / "base.yaml").write_text(BASE + f"service:\n  rules:\n    - {{when: {{segment: shop}}, {DAY3}}}\n")
    (tmp_path / "odd.yaml").write_text("extends: base.yaml\nname: Odd\nservice.rules[0].promise.time: 2 h\n")
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "check", "odd.yaml"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "odd.yaml: 2 warnings" in done.stdout
    gap, short = sorted(done.stderr.splitlines())
    assert gap.startswith("warning: base.yaml:")
    assert "service.rules: no rule states a promise" in gap
    assert short.startswith("warning: odd.yaml:3:")
    assert "service.rules[0].promise.time: 2 h cannot be kept" in short
    _, found = look_over(tmp_path / "odd.yaml")
    assert len(found) == 2
