"""The mechanisms that there are: those built in, in the order in which they start, and those of users."""

from simulator.engine.facts import KINDS, Kind, in_order
from simulator.lifecycle.mechanism import Mechanism
from simulator.mechanisms import (
    channels,
    collection,
    contracts,
    entry_errors,
    planned_lead_times,
    reservations,
    returns,
    segmentation,
)

_BUILT_IN = (
    segmentation.MECHANISM,
    planned_lead_times.MECHANISM,
    entry_errors.MECHANISM,
    contracts.MECHANISM,
    channels.MECHANISM,
    collection.MECHANISM,
    returns.MECHANISM,
    reservations.MECHANISM,
)
_REGISTERED: dict[str, Mechanism] = {}


def mechanisms() -> tuple[Mechanism, ...]:
    """Every mechanism, whether or not a scenario switches it on."""
    return (*_BUILT_IN, *_REGISTERED.values())


def register(mechanism: Mechanism) -> Mechanism:
    """Make a mechanism known; one that a user registers again takes its own place.

    Errors: ValueError for the name of a built-in one.
    """
    if mechanism.name in {each.name for each in _BUILT_IN}:
        raise ValueError(f"there is a mechanism {mechanism.name!r} already")
    _REGISTERED[mechanism.name] = mechanism
    return mechanism


def kinds() -> tuple[Kind, ...]:
    """Every kind of fact: those of the life-cycle and of all mechanisms."""
    return in_order((*KINDS, *(kind for each in mechanisms() for kind in each.facts)))
