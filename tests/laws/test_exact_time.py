"""Two events meant for one instant are at one instant, whatever the units and however their times were reached."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import play

from simulator.engine.facts import Kind
from simulator.engine.ledger import Ledger
from simulator.scenario.reading.load import parse
from simulator.units import exact, hours, multiples

SCALED = """
name: Everything meets everything
run: {{start: 2026-01-05, horizon: {horizon}, seed: 1}}
market:
  segments:
    one: {{demand: {{rule: scheduled, every: {every}, first: {first}}}, basket: {{units: 1}}, patience: {patience}}}
    two: {{demand: {{rule: scheduled, every: {other}, first: 0}}, basket: {{units: 2}}, requested: {lag}}}
products: {{p: {{price: 10, cost: 5}}}}
network:
  suppliers:
    s: {{lead_time: {lead_time}}}
    plant: {{lead_time: {work}, capacity: 1}}
  sites:
    w:
      stock: {{p: {{{rule}}}}}
      stages:
        - {{stage: entry, staff: 1, places: 2, time: {entry}, patience: {entry}}}
        - {{stage: picking, staff: 1, time: {work}, waves: {wave}}}
        - {{stage: packing, time: {entry}, departures: {{every: {departs}}}}}
service:
  rules: [{{promise: {{rule: fixed, time: {promise}}}}}]
"""
RULES = (
    "rule: base_stock, level: 3, supplier: s",
    "rule: base_stock, level: 4, supplier: plant",
    "rule: periodic, level: 9, every: {review}, supplier: s",
    "rule: min_max, minimum: 2, maximum: 6, supplier: s",
)
TIMES = (
    "every",
    "first",
    "other",
    "patience",
    "lag",
    "lead_time",
    "work",
    "entry",
    "wave",
    "departs",
    "promise",
    "review",
)


def scaled(numbers: dict[str, int], rule: str, seconds: int) -> Ledger:
    """The system with all its times in a unit of so many seconds, for 400 of them."""
    words = {name: f"{number * seconds} s" for name, number in numbers.items()}
    text = SCALED.format(horizon=f"{400 * seconds} s", rule=rule.format(**words), **words)
    return play(parse(text))


def times_of(ledger: Ledger, kind: Kind) -> dict[str, np.ndarray]:
    """The columns of a kind of fact that hold times."""
    names = {"at", "queued", "started", "ended", "promised", "requested", "until", "placed"}
    return {name: column for name, column in ledger.columns(kind).items() if name in names}


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.fixed_dictionaries({name: st.integers(1, 12) for name in TIMES}),
    st.sampled_from(RULES),
    st.sampled_from([1, 7, 10, 60, 600, 1200, 2940]),
)
def test_a_system_in_minutes_or_seconds_is_the_same_system_in_hours(numbers, rule, seconds):
    in_hours, other = scaled(numbers, rule, 3600), scaled(numbers, rule, seconds)
    for kind in in_hours.kinds:
        for (name, mine), theirs in zip(in_hours.columns(kind).items(), other.columns(kind).values(), strict=True):
            if name in times_of(in_hours, kind):
                mine, theirs = mine * 3600, np.rint(theirs * 3.6e6) / 1000 * 3600 / seconds
                np.testing.assert_allclose(theirs, mine, rtol=1e-12, err_msg=f"{kind.__name__}.{name}")
            else:
                np.testing.assert_array_equal(theirs, mine, err_msg=f"{kind.__name__}.{name}")


SHIFTED = """
name: Office hours
run: {{start: 2026-01-05, horizon: 4 weeks, seed: 1}}
market:
  segments:
    one: {{demand: {{rule: scheduled, every: {every} h, first: {first} min}}, basket: {{units: 1}}}}
products: {{p: {{price: 10, cost: 5}}}}
network:
  calendars: {{office: {{days: mon-sat, hours: "{opens}-{closes}"}}}}
  sites:
    w:
      stages:
        - {{stage: picking, staff: {staff}, time: {work} h, calendar: office, cut_off: "{cut_off}"}}
        - {{stage: packing, time: {packing} h, calendar: office}}
        - {{stage: shipping, departures: {{at: ["{leaves}"]}}}}
"""


def shifted(minutes: int, *, every: int, first: int, staff: int, work: int, packing: int, leaves: int) -> Ledger:
    """A day's work from 8 to 16 o'clock, everything so many minutes later."""
    at = {"opens": 8, "closes": 16, "cut_off": 14, "leaves": leaves}
    words = {name: f"{hour:02}:{minutes:02}" for name, hour in at.items()}
    rest = {"every": every, "staff": staff, "work": work, "packing": packing, "first": first * 60 + minutes}
    return play(parse(SHIFTED.format(**words, **rest)))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    st.integers(1, 59),
    st.fixed_dictionaries(
        {
            "every": st.integers(1, 30),
            "first": st.integers(7, 17),
            "staff": st.integers(1, 3),
            "work": st.integers(1, 9),
            "packing": st.integers(1, 5),
            "leaves": st.integers(9, 17),
        }
    ),
)
def test_a_day_that_begins_some_minutes_later_goes_as_the_same_day(minutes, numbers):
    sharp, later = shifted(0, **numbers), shifted(minutes, **numbers)
    for kind in sharp.kinds:
        for name, column in times_of(sharp, kind).items():
            moved = times_of(later, kind)[name]
            within = column < 4 * 168 - 1  # what happens in the last hour may be after the end of the other run
            assert len(column) - len(moved) <= np.count_nonzero(~within)
            np.testing.assert_allclose(
                moved[: len(column)][within[: len(moved)]], (column + minutes / 60)[: len(moved)][within[: len(moved)]]
            )


@pytest.mark.parametrize("text", ["20 min", "40 min", "8.1 h", "7 s", "0.35 days", "490 min"])
def test_a_time_is_the_same_number_however_it_is_reached(text):
    time = hours(text)
    assert time == exact(time)
    assert exact(time * 3 * 7 / 21) == time
    total = 0.0
    for _ in range(1000):
        total = exact(total + time)
    assert total == exact(1000 * time)
    assert (multiples(total, time), multiples(exact(total - 1 / 3.6e6), time)) == (1000, 999)


def test_exactness_lasts_for_ten_thousand_years():
    century = 100 * 8760.0
    assert exact(century * 100 + 1 / 3) == exact(century * 100 + 20 / 60)
    assert exact(np.array([1 / 3, np.inf, np.nan]))[:2].tolist() == [1 / 3, np.inf]
