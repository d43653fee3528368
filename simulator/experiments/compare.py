"""What a comparison came to: for each KPI and alternative the difference from the base, with a verdict."""

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.experiments.differences import (
    Contrast,
    Difference,
    Simultaneous,
    common,
    levels,
    more_needed,
    usual_worth,
    verdict,
)
from simulator.experiments.executors import ExecutorError, workforce
from simulator.experiments.intervals import interval
from simulator.experiments.replicate import Experiment, Progress, replicate
from simulator.experiments.result import Result
from simulator.experiments.store import Store, StoreError
from simulator.replication.measure import catalogue
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


class Comparison:
    """Alternatives beside a base scenario. `differences` has them all; `difference` gives one."""

    def __init__(
        self, results: Sequence[Result], kpis: Sequence[str], by: Sequence[str] = (), *, confidence: float = 0.95,
        simultaneous: Simultaneous = "bonferroni", worth: Mapping[str, float] | None = None, paired: bool = True,
        notes: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.results, self.notes = list(results), list(notes)
        self.confidence, self.simultaneous, self.paired = confidence, simultaneous, paired
        self.names = distinct([result.scenario.name for result in results])
        """Of the base, then of the alternatives; equal names are numbered."""
        self.replications = len(set(results[0].numbers).intersection(*(each.numbers for each in results[1:])))
        """How many replications all scenarios have."""
        self.stopped = next((result.stopped for result in results if result.stopped), "")
        """Why there are fewer than were wanted; "" if there are not."""
        self._worth = worth or {}
        self.differences = [each for dimension in ("", *by) for each in self._table(kpis, dimension)]
        """Of the whole, then by dimension. The intervals of the whole hold together, and so do those of a dimension."""

    @property
    def base(self) -> str:
        """The name of the base."""
        return self.names[0]

    @property
    def alternatives(self) -> list[str]:
        """The names of the alternatives."""
        return self.names[1:]

    def difference(self, kpi: str, alternative: str = "", by: str = "", label: str = "") -> Difference:
        """One of the differences; the alternative may be left out where there is only one.

        Errors: KeyError for what was not compared.
        """
        wanted = alternative or (self.alternatives[0] if len(self.alternatives) == 1 else "")
        for each in self.differences:
            if (each.kpi, each.alternative, each.dimension, each.label) == (kpi, wanted, by, label):
                return each
        raise KeyError(f"no {kpi} of {wanted!r} by {by} {label!r}" if wanted else "name the alternative")

    def _table(self, kpis: Sequence[str], dimension: str) -> Iterator[Difference]:
        rows = [(kpi, label, row) for kpi in kpis for label, row in self._contrasts(kpi, dimension)]
        together = levels([row for _, _, row in rows], self.confidence, self.simultaneous)
        for (kpi, label, row), confidences in zip(rows, together, strict=True):
            for name, contrast, confidence in zip(self.alternatives, row, confidences, strict=True):
                yield self._difference(contrast, confidence, kpi, name, dimension, label)

    def _contrasts(self, kpi: str, dimension: str) -> Iterator[tuple[str, list[Contrast]]]:
        """By slice that all scenarios have: each alternative against the base; if all have a value at all."""
        try:
            found = [result.samples(kpi, dimension) for result in self.results]
        except KeyError:  # not measured by this dimension
            return
        for label in found[0]:
            if all(label in samples for samples in found):
                samples = [each[label] for each in found]
                if self.paired:
                    samples = common(samples, [result.numbers for result in self.results])
                row = [Contrast(samples[0], other, self.paired) for other in samples[1:]]
                if all(each.interval(self.confidence).replications for each in row):
                    yield label, row

    def _difference(
        self, contrast: Contrast, confidence: float, kpi: str, name: str, dimension: str, label: str
    ) -> Difference:
        about, found = catalogue()[kpi], contrast.interval(confidence)
        base, value = (interval(each, confidence).point for each in (contrast.base, contrast.other))
        worth = self._worth.get(kpi, usual_worth(base, about.unit))
        judged = verdict(found, worth, about.better)
        freedom = contrast.freedom if found.method == "t" else math.inf
        more = more_needed(found, worth, confidence, freedom) if judged == "undecided" else None
        method = found.method if found.method != "t" else "paired t" if self.paired else "Welch"
        return Difference(
            kpi, name, dimension, label, about.unit, about.better, base, value, found.point, found.low, found.high,
            method, found.replications, worth, judged, more, contrast.saved if self.paired else math.nan,
        )  # fmt: skip

    @cached_property
    def table(self) -> "pd.DataFrame":
        """All differences: columns kpi, by, label, alternative, unit, base, value, difference, low, high, confidence,
        method, replications, worth, verdict, more, saved."""
        import pandas as pd

        rows = [
            (e.kpi, e.dimension, e.label, e.alternative, e.unit, e.base, e.value, e.mean, e.low, e.high,
             self.confidence, e.method, e.replications, e.worth, e.verdict, e.more, e.saved)
            for e in self.differences
        ]  # fmt: skip
        columns = ["kpi", "by", "label", "alternative", "unit", "base", "value", "difference", "low", "high",
                   "confidence", "method", "replications", "worth", "verdict", "more", "saved"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns).astype({"more": "Int64"})

    def as_json(self) -> dict[str, Any]:
        """The comparison as plain data; what is not known is None."""
        from simulator import __version__

        who = [
            {"scenario": name, "hash": result.scenario.hash, "seed": result.scenario.run.seed}
            for name, result in zip(self.names, self.results, strict=True)
        ]
        return {
            "base": who[0], "alternatives": who[1:], "replications": self.replications, "paired": self.paired,
            "confidence": self.confidence, "simultaneous": self.simultaneous, "version": __version__,
            "notes": self.notes,
            "differences": [
                {
                    "kpi": e.kpi, "alternative": e.alternative, "by": e.by, "unit": e.unit, "better": e.better,
                    "base": _plain(e.base), "value": _plain(e.value), "difference": _plain(e.mean),
                    "low": _plain(e.low), "high": _plain(e.high), "method": e.method,
                    "replications": e.replications, "worth": e.worth, "verdict": e.verdict, "says": e.says,
                    "more": e.more, "saved": _plain(e.saved),
                }
                for e in self.differences
            ],
        }  # fmt: skip


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def distinct(names: Sequence[str]) -> list[str]:
    """Names of which no two are equal.

    >>> distinct(["Base", "More stock", "More stock"])
    ['Base', 'More stock', 'More stock (2)']
    """
    found: list[str] = []
    for name in names:
        number, own = 1, name
        while own in found:
            number += 1
            own = f"{name} ({number})"
        found.append(own)
    return found


class ComparisonError(ValueError):
    """Scenarios that cannot be compared as was asked; the message says why and what would help."""


HEADLINES = ("line_fill_rate", "on_time", "perfect_order_rate", "order_cycle_time", "inventory_value", "sla_penalty",
             "total_cost", "margin")  # fmt: skip
"""What is compared where nobody says: few KPIs, since each one more makes the intervals of all wider."""
ROUNDS = (0.25, 0.5, 1.0)
"""All are played so far, then so far: what is stopped early has some replications of each."""


def compare(
    scenarios: Sequence[Scenario],
    replications: int = 20,
    *,
    kpis: Sequence[str] | None = None,
    by: Sequence[str] = (),
    confidence: float = 0.95,
    simultaneous: Simultaneous = "bonferroni",
    worth: Mapping[str, float] | None = None,
    independent: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    store: str | Path | Store = "",
    progress: Progress | None = None,
) -> Comparison:
    """Compare alternatives with the first scenario, the base.

    All play the same replications under common random numbers; their differences are taken pair by pair. With
    `independent` each has luck of its own (a seed that another has already is raised), and Welch's interval.
    `by` names dimensions to compare by slice too. The intervals of a table hold together with the stated
    `confidence`. `worth` gives the smallest difference that matters, by KPI in its own unit; 1 % of the base's value,
    or half a percentage point of a share, where it says nothing. The rest is as for `run`; what is finished when it is
    interrupted, or when the workers are lost, is compared if there are two replications of each.

    Errors: ComparisonError for scenarios that do not share their luck, and for settings that make no sense; KeyError
    for an unknown KPI; StoreError; ExecutorError.
    """
    _check(scenarios, replications, kpis, confidence, simultaneous, worth or {})
    notes = odd_times(scenarios)
    if independent:
        scenarios = with_own_luck(scenarios)
    else:
        same_luck(scenarios)
    kept = store if isinstance(store, Store) else Store(store)
    experiments = [Experiment(scenario, kept) for scenario in scenarios]
    stopped = ""

    def whole(done: int, _: int) -> None:
        if progress is not None:
            progress(done, replications * len(scenarios))

    try:
        with workforce(workers, scheduler, executor) as crew:
            for wanted in sorted({math.ceil(replications * part) for part in ROUNDS}):
                replicate(crew, [(each, wanted) for each in experiments], whole)
                _check_measured([each.result(wanted) for each in experiments], kpis or (), by)
    except (KeyboardInterrupt, ExecutorError, StoreError) as error:
        stopped = str(error) or "interrupted"
        if min(experiment.has(replications) for experiment in experiments) < 2:
            raise
    results = [experiment.result(replications, stopped) for experiment in experiments]
    return compare_results(results, kpis=kpis, by=by, confidence=confidence, simultaneous=simultaneous, worth=worth,
                           independent=independent, notes=notes)  # fmt: skip


def compare_results(
    results: Sequence[Result], *, kpis: Sequence[str] | None = None, by: Sequence[str] = (), confidence: float = 0.95,
    simultaneous: Simultaneous = "bonferroni", worth: Mapping[str, float] | None = None, independent: bool = False,
    notes: Sequence[str] = (),
) -> Comparison:  # fmt: skip
    """Compare what has been played already; as `compare`.

    Errors: ComparisonError for a KPI or dimension that was asked for and that not all scenarios have.
    """
    _check_measured(results, kpis or (), by)
    labels = {dimension: [set(each.labels(dimension)) for each in results] for dimension in by}
    apart = [f"no {dimension} is in all scenarios: there is nothing to compare by {dimension}"
             for dimension, found in labels.items() if not set.intersection(*found)]  # fmt: skip
    chosen = list(dict.fromkeys(kpis or [each for each in HEADLINES if all(each in r.kpi_names for r in results)]))
    return Comparison(results, chosen, list(dict.fromkeys(by)), confidence=confidence, simultaneous=simultaneous,
                      worth=worth, paired=not independent, notes=[*notes, *apart])  # fmt: skip


def _check_measured(results: Sequence[Result], kpis: Sequence[str], by: Sequence[str]) -> None:
    """Errors: ComparisonError for a KPI or a dimension that not all of them have."""
    names = distinct([result.scenario.name for result in results])
    for kind, wanted, known in (("KPI", kpis, [set(each.kpi_names) for each in results]),
                                ("dimension", by, [set(each.dimensions()) for each in results])):  # fmt: skip
        for asked in wanted:
            for name, there in zip(names, known, strict=True):
                if asked not in there:
                    others = f"; there are {', '.join(sorted(there))}" if kind == "dimension" else ""
                    raise ComparisonError(f"{name} has nothing to measure for the {kind} {asked!r}{others}")


def _check(
    scenarios: Sequence[Scenario], replications: int, kpis: Sequence[str] | None, confidence: float,
    simultaneous: str, worth: Mapping[str, float],
) -> None:  # fmt: skip
    """Errors: ComparisonError or KeyError for what makes no sense."""
    if len(scenarios) < 2:
        raise ComparisonError("a comparison wants a base and one alternative at least")
    if replications < 2:
        raise ComparisonError(f"a comparison wants 2 replications at least; found {replications}")
    if not 0 < confidence < 1:
        raise ComparisonError(f"the confidence lies between 0 and 1, such as 0.95; found {confidence}")
    if simultaneous not in ("bonferroni", "dunnett"):
        raise ComparisonError(f"simultaneous is 'bonferroni' or 'dunnett'; found {simultaneous!r}")
    for kpi in [*(kpis or ()), *worth]:
        if kpi not in catalogue():
            raise KeyError(f"there is no KPI {kpi!r}; `simulator kpis` lists them")
    for kpi, least in worth.items():
        if not least >= 0:
            raise ComparisonError(
                f"the smallest difference of {kpi} that is worth mentioning is not negative; found {least}"
            )


def same_luck(scenarios: Sequence[Scenario]) -> None:
    """Errors: ComparisonError for scenarios of another seed than the first, which cannot be paired with it."""
    base = scenarios[0]
    others = [f"{each.name} has seed {each.run.seed}" for each in scenarios[1:] if each.run.seed != base.run.seed]
    if others:
        raise ComparisonError(f"not the same luck: {base.name} has seed {base.run.seed}, {', '.join(others)}. "
                              "Give all one seed (--seed), or compare them as independent (--independent)")  # fmt: skip


def odd_times(scenarios: Sequence[Scenario]) -> list[str]:
    """What differs in the time that is played or measured, in words: then more differs than what was asked."""
    base, found = scenarios[0].run, []
    for each in scenarios[1:]:
        for what in ("start", "horizon", "warm_up"):
            one, other = getattr(base, what), getattr(each.run, what)
            if one != other:
                unit = "" if what == "start" else " h"
                found.append(f"{each.name} has {what} {other}{unit}, {scenarios[0].name} {one}{unit}: "
                             "they are not measured over the same time")  # fmt: skip
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
