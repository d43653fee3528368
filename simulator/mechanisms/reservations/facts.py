"""What happens to orders for later before they go to the warehouse."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from simulator.drawing.wording import of_line
from simulator.engine.facts import comes_first, ends_order
from simulator.engine.ledger import Ledger
from simulator.lifecycle.laws import nothing_asked


@ends_order(voids_promise=True)
class Withdrawn(NamedTuple):
    """A customer cancelled an order for later before it was released."""

    at: float
    order: int


@comes_first
class SetAside(NamedTuple):
    """Units were set aside for a line of an order for later; they stay on hand until they are allocated."""

    at: float
    line: int
    units: float


class Released(NamedTuple):
    """An order for later was given to the warehouse."""

    at: float
    order: int


def laws(ledger: Ledger) -> Iterator[str]:
    """Who withdrew an order asked for nothing, but for what was sold out when it came."""
    yield from nothing_asked(ledger, Withdrawn, at_entry=True)


def withdrawn(ledger: Ledger, fact: Withdrawn, named: Mapping[int, str]) -> str:
    return "the customer cancels the order before it is released"


def released(ledger: Ledger, fact: Released, named: Mapping[int, str]) -> str:
    return "released to the warehouse"


set_aside = of_line("{} set aside")
