"""Another item instead."""

from collections.abc import Sequence
from typing import Literal

from simulator.policies.stockout import StockoutRule
from simulator.policies.views import Action, ShortageView, Substitute


class OfferSubstitute(StockoutRule):
    """Offer what is in stock instead, the substitute that most customers accept first.

    Products name their substitutes, each with the share of customers who accept it.

    ```yaml
    rule: substitute
    ```

    >>> from simulator.policies.views import Offer, Shortage
    >>> OfferSubstitute().respond(Shortage(units=3, offers=[Offer("candle", free=10, accepted=True)]))
    [Substitute(units=3, sku='candle')]
    """

    rule: Literal["substitute"] = "substitute"
    part: bool = False
    """Whether a substitute may stand in for a part of what is short, where there is not enough of it for all."""

    def respond(self, short: ShortageView) -> Sequence[Action]:
        found: list[Action] = []
        left = short.units
        for offer in short.offers:
            if offer.accepted and left > 0 and (offer.free >= left or (self.part and offer.free > 0)):
                found.append(Substitute(min(left, offer.free), offer.sku))
                left -= min(left, offer.free)
        return found
