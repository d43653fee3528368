"""Measure a ledger: every KPI, of the whole and of every slice, in a form that is cheap to send and to stack."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import numpy as np

from simulator.engine.ledger import Ledger
from simulator.measures.registry import Kpi, edition, registered
from simulator.measures.slices import Fixed, Kind, OfSpan, Parted, PerWhole, Ratio
from simulator.measures.view import View
from simulator.mechanisms.known import mechanisms

MEASURES = tuple(
    f"simulator.measures.{name}"
    for name in (
        "fill_rate",
        "perfect_order",
        "policy_results",
        "lead_time",
        "order_desk",
        "inventory",
        "activity_costs",
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


catalogue()  # every activity and every cause is known once this module is imported


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


PER_TIME = "measured time"
"""How the denominator of a time average or of a rate reads in the catalogue."""


LAID_ANEW = "sla_attaining_cost"
"""The one rate that is not a sum over time: what costs are laid on depends on what else is measured."""


ROUNDING = 1e-9


class NoSeriesError(ValueError):
    """A KPI that cannot be taken apart by time."""


def series(ledger: Ledger, kpis: Sequence[str], step: float) -> dict[str, np.ndarray]:
    """For each KPI its numerators (row 0) and denominators (row 1) in steps of so many hours.

    The first step begins with the run, warm-up or not; a last step that is not whole is left out. Of a time average
    or a rate the denominator is hours. A step in which nothing counts, such as a day without orders, has 0 and 0.
    KPIs that the scenario has nothing to measure for are left out.

    Errors: KeyError for an unknown KPI; NoSeriesError for one that is neither a ratio nor a time average or rate,
    such as a percentile.
    """
    run = View(ledger)
    begins = np.arange(int(run.end / step + ROUNDING) + 1) * step
    whole = run.since(0.0)
    found = [catalogue()[name] for name in kpis if whole.taken(catalogue()[name].function) is not None]
    whole.forget()  # a view holds tables of the whole run: one at a time is alive
    rows = []
    for begin in begins.tolist():
        view = run.since(begin)
        rows.append([_sums(kpi, view) for kpi in found])
        view.forget()
    tails = np.array(rows).reshape(len(begins), len(found), 2)
    steps = tails[:-1] - tails[1:]
    return {kpi.name: steps[:, place].T for place, kpi in enumerate(found)}


def _sums(kpi: Kpi, view: View) -> tuple[float, float]:
    """Numerator and denominator of the whole, over the measured time of a view."""
    if view.span <= ROUNDING:
        return 0.0, 0.0
    found = view.found(kpi.function)
    if found is None:
        return 0.0, 0.0
    if kpi.denominator.startswith(PER_TIME) and kpi.name != LAID_ANEW:
        return float(np.nan_to_num(found.values()[""][0])) * view.span, view.span
    if isinstance(found, Parted):
        found = found.of
    if isinstance(found, Ratio) and not isinstance(found, OfSpan) and not isinstance(found.denominator, Fixed):
        return float(found.numerator.sum()), float(found.denominator.sum())
    if isinstance(found, PerWhole) and not isinstance(found.denominator.denominator, Fixed):
        return float(found.numerator.sum()), float(found.denominator.denominator.sum())
    raise NoSeriesError(f"{kpi.name} cannot be taken apart by time: it is neither a ratio nor a time average or rate")
