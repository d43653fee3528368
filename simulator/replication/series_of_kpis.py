"""TODO."""

from collections.abc import Sequence

import numpy as np

from simulator.engine.ledger import Ledger
from simulator.measures.registry import Kpi
from simulator.measures.slices import Fixed, PerWhole, Ratio
from simulator.measures.view import View
from simulator.replication.measure import catalogue

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
    views = [run.since(begin) for begin in begins]
    found = [catalogue()[name] for name in kpis if views[0].taken(catalogue()[name].function) is not None]
    tails = np.array([[_sums(kpi, view) for kpi in found] for view in views]).reshape(len(views), len(found), 2)
    steps = tails[:-1] - tails[1:]
    return {kpi.name: steps[:, place].T for place, kpi in enumerate(found)}


def _sums(kpi: Kpi, view: View) -> tuple[float, float]:
    """Numerator and denominator of the whole, over the measured time of a view."""
    if view.span <= ROUNDING:
        return 0.0, 0.0
    found = kpi.function(view)
    if found is None:
        return 0.0, 0.0
    if kpi.denominator.startswith(PER_TIME) and kpi.name != LAID_ANEW:
        return float(np.nan_to_num(found.values()[""][0])) * view.span, view.span
    if isinstance(found, Ratio) and not isinstance(found.denominator, Fixed):
        return float(found.numerator.sum()), float(found.denominator.sum())
    if isinstance(found, PerWhole) and not isinstance(found.denominator.denominator, Fixed):
        return float(found.numerator.sum()), float(found.denominator.denominator.sum())
    raise NoSeriesError(f"{kpi.name} cannot be taken apart by time: it is neither a ratio nor a time average or rate")
