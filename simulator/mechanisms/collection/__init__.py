from simulator.mechanisms.collection.facts import Collected, NotCollected, laws
from simulator.mechanisms.mechanism import Mechanism, later

MECHANISM = Mechanism(
    name="collection",
    active=lambda scenario: any(channel.collect is not None for channel in scenario.market.channels.values()),
    start=later("simulator.mechanisms.collection.play:start"),
    facts=(
        Collected,
        NotCollected,
    ),
    laws=laws,
    kpis=("simulator.mechanisms.collection.kpis",),
)
