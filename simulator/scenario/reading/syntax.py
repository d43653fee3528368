"""Text that is no YAML, in words for somebody who has never heard of a token."""

from __future__ import annotations

import re
from collections.abc import Iterable

import yaml

from simulator.scenario.errors import Problem
from simulator.scenario.reading.scalars import UNPRINTABLE

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
    more = f", … ({len(names)} in all)" if len(names) > 12 else ""
    return f"; known: {', '.join(names[:12])}{more}" if names else ""
