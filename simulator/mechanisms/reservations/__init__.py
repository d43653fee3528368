"""Orders for later, kept back until their release."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.reservations.facts import Released, SetAside, Withdrawn, laws
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.reservations.play"


def _active(scenario: Scenario) -> bool:
    return scenario.service.reservation is not None


MECHANISM = Mechanism(
    name="reservations",
    active=_active,
    start=later(f"{PLAY}:start"),
    draw=later(f"{PLAY}:draw"),
    follows=True,
    facts=(
        Withdrawn,
        SetAside,
        Released,
    ),
    laws=laws,
    kpis=("simulator.mechanisms.reservations.kpis",),
    words={
        Withdrawn: later("simulator.mechanisms.reservations.facts:withdrawn"),
        SetAside: later("simulator.mechanisms.reservations.facts:set_aside"),
        Released: later("simulator.mechanisms.reservations.facts:released"),
    },
)
