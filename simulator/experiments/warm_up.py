"""The course of KPIs over the time of a run, over several replications."""

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from simulator.checks.overload import unstable
from simulator.drawing.plain_text import visible
from simulator.experiments.answer import Answer
from simulator.experiments.arguments import Given, kpis_of, scenario_of, whole
from simulator.experiments.executors import Workers, Workforce, workforce
from simulator.experiments.intervals import CONFIDENCE, Interval, Sample, interval
from simulator.experiments.steady_state import (
    FEWEST,
    BatchMeans,
    Progress,
    Series,
    Truncation,
    batch_means,
    divide,
    mser,
    play,
    resampled_cuts,
)
from simulator.replication.measure import NoSeriesError
from simulator.scenario.scenario import Scenario
from simulator.units import DAY, HOUR, WEEK

MAIN = ("line_fill_rate", "on_time", "order_cycle_time", "on_hand", "backorders", "queue_length")
"""The KPIs that are looked at where none are named, as far as the scenario has them."""
STEPS = {"week": WEEK, "day": DAY, "hour": HOUR}
ENOUGH = {WEEK: 100, DAY: 50}
"""So many steps are worth following: 20 batches for MSER-5, or at least the 10 that it wants. Else it is hours."""
OPEN = 0.01
"""Share of open orders from which on a step at the end of the run is not known well."""


BETWEEN = (0.1, 0.9)
"""The part of the resamples that the range of a recommendation holds."""
WIDEST = 0.2
"""A range that is wider than this part of the run says that the warm-up is not to be told."""


class Range(NamedTuple):
    """Between which times the warm-up lies in four resamples of five, in hours; infinite where the run is too short."""

    low: float
    high: float


@dataclass(frozen=True, repr=False)
class WarmUp(Answer):
    """What the series of some KPIs say of the warm-up of a scenario. Times in hours."""

    scenario: Scenario
    series: list[Series]
    """Of each KPI, the run-out cut away."""

    @property
    def step(self) -> float:
        """Length of a step."""
        return self.series[0].step

    @property
    def replications(self) -> int:
        """How many were played."""
        return len(self.series[0].above)

    @property
    def run_out(self) -> float:
        """The end of the run that is left out: orders placed in it were never seen to end."""
        return self.scenario.run.horizon - self.series[0].steps * self.step

    @property
    def unit(self) -> float:
        """What is rounded to: whole weeks, days or hours, by the length of the run."""
        long = (each for each in STEPS.values() if self.scenario.run.horizon >= 10 * each)
        return max(next(long, HOUR), self.step)

    @cached_property
    def cuts(self) -> list[Truncation]:
        """What MSER-5 says of each KPI."""
        return [mser(each) for each in self.series]

    @property
    def unsettled(self) -> list[str]:
        """The KPIs for which the run is too short."""
        half = self.scenario.run.horizon / 2
        return [
            each.kpi
            for each, cut in zip(self.series, self.cuts, strict=True)
            if not cut.settled or self._rounded(cut) > half
        ]

    @cached_property
    def range(self) -> Range | None:
        """How far the warm-up moves when the replications are drawn again with replacement; None for a single one.

        All KPIs together: of each resample the longest cut counts, rounded up to whole units.
        """
        if self.replications < 2:
            return None
        half = self.scenario.run.horizon / 2
        longest = resampled_cuts(self.series, self.scenario.run.seed).max(axis=1) * self.step
        hours = np.ceil(longest / self.unit - 1e-9) * self.unit
        hours[hours > half] = math.inf
        low, high = np.quantile(hours, BETWEEN, method="inverted_cdf").tolist()
        return Range(low, high)

    @property
    def unstable(self) -> bool:
        """Whether other replications might have said something quite different: the warm-up is not to be told."""
        if self.range is None:
            return False
        low, high = self.range
        return not high - low <= max(WIDEST * self.scenario.run.horizon, 2 * self.unit)

    def says(self) -> str:
        """The recommendation."""
        return f"{visible(self.scenario.name)}: " + (
            "not to be told" if math.isnan(self.hours) else f"{self.hours:g} h"
        )

    @property
    def overloaded(self) -> list[str]:
        """Why it never settles, however long the run, in words; empty if nothing says so."""
        return [each.message for each in unstable(self.scenario)]

    @property
    def hours(self) -> float:
        """The warm-up that suits all KPIs: the longest cut, rounded up to whole units; nan if the run is too short,
        if it never settles, or if other replications might have said something quite different."""
        untold = self.unsettled or self.overloaded or self.unstable
        return math.nan if untold else self.longest

    @property
    def longest(self) -> float:
        """The longest cut of these replications, whether or not it is to be relied on."""
        return max(self._rounded(cut) for cut in self.cuts)

    def _rounded(self, cut: Truncation) -> float:
        return math.ceil(cut.steps * self.step / self.unit - 1e-9) * self.unit

    @property
    def used(self) -> float:
        """From when on is measured here: the recommended warm-up, or the scenario's own if there is none."""
        return self.scenario.run.warm_up if math.isnan(self.hours) else self.hours

    @cached_property
    def steady(self) -> list[Series]:
        """The series from then on."""
        first = math.ceil(self.used / self.step - 1e-9)
        return [each.between(first, each.steps) for each in self.series]

    def one_run(self) -> list[BatchMeans | None]:
        """Means of the steady part of replication 0 alone, by batch means; None where it is too short for batches."""
        period = max(1, round(self.unit / self.step))
        if self.steady[0].steps < FEWEST * period:
            return [None for _ in self.steady]
        return [batch_means(each.runs[0], period=period) for each in self.steady]

    @cached_property
    def differing(self) -> list[str]:
        """The KPIs that come out otherwise, beyond chance, measured from the scenario's own warm-up on.

        Against the recommended one, paired by replication: t-intervals of the differences, together at 95 %.
        """
        first = math.ceil(self.scenario.run.warm_up / self.step - 1e-9)
        confidence = 1 - (1 - CONFIDENCE) / len(self.series)
        found = []
        for each, steady in zip(self.series, self.steady, strict=True):
            own = each.between(first, each.steps)
            change = interval(Sample("mean", _by_run(own).linear() - _by_run(steady).linear()), confidence)
            if change.low > 0 or change.high < 0:
                found.append(each.kpi)
        return found

    def all_runs(self) -> list[Interval]:
        """Means of the steady part over all replications, each with the warm-up cut away."""
        return [interval(_by_run(each)) for each in self.steady]


def _by_run(series: Series) -> Sample:
    """One value for each replication."""
    above, below = series.above.sum(axis=1), series.below.sum(axis=1)
    return Sample("ratio", divide(above, below), below, share=series.share)


def find_warm_up(
    scenario: Given,
    replications: int = 10,
    *,
    kpis: str | Sequence[str] = (),
    step: float | None = None,
    workers: Workers = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> WarmUp:
    """Play a scenario and see when its KPIs settle, as `warm_up`; who plays is said as for `run`.

    Errors: ArgumentError, UnknownName, ScenarioError, ExecutorError; NoSeriesError as `warm_up`.
    """
    found, many = scenario_of(scenario), whole("replications", replications, 1)
    with workforce(workers, scheduler, executor) as crew:
        return warm_up(crew, found, many, kpis=kpis_of(kpis), step=step, progress=progress)


def warm_up(
    crew: Workforce,
    scenario: Scenario,
    replications: int = 10,
    *,
    kpis: Sequence[str] = (),
    step: float | None = None,
    progress: Progress | None = None,
) -> WarmUp:
    """Play a scenario and see when its KPIs settle.

    `kpis` are those to look at; the main ones where none are named. `step` is in hours; where left out it is a week
    in a run of 100 weeks and more, a day in one of 50 days and more, else an hour. The scenario's own warm-up changes
    nothing of the series.

    Errors: KeyError for an unknown KPI; NoSeriesError for one that has no series, or that the scenario has nothing to
    measure for.
    """
    step = step or next((each for each, enough in ENOUGH.items() if scenario.run.horizon >= enough * each), HOUR)
    names = list(dict.fromkeys(kpis or MAIN))
    *found, still_open = play(crew, scenario, [*names, "unfinished_orders"], step, replications, progress)
    found = [each for each in found if each.below.any()]
    missing = set(kpis).difference(each.kpi for each in found)
    if missing or not found:
        raise NoSeriesError(f"the scenario has nothing to measure for {', '.join(sorted(missing or names))}")
    end = _known(still_open)
    return WarmUp(scenario, [each.between(0, end) for each in found])


def _known(still_open: Series) -> int:
    """How many steps there are before the run-out: at most a quarter of the run is given away for it."""
    share = np.nan_to_num(still_open.curve, nan=1.0)
    end = still_open.steps
    while end > 0.75 * still_open.steps and share[end - 1] > OPEN:
        end -= 1
    return end
