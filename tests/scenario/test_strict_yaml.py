"""What a scalar, a key and a file mean: YAML without its surprises."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.reading.nodes import Source, plain
from simulator.scenario.reading.yaml_text import compose


def data(text: str) -> Any:
    node, problems = compose(text, Source("a.yaml", Path("/folder")))
    if problems:
        raise ScenarioError(problems)
    assert node is not None
    return plain(node)


def fault(text: str) -> Problem:
    with pytest.raises(ScenarioError) as caught:
        data(text)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12:30", "12:30"),
        ("1:30:00", "1:30:00"),
        ("1e3", 1000.0),
        ("-2", -2),
        ("+2", 2),
        (".5", 0.5),
        ("2.", 2.0),
        ("0", 0),
        ("0.5", 0.5),
        ("-1.5e-3", -0.0015),
        ("2026-01-05", date(2026, 1, 5)),
        ("2026-01-05 08:00", "2026-01-05 08:00"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2 days", "2 days"),
        ("20 %", "20 %"),
        ("85123A", "85123A"),
        ("0x1F", "0x1F"),
        ("y", "y"),
        ("=", "="),
        ('"NO"', "NO"),
        ("'010'", "010"),
        ('"null"', "null"),
        ('"1e3"', "1e3"),
    ],
)
def test_a_scalar_is_what_it_looks_like(written, meant):
    found = data(f"a: {written}")["a"]
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize(
    ("written", "said", "hint"),
    [
        ("NO", "NO can be read as false or as a text", 'write false, or "NO" in quotes'),
        ("yes", "yes can be read as true or as a text", 'write true, or "yes" in quotes'),
        ("Off", "Off can be read as false or as a text", 'write false, or "Off" in quotes'),
        ("010", "010 has a leading zero", 'write 10 or "010"'),
        ("-007", "-007 has a leading zero", 'write -7 or "-007"'),
        ("00.5", "00.5 has a leading zero", 'write 0.5 or "00.5"'),
        ("1_000", "1_000 is no number", 'write 1000, or "1_000" in quotes for a text'),
        (".inf", ".inf is not allowed", "write a finite number, or leave the key out"),
        ("-.Inf", "-.Inf is not allowed", "write a finite number, or leave the key out"),
        (".NaN", ".NaN is not allowed", "write a finite number, or leave the key out"),
        ("1e999", "the number 1e999 is too large", "write it in quotes if it is a text"),
        ("-2e18", "the number -2e18 is too large", "write it in quotes if it is a text"),
        ("1" * 20, f"the number {'1' * 20} is too long", "write it in quotes if it is a text"),
        ("2026-02-30", "there is no day 2026-02-30", "dates are written year-month-day, such as 2026-01-05"),
        ('"a\\0b"', "a control character in a text", "remove the escape sequence"),
    ],
)
def test_what_readers_disagree_about_is_refused_with_the_two_ways_out(written, said, hint):
    assert fault(f"top:\n  a: {written}") == Problem("a.yaml", 2, 6, "top.a", said, hint)


def test_keys_are_the_text_as_written():
    assert data("22423: 1\n010: 2\nNO: 3\n2026-01-05: 4\n1e3: 5\nnull: 6\n") == {
        "22423": 1,
        "010": 2,
        "NO": 3,
        "2026-01-05": 4,
        "1e3": 5,
        "null": 6,
    }


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3\n", "a: 1\nb: 2\n'a': 3\n"])
def test_a_duplicate_key_names_both_lines(text):
    assert str(fault(text)) == "a.yaml:3:1: a: the key 'a' is written twice, first in line 1 (keep one of the two)"


def test_all_faults_of_a_file_are_found_at_once_with_their_paths():
    with pytest.raises(ScenarioError) as caught:
        data("a: NO\nb:\n  - c: 010\n  - {c: 1, d: 1_0}\na: 2\n")
    assert [(each.line, each.column, each.path) for each in caught.value.problems] == [
        (1, 4, "a"),
        (3, 8, "b[0].c"),
        (4, 15, "b[1].d"),
        (5, 1, "a"),
    ]


def test_an_anchor_stands_for_its_value_wherever_it_is_named():
    assert data("a: &x {p: [1, 2]}\nb: *x\nc: [*x]\n") == {
        "a": {"p": [1, 2]},
        "b": {"p": [1, 2]},
        "c": [{"p": [1, 2]}],
    }


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("a: !!python/object:os.system x", 1, 4, "tags (!) are not read"),
        ("a: !foo {b: 1}", 1, 4, "tags (!) are not read"),
        ("!!map {a: 1}", 1, 1, "tags (!) are not read"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, 3, "merge keys (<<) are not read"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document starts here"),
        ("a: 1\n? [b]\n: 2\n", 2, 3, "a key has to be a text"),
        ("{[b]: 2}", 1, 2, "a key has to be a text"),
        ("a: &x 1\n*x : 2\n", 2, 1, "a key cannot be an alias (*)"),
        ("&x a: 1", 1, 1, "a key cannot have an anchor (&)"),
        ("a: 1\n'': 2\n", 2, 1, "a key is expected before the ':'"),
        ("a: *x", 1, 4, "nothing above is anchored as &x"),
        ("a: &x [*x]", 1, 8, "*x stands inside of what it stands for"),
        ("a: 1\n\tb: 2\n", 2, 1, "a tab in the indentation"),
        ("a:\n\tb: 2\n", 2, 1, "a tab in the indentation"),
        ("a: b: c", 1, 5, "a ':' that is not expected here"),
        ("a: 1\nb\nc: 2\n", 3, 1, "a key without ': '"),
        ("a: {b: 1\nc: 2\n", 2, 2, "a ',' or the closing bracket is missing"),
        ("a: [1, 2", 2, 1, "a ',' or the closing bracket is missing"),
        ("a:\n    b: 1\n  c: 2\n", 3, 3, "this line does not fit the lines above"),
        ("a: 'never closed\nb: 1\n", 3, 1, "a quote is opened and never closed"),
        ("a: @home", 1, 4, "a text cannot start with this character"),
        ('a: "\\q"', 1, 5, "a '\\' that starts no known escape"),
        ("a: \0", 1, 4, "a NUL byte"),
        ("a: 1\nb: x\x07", 2, 5, "the control character 0x07"),
    ],
)
def test_what_cannot_be_read_is_told_in_plain_words_with_its_place(text, line, column, said):
    found = fault(text)
    assert (found.line, found.column, found.message) == (line, column, said)


def test_what_is_left_open_names_the_line_where_it_starts():
    assert fault("a: 1\nb: 'never closed\nc: 1\n").hint == "it starts in line 2"
    assert fault("a: 1\nb: [1,\n2\n").hint == "the bracket opens in line 2"


def test_windows_line_ends_are_lines():
    assert data("a: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}
    assert fault("a: 1\r\nb: NO\r\n").line == 2


def test_nesting_is_limited_in_the_text_and_through_aliases():
    assert fault("a: " + "[" * 100_000).message == "nested more than 100 deep"
    assert data("a: " + "[" * 98 + "]" * 98)
    chain = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200))
    assert fault(chain).message == "nested more than 100 deep"


def test_an_alias_bomb_is_stopped():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert fault(bomb).message == "more than 1,000,000 values once the aliases (*) are written out"


def test_the_python_parser_reads_the_same(monkeypatch):
    """The fallback where PyYAML comes without its C library."""
    import yaml

    monkeypatch.setattr("simulator.scenario.reading.yaml_text.LOADER", yaml.SafeLoader)
    assert data("a: {b: [1, 12:30], 010: 'x'}\nc: &x 2\nd: *x\n") == {
        "a": {"b": [1, "12:30"], "010": "x"},
        "c": 2,
        "d": 2,
    }
    assert fault("a:\n\tb: 2\n").message == "a tab in the indentation"
    assert fault("a: 1\nb: NO").line == 2
