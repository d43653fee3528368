"""The page that a fit writes says what its data say, whatever the names, and can be read by people."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from simulator.fitting import Options, fit
from simulator.fitting.scenario_text import WIDTH, page
from simulator.scenario.reading.load import parse

NAMES = [
    "22423",
    "85123A",
    "0012",
    "1e3",
    "NO",
    "on",
    "~",
    "null",
    "a: b",
    "x #1",
    "it's",
    "[1]",
    "12:30",
    "-",
    "?",
    "2026-01-05",
    "&a",
    "*",
    "{}",
    "!t",
    "%d",
    "@x",
    "é",
    "default",
    "y",
    "a,b",
    "8_000",
    "true",
    '"',
    "\\",
]


@pytest.fixture
def odd(rows: Callable[..., Path]) -> Path:
    """One order a day of every odd name as SKU, segment and channel."""
    quoted = [name.replace('"', '""') for name in NAMES]
    return rows(
        *(f'{n},2026-01-{5 + n % 14:02d},"{name}",1,2,"{name}","{name}"' for n, name in enumerate(quoted)),
        header="order,date,sku,qty,price,segment,channel",
    )


def test_odd_names_come_back_as_they_were(odd: Path) -> None:
    found = fit(odd)
    assert parse(found.text).source == found.scenario
    assert set(found.scenario["products"]) == set(NAMES)


def test_any_yaml_reader_takes_skus_for_text(odd: Path) -> None:
    assert set(yaml.safe_load(fit(odd).text)["products"]) == set(NAMES)


def test_no_line_is_too_wide_but_for_a_text_that_cannot_be_broken(odd: Path) -> None:
    for line in fit(odd).text.splitlines():
        assert len(line) <= WIDTH or ": " in line.split("#")[0]


def test_entries_stay_in_their_order_and_comments_above_them() -> None:
    data = {"name": "x", "run": {"b": 1, "a": 2.50}, "market": {"z": {"c": [1, 2]}}}
    text = page(data, {("market", "z", "c"): "why", ("run",): "how long"}, "Head\nline")
    assert (
        text
        == """\
# Head
# line
name: x

# how long
run: {b: 1, a: 2.5}

market:
  z:
    # why
    c: [1, 2]
"""
    )


def test_the_same_file_gives_the_same_text(odd: Path) -> None:
    assert fit(odd).text == fit(odd, Options()).text
