"""The same promise for every order."""

from typing import ClassVar, Literal

from simulator.policies.promising import PromiseRule
from simulator.policies.views import PromiseView
from simulator.units import Hours


class Fixed(PromiseRule):
    """A fixed time from order entry.

    ```yaml
    rule: fixed
    time: 2 days
    ```

    >>> from simulator.policies.views import Outlook
    >>> Fixed(time="2 days").promised_time(Outlook()), Fixed(time="2 days", cut=0.25).promised_time(Outlook())
    (48.0, 36.0)
    """

    rule: Literal["fixed"] = "fixed"
    standing: ClassVar[bool] = True
    time: Hours
    """From order entry to the promised delivery."""

    def honest_time(self, order: PromiseView) -> float:
        return self.time
