"""Command lines and Python calls at random, on a scenario that is quick to play; and what must come of each.

The answer of a command is a result with status 0, or words on standard error with another one; that of a call is a
value, or an error raised by this package that says what is wrong.
"""

import inspect
import random
import traceback
import warnings
from pathlib import Path

import click
import numpy as np
from command import command

import simulator
from simulator.cli.main import cli
from simulator.scenario.reading.load import load

PLAYED = "textbook/base_stock"
QUICK = ["run.horizon=3 weeks", "run.warm_up=0 h"]
ONCE_ONLY = {"workers", "dask", "scheduler", "plugins", "plugin", "help", "executor", "progress"}
"""What starts other programs, loads code or ends at once."""
WORDS = [
    *("0", "1", "2", "-1", "3", "0.5", "1e9", "95", "x", "", "nan", "inf", "2 days", "0 h", "1 week"),
    *("line_fill_rate", "total_cost", "order_cycle_time", "lin_fill", "sku", "segment", "site", "item"),
    *("run.seed=2", "run.horizon=2 weeks", "run.seed=x", "network.sites.x=1", "=", "a=b=c"),
    *("network.sites.warehouse.stock.item.level=20..22", "run.seed=1,2", "run.seed=9..3", "line_fill_rate=1"),
    *("r.html", "r.db", "r.csv", "w.xlsx", "p.png", "no/where/r.html", "s.yaml", "\u202e", "[red]x[/red]", PLAYED),
]
COUNTS = ["1", "2", "3", "0", "-1", "x", "1e9"]
VALUES = [
    *(None, True, False, 0, 1, 2, -1, 0.5, 0.95, float("nan"), float("inf"), 10**12, "", "x", "line_fill_rate"),
    *("total_cost", "r.db", "cores", "2 days", [], {}, (), ["line_fill_rate"], ["x"], {"line_fill_rate": 0.01}),
    *({"line_fill_rate": "5 %"}, {"x": 1}, {"run.seed": [1, 2]}, {"run.seed": []}, {"run.seed": (1, 3)}, object()),
    *(np.float64(2.0), np.int64(2), b"x", Path("r.db"), [1], ["quickstart", 3], {1: 2}, "kn", "ocba", "sobol", "lhs"),
]
FEW = {"replications": 2, "points": 4, "trials": 2, "most": 3, "budget": 12, "first": 2, "cap": 3}
"""Arguments of which a large value is no fault, but takes its time."""


def typed(luck: random.Random, folder: Path) -> list[str]:
    """A command line."""
    (folder / "s.yaml").write_text("name: x\nrun: {horizon: 1 week}\n", encoding="utf-8")
    name = luck.choice(sorted(cli.commands))
    words = [name]
    for parameter in cli.commands[name].params:
        if isinstance(parameter, click.Argument):
            count = luck.choice([1, 1, 1, 1, 0, 2]) if parameter.nargs == -1 else luck.choice([1] * 9 + [0])
            words += [luck.choice([PLAYED] * 6 + ["r.db", "s.yaml", *WORDS[:2]]) for _ in range(count)]
        elif parameter.name not in ONCE_ONLY and (parameter.required or luck.random() < 0.2):
            option = luck.choice(parameter.opts)
            if isinstance(parameter, click.Option) and parameter.is_flag:
                words.append(option)
            elif isinstance(parameter.type, click.Choice) and luck.random() < 0.8:
                words += [option, str(luck.choice(list(parameter.type.choices)))]
            else:
                words += [option, luck.choice(COUNTS if parameter.type.name.startswith("integer") else WORDS)]
    if any("--set" in each.opts for each in cli.commands[name].params):
        words += [word for change in QUICK for word in ("--set", change)]
    if any("--workers" in each.opts for each in cli.commands[name].params):
        words += ["--workers", "1"]
    counted = [each for each in cli.commands[name].params if "-n" in each.opts]
    return words + (["-n", "2"] if counted and "-n" not in words and "--replications" not in words else [])


def answered(words: list[str], folder: Path) -> str:
    """What came of a command line: "done", or "refused" with words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        done = command(*words, cwd=folder)
    for sign in ("Traceback", "fault of the program", "pydantic"):
        assert sign not in done.stderr, done.stderr[-600:]
    if done.returncode == 0:
        return "done"
    assert done.returncode in (1, 2), done.returncode
    assert done.stderr.strip(), "no word of what is wrong"
    return "refused"


def called(luck: random.Random) -> tuple[str, list[object], dict[str, object]]:
    """A public function with arguments, of which at least the scenario is mostly what it should be."""
    name = luck.choice(["run", "compare", "sweep", "select", "sensitivity", "find_warm_up", "simulate", "optimise"])
    scenario = load(PLAYED, QUICK)
    given = luck.choice([scenario] * 5 + [*VALUES[:2], "quickstrat", "textbook/nothing"])
    first = [given, scenario] if name in ("compare", "select") and luck.random() < 0.9 else given
    named: dict[str, object] = {}
    parameters = list(inspect.signature(getattr(simulator, name)).parameters.values())[1:]
    for each in parameters:
        if each.name in ONCE_ONLY or each.name in ("store", "yes", "overrides"):
            continue
        if each.default is inspect.Parameter.empty or luck.random() < 0.3:
            named[each.name] = luck.choice(VALUES)
        elif each.name in FEW:
            named[each.name] = FEW[each.name]
    return name, [first], named


def returned(name: str, given: list[object], named: dict[str, object]) -> str:
    """What came of a call: "done", or "refused" by an error of this package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            getattr(simulator, name)(*given, **named)
        except (simulator.ScenarioError, LookupError, ValueError, TypeError) as error:
            refusal = error
        else:
            return "done"
    assert str(refusal), "an error without words"
    where = traceback.extract_tb(refusal.__traceback__)[-1].filename
    assert "/simulator/" in where.replace("\\", "/"), f"{type(refusal).__name__} in {where}: {refusal}"
    return "refused"
