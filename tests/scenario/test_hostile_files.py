"""Whatever is in a file, `load` answers with a scenario or with ScenarioError, and says something useful."""

import os
import random
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading import layers as files
from simulator.scenario.reading import load
from simulator.scenario.scenario import Scenario

GOOD = """\
name: Gift wholesaler
run: {start: 2026-01-05, horizon: 52 weeks, warm_up: 8 weeks, seed: 42}
market:
  channels: {web: {}, account: {}}
  segments:
    key_accounts:
      demand: {rule: poisson, orders: 24 per day}
      channels: {web: 0.2, account: 0.8}
      basket: {lines: {geometric: {mean: 12}}, units: {negative_binomial: {mean: 10, sd: 20}}}
      patience: {weibull: {scale: 14 days, shape: 1.3}}
products:
  mug: {price: 2.95, cost: 1.10, popularity: 40}
  lantern: &lantern {price: 8.50, cost: 3.20, popularity: 12}
  lamp: *lantern
network:
  calendars:
    office: {days: mon-fri, hours: "08:00-17:00", closed: [2026-12-25, 2026-12-26]}
  suppliers:
    importer: {lead_time: {gamma: {mean: 21 days, cv: 0.3}}}
  sites:
    warehouse:
      stages:
        - {stage: entry, staff: 2, calendar: office, time: {exponential: {mean: 5 min}}}
        - {stage: transit, time: {lognormal: {mean: 2 days, cv: 0.4}}}
      stock:
        default: {rule: base_stock, level: 30}
        lantern: {rule: min_max, minimum: 60, maximum: 240}
service:
  rules:
    - when: {segment: key_accounts}
      promise: {rule: fixed, time: 2 days}
    - promise: {rule: fixed, time: 4 days}
  allocation: {rule: first_come}
"""

FUZZ = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def judged(read, *arguments):
    """The scenario, or the text of its faults; any other exception fails the test."""
    try:
        return read(*arguments)
    except ScenarioError as refused:
        error = refused
    assert error.problems
    assert "a fault of the program" not in str(error), str(error)
    assert "pydantic" not in str(error)
    return str(error)


def test_the_scenario_that_is_mutated_below_is_good():
    assert isinstance(judged(load.parse, GOOD), Scenario)


@FUZZ
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes(tmp_path, raw):
    (tmp_path / "a.yaml").write_bytes(raw)
    judged(load.load, tmp_path / "a.yaml")


@FUZZ
@given(st.text(alphabet="ab:-[]{},&*!|>'\"%@#?~. \n\t01_<=", max_size=80))
def test_any_text_of_the_letters_that_mean_something_to_yaml(text):
    judged(load.parse, text)
    judged(load.parse, GOOD + text)


@FUZZ
@given(
    st.lists(
        st.text(max_size=40) | st.from_regex(r"(run|market|products|service)[.\[][a-z0-9.\]]{1,9}=.{0,9}"), max_size=3
    )
)
def test_any_overrides(tmp_path, overrides):
    (tmp_path / "a.yaml").write_text(GOOD)
    judged(load.load, tmp_path / "a.yaml", overrides)


PIECES = [
    "NO",
    "null",
    "~",
    "-1",
    "0",
    "1e308",
    "-1e-320",
    "99999999999999999",
    "2026-01-05",
    "0001-01-01",
    "9999-12-31",
    "[]",
    "{}",
    "[[]]",
    "true",
    '""',
    "x",
    "mixture",
    "{rule: fixed}",
    "3 days",
    "24 per day",
    "99999999999 weeks",
    "0 min",
    "20 % per year",
    "{constant: 0}",
    "[0.5, x]",
    "\u00e9\u202e",
    "{constant: 1e17 days}",
    "-3 days",
    "12:30",
    '"24:00"',
    "*lantern",
    "&a b",
    "rule",
    "file",
    "{file: x}",
    "default",
    ":",
    "'",
    "{",
    "]",
]
VALUES = PIECES[:29]


def mutated(luck: random.Random) -> str:
    """The good text with one to three places replaced, doubled, moved or removed."""
    text = GOOD
    for _ in range(luck.randint(1, 3)):
        start = luck.randrange(len(text))
        end = min(len(text), start + luck.choice([0, 1, 3, 10, 40]))
        if luck.random() < 0.6:  # a whole word or value
            ends = [at for at in range(start, len(text)) if text[at] in ",}]\n:"]
            start = max(text.rfind(sign, 0, start + 1) for sign in " {[\n") + 1
            end = ends[0] if ends else len(text)
        middle = luck.choice([luck.choice(PIECES), "", text[start:end] * 2, luck.choice(GOOD.splitlines()) + "\n"])
        text = text[:start] + middle + text[end:]
    return text


@settings(FUZZ, max_examples=400)
@given(st.integers(0, 2**32))
def test_any_small_damage_to_a_good_scenario(seed):
    judged(load.parse, mutated(random.Random(seed)))


@settings(FUZZ, max_examples=400)
@given(
    st.recursive(
        st.sampled_from(VALUES),
        lambda inner: st.lists(inner, max_size=2).map(lambda of: f"[{', '.join(of)}]"),
        max_leaves=4,
    ),
    st.integers(0, 200),
)
def test_any_value_at_any_place(value, place):
    """Every value of the good text is replaced by any other, of whatever kind."""
    starts = [at for at in range(len(GOOD)) if GOOD.startswith(": ", at)]
    at = starts[place % len(starts)] + 2
    end, depth = at, 0
    while end < len(GOOD) and (depth or GOOD[end] not in ",}\n"):
        depth += (GOOD[end] in "{[") - (GOOD[end] in "}]")
        end += 1
    judged(load.parse, GOOD[:at] + value + GOOD[end:])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "a.yaml: the file is empty (a scenario starts with 'name: …')"),
        (b"\n# nothing\n", "a.yaml: the file is empty (a scenario starts with 'name: …')"),
        (b"- a\n", "a.yaml:1:1: a scenario is a mapping (lines of 'key: value', such as 'name: …')"),
        (b"hello", "a.yaml:1:1: a scenario is a mapping (lines of 'key: value', such as 'name: …')"),
        (b"name: x\nabout: caf\xe9\n", "a.yaml:2:1: the byte 0xe9 at offset 18 is not UTF-8 (save the file as UTF-8)"),
        ("name: x".encode("utf-16"), "a.yaml: the file is in UTF-16 (save it as UTF-8)"),
        (b"PK\x03\x04zip", "a.yaml:1:3: the control character 0x03 (is this a YAML file?)"),
    ],
)
def test_a_file_that_holds_no_scenario(tmp_path, monkeypatch, raw, expected):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_bytes(raw)
    assert judged(load.load, "a.yaml") == expected


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert isinstance(judged(load.load, tmp_path / "a.yaml"), Scenario)
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfnam: x")
    assert ":1:1: nam: unknown key" in judged(load.load, tmp_path / "a.yaml")


def test_a_huge_file_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "big.yaml").open("wb") as file:
        file.truncate(files.LIMIT + 1)
    expected = "big.yaml: larger than 20 MB (keep order histories in a file of their own)"
    assert judged(load.load, "big.yaml") == expected


def test_an_endless_device_is_refused():
    assert "larger than 20 MB" in judged(load.load, "/dev/zero")


def test_a_pipe_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(GOOD,))
    writer.start()
    assert isinstance(judged(load.load, tmp_path / "pipe"), Scenario)
    writer.join()


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(GOOD)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert judged(load.load, "a.yaml") == "a.yaml: cannot be read: Permission denied"


@pytest.mark.parametrize("name", ["x" * 5000, "x" * 5000 + ".yaml", "\ud800.yaml", "\x1b[31mred.yaml", "/", "a/b/../c"])
def test_a_name_that_no_file_has(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    shown = judged(load.load, name)
    assert len(shown) < 1000
    assert shown.isprintable()


def test_a_link_to_itself(tmp_path):
    (tmp_path / "a.yaml").symlink_to(tmp_path / "a.yaml")
    assert "there is no file" in judged(load.load, tmp_path / "a.yaml")


def test_a_working_directory_that_is_gone(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    judged(load.load, "a.yaml")
    judged(load.parse, GOOD)


def test_a_very_long_chain_of_bases(tmp_path):
    for number in range(60):
        (tmp_path / f"{number}.yaml").write_text(f"extends: {number + 1}.yaml\n")
    assert "more than 50 files extend one another" in judged(load.load, tmp_path / "0.yaml")


def test_bases_that_nest_deeper_than_one_file_may(tmp_path):
    """Each file is within the limit; laid over one another they are not."""
    (tmp_path / "a.yaml").write_text("a: " + "{a: " * 90 + "1" + "}" * 90 + "\n")
    path = ".".join("a" * 91)
    (tmp_path / "b.yaml").write_text(f"extends: a.yaml\n{path}: " + "{a: " * 90 + "1" + "}" * 90 + "\n")
    assert "nested more than 100 deep" in judged(load.load, tmp_path / "b.yaml")


def test_thousands_of_faults_are_reported_quickly(tmp_path):
    (tmp_path / "a.yaml").write_text(
        GOOD + "x:\n" + "".join(f"  - {{a: 010, b: NO, c{n}: 1_0}}\n" for n in range(3000))
    )
    assert "… and " in judged(load.load, tmp_path / "a.yaml")
