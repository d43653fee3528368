"""What a comparison came to: for each KPI and alternative the difference from the base, with a verdict."""

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path

from simulator.drawing.wording import listed
from simulator.experiments.arguments import (
    ArgumentError,
    Given,
    confidence_of,
    known_kpi,
    kpis_of,
    scenarios_of,
    several,
    whole,
)
from simulator.experiments.comparison import Comparison, distinct
from simulator.experiments.differences import Simultaneous
from simulator.experiments.executors import ExecutorError, Workers, workforce
from simulator.experiments.replicate import Experiment, Progress, replicate
from simulator.experiments.result import Result
from simulator.experiments.store import Store, StoreError
from simulator.scenario.scenario import Scenario


class ComparisonError(ArgumentError):
    """Scenarios that cannot be compared as was asked; the message says why and what would help."""


HEADLINES = (
    "line_fill_rate",
    "on_time",
    "perfect_order_rate",
    "order_cycle_time",
    "inventory_value",
    "sla_penalty",
    "total_cost",
    "margin",
)
"""What is compared where nobody says: few KPIs, since each one more makes the intervals of all wider."""
ROUNDS = (0.25, 0.5, 1.0)
"""All are played so far, then so far: what is stopped early has some replications of each."""


def compare(
    scenarios: Sequence[Given],
    replications: int = 20,
    *,
    kpis: str | Sequence[str] | None = None,
    by: str | Sequence[str] = (),
    confidence: float = 0.95,
    simultaneous: Simultaneous = "bonferroni",
    worth: Mapping[str, float] | None = None,
    independent: bool = False,
    workers: Workers = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    store: str | Path | Store = "",
    progress: Progress | None = None,
    yes: bool = False,
) -> Comparison:
    """Compare alternatives with the first scenario, the base.

    A scenario is one that is loaded, a file, or a name of the gallery. All play the same replications under common
    random numbers; their differences are taken pair by pair. With `independent` each has random numbers of its own (a
    seed that another has already is raised), and Welch's interval. `by` names dimensions to compare by slice too. The
    intervals of a table hold together with the stated `confidence`. `worth` gives the smallest difference that matters,
    by KPI in its own unit; 1 % of the base's value, or half a percentage point of a share, where it says nothing. The
    rest is as for `run`; what is finished when it is interrupted, or when the workers are lost, is compared if there
    are two replications of each.

    Errors: ComparisonError for scenarios that do not share their random numbers, and for settings that make no sense;
    ScenarioError; UnknownName for a KPI that there is not; StoreError; ExecutorError.
    """
    kpis, by = None if kpis is None else kpis_of(kpis), several(by, "dimensions", "segment")
    played = scenarios_of(scenarios)
    replications, confidence = whole("replications", replications, 2), confidence_of(confidence)
    _check(played, simultaneous, worth or {})
    notes = [*odd_times(played), *equal_ones(played)]
    if independent:
        played = with_own_luck(played)
    else:
        same_luck(played)
    kept = store if isinstance(store, Store) else Store(store)
    experiments = [Experiment(scenario, kept) for scenario in played]
    stopped = ""

    def tell(done: int, _: int) -> None:
        if progress is not None:
            progress(done, replications * len(played))

    try:
        with workforce(workers, scheduler, executor, yes) as crew:
            for wanted in sorted({math.ceil(replications * part) for part in ROUNDS}):
                replicate(crew, [(each, wanted) for each in experiments], tell)
                _check_measured([each.result(wanted) for each in experiments], kpis or (), by)
    except (KeyboardInterrupt, ExecutorError, StoreError) as error:
        stopped = str(error) or "interrupted"
        if min(experiment.has(replications) for experiment in experiments) < 2:
            raise
    results = [experiment.result(replications, stopped) for experiment in experiments]
    return compare_results(
        results,
        kpis=kpis,
        by=by,
        confidence=confidence,
        simultaneous=simultaneous,
        worth=worth,
        independent=independent,
        notes=notes,
    )


def compare_results(
    results: Sequence[Result],
    *,
    kpis: str | Sequence[str] | None = None,
    by: str | Sequence[str] = (),
    confidence: float = 0.95,
    simultaneous: Simultaneous = "bonferroni",
    worth: Mapping[str, float] | None = None,
    independent: bool = False,
    notes: Sequence[str] = (),
) -> Comparison:
    """Compare what has been played already; as `compare`.

    Errors: ComparisonError for a KPI or dimension that was asked for and that not all scenarios have, for results of
    different seeds that are to be compared in pairs, and for those that share no replication.
    """
    kpis, by = None if kpis is None else kpis_of(kpis), several(by, "dimensions", "segment")
    confidence = confidence_of(confidence)
    if len(results) < 2 or not all(isinstance(each, Result) for each in results):
        raise ComparisonError("a comparison wants the results of a base and of one alternative at least")
    if not independent:
        same_luck([each.scenario for each in results])
        if not set(results[0].numbers).intersection(*(each.numbers for each in results[1:])):
            raise ComparisonError("the results share no replication: there are no pairs to compare")
    _check_measured(results, kpis or (), by)
    labels = {dimension: [set(each.labels(dimension)) for each in results] for dimension in by}
    apart = [
        f"no {dimension} is in all scenarios: there is nothing to compare by {dimension}"
        for dimension, found in labels.items()
        if not set.intersection(*found)
    ]
    chosen = list(dict.fromkeys(kpis or [each for each in HEADLINES if all(each in r.kpi_names for r in results)]))
    return Comparison(
        results,
        chosen,
        list(dict.fromkeys(by)),
        confidence=confidence,
        simultaneous=simultaneous,
        worth=worth,
        paired=not independent,
        notes=[*notes, *apart],
    )


def _check_measured(results: Sequence[Result], kpis: Sequence[str], by: Sequence[str]) -> None:
    """Errors: ComparisonError for a KPI or a dimension that not all of them have."""
    names = distinct([result.scenario.name for result in results])
    for kind, wanted, known in (
        ("KPI", kpis, [set(each.kpi_names) for each in results]),
        ("dimension", by, [set(each.dimensions()) for each in results]),
    ):
        for asked in wanted:
            for name, there in zip(names, known, strict=True):
                if asked not in there:
                    others = f"; there are {', '.join(sorted(there))}" if kind == "dimension" else ""
                    raise ComparisonError(f"{name} has nothing to measure for the {kind} {asked!r}{others}")


def _check(
    scenarios: Sequence[Scenario],
    simultaneous: str,
    worth: Mapping[str, float],
) -> None:
    """Errors: ComparisonError or UnknownName for what makes no sense."""
    if len(scenarios) < 2:
        raise ComparisonError("a comparison wants a base and one alternative at least")
    if simultaneous not in ("bonferroni", "dunnett"):
        raise ComparisonError(f"simultaneous is 'bonferroni' or 'dunnett'; found {simultaneous!r}")
    if not isinstance(worth, Mapping):
        raise ComparisonError(f'worth: a mapping such as {{"line_fill_rate": 0.01}} is expected; found {worth!r}')
    for kpi, least in worth.items():
        known_kpi(kpi)
        if not isinstance(least, (int, float)) or not least >= 0:
            raise ComparisonError(
                f"the smallest difference of {kpi} that is worth mentioning is not negative; found {least}"
            )


def same_luck(scenarios: Sequence[Scenario]) -> None:
    """Errors: ComparisonError for scenarios of another seed than the first, which cannot be paired with it."""
    base = scenarios[0]
    others = [f"{each.name} has seed {each.run.seed}" for each in scenarios[1:] if each.run.seed != base.run.seed]
    if others:
        raise ComparisonError(
            f"not the same random numbers: {base.name} has seed {base.run.seed}, {', '.join(others)}. "
            "Give all one seed (--seed), or compare them as independent (--independent)"
        )


def equal_ones(scenarios: Sequence[Scenario]) -> list[str]:
    """Which scenarios have one content, in words: nothing can come out between them but chance, or nothing at all."""
    named: dict[str, list[str]] = {}
    for name, each in zip(distinct([each.name for each in scenarios]), scenarios, strict=True):
        named.setdefault(each.hash, []).append(name)
    return [
        f"{listed(names)} have the same content ({content}): {'both' if len(names) == 2 else 'all'} are one scenario"
        for content, names in named.items()
        if len(names) > 1
    ]


def odd_times(scenarios: Sequence[Scenario]) -> list[str]:
    """What differs in the time that is played or measured, in words: then more differs than what was asked."""
    base, found = scenarios[0].run, []
    for each in scenarios[1:]:
        for what in ("start", "horizon", "warm_up"):
            one, other = getattr(base, what), getattr(each.run, what)
            if one != other:
                unit = "" if what == "start" else " h"
                found.append(
                    f"{each.name} has {what} {other}{unit}, {scenarios[0].name} {one}{unit}: "
                    "they are not measured over the same time"
                )
    return found


def with_own_luck(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """The scenarios with seeds of which no two are equal; those that are taken already are raised."""
    found: list[Scenario] = []
    for scenario in scenarios:
        seed, taken = scenario.run.seed, {each.run.seed for each in found}
        while seed in taken:
            seed += 1
        if seed != scenario.run.seed:
            source = {**scenario.source, "run": {**scenario.source["run"], "seed": seed}}
            scenario = Scenario.model_validate(source)
        found.append(scenario)
    return found
