from simulator.mechanisms.contracts.facts import Alerted, Pushed, Settled, laws
from simulator.mechanisms.mechanism import Mechanism, later

MECHANISM = Mechanism(
    name="contracts",
    active=lambda scenario: bool(scenario.service.contracts),
    start=later("simulator.mechanisms.contracts.play:keep_agreements"),
    finish=later("simulator.mechanisms.contracts.play:close_agreements"),
    hurries=lambda scenario: any(each.alert is not None for each in scenario.service.contracts.values()),
    facts=(
        Alerted,
        Pushed,
        Settled,
    ),
    laws=laws,
    kpis=("simulator.mechanisms.contracts.kpis",),
)
