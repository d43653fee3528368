"""A chart as a file of its own."""

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.reports.files import write_whole
from simulator.reports.ink import STYLE, WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_picture(path: Path, draw: Callable[["Figure"], None], height: float) -> None:
    """Write what `draw` puts on a sheet so many inches high; the ending of the name says of which kind.

    Errors: OSError if it cannot be written.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    file = io.BytesIO()
    settings: Any = {**STYLE, "svg.fonttype": "path", "svg.hashsalt": path.stem}
    with rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(WIDTH, height))
        draw(figure)
        figure.savefig(file, format=path.suffix.lstrip(".").lower(), dpi=200, facecolor="white", bbox_inches="tight",
                       pad_inches=0.12)  # fmt: skip
    write_whole(path, file.getvalue())
