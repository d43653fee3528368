"""The mechanisms that there are: those built in, in the order in which they start, and those of users."""

from simulator.engine.facts import KINDS, Kind, in_order
from simulator.lifecycle.mechanism import Mechanism
from simulator.mechanisms import (
    after_sales,
    channels,
    collection,
    communication,
    contracts,
    entry_errors,
    goodwill,
    planned_lead_times,
    reservations,
    returns,
    satisfaction,
    segmentation,
)
from simulator.plugins import added, taken

_BUILT_IN = (
    segmentation.MECHANISM,
    planned_lead_times.MECHANISM,
    entry_errors.MECHANISM,
    contracts.MECHANISM,
    channels.MECHANISM,
    collection.MECHANISM,
    returns.MECHANISM,
    reservations.MECHANISM,
    communication.MECHANISM,
    after_sales.MECHANISM,
    goodwill.MECHANISM,
    satisfaction.MECHANISM,
)
_REGISTERED: dict[str, Mechanism] = {}


def mechanisms() -> tuple[Mechanism, ...]:
    """Every mechanism, whether or not a scenario switches it on."""
    return (*_BUILT_IN, *_REGISTERED.values())


def register(mechanism: Mechanism) -> Mechanism:
    """Make a mechanism of one's own known; the same one again, changed, takes its own place.

    Errors: TypeError if another one has the name.
    """
    before = next((each for each in mechanisms() if each.name == mechanism.name), None)
    if before is not None and (error := taken(f"a mechanism {mechanism.name!r}", before.active, mechanism.active)):
        raise error
    _REGISTERED[mechanism.name] = mechanism
    added(mechanism.active, lambda: _forget(mechanism.name))
    return mechanism


def _forget(name: str) -> None:
    _REGISTERED.pop(name, None)


def kinds() -> tuple[Kind, ...]:
    """Every kind of fact: those of the life-cycle and of all mechanisms."""
    return in_order((*KINDS, *(kind for each in mechanisms() for kind in each.facts)))
