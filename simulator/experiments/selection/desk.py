"""Where the values of scenarios come from: a procedure asks, and their next replications are played."""

from collections.abc import Mapping, Sequence

import numpy as np

from simulator.experiments.compare import ComparisonError
from simulator.experiments.executors import Workforce
from simulator.experiments.experiment import Experiment
from simulator.experiments.replicate import Progress, replicate


class Desk:
    """Gives a procedure the next values of scenarios by playing their next replications."""

    def __init__(
        self, crew: Workforce, experiments: Sequence[Experiment], names: Sequence[str], kpi: str, largest: bool,
        progress: Progress | None = None,
    ) -> None:  # fmt: skip
        self._crew, self._experiments, self._names = crew, experiments, names
        self._kpi, self._sign, self._progress = kpi, 1.0 if largest else -1.0, progress
        self._given = [0] * len(experiments)

    def __call__(self, wanted: Mapping[int, int]) -> dict[int, np.ndarray]:
        """So many more values of each scenario; turned so that larger is better.

        Errors: ComparisonError where a replication has no value.
        """
        totals = {place: self._given[place] + count for place, count in wanted.items()}
        replicate(self._crew, [(self._experiments[place], total) for place, total in totals.items()], self._progress)
        return {place: self._sign * self._values(place, total) for place, total in totals.items()}

    def _values(self, place: int, total: int) -> np.ndarray:
        result, before = self._experiments[place].result(total), self._given[place]
        if self._kpi not in result.kpi_names:
            raise ComparisonError(f"{self._names[place]} has nothing to measure for the KPI {self._kpi!r}")
        values = result.sample(self._kpi).values[before:]
        if not np.isfinite(values).all():
            lost = [before + int(number) for number in np.flatnonzero(~np.isfinite(values))]
            which = ", ".join(map(str, lost[:5]))
            raise ComparisonError(f"{self._names[place]} has no {self._kpi} in replication {which}: "
                                  "give runs so long that each has one")  # fmt: skip
        self._given[place] = total
        return values
