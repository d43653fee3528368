"""An experiment: a scenario whose replications are kept in a store, and what of it is not written yet."""

import pickle
import warnings
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from simulator.experiments.arguments import Given, scenario_of, whole
from simulator.experiments.executors import ExecutorError, Here, Workers, Workforce, workforce
from simulator.experiments.precision import CAP, FIRST, SEQUENTIAL, Precision, needed, precisions
from simulator.experiments.result import Result
from simulator.experiments.samples import Block, play
from simulator.experiments.store import Store, StoreError
from simulator.planning.effort import refuse_floods
from simulator.planning.stock_levels import found_levels
from simulator.scenario.scenario import Scenario


class Experiment:
    """A scenario in a store. What the store holds of it already counts as done."""

    def __init__(self, scenario: Scenario, store: Store) -> None:
        self.scenario, self.store = scenario, store
        self.key = store.experiment(scenario)
        self._kept = set(store.numbers(self.key))
        taken = store.seconds(self.key)
        self._seconds, self._timed = float(taken.sum()), len(taken)
        self._unwritten: list[Block] = []
        """Finished blocks that could not be written."""

    def __reduce__(self) -> tuple[Any, ...]:
        """A pickle has the replications in it; the store stays where it is."""
        return _unpickled, (self.scenario, [*self.store.blocks(self.key), *self._unwritten])

    @cached_property
    def pickled(self) -> bytes:
        """The scenario as workers get it, with the version that they must have and the stock levels found for it."""
        from simulator.experiments.provenance import player

        return pickle.dumps((player(), self.scenario, found_levels(self.scenario)))

    @property
    def done(self) -> int:
        """How many replications are finished."""
        return len(self._kept)

    @property
    def seconds(self) -> float:
        """What a replication takes; 0 as long as nobody knows."""
        return self._seconds / self._timed if self._timed else 0.0

    def has(self, wanted: int) -> int:
        """How many of the first so many replications are finished."""
        return sum(number in self._kept for number in range(wanted))

    def missing(self, wanted: int) -> list[int]:
        """Which of the first so many replications are to be played."""
        return [number for number in range(wanted) if number not in self._kept]

    def keep(self, blocks: Sequence[Block]) -> None:
        """Write finished blocks. What cannot be written is held, so that the result still has it.

        Errors: StoreError.
        """
        self._unwritten += blocks
        for block in blocks:
            self._kept.update(block.numbers)
            self._seconds += sum(block.seconds)
            self._timed += len(block.seconds)
        self.store.add(self.key, self._unwritten)
        self._unwritten = []

    def result(self, first: int | None = None, stopped: str = "", goals: Sequence[Precision] = ()) -> Result:
        """What came out: of the first so many replications, or of all that are finished.

        `stopped` says why there are fewer than were wanted, `goals` which precisions decided how many there are.
        """
        store, key = (self.store, self.key) if not self._unwritten else self._rescued()
        return Result(self.scenario, store, key, first, stopped, SEQUENTIAL if goals else "")

    def _rescued(self) -> tuple[Store, int]:
        """Everything that is finished in a private store, where the store itself could not be written."""
        rescue = Store(":memory:")
        key = rescue.experiment(self.scenario)
        with suppress(StoreError):  # what cannot even be read is still in its file
            for block in self.store.blocks(self.key):
                rescue.add(key, [block])
        rescue.add(key, self._unwritten)
        return rescue, key


def _unpickled(scenario: Scenario, blocks: Sequence[Block]) -> Experiment:
    """An experiment with the replications that were pickled with it, in a private store."""
    store = Store(":memory:")
    store.add(store.experiment(scenario), blocks)
    return Experiment(scenario, store)


BLOCK = 1.0
"""Seconds that a block should take: long beside what it costs to send it, short beside what may be lost."""
ATTEMPTS = 3
"""So often a block is played whose worker dies."""
LISTEN = 0.5
"""Seconds between two looks at whether the workers are still there."""
Progress = Callable[[int, int], None]
"""Called with the replications done and the replications known to be needed."""


@dataclass
class _Task:
    """Replications of one experiment that are played together."""

    experiment: Experiment
    numbers: Sequence[int]
    attempts: int = 0


def run(
    scenario: Given,
    replications: int | None = None,
    *,
    precision: Mapping[str, float | str] | Sequence[Precision] | None = None,
    absolute: Mapping[str, float] | None = None,
    workers: Workers = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    store: str | Path | Store = "",
    progress: Progress | None = None,
    cap: int = CAP,
    yes: bool = False,
) -> Result:
    """Replicate a scenario: `replications` times (1 where nothing is said), or until precisions are met.

    `scenario` is one that is loaded, a file, or a name of the gallery. `precision` gives for each KPI the half width of
    its 95 % interval that is wanted as a share of its mean (0.05 or "5 %"), `absolute` in the KPI's own unit; all hold
    together, with `cap` replications at the most. `workers` are processes, "cores" for one on each core, this process
    alone where left out; `scheduler` names a Dask scheduler instead, `executor` is any of concurrent.futures. `store`
    is a file that keeps the results: what it holds of this scenario is not played again. The result depends on none of
    these. An interrupt keeps what is finished. `yes` plays what would be refused since it is too much.

    Errors: ArgumentError for numbers that make no sense; UnknownName for a KPI that there is not; FloodError for what
    is too much; StoreError; ExecutorError.
    """
    played = scenario_of(scenario)
    goals = precisions(precision, absolute)
    least = 1 if replications is None else whole("replications", replications, 1)
    cap = whole("cap", cap, 1)
    wanted = max(least, min(FIRST, cap)) if goals else least
    experiment = Experiment(played, store if isinstance(store, Store) else Store(store))
    try:
        with workforce(workers, scheduler, executor, yes) as crew:
            while True:
                replicate(crew, [(experiment, wanted)], progress)
                result = experiment.result(wanted)
                more = needed(result, goals, cap)
                if more <= wanted:
                    return experiment.result(wanted, goals=goals)
                wanted = more
    except KeyboardInterrupt:
        why = "interrupted"
        if not experiment.has(wanted):
            raise
    except (ExecutorError, StoreError) as error:
        why = str(error)
        if not experiment.has(wanted):
            raise
        warnings.warn(f"{why}: only {experiment.has(wanted)} replications are finished", RuntimeWarning, stacklevel=2)
    return experiment.result(wanted, why, goals)


def replicate(crew: Workforce, jobs: Sequence[tuple[Experiment, int]], progress: Progress | None = None) -> None:
    """Play what is missing of replications 0 to n - 1 of each experiment; each block is kept when it comes in.

    An interrupt, or an error, keeps the blocks that are finished or under way.

    Errors: FloodError if it is too much; what playing raises; ExecutorError if workers keep dying, or all are gone;
    StoreError if results cannot be written.
    """
    done = sum(experiment.has(wanted) for experiment, wanted in jobs)
    total = sum(wanted for _, wanted in jobs)
    if not crew.yes:
        due = [experiment.scenario for experiment, wanted in jobs if experiment.missing(wanted)]
        refuse_floods(due, min(crew.count, total - done), here=crew.here)
    tell = progress or (lambda done, total: None)
    tell(done, total)
    if crew.optional and total - done == 1:
        crew = Workforce(Here(), 1)  # a second process would take longer to start than many a replication
    queue, pending = _Queue(crew.count, jobs), _Pending()
    try:
        while _submit(crew, queue, pending):
            for future in _finished(crew, queue, pending):
                pending[future].experiment.keep(future.result())
                done += len(pending.pop(future).numbers)
                tell(done, total)
    except BaseException:
        _keep_what_is_under_way(pending, bool(crew.gone()))
        raise


class _Queue:
    """What is still to be played, handed out in blocks that take about as long as each other."""

    def __init__(self, workers: int, jobs: Sequence[tuple[Experiment, int]]) -> None:
        self._left = deque((experiment, deque(experiment.missing(wanted))) for experiment, wanted in jobs)
        self._again: list[_Task] = []
        self._waiting = sum(len(numbers) for _, numbers in self._left)
        self._workers = workers

    def next(self) -> _Task | None:
        """The next block; None if nothing is left to begin."""
        if self._again:
            return self._again.pop()
        while self._left and not self._left[0][1]:
            self._left.popleft()
        if not self._left:
            return None
        experiment, numbers = self._left[0]
        size = min(self._size(experiment), len(numbers))
        self._waiting -= size
        return _Task(experiment, [numbers.popleft() for _ in range(size)])

    def _size(self, experiment: Experiment) -> int:
        """By the time that a replication takes; smaller towards the end, so that nobody waits long for the last."""
        if not experiment.seconds:
            return 1
        return max(1, min(int(BLOCK / experiment.seconds), self._waiting // (2 * self._workers)))

    def again(self, task: _Task, error: BaseException) -> None:
        """Have a block played once more, replication by replication.

        Errors: ExecutorError if its workers have died too often.
        """
        if task.attempts + 1 >= ATTEMPTS:
            raise ExecutorError(
                f"workers die again and again, the last with replication {task.numbers[0]} of "
                f"{task.experiment.scenario.name!r}: is there memory enough? (A script of your own starts its work "
                'under `if __name__ == "__main__":`, since worker processes read it too.)'
            ) from error
        self._again += [_Task(task.experiment, [number], task.attempts + 1) for number in task.numbers]


_Pending = dict[Future[list[Block]], _Task]


def _submit(crew: Workforce, queue: _Queue, pending: _Pending) -> bool:
    """Hand out blocks until each worker has one under way and one waiting; whether there is any."""
    while len(pending) < (2 * crew.count if crew.count > 1 else 1) and (task := queue.next()) is not None:
        try:
            future = crew.executor.submit(play, task.experiment.pickled, list(task.numbers))
        except BrokenExecutor as error:
            raise ExecutorError(f"the executor takes no more work: {error}") from error
        pending[future] = task
    return bool(pending)


def _finished(crew: Workforce, queue: _Queue, pending: _Pending) -> list[Future[list[Block]]]:
    """What has been finished in the meantime; blocks whose worker has died go back to the queue."""
    finished, _ = wait(pending, timeout=LISTEN, return_when=FIRST_COMPLETED)
    if why := crew.gone():
        raise ExecutorError(why)
    for future in finished:
        try:
            future.result()
        except crew.lost as error:
            queue.again(pending.pop(future), error)
    return [future for future in finished if future in pending]


def _keep_what_is_under_way(pending: _Pending, gone: bool) -> None:
    """Blocks that have begun are waited for and kept, those that have not are dropped.

    Where the workers are gone, those that came in before are kept.
    """
    for future in [each for each in pending if (not each.done() if gone else each.cancel())]:
        del pending[future]
    for future, task in pending.items():
        if not future.cancelled() and future.exception() is None:
            with suppress(StoreError):  # what cannot be written is held
                task.experiment.keep(future.result())
