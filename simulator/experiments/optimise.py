"""Optimise: the decisions that make an objective best while constraints hold, found by trying, and confirmed."""

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from simulator.experiments.executors import Workforce, workforce
from simulator.experiments.experiment import Experiment
from simulator.experiments.optimum import Optimum
from simulator.experiments.replicate import Progress, replicate
from simulator.experiments.search.confirm import confirm
from simulator.experiments.search.goals import faults, goals, sample
from simulator.experiments.search.near import near
from simulator.experiments.search.race import Trial
from simulator.experiments.search.space import Point, Space
from simulator.experiments.search.study import optuna, wide
from simulator.experiments.search.tried import Tried
from simulator.experiments.store import Store
from simulator.scenario.errors import At, Problem, ScenarioError, dotted
from simulator.scenario.load import changed, load, located, read_value
from simulator.scenario.optimise import Optimise
from simulator.scenario.scenario import Scenario

WIDE = 0.5
"""Part of the trials that search widely; the others search near the best."""


def optimise(
    scenario: Scenario | str | Path,
    overrides: Sequence[str] = (),
    *,
    trials: int | None = None,
    most: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    store: str | Path | Store = "",
    progress: Progress | None = None,
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
    if overrides and isinstance(scenario, Scenario):
        raise ValueError("overrides change a scenario that is loaded by name; this one is loaded already")
    loaded = scenario if isinstance(scenario, Scenario) else load(scenario, overrides, faults)
    where = None if isinstance(scenario, Scenario) else scenario
    section = _section(loaded, where, overrides, trials, most)
    optuna()
    kept = store if isinstance(store, Store) else Store(store)
    with workforce(workers, scheduler, executor) as crew:
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
        raise ScenarioError([Problem(str(where or scenario.name), 0, 0, "", "nothing to optimise: it has no section "
                                     "`optimise`", hint)])  # fmt: skip
    if where is None and (wrong := list(faults(scenario))):
        raise _told(wrong, where, overrides, scenario)
    if (trials is not None and trials < 1) or (most is not None and most < 2):
        raise ValueError("trials must be 1 or more, and the most replications 2 or more")
    times = section.replications
    if most is not None:
        times = times.model_copy(update={"most": most, "first": min(times.first, most)})
    return section.model_copy(update={"trials": trials or section.trials, "replications": times})


def _told(
    wrong: Sequence[At], where: str | Path | None, overrides: Sequence[str], scenario: Scenario
) -> ScenarioError:  # fmt: skip
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
