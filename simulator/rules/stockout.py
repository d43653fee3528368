"""What happens to a line that stock cannot meet at once."""

import sys
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, cast

from pydantic import AfterValidator, Field, model_validator

from simulator.model import OneOrMore, must_add_to_1
from simulator.rules.family import OneOf, Rule
from simulator.rules.views import Action, Cancel, Expedite, Lose, ShortageView, Substitute, Transship, Wait
from simulator.units import Hours, Share, Units


class StockoutRule(Rule):
    """Decides what is done about the units of a line that are short.

    Responses are asked one after the other, and what one leaves over the next one gets; the last one must be one
    that leaves nothing.
    """

    plain: ClassVar[bool] = False
    """Whether it says the same of every line, to wait or else to lose, so that it need not be asked."""

    def respond(self, short: ShortageView) -> Sequence[Action]:
        """What to do, for at most the units that are short; what is not spoken of is left to the next response."""
        raise NotImplementedError

    @property
    def ends(self) -> bool:
        """Whether it leaves nothing for a next response."""
        return False

    @property
    def waits(self) -> bool:
        """Of a plain rule: whether what is short waits for stock; else the sale is lost."""
        return True


Chain = tuple[StockoutRule, ...]


def ship_of(chain: Chain) -> Literal["units", "lines", "order"]:
    """What may leave before the rest is there, as the last response says."""
    return cast(Literal["units", "lines", "order"], getattr(chain[-1], "ship", "units"))


def _ends(chain: Chain) -> Chain:
    if not chain:
        raise ValueError("name at least one response")
    for response in chain[:-1]:
        if response.ends:
            raise ValueError(f"nothing is left over after {response.rule!r}: it must be the last response")
    if not chain[-1].ends:
        raise ValueError(f"{chain[-1].rule!r} may leave units over: end the list with backorder or lost_sale")
    return chain


Stockout = Annotated[tuple[Annotated[StockoutRule, OneOf()], ...], OneOrMore(), AfterValidator(_ends)]


class Backorder(StockoutRule):
    """What is missing waits for stock and ships when it comes.

    `ship: units` sends what there is of a line at once; `lines` sends a line only whole;
    `order` holds the order until every line is there.

    ```yaml
    rule: backorder
    ship: lines
    ```

    >>> from simulator.rules.views import Shortage
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


class CancelLine(StockoutRule):
    """The company cancels what is short; with `if_later_than` only where stock is too far away, else it is left over.

    ```yaml
    rule: cancel
    ```

    >>> from simulator.rules.views import Shortage
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

    >>> from simulator.rules.views import Shortage
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
        shares = (self.elsewhere, self.substitute, self.wait, self.nothing)
        must_add_to_1("elsewhere, substitute, wait and nothing", shares)
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


class EmergencySupply(StockoutRule):
    """Order what is short by a faster way, if it is late enough to matter, if that helps, and if it is worth it.

    Lateness is what is expected: the planned delivery from stock on order, against the promise (against now where
    nothing was promised). What an emergency unit costs more stands in `costs.expedited_unit`.

    ```yaml
    rule: expedite
    time: 2 days
    if_late_by: 3 days
    at_most: 20 %
    ```

    >>> from simulator.rules.views import Shortage
    >>> rule = EmergencySupply(time="2 days", if_late_by="3 days", at_most=0.2)
    >>> rule.respond(Shortage(units=5, value=50, rush_cost=8, due=24, ready=120))
    [Expedite(units=5, time=48.0)]
    >>> rule.respond(Shortage(units=5, value=50, rush_cost=8, due=72, ready=120))
    []
    """

    rule: Literal["expedite"] = "expedite"
    time: Hours
    """Until an emergency supply is here."""
    if_late_by: Hours = 0.0
    """Only if the line would be later than this."""
    at_most: Annotated[Share, Field(gt=0)] | None = None
    """Only if it costs no more than this share of the value of the short units."""
    at_risk_only: bool = False
    """Only for customers whose contract is about to be breached."""

    def respond(self, short: ShortageView) -> Sequence[Action]:
        if self.at_risk_only and not short.at_risk:
            return []
        due = short.due if short.due < float("inf") else 0.0
        late, helps = short.ready - due > self.if_late_by, self.time + short.work < short.ready
        worth = short.rush_cost <= (self.at_most * short.value if self.at_most is not None else sys.float_info.max)
        return [Expedite(short.units, self.time)] if late and helps and worth else []


class LostSale(StockoutRule):
    """What is missing is lost.

    `ship: units` sells what there is of a line; `lines` loses a short line as a whole.

    ```yaml
    rule: lost_sale
    ```

    >>> from simulator.rules.views import Shortage
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


class OfferSubstitute(StockoutRule):
    """Offer what is in stock instead, the substitute that most customers accept first.

    Products name their substitutes, each with the share of customers who accept it.

    ```yaml
    rule: substitute
    ```

    >>> from simulator.rules.views import Offer, Shortage
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
                left = short.step.exact(left - min(left, offer.free))
        return found


class FromSibling(StockoutRule):
    """Fetch what is short from a sibling site, the nearest first; each keeps some units for its own customers.

    Sites name their siblings, each with the time that goods take from there.

    ```yaml
    rule: transship
    keep: 10
    ```

    >>> from simulator.rules.views import Shortage, Sibling
    >>> FromSibling(keep=10).respond(Shortage(units=5, siblings=[Sibling("outlet", free=12.0, time=24)]))
    [Transship(units=2.0, site='outlet')]
    """

    rule: Literal["transship"] = "transship"
    keep: Units = 0.0
    """Units that the sibling keeps."""
    if_late_by: Hours = 0.0
    """Only if the line would be later than this otherwise."""

    def respond(self, short: ShortageView) -> Sequence[Action]:
        due = short.due if short.due < float("inf") else 0.0
        if short.ready - due <= self.if_late_by:
            return []
        found: list[Action] = []
        left = short.units
        for sibling in short.siblings:
            units = min(left, short.step.exact(sibling.free - self.keep))
            if units > 0 and sibling.time + short.work < short.ready:
                found.append(Transship(units, sibling.site))
                left = short.step.exact(left - units)
        return found
