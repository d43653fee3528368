"""From stock and what is on order, less what is promised already."""

from typing import Literal

from simulator.policies.promising import PromiseRule
from simulator.policies.views import PromiseView
from simulator.units import Hours


class AvailableToPromise(PromiseRule):
    """Available to promise: when the last line can be taken from stock or a scheduled receipt, then the order cycle.

    What waiting customers are owed comes off first. Receipts are expected on the supplier's planned date; an
    overdue one is expected any moment. What no receipt covers is expected a lead time from now.

    ```yaml
    rule: available_to_promise
    cycle: 2 days
    ```

    >>> from simulator.policies.views import Outlook
    >>> AvailableToPromise(cycle="2 days").promised_time(Outlook(until_available=30))
    78.0
    """

    rule: Literal["available_to_promise"] = "available_to_promise"
    cycle: Hours
    """Allowed for the work from order entry to delivery."""

    def honest_time(self, order: PromiseView) -> float:
        return order.available() + self.cycle
