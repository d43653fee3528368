"""The sale is lost."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from simulator.policies.stockout import StockoutRule
from simulator.policies.views import Action, Lose, ShortageView


class LostSale(StockoutRule):
    """What is missing is lost.

    `ship: units` sells what there is of a line; `lines` loses a short line as a whole.

    ```yaml
    rule: lost_sale
    ```

    >>> from simulator.policies.views import Shortage
    >>> LostSale().respond(Shortage(units=3))
    (Lose(units=3),)
    """

    rule: Literal["lost_sale"] = "lost_sale"
    plain: ClassVar[bool] = True
    ship: Literal["units", "lines"] = "units"
    """What of a short line is sold."""

    @property
    def ends(self) -> bool:
        return True

    def respond(self, short: ShortageView) -> Sequence[Action]:
        return (Lose(short.units),)

    @property
    def waits(self) -> bool:
        return False
