"""How a simulated system is held against its exact values.

One rule for all: some 250 metrics are tested together, so the exact value must lie within four
standard errors of the mean of independent replications (a 99 % interval each would miss two or three
by chance). A wide interval proves nothing; so the standard error must also be small beside the value:
2 % of it where a test does not say otherwise. Nothing is compared with digits that a run once gave.
"""

from collections.abc import Callable, Mapping
from math import sqrt

import numpy as np
import pytest

import simulator
from simulator.engine.ledger import Ledger
from simulator.experiments.replicate import Experiment
from simulator.experiments.result import Result
from simulator.experiments.samples import blocks_of
from simulator.experiments.store import Store
from simulator.replication.measure import Measures, measure
from simulator.replication.simulate import audit
from simulator.scenario.reading.load import parse

ERRORS = 4.0
"""Standard errors that mean and exact value may lie apart."""
ROUNDING = 1e-9
Metric = str | tuple[str, str, str]
"""A KPI of the whole, or (KPI, dimension, label), or a number that a test reads off the facts."""
Facts = Callable[[Ledger], Mapping[str, float]]


class Played:
    """The replications of a scenario: `played[metric]` is an array with one value for each."""

    def __init__(self, result: Result, own: list[Mapping[str, float]]) -> None:
        self.result, self._own = result, own

    def __getitem__(self, metric: Metric) -> np.ndarray:
        if isinstance(metric, tuple):
            kpi, dimension, label = metric
            return self.result.values(kpi, dimension)[:, self._labels(dimension).index(label)]
        if self._own and metric in self._own[0]:
            return np.array([found[metric] for found in self._own])
        return self.result.values(metric)[:, 0]

    def _labels(self, dimension: str) -> list[str]:
        return self.result.labels(dimension)


def play(text: str, replications: int = 1, facts: Facts | None = None) -> Played:
    """Replicate a scenario, the first replication audited; `facts` reads off each ledger what no KPI says.

    `simulator.run` keeps measures and no ledgers; where facts are wanted, its three steps are done here.
    """
    scenario = parse(text)
    audit(simulator.simulate(scenario, 0))
    if facts is None:
        return Played(simulator.run(scenario, replications=replications, workers=1), [])
    played, own = [], []
    for number in range(replications):
        ledger = simulator.simulate(scenario, number)
        played.append((number, 0.0, measure(ledger)))
        own.append(facts(ledger))
    experiment = Experiment(scenario, Store())
    experiment.keep(blocks_of(played))
    return Played(experiment.result(), own)


def expect(
    played: Played, exact: Mapping[Metric, float], within: float = 0.02, loose: Mapping[Metric, float] | None = None
) -> None:
    """Every exact value lies within four standard errors, and these are within a share of the value.

    `loose` gives another share for single metrics: rare events, long queues.
    """
    shares = {metric: (loose or {}).get(metric, within) for metric in exact}
    faults = [disagreement(played[metric], value, shares[metric], metric) for metric, value in exact.items()]
    found = [fault for fault in faults if fault]
    assert not found, "\n" + "\n".join(found)


def disagreement(values: np.ndarray, exact: float, within: float, metric: Metric = "") -> str:
    """What is wrong with replications of a metric; nothing where they agree with its exact value."""
    assert len(values) >= 20, "an interval wants 20 replications"
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / sqrt(len(values))
    if not abs(mean - exact) <= ERRORS * error + ROUNDING * abs(exact):
        return f"{metric}: exact {exact:.6g}, simulated {mean:.6g} +- {error:.2g}"
    if error > within * abs(exact):
        return f"{metric}: standard error {error / abs(exact):.1%} of the value, wanted {within:.1%}: no power"
    return ""


def measured(text: str) -> tuple[Measures, Ledger]:
    """One audited run of a deterministic scenario: its KPIs and its ledger."""
    ledger = simulator.simulate(parse(text))
    audit(ledger)
    return measure(ledger), ledger


def whole(measures: Measures) -> dict[str, float]:
    """Every KPI of the whole."""
    return {name: float(slices[""][0]) for name, slices in measures.values.items()}


def exactly(found: Mapping[str, float], exact: Mapping[str, float]) -> None:
    """A deterministic system: every value to rounding."""
    assert {name: found[name] for name in exact} == pytest.approx(dict(exact), rel=ROUNDING, abs=ROUNDING)
