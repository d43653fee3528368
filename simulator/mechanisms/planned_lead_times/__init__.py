"""Planned lead times, refreshed from the record of receipts."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.planned_lead_times.facts import Replanned, laws
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.planned_lead_times.play"


def _active(scenario: Scenario) -> bool:
    return any(supplier.refresh is not None for supplier in scenario.network.suppliers.values())


MECHANISM = Mechanism(
    name="planned_lead_times",
    active=_active,
    start=later(f"{PLAY}:start"),
    follows=True,
    facts=(Replanned,),
    laws=laws,
    kpis=("simulator.mechanisms.planned_lead_times.kpis",),
)
