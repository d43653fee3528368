"""An order history is checked with the scenario: every fault with its line, and times by the clock on the wall."""

import gzip
from pathlib import Path

import pytest
from command import command

import simulator
from simulator.engine.facts import Ordered
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import load
from simulator.scenario.scenario import Scenario

SCENARIO = """\
name: Replayed
run: {start: 2026-03-28, horizon: 4 weeks}
market:
  history: {file: o.csv}
  segments:
    all: {demand: {rule: replayed}}
products: {mug: {price: 2}, cup: {}}
network: {sites: {w: {}}}
"""
HEADER = "order,time,sku,units\n"
BERLIN = ["run.zone=Europe/Berlin"]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SCENARIO)


def said_of(content, changes=(), name="o.csv"):
    """What is said of a history, one fault in a line; "" if nothing."""
    with open(name, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    try:
        load("s.yaml", changes)
    except ScenarioError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "1,2026-01-05,mgu,2\n",
            "o.csv:2:1: sku: there is no SKU 'mgu' in products; did you mean 'mug'?",
        ),
        (
            "1,2026-01-05,mug,2\n2,2026-01-05,x,2\n3,2026-01-05,x,2\n",
            "o.csv:3:1: sku: there is no SKU 'x' in products; known: mug, cup (it is in 2 lines)",
        ),
        ("1,2026-01-05,mug\n", "o.csv:2:1: 3 cells, the header has 4"),
        ("1,2026-01-05,mug,2,9\n", "o.csv:2:1: 5 cells, the header has 4"),
        (
            '1,2026-01-05,"mug,2\n2,2026-01-05,mug,1\n',
            "o.csv:2:1: 3 cells, the header has 4 (it goes on to line 3: is a quote not closed?)",
        ),
        (",2026-01-05,mug,2\n", "o.csv:2:1: order: is empty"),
        ("1,2026-01-05,,2\n", "o.csv:2:14: sku: is empty"),
        ('1,2026-01-05,"",2\n', "o.csv:2:14: sku: is empty"),
        (
            "1,05/01/2026,mug,2\n",
            "o.csv:2:3: time: a date and time such as 2026-01-05 14:30 is expected, found '05/01/2026'",
        ),
        ("1,9999-01-05,mug,2\n", "o.csv:2:3: time: a year from 1900 to 2999 is expected, found '9999-01-05'"),
        (
            "1,2026-01-05,mug,1\n2,1926-01-05,mug,1\n3,2026-01-06,mug,1\n",
            "o.csv:3:1: time: 1926-01-05 is more than 50 years from other orders "
            "(the first is of 1926-01-05, the last of 2026-01-06)",
        ),
        (
            "1,2026-01-05,mug,0\n",
            "o.csv:2:18: units: must be above 0, found 0 (a return is no sale: leave it out)",
        ),
        *(
            (f'1,2026-01-05,mug,"{each}"\n', "o.csv:2:18: units: a number such as 12 or 2.5 is expected, found " + said)
            for each, said in {
                "nan": "'nan'",
                "inf": "'inf'",
                "1e300": "'1e300'",
                "1_000": "'1_000'",
                "1,5": "'1,5'",
                "\u0661": "'\u0661'",
                "": "''",
            }.items()
        ),
        (
            "1,2026-01-05,mug,4006381333931\n",
            "o.csv:2:18: units: must be at most 1,000,000,000, found 4006381333931 "
            "(is it a number of something else, or the file damaged?)",
        ),
        ("", "s.yaml:4:19: market.history.file: o.csv: holds no sale"),
        ("1,2026-01-05,m\0g,4\n", "o.csv:2:1: not a table: a NUL byte"),
    ],
)
def test_a_row_at_fault_is_named(rows, expected):
    assert said_of(HEADER + rows) == expected


def test_all_rows_at_fault_are_told_with_the_faults_of_the_scenario(tmp_path):
    (tmp_path / "s.yaml").write_text(SCENARIO.replace("price: 2", "price: -2"))
    assert said_of(HEADER + "1,2026-01-05,mug,x\n2,2026-01-05,mug,1\n3,monday,mug,1\n").splitlines() == [
        "o.csv:2:18: units: a number such as 12 or 2.5 is expected, found 'x'",
        "o.csv:4:3: time: a date and time such as 2026-01-05 14:30 is expected, found 'monday'",
        "s.yaml:7:25: products.mug.price: must be 0 or more, found -2 (Selling price of one unit)",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "order,date,sku,qty\n1,2026-01-05,mug,1\n",
            "o.csv:1:1: no column 'time' (the file has order, date, sku, qty; say which is meant in "
            "market.history.columns.time)",
        ),
        ("order;time;sku;units\n", "o.csv:1:1: the cells are not separated by commas (save the file as CSV with"),
        ("order,time,sku,units,sku\n", "o.csv:1:12: two columns are called 'sku' (rename one)"),
        (b"order,time\nm\xffg", "o.csv:2:1: not UTF-8 (save the file as UTF-8)"),
        (HEADER.encode("utf-16"), "o.csv: the file is in UTF-16 (save it as CSV, UTF-8)"),
        (b"PK\x03\x04", "o.csv: an Excel workbook, or another archive (save the sheet as CSV, UTF-8)"),
        (gzip.compress(b"order" * 99)[:-9], "o.csv: cannot be read: Compressed file ended before"),
        (gzip.compress(b"order,time,sku," + b"x" * 2_000_000), "o.csv:1:1: not a table: a line of more than 1,000,000"),
        ("x" * 200_000, "o.csv:1:1: not a table: field larger than field limit"),
    ],
    ids=["no time", "semicolons", "twice", "latin", "utf-16", "workbook", "cut off", "one line", "one cell"],
)
def test_a_file_that_is_no_history(content, expected):
    assert expected in said_of(content)


def test_no_line_of_another_file_is_shown():
    assert "secret" not in said_of("user:secret:0:0\nsecret,secret\n")


@pytest.mark.parametrize("file", ["missing.csv", ".", "/dev/zero", "x" * 5000, "a\0b"])
def test_what_is_no_file(file):
    said = said_of("", [f'market.history.file="{file}"'.replace("\0", "\\0")])
    assert "market.history.file: " in said
    assert len(said) < 1000


def test_columns_may_have_other_names_and_a_file_may_be_zipped_and_end_with_blank_rows():
    said = said_of(
        gzip.compress("\ufeffdoc,when,item,qty,what\n1,2026-03-28,mug,2,S\n2,x,y,z,R\n,,,,\n\n".encode()),
        ["market.history.columns={order: doc, time: when, sku: item, units: qty, type: what, sale: S}"],
    )
    assert said == ""


def test_a_file_that_changes_is_read_again():
    assert said_of(HEADER + "1,2026-01-05,mug,1\n") == ""
    assert "no SKU 'nix'" in said_of(HEADER + "1,2026-01-05,nix,11\n")


SEGMENTS = ["market.history.columns={segment: group}"]


def test_segments_that_do_not_meet():
    history = "order,time,sku,units,group\n1,2026-01-05,mug,1,al\n"
    assert said_of(history, SEGMENTS) == "o.csv:1:1: group: no order is of segment 'all'; did you mean 'al'?"
    assert said_of(history + "2,2026-01-06,mug,1,all\n3,2026-01-06,unknown,1,al\n", SEGMENTS) == ""
    done = command("check", "s.yaml", "--set", SEGMENTS[0])
    assert "2 of 3 orders are of segments that the scenario does not have: 'al' (they are left out)" in done.stderr


def test_a_scenario_that_was_not_loaded_finds_the_same_faults(tmp_path):
    said_of(HEADER + "1,2026-01-05,mug,1\n")
    loaded = load("s.yaml")
    (tmp_path / "o.csv").write_text(HEADER + "1,2026-01-05,nosuch,2\n")
    with pytest.raises(ScenarioError, match="no SKU 'nosuch'"):
        simulator.simulate(Scenario.model_validate(loaded.source))


def test_check_and_run_end_with_status_2():
    said_of(HEADER + "1,2026-01-05,nosuch,2\n")
    for words in (["check", "s.yaml"], ["run", "s.yaml", "-n", "1"]):
        done = command(*words)
        assert done.returncode == 2, words
        assert "o.csv:2:1: sku: there is no SKU 'nosuch' in products; known: mug, cup" in done.stderr


def test_a_time_with_a_zone_needs_to_know_where_the_clock_hangs():
    row = "1,2026-01-05T09:00+01:00,mug,2\n"
    assert said_of(HEADER + row) == (
        "o.csv:2:1: time: the time 2026-01-05 09:00+01:00 has a time zone, the scenario has none "
        "(say where its clock hangs, such as run.zone: Europe/Berlin: times are then converted)"
    )
    assert "that of line 3 has none (write all alike)" in said_of(HEADER + row + "2,2026-01-05,mug,2\n", BERLIN)
    assert "did you mean 'Europe/Berlin'" in said_of(HEADER + row, ["run.zone=Europe/Berln"])


def test_times_are_those_of_the_clock_on_the_wall():
    """In Berlin clocks went from 02:00 to 03:00 on 29 March 2026: two hours of UTC later it is three hours later.

    in the file            on the wall           hours from midnight of the first day, 28 March
    2026-03-28T23:30Z      29 March 00:30        24.5
    2026-03-29T00:30Z      29 March 01:30        25.5
    2026-03-29T01:30Z      29 March 03:30        27.5
    2026-03-28T18:00-05:00 29 March 00:00        24
    2026-03-28T12:00Z      28 March 13:00        13
    """
    times = [
        "2026-03-28T23:30Z",
        "2026-03-29T00:30Z",
        "2026-03-29T01:30Z",
        "2026-03-28T18:00-05:00",
        "2026-03-28T12:00Z",
    ]
    said_of(HEADER + "".join(f"{number},{time},mug,1\n" for number, time in enumerate(times)))
    ledger = simulator.simulate(load("s.yaml", BERLIN))
    assert [each.at for each in ledger.of(Ordered)] == [13, 24, 24.5, 25.5, 27.5]
    told = command("check", "s.yaml", "--set", *BERLIN).stderr
    assert "the times of 5 orders have a time zone and are converted to Europe/Berlin" in told


def test_an_hour_that_comes_twice_and_one_that_never_comes():
    """Clocks went from 03:00 back to 02:00 on 25 October 2026: 00:30 and 01:30 of UTC are both 02:30."""
    rows = "1,2026-10-25T00:30Z,mug,1\n2,2026-10-25T01:30Z,mug,1\n3,2026-10-25T01:45Z,mug,1\n"
    assert said_of(HEADER + rows, BERLIN) == ""
    ledger = simulator.simulate(load("s.yaml", BERLIN))
    assert [each.at for each in ledger.of(Ordered)] == [2.5, 2.5, 2.75]
    told = command("check", "s.yaml", "--set", *BERLIN).stderr
    assert "converted to Europe/Berlin (3 of them fall into an hour that comes twice: both are put into it)" in told
    assert said_of(HEADER + "1,2026-03-29T02:30,mug,1\n", BERLIN) == (
        "o.csv:2:1: time: there was no 2026-03-29 02:30 in Europe/Berlin: the clocks were put forward "
        "(are the times those of another zone, such as UTC?)"
    )
    assert said_of(HEADER + "1,2026-03-29T02:30,mug,1\n") == ""


def test_orders_after_the_end_are_told():
    said_of(HEADER + "1,2026-03-28,mug,1\n2,2026-06-01,mug,1\n")
    done = command("check", "s.yaml")
    assert done.returncode == 0
    assert (
        "market.segments.all.demand: 1 of 2 orders come after the end of the run and are left out "
        "(all come within run.horizon: 66 days)"
    ) in done.stderr


def test_a_rhythm_that_does_not_move_a_segment_is_told():
    """The replayed and the scheduled orders stay at their times; those of `random` follow the market's rhythm."""
    said_of(HEADER + "1,2026-01-05,mug,1\n")
    text = SCENARIO.replace(
        "    all: {demand: {rule: replayed}}\n",
        "    all: {demand: {rule: replayed}}\n"
        "    fixed: {demand: {rule: scheduled, every: 1 day, first: 9 h}, basket: {units: 1}}\n"
        "    random: {demand: {rule: poisson, orders: 1 per day}, basket: {units: 1}}\n"
        "  rhythm: {weekdays: [2, 1, 1, 1, 1, 0, 0]}\n",
    )
    Path("s.yaml").write_text(text)
    told = command("check", "s.yaml").stderr
    for name, rule in (("all", "replayed"), ("fixed", "scheduled")):
        said = f"{rule} demand has times of its own: the market's rhythm does not move it"
        assert f"market.segments.{name}.demand: {said}" in told
    assert "segments.random" not in told
