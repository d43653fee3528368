"""What a scalar of a scenario means: YAML without its surprises.

YAML 1.1 reads `NO` as false, `12:30` as 750 and `010` as 8. Here a scalar is what it looks like,
and one that could be read in two ways is refused.
"""

from __future__ import annotations

import re
from datetime import date

from simulator.scenario.errors import Fault

Value = str | int | float | bool | date | None

WORDS: dict[str, Value] = {"": None, "~": None}
WORDS |= {form: value for word, value in (("null", None), ("true", True), ("false", False))
          for form in (word, word.title(), word.upper())}  # fmt: skip
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
