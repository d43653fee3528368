"""What the reports look things up in: the estimates by KPI and slice, and the facts of one run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from simulator.experiments.result import Estimate, Result
from simulator.kpis.view import View
from simulator.ledger.ledger import Ledger
from simulator.replication import simulate
from simulator.scenario.scenario import Scenario

KEPT = frozenset({"", "segment", "channel", "sku", "class", "customer_class", "rule", "target", "site", "stage",
                  "supplier", "activity", "cause", "contract"})  # fmt: skip
"""Dimensions that the page shows; customers may be thousands."""
STOCK_SERVICE = frozenset({"line_fill_rate", "unit_fill_rate", "order_fill_rate", "value_fill_rate", "wait_time"})
"""Trivial where stock has no limit."""


class Findings:
    """A result, looked up by KPI and dimension, with one of its runs."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.scenario: Scenario = result.scenario
        self.replication = result.numbers[0]

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
        for each in self.result.estimates(KEPT):
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

    def shown(self, kpis: Iterable[str]) -> Iterator[Estimate]:
        """The KPIs that say something in this scenario: no fill rates without stock, no money without prices."""
        for kpi in kpis:
            found = self.whole(kpi)
            if found is None or (kpi in STOCK_SERVICE and not self.has_stock):
                continue
            if found.mean or not (found.unit.startswith("money") or kpi in ("return_rate", "backorders")):
                yield found
