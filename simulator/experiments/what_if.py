"""An optimum as a what-if file: what it extends, the values found, and how sure they are."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from simulator.experiments.optimisation import Optimum
from simulator.experiments.search import Confirmed
from simulator.experiments.search_space import said
from simulator.scenario.optimise import Constraint
from simulator.scenario.reading.load import gallery_names, load
from simulator.scenario.scenario import Scenario

PLAIN = re.compile(r"[A-Za-z_][\w.\[\]-]*")
"""A key that needs no quotes."""
OWN = ("name", "about", "optimise")
"""Keys that change no number."""


class WhatIfError(ValueError):
    """A what-if that cannot be written; the message says why and what would help."""


def what_if(optimum: Optimum, folder: str | Path = ".", extends: str | Path | None = None) -> str:
    """The text of a what-if file that is to lie in a folder: the base with the values of the winner, or of the nearest.

    `extends` names the base where the optimum does not know what it was loaded from.

    Errors: WhatIfError if nobody says what it extends, or there is no winner.
    """
    base = extends if extends is not None else optimum.where
    if base is None or not optimum.confirmations:
        why = (
            "say what it extends: the file or the gallery scenario of the base"
            if optimum.confirmations
            else optimum.verdict
        )
        raise WhatIfError(why)
    lines = [f"# {line}" for line in wrap(". ".join(_told(optimum)) + ".", 116)]
    lines += [f"extends: {_quoted(_from(base, Path(folder)))}"]
    lines += [f"name: {_quoted(f'{optimum.base.name}, optimised')}", f"about: {_quoted(_asked(optimum))}"]
    changes = dict(change.split("=", 1) for change in optimum.overrides)
    values = {path.strip(): text.strip() for path, text in changes.items()} | optimum.point
    lines += [f"{_key(path)}: {text}" for path, text in values.items() if path not in OWN]
    return "\n".join(lines) + "\n"


def is_as(optimum: Optimum, path: str | Path) -> bool:
    """Whether a file is played as the winner was: the same content but for name, question and what is optimised."""
    return _content(load(path)) == _content(optimum.scenario)


def _content(scenario: Scenario) -> dict[str, object]:
    return {key: value for key, value in scenario.source.items() if key not in OWN}


def _told(optimum: Optimum) -> Iterator[str]:
    """What was done, and how sure it is."""
    section, count = optimum.section, len(optimum.trials)
    times = section.replications
    yield f"Found by `simulator optimise`: {_asked(optimum)}"
    replications = f"{times.first} to {times.most} replications"
    yield f"{count} points were tried, each with {replications} under the same random numbers"
    yield (
        f"Confirmed by {times.fresh} replications that the search had not seen (seed {optimum.base.run.seed}): "
        f"{'; '.join(_found(each) for each in optimum.kpis)}"
    )
    yield f"Verdict: {optimum.verdict}"


def _asked(optimum: Optimum) -> str:
    section = optimum.section
    asked = f"{said(section.objective)} as {'low' if section.sign > 0 else 'high'} as can be"
    return f"{asked}, with {', '.join(map(said, section.subject_to))}" if section.subject_to else asked


def _found(each: Confirmed) -> str:
    goal = each.goal
    if isinstance(goal, Constraint):
        side = "no less" if goal.at_least is not None else "no more"
        sure = f"{side} than {each.bound:.5g} with {100 * goal.confidence:.4g} % confidence"
        return f"{said(goal)}: {each.winner.point:.5g}, {sure}"
    low, high = each.winner.low, each.winner.high
    return f"{said(goal)} {each.winner.point:.5g} ({low:.5g} to {high:.5g}), base {each.base.point:.5g}"


def _from(base: str | Path, folder: Path) -> str:
    """How a file in a folder names the base: gallery scenarios by name, files relative to the folder."""
    name = str(base)
    if name in gallery_names():
        return name
    return Path(os.path.relpath(Path(name).absolute(), folder.absolute())).as_posix()


def _key(path: str) -> str:
    return path if PLAIN.fullmatch(path) else _quoted(path)


def _quoted(text: str) -> str:
    """A text as YAML reads it, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)
