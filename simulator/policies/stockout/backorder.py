"""The customer waits."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from simulator.policies.stockout import StockoutRule
from simulator.policies.views import Action, ShortageView, Wait


class Backorder(StockoutRule):
    """What is missing waits for stock and ships when it comes.

    `ship: units` sends what there is of a line at once; `lines` sends a line only whole;
    `order` holds the order until every line is there.

    ```yaml
    rule: backorder
    ship: lines
    ```

    >>> from simulator.policies.views import Shortage
    >>> Backorder(ship="lines").respond(Shortage(units=3))
    (Wait(units=3),)
    """

    rule: Literal["backorder"] = "backorder"
    plain: ClassVar[bool] = True
    ship: Literal["units", "lines", "order"] = "units"
    """What may leave before the rest is there."""

    @property
    def ends(self) -> bool:
        return True

    def respond(self, short: ShortageView) -> Sequence[Action]:
        return (Wait(short.units),)
