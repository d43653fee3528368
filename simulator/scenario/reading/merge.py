"""A what-if laid over its base: which keys stay, which go, which are replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from simulator.scenario.errors import Fault, Part, Problem, dotted
from simulator.scenario.reading.nodes import Mapping, Mark, Node, Scalar, Sequence
from simulator.scenario.reading.syntax import choice

DISTRIBUTIONS = frozenset(
    {
        "constant",
        "exponential",
        "gamma",
        "lognormal",
        "weibull",
        "normal",
        "uniform",
        "triangular",
        "erlang",
        "poisson",
        "geometric",
        "negative_binomial",
        "empirical",
        "mixture",
    }
)
"""Names of which a mapping holds exactly one: another one takes its place."""

STEP = re.compile(r'(?:^|\.)(?:"([^"]+)"|([^."\[\]]+))|\[([0-9]{1,9})\]')


def merged(base: Node, child: Node) -> Node:
    """The child over its base: mappings key by key, anything else as a whole.

    An explicit null removes the base's key. A rule with another tag, or another distribution,
    replaces the old one, whose settings would mean nothing to it.
    """
    if not (isinstance(base, Mapping) and isinstance(child, Mapping)) or _another_kind(base, child):
        return child
    entries, keys = dict(base.entries), dict(base.keys)
    for key, new in child.entries.items():
        if key in entries and isinstance(new, Scalar) and new.removes:
            del entries[key], keys[key]
            continue
        entries[key] = merged(entries[key], new) if key in entries else new
        keys[key] = child.keys[key]
    return Mapping(child.mark, entries, keys, child.flow)


def _another_kind(base: Mapping, child: Mapping) -> bool:
    if "rule" in child.entries:
        return _tag(base) != _tag(child)
    # Both must be distributions: a product called `uniform` may get company.
    both = [*base.entries, *child.entries]
    return len(base.entries) == len(child.entries) == 1 and both[0] != both[1] and DISTRIBUTIONS.issuperset(both)


def _tag(node: Mapping) -> str | None:
    rule = node.entries.get("rule")
    return rule.text if isinstance(rule, Scalar) else None


def is_path(key: str) -> bool:
    """Whether a top-level key addresses a part, as in `service.rules[0].promise.time`."""
    return "." in key or "[" in key


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


def put_all(root: Mapping, parts: Iterable[tuple[str, Mark, Node]], problems: list[Problem]) -> Mapping:
    """The root with every addressed part changed; what cannot be addressed goes to `problems`."""
    known = []
    for path, mark, value in parts:
        try:
            known.append((steps(path), mark, value))
        except Fault as fault:
            problems.append(mark.problem(fault.message, fault.hint))
    # A new rule replaces the old one's settings, so it must not come after settings of its own.
    for way, mark, value in sorted(known, key=lambda part: part[0][-1] != "rule"):
        try:
            changed = _put(root, way, mark, value, [])
        except Fault as fault:
            problems.append(mark.problem(fault.message, fault.hint, dotted(way)))
            continue
        assert isinstance(changed, Mapping)
        root = changed
    return root


def _put(node: Node, way: list[Part], mark: Mark, value: Node, done: list[Part]) -> Node:
    """A copy of the node with the value laid over what lies at the end of the way."""
    head, *rest = way
    here = dotted(done) or "the scenario"
    if isinstance(head, int):
        return _put_entry(node, head, rest, mark, value, done)
    if not isinstance(node, Mapping):
        hint = "address an entry, such as [0]" if isinstance(node, Sequence) else "write the whole of it instead"
        raise Fault(f"{here} is {_kind(node)} and has no key '{head}'", hint)
    if not rest:
        return replace(merged(node, Mapping(mark, {head: value}, {head: mark})), mark=node.mark)
    if head not in node.entries:
        raise Fault(f"{here} has no '{head}'{choice(head, node.entries)}", f"write {dotted([*done, head])} as a whole")
    changed = _put(node.entries[head], rest, mark, value, [*done, head])
    return replace(node, entries={**node.entries, head: changed})


def _put_entry(node: Node, index: int, rest: list[Part], mark: Mark, value: Node, done: list[Part]) -> Node:
    here = dotted(done) or "the scenario"
    if not isinstance(node, Sequence):
        raise Fault(f"{here} is {_kind(node)}, not a list", "leave out the [..]")
    if index >= len(node.items):
        last = len(node.items) - 1
        raise Fault(f"{here} has no entry [{index}]", f"the last one is [{last}]" if last >= 0 else "the list is empty")
    if not rest and isinstance(value, Scalar) and value.removes:
        raise Fault("an entry of a list cannot be removed", "write the whole list")
    old = node.items[index]
    new = _put(old, rest, mark, value, [*done, index]) if rest else merged(old, value)
    return replace(node, items=[*node.items[:index], new, *node.items[index + 1 :]])


def _kind(node: Node) -> str:
    return "a mapping" if isinstance(node, Mapping) else "a list" if isinstance(node, Sequence) else "a single value"
