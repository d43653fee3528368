"""Channels that choose a site for an order, or that look at a record of the stock."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.channels.facts import Oversold, laws
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.channels.play"


def _active(scenario: Scenario) -> bool:
    return any(
        channel.record is not None or (channel.source is not None and channel.source.looks)
        for channel in scenario.market.channels.values()
    )


MECHANISM = Mechanism(
    name="channels",
    active=_active,
    start=later(f"{PLAY}:start"),
    follows=True,
    facts=(Oversold,),
    laws=laws,
    kpis=("simulator.mechanisms.channels.kpis",),
    words={Oversold: later("simulator.mechanisms.channels.facts:oversold")},
)
