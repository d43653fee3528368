"""Warnings of too much work: which stage, how much, since when; and what is no overload."""

import datetime as dt
import subprocess
import sys

import pytest

from simulator.checks.overload import overloads, unstable
from simulator.scenario.errors import dotted
from simulator.scenario.reading.load import parse

ONE_DESK = """
name: One desk
run: {{start: 2026-01-05, horizon: {horizon}}}
market:
  {market}
  segments: {{all: {{demand: {demand}, basket: {basket}}}}}
products: {{p: {{}}}}
network:
  calendars: {{office: {{days: mon-fri, hours: "09:00-17:00"}}, night: {{hours: "22:00-06:00"}}}}
  sites: {{w: {{stages: [{stages}]}}}}
"""
USUAL = {
    "horizon": "52 weeks",
    "market": "rhythm: {}",
    "demand": "{rule: poisson, orders: 10 per hour}",
    "basket": "{units: 1}",
    "stages": "{stage: picking, staff: 1, time: {exponential: {mean: 12 min}}}",
}


def found(**changes: str) -> list[tuple[str, str, float]]:
    """Kind, path and mean load of every warning."""
    scenario = parse(ONE_DESK.format(**{**USUAL, **changes}))
    return [(each.kind, dotted(each.fault.path), round(each.load.mean, 4)) for each in overloads(scenario)]


STAFF = "network.sites.w.stages[{}].staff"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [("overload", STAFF.format(0), 2.0)]),
        # Orders by the clock, and work that fills the time between them: nobody ever waits.
        (
            {
                "demand": "{rule: scheduled, every: 100 min, first: 20 min}",
                "stages": "{stage: picking, staff: 1, time: 100 min}",
            },
            [("nearly_full", STAFF.format(0), 1.0001)],
        ),
        # An M/M/1 queue at 100 % never settles; orders and work that are fixed beforehand do.
        (
            {"stages": "{stage: picking, staff: 2, time: {exponential: {mean: 12 min}}}"},
            [("overload", STAFF.format(0), 1.0)],
        ),
        (
            {
                "stages": "{stage: picking, staff: 2, time: 12 min}",
                "demand": "{rule: scheduled, every: 6 min, first: 0 h}",
            },
            [("nearly_full", STAFF.format(0), 1.0)],
        ),
        ({"stages": "{stage: picking, staff: 3, time: {exponential: {mean: 12 min}}}"}, []),
        ({"stages": "{stage: picking, staff: 1, time: 5.5 min}"}, [("nearly_full", STAFF.format(0), 0.9167)]),
        ({"stages": "{stage: picking, time: 12 min}"}, []),  # no limit of staff
        # 10 x 168 x 3 lines x 2 min = 168 h a week; the time of the order itself makes it too much.
        (
            {"stages": "{stage: picking, staff: 1, time: 1 min, line_time: 2 min}", "basket": "{lines: 3, units: 1}"},
            [("overload", STAFF.format(0), 1.1667)],
        ),
        # Half of the orders hold nothing: 5 an hour are left, of 2 lines in the mean.
        (
            {
                "stages": "{stage: picking, staff: 1, time: 11.5 min}",
                "basket": "{orders: [{share: 1, lines: {p: 0}}, {share: 1, lines: {p: 1}}]}",
            },
            [("nearly_full", STAFF.format(0), 0.9583)],
        ),
        # Staffed for 40 of 168 hours, and for 56.
        ({"stages": "{stage: entry, staff: 7, calendar: office, time: 12 min}"}, [("overload", STAFF.format(0), 1.2)]),
        ({"stages": "{stage: entry, staff: 7, calendar: night, time: 12 min}"}, []),
        ({"stages": "{stage: entry, staff: 6, calendar: night, time: 12 min}"}, [("overload", STAFF.format(0), 1.0)]),
        # Packing gets what picking passes on, and is not overloaded; without the limit at picking it is.
        (
            {"stages": "{stage: picking, staff: 1, time: 12 min}, {stage: packing, staff: 1, time: 8 min}"},
            [("overload", STAFF.format(0), 2.0)],
        ),
        (
            {"stages": "{stage: picking, time: 12 min}, {stage: packing, staff: 1, time: 8 min}"},
            [("overload", STAFF.format(1), 1.3333)],
        ),
        # Mondays have three times the work of other days: the week as a whole is below 100 %.
        (
            {
                "market": "rhythm: {weekdays: [3, 1, 1, 1, 1, 0, 0]}",
                "stages": "{stage: picking, staff: 1, time: 5 min}",
            },
            [],
        ),
    ],
)
def test_offered_work_against_staffed_hours(changes: dict[str, str], expected: list[tuple[str, str, float]]) -> None:
    """Ten orders an hour, counted by hand."""
    assert found(**changes) == expected


def test_overload_in_december_only() -> None:
    """December has 2.4 times the orders of other months: 10 / hour x 2.4 x 12 / 13.4 x 4 min = 1.43 times the work.

    2026-12-01 is a Tuesday: the week of 30 November has six days of it, the one of 28 December four days.
    """
    scenario = parse(
        ONE_DESK.format(
            **{
                **USUAL,
                "market": "rhythm: {months: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2.4]}",
                "stages": "{stage: picking, staff: 1, time: 4 min}",
                "horizon": "60 weeks",
            }
        )
    )
    [only] = overloads(scenario)
    assert (only.kind, only.since, only.weeks) == ("overload_for_weeks", dt.date(2026, 11, 30), 5)
    assert only.load.by_week.max() == pytest.approx(10 * 2.4 * 12 / 13.4 * 4 / 60)
    assert "has up to 1.43 times the work that its staff can do in 5 of 60 weeks" in only.message
    assert "worked off later" in only.message
    assert not unstable(scenario)


def test_demand_that_grows_is_too_much_from_some_week_on() -> None:
    """From 80 % of what can be done, growing by half a year: 100 % after log(1.25) / log(1.5) = 0.55 years."""
    text = ONE_DESK.format(
        **{
            **USUAL,
            "market": "rhythm: {trend: 0.5}",
            "stages": "{stage: picking, staff: 1, time: 4.8 min}",
            "horizon": "104 weeks",
        }
    )
    [only] = overloads(parse(text))
    assert only.kind == "overload"
    assert abs((only.since - dt.date(2026, 1, 5)).days - 0.5503 * 365) < 7
    assert "the queue grows without end" in only.message


def test_a_week_in_which_nobody_is_there() -> None:
    """The office is closed for a week: what came is worked off later, and is told."""
    closed = ", ".join(f"2026-08-{day:02}" for day in range(3, 8))
    text = ONE_DESK.format(**{**USUAL, "stages": "{stage: entry, staff: 10, calendar: office, time: 12 min}"})
    [only] = overloads(parse(text.replace('hours: "09:00-17:00"', f'hours: "09:00-17:00", closed: [{closed}]')))
    assert (only.kind, only.since, only.weeks) == ("overload_for_weeks", dt.date(2026, 8, 3), 1)
    assert only.as_json()["highest_week"] == pytest.approx(10 * 168 * 0.2 / 400)


TWO_SITES = """
name: Two sites, one of them overloaded
run: {start: 2026-01-05, horizon: 20 weeks}
market:
  channels: {web: {entry: edi}, phone: {entry: hand}}
  segments:
    north:
      {demand: {rule: poisson, orders: 2 per hour}, channels: {web: 0.5, phone: 0.5}, basket: {lines: 4, units: 1},
       site: n}
    south:
      {demand: {rule: poisson, orders: 2 per hour}, channels: {web: 1}, basket: {lines: 4, units: 1}, site: s}
products: {p: {price: 1}, q: {price: 1}}
network:
  entry_modes: {edi: {time: 1 min}, hand: {time: 10 min, line_time: 15 min}}
  suppliers: {maker: {lead_time: 30 min, capacity: 1}, other: {lead_time: 1 day}}
  sites:
    n: {stages: [{stage: entry, staff: 1, time: 1 min}]}
    s:
      stages: [{stage: entry, staff: 1, time: 1 min}]
      stock: {p: {rule: base_stock, level: 9, supplier: maker}, q: {rule: base_stock, level: 9, supplier: other}}
      returns: {inspection: {staff: 1, time: 1 h}}
service: {rules: [{returns: {rate: 0.2, lag: 1 h}}]}
"""


def test_sites_channels_suppliers_and_the_returns_desk() -> None:
    """North's phone orders take 1 x 70 min an hour; south's 8 lines an hour are 4 orders of 30 min, and 1.6 returns."""
    north, desk, maker = overloads(parse(TWO_SITES))
    assert north.message.startswith("entry at n has 1.18 times the work that its staff can do: the queue grows")
    assert desk.message.startswith("inspection of returns at s has 1.6 times the work that its staff can do")
    assert maker.message.startswith("the supplier maker has 2.0 times the work that its capacity can do: its deliv")
    assert [dotted(each.fault.path) for each in (desk, maker)] == [
        "network.sites.s.returns.inspection.staff",
        "network.suppliers.maker.capacity",
    ]
    assert len(unstable(parse(TWO_SITES))) == 3


def test_what_leaves_the_queue_or_is_lost_before_it_is_not_sure_to_grow_without_end() -> None:
    """A full waiting room bounds the queue; lost sales may take away what makes the dock too busy."""
    text = TWO_SITES.replace(
        "{stage: entry, staff: 1, time: 1 min}]}", "{stage: entry, staff: 1, time: 1 min, places: 5}]}"
    )
    lost = text.replace("service: {", "service: {stockout: {rule: lost_sale}, ")
    assert [each.load.leaves for each in overloads(parse(text))] == [True, False, False]
    assert "orders are turned away, or give up" in overloads(parse(text))[0].message
    assert len(unstable(parse(text))) == 2
    assert [each.load.stage for each in unstable(parse(lost))] == []
    assert [each.kind for each in overloads(parse(lost))] == ["overload", "possible_overload", "possible_overload"]
    assert "would have 2.0 times the work that its capacity can do, if no order were lost" in (
        overloads(parse(lost))[2].message
    )


def test_check_names_the_line_of_the_staff(tmp_path):
    """`check` says it with the place, and ends well."""
    (tmp_path / "desk.yaml").write_text(ONE_DESK.format(**USUAL))
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "check", "desk.yaml"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "desk.yaml: 1 warning" in done.stdout
    assert (
        "warning: desk.yaml:10:48: network.sites.w.stages[0].staff: picking at w has 2.0 times the work that its staff "
        "can do: the queue grows without end (from the week of 5 January 2026 on)" in done.stderr
    )
