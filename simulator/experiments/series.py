"""The course of KPIs over the time of a run, over several replications."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice

import numpy as np

from simulator.experiments.executors import ExecutorError, Workforce
from simulator.kpis.kpi import catalogue
from simulator.kpis.series import series
from simulator.replication import simulate
from simulator.scenario.scenario import Scenario

Progress = Callable[[int, int], None]
"""Called with the replications done and the replications in all."""


@dataclass(frozen=True)
class Series:
    """One KPI in equal steps from the start of the run: one row per replication, one column per step.

    Of a ratio `above` and `below` are the sums that are divided. Of a time average or a rate `below` is hours. What is
    put together, steps or replications, is divided after adding up, so that a busy day counts for more than a quiet
    one; without any count the value is nan.
    """

    kpi: str
    step: float
    """Hours."""
    above: np.ndarray
    below: np.ndarray

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return int(self.above.shape[1])

    @property
    def share(self) -> bool:
        """Whether its values lie between 0 and 1."""
        return self.kpi in catalogue() and catalogue()[self.kpi].proportion

    @property
    def each(self) -> np.ndarray:
        """The value of each step in each replication."""
        return divide(self.above, self.below)

    @property
    def curve(self) -> np.ndarray:
        """The value of each step over all replications."""
        return divide(self.above.sum(axis=0), self.below.sum(axis=0))

    @property
    def runs(self) -> list["Series"]:
        """Each replication by itself."""
        return [Series(self.kpi, self.step, self.above[[row]], self.below[[row]]) for row in range(len(self.above))]

    def between(self, first: int, end: int) -> "Series":
        """The steps from `first` to the one before `end`."""
        return Series(self.kpi, self.step, self.above[:, first:end], self.below[:, first:end])

    def batches(self, size: int) -> "Series":
        """Consecutive steps added up, so many at a time; the last ones, where they are too few, are left out."""
        count = self.steps // size
        above, below = (
            part[:, : count * size].reshape(len(part), count, size).sum(axis=2) for part in (self.above, self.below)
        )
        return Series(self.kpi, self.step * size, above, below)


def divide(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Element by element; nan where there is nothing to divide by."""
    found: np.ndarray = np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)
    return found


def play(
    crew: Workforce, scenario: Scenario, kpis: Sequence[str], step: float, replications: int,
    progress: Progress | None = None,
) -> list[Series]:  # fmt: skip
    """Replications 0, 1, ... of a scenario, with the named KPIs in steps of so many hours.

    KPIs that the scenario has nothing to measure for are left out.

    Errors: as `simulator.kpis.series.series`; ExecutorError if a worker is lost.
    """
    numbers = iter(range(replications))
    found: list[dict[str, np.ndarray]] = []
    ahead: deque[Future[dict[str, np.ndarray]]] = deque()
    try:
        while len(found) < replications:
            for number in islice(numbers, 2 * crew.count - len(ahead)):
                ahead.append(crew.executor.submit(_one, scenario, number, tuple(kpis), step))
            found.append(ahead.popleft().result())
            if progress is not None:
                progress(len(found), replications)
    except crew.lost as error:
        raise ExecutorError(crew.gone() or "a worker died while it played: run it again") from error
    finally:
        for future in ahead:
            future.cancel()
    known = [kpi for kpi in kpis if all(kpi in each for each in found)]
    return [Series(kpi, step, *(np.stack([each[kpi][row] for each in found]) for row in (0, 1))) for kpi in known]


def _one(scenario: Scenario, number: int, kpis: Sequence[str], step: float) -> dict[str, np.ndarray]:
    return series(simulate(scenario, number), kpis, step)
