"""What happens under service-level agreements."""

from typing import NamedTuple

from simulator.engine.facts import comes_first


class Alerted(NamedTuple):
    """An agreement was found to be at risk before its period ended."""

    at: float
    contract: int
    """Index into the scenario's contracts."""
    due: float
    """What had fallen due so far, in orders, lines, units or value, as the agreement counts."""
    met: float
    """How much of it was met."""


@comes_first
class Pushed(NamedTuple):
    """An order became one of the most urgent because its agreement is at risk."""

    at: float
    order: int
    contract: int


class Settled(NamedTuple):
    """A period of an agreement was settled."""

    at: float
    contract: int
    begun: float
    """When the period began."""
    due: float
    """What fell due in it, in orders, lines, units or value, as the agreement counts."""
    met: float
    """How much of it was met, forgiven failures included."""
    forgiven: float
    """Failing orders that were forgiven."""
    excluded: float
    """Orders that fell due and did not count."""
