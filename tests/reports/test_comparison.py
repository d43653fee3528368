"""The chart of a comparison shows what was found, and a table says it in words."""

import math
from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from simulator.drawing.study_charts import differences, height
from simulator.experiments.differences import Difference
from simulator.reports.comparison_tables import alike, difference_said, panel, short, worth_said

FOUND = Difference(
    "on_time",
    "More stock",
    "",
    "",
    "share of orders",
    "higher",
    0.90,
    0.94,
    0.04,
    0.03,
    0.05,
    "paired t",
    20,
    0.005,
    "better",
    None,
    8.0,
)
OPEN = replace(FOUND, mean=0.01, low=-0.01, high=0.03, verdict="undecided", more=35)


def test_dots_stand_at_the_differences_and_the_zone_is_as_wide_as_worth():
    """In percentage points; full where it is decided, empty where it is not."""
    shown = [panel("On time", ["More stock", "Most stock"], [FOUND, OPEN])]
    sheet = Figure(figsize=(7, height(shown)))
    differences(sheet, shown)
    (axes,) = sheet.axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    spans = [line for line in axes.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 1.4]
    assert [float(dot.get_xdata()[0]) for dot in dots] == pytest.approx([4, 1])
    assert [list(span.get_xdata()) for span in spans] == [pytest.approx([3, 5]), pytest.approx([-1, 3])]
    assert [dot.get_markerfacecolor() == "white" for dot in dots] == [False, True]
    zones = [zone.get_paths()[0].vertices[:, 0] for zone in axes.collections]
    assert [(zone.min(), zone.max()) for zone in zones] == [pytest.approx((-0.5, 0.5))] * 2
    assert axes.get_xlim()[0] < -1
    assert axes.get_xlim()[1] > 5


def test_a_difference_without_an_interval_has_its_dot_alone():
    lone = replace(FOUND, low=math.nan, high=math.nan, verdict="undecided", more=None)
    shown = [panel("On time", ["More stock"], [lone])]
    sheet = Figure(figsize=(7, height(shown)))
    differences(sheet, shown)
    assert not [line for line in sheet.axes[0].lines if line.get_linewidth() == 1.4]
    assert difference_said(lone) == ("+4.0", "")


def test_numbers_and_verdicts_are_said_as_they_are_read():
    assert difference_said(FOUND) == ("+4.0", "+3.0 to +5.0")
    worse = replace(FOUND, mean=-0.04, low=-0.05, high=-0.03)
    assert difference_said(worse) == ("−4.0", "−5.0 to −3.0")
    assert worth_said(FOUND) == "0.5 points"
    assert [short(FOUND), short(OPEN), short(replace(OPEN, more=None))] == [
        "better",
        "undecided, ~35 more",
        "undecided, > 10,000 more",
    ]
    same = replace(FOUND, kpi="margin", mean=0.0, low=0.0, high=0.0, verdict="no difference")
    assert alike([FOUND, same]) == ["margin"]
    assert alike([replace(same, kpi="on_time"), FOUND]) == []
