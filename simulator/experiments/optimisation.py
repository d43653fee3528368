"""What an optimisation found: the winner with what fresh replications say of it, and every point that was tried."""

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.checks.conflicts import scenario_warnings
from simulator.checks.overload import unstable
from simulator.drawing.plain_text import visible
from simulator.experiments.answer import Answer
from simulator.experiments.arguments import ArgumentError, Given, whole
from simulator.experiments.certainty import Certainty, certainty
from simulator.experiments.executors import Workers, Workforce, workforce
from simulator.experiments.intervals import CONFIDENCE, Interval
from simulator.experiments.replicate import Experiment, Progress, replicate
from simulator.experiments.result import Result
from simulator.experiments.search import Confirmation, Confirmed, Trial, Tried, confirm, near
from simulator.experiments.search_space import Point, Space, faults, goals, said, sample
from simulator.experiments.store import Store
from simulator.experiments.wide_search import optuna, wide
from simulator.replication.measure import catalogue
from simulator.scenario.errors import At, Problem, ScenarioError, dotted
from simulator.scenario.optimise import Constraint, Optimise
from simulator.scenario.reading.load import changed, load, located, read_value
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


class Optimum(Answer):
    """The winner of an optimisation, and how sure it is."""

    def __init__(
        self,
        base: Scenario,
        section: Optimise,
        result: Result,
        tried: Tried,
        confirmations: Sequence[Confirmation],
        local: bool,
        where: str | Path | None,
        overrides: Sequence[str],
    ) -> None:
        self.base, self.section = base, section
        self.result = result
        """The base in the replications of the search."""
        self.trials, self.refused = tried.trials, tried.refused
        """Every point that was tried, in order, and those that the scenario does not take."""
        self.confirmations = list(confirmations)
        """What fresh replications say of the candidates; the last is the winner. Empty if no point has a value."""
        self.local = local
        """Whether every neighbour of the best point was tried, so that none of them is better."""
        self.where, self.overrides = where, tuple(overrides)
        """The file or name that the base was loaded from, and what was changed in it."""

    def says(self) -> str:
        """The verdict."""
        return f"{visible(self.base.name)}: {self.verdict}"

    @property
    def called(self) -> str:
        """What the point that is named is: the winner, or only the nearest to what the constraints want."""
        return "winner" if self.holds else "nearest"

    @cached_property
    def certainty(self) -> Certainty | None:
        """How sure it is that the winner is the best of those tried; None where none is shown to keep the constraints,
        or where too few replications tell."""
        failed = [each.trial for each in self.confirmations[:-1]]
        return certainty(self.winner, self.trials, self.section, failed) if self.holds else None

    @property
    def winner(self) -> Trial:
        """The point that is recommended; where `holds` says no, the nearest to what the constraints want.

        Errors: ValueError if no point has a value.
        """
        if not self.confirmations:
            raise ValueError(f"no point that settles has a value for {self.section.objective.kpi}")
        return self.confirmations[-1].trial

    @property
    def point(self) -> Point:
        """The values of the winner by path, as a what-if writes them."""
        return self.winner.point

    @property
    def scenario(self) -> Scenario:
        """The base with the values of the winner."""
        return self.winner.experiment.scenario

    @property
    def kpis(self) -> tuple[Confirmed, ...]:
        """The objective, then each constraint: base, winner and difference in fresh replications."""
        return self.confirmations[-1].kpis if self.confirmations else ()

    @property
    def holds(self) -> bool:
        """Whether every constraint is shown to hold, each with the confidence that was asked for."""
        return bool(self.confirmations) and self.confirmations[-1].holds

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """The warnings of the base and of the winner, each with whose it is."""
        both = {"base": self.base} | ({self.called: self.scenario} if self.confirmations else {})
        return [{"of": name, **each} for name, of in both.items() for each in scenario_warnings(of)]

    @property
    def verdict(self) -> str:
        """In words: whether the constraints hold, and how the objective compares with the base."""
        if not self.confirmations:
            if any(trial.fate == "unstable" for trial in self.trials):
                return "nothing found: no point that was tried settles, since there is more work than can be done"
            return f"nothing found: no point has a value for {self.section.objective.kpi}"
        if not self.section.subject_to:
            return self._against()
        if not self.holds:
            lost = ", ".join(said(each.goal) for each in self.kpis if not each.holds)
            surely = all(trial.fate in ("violates", "no value", "unstable") for trial in self.trials)
            none = "none keeps it" if surely else "none is shown to keep it"
            return f"{none}: {lost}; the nearest is given, and is no solution; its {self._against()}"
        held = "all constraints hold" if len(self.section.subject_to) > 1 else "the constraint holds"
        base = "" if all(each.base_holds for each in self.kpis) else ", which is not shown of the base"
        return f"{held} with {self.sure} confidence{base}; {self._against()}"

    def _against(self) -> str:
        """The objective against the base, in words."""
        found, name = self.kpis[0].difference, said(self.section.objective)
        if unstable(self.base):
            return f"the base never settles, so that {name} cannot be held against it"
        if found.low > 0 or found.high < 0:
            return f"{name} is {'higher' if found.low > 0 else 'lower'} than in the base"
        return f"{name} is not surely other than in the base"

    @property
    def sure(self) -> str:
        """The confidence that was asked for of the constraints, in words."""
        return ", ".join(
            f"{100 * level:.4g} %" for level in sorted({each.confidence for each in self.section.subject_to})
        )

    @cached_property
    def table(self) -> "pd.DataFrame":
        """Every point that was tried: values, objective, constraints, replications, and what came of it."""
        import pandas as pd

        return pd.DataFrame([self._row(trial) for trial in self.trials])

    def _row(self, trial: Trial) -> dict[str, Any]:
        names = [said(constraint) for constraint in self.section.subject_to]
        confirmed = {each.trial.number: each.holds for each in self.confirmations}
        fate = "" if trial.number not in confirmed else "holds" if confirmed[trial.number] else "not shown"
        return {
            "trial": trial.number,
            **trial.point,
            said(self.section.objective): trial.value,
            **dict(zip(names, trial.values, strict=True)),
            "replications": trial.played,
            "search": trial.fate,
            "confirmed": fate,
        }

    def _named(self) -> dict[str, Any]:
        return {"point": self.point, "hash": self.scenario.hash, "trial": self.winner.number}

    def _certainty(self) -> dict[str, Any] | None:
        if self.certainty is None:
            return None
        return {
            "chance_best_of_those_shown_to_hold": self.certainty.chance,
            "not_told_apart": [trial.number for trial in self.certainty.alike],
            "may_be_better_not_shown_to_hold": [trial.number for trial in self.certainty.doubtful],
            "same_in_every_replication": [trial.number for trial in self.certainty.same],
        }

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        from simulator import __version__

        section = self.section
        return {
            "scenario": self.base.name,
            "hash": self.base.hash,
            "seed": self.base.run.seed,
            "version": __version__,
            "objective": {
                "kpi": section.objective.kpi,
                "by": section.objective.by,
                "goal": "minimise" if section.sign > 0 else "maximise",
            },
            "verdict": self.verdict,
            "holds": self.holds,
            "no_better_neighbour": self.local,
            "warnings": self.warnings,
            "winner": self._named() if self.holds else None,
            "nearest": self._named() if self.confirmations and not self.holds else None,
            "certainty": self._certainty(),
            "replications": {"search": section.replications.most, "confirmation": section.replications.fresh},
            "confirmed": [_json(each, self.called) for each in self.kpis],
            "refused": self.refused,
            "trials": [{key: _or_none(value) for key, value in self._row(trial).items()} for trial in self.trials],
        }


def _json(each: Confirmed, called: str) -> dict[str, Any]:
    goal = each.goal
    found: dict[str, Any] = {"kpi": goal.kpi, "by": goal.by, "unit": catalogue()[goal.kpi].unit}
    for name, part in (("base", each.base), (called, each.winner), ("difference", each.difference)):
        found[name] = _interval(part)
    if isinstance(goal, Constraint):
        found |= {
            "at_least": goal.at_least,
            "at_most": goal.at_most,
            "confidence": goal.confidence,
            "bound": _or_none(each.bound),
            "holds": each.holds,
            "base_holds": each.base_holds,
        }
    return found


def _interval(found: Interval) -> dict[str, Any]:
    return {
        "mean": _or_none(found.point),
        "low": _or_none(found.low),
        "high": _or_none(found.high),
        "confidence": CONFIDENCE,
    }


def _or_none(value: Any) -> Any:
    """JSON has no nan."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


WIDE = 0.5
"""Part of the trials that search widely; the others search near the best."""


def optimise(
    scenario: Given,
    overrides: Sequence[str] = (),
    *,
    trials: int | None = None,
    most: int | None = None,
    workers: Workers = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    store: str | Path | Store = "",
    progress: Progress | None = None,
    yes: bool = False,
) -> Optimum:
    """Find what the `optimise` section of a scenario asks for.

    `scenario` is a file or the name of a gallery scenario, changed by `overrides` as `load` does, or a scenario.
    `trials` and `most` are for what the section says of trials and of the most replications. The rest is as for
    `run`; with a store the same call goes on where it was stopped.

    Half of the trials search widely, as optuna proposes, the others the neighbours of the best; where there are no
    more points than trials, every one is tried. All play the same replications (common random numbers). A point
    starts with few, and is dropped when it surely violates a constraint, or is surely worse than the best so far. The
    winner is judged by replications that the search has not seen, since the best of many looks better than it is.

    Errors: ScenarioError for a section with faults, or none; OptunaMissing; ValueError for numbers that make no
    sense; StoreError; ExecutorError.
    """
    trials = None if trials is None else whole("trials", trials, 1)
    most = None if most is None else whole("most", most, 2, hint="replications of a point at most")
    if overrides and isinstance(scenario, Scenario):
        raise ArgumentError("overrides change a scenario that is loaded by name; this one is loaded already")
    loaded = scenario if isinstance(scenario, Scenario) else load(scenario, overrides, faults)
    where = None if isinstance(scenario, Scenario) else scenario
    section = _section(loaded, where, overrides, trials, most)
    optuna()
    kept = store if isinstance(store, Store) else Store(store)
    with workforce(workers, scheduler, executor, yes) as crew:
        return _found(_Search(crew, loaded, section, kept, progress), where, overrides)


def _section(
    scenario: Scenario, where: str | Path | None, overrides: Sequence[str], trials: int | None, most: int | None
) -> Optimise:
    """What is asked for.

    Errors: ScenarioError, ValueError.
    """
    section = scenario.optimise
    if section is None:
        hint = "such as optimise: {minimise: total_cost, decisions: {path: {low: 2, high: 9, step: 1}}}"
        raise ScenarioError(
            [Problem(str(where or scenario.name), 0, 0, "", "nothing to optimise: it has no section `optimise`", hint)]
        )
    if where is None and (wrong := list(faults(scenario))):
        raise _told(wrong, where, overrides, scenario)
    times = section.replications
    if most is not None:
        times = times.model_copy(update={"most": most, "first": min(times.first, most)})
    return section.model_copy(update={"trials": trials or section.trials, "replications": times})


def _told(wrong: Sequence[At], where: str | Path | None, overrides: Sequence[str], scenario: Scenario) -> ScenarioError:
    """Faults with their places, as far as there is a file."""
    if where is not None:
        return located(wrong, where, overrides)
    return ScenarioError(Problem(scenario.name, 0, 0, dotted(each.path), each.message, each.hint) for each in wrong)


class _Search:
    """What a search needs at hand."""

    def __init__(
        self, crew: Workforce, scenario: Scenario, section: Optimise, store: Store, progress: Progress | None
    ) -> None:
        self.crew, self.scenario, self.section, self.store = crew, scenario, section, store
        self.base = Experiment(scenario, store)
        self.space = Space(section)
        self._tell = progress or (lambda done, total: None)
        self._done = 0
        times = section.replications
        self.trials = int(min(section.trials, self.space.size))
        self._total = (1 + self.trials) * times.most + 2 * times.fresh

    def begin(self, point: Point) -> Experiment:
        """A point as an experiment."""
        values = {path: read_value(text, path) for path, text in point.items()}
        return Experiment(changed(self.scenario, values), self.store)

    def told(self, running: Sequence[Trial], done: int) -> None:
        """Pass on how far it is: what was dropped counts as done."""
        most = self.section.replications.most
        before = max((trial.number for trial in running), default=1) - len(running)
        self.tell((1 + before) * most + done)

    def tell(self, done: int) -> None:
        """Pass on how far it is; never back."""
        self._done = max(self._done, min(done, self._total))
        self._tell(self._done, self._total)


def _found(at: _Search, where: str | Path | None, overrides: Sequence[str]) -> Optimum:
    most = at.section.replications.most
    replicate(at.crew, [(at.base, most)], lambda done, _: at.tell(done))
    result = at.base.result(most)
    unmeasured = []
    for place, goal in goals(at.section):
        try:
            sample(result, goal)
        except KeyError:
            unmeasured.append(At(place, f"the scenario has nothing to measure for {goal.kpi}"))
    if unmeasured:
        raise _told(unmeasured, where, overrides, at.scenario)
    tried = Tried(at.crew, at.section, at.space, at.begin, at.told)
    wide(tried, at.space.own(at.scenario.source), math.ceil(at.section.trials * WIDE))
    local = near(tried)
    before = (1 + at.trials) * most
    confirmed = confirm(at.crew, at.base, tried.trials, at.section, lambda done: at.tell(before + done - 2 * most))
    return Optimum(at.scenario, at.section, result, tried, confirmed, local, where, overrides)
