"""Many variants of one scenario, played in one pool under the same luck."""

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from simulator.experiments.design import Values
from simulator.experiments.executors import ExecutorError, workforce
from simulator.experiments.experiment import Experiment
from simulator.experiments.ranges import DesignError
from simulator.experiments.replicate import Progress, replicate
from simulator.experiments.result import Result
from simulator.experiments.store import Store, StoreError
from simulator.scenario.errors import Problem
from simulator.scenario.load import ScenarioError, changed
from simulator.scenario.scenario import Scenario


def variants(scenario: Scenario, points: Sequence[Values]) -> list[Scenario]:
    """The scenario at each point.

    Errors: ScenarioError with the problems of every point, before anything is played; DesignError for another seed.
    """
    if any(path.replace('"', "").strip() == "run.seed" for values in points for path in values):
        raise DesignError("run.seed cannot be varied: the points are compared under the same luck")
    found, problems = [], list[Problem]()
    for values in points:
        try:
            found.append(changed(scenario, values))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def play_all(
    scenarios: Sequence[Scenario], replications: int, *, workers: int | None = None, scheduler: str | None = None,
    executor: Executor | None = None, store: str | Path | Store = "", progress: Progress | None = None,
) -> tuple[list[Result | None], str]:  # fmt: skip
    """The results of scenarios, each played so many times, and why that is not all; "" if it is.

    Scenarios of the same content are played once. What is stopped early leaves None for those that have not begun.

    Errors: KeyboardInterrupt, ExecutorError, StoreError if nothing at all is finished.
    """
    kept = store if isinstance(store, Store) else Store(store)
    experiments = {scenario.hash: Experiment(scenario, kept) for scenario in scenarios}
    stopped = ""
    try:
        with workforce(workers, scheduler, executor) as crew:
            replicate(crew, [(experiment, replications) for experiment in experiments.values()], progress)
    except (KeyboardInterrupt, ExecutorError, StoreError) as error:
        stopped = str(error) or "interrupted"
        if not any(experiment.has(replications) for experiment in experiments.values()):
            raise
    results = {each: experiment.result(replications, stopped) if experiment.has(replications) else None
               for each, experiment in experiments.items()}  # fmt: skip
    return [results[scenario.hash] for scenario in scenarios], stopped
