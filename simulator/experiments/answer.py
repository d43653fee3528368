"""What every answer of an experiment can do, whatever was asked: be kept as a file, and be drawn."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILES = "simulator.reports.files"
"""Where the forms of answers are; looked up when one is asked for, since how things look is nothing that an experiment
knows."""


class Answer:
    """The result of an experiment."""

    def save(self, path: str | Path) -> Path:
        """Write it into a file, whose ending says in which form: .json and .csv for programs, .html, .xlsx, .png, .svg.

        Errors: ArgumentError for an ending that there is not for such an answer; OSError if it cannot be written.
        """
        forms: Any = import_module(FILES)
        where = Path(path)
        forms.save(self, where)
        return where

    def plot(self) -> "Figure":
        """A chart of it as a figure of matplotlib, which a notebook shows and `savefig` writes.

        Errors: ArgumentError where there is nothing to draw.
        """
        forms: Any = import_module(FILES)
        found: Figure = forms.plot(self)
        return found

    def says(self) -> str:
        """What it says, in a line."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.says()}>"
