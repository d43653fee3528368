"""Goods that come back, and what becomes of them."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.returns.facts import Disposed, Restocked, Returned, laws
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.returns.play"


def _active(scenario: Scenario) -> bool:
    wrong_items = any(mode.errors.item for mode in scenario.network.entry_modes.values())
    return wrong_items or any(rule.returns is not None for rule in scenario.service.rules)


MECHANISM = Mechanism(
    name="returns",
    active=_active,
    start=later(f"{PLAY}:start"),
    draw=later(f"{PLAY}:draw"),
    busy=later(f"{PLAY}:busy"),
    follows=True,
    facts=(
        Returned,
        Restocked,
        Disposed,
    ),
    laws=laws,
    kpis=("simulator.mechanisms.returns.kpis",),
    words={
        Returned: later("simulator.mechanisms.returns.facts:returned"),
        Restocked: later("simulator.mechanisms.returns.facts:restocked"),
        Disposed: later("simulator.mechanisms.returns.facts:disposed"),
    },
)
