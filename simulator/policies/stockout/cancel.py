"""The company gives up."""

from collections.abc import Sequence
from typing import Literal

from simulator.policies.stockout import StockoutRule
from simulator.policies.views import Action, Cancel, ShortageView
from simulator.units import Hours


class CancelLine(StockoutRule):
    """The company cancels what is short; with `if_later_than` only where stock is too far away, else it is left over.

    ```yaml
    rule: cancel
    ```

    >>> from simulator.policies.views import Shortage
    >>> CancelLine().respond(Shortage(units=3))
    (Cancel(units=3),)
    """

    rule: Literal["cancel"] = "cancel"
    ship: Literal["units", "lines"] = "units"
    """What of a short line is sold."""
    if_later_than: Hours = 0.0
    """Only if delivery from stock on order is further away than this; always where left out."""

    @property
    def ends(self) -> bool:
        return not self.if_later_than

    def respond(self, short: ShortageView) -> Sequence[Action]:
        return (Cancel(short.units),) if self.ends or short.ready > self.if_later_than else ()
