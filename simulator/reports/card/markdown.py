"""The few pieces of Markdown that the card is made of."""

from collections.abc import Iterable, Iterator, Sequence

from simulator.reports.catalogues import explanation


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table, with an empty line after it; nothing where there is no row. Cells are Markdown on one line.

    >>> print("\\n".join(table(["SKU", "price"], [("a|b", "1")])))
    | SKU | price |
    |---|---|
    | a\\|b | 1 |
    <BLANKLINE>
    """
    lines = [_row(row) for row in rows]
    if lines:
        yield _row(columns)
        yield "|" + "---|" * len(columns)
        yield from lines
        yield ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def line(text: str) -> str:
    """A text on one line, harmless as Markdown: what comes from a scenario is no markup.

    >>> line("<b>A  * B"), line("a\\nb")
    ('&lt;b>A \\\\* B', 'a b')
    """
    return " ".join(text.split()).replace("<", "&lt;").replace("*", "\\*")


def first(documented: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return line(explanation(documented).split("\n\n")[0])


def code(name: str) -> str:
    """A name or path as it is written in a scenario."""
    return f"`{' '.join(name.split()).replace('`', chr(39))}`"


def paragraph(text: str) -> Iterator[str]:
    """A paragraph, with an empty line after it; nothing for an empty text."""
    if text:
        yield text
        yield ""


def bullets(items: Iterable[str]) -> Iterator[str]:
    """A list, with an empty line after it; nothing for no items."""
    found = [f"- {item}" for item in items]
    yield from [*found, ""] if found else []
