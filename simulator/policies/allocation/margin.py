"""The line that earns most first."""

from typing import Literal

from simulator.policies.allocation import AllocationRule
from simulator.policies.views import LineView


class Margin(AllocationRule):
    """By margin of a unit (price less cost), the highest first.

    ```yaml
    rule: margin
    ```

    >>> Margin().rank(LineView(units=3, margin=2.5))
    -2.5
    """

    rule: Literal["margin"] = "margin"

    def rank(self, line: LineView) -> float:
        return -line.margin
