"""A wide search: every point where they are few, else those that optuna proposes from what was found so far."""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from simulator.experiments.search import BATCH, Trial, Tried
from simulator.experiments.search_space import Places, said
from simulator.scenario.optimise import Optimise

STARTUP = 10
"""Points drawn at random before any are proposed, or a third of the proposals if that is less."""


class OptunaMissing(Exception):  # noqa: N818
    """Optuna is not installed, or is too old."""


def optuna() -> Any:
    """The library that proposes points.

    Errors: OptunaMissing.
    """
    help_ = "pip install 'optuna>=5'"
    try:
        found: Any = import_module("optuna")
    except ImportError as error:
        raise OptunaMissing(f"to optimise needs optuna: {help_}") from error
    if not hasattr(found.Trial, "set_constraint"):
        raise OptunaMissing(f"to optimise needs optuna 5 or newer; this is {found.__version__}: {help_}")
    return found


def wide(tried: Tried, own: Places | None, count: int) -> None:
    """Try so many proposals, batch by batch.

    `own`, the point that the scenario is as it stands, comes first and alone: the others then have a rival.
    """
    if own is not None:
        tried.play([own])
    if tried.space.size <= tried.section.trials:
        every = list(tried.space.every())
        for first in range(0, len(every), BATCH):
            tried.play(every[first : first + BATCH])
        return
    with _quietly(optuna()) as library:
        study = _study(library, tried.section, count)
        if own is not None:
            study.enqueue_trial(dict(own))
        for first in range(0, count, BATCH):
            asked = [study.ask() for _ in range(min(BATCH, count - first))]
            for each, trial in zip(asked, tried.play([tried.space.suggest(each) for each in asked]), strict=True):
                _tell(library, study, each, trial, tried.section)


def _study(library: Any, section: Optimise, count: int) -> Any:
    """Tree-structured Parzen estimators over all decisions together; of a batch each proposal keeps off the others.

    Source: S. Watanabe (2023), arXiv 2304.11127.
    """
    startup = min(STARTUP, max(1, count // 3))
    sampler = library.samplers.TPESampler(
        seed=section.seed, n_startup_trials=startup, multivariate=True, constant_liar=True
    )
    return library.create_study(direction="minimize" if section.sign > 0 else "maximize", sampler=sampler)


def _tell(library: Any, study: Any, asked: Any, trial: Trial | None, section: Optimise) -> None:
    if trial is None or not math.isfinite(trial.value):
        study.tell(asked, state=library.trial.TrialState.FAIL)
        return
    for number, (constraint, gap) in enumerate(zip(section.subject_to, trial.missed, strict=True)):
        asked.set_constraint(f"{number} {said(constraint)}", gap)
    study.tell(asked, trial.value)


@contextmanager
def _quietly(library: Any) -> Iterator[Any]:
    """Without what optuna says on the way."""
    level = library.logging.get_verbosity()
    library.logging.set_verbosity(library.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="optuna")
            warnings.simplefilter("ignore", library.exceptions.ExperimentalWarning)
            yield library
    finally:
        library.logging.set_verbosity(level)
