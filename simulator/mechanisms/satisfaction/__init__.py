"""Satisfaction: how customers like what they get, in stars, and what a survey finds of it."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.satisfaction.facts import Felt, Replied, Surveyed, laws
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.satisfaction.play"
PAGE = "simulator.mechanisms.satisfaction.page"


def _active(scenario: Scenario) -> bool:
    return scenario.satisfaction is not None


MECHANISM = Mechanism(
    name="satisfaction",
    active=_active,
    start=later(f"{PLAY}:start"),
    draw=later(f"{PLAY}:draw"),
    busy=later(f"{PLAY}:busy"),
    facts=(
        Felt,
        Surveyed,
        Replied,
    ),
    laws=laws,
    kpis=("simulator.mechanisms.satisfaction.kpis",),
    section=later(f"{PAGE}:satisfaction"),
    words={
        Felt: later(f"{PAGE}:felt"),
        Surveyed: later(f"{PAGE}:surveyed"),
        Replied: later(f"{PAGE}:replied"),
    },
)
