"""From the text of one YAML file to a tree of nodes: a strict reading, without YAML's surprises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

import yaml

from simulator.scenario.errors import Fault, Part, Problem, ScenarioError, dotted
from simulator.scenario.reading.nodes import DEEPEST, Mapping, Mark, Node, Scalar, Sequence, Source, Value, check_size

PLAIN_WORDS = (
    (
        "mapping values are not allowed",
        "a ':' that is not expected here",
        "check the indentation; a text with ': ' in it goes in quotes",
    ),
    ("expected ':'", "a key without ': '", "a line is 'key: value'; is the ':' or the space after it missing?"),
    ("expected ',' or", "a ',' or the closing bracket is missing", ""),
    ("expected <block end>", "this line does not fit the lines above", "check the indentation and the quotes"),
    ("expected key", "this line does not fit the lines above", "check the indentation and the quotes"),
    ("expected '-' indicator", "this line does not fit the list above", "check the indentation"),
    ("unexpected end of stream", "a quote is opened and never closed", ""),
    ("unexpected document indicator", "a quote is opened and not closed before this line", ""),
    ("document start", "something follows the end of the scenario", "check the indentation and the brackets"),
    ("unknown escape character", "a '\\' that starts no known escape", "put the text in single quotes"),
    ("cannot start any token", "a text cannot start with this character", "put the text in quotes"),
    (
        "block sequence entries are not allowed",
        "a list entry '-' is not expected here",
        "start the list on a line of its own",
    ),
    ("undefined tag handle", "tags (!) are not read", "put a text that starts with ! in quotes"),
    ("node content", "a value is expected", "put a text that starts with a bracket or a comma in quotes"),
)
"""What the parsers (the C one and the Python one word it alike) say; what is meant; what to do."""


def syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """What the parser stumbled over."""
    mark = getattr(error, "problem_mark", None)
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "this is no YAML")
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    opened = getattr(error, "context_mark", None)
    lines = text.split("\n")
    message, hint = next(((words, hint) for sign, words, hint in PLAIN_WORDS if sign in said), (said, ""))
    here = lines[line - 1 : line]
    if here and re.match(r" *\t", here[0]):
        message, hint = "a tab in the indentation", "indent with spaces"
    elif "unexpected end" in said or "unexpected document" in said:
        hint = f"it starts in line {opened.line + 1}" if opened else ""
    elif "expected ',' or" in said and opened:
        hint = f"the bracket opens in line {opened.line + 1}"
    return Problem(file, line, column, "", message, hint)


def unprintable(text: str) -> tuple[int, int, str] | None:
    """Line, column and name of the first character that no text file holds."""
    found = UNPRINTABLE.search(text)
    while found and found.group() in "\r\x85":  # ends of lines elsewhere
        found = UNPRINTABLE.search(text, found.end())
    if not found:
        return None
    before = text[: found.start()]
    name = "a NUL byte" if found.group() == "\0" else f"the control character {ord(found.group()):#04x}"
    return before.count("\n") + 1, found.start() - before.rfind("\n"), name


WORDS: dict[str, Value] = {"": None, "~": None}
WORDS |= {
    form: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for form in (word, word.title(), word.upper())
}
YES_AND_NO = {form for word in ("yes", "no", "on", "off") for form in (word, word.title(), word.upper())}

SUSPECT = re.compile(r"[-+.0-9]")
WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(\.[0-9]*)?")
UNDERSCORED = re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?")
NOT_FINITE = re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE)
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

LONGEST = 18
"""Digits of a whole number: what a 64-bit integer holds in any case."""

LARGEST = 1e18
"""Nothing that is ordered, paid or waited for is larger, and its square is still a number."""


def plain_value(text: str) -> Value:
    """The value of a scalar written without quotes.

    >>> plain_value("12:30"), plain_value("1e3"), plain_value("~")
    ('12:30', 1000.0, None)

    Raises Fault for what YAML readers disagree about.
    """
    if text in WORDS:
        return WORDS[text]
    if SUSPECT.match(text):
        return _numeric(text)
    if text in YES_AND_NO:
        meant = "true" if text.lower() in ("yes", "on") else "false"
        raise Fault(f"{text} can be read as {meant} or as a text", f'write {meant}, or "{text}" in quotes')
    return text


def _numeric(text: str) -> Value:
    if WHOLE.fullmatch(text):
        return _whole(text)
    if NUMBER.fullmatch(text):
        number = float(text)
        if abs(number) > LARGEST:
            raise Fault(f"the number {_short(text)} is too large", "write it in quotes if it is a text")
        return number
    if DATE.fullmatch(text):
        return _date(text)
    if LEADING_ZERO.fullmatch(text):
        bare = re.sub(r"^([-+]?)0+(?=[0-9])", r"\1", text)
        raise Fault(f"{_short(text)} has a leading zero", f'write {_short(bare)} or "{_short(text)}"')
    if "_" in text and UNDERSCORED.fullmatch(text):
        bare = _short(text.replace("_", ""))
        raise Fault(f"{_short(text)} is no number", f'write {bare}, or "{_short(text)}" in quotes for a text')
    if NOT_FINITE.fullmatch(text):
        raise Fault(f"{text} is not allowed", "write a finite number, or leave the key out")
    return text


def _whole(text: str) -> int:
    if len(text) > LONGEST + 1:
        raise Fault(f"the number {_short(text)} is too long", "write it in quotes if it is a text")
    return int(text)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Fault(f"there is no day {text}", "dates are written year-month-day, such as 2026-01-05") from None


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def compose(text: str, source: Source) -> tuple[Node | None, list[Problem]]:
    """The tree of a text that holds one YAML document (None for an empty one), and its smaller faults.

    Raises ScenarioError where reading cannot go on.
    """
    if found := unprintable(text):
        line, column, message = found
        raise ScenarioError([Mark(source, line, column).problem(message, "is this a YAML file?")])
    composer = _Composer(source)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            composer.take(event)
    except yaml.YAMLError as error:
        raise ScenarioError([*composer.problems, syntax_problem(error, text, source.name)]) from None
    if composer.root is not None:
        check_size(composer.root)
    return composer.root, composer.problems


@dataclass(slots=True)
class _Open:
    """A collection whose end is yet to come, and the key that waits for its value."""

    node: Mapping | Sequence
    anchor: str | None
    key: tuple[str, Mark] | None = None


class _Composer:
    """Puts the parser's events together into one tree."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.documents = 0
        self.open: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}

    def take(self, event: Any) -> None:
        """One step of the parser."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._start(event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            closed = self.open.pop()
            self._keep(closed.anchor, closed.node)
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                self._stop(event, "a second document starts here", "one file holds one scenario: remove the line '---'")

    def _scalar(self, event: Any) -> None:
        self._untagged(event)
        mark = self._mark(event)
        node = Scalar(mark, event.value, event.value)
        if event.style == '"' and UNPRINTABLE.search(event.value):
            node.broken = True
            self._note(mark, "a control character in a text", "remove the escape sequence")
        if self._key_is_due():
            self._take_key(event, mark)
            return
        if not event.style:
            try:
                node.value = plain_value(event.value)
            except Fault as unclear:
                node.value, node.broken = None, True
                self._note(mark, unclear.message, unclear.hint)
        self._keep(event.anchor, node)

    def _take_key(self, event: Any, mark: Mark) -> None:
        # A key is always the text as written, so that SKU 22423 and country NO keep their names.
        if event.anchor:
            self._stop(event, "a key cannot have an anchor (&)", "anchor its value")
        if event.value == "<<" and not event.style:
            self._stop(event, "merge keys (<<) are not read", "write the keys out, or use extends")
        if not event.value:
            self._stop(event, "a key is expected before the ':'")
        self.open[-1].key = (event.value, mark)

    def _start(self, event: Any) -> None:
        self._untagged(event)
        if self._key_is_due():
            self._stop(event, "a key has to be a text", "put a text that starts with a bracket in quotes")
        if len(self.open) >= DEEPEST:
            self._stop(event, f"nested more than {DEEPEST} deep")
        if event.anchor:
            self.anchors[event.anchor] = None  # known, but not before it is closed
        kind = Mapping if type(event) is yaml.MappingStartEvent else Sequence
        self.open.append(_Open(kind(self._mark(event), flow=bool(event.flow_style)), event.anchor))

    def _alias(self, event: Any) -> None:
        name = event.anchor
        if self._key_is_due():
            self._stop(event, "a key cannot be an alias (*)", "write the key out")
        if name not in self.anchors:
            self._stop(event, f"nothing above is anchored as &{name}", "put a text that starts with * in quotes")
        node = self.anchors[name]
        if node is None:
            self._stop(event, f"*{name} stands inside of what it stands for")
        self._keep(None, node)

    def _keep(self, anchor: str | None, node: Node) -> None:
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent.node, Sequence):
            parent.node.items.append(node)
            return
        assert parent.key is not None
        key, mark = parent.key
        if key in parent.node.entries:
            first = parent.node.keys[key]
            self._note(mark, f"the key '{key}' is written twice, first in line {first.line}", "keep one of the two")
        else:
            parent.node.entries[key] = node
            parent.node.keys[key] = mark
        parent.key = None

    def _key_is_due(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].node, Mapping) and self.open[-1].key is None

    def _untagged(self, event: Any) -> None:
        if event.tag is not None:
            self._stop(event, "tags (!) are not read", "remove it, or put a text that starts with ! in quotes")

    def _mark(self, event: Any) -> Mark:
        return Mark(self.source, event.start_mark.line + 1, event.start_mark.column + 1)

    def _path(self) -> str:
        """Where the composer is; a problem may be noted while the next key is still unknown."""
        steps: list[Part] = []
        for each in self.open:
            if isinstance(each.node, Sequence):
                steps.append(len(each.node.items))
            elif each.key:
                steps.append(each.key[0])
        return dotted(steps)

    def _note(self, mark: Mark, message: str, hint: str) -> None:
        self.problems.append(mark.problem(message, hint, self._path()))

    def _stop(self, event: Any, message: str, hint: str = "") -> NoReturn:
        raise ScenarioError([*self.problems, self._mark(event).problem(message, hint, self._path())])
