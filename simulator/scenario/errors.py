"""How a scenario says what is wrong with it: where, what, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 50
"""So many problems are printed; the rest are only counted."""

Part = str | int
"""One step of a path into a scenario: a key, or the index of a list entry."""


class Fault(ValueError):  # noqa: N818 (reads as a sentence where it is raised)
    """Something wrong, and what would be right; the code that catches it knows the place."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class At(Fault):
    """What a validator raises when the fault lies deeper than the model that found it.

    `path` leads from the model that raises to the value at fault, so that the loader can name
    its line: a root model raises `At(("market", "basket", "mgu"), "no such product")`.
    """

    def __init__(self, path: Iterable[Part], message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.path = tuple(path)


class Several(ValueError):  # noqa: N818
    """Many faults found by one validator, reported together."""

    def __init__(self, faults: Iterable[At]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{dotted(fault.path)}: {fault.message}" for fault in self.faults))


@dataclass(frozen=True, order=True)
class Problem:
    """One fault, with the place that a planner opens to mend it.

    `line` and `column` count from 1; 0 means that the fault has no line (a missing file, `--set`).
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        said = f"{self.message} ({self.hint})" if self.hint else self.message
        return f"{place}: {self.path}: {said}" if self.path else f"{place}: {said}"


class ScenarioError(Exception):
    """A scenario that cannot be used: every problem found, in the order of file and line.

    >>> print(ScenarioError([Problem("a.yaml", 2, 7, "run.seed", "must be 0 or more, found -1")]))
    a.yaml:2:7: run.seed: must be 0 or more, found -1
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"… and {len(self.problems) - SHOWN} more")
        return "\n".join(lines)


def dotted(path: Iterable[Part]) -> str:
    """A path as a planner writes it in an override.

    >>> dotted(["service", "rules", 0, "promise.v2"])
    'service.rules[0]."promise.v2"'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            quoted = f'"{part}"' if not part or set(part) & set('.[]"') else part
            text += f".{quoted}" if text else quoted
    return text


STEP = re.compile(r'(?:^|\.)(?:"([^"]+)"|([^."\[\]]+))|\[([0-9]{1,9})\]')


def steps(path: str) -> list[Part]:
    """The steps of a path. Raises Fault for a text that is none.

    >>> steps('service.rules[0]."v1.2".time')
    ['service', 'rules', 0, 'v1.2', 'time']
    """
    found: list[Part] = []
    at = 0
    while at < len(path):
        step = STEP.match(path, at)
        if not step:
            break
        quoted, name, index = step.groups()
        found.append(int(index) if index else quoted or name)
        at = step.end()
    if not path or at < len(path):
        raise Fault(f"'{path}' is no path", "write it like service.rules[0].promise.time")
    return found


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or an empty text."""
    import difflib  # only for errors

    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else ""


def choice(word: str, known: Iterable[str]) -> str:
    """What to say after an unknown word: the one that was meant, or those there are.

    >>> choice("prise", ["price", "cost"]), choice("x", ["price", "cost"])
    ("; did you mean 'price'?", '; known: price, cost')
    """
    names = list(known)
    if near := closest(word, names):
        return f"; did you mean '{near}'?"
    if len(names) > 15:
        names[12:] = [f"… ({len(names)} in all)"]
    return f"; known: {', '.join(names)}" if names else ""
