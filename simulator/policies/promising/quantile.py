"""What the company's own record shows it can keep."""

from typing import Annotated, Literal

from pydantic import Field

from simulator.policies.promising import PromiseRule
from simulator.policies.views import PromiseView
from simulator.units import Hours, Share


class Quantile(PromiseRule):
    """The time that a share of the last orders kept to: a promise that calibrates itself.

    Only orders delivered completely count, as they are known at the time. Each slice of `by` has its own record.

    ```yaml
    rule: quantile
    share: 0.95
    by: [channel]
    start: 5 days
    ```

    >>> from simulator.policies.views import Outlook
    >>> rule = Quantile(share=0.95, start="5 days")
    >>> rule.promised_time(Outlook()), rule.promised_time(Outlook(cycles=[20.0, 30.0, 40.0]))
    (120.0, 39.0)
    """

    rule: Literal["quantile"] = "quantile"
    share: Annotated[Share, Field(gt=0, lt=1)] = 0.95
    """Share of the recent orders that kept to the time."""
    orders: Annotated[int, Field(ge=20)] = 200
    """How many recent orders are looked at; until a tenth of them is there, `start` is promised."""
    by: tuple[Literal["segment", "channel", "site"], ...] = ()
    """The slices with a record of their own; one record for all orders where left out."""
    start: Hours
    """The promise until there is enough record."""

    def honest_time(self, order: PromiseView) -> float:
        found = order.record(self.share, self.orders, self.by)
        return self.start if found is None else found
