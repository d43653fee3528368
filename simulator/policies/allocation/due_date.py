"""The earliest promise first."""

from typing import Literal

from simulator.policies.allocation import AllocationRule
from simulator.policies.views import LineView


class DueDate(AllocationRule):
    """By the date first promised, the earliest before the later; lines without a promise come last.

    ```yaml
    rule: due_date
    ```

    >>> DueDate().rank(LineView(units=3, due=120.0))
    120.0
    """

    rule: Literal["due_date"] = "due_date"

    def rank(self, line: LineView) -> float:
        return line.due
