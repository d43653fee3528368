"""The smallest line first: most orders cleared."""

from typing import Literal

from simulator.policies.allocation import AllocationRule
from simulator.policies.views import LineView


class SmallestFirst(AllocationRule):
    """By the units that the line waits for, the fewest first: more lines are cleared, the large ones wait longer.

    ```yaml
    rule: smallest_first
    ```

    >>> SmallestFirst().rank(LineView(units=3.0))
    3.0
    """

    rule: Literal["smallest_first"] = "smallest_first"

    def rank(self, line: LineView) -> float:
        return line.units
