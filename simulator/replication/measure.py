"""Measure a ledger: every KPI, of the whole and of every slice, in a form that is cheap to send and to stack."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from simulator.engine.ledger import Ledger
from simulator.measures import (
    costs,
    demand_met,
    failures,
    fill_rate,
    inventory,
    lead_time,
    money,
    perfect_order,
    policy_results,
)
from simulator.measures.registry import Kpi, registered
from simulator.measures.slices import Kind
from simulator.measures.view import View
from simulator.mechanisms.channels import kpis as channels
from simulator.mechanisms.contracts import kpis as contracts
from simulator.mechanisms.entry_errors import kpis as entry_errors
from simulator.mechanisms.returns import kpis as returns
from simulator.mechanisms.segmentation import kpis as segmentation

MODULES = (
    fill_rate,
    perfect_order,
    failures,
    policy_results,
    lead_time,
    inventory,
    entry_errors,
    returns,
    channels,
    segmentation,
    demand_met,
    costs,
    money,
    contracts,
)
"""Where KPIs are defined, in the order of the catalogue."""


@cache
def catalogue() -> dict[str, Kpi]:
    """Every KPI by name, in the order of the catalogue."""
    rank = {module.__name__: place for place, module in enumerate(MODULES)}
    return dict(sorted(registered().items(), key=lambda item: rank.get(item[1].function.__module__, len(rank))))


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
