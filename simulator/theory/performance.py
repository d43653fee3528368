"""What a stocking rule achieves in the long run."""

from typing import NamedTuple


class StockPerformance(NamedTuple):
    """Long-run performance of a stocking rule with backorders; averages are over time, shares over demand.

    A measure that the law behind it does not give is `nan`.
    """

    unit_fill_rate: float
    """share of demanded units met at once from stock"""
    line_fill_rate: float
    """share of order lines met at once in full"""
    ready_rate: float
    """share of the time with stock on hand"""
    on_hand: float
    """units"""
    backorders: float
    """units that customers wait for"""
    order_rate: float
    """replenishment orders per unit of time"""
    mean_wait: float
    """mean wait of a demanded unit, those met at once included"""

    def cost(self, holding: float, backorder: float, order: float = 0.0) -> float:
        """Cost per unit of time; `holding` and `backorder` are per unit per unit of time.

        >>> shelf = StockPerformance(0.87, 0.87, 0.87, on_hand=3, backorders=0.1, order_rate=0.3, mean_wait=0.07)
        >>> shelf.cost(holding=20, backorder=150, order=100)
        105.0
        """
        return holding * self.on_hand + backorder * self.backorders + order * self.order_rate
