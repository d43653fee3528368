"""Where the values of scenarios come from: a procedure asks, and their next replications are played."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from simulator.checks.overload import unstable
from simulator.drawing.plain_text import visible
from simulator.experiments import selection
from simulator.experiments.answer import Answer
from simulator.experiments.arguments import Given, confidence_of, kpis_of, scenarios_of, whole
from simulator.experiments.compare import ComparisonError, equal_ones, odd_times, same_luck
from simulator.experiments.comparison import distinct
from simulator.experiments.executors import Workers, Workforce, workforce
from simulator.experiments.replicate import Experiment, Progress, replicate
from simulator.experiments.selection import CAP, FIRST, Choice
from simulator.experiments.store import Store
from simulator.replication.measure import catalogue
from simulator.scenario.scenario import Scenario


class Desk:
    """Gives a procedure the next values of scenarios by playing their next replications."""

    def __init__(
        self,
        crew: Workforce,
        experiments: Sequence[Experiment],
        names: Sequence[str],
        kpi: str,
        largest: bool,
        progress: Progress | None = None,
    ) -> None:
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
            raise ComparisonError(
                f"{self._names[place]} has no {self._kpi} in replication {which}: give runs so long that each has one"
            )
        self._given[place] = total
        return values


Procedure = Literal["kn", "subset", "ocba"]
COUNT = 20
"""Replications of each scenario for a subset; and on average, where a budget is not stated."""
NORMAL = "as far as the replications' values are normal, which means over long runs nearly are"
GUARANTEES = {
    "kn": "If the best is better than every other by {indifference:g} or more ({unit}), it is the one selected with a "
    "probability of at least {confidence:.4g} %. Between scenarios that are closer nothing is promised. "
    "KN (Kim and Nelson 2001): " + NORMAL + ".",
    "subset": "With a probability of at least {confidence:.4g} % the best is among those kept{lead}. Subset selection "
    "by paired differences (after Gupta 1965): " + NORMAL + ".",
    "ocba": "Nothing is guaranteed. The probability that the selection is correct is estimated at {probability}, "
    "as if random numbers were not shared. OCBA (Chen and others 2000): " + NORMAL + ".",
}


@dataclass(frozen=True, repr=False)
class Selection(Answer):
    """What a procedure of selection came to."""

    procedure: Procedure
    kpi: str
    unit: str
    largest: bool
    """Whether the largest value is the best."""
    scenarios: tuple[str, ...]
    hashes: tuple[str, ...]
    seed: int
    best: str
    """The best of those kept, by its mean."""
    kept: tuple[str, ...]
    """Those that may be the best; the best alone where the procedure has decided."""
    means: tuple[float, ...]
    """Of each scenario over the replications that were played of it."""
    replications: tuple[int, ...]
    """Played of each scenario; those ruled out early have fewer."""
    guarantee: str
    """What may be relied on, in words."""
    notes: tuple[str, ...] = ()
    unstable: tuple[str, ...] = ()
    """Those that never settle: they were not played and cannot be the best."""

    def says(self) -> str:
        """Which is the best, or may be."""
        words = "the best is" if self.decided else "the best may be"
        return f"by {self.kpi} {words} {' or '.join(map(visible, self.kept))}"

    @property
    def decided(self) -> bool:
        """Whether one is left."""
        return len(self.kept) == 1

    def as_json(self) -> dict[str, Any]:
        """The selection as plain data."""
        from simulator import __version__

        rows = zip(self.scenarios, self.hashes, self.means, self.replications, strict=True)
        return {
            "procedure": self.procedure,
            "kpi": self.kpi,
            "unit": self.unit,
            "seed": self.seed,
            "best_is": "largest" if self.largest else "smallest",
            "best": self.best,
            "decided": self.decided,
            "kept": list(self.kept),
            "guarantee": self.guarantee,
            "notes": list(self.notes),
            "unstable": list(self.unstable),
            "version": __version__,
            "scenarios": [
                {"scenario": name, "hash": content, "mean": mean, "replications": count, "kept": name in self.kept}
                for name, content, mean, count in rows
            ],
        }


def select(
    scenarios: Sequence[Given],
    kpi: str,
    *,
    indifference: float | None = None,
    confidence: float = 0.95,
    procedure: Procedure = "kn",
    largest: bool | None = None,
    first: int = FIRST,
    replications: int | None = None,
    budget: int | None = None,
    workers: Workers = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    store: str | Path | Store = "",
    progress: Progress | None = None,
    yes: bool = False,
) -> Selection:
    """Select the best of several scenarios by one KPI's mean over replications, under common random numbers.

    - `kn` plays `first` replications of each, then goes on with those that are left, until one is (or until
      `replications` of each, 10,000 where left out). `indifference` is the smallest difference that matters, in the
      KPI's unit.
    - `subset` plays `replications` of each (20 where left out) and keeps all that may be the best.
    - `ocba` shares out `budget` replications (20 for each on average where left out) to where they tell most.

    Which is best says the KPI itself; `largest` says it where neither is better, or otherwise. Ratios are judged by
    the mean of the replications' values. The rest is as for `run`.

    Scenarios of one content are one candidate, and said to be so. A scenario that never settles, since there is more
    work than can be done, is no candidate: what is measured of it depends on the length of the run.

    Errors: ComparisonError for scenarios that do not share their random numbers, or of which none settles, a KPI that
    not all have in every replication, settings that make no sense or that the procedure does not use; KeyError for an
    unknown KPI; StoreError; ExecutorError.
    """
    (kpi,) = kpis_of(kpi)
    first = whole("first", first, 2, hint="replications of each before any is judged")
    replications = None if replications is None else whole("replications", replications, 2)
    budget = None if budget is None else whole("budget", budget, 2)
    confidence = confidence_of(confidence)
    candidates = scenarios_of(scenarios)
    _check(candidates, kpi, procedure, indifference, confidence, largest, first, replications, budget)
    same_luck(candidates)
    upwards = largest if largest is not None else catalogue()[kpi].better == "higher"
    kept = store if isinstance(store, Store) else Store(store)
    named = dict(zip(distinct([scenario.name for scenario in candidates]), candidates, strict=True))
    lost = {name: "; ".join(each.message for each in unstable(of)) for name, of in named.items() if unstable(of)}
    twins = equal_ones(candidates)
    first_of = {of.hash: name for name, of in reversed(named.items())}
    left = {name: of for name, of in named.items() if name not in lost and first_of[of.hash] == name}
    names, settling = list(left), list(left.values())
    if not names:
        raise ComparisonError(f"none of the scenarios settles: {'; '.join(dict.fromkeys(lost.values()))}")
    with workforce(workers, scheduler, executor, yes) as crew:
        desk = Desk(crew, [Experiment(scenario, kept) for scenario in settling], names, kpi, upwards, progress)
        choice = _choose(desk, len(names), procedure, indifference, confidence, first, replications, budget)
    promise = GUARANTEES[procedure].format(
        indifference=indifference or 0.0,
        unit=catalogue()[kpi].unit,
        confidence=100 * confidence,
        probability=_chance(choice.probability or 0.0),
        lead=f", if it leads by {indifference:g} or more" if indifference else "",
    )
    return _told(choice, procedure, kpi, upwards, settling, names, promise, lost, twins)


def _told(
    choice: Choice,
    procedure: Procedure,
    kpi: str,
    largest: bool,
    scenarios: Sequence[Scenario],
    names: list[str],
    promise: str,
    lost: Mapping[str, str],
    twins: Sequence[str],
) -> Selection:
    if len(names) == 1:
        only = "it is the only one that settles" if lost else "all are one scenario"
        promise = f"There was nothing to select from: {only}."
    elif procedure == "kn" and len(choice.kept) > 1:
        promise = (
            "No selection yet: the replications allowed ran out while several scenarios were left; the best "
            "by its mean is named, without a guarantee."
        )
    unsettled = [f"{name} never settles, and is no candidate: {why}" for name, why in lost.items()]
    return Selection(
        procedure,
        kpi,
        catalogue()[kpi].unit,
        largest,
        tuple(names),
        tuple(each.hash for each in scenarios),
        scenarios[0].run.seed,
        names[choice.best],
        tuple(names[place] for place in choice.kept),
        tuple(mean if largest else -mean for mean in choice.means),
        choice.counts,
        promise,
        (*odd_times(scenarios), *twins, *unsettled),
        tuple(lost),
    )


def _choose(
    desk: Desk,
    systems: int,
    procedure: Procedure,
    indifference: float | None,
    confidence: float,
    first: int,
    replications: int | None,
    budget: int | None,
) -> Choice:
    zone = indifference or 0.0
    if systems == 1:
        values = desk({0: first})[0]
        return Choice(0, (0,), (float(values.mean()),), (first,), 1.0)
    if procedure == "kn":
        return selection.select_kn(desk, systems, zone, confidence=confidence, first=first, cap=replications or CAP)
    if procedure == "subset":
        return selection.select_subset(desk, systems, replications or COUNT, confidence=confidence, indifference=zone)
    return selection.select_ocba(desk, systems, budget or COUNT * systems, first=first)


def _check(
    scenarios: Sequence[Scenario],
    kpi: str,
    procedure: str,
    indifference: float | None,
    confidence: float,
    largest: bool | None,
    first: int,
    replications: int | None,
    budget: int | None,
) -> None:
    """Errors: ComparisonError for what makes no sense, all of it at once."""
    odd = [
        (len(scenarios) < 2, "a selection wants two scenarios at least"),
        (procedure not in GUARANTEES, f"the procedure is kn, subset or ocba; found {procedure!r}"),
        (
            largest is None and catalogue()[kpi].better == "neither",
            f"neither large nor small values of {kpi} are better by themselves: say whether the largest or the "
            "smallest is wanted",
        ),
        (
            procedure == "kn" and indifference is None,
            f"kn wants an indifference: the smallest difference of {kpi} ({catalogue()[kpi].unit}) that matters",
        ),
        (
            indifference is not None and not indifference > 0,
            f"the indifference is a difference above 0; found {indifference}",
        ),
        (procedure == "ocba" and indifference is not None, "ocba has no indifference"),
        (procedure == "ocba" and replications is not None, "ocba has a budget in all, not replications of each"),
        (procedure != "ocba" and budget is not None, f"{procedure} has no budget; only ocba has"),
        (not 0.5 <= confidence < 1, f"the confidence lies between 0.5 and 1, such as 0.95; found {confidence}"),
        (
            replications is not None and replications < (first if procedure == "kn" else 2),
            f"too few replications of each: {replications}",
        ),
        (
            budget is not None and budget < first * len(scenarios),
            f"the budget must allow the first stage of {first} for each of {len(scenarios)}: {first * len(scenarios)}",
        ),
    ]
    said = [message for wrong, message in odd if wrong]
    if said:
        raise ComparisonError("\n".join(said))


def _chance(probability: float) -> str:
    """An estimated probability in words: none is certain.

    >>> _chance(0.912), _chance(0.99997)
    ('91.2 %', 'more than 99.9 %')
    """
    return f"{100 * probability:.1f} %" if probability < 0.9995 else "more than 99.9 %"
