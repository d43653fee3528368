"""One replication, played to see what a scenario measures, what happens in it, and how long that takes."""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from simulator.kpis.measure import measure
from simulator.ledger.ledger import Ledger
from simulator.replication import simulate
from simulator.scenario.scenario import Scenario


@dataclass(frozen=True)
class Trial:
    """A scenario, and its first replication."""

    scenario: Scenario
    ledger: Ledger
    seconds: float
    """What playing it took."""

    @cached_property
    def kpis(self) -> list[str]:
        """The KPIs for which the scenario has something to measure."""
        return list(measure(self.ledger).values)

    def count(self, kind: type[NamedTuple]) -> int:
        """How many facts of a kind there are."""
        return len(next(iter(self.ledger.columns(kind).values())))


def trial(scenario: Scenario) -> Trial:
    """Play the first replication.

    Errors: HistoryError if the order history cannot be read.
    """
    begun = time.perf_counter()
    ledger = simulate(scenario)
    return Trial(scenario, ledger, time.perf_counter() - begun)
