"""Files that are there whole or not at all."""

import contextlib
import errno
import io
import os
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from simulator.drawing.html import Chart
from simulator.drawing.plain_text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, then put it there: a failure leaves what was there before.

    Errors: OSError with the path, such as a missing folder, no permission or a full disk.
    """
    with beside(path) as part:
        part.write_bytes(content)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A file to write that is put in the place of `path` at the end; a failure leaves what was there before.

    A link is written through: what it names is replaced, and it stays a link.

    Errors: OSError with the path, such as a missing folder, no permission or a full disk, and for what is no file.
    """
    path, name = Path(path), ""
    try:
        place = destination(path)
        handle, name = tempfile.mkstemp(prefix=f".{place.name[:40]}.", suffix=f".part{place.suffix}", dir=place.parent)
        os.close(handle)
        yield Path(name)
        os.chmod(name, _mode(place))
        os.replace(name, place)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        if name:
            with contextlib.suppress(OSError):
                os.unlink(name)


def destination(path: Path) -> Path:
    """The file that is written under a path, links followed.

    Errors: OSError for a folder, for what is no file (a device, a pipe), and for a file that must not be written.
    """
    place = Path(os.path.realpath(path))
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if place.exists() and not place.is_file():
        raise OSError(errno.EINVAL, "is no file but a device or a pipe, and is not replaced by one")
    if place.exists() and not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return place


def try_out(path: Path) -> None:
    """See whether a file can be written under a path, without writing it.

    Errors: OSError as `beside`.
    """
    with contextlib.suppress(_Tried), beside(path):
        raise _Tried


class _Tried(Exception):  # noqa: N818
    """The place is good; nothing is put there."""


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, or those of a new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


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


def chart(draw: Callable[["Figure"], None], height: float, *, key: str, alt: str, caption: str) -> Chart:
    """A chart of the page: what `draw` puts on a sheet of full width and so many inches of height."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    file = io.StringIO()
    settings: Any = {**STYLE, "svg.hashsalt": key}
    with rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the browser has them
        figure = Figure(figsize=(WIDTH, height))
        draw(figure)
        _as_text(figure)
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    size, content = _inline(file.getvalue())
    return Chart(key, alt, caption, size, content)


def _inline(svg: str) -> tuple[str, Markup]:
    """The view box of a drawing and what is in it, as a part of a page: no prologue, no namespaces, no names that
    other drawings use too."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.S)
    svg = re.sub(r'(<g) id="[^"]*"', r"\1", svg)
    head, rest = svg.split(">", 1)
    size = re.search(r'viewBox="([^"]*)"', head)
    assert size is not None
    return size[1], Markup(rest.strip().removesuffix("</svg>").replace("xlink:href=", "href="))


Drawing = tuple[Callable[["Figure"], None], float]
"""What is put on a sheet of full width, and how many inches high that is."""


def figure_of(draw: Callable[["Figure"], None], inches: float) -> "Figure":
    """What `draw` puts on a sheet so many inches high, as a figure to look at."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings: Any = STYLE
    with rc_context(settings):
        figure = Figure(figsize=(WIDTH, inches))
        draw(figure)
        _as_text(figure)
    return figure


def write_picture(path: Path, draw: Callable[["Figure"], None], inches: float) -> None:
    """Write what `draw` puts on a sheet so many inches high; the ending of the name says of which kind.

    Errors: OSError if it cannot be written.
    """
    write_whole(path, picture(draw, inches, path.suffix.lstrip(".").lower()))


def picture(draw: Callable[["Figure"], None], inches: float, kind: str) -> bytes:
    """What `draw` puts on a sheet of full width, as the bytes of a file of a kind, such as "png"."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    file = io.BytesIO()
    settings: Any = {**STYLE, "svg.fonttype": "path"}
    with rc_context(settings):
        figure = Figure(figsize=(WIDTH, inches))
        draw(figure)
        _as_text(figure)
        figure.savefig(file, format=kind, dpi=200, facecolor="white", bbox_inches="tight", pad_inches=0.12)
    return file.getvalue()


def _as_text(figure: "Figure") -> None:
    """Show what is hidden in names by its code: a drawing with control characters cannot be read."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        text.set_text(visible(text.get_text(), "\n"))


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
