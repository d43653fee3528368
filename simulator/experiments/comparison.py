"""What a comparison came to: for each KPI and alternative the difference from the base, with a verdict."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from simulator.drawing.plain_text import visible
from simulator.experiments.answer import Answer
from simulator.experiments.arguments import UnknownName, no_such
from simulator.experiments.differences import (
    Contrast,
    Difference,
    Simultaneous,
    Verdict,
    common,
    levels,
    more_needed,
    usual_worth,
    verdict,
)
from simulator.experiments.intervals import interval
from simulator.experiments.result import Result
from simulator.replication.measure import catalogue

if TYPE_CHECKING:
    import pandas as pd


class Comparison(Answer):
    """Alternatives beside a base scenario. `differences` has them all; `difference` gives one."""

    def __init__(
        self,
        results: Sequence[Result],
        kpis: Sequence[str],
        by: Sequence[str] = (),
        *,
        confidence: float = 0.95,
        simultaneous: Simultaneous = "bonferroni",
        worth: Mapping[str, float] | None = None,
        paired: bool = True,
        notes: Sequence[str] = (),
    ) -> None:
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

    def says(self) -> str:
        """What differs, KPI by KPI."""
        found = [f"{each.kpi} {each.says}" for each in self.differences if not each.dimension]
        of = "" if len(self.alternatives) == 1 else f" and {len(self.alternatives) - 1} more"
        return f"{visible(self.alternatives[0])}{of} against {visible(self.base)}; {', '.join(found[:4])}"

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
        if not wanted:
            raise UnknownName(f"name the alternative: there are {', '.join(self.alternatives)}")
        if wanted not in self.alternatives:
            raise UnknownName(no_such("alternative", wanted, self.alternatives))
        compared = dict.fromkeys(each.kpi for each in self.differences)
        if kpi not in compared:
            raise UnknownName(f"{no_such('KPI', kpi, compared)} were compared")
        raise UnknownName(f"{kpi} was not compared by {by} {label!r}")

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
        if self._seems_better(name, judged):
            judged = "unstable"
        freedom = contrast.freedom if found.method == "t" else math.inf
        more = more_needed(found, worth, confidence, freedom) if judged == "undecided" else None
        method = found.method if found.method != "t" else "paired t" if self.paired else "Welch"
        return Difference(
            kpi,
            name,
            dimension,
            label,
            about.unit,
            about.better,
            base,
            value,
            found.point,
            found.low,
            found.high,
            method,
            found.replications,
            worth,
            judged,
            more,
            contrast.saved if self.paired else math.nan,
        )

    def _seems_better(self, alternative: str, judged: Verdict) -> bool:
        """Whether a verdict prefers a scenario that never settles: its figures depend on the length of the run."""
        preferred = {"better": alternative, "worse": self.base}.get(judged)
        return preferred is not None and bool(self.unstable[preferred])

    @cached_property
    def unstable(self) -> dict[str, str]:
        """By scenario: why it never settles, in words; "" for those of which nothing says so."""
        return {name: each.never_settles for name, each in zip(self.names, self.results, strict=True)}

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """The warnings of every scenario, each with its name."""
        rows = zip(self.names, self.results, strict=True)
        return [{"scenario": name, **each} for name, result in rows for each in result.warnings]

    @cached_property
    def table(self) -> "pd.DataFrame":
        """All differences: columns kpi, by, label, alternative, unit, base, value, difference, low, high, confidence,
        method, replications, worth, verdict, more, saved."""
        import pandas as pd

        rows = [
            (
                e.kpi,
                e.dimension,
                e.label,
                e.alternative,
                e.unit,
                e.base,
                e.value,
                e.mean,
                e.low,
                e.high,
                self.confidence,
                e.method,
                e.replications,
                e.worth,
                e.verdict,
                e.more,
                e.saved,
            )
            for e in self.differences
        ]
        columns = [
            "kpi",
            "by",
            "label",
            "alternative",
            "unit",
            "base",
            "value",
            "difference",
            "low",
            "high",
            "confidence",
            "method",
            "replications",
            "worth",
            "verdict",
            "more",
            "saved",
        ]
        return pd.DataFrame(rows, columns=columns).astype({"more": "Int64"})

    def as_json(self) -> dict[str, Any]:
        """The comparison as plain data; what is not known is None."""
        from simulator import __version__

        who = [
            {"scenario": name, "hash": result.scenario.hash, "seed": result.scenario.run.seed}
            for name, result in zip(self.names, self.results, strict=True)
        ]
        return {
            "base": who[0],
            "alternatives": who[1:],
            "replications": self.replications,
            "paired": self.paired,
            "confidence": self.confidence,
            "simultaneous": self.simultaneous,
            "version": __version__,
            "notes": self.notes,
            "warnings": self.warnings,
            "differences": [
                {
                    "kpi": e.kpi,
                    "alternative": e.alternative,
                    "by": e.by,
                    "unit": e.unit,
                    "better": e.better,
                    "base": _plain(e.base),
                    "value": _plain(e.value),
                    "difference": _plain(e.mean),
                    "low": _plain(e.low),
                    "high": _plain(e.high),
                    "method": e.method,
                    "replications": e.replications,
                    "worth": e.worth,
                    "verdict": e.verdict,
                    "says": e.says,
                    "more": e.more,
                    "saved": _plain(e.saved),
                }
                for e in self.differences
            ],
        }


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
