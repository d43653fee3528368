"""Replications: so many, or until stated precisions are met, on all cores, the same numbers on any of them."""

import math
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context

from simulator.experiments.result import Result
from simulator.kpis.measure import Measures, measure
from simulator.replication import simulate
from simulator.scenario.scenario import Scenario

FIRST = 8
"""Replications before a precision is judged for the first time."""
CAP = 1000
"""Replications at most, where a precision decides their number."""
Progress = Callable[[int, int], None]
"""Called with the replications done and the replications known to be needed."""


def run(
    scenario: Scenario,
    replications: int | None = None,
    *,
    precision: Mapping[str, float] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    cap: int = CAP,
) -> Result:
    """Replicate a scenario: `replications` times (1 where nothing is said), or until `precision` is met.

    `precision` gives for each KPI the relative half width of its 95 % interval that is wanted, all
    together, with `cap` replications at the most. `workers` are processes; as many as there are
    cores where left out. The result depends on neither. An interrupt keeps what is finished.

    Errors: ValueError for numbers that make no sense; KeyError for an unknown KPI.
    """
    wanted = max(FIRST, replications or 0) if precision else replications or 1
    if wanted < 1 or any(not goal > 0 for goal in (precision or {}).values()):
        raise ValueError("replications must be 1 or more, and a precision above 0")
    done: dict[int, Measures] = {}
    try:
        with _workforce(scenario, workers, wanted) as executor:
            while True:
                _replicate(executor, scenario, range(len(done), wanted), done, progress)
                more = _needed(Result(scenario, done), precision or {}, cap)
                if more <= wanted:
                    return Result(scenario, done)
                wanted = more
    except KeyboardInterrupt:
        if not done:
            raise
        return Result(scenario, done, interrupted=True)


def _needed(result: Result, precision: Mapping[str, float], cap: int) -> int:
    """How many replications the precisions need, as far as can be told; judged by the replications alone."""
    needed = result.replications
    for kpi, goal in precision.items():
        found = result.estimate(kpi)
        if found.relative > goal:
            times = (found.relative / goal) ** 2 if math.isfinite(found.relative) else 2.0
            needed = max(needed, result.replications + 1, math.ceil(result.replications * min(times, 4.0)))
    return min(needed, max(cap, result.replications))


def replicate(scenario: Scenario, numbers: Sequence[int]) -> list[Measures]:
    """Simulate and measure some replications, one after the other."""
    return [measure(simulate(scenario, number)) for number in numbers]


def _replicate(
    executor: Executor | None, scenario: Scenario, numbers: Sequence[int], done: dict[int, Measures],
    progress: Progress | None,
) -> None:  # fmt: skip
    """Add the replications named to those done, telling the progress."""
    total = len(done) + len(numbers)
    for block, found in _here(scenario, numbers) if executor is None else _elsewhere(executor, numbers):
        done.update(zip(block, found, strict=True))
        if progress is not None:
            progress(len(done), total)


Finished = Iterator[tuple[Sequence[int], list[Measures]]]


def _here(scenario: Scenario, numbers: Sequence[int]) -> Finished:
    for number in numbers:
        yield [number], replicate(scenario, [number])


def _elsewhere(executor: Executor, numbers: Sequence[int]) -> Finished:
    """Blocks of replications from the workers, as they come in."""
    pending: dict[Future[list[Measures]], Sequence[int]] = {
        executor.submit(_block, block): block for block in _blocks(numbers)
    }
    try:
        while pending:
            finished, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                yield pending.pop(future), future.result()
    finally:
        for future in pending:
            future.cancel()


def _blocks(numbers: Sequence[int], most: int = 64) -> list[Sequence[int]]:
    """Single replications while they are few, larger blocks when there are many."""
    size = max(1, min(most, len(numbers) // 64))
    return [numbers[first : first + size] for first in range(0, len(numbers), size)]


@contextmanager
def _workforce(scenario: Scenario, workers: int | None, tasks: int) -> Iterator[Executor | None]:
    """Worker processes that hold the scenario; none where one process will do."""
    count = min(workers or os.cpu_count() or 1, tasks)
    if count <= 1:
        yield None
        return
    executor = ProcessPoolExecutor(count, get_context("spawn"), _prepare, (scenario,))
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


_scenario: Scenario
"""The scenario that this worker process replicates."""


def _prepare(scenario: Scenario) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the main process's to handle
    global _scenario
    _scenario = scenario


def _block(numbers: Sequence[int]) -> list[Measures]:
    return replicate(_scenario, numbers)
