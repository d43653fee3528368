"""Measure a ledger: every KPI, of the whole and of every slice, in a form that is cheap to send and to stack."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import numpy as np

from simulator.engine.ledger import Ledger
from simulator.measures.registry import Kpi, edition, registered
from simulator.measures.slices import Kind
from simulator.measures.view import View
from simulator.mechanisms.known import mechanisms

MEASURES = tuple(
    f"simulator.measures.{name}"
    for name in (
        "fill_rate",
        "perfect_order",
        "failures",
        "policy_results",
        "lead_time",
        "order_desk",
        "inventory",
        "demand_met",
        "costs",
        "money",
    )
)
"""Where KPIs that belong to no mechanism are defined, in the order of the catalogue."""


def catalogue() -> dict[str, Kpi]:
    """Every KPI by name: those of no mechanism, those of each mechanism, and those of users."""
    return _catalogue((*MEASURES, *(module for each in mechanisms() for module in each.kpis)), edition())


@cache
def _catalogue(modules: tuple[str, ...], edition: int) -> dict[str, Kpi]:
    """The catalogue of some modules; a KPI that was defined meanwhile, or a mechanism, makes another."""
    for module in modules:
        import_module(module)
    rank = {module: place for place, module in enumerate(modules)}
    return dict(sorted(registered().items(), key=lambda item: rank.get(item[1].function.__module__, len(rank))))


catalogue()  # whoever imports this module has every activity and every cause


@dataclass(frozen=True)
class Measures:
    """The KPIs of one replication: `values[kpi][dimension]`, one number per label; "" is the whole.

    `weights` and `trials` are laid out like the values, for ratios alone: their denominators, and how many
    things they were decided on. `kinds` says how replications of a KPI are put together.
    """

    values: dict[str, dict[str, np.ndarray]]
    weights: dict[str, dict[str, np.ndarray]]
    trials: dict[str, dict[str, np.ndarray]]
    kinds: dict[str, Kind]
    names: dict[str, list[str]]

    def labels(self, dimension: str) -> list[str]:
        """The names of the slices of a dimension."""
        return self.names[dimension]

    def dimensions(self) -> list[str]:
        """The dimensions that there are."""
        return [name for name, labels in self.names.items() if labels]


def measure(ledger: Ledger, kpis: Sequence[str] | None = None) -> Measures:
    """All KPIs of a closed ledger, or those named. What a scenario has nothing to measure for is left out.

    Errors: KeyError for an unknown KPI.
    """
    view, found = View(ledger), catalogue()
    measures = Measures({}, {}, {}, {}, view.labels.names)
    for name in kpis if kpis is not None else found:
        taken = view.taken(found[name].function)
        if taken is not None:
            measures.values[name], measures.kinds[name] = taken.values, taken.kind
            if taken.kind == "ratio":
                measures.weights[name] = taken.weights
                if taken.trials:
                    measures.trials[name] = taken.trials
    return measures
