"""The few pieces of HTML that the page is made of. Text is escaped where it enters."""

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["Cell", "Html", "escape", "section", "table", "tag"]


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Cell = str | Html
"""Plain text is escaped, HTML is taken as it is."""


def text(cell: Cell) -> Html:
    """A cell as HTML.

    >>> text("a < b"), text(Html("<b>a</b>"))
    ('a &lt; b', '<b>a</b>')
    """
    return cell if isinstance(cell, Html) else Html(escape(cell))


def tag(name: str, *content: Cell, **attributes: str) -> Html:
    """An element; a trailing underscore of an attribute is dropped, other underscores become hyphens.

    >>> tag("p", "x > y", class_="note", title='5" < 6"')
    '<p class="note" title="5&quot; &lt; 6&quot;">x &gt; y</p>'
    """
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{written}>{''.join(text(each) for each in content)}</{name}>")


def section(heading: str, *content: Cell, key: str, lead: Cell = "") -> Html:
    """A part of the page under its own heading, with a sentence that says what to look at."""
    said = tag("p", lead, class_="lead") if lead else ""
    head = tag("div", tag("h2", heading), said, class_="head")
    return tag("section", head, *content, id=key)


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, words: Sequence[int] = (0,), kind: str = ""
) -> Html:
    """A table whose first column names the row; `words` are the columns of text, the others are numbers."""
    style = ["" if place in words else "n" for place in range(len(columns))]
    head = [tag("th", name, scope="col", **_class(style[place])) for place, name in enumerate(columns)]
    body = [
        tag("tr", *(
            tag("td" if place else "th", cell, **({} if place else {"scope": "row"}), **_class(style[place]))
            for place, cell in enumerate(row)
        ))
        for row in rows
    ]  # fmt: skip
    return tag("table", tag("thead", tag("tr", *head)), tag("tbody", *body), **_class(kind))


def _class(name: str) -> dict[str, str]:
    return {"class_": name} if name else {}
