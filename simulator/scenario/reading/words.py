"""pydantic's findings in the words of somebody who fills in a form."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from simulator.scenario.reading.nodes import Mapping, Node, Scalar

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
    number = isinstance(node, Scalar) and isinstance(node.value, (int, float))
    what = _short(node.text) if isinstance(node, Scalar) and number else found(node)
    return f"{pattern.format(**context)}, found {what}"


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
