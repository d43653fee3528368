"""Shifts over midnight and their cut-off, and a story in the order of time, as a person traced them."""

import pytest
from scenes import play

from simulator.engine.facts import Served
from simulator.reports.story import tell

NIGHT = """
name: Near midnight
run: {{start: 2026-01-05, horizon: 3 weeks, seed: 1}}
market:
  segments:
    a: {{demand: {{rule: scheduled, every: 100 weeks, first: {placed} h}}, basket: {{units: 1}}}}
products: {{p: {{price: 10, cost: 5}}}}
network:
  calendars: {{c: {{days: {days}, hours: "{hours}"}}}}
  sites: {{w: {{stages: [{{stage: picking, {staff}calendar: c, cut_off: "{cut_off}", time: 1 h}}]}}}}
"""


@pytest.mark.parametrize("staff", ["staff: 1, ", ""], ids=["staffed", "unlimited"])
@pytest.mark.parametrize(
    ("cut_off", "hours", "placed", "begun"),
    [
        ("23:30", "22:00-06:00", 23.25, 23.25),  # Monday 23:15, in time
        ("23:30", "22:00-06:00", 23.5, 23.5),  # just in time
        ("23:30", "22:00-06:00", 23.75, 46.0),  # too late for Monday's shift: Tuesday 22:00
        ("23:30", "22:00-06:00", 24.25, 46.0),  # as late, a quarter after midnight
        ("23:30", "22:00-06:00", 29.5, 46.0),  # and at half past five in the morning
        ("23:30", "22:00-06:00", 40.0, 46.0),  # Tuesday afternoon, in time for Tuesday night
        ("02:00", "22:00-06:00", 12.0, 22.0),  # Monday noon
        ("02:00", "22:00-06:00", 23.0, 23.0),  # an hour after the shift began, three before its cut-off
        ("02:00", "22:00-06:00", 26.0, 26.0),  # Tuesday 2:00, just in time
        ("02:00", "22:00-06:00", 27.0, 46.0),  # Tuesday 3:00 is for the next shift
        ("02:00", "22:00-06:00", 31.0, 46.0),  # Tuesday 7:00 as well
        ("21:00", "22:00-06:00", 20.5, 22.0),  # a cut-off before the shift: in time
        ("21:00", "22:00-06:00", 21.5, 46.0),  # too late for it
        ("14:00", "08:00-17:00", 15.0, 32.0),  # a shift by day: after the cut-off on the next day
        ("14:00", "08:00-17:00", 7.0, 8.0),
        ("23:30", "22:00-06:00", 119.75, 190.0),  # Friday 23:45: Monday 22:00
        ("02:00", "22:00-06:00", 123.0, 190.0),  # Saturday 3:00, in Friday's shift: Monday 22:00
    ],
)
def test_what_comes_after_the_cut_off_is_for_the_next_shift(staff, cut_off, hours, placed, begun):
    """Monday is 2026-01-05. Shifts begin from Monday to Friday; that of Friday ends on Saturday."""
    scene = NIGHT.format(cut_off=cut_off, hours=hours, placed=placed, staff=staff, days="mon-fri")
    assert [fact.started for fact in play(scene).of(Served)] == [begun]


def test_the_shift_in_which_the_run_begins_has_its_cut_off():
    """The run begins at midnight, in the middle of Sunday's shift, which took what came by 23:30."""
    for cut_off, placed, begun in (("23:30", 1.0, 22.0), ("02:00", 1.0, 1.0), ("02:00", 3.0, 22.0)):
        scene = NIGHT.format(cut_off=cut_off, hours="22:00-06:00", placed=placed, staff="staff: 1, ", days="daily")
        assert [fact.started for fact in play(scene).of(Served)] == [begun]


GIVEN_UP = """
name: Part given up
run: {start: 2026-01-05, horizon: 20 days, seed: 1}
market:
  segments:
    a:
      demand: {rule: scheduled, every: 100 weeks, first: 0 h}
      basket: {units: 6}
      patience: 5 days
products: {p: {price: 10, cost: 5}}
network:
  suppliers: {s: {lead_time: 10 days}}
  sites: {w: {stock: {p: {rule: base_stock, level: 4}}}}
"""


def test_a_story_is_told_in_the_order_of_time():
    """Four of six are there on the 5th; the customer gives the other two up on the 10th, and only then is that told."""
    lines = list(tell(play(GIVEN_UP), 1))[1:]
    days = [line.split()[1] for line in lines]
    assert days == sorted(days)
    assert [line.split()[1] for line in lines if "given up" in line] == ["2026-01-10", "2026-01-10"]
