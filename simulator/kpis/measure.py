"""Measure a ledger: every KPI, of the whole and of every slice, in a form that is cheap to send and to stack."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.kpis.kpi import catalogue
from simulator.kpis.slices import Kind
from simulator.kpis.view import View
from simulator.ledger.ledger import Ledger


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
