from simulator.mechanisms.channels.facts import Oversold, laws
from simulator.mechanisms.mechanism import Mechanism, later

MECHANISM = Mechanism(
    name="channels",
    active=lambda scenario: any(
        channel.record is not None or channel.source is not None for channel in scenario.market.channels.values()
    ),
    start=later("simulator.mechanisms.channels.play:start_records"),
    facts=(Oversold,),
    laws=laws,
    kpis=("simulator.mechanisms.channels.kpis",),
)
