"""What the reports look things up in: the estimates by KPI and slice, and the facts of one run."""

from collections import defaultdict
from functools import cached_property

from simulator.experiments.result import Estimate, Result
from simulator.kpis.view import View
from simulator.ledger.ledger import Ledger
from simulator.scenario.scenario import Scenario
from simulator.simulate import simulate

KEPT = frozenset({"", "segment", "channel", "sku", "class", "site", "stage", "activity"})
"""Dimensions that the page shows; customers may be thousands."""


class Findings:
    """A result, looked up by KPI and dimension, with one of its runs."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.scenario: Scenario = result.scenario
        self.replication = next(iter(result.measures))

    @cached_property
    def ledger(self) -> Ledger:
        """What happened in the first replication."""
        return simulate(self.scenario, self.replication)

    @cached_property
    def view(self) -> View:
        """The tables of that run."""
        return View(self.ledger)

    @cached_property
    def _found(self) -> dict[tuple[str, str], list[Estimate]]:
        found: dict[tuple[str, str], list[Estimate]] = defaultdict(list)
        for each in self.result.estimates():
            if each.dimension in KEPT:
                found[each.kpi, each.dimension].append(each)
        return found

    def whole(self, kpi: str) -> Estimate | None:
        """A KPI of the whole; None where it was not measured."""
        return next(iter(self.by(kpi, "")), None)

    def by(self, kpi: str, dimension: str) -> list[Estimate]:
        """A KPI by slice, those without a value left out."""
        return self._found.get((kpi, dimension), [])

    def of(self, kpi: str, dimension: str, label: str) -> Estimate | None:
        """A KPI of one slice; None where it has no value."""
        return next((each for each in self.by(kpi, dimension) if each.label == label), None)

    @property
    def has_stock(self) -> bool:
        """Whether stock is limited anywhere."""
        return self.whole("on_hand") is not None

    @property
    def single(self) -> bool:
        """Whether there is one replication, and so no interval."""
        return self.result.replications < 2
