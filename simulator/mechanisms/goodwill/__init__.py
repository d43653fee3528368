"""Goodwill: customers remember what they lived through, come more or less often, leave, and are won."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.goodwill.facts import (
    CustomerJoined,
    CustomerLeft,
    CustomersCounted,
    Experienced,
    MetElsewhere,
    NeedMet,
    laws,
)
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.goodwill.play"
PAGE = "simulator.mechanisms.goodwill.page"


def _active(scenario: Scenario) -> bool:
    return scenario.goodwill is not None


MECHANISM = Mechanism(
    name="goodwill",
    active=_active,
    start=later(f"{PLAY}:start"),
    draw=later(f"{PLAY}:draw"),
    finish=later(f"{PLAY}:finish"),
    facts=(
        NeedMet,
        MetElsewhere,
        Experienced,
        CustomerLeft,
        CustomerJoined,
        CustomersCounted,
    ),
    laws=laws,
    kpis=("simulator.mechanisms.goodwill.kpis",),
    section=later(f"{PAGE}:customers"),
    words={
        NeedMet: later(f"{PAGE}:need_met"),
        Experienced: later(f"{PAGE}:experienced"),
        CustomerLeft: later(f"{PAGE}:customer_left"),
    },
)
