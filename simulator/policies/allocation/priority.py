"""The most important customers first."""

from typing import Literal

from simulator.policies.allocation import AllocationRule
from simulator.policies.views import LineView


class Priority(AllocationRule):
    """By priority (1 before 2), equals first come, first served; nothing is kept for those who may yet come.

    ```yaml
    rule: priority
    ```

    >>> Priority().rank(LineView(units=3, priority=2))
    2.0
    """

    rule: Literal["priority"] = "priority"

    def rank(self, line: LineView) -> float:
        return float(line.priority)
