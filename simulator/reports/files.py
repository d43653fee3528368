"""Answers as files and as figures: which forms each kind has, for `answer.save(path)` and `answer.plot()`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.drawing.plain_text import as_csv
from simulator.drawing.sheet import Drawing, figure_of, picture, write_whole
from simulator.experiments.answer import Answer
from simulator.experiments.arguments import ArgumentError
from simulator.experiments.comparison import Comparison
from simulator.experiments.optimisation import Optimum
from simulator.experiments.result import Result
from simulator.experiments.select import Selection
from simulator.experiments.sensitivity import Sensitivity
from simulator.experiments.sweep import Sweep
from simulator.experiments.warm_up import WarmUp
from simulator.experiments.what_if import WhatIfError, what_if
from simulator.reports.comparison_tables import comparison_drawing, write_comparison
from simulator.reports.optimum import optimum_drawing
from simulator.reports.page import headline_drawing, write_page
from simulator.reports.sensitivity_tables import sensitivity_drawing
from simulator.reports.sweep_charts import whole_sweep_drawing
from simulator.reports.warm_up_words import as_json as warm_up_json
from simulator.reports.warm_up_words import warm_up_drawing
from simulator.reports.workbook import write_workbook

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Write = Callable[[Any, Path], None]


def write_what_if(found: Optimum, path: Path) -> None:
    """Write the winner of an optimisation as a scenario.

    Errors: ArgumentError if there is none; OSError if it cannot be written.
    """
    try:
        text = what_if(found, path.parent)
    except WhatIfError as error:
        raise ArgumentError(f"{path}: there is nothing to write: {error}") from None
    write_whole(path, text.encode())


def save(answer: Answer, path: Path) -> None:
    """Write an answer in the form that the ending of the file says.

    Errors: ArgumentError for an ending that there is not for it; OSError if it cannot be written.
    """
    known = _forms(answer)
    form = known.get(path.suffix.lower())
    if form is None:
        kind = type(answer).__name__
        raise ArgumentError(f"{path}: the ending says the form of a {kind}: {', '.join(known)}")
    form(answer, path)


def plot(answer: Answer) -> "Figure":
    """The chart of an answer.

    Errors: ArgumentError where it has none, or there is nothing to draw.
    """
    return figure_of(*_drawn(answer))


def _drawn(answer: Answer) -> Drawing:
    draw = _CHARTS.get(type(answer))
    drawing = None if draw is None else draw(answer)
    if drawing is None:
        raise ArgumentError(f"a {type(answer).__name__} such as this has nothing to draw: {answer.says()}")
    return drawing


def _forms(answer: Answer) -> dict[str, Write]:
    kind = type(answer)
    found = {".json": _json}
    if not isinstance(answer, (Selection, WarmUp)):
        found[".csv"] = _csv
    if kind in _CHARTS:
        found |= {".png": _picture, ".svg": _picture}
    return found | _OWN.get(kind, {})


def _json(answer: Any, path: Path) -> None:
    plain = warm_up_json(answer) if isinstance(answer, WarmUp) else answer.as_json()
    write_whole(path, json.dumps(plain, indent=1, default=str).encode("utf-8", errors="replace"))


def _csv(answer: Any, path: Path) -> None:
    table = answer.table() if callable(answer.table) else answer.table
    write_whole(path, as_csv(table).encode("utf-8", errors="replace"))


def _picture(answer: Answer, path: Path) -> None:
    write_whole(path, picture(*_drawn(answer), path.suffix.lstrip(".").lower()))


_OWN: dict[type[Answer], dict[str, Write]] = {
    Result: {".html": write_page, ".xlsx": write_workbook},
    Comparison: {".html": write_comparison},
    Optimum: {".yaml": write_what_if},
}
_CHARTS: dict[type[Answer], Callable[[Any], Drawing | None]] = {
    Result: headline_drawing,
    Comparison: comparison_drawing,
    Sweep: whole_sweep_drawing,
    Sensitivity: sensitivity_drawing,
    Optimum: optimum_drawing,
    WarmUp: warm_up_drawing,
}
