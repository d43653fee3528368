"""Names as text, wherever they are shown: whatever a scenario calls a thing, it is read as it is, and does nothing."""

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Kinds of characters that are not seen: control characters, marks of direction and of format, ends of lines."""
JOINERS = re.compile(r"(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])")
"""Between letters of scripts that want them they are a part of the spelling."""
FORMULA = re.compile(r"[=+\-@\t\r].")
"""How a text begins that a spreadsheet takes for a formula."""


def visible(text: str, keep: str = "") -> str:
    r"""A text in which every character can be seen: what is hidden is written as its code, but for those to `keep`.

    >>> visible("mug\nblue"), visible("a\u202eb"), visible("\x1b[31mred"), visible("two\nlines", keep="\n")
    ('mug\\nblue', 'a\\u202eb', '\\x1b[31mred', 'two\nlines')
    """
    if text.isprintable():
        return text
    spelling = {found.start() for found in JOINERS.finditer(text)}
    return "".join(
        character
        if character in keep or place in spelling or unicodedata.category(character) not in HIDDEN
        else character.encode("unicode_escape").decode("ascii")
        for place, character in enumerate(text)
    )


def in_spreadsheet(text: str) -> str:
    """A text as a cell of a CSV file: a spreadsheet shows it and does not calculate it.

    What begins like a formula begins with an apostrophe instead, as spreadsheets themselves write text.

    >>> in_spreadsheet("=1+1"), in_spreadsheet("blue"), in_spreadsheet("-")
    ("'=1+1", 'blue', '-')
    """
    return f"'{text}" if FORMULA.match(text) else text


def as_csv(table: "pd.DataFrame") -> str:
    """A table as CSV, its texts as a spreadsheet can take them."""
    from pandas.api.types import is_numeric_dtype

    safe = table.rename(columns=lambda name: in_spreadsheet(str(name)))
    for place, kind in enumerate(safe.dtypes):
        if not is_numeric_dtype(kind):
            cells = [in_spreadsheet(cell) if isinstance(cell, str) else cell for cell in safe.iloc[:, place]]
            safe.isetitem(place, cells)
    return str(safe.to_csv(index=False))
