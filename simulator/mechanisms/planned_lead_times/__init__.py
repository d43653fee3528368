from simulator.mechanisms.mechanism import Mechanism, later
from simulator.mechanisms.planned_lead_times.facts import Replanned, laws

MECHANISM = Mechanism(
    name="planned_lead_times",
    active=lambda scenario: any(each.refresh is not None for each in scenario.network.suppliers.values()),
    start=later("simulator.mechanisms.planned_lead_times.play:start_planning"),
    facts=(Replanned,),
    laws=laws,
    kpis=("simulator.mechanisms.planned_lead_times.kpis",),
)
