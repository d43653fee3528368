"""Help from a sibling site."""

from collections.abc import Sequence
from typing import Literal

from simulator.policies.stockout import StockoutRule
from simulator.policies.views import Action, ShortageView, Transship
from simulator.units import Hours, Units


class FromSibling(StockoutRule):
    """Fetch what is short from a sibling site, the nearest first; each keeps some units for its own customers.

    Sites name their siblings, each with the time that goods take from there.

    ```yaml
    rule: transship
    keep: 10
    ```

    >>> from simulator.policies.views import Shortage, Sibling
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
            units = min(left, sibling.free - self.keep)
            if units > 0 and sibling.time + short.work < short.ready:
                found.append(Transship(units, sibling.site))
                left -= units
        return found
