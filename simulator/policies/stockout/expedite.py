"""A faster way."""

import sys
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from simulator.policies.stockout import StockoutRule
from simulator.policies.views import Action, Expedite, ShortageView
from simulator.units import Hours, Share


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

    >>> from simulator.policies.views import Shortage
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
