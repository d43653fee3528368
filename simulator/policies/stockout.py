"""What happens to a line that stock cannot meet at once."""

from typing import Annotated, Literal

from simulator.policies.family import OneOf, Rule


class StockoutRule(Rule):
    """Decides whether a short line waits, and what of the order ships meanwhile."""

    ship: str
    """What may leave before the rest is there."""

    @property
    def waits(self) -> bool:
        """Whether what is short waits for stock; else the sale is lost."""
        raise NotImplementedError


class Backorder(StockoutRule):
    """What is missing waits for stock and ships when it comes.

    `ship: units` sends what there is of a line at once; `lines` sends a line only whole;
    `order` holds the order until every line is there.

    ```yaml
    rule: backorder
    ship: lines
    ```

    >>> Backorder(ship="lines").ship
    'lines'
    """

    rule: Literal["backorder"] = "backorder"
    ship: Literal["units", "lines", "order"] = "units"
    """What may leave before the rest is there."""

    @property
    def waits(self) -> bool:
        return True


class LostSale(StockoutRule):
    """What is missing is lost.

    `ship: units` sells what there is of a line; `lines` loses a short line as a whole.

    ```yaml
    rule: lost_sale
    ```

    >>> LostSale().ship
    'units'
    """

    rule: Literal["lost_sale"] = "lost_sale"
    ship: Literal["units", "lines"] = "units"
    """What of a short line is sold."""

    @property
    def waits(self) -> bool:
        return False


Stockout = Annotated[StockoutRule, OneOf()]
