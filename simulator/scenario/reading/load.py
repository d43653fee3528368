"""From YAML to a scenario: files, `extends:`, `--set`, and every error with its place.

A scenario is written in a strict YAML without surprises (`reading/scalars.py`); a what-if extends a
base and says only what differs (`reading/merge.py`). Whatever is wrong is reported at once, with
file, line and column, and nothing but ScenarioError leaves this package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Pairs
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from simulator.scenario.errors import At, Fault, Problem, ScenarioError, Several
from simulator.scenario.reading.explain import explain, placed
from simulator.scenario.reading.layers import (
    find,
    gallery_folder,
    gallery_names,
    printable,
    read_base,
    read_file,
    read_tree,
    replant,
    set_values,
    written,
)
from simulator.scenario.reading.nodes import Mapping, Plain, Source, check_size, plain
from simulator.scenario.reading.order_history import HistoryError, draws_on_history, orders_of
from simulator.scenario.reading.stand_ins import lasting, lost_names, named, stand_in
from simulator.scenario.reading.yaml_text import compose
from simulator.scenario.scenario import Scenario

__all__ = [
    "At",
    "Problem",
    "ScenarioError",
    "Several",
    "Tree",
    "base_of",
    "changed",
    "gallery_folder",
    "gallery_names",
    "load",
    "load_as",
    "located",
    "parse",
    "parse_as",
    "read",
    "read_value",
]

Root = TypeVar("Root", bound=BaseModel)
Further = Callable[["Scenario"], Iterable[At]]
"""Finds further faults of a scenario whose sections are each in order."""


@dataclass(frozen=True)
class Tree:
    """A scenario as written, bases and overrides laid over one another, before any model judges it.

    `problems` are faults of the text that leave something to judge.
    """

    node: Mapping
    problems: list[Problem] = field(default_factory=list)

    @property
    def data(self) -> dict[str, Plain]:
        """The plain data; relative paths under a key `file` start from the file that wrote them."""
        data = plain(self.node)
        assert isinstance(data, dict)
        return data


def load(scenario: str | Path, overrides: Sequence[str] = (), further: Further | None = None) -> Scenario:
    """The scenario of a file or of the gallery, changed by overrides such as `run.seed=7`.

    `further` finds faults that this package cannot know of, such as of KPIs; they are told with the others.

    Raises ScenarioError with every problem found.
    """
    return _judged(Scenario, read(scenario, overrides), further)


def located(faults: Iterable[At], scenario: str | Path, overrides: Sequence[str] = ()) -> ScenarioError:
    """Faults that were found in a scenario after it was loaded, each with its place."""
    return ScenarioError(placed(faults, read(scenario, overrides).node))


def parse(text: str, name: str = "<text>") -> Scenario:
    """The scenario of a text; relative paths and `extends` start from the working directory.

    Raises ScenarioError with every problem found.
    """
    return parse_as(Scenario, text, name)


def load_as(root: type[Root], scenario: str | Path, overrides: Sequence[str] = ()) -> Root:
    """Like `load`, for any model."""
    return _judged(root, read(scenario, overrides))


def parse_as(root: type[Root], text: str, name: str = "<text>") -> Root:
    """Like `parse`, for any model."""
    problems: list[Problem] = []
    with _collecting(problems, name):
        node = read_tree(text, Source(name, Path.cwd()), problems)
        return _judged(root, Tree(node, problems))


def changed(scenario: Scenario, values: Pairs[str, Plain]) -> Scenario:
    """A scenario with some paths set to other values, by the same rules as overrides.

    Raises ScenarioError with every problem found; each names the path and its value.
    """
    said = ", ".join(f"{path}={written(value)}" for path, value in values.items())
    problems: list[Problem] = []
    node = replant(scenario.source, values, printable(f"{scenario.name} with {said}"), problems)
    return _judged(Scenario, Tree(node, problems))


def read(scenario: str | Path, overrides: Sequence[str] = ()) -> Tree:
    """The tree of a file or gallery scenario, over its bases and under its overrides, not yet judged.

    Raises ScenarioError where nothing is left to judge.
    """
    problems: list[Problem] = []
    with _collecting(problems, printable(str(scenario))):
        node = read_file(find(scenario, Path()), problems)
        return Tree(set_values(node, overrides, problems), problems)


def base_of(scenario: str | Path) -> dict[str, Plain] | None:
    """The plain data of what a scenario extends, not judged; None where it extends nothing.

    Raises ScenarioError where it cannot be read.
    """
    problems: list[Problem] = []
    with _collecting(problems, printable(str(scenario))):
        base = read_base(find(scenario, Path()), problems)
    return None if base is None else Tree(base).data


def read_value(text: str, name: str) -> Plain:
    """One value as YAML writes it, such as `{gamma: {mean: 3 weeks, cv: 0.4}}`.

    Raises ScenarioError with every problem found.
    """
    node, problems = compose(text, Source(name, Path.cwd(), numbered=False))
    if problems or node is None:
        raise ScenarioError(problems or [Problem(name, 0, 0, "", "a value is expected")])
    return plain(node)


@contextmanager
def _collecting(problems: list[Problem], name: str) -> Iterator[None]:
    """Whatever ends the reading is reported together with the smaller faults before it."""
    try:
        yield
    except ScenarioError as error:
        raise ScenarioError([*problems, *error.problems]) from error.__cause__
    except Fault as fault:
        raise ScenarioError([*problems, Problem(name, 0, 0, "", fault.message, fault.hint)]) from None
    except OSError as error:  # such as a working directory that has been deleted
        raise ScenarioError([*problems, Problem(name, 0, 0, "", f"cannot be read: {error.strerror}")]) from None


def _judged(root: type[Root], tree: Tree, further: Further | None = None) -> Root:
    check_size(tree.node)
    context = {"folder": tree.node.mark.source.folder, **({"further": further} if further is not None else {})}
    try:
        judged = root.model_validate(tree.data, context=context)
    except ValidationError as error:
        hidden = _hidden(error, tree, further) if root is Scenario else ()
        raise ScenarioError([*tree.problems, *explain(error, root, tree.node), *hidden]) from None
    except ArithmeticError as error:
        said = "a number in it is too large or too small to calculate with"
        raise ScenarioError([*tree.problems, tree.node.mark.problem(said)]) from error
    except Exception as error:
        if tree.problems:  # a value that could not be read stands in as null
            raise ScenarioError(tree.problems) from None
        said = f"{type(error).__name__}: {error}"
        message = f"the program could not judge this scenario: {said}"
        raise ScenarioError([tree.node.mark.problem(message, "a fault of the program: please report it")]) from error
    problems = [*tree.problems, *(_history_faults(judged, tree.node) if isinstance(judged, Scenario) else ())]
    if problems:
        raise ScenarioError(problems)
    return judged


def _hidden(error: ValidationError, tree: Tree, further: Further | None) -> Iterator[Problem]:
    """What else is wrong with a scenario that has faults: what its sections name, and its order history."""
    found = stand_in(tree.data, error, tree.node)
    if found is None:
        return
    scenario, used = found
    faults = [*scenario.reference_faults(), *(further(scenario) if further is not None else ())]
    yield from placed(lasting(faults, used, tree.data), tree.node)
    if not any(path in (("market",), ("run",)) or path[:2] in HISTORY for path in used):
        names = lost_names(used, tree.data)
        yield from (each for each in _history_faults(scenario, tree.node) if not named(each.message, names))


HISTORY = (("market", "history"), ("run", "zone"))
"""What an order history is read by."""


def _history_faults(scenario: Scenario, tree: Mapping) -> Iterator[Problem]:
    """What is wrong with the order history, where any segment draws on it: in its own lines, or where it is named."""
    if not draws_on_history(scenario):
        return
    try:
        orders_of(scenario)
    except HistoryError as error:
        for each in error.problems:
            named = At(("market", "history", "file"), f"{each.file}: {each.message}", each.hint)
            yield from [each] if each.line else placed([named], tree)
