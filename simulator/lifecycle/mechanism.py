"""What a mechanism declares of itself: one record, in which all that others need to know of it stands.

The life-cycle of orders does not know the mechanisms, and they do not know each other. A mechanism that a scenario
does not switch on is not even built.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from simulator.engine.ledger import Ledger
    from simulator.scenario.scenario import Scenario


@dataclass(frozen=True)
class Mechanism:
    """What takes part in the life-cycle of orders.

    Functions that need heavy modules are given with `later`, so that who only plays never imports what measures, and
    who lists the mechanisms imports neither.
    """

    name: str
    """One word or several with `_`: under this name it keeps what it draws for orders and what it holds in a run."""
    active: Callable[["Scenario"], bool]
    """Whether a scenario switches it on."""
    start: Callable[[Any], Any]
    """Takes the world of a run: subscribes to hooks and starts processes; what it returns is its state, kept in
    `world.mechanisms` under its name."""
    draw: Callable[[Any], Any] | None = None
    """Takes a customer segment of a run, and returns what draws its part of the fate of each block of orders."""
    finish: Callable[[Any], None] | None = None
    """Takes the world when the run has ended, before the ledger is closed."""
    busy: Callable[[Any], bool] | None = None
    """Takes the world at the end of the run: whether what it began for orders of the measured time is still under
    way, so that the run has to go on to see how it ends."""
    hurries: Callable[["Scenario"], bool] = lambda scenario: False
    """Whether it may make orders more urgent than others while they are under way."""
    foresees: Callable[["Scenario"], bool] = lambda scenario: False
    """Whether it may ask when stock on order will be here."""
    follows: bool = False
    """Whether its hooks matter only for orders that its `draw` follows or calls alive: then all others may be sold in
    passing where they need nothing but goods from the shelf."""
    facts: tuple[type[NamedTuple], ...] = ()
    """The kinds of fact that it writes."""
    laws: Callable[["Ledger"], Iterator[str]] | None = None
    """Each broken law of its facts, with the first offender."""
    kpis: tuple[str, ...] = ()
    """Modules that define its KPIs and costs; they are imported when something is measured."""
    section: Callable[[Any], Any] | None = None
    """Its section of the page: takes what it is told (`drawing.html.Told`), returns a section, or None where there is
    nothing to tell."""
    words: Mapping[type[NamedTuple], Callable[..., str]] = field(default_factory=dict)
    """How the story of an order tells its facts: takes the ledger, the fact, and the SKUs of the order's lines."""


def later(place: str) -> Callable[..., Any]:
    """A function by `module:name`, imported when it is first called."""

    def found(*args: Any) -> Any:
        module, name = place.split(":")
        return getattr(import_module(module), name)(*args)

    return found
