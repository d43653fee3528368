"""Service-level agreements: watched, settled, and what missing them costs."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.contracts.facts import Alerted, Pushed, Settled, laws
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.contracts.play"


def _active(scenario: Scenario) -> bool:
    return bool(scenario.service.contracts)


def _hurries(scenario: Scenario) -> bool:
    return any(contract.alert is not None for contract in scenario.service.contracts.values())


MECHANISM = Mechanism(
    name="contracts",
    active=_active,
    start=later(f"{PLAY}:start"),
    draw=later(f"{PLAY}:draw"),
    finish=later(f"{PLAY}:finish"),
    hurries=_hurries,
    follows=True,
    facts=(
        Alerted,
        Pushed,
        Settled,
    ),
    laws=laws,
    kpis=("simulator.mechanisms.contracts.kpis",),
    section=later("simulator.mechanisms.contracts.page:contracts"),
    words={Pushed: later("simulator.mechanisms.contracts.page:pushed")},
)
