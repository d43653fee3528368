"""The tree of a scenario before it is judged: every node knows who wrote it, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from simulator.scenario.errors import Part, Problem, ScenarioError

DEEPEST = 100
LARGEST = 1_000_000
"""Nodes of one scenario with every alias written out."""

Value = str | int | float | bool | date | None

Plain = Value | dict[str, "Plain"] | list["Plain"]


class Source(NamedTuple):
    """Who wrote a node: a file by the name to print, and the folder its relative paths start from.

    `--set` has no lines to number.
    """

    name: str
    folder: Path
    numbered: bool = True


class Mark(NamedTuple):
    """Where a node was written."""

    source: Source
    line: int
    column: int

    def problem(self, message: str, hint: str = "", path: str = "") -> Problem:
        """A problem at this place."""
        line, column = (self.line, self.column) if self.source.numbered else (0, 0)
        return Problem(self.source.name, line, column, path, message, hint)


@dataclass(slots=True)
class Scalar:
    """A leaf: its value and the text as written; `broken` once a problem has been reported for it."""

    mark: Mark
    value: Value
    text: str
    broken: bool = False

    @property
    def removes(self) -> bool:
        """An explicit null. A value merely forgotten must not delete anything."""
        return self.value is None and self.text != "" and not self.broken


@dataclass(slots=True)
class Mapping:
    """Keys in the order written, each with the place of the key itself."""

    mark: Mark
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Mark] = field(default_factory=dict)
    flow: bool = False


@dataclass(slots=True)
class Sequence:
    """A list."""

    mark: Mark
    items: list[Node] = field(default_factory=list)
    flow: bool = False


Node = Scalar | Mapping | Sequence


def below(node: Node) -> list[Node]:
    """The nodes directly inside a node."""
    if isinstance(node, Mapping):
        return list(node.entries.values())
    return node.items if isinstance(node, Sequence) else []


def child(node: Node, part: Part) -> Node | None:
    """The node at one step of a path, None where there is none."""
    if isinstance(node, Mapping) and isinstance(part, str):
        return node.entries.get(part)
    if isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
        return node.items[part]
    return None


def check_size(root: Node) -> None:
    """Stop an alias bomb before anything walks through it.

    Few lines of aliases can stand for billions of nodes, and for nesting that exhausts the stack;
    so each node is measured once, however often it is named.
    """
    measured: dict[int, tuple[int, int]] = {}
    todo = [root]
    while todo:
        node = todo[-1]
        inner = [each for each in below(node) if not isinstance(each, Scalar)]
        if due := [each for each in inner if id(each) not in measured]:
            todo += due
            continue
        todo.pop()
        size = 1 + len(below(node)) - len(inner) + sum(measured[id(each)][0] for each in inner)
        depth = 1 + max((measured[id(each)][1] for each in inner), default=0)
        measured[id(node)] = size, depth
        if size > LARGEST:
            said = f"more than {LARGEST:,} values once the aliases (*) are written out"
            raise ScenarioError([root.mark.problem(said)])
        if depth > DEEPEST:
            raise ScenarioError([node.mark.problem(f"nested more than {DEEPEST} deep")])


def plain(node: Node) -> Plain:
    """The data of a tree. A relative path under a key `file` starts from the file that wrote it."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: _file(entry) if key == "file" else plain(entry) for key, entry in node.entries.items()}


def planted(data: Plain, mark: Mark) -> Node:
    """The tree of plain data, all of it written at one place: what `plain` takes apart."""
    if isinstance(data, dict):
        return Mapping(mark, {key: planted(value, mark) for key, value in data.items()}, dict.fromkeys(data, mark))
    if isinstance(data, list):
        return Sequence(mark, [planted(item, mark) for item in data])
    return Scalar(mark, data, "null" if data is None else str(data))


def _file(node: Node) -> Plain:
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
        return str(node.mark.source.folder / node.value)
    return plain(node)
