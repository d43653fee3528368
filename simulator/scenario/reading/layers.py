"""One tree from many files: `extends:` down to the first base, then `--set`."""

from __future__ import annotations

import json
from collections.abc import Mapping as Pairs
from collections.abc import Sequence as Many
from dataclasses import replace
from pathlib import Path

from simulator.scenario.errors import Fault, Problem, ScenarioError
from simulator.scenario.reading.compose import compose
from simulator.scenario.reading.files import find, printable, read_text, shown
from simulator.scenario.reading.merge import is_path, merged, put_all
from simulator.scenario.reading.nodes import Mapping, Mark, Node, Plain, Scalar, Source, planted

LONGEST_CHAIN = 50


def read_file(path: Path, problems: list[Problem], chain: tuple[Path, ...] = ()) -> Mapping:
    """The tree of a file on top of everything it extends.

    Faults that leave something to judge go to `problems`; raises ScenarioError for the others.
    """
    source = Source(shown(path), path.absolute().parent)
    return read_tree(read_text(path), source, problems, (*chain, path.resolve()))


def read_tree(text: str, source: Source, problems: list[Problem], chain: tuple[Path, ...] = ()) -> Mapping:
    """The tree of a text on top of everything it extends; `chain` is how we came here."""
    node, found = compose(text, source)
    problems += found
    if node is None:
        raise ScenarioError([Problem(source.name, 0, 0, "", "the file is empty", "a scenario starts with 'name: …'")])
    if not isinstance(node, Mapping):
        raise ScenarioError([node.mark.problem("a scenario is a mapping", "lines of 'key: value', such as 'name: …'")])
    paths = [(key, node.keys[key], value) for key, value in node.entries.items() if is_path(key)]
    own = {key: value for key, value in node.entries.items() if not is_path(key) and key != "extends"}
    tree = Mapping(node.mark, own, {key: node.keys[key] for key in own}, node.flow)
    if "extends" in node.entries:
        lower = merged(_base(node.entries["extends"], problems, chain), tree)
        assert isinstance(lower, Mapping)
        tree = lower
    return put_all(tree, paths, problems)


def read_base(path: Path, problems: list[Problem]) -> Mapping | None:
    """The tree that a file extends, without the file's own changes; None where it extends nothing."""
    node, _ = compose(read_text(path), Source(shown(path), path.absolute().parent))
    if not isinstance(node, Mapping) or "extends" not in node.entries:
        return None
    return _base(node.entries["extends"], problems, (path.resolve(),))


def _base(node: Node, problems: list[Problem], chain: tuple[Path, ...]) -> Mapping:
    name = node.value if isinstance(node, Scalar) else None
    mark = node.mark
    if not isinstance(name, str) or not name:
        hint = "one base only; it may extend another" if not isinstance(node, Scalar) else "such as extends: base.yaml"
        raise ScenarioError([mark.problem("the name of a file or a gallery scenario is expected", hint, "extends")])
    try:
        path = find(name, mark.source.folder)
        _not_again(path, chain)
    except Fault as fault:
        raise ScenarioError([mark.problem(fault.message, fault.hint, "extends")]) from None
    return read_file(path, problems, chain)


def _not_again(path: Path, chain: tuple[Path, ...]) -> None:
    if path.resolve() in chain:
        circle = [*chain[chain.index(path.resolve()) :], path]
        raise Fault(f"extends goes in a circle: {' -> '.join(file.name for file in circle)}", "remove one of them")
    if len(chain) >= LONGEST_CHAIN:
        raise Fault(f"more than {LONGEST_CHAIN} files extend one another")


def set_values(tree: Mapping, overrides: Many[str], problems: list[Problem]) -> Mapping:
    """The tree with `path=value` laid over it, as `--set` writes it."""
    parts = []
    for override in overrides:
        path, equals, text = (part.strip() for part in override.partition("="))
        source = Source(f"--set {printable(override)}", Path.cwd(), numbered=False)
        mark = Mark(source, 0, 0)
        if not equals or not path:
            problems.append(mark.problem("path=value is expected", "such as --set run.seed=7"))
            continue
        try:
            node, found = compose(text, source)
        except ScenarioError as error:
            node, found = None, error.problems
        problems += [replace(problem, line=0, column=0, path=path) for problem in found]
        parts.append((path, mark, node if node is not None else Scalar(mark, None, "", broken=bool(found))))
    return put_all(tree, parts, problems)


def replant(data: Plain, values: Pairs[str, Plain], name: str, problems: list[Problem]) -> Mapping:
    """The tree of a scenario's plain data with values laid over it by path; `name` is said where it has faults."""
    tree = planted(data, Mark(Source(name, Path.cwd(), numbered=False), 0, 0))
    assert isinstance(tree, Mapping)
    parts = []
    for path, value in values.items():
        mark = Mark(Source(printable(f"{path}={written(value)}"), Path.cwd(), numbered=False), 0, 0)
        parts.append((path, mark, planted(value, mark)))
    return put_all(tree, parts, problems)


def written(value: Plain) -> str:
    """A value as an override may write it.

    >>> written("2 days"), written({"rule": "cancel"}), written(None)
    ('2 days', '{"rule": "cancel"}', 'null')
    """
    return value if isinstance(value, str) else json.dumps(value, default=str)
