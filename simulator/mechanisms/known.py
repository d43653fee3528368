"""The mechanisms that there are, in the order in which they listen and draw; a new one is one line here."""

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

BUILT_IN = (
    segmentation.MECHANISM,
    planned_lead_times.MECHANISM,
    entry_errors.MECHANISM,
    contracts.MECHANISM,
    channels.MECHANISM,
    collection.MECHANISM,
    returns.MECHANISM,
    reservations.MECHANISM,
)
_registered: list[Mechanism] = []


def mechanisms() -> tuple[Mechanism, ...]:
    """Every mechanism: those that are built in, then those registered from outside."""
    return (*BUILT_IN, *_registered)


def register(mechanism: Mechanism) -> None:
    """Add a mechanism of one's own.

    Errors: ValueError if its name is taken.
    """
    if any(mechanism.name == each.name for each in mechanisms()):
        raise ValueError(f"there is a mechanism {mechanism.name!r} already")
    _registered.append(mechanism)
