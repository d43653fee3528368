"""One tree from many files: `extends:` down to the first base, then `--set`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from collections.abc import Mapping as Pairs
from collections.abc import Sequence as Many
from dataclasses import replace
from pathlib import Path

from simulator.scenario.errors import Fault, Part, Problem, ScenarioError, choice, closest, dotted, steps
from simulator.scenario.reading.nodes import Mapping, Mark, Node, Plain, Scalar, Sequence, Source, planted
from simulator.scenario.reading.yaml_text import compose

LIMIT = 20_000_000
"""Bytes of a scenario file; histories belong in files of their own."""

SUFFIXES = (".yaml", ".yml")
MOST = 12
"""So many names of the gallery are listed where one is not found."""


def gallery_folder() -> Path:
    """The folder of the gallery: inside the package when installed, else `scenarios/` of the repository."""
    packaged = Path(__file__).parents[2] / "gallery"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "scenarios"


def gallery_names() -> list[str]:
    """What `load` accepts as a name, such as `quickstart` or `lessons/queues`."""
    folder = gallery_folder()
    return sorted(file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.yaml"))


def find(scenario: str | Path, folder: Path) -> Path:
    """The file meant by a path (relative to `folder`) or by the name of a gallery scenario.

    A name without suffix means the gallery first: a results file called `quickstart` does not hide it.
    Raises Fault.
    """
    name = str(scenario)
    path = folder / name
    if not name.endswith(SUFFIXES) and name in gallery_names():
        return gallery_folder() / f"{name}.yaml"
    if os.path.isfile(path):
        return path
    if os.path.isdir(path):
        raise Fault(f"{name or '(nothing)'} is a folder", "name the file in it")
    if os.path.exists(path):  # a pipe, such as /dev/stdin
        return path
    raise Fault(*_missing(name, path))


def _missing(name: str, path: Path) -> tuple[str, str]:
    shown = printable(name)
    if name.endswith(SUFFIXES):
        stem = path.stem
        if stem in gallery_names():
            return f"there is no file {shown}", f"the gallery has one: write {stem}"
        beside = {file.stem: file.name for file in _listing(path.parent) if file.suffix in SUFFIXES}
        near = beside.get(closest(stem, beside))
        return f"there is no file {shown}" + (f"; did you mean '{near}'?" if near else ""), ""
    names = gallery_names()
    near = closest(name, names)
    meant = f"; did you mean '{near}'?" if near else ""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    listed = ", ".join(names[:MOST]) or "empty"
    return f"there is no file and no gallery scenario '{shown}'{meant}", f"gallery: {listed}{more}"


def printable(text: str) -> str:
    """A text from outside, short and without anything that a terminal would obey."""
    short = text if len(text) <= 200 else text[:197] + "..."
    return "".join(letter if letter.isprintable() else "?" for letter in short)


def _listing(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (OSError, ValueError):
        return []


def shown(path: Path) -> str:
    """A path as a planner knows it: relative to where they are, if it lies below."""
    try:
        return printable(str(path.resolve().relative_to(Path.cwd())))
    except (OSError, ValueError):
        return printable(str(path))


def read_text(path: Path) -> str:
    """The text of a file. Raises ScenarioError for what cannot be a scenario."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            raw = b"" if size > LIMIT else file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(path, f"cannot be read: {reason}") from None
    if max(size, len(raw)) > LIMIT:
        raise _refused(path, f"larger than {LIMIT // 1_000_000} MB", "keep order histories in a file of their own")
    return decode(raw, shown(path))


def decode(raw: bytes, name: str) -> str:
    """UTF-8 text, with or without a byte order mark."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ScenarioError([Problem(name, 0, 0, "", "the file is in UTF-16", "save it as UTF-8")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        said = f"the byte {raw[error.start]:#04x} at offset {error.start} is not UTF-8"
        raise ScenarioError([Problem(name, line, 1, "", said, "save the file as UTF-8")]) from None


def _refused(path: Path, message: str, hint: str = "") -> ScenarioError:
    return ScenarioError([Problem(shown(path), 0, 0, "", message, hint)])


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
