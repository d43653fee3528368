"""The same promise for every order."""

from typing import Literal

from simulator.policies.promising import PromiseRule
from simulator.units import Hours


class Fixed(PromiseRule):
    """A fixed time from order entry.

    ```yaml
    rule: fixed
    time: 2 days
    ```

    >>> Fixed(time="2 days").promised_time()
    48.0
    """

    rule: Literal["fixed"] = "fixed"
    time: Hours
    """From order entry to the promised delivery."""

    def promised_time(self) -> float:
        return self.time
