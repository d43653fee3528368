"""What the models allow at a place of a scenario, read from their JSON schema.

The schema sees through optional fields, dictionaries, lists and unions of rules alike, so that
no walker of model fields has to know about them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from simulator.plugins import changes
from simulator.scenario.errors import Part
from simulator.scenario.reading.nodes import Node, Scalar, child

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
