"""Damaged input at random: gallery files, values at their paths, order histories, command lines, Python calls; and
what must come of each.

The answer is a result, or a refusal with the place and the fault. `benchmarks/fuzz.py` goes on for as long as wanted.
"""

import json
import random
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import fuzz_calls
import numpy as np

from simulator.checks.conflicts import look_over
from simulator.planning.effort import FloodError, effort
from simulator.replication.measure import catalogue, measure
from simulator.replication.simulate import audit, simulate
from simulator.scenario.errors import ScenarioError, dotted
from simulator.scenario.reading.load import gallery_folder, gallery_names, load, read
from simulator.units import hours, per_hour, share

VALUES = [
    *(
        "0",
        "1",
        "-1",
        "3",
        "0.5",
        "1e-9",
        "1e9",
        "1e308",
        "null",
        "true",
        "x",
        '""',
        "[]",
        "{}",
        "[[]]",
        "NO",
        "2026-03-29",
    ),
    *("0 h", "1 s", "1e-9 s", "45 min", "2 days", "8 weeks", "100 years", "99999 years", "-2 days", "1 per week"),
    *("1e9 per day", "1e-9 per year", "0 %", "50 %", "100 %", "120 %", "20 % per year", "1 per unit per day"),
    *("mon-fri", "sat", "08:00-17:00", "22:00-06:00", "23:59-00:00", "24:00", "Europe/Berlin", "9999-12-31"),
    *(
        "{constant: 0 h}",
        "{exponential: {mean: 1 h}}",
        "{gamma: {mean: 2 days, cv: 9}}",
        "{lognormal: {mean: 1 s, cv: 0}}",
    ),
    *("{poisson: {mean: 0}}", "{poisson: {mean: 2}}", "{geometric: {mean: 1e8}}", "{empirical: {values: [0, 5]}}"),
    *("{rule: poisson, orders: 3 per day}", "{rule: base_stock, level: 0}", "{rule: base_stock, level: 1e9}"),
    *("{rule: periodic, every: 1 day, level: 7}", "{rule: fixed, time: 0 h}", "{rule: lost_sale}", "{rule: backorder}"),
    *("{rule: first_come}", "{at: ['12:00'], days: sun}", "{every: 1 s}", "{segment: x}", "\\u202e"),
]
SHORT = ["run.horizon=3 weeks", "run.warm_up=2 days"]
SMALL = 60_000
"""Events of a replication that is still played here."""
SECONDS = 60


def places(data, path=()):
    """The paths of all values and sections."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def changes(luck: random.Random) -> tuple[str, list[str]]:
    """A scenario of the gallery, and one to three values anywhere in it; most are of the kind that belongs there."""
    name = luck.choice(gallery_names())
    data, found = read(name).data, []
    known = list(places(data))
    for _ in range(luck.randint(1, 3)):
        path = luck.choice(known)
        value = data
        for part in path:
            value = value[part]
        fitting = alike(value, data) if luck.random() < 0.8 else VALUES
        found.append(f"{dotted(path)}={luck.choice(fitting or VALUES)}")
    return name, found


DURATIONS = ["0 h", "1e-9 s", "1 s", "1 min", "59 min", "7.5 h", "1 day", "2.25 days", "3 weeks", "1 year", "900 years"]
RATES = ["1e-9 per year", "1 per week", "7 per day", "90 per day", "1e9 per day"]
NUMBERS = ["0", "0.1", "0.3333333", "0.999", "1", "1.5", "2", "7", "100", "1e4", "1e7", "1e15"]
SHARES = ["0 %", "0.1 %", "33.3 %", "99.99 %", "100 %"]


def alike(value, data) -> list[str]:
    """Other values of the kind of one that a scenario has; none where it is not known."""
    if isinstance(value, bool) or value is None:
        return ["true", "false", "null"]
    if isinstance(value, (int, float)):
        return [*NUMBERS, *SHARES, f"{value * 2}", f"{value / 3}"]
    for read_as, others in ((hours, DURATIONS), (per_hour, RATES), (share, [*SHARES, *NUMBERS])):
        with suppress(ValueError):
            read_as(value)
            return others
    if isinstance(value, str):  # a name, perhaps of something else that there is
        return [json.dumps(part) for path in places(data) for part in path[-1:] if isinstance(part, str)]
    return ["null", "{}", "[]"]


def damaged(luck: random.Random) -> str:
    """The text of a gallery scenario with one to three pieces replaced, doubled or removed."""
    name = luck.choice(gallery_names())
    text = (gallery_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    for _ in range(luck.randint(1, 3)):
        start = luck.randrange(len(text))
        end = min(len(text), start + luck.choice([0, 1, 3, 10, 40]))
        if luck.random() < 0.7:  # a whole word or value
            start = max(text.rfind(sign, 0, start + 1) for sign in " {[\n") + 1
            end = min([at for at in range(start, len(text)) if text[at] in ",}]\n:"], default=len(text))
        line = luck.choice(text.splitlines()) + "\n"
        text = text[:start] + luck.choice([luck.choice(VALUES), "", text[start:end] * 2, line]) + text[end:]
    return text.replace("extends: ", f"extends: {gallery_folder() / name}/../") if "extends: /" in text else text


CELLS = [
    *("", " ", "1", "2", "0", "-1", "1e9", "1e300", "nan", "inf", "x", '"', '"a,b"', "mug", "cup", "nosuch", "\u0661"),
    *("2026-01-05", "2026-01-05 14:30", "2026-03-29T02:30", "2026-10-25T02:30+02:00", "9999-12-31", "0001-01-01"),
    *("05/01/2026", "=1+1", "mug\n", "\0", "\u202e", "1,5", "2026-01-05T14:30Z"),
]
REPLAYED = """\
name: Replayed
run: {{horizon: 3 weeks{zone}}}
market:
  history: {{file: o.csv, columns: {{segment: {segment}}}}}
  segments: {{a: {{demand: {{rule: replayed}}}}, b: {{demand: {{rule: resampled, orders: 3 per day}}}}}}
products: {{mug: {{price: 2, cost: 1}}, cup: {{price: 1}}}}
network:
  suppliers: {{s: {{lead_time: 2 days}}}}
  sites: {{w: {{stock: {{default: {{rule: base_stock, level: 4}}}}}}}}
"""


def history(luck: random.Random) -> tuple[str, bytes]:
    """A scenario that replays a history, and the history with some cells, lines or bytes damaged."""
    rows = [["order", "time", "sku", "units", "group"]]
    for number in range(30):
        time_of_day = f"2026-01-{5 + number // 2:02d} 1{number % 10}:00"
        rows.append([str(number // 2), time_of_day, luck.choice(["mug", "cup"]), "2", luck.choice("ab")])
    for _ in range(luck.randint(0, 3)):
        row = luck.choice(rows)
        row[luck.randrange(len(row))] = luck.choice(CELLS)
        if luck.random() < 0.2:
            luck.choice(rows).append(luck.choice(CELLS))
    raw = "\n".join(",".join(row) for row in rows).encode()
    if luck.random() < 0.3:
        at = luck.randrange(len(raw))
        raw = raw[:at] + luck.choice([b"\xff", b"\n", b"\0", b'"', b"", b";"]) + raw[at + luck.choice([0, 1, 200]) :]
    zone = luck.choice(["", "", ", zone: Europe/Berlin", ", zone: UTC"])
    return REPLAYED.format(zone=zone, segment=luck.choice(["group", "null"])), raw


def judge(scenario: str | Path, overrides: list[str]) -> str:
    """What came of it: "refused", "flood" or "played"; anything but a proper answer raises."""
    with in_time():
        try:
            loaded, _ = look_over(scenario, overrides)
        except ScenarioError as error:
            proper(error)
            return "refused"
        if effort(loaded).flood(1):
            return "flood"
        return play(scenario, overrides)


def play(scenario: str | Path, overrides: list[str]) -> str:
    """One replication of three weeks: every law holds, and every KPI is a number that can be."""
    try:
        short = load(scenario, [*overrides, *SHORT])
        if effort(short).events > SMALL:
            return "long"
        ledger = simulate(short)
    except FloodError:
        return "flood"
    except ScenarioError as error:  # three weeks may be too short for something in it
        proper(error)
        return "refused"
    audit(ledger)
    measures = measure(ledger)
    for name, slices in measures.values.items():
        kpi = catalogue()[name]
        for dimension, values in slices.items():
            weights = measures.weights.get(name, {}).get(dimension)
            assert not np.isinf(values).any(), f"{name} by {dimension!r} is infinite"
            if weights is not None:
                assert not np.isnan(values[weights > 0]).any(), f"{name} by {dimension!r} is no number"
            if kpi.proportion:
                within = np.isnan(values) | ((values >= -1e-9) & (values <= 1 + 1e-9))
                assert within.all(), f"{name} by {dimension!r} is {values[~within]}"
    return "played"


def proper(error: ScenarioError) -> None:
    """A refusal says where, and what is wrong, and never that the program is at fault."""
    assert error.problems
    for each in error.problems:
        assert each.message, error
        assert each.file, error
        assert each.line >= 1 or each.file.startswith("--set") or not each.path, str(each)
    for sign in ("fault of the program", "pydantic", "Traceback", "Error: "):
        assert sign not in str(error), str(error)


class TooLongError(AssertionError):
    """An answer that does not come."""


@contextmanager
def in_time():
    """At most so many seconds of work."""

    def stop(*_):
        raise TooLongError(f"no answer in {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    began = time.perf_counter()
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        assert time.perf_counter() - began < 2 * SECONDS


KINDS = ["set", "text", "history", "command", "python"]


def one(seed: int, folder: Path) -> str:
    """One input by its number: what it is, and what came of it."""
    luck = random.Random(seed)
    file = folder / "s.yaml"
    kind = luck.choice(KINDS)
    if kind == "command":
        words = fuzz_calls.typed(luck, folder)
        with in_time():
            return f"{kind}: {fuzz_calls.answered(words, folder)}"
    if kind == "python":
        call = fuzz_calls.called(luck)
        with in_time():
            return f"{kind}: {fuzz_calls.returned(*call)}"
    if kind == "set":
        name, overrides = changes(luck)
        return f"{kind}: {judge(name, overrides)}"
    if kind == "text":
        file.write_text(damaged(luck), encoding="utf-8")
    else:
        text, raw = history(luck)
        file.write_text(text, encoding="utf-8")
        (folder / "o.csv").write_bytes(raw)
    return f"{kind}: {judge(file, [])}"


def described(seed: int, folder: Path) -> str:
    """What an input is, to look at it."""
    luck = random.Random(seed)
    kind = luck.choice(KINDS)
    if kind == "command":
        return "simulator " + " ".join(f"'{word}'" for word in fuzz_calls.typed(luck, folder))
    if kind == "python":
        name, _, named = fuzz_calls.called(luck)
        return f"simulator.{name}(..., **{named})"
    if kind == "set":
        name, overrides = changes(luck)
        return f"simulator run {name} " + " ".join(f"--set '{each}'" for each in overrides)
    return f"{kind} {seed}: left in {folder}"
