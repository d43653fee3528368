"""The few pieces of HTML that the page is made of. Text is escaped where it enters."""

import io
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
        tag(
            "tr",
            *(
                tag("td" if place else "th", cell, **({} if place else {"scope": "row"}), **_class(style[place]))
                for place, cell in enumerate(row)
            ),
        )
        for row in rows
    ]
    return tag("table", tag("thead", tag("tr", *head)), tag("tbody", *body), **_class(kind))


def _class(name: str) -> dict[str, str]:
    return {"class_": name} if name else {}


DARK, MIDDLE, LIGHT, PALE = "#1c2b36", "#7d8b95", "#c9d1d6", "#eef1f3"
HATCH = "////"
WIDTH = 7.1
"""Of the type area in inches, so that a point on the page is a point in print."""
STYLE = {
    "font.family": "sans-serif",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": MIDDLE,
    "axes.linewidth": 0.6,
    "axes.labelsize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": MIDDLE,
    "ytick.color": MIDDLE,
    "xtick.labelcolor": DARK,
    "ytick.labelcolor": DARK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "text.color": DARK,
    "axes.labelcolor": DARK,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "svg.fonttype": "none",
    "svg.image_inline": True,
}
"""matplotlib's settings while a chart is drawn."""


def drawing(draw: Callable[["Figure"], None], height: float, *, key: str, alt: str, caption: str) -> Html:
    """A figure of the page: what `draw` puts on a sheet of full width and so many inches of height."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    sheet = io.StringIO()
    settings: Any = {**STYLE, "svg.hashsalt": key}
    with rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the browser has them
        figure = Figure(figsize=(WIDTH, height))
        draw(figure)
        figure.savefig(sheet, format="svg", transparent=True, metadata={"Date": None})
    return tag("figure", _inline(sheet.getvalue(), alt), tag("figcaption", caption), id=f"chart-{key}")


def _inline(svg: str, alt: str) -> Html:
    """A drawing as part of a page: no prologue, no namespaces, no names that other drawings use too."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.S)
    svg = re.sub(r'(<g) id="[^"]*"', r"\1", svg)
    head, rest = svg.split(">", 1)
    size = re.search(r'viewBox="[^"]*"', head)
    assert size is not None
    rest = rest.replace("xlink:href=", "href=")
    return Html(f'<svg {size[0]} role="img" aria-label="{escape(alt)}"><title>{escape(alt)}</title>{rest}')


def bare(axes: "Axes", *sides: str) -> None:
    """Take away spines and ticks of some sides, keeping the labels."""
    for side in sides:
        axes.spines[side].set_visible(False)
        axes.tick_params(axis="y" if side in ("left", "right") else "x", length=0)


def shortened(name: str, most: int = 26) -> str:
    """A name that fits beside a chart.

    >>> shortened("key accounts"), shortened("a very long name of a segment", 12)
    ('key accounts', 'a very long…')
    """
    name = " ".join(name.split())
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def room(rows: Sequence[str], most: int = 26) -> float:
    """The share of the sheet's width that the names of rows take."""
    return 0.03 + 0.0092 * max(len(shortened(row, most)) for row in rows)


def names(panel: "Axes", rows: Sequence[str], most: int = 26) -> None:
    """The names of rows, flush with the text of the page."""
    panel.set_yticks([])
    edge = panel.get_yaxis_transform()
    box = panel.get_position()
    for place, row in enumerate(rows):
        panel.text(-box.x0 / box.width, place, shortened(row, most), transform=edge, va="center")
