"""A chart as a file of its own."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.reports.files import write_whole
from simulator.reports.ink import STYLE, WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
        figure.savefig(file, format=kind, dpi=200, facecolor="white", bbox_inches="tight", pad_inches=0.12)
    return file.getvalue()
