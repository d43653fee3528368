"""pydantic's findings in the words of somebody who fills in a form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError

from simulator.scenario.errors import At, Part, Problem, Several, choice, dotted
from simulator.scenario.reading.nodes import Mapping, Mark, Node, Scalar, Shape, below, child, plain, shape_of
from simulator.units import hours, in_words, per_hour, share, written_rate

_NAMES = {
    "a whole number": "int_type int_parsing int_from_float int_parsing_size",
    "a number": "float_type float_parsing decimal_type decimal_parsing",
    "true or false": "bool_type bool_parsing",
    "a text": "string_type string_sub_type",
    "a mapping (key: value)": "dict_type model_type model_attributes_type mapping_type dataclass_type",
    "a list": "list_type tuple_type set_type frozen_set_type iterable_type",
    "a date such as 2026-01-05": "date_type date_parsing date_from_datetime_parsing date_from_datetime_inexact",
    "a date and time such as 2026-01-05 14:30": "datetime_type datetime_parsing datetime_from_date_parsing",
    'a time of day such as "14:30"': "time_type time_parsing",
}
KINDS = {error: name for name, errors in _NAMES.items() for error in errors.split()}
"""What was expected where a value is of the wrong kind, by pydantic's name of the error."""

_LIMITS = {
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be less than {lt}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "finite_number": "must be a finite number",
    "too_short": "must have {min_length} or more entries",
    "too_long": "must have {max_length} or fewer entries",
    "string_too_short": "must have {min_length} or more letters",
    "string_too_long": "must have {max_length} or fewer letters",
    "string_pattern_mismatch": "must look like {pattern}",
    "none_required": "must be left out",
}


def found(node: Node) -> str:
    """What a planner wrote, by its kind."""
    if not isinstance(node, Scalar):
        return "a mapping" if isinstance(node, Mapping) else "a list"
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text {_short(value)!r}"
    kind = "" if isinstance(value, bool) else "the date " if isinstance(value, date) else "the number "
    return f"{kind}{_short(node.text)}"


def limit(error: Any, node: Node) -> str:
    """What a value of the right kind has to keep to, or an empty text."""
    pattern = _LIMITS.get(error["type"])
    if not pattern:
        return ""
    context = {name: _plain_number(value) for name, value in error.get("ctx", {}).items()}
    if error["type"] in ("too_short", "too_long"):
        return f"{pattern.format(**context)}, found {context['actual_length']}"
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, str) and (bound := _in_its_unit(error, value)):
        return f"must be {bound}, found {_short(value)}"
    number = isinstance(node, Scalar) and isinstance(value, (int, float))
    what = _short(node.text) if isinstance(node, Scalar) and number else found(node)
    return f"{pattern.format(**context)}, found {what}"


_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def _in_its_unit(error: Any, written: str) -> str:
    """The limit of a quantity that is written with a unit, in the unit that suits; "" where it is none."""
    for name, words in _BOUNDS.items():
        limit = error.get("ctx", {}).get(name)
        if isinstance(limit, (int, float)):
            for read, write in ((hours, in_words), (per_hour, written_rate), (share, lambda part: f"{part * 100:g} %")):
                with suppress(ValueError):
                    read(written)
                    return f"{words} {write(limit) if limit else 0}"
    return ""


def choices(expected: str) -> list[str]:
    """The texts in pydantic's list of what is allowed: `'a', 'b' or 'c'`."""
    return re.findall(r"'([^']*)'", expected)


def other(message: str) -> str:
    """Any other finding: a validator's own words, or pydantic's without its prefix."""
    message = re.sub(r"^(Value error|Assertion failed), ", "", message)
    return re.sub(r"^Input should be ", "must be ", message)


def _plain_number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


Path = tuple[Part, ...]


@dataclass(frozen=True)
class Finding:
    """One fault at a place. `kind` is what was expected when the value is of the wrong kind altogether.

    `unions` are the places on the way where pydantic tried one of several models.
    """

    path: Path
    mark: Mark
    message: str
    hint: str = ""
    kind: str = ""
    unions: tuple[Path, ...] = ()
    missing: str = ""
    meant: str = ""


def explain(error: ValidationError, root: type[BaseModel], tree: Mapping) -> list[Problem]:
    """Every fault that a model found in a tree, without the echoes of faults already reported."""
    shape = shape_of(root)
    faults = _without_counts(error.errors(include_url=False))
    findings = [finding for each in faults for finding in _findings(each, tree, shape)]
    return [
        finding.mark.problem(finding.message, finding.hint, dotted(finding.path)) for finding in _distinct(findings)
    ]


def places(error: ValidationError, tree: Mapping) -> dict[Path, list[str]]:
    """Where the faults that a model found in a tree lie, each with the words that are known there, if only some are.

    A missing key lies where it belongs.
    """
    found: dict[Path, list[str]] = {}
    for each in error.errors(include_url=False):
        loc, context = each["loc"], each.get("ctx", {})
        raised, missing = context.get("error"), each["type"] == "missing"
        before, _ = _follow(tree, loc[:-1] if missing else loc)
        if isinstance(raised, (At, Several)):
            faults = raised.faults if isinstance(raised, Several) else [raised]
            found |= {(*before, *fault.path): [] for fault in faults}
        else:
            found[(*before, loc[-1]) if missing else before] = choices(str(context.get("expected", "")))
    return found


def _without_counts(errors: list[Any]) -> list[Any]:
    """Without those that call a list too short only because an entry of it is wrong."""
    places = {error["loc"][:length] for error in errors for length in range(len(error["loc"]))}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in places]


def placed(faults: Iterable[At], tree: Mapping) -> list[Problem]:
    """Faults that were found in a scenario after it was judged, each with its line."""
    return [_mark(tree, fault.path).problem(fault.message, fault.hint, dotted(fault.path)) for fault in faults]


def _findings(error: Any, tree: Mapping, shape: Shape) -> Iterator[Finding]:
    loc: Path = error["loc"]
    raised = error.get("ctx", {}).get("error")
    if isinstance(raised, (At, Several)):
        before, _ = _follow(tree, loc)
        for fault in raised.faults if isinstance(raised, Several) else [raised]:
            path = (*before, *fault.path)
            if not _broken(_node(tree, path)):
                yield Finding(path, _mark(tree, path), fault.message, fault.hint)
        return
    special = {
        "missing": _missing,
        "extra_forbidden": _unknown_key,
        "union_tag_not_found": _no_rule,
        "union_tag_invalid": _unknown_rule,
        "literal_error": _unknown_choice,
        "enum": _unknown_choice,
    }
    finding = special.get(error["type"], _value)(error, tree, shape)
    echo = _broken(_node(tree, finding.path)) and error["type"] not in ("missing", "extra_forbidden")
    if not echo:
        yield finding


def _missing(error: Any, tree: Mapping, shape: Shape) -> Finding:
    *parent, key = error["loc"]
    path, unions = _follow(tree, parent)
    hint = shape.describe(tree, [*path, key])
    return Finding(path, _mark(tree, path), f"missing key '{key}'", hint, unions=unions, missing=str(key))


def _unknown_key(error: Any, tree: Mapping, shape: Shape) -> Finding:
    path, unions = _follow(tree, error["loc"])
    *parent, key = path or ("",)
    mapping = _node(tree, parent)
    used = mapping.entries if isinstance(mapping, Mapping) else {}
    said = choice(str(key), shape.keys(tree, parent)) or "; no other key is known here"
    meant = said.split("'")[1] if "did you mean" in said else ""
    mark = mapping.keys[str(key)] if isinstance(mapping, Mapping) and key in used else _mark(tree, path)
    return Finding(path, mark, f"unknown key '{key}'{said}", unions=unions, meant=meant)


def _no_rule(error: Any, tree: Mapping, shape: Shape) -> Finding:
    path, unions = _follow(tree, error["loc"])
    key = error["ctx"]["discriminator"].strip("'")
    tags = shape.tags(tree, path)
    return Finding(path, _mark(tree, path), f"missing key '{key}'", _one_of(tags), unions=unions)


def _unknown_rule(error: Any, tree: Mapping, shape: Shape) -> Finding:
    path, unions = _follow(tree, error["loc"])
    key, tags = error["ctx"]["discriminator"].strip("'"), choices(error["ctx"]["expected_tags"])
    node = child(_node(tree, path), key)
    if node is None:
        return Finding(path, _mark(tree, path), other(error["msg"]), unions=unions)
    written = node.text if isinstance(node, Scalar) else ""
    path = (*path, key)
    said = f"unknown {key} '{written}'{choice(written, tags)}" if written else f"the name of a {key} is expected"
    return Finding(path, _mark(tree, path), said, "" if written else _one_of(tags), unions=unions)


def _unknown_choice(error: Any, tree: Mapping, shape: Shape) -> Finding:
    path, unions = _follow(tree, error["loc"])
    node, known = _node(tree, path), choices(error["ctx"]["expected"])
    if isinstance(node, Scalar) and isinstance(node.value, str) and known:
        said, hint = f"unknown {path[-1] if path else 'value'} '{node.value}'{choice(node.value, known)}", ""
    else:
        said, hint = f"must be {error['ctx']['expected']}, found {found(node)}", shape.describe(tree, path)
    return Finding(path, _mark(tree, path), said, hint, unions=unions)


def _value(error: Any, tree: Mapping, shape: Shape) -> Finding:
    path, unions = _follow(tree, error["loc"])
    node, mark, hint, of_key = _node(tree, path), _mark(tree, path), shape.describe(tree, path), ""
    if error["loc"][-1:] == ("[key]",) and path:
        key, parent = str(path[-1]), _node(tree, path[:-1])
        mark = parent.keys.get(key, mark) if isinstance(parent, Mapping) else mark
        node, of_key = Scalar(mark, key, key), "the key "
    kind = KINDS.get(error["type"], "")
    if kind:
        message = of_key + f"{kind} is expected, found {found(node)}"
        hint = _how_to_write(error["type"], node, shape.tags(tree, path)) or hint
        return Finding(path, mark, message, hint, kind, unions)
    if said := limit(error, node):
        return Finding(path, mark, of_key + said, hint, unions=unions)
    said = other(error["msg"])
    echo = f"found {plain(node)!r}"
    if echo in said:  # the validator judged the whole value: its kind is wrong
        return Finding(path, mark, of_key + said.replace(echo, f"found {found(node)}"), kind="?", unions=unions)
    return Finding(path, mark, of_key + said, unions=unions)


def _how_to_write(error: str, node: Node, tags: list[str]) -> str:
    if not isinstance(node, Scalar):
        return ""
    if error == "string_type" and node.value is not None:
        return f'for a text, write it in quotes: "{node.text}"'
    if tags and node.text in tags:
        return f"write {{rule: {node.text}}}"
    return _one_of([f"{{rule: {tag}}}" for tag in tags]) if tags else ""


def _one_of(names: list[str]) -> str:
    more = ", …" if len(names) > 12 else ""
    return f"one of: {', '.join(names[:12])}{more}" if names else ""


def _follow(tree: Node, loc: Iterable[Part]) -> tuple[Path, tuple[Path, ...]]:
    """The path of nodes behind pydantic's location, and where it holds names that are no keys.

    Those are the tag of a rule, the model tried in a union or the name of a validator.
    """
    node, tag_due = tree, True
    here: Path = ()
    unions: list[Path] = []
    for part in loc:
        if tag_due and part == _tag(node):
            tag_due = False  # a setting may be called like its rule: the tag comes first, and once
            continue
        inner = child(node, part)
        if inner is None:
            unions.append(here)
        else:
            node, here, tag_due = inner, (*here, part), True
    return here, tuple(unions)


def _tag(node: Node) -> str | None:
    rule = node.entries.get("rule") if isinstance(node, Mapping) else None
    return rule.text if isinstance(rule, Scalar) else None


def _node(tree: Node, path: Iterable[Part]) -> Node:
    """The node at a path, or the last one on the way: a default has no node of its own."""
    for part in path:
        inner = child(tree, part)
        if inner is None:
            break
        tree = inner
    return tree


def _mark(tree: Node, path: Iterable[Part]) -> Mark:
    """Where a planner looks: at the value, or at the key above it if the value starts a line later."""
    mark = tree.mark
    for part in path:
        inner = child(tree, part)
        if inner is None:
            break
        indented = not isinstance(inner, Scalar) and not inner.flow
        mark = tree.keys[part] if indented and isinstance(tree, Mapping) and isinstance(part, str) else inner.mark
        tree = inner
    return mark


def _broken(node: Node) -> bool:
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, Scalar) and node.broken:
            return True
        todo += below(node)
    return False


def _distinct(findings: list[Finding]) -> Iterator[Finding]:
    """One finding per fault: pydantic reports every model of a union that did not fit."""
    fitting = {place for one in findings for place in one.unions if not (one.kind and place == one.path)}
    renamed = {(one.path[:-1], one.meant) for one in findings if one.meant}
    wrong: dict[Path, list[Finding]] = {}
    for one in findings:
        if one.missing and (one.path, one.missing) in renamed:
            continue
        if not one.kind or one.path not in one.unions:
            yield one
        elif one.path not in fitting:
            wrong.setdefault(one.path, []).append(one)
    for same in wrong.values():
        yield _joined(same)


def _joined(same: list[Finding]) -> Finding:
    kinds = list(dict.fromkeys(one.kind for one in same if one.kind != "?"))
    special = next((one for one in same if one.kind == "?"), None)
    first = special or same[0]
    if special:
        return Finding(first.path, first.mark, first.message, f"or {' or '.join(kinds)}" if kinds else "")
    message = first.message.replace(kinds[0], " or ".join(kinds), 1)
    return Finding(first.path, first.mark, message, first.hint)
