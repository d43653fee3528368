"""The customer decides."""

from collections.abc import Sequence
from typing import Literal

from pydantic import model_validator

from simulator.policies.stockout import StockoutRule
from simulator.policies.views import Action, Lose, ShortageView, Substitute, Wait
from simulator.units import Share


class CustomerChoice(StockoutRule):
    """Leave it to the customer: take something else, wait, or go without.

    The shares are of customers who find an empty shelf, and add to 1. A customer who would take something else
    takes the first substitute of which there is enough; where there is none the sale is lost. The usual shares
    are from surveys of shoppers (Gruen and Corsten 2002: 31 % buy elsewhere, 26 % another brand, 19 % another
    item of the brand, 15 % wait, 9 % buy nothing).

    ```yaml
    rule: customer_choice
    elsewhere: 0.31
    substitute: 0.45
    wait: 0.15
    nothing: 0.09
    ```

    >>> from simulator.policies.views import Shortage
    >>> rule = CustomerChoice(elsewhere=0.31, substitute=0.45, wait=0.15, nothing=0.09)
    >>> [rule.respond(Shortage(units=1, chance=chance)) for chance in (0.1, 0.5, 0.8)]
    [(Lose(units=1),), (Wait(units=1),), (Lose(units=1),)]
    """

    rule: Literal["customer_choice"] = "customer_choice"
    ship: Literal["units", "lines"] = "units"
    """What of a short line is sold before the customer decides about the rest."""
    elsewhere: Share = 0.0
    """Share who buy it from somebody else."""
    substitute: Share = 0.0
    """Share who take another item."""
    wait: Share = 0.0
    """Share who wait."""
    nothing: Share = 0.0
    """Share who go without."""

    @model_validator(mode="after")
    def _check(self) -> "CustomerChoice":
        total = self.elsewhere + self.substitute + self.wait + self.nothing
        if abs(total - 1) > 1e-6:
            raise ValueError(f"elsewhere, substitute, wait and nothing must add to 1; they add to {total:g}")
        return self

    @property
    def ends(self) -> bool:
        return True

    def respond(self, short: ShortageView) -> Sequence[Action]:
        if short.chance < self.substitute:
            for offer in short.offers:
                if offer.free >= short.units:
                    return (Substitute(short.units, offer.sku),)
            return (Lose(short.units),)
        return (Wait(short.units),) if short.chance < self.substitute + self.wait else (Lose(short.units),)
