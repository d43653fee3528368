"""The read-only shapes that a rule may look at."""

from dataclasses import dataclass
from typing import Protocol


class StockView(Protocol):
    """One SKU at one site, as a replenishment rule sees it. All in units."""

    on_hand: float
    """Physical stock that is free."""
    on_order: float
    """Ordered from the supplier, not received yet."""
    backordered: float
    """Owed to customers who wait."""

    @property
    def position(self) -> float:
        """Inventory position: on hand + on order - backordered."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A stock view of plain numbers, for examples and tests."""

    on_hand: float = 0.0
    on_order: float = 0.0
    backordered: float = 0.0

    @property
    def position(self) -> float:
        """Inventory position: on hand + on order - backordered."""
        return self.on_hand + self.on_order - self.backordered
