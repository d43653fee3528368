"""Orders under service-level agreements, and what became of them."""

from collections.abc import Iterable
from typing import NamedTuple

from simulator.scenario.contracts import MOMENT
from simulator.world.orders import Order
from simulator.world.terms import Terms


class Gone(NamedTuple):
    """Units of a line that the customer will not get."""

    at: float
    line: int
    units: float
    cancelled: bool


class CoveredOrder:
    """An order under one or more agreements, and what it came to. Lines are places in its block."""

    __slots__ = ("at_once", "delivered", "gone", "order", "placed", "replaced", "terms", "unsettled")

    def __init__(self, order: Order, placed: float) -> None:
        self.order, self.placed = order, placed
        self.terms: Terms = order.terms
        """Its own terms, whether it is pushed or not."""
        self.at_once: list[tuple[int, float]] = []
        self.replaced: list[tuple[int, float]] = []
        """Units for which the customer gets another product, with the order's own shipment."""
        self.delivered: list[tuple[float, list[tuple[int, float]]]] = []
        self.gone: list[Gone] = []
        self.unsettled = 0

    @property
    def lines(self) -> range:
        return range(self.order.first, self.order.last)

    def wanted(self) -> list[float]:
        """Units ordered, by line."""
        return self.order.block.units[self.order.first : self.order.last]

    def added_up(self, pieces: Iterable[tuple[int, float]]) -> list[float]:
        """Units by line."""
        units = [0.0] * (self.order.last - self.order.first)
        for line, much in pieces:
            units[line - self.order.first] += much
        return units

    def arrived(self, since: float, until: float) -> list[float]:
        """Units by line that arrived between two times, both included."""
        return self.added_up(
            piece for at, pieces in self.delivered if since - MOMENT <= at <= until + MOMENT for piece in pieces
        )

    def lost_by(self, until: float) -> list[float]:
        """Units by line that were lost or cancelled by a time."""
        return self.added_up((each.line, each.units) for each in self.gone if each.at <= until + MOMENT)
