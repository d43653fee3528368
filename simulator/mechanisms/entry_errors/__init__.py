"""Errors of order entry, and how customers meet with them."""

from simulator.lifecycle.mechanism import Mechanism, later
from simulator.mechanisms.entry_errors.facts import ERROR_KINDS, Complained, Erred, ShortPaid, Surfaced
from simulator.scenario.scenario import Scenario

PLAY = "simulator.mechanisms.entry_errors.play"


def _active(scenario: Scenario) -> bool:
    return any(getattr(mode.errors, kind) for mode in scenario.network.entry_modes.values() for kind in ERROR_KINDS)


MECHANISM = Mechanism(
    name="entry_errors",
    active=_active,
    start=later(f"{PLAY}:start"),
    draw=later(f"{PLAY}:draw"),
    follows=True,
    facts=(
        Erred,
        Surfaced,
        ShortPaid,
        Complained,
    ),
    laws=later("simulator.mechanisms.entry_errors.facts:laws"),
    kpis=("simulator.mechanisms.entry_errors.kpis",),
    words={
        Erred: later("simulator.mechanisms.entry_errors.facts:erred"),
        Surfaced: later("simulator.mechanisms.entry_errors.facts:surfaced"),
        ShortPaid: later("simulator.mechanisms.entry_errors.facts:short_paid"),
        Complained: later("simulator.mechanisms.entry_errors.facts:complained"),
    },
)
