"""The planned time and something on top."""

from typing import Annotated, Literal

from pydantic import Field

from simulator.policies.promising import PromiseRule
from simulator.policies.views import PromiseView


class Padded(PromiseRule):
    """The planned order cycle (the mean times of all stages, nobody queueing) times a factor.

    ```yaml
    rule: padded
    factor: 1.5
    ```

    >>> from simulator.policies.views import Outlook
    >>> Padded(factor=1.5).promised_time(Outlook(planned=40))
    60.0
    """

    rule: Literal["padded"] = "padded"
    factor: Annotated[float, Field(gt=0)] = 1.5
    """The planned cycle is multiplied by this."""

    def honest_time(self, order: PromiseView) -> float:
        return order.planned * self.factor
