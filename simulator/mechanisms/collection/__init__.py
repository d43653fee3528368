"""Click and collect: shipments that wait for their customers."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.collection.facts import Collected, NotCollected, laws
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.collection.play"


def _active(scenario: Scenario) -> bool:
    return any(channel.collect is not None for channel in scenario.market.channels.values())


MECHANISM = Mechanism(
    name="collection",
    active=_active,
    start=later(f"{PLAY}:start"),
    draw=later(f"{PLAY}:draw"),
    busy=later(f"{PLAY}:busy"),
    follows=True,
    facts=(
        Collected,
        NotCollected,
    ),
    laws=laws,
    kpis=("simulator.mechanisms.collection.kpis",),
    words={
        Collected: later("simulator.mechanisms.collection.facts:collected"),
        NotCollected: later("simulator.mechanisms.collection.facts:not_collected"),
    },
)
