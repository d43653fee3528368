"""From stock, what is on order, and the work that is ahead."""

from typing import Literal

from simulator.policies.promising import PromiseRule
from simulator.policies.views import PromiseView
from simulator.units import Hours


class CapableToPromise(PromiseRule):
    """Capable to promise: as available to promise, and the work ahead of the order keeps the stages busy first.

    ```yaml
    rule: capable_to_promise
    cycle: 2 days
    ```

    >>> from simulator.policies.views import Outlook
    >>> CapableToPromise(cycle="2 days").promised_time(Outlook(until_available=30, until_free=6))
    84.0
    """

    rule: Literal["capable_to_promise"] = "capable_to_promise"
    cycle: Hours
    """Allowed for the order's own work from entry to delivery."""

    def honest_time(self, order: PromiseView) -> float:
        return order.available() + order.queued() + self.cycle
