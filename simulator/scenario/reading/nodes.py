"""The tree of a scenario before it is judged: every node knows who wrote it, and where."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from simulator.plugins import changes
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


Schema = dict[str, Any]


_shapes: dict[type[BaseModel], tuple[tuple[int, tuple[str, ...]], Shape]] = {}


def shape_of(root: type[BaseModel]) -> Shape:
    """The shape of a root model: its schema takes longer than a whole scenario, so that it is worked out once for what
    users have added and for the sections that are registered."""
    made_of = changes(), tuple(root.model_fields)
    if root not in _shapes or _shapes[root][0] != made_of:
        _shapes[root] = made_of, Shape(root)
    return _shapes[root][1]


class Shape:
    """The schema of a root model, walked along the nodes of one scenario."""

    def __init__(self, root: type[BaseModel]) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.root = root.model_json_schema()
        except Exception:  # a model without schema costs us the suggestions, not the error message
            self.root = {}

    def keys(self, tree: Node, path: Iterable[Part]) -> dict[str, str]:
        """The keys that a mapping may have, with their descriptions; empty if any key may be used."""
        found: dict[str, str] = {}
        for schema in self._at(tree, list(path)):
            for key, value in schema.get("properties", {}).items():
                found.setdefault(key, self._description(value))
        return found

    def describe(self, tree: Node, path: Iterable[Part]) -> str:
        """The description of the field at a path, or an empty text."""
        *parent, last = path or [""]
        return self.keys(tree, parent).get(str(last), "")

    def tags(self, tree: Node, path: Iterable[Part]) -> list[str]:
        """The values of `rule:` that are known at a place."""
        reached = self._reach(tree, list(path))
        return [tag for schema in reached for part in self._parts(schema) for tag in self._mapping(part)]

    def _at(self, tree: Node, path: list[Part]) -> Iterator[Schema]:
        node: Node | None = tree
        for part in path:
            node = child(node, part) if node is not None else None
        for schema in self._reach(tree, path):
            yield from self._branches(schema, node)

    def _reach(self, tree: Node, path: list[Part]) -> list[Schema]:
        """The schemas that a path leads to, before a rule is chosen."""
        schemas, node = [self.root], tree
        for part in path:
            inner = [branch for schema in schemas for branch in self._branches(schema, node)]
            schemas = [found for branch in inner if (found := _step(branch, part)) is not None]
            below = child(node, part)
            if below is None:
                break
            node = below
        return schemas

    def _branches(self, schema: Schema, node: Node | None) -> Iterator[Schema]:
        """The schemas without alternatives behind a schema, narrowed to the node's own rule."""
        for part in self._parts(schema):
            choices = self._mapping(part)
            key = part["discriminator"]["propertyName"] if choices else ""
            rule = child(node, key) if node is not None else None
            if isinstance(rule, Scalar) and rule.text in choices:
                yield self._resolved({"$ref": choices[rule.text]})
            elif not choices:
                yield part

    def _parts(self, schema: Schema) -> Iterator[Schema]:
        schema = self._resolved(schema)
        inner = schema.get("anyOf") or schema.get("allOf")
        if not inner and "discriminator" not in schema:
            inner = schema.get("oneOf")
        if not inner:
            yield schema
            return
        for part in inner:
            yield from self._parts(part)

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = self.root.get("$defs", {}).get(name, {})
        return schema

    def _mapping(self, schema: Schema) -> dict[str, str]:
        found: dict[str, str] = schema.get("discriminator", {}).get("mapping", {})
        return found

    def _description(self, schema: Schema) -> str:
        text = str(schema.get("description") or self._resolved(schema).get("description") or "")
        return text.strip().partition("\n")[0].rstrip(".")


def _step(schema: Schema, part: Part) -> Schema | None:
    if isinstance(part, int):
        before = schema.get("prefixItems", [])
        found = before[part] if part < len(before) else schema.get("items")
    else:
        found = schema.get("properties", {}).get(part, schema.get("additionalProperties"))
    return found if isinstance(found, dict) else None
