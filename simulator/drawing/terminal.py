"""The terminal: text in which nothing is markup, and tables that stay readable when they are wide."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NoReturn

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.drawing.plain_text import visible

LONGEST = 24
"""Letters that a heading takes at the most before it goes on in another line."""
GAP = 2
"""Letters between two columns."""


class Screen(Console):
    """Standard output. Names are text in it, whatever brackets or hidden characters they have."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(markup=False, highlight=False, emoji=False, **settings)

    def say(self, text: str = "", style: str | None = None) -> None:
        """Print a text, folded between words."""
        self.print(visible(text, "\n"), style=style)

    def on_broken_pipe(self) -> NoReturn:
        """Whoever read this has left: the command says so."""
        raise BrokenPipeError


class Grid(Table):
    """A table without lines. Headings and cells are text."""

    def __init__(self, title: str | None = None, **settings: Any) -> None:
        super().__init__(
            box=None,
            header_style="bold",
            pad_edge=False,
            title=None if title is None else Text(visible(title)),
            title_justify="left",
            **settings,
        )

    def add_column(self, header: Any = "", *others: Any, **settings: Any) -> None:
        """Add a column under a heading."""
        super().add_column(Text(visible(header)) if isinstance(header, str) else header, *others, **settings)

    def add_row(self, *cells: Any, **settings: Any) -> None:
        """Add a row. A text has one line; several are a `Text`."""
        super().add_row(*(Text(visible(cell)) if isinstance(cell, str) else cell for cell in cells), **settings)


Cell = str | Text


def grids(
    corner: Sequence[str],
    rows: Sequence[Sequence[str]],
    columns: Mapping[str, Sequence[Cell]],
    wide: int,
    title: str | None = None,
) -> list[Grid]:
    """A table as one grid, or, where it is too wide, as several of which each has some of the columns.

    `rows` are the cells that name each row, under the headings `corner`; `columns` has the cells below each heading.
    """
    heads = [max([_longest(head), *(_longest(row[place]) for row in rows)]) for place, head in enumerate(corner)]
    left = sum(heads) + GAP * len(heads)
    widths = {head: max([_word(head), *map(_longest, cells)]) for head, cells in columns.items()}
    parts: list[list[str]] = [[]]
    used = left
    for head, width in widths.items():
        if parts[-1] and used + width + GAP > wide:
            parts.append([])
            used = left
        parts[-1].append(head)
        used += width + GAP
    found = []
    for number, part in enumerate(parts):
        grid = Grid(title if not number else None)
        for place, head in enumerate(corner):
            side: Literal["left", "right"] = "right" if place else "left"
            grid.add_column(head, justify=side, overflow="fold", min_width=min(heads[place], wide // 2))
        for head in part:
            grid.add_column(head, justify="right", overflow="fold", min_width=min(widths[head], max(8, wide - left)))
        for place, row in enumerate(rows):
            grid.add_row(*row, *(columns[head][place] for head in part))
        found.append(grid)
    return found


def _longest(cell: Cell) -> int:
    """Letters of the longest line of a cell."""
    return max(map(cell_len, str(cell).split("\n")), default=0)


def _word(heading: str) -> int:
    """Letters that a heading takes: of its longest word, and so many that it does not become a tower."""
    words = max(map(cell_len, heading.split()), default=0)
    return min(max(words, min(cell_len(heading), LONGEST // 2)), LONGEST)
