"""Communication: what customers are told of their orders, when they turn to the company, and who answers."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.communication.facts import Answered, Contacted, GaveUp, Rested, SelfServed, Told, laws
from simulator.scenario.communication import informs
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.communication.play"
PAGE = "simulator.mechanisms.communication.page"


def _active(scenario: Scenario) -> bool:
    return scenario.communication is not None


MECHANISM = Mechanism(
    name="communication",
    active=_active,
    start=later(f"{PLAY}:start"),
    draw=later(f"{PLAY}:draw"),
    foresees=lambda scenario: informs(scenario.communication, scenario.service),
    follows=True,
    facts=(
        Told,
        Contacted,
        SelfServed,
        Answered,
        GaveUp,
        Rested,
    ),
    laws=laws,
    kpis=("simulator.mechanisms.communication.kpis",),
    section=later(f"{PAGE}:contacts"),
    words={
        Told: later(f"{PAGE}:told"),
        Contacted: later(f"{PAGE}:contacted"),
        SelfServed: later(f"{PAGE}:self_served"),
        Answered: later(f"{PAGE}:answered"),
        GaveUp: later(f"{PAGE}:gave_up"),
    },
)
